"""The graph of a case: its subjects, the links between them, what lies beside what, and the ways between two.

    graph = Graph(rows)                       rows of the families `subject` and `link`, in any order
    graph.sifted(Sieve(hidden=…))             what a filter leaves
    graph.first_shown(300)                    what is unfolded before anybody chose
    graph.folded_away(node, shown)            neighbours that are not shown, by type
    graph.paths(one, other)                   the shortest ways, several of the same length

All links that join the same two are one edge, however many: 10,000 are drawn and walked as one. A link may close a
circle, join a subject with itself, or name what is not here (any more): such an end becomes a node without a type.
A link that names no end joins nothing, and is counted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator

import msgspec

from desktop.casework.record_types import RecordTypes
from desktop.casework.views import ListRow

Pair = tuple[str, str]
FAMILIES = ("subject", "link")
FIRST_SHOWN = 300  # nodes unfolded before anybody chose: more is a hairball in any engine
PATHS = 8
PATH_STEPS = 200_000  # looked at before a search for ways gives up
_MUTUAL = frozenset({"associate", "family", "same_as"})
_AFTER = "~"  # sorts after every digit and sign of an ISO date, so that «2026» ends after «2026-12-31»


class Sieve(msgspec.Struct, frozen=True):
    """What a chart leaves out. Empty members leave nothing out."""

    hidden: tuple[str, ...] = ()  # types of subjects and links
    since: str = ""  # ISO dates, whole or partial; links that name no date stay
    until: str = ""
    evaluations: tuple[str, ...] = ()  # links with one of these 4x4 codes only; "" stands for none

    def takes(self, link: ListRow) -> bool:
        """Whether a link stays."""
        if link.type in self.hidden or (self.evaluations and link.evaluation not in self.evaluations):
            return False
        first, last = link.start or link.end, link.end or link.start
        if not first:
            return True
        return (not self.since or last + _AFTER >= self.since) and (not self.until or first <= self.until + _AFTER)


class Graph:
    """Immutable once made."""

    def __init__(self, rows: Iterable[ListRow]) -> None:
        types = RecordTypes.load()
        self.nodes: dict[str, ListRow] = {}
        self.edges: dict[Pair, list[ListRow]] = {}
        self.loops: dict[str, list[ListRow]] = {}
        self.loose = 0
        self._ranked: list[str] = []
        links: list[ListRow] = []
        for row in rows:
            known = types.get(row.type)
            is_link = known.family == "link" if known else bool(row.source or row.target)
            if is_link:
                links.append(row)
            elif known is None or known.family == "subject":
                self.nodes[row.id] = row
        for link in links:
            self._join(link)
        self.beside: dict[str, set[str]] = {node: set() for node in self.nodes}
        for one, other in self.edges:
            self.beside[one].add(other)
            self.beside[other].add(one)

    def _join(self, link: ListRow) -> None:
        if not link.source or not link.target:
            self.loose += 1
            return
        for end in (link.source, link.target):
            if end not in self.nodes:
                self.nodes[end] = ListRow(end, link.space, "")
        if link.source == link.target:
            self.loops.setdefault(link.source, []).append(link)
        else:
            self.edges.setdefault(pair_of(link.source, link.target), []).append(link)

    def is_missing(self, node: str) -> bool:
        """Whether links name this node and it is not here: deleted, recalled, in another case, or not come yet."""
        return not self.nodes[node].type

    def links(self) -> Iterator[ListRow]:
        """Every link that joins something."""
        for joined in (*self.edges.values(), *self.loops.values()):
            yield from joined

    def links_of(self, node: str) -> list[ListRow]:
        """The links that a node has."""
        found = [link for other in self.beside[node] for link in self.edges[pair_of(node, other)]]
        return found + self.loops.get(node, [])

    def ranked(self) -> list[str]:
        """The nodes, those with the most neighbours first; the same order on every desk. Do not change the list."""
        if len(self._ranked) != len(self.nodes):
            self._ranked = sorted(self.nodes, key=lambda node: (-len(self.beside[node]), node))
        return self._ranked

    def sifted(self, sieve: Sieve) -> Graph:
        """The graph that a sieve leaves: a subject goes with its type, a link with its type, dates and evaluation."""
        if sieve == Sieve():
            return self
        kept = {node: row for node, row in self.nodes.items() if not row.type or row.type not in sieve.hidden}
        left = [link for link in self.links() if link.source in kept and link.target in kept and sieve.takes(link)]
        return Graph([*(row for row in kept.values() if row.type), *left])

    def first_shown(self, most: int = FIRST_SHOWN) -> frozenset[str]:
        """The nodes to begin with: all if they are few, else the best linked ones and what lies around them."""
        if len(self.nodes) <= most:
            return frozenset(self.nodes)
        ranked = self.ranked()
        rank = {node: place for place, node in enumerate(ranked)}
        shown: set[str] = set()
        for start in ranked:
            waiting = deque([start])
            while waiting and len(shown) < most:
                node = waiting.popleft()
                if node not in shown:
                    shown.add(node)
                    waiting.extend(sorted(self.beside[node] - shown, key=rank.__getitem__))
            if len(shown) >= most:
                break
        return frozenset(shown)

    def folded_away(self, node: str, shown: Collection[str]) -> dict[str, list[str]]:
        """The neighbours that are not shown, by their type, the best linked ones first."""
        found: dict[str, list[str]] = {}
        for other in sorted(self.beside.get(node, ()), key=lambda each: (-len(self.beside[each]), each)):
            if other not in shown:
                found.setdefault(self.nodes[other].type, []).append(other)
        return dict(sorted(found.items()))

    def hanging_on(self, node: str, shown: Collection[str]) -> frozenset[str]:
        """The shown neighbours that no other shown node holds: what goes when a node is folded."""
        visible = set(shown)
        return frozenset(
            other for other in self.beside.get(node, ()) if other in visible and self.beside[other] & visible <= {node}
        )

    def paths(self, one: str, other: str, most: int = PATHS) -> list[list[str]]:
        """The shortest ways between two nodes, at most `most` of them, all of the same length; [] if there is none."""
        if one not in self.nodes or other not in self.nodes:
            return []
        if one == other:
            return [[one]]
        before = self._steps_towards(one, other)
        found: list[list[str]] = []
        unfinished: list[list[str]] = [[other]] if other in before else []
        looked = 0
        while unfinished and len(found) < most and looked < PATH_STEPS:
            looked += 1
            way = unfinished.pop()
            if way[-1] == one:
                found.append(way[::-1])
            else:
                unfinished.extend([*way, step] for step in sorted(before[way[-1]], reverse=True))
        return found

    def _steps_towards(self, one: str, other: str) -> dict[str, list[str]]:
        """For each node on the way, the ones before it that are as near to `one` as can be."""
        distance = {one: 0}
        before: dict[str, list[str]] = {one: []}
        waiting = deque([one])
        while waiting:
            node = waiting.popleft()
            if other in distance and distance[node] >= distance[other]:
                break
            for near in self.beside[node]:
                if near not in distance:
                    distance[near] = distance[node] + 1
                    before[near] = [node]
                    waiting.append(near)
                elif distance[near] == distance[node] + 1:
                    before[near].append(node)
        return before


def pair_of(one: str, other: str) -> Pair:
    """The name of the edge between two nodes."""
    return (one, other) if one < other else (other, one)


def is_mutual(link: ListRow) -> bool:
    """Whether a link says the same from both ends, and so has no direction."""
    return link.type in _MUTUAL
