"""How an officer arranged the chart of a case: places, what is folded away, pinned, grouped and filtered.

It is text of the desk, kept in its store and never sent (docs/decisions/0130). An arrangement is a value: every change
makes a new one, and undo is the one before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import msgspec

from desktop.casework.graph import FIRST_SHOWN, Graph, Sieve
from desktop.casework.graph_layout import Point, place_beside

STYLES = ("type", "evaluation", "role")
LIMIT = 480_000  # characters kept; places of what is folded away go first
_FAR = 1e7  # no honest place is farther out


class Group(msgspec.Struct, frozen=True):
    """Nodes in a frame with a name; folded, one node stands for them."""

    name: str
    members: tuple[str, ...]
    folded: bool = False

    @property
    def id(self) -> str:
        """The id of the node that stands for the group: no record has such a one."""
        return f"group:{self.members[0] if self.members else ''}"


class Arrangement(msgspec.Struct, frozen=True):
    """Places are in the units of `graph_layout`, as for a language that is read from left to right."""

    places: dict[str, Point] = {}
    folded: frozenset[str] = frozenset()
    pinned: frozenset[str] = frozenset()
    groups: tuple[Group, ...] = ()
    sieve: Sieve = Sieve()
    style: str = "type"

    def fresh(self, graph: Graph) -> bool:
        """Whether nothing of this graph was ever placed."""
        return not any(node in self.places for node in graph.nodes)

    def adopt(self, graph: Graph) -> Arrangement:
        """Take in what the graph holds now: forget what is gone, fold away what would be too much."""
        nodes = graph.nodes.keys()
        if self.fresh(graph):
            folded = set(nodes - graph.first_shown())
        else:
            folded = set(self.folded & nodes)
            new = [node for node in graph.ranked() if node not in self.places and node not in folded]
            room = max(0, FIRST_SHOWN - (len(nodes) - len(folded) - len(new)))
            folded |= set(new[room:])
        groups = tuple(
            msgspec.structs.replace(group, members=members)
            for group in self.groups
            if (members := tuple(each for each in group.members if each in nodes))
        )
        return msgspec.structs.replace(
            self,
            places={node: point for node, point in self.places.items() if node in nodes},
            folded=frozenset(folded),
            pinned=self.pinned & nodes,
            groups=groups,
        )

    def shown(self, graph: Graph) -> list[str]:
        """The nodes of a graph that are not folded away."""
        return [node for node in graph.nodes if node not in self.folded]

    def unplaced(self, graph: Graph) -> list[str]:
        """The shown nodes that have no place yet, the best linked ones first."""
        return [node for node in graph.ranked() if node not in self.folded and node not in self.places]

    def with_places(self, points: Mapping[str, Point]) -> Arrangement:
        """Move these nodes, pinned or not."""
        return msgspec.structs.replace(self, places={**self.places, **points})

    def placing(self, graph: Graph, new: list[str]) -> Arrangement:
        """Find places for new nodes beside those that stand, none of which moves."""
        standing = {node: self.places[node] for node in self.shown(graph) if node in self.places}
        return self.with_places(place_beside(new, graph.beside, standing))

    def folding(self, nodes: Iterable[str]) -> Arrangement:
        """Fold nodes away; they keep their places for when they come back. Pinned ones stay."""
        return msgspec.structs.replace(self, folded=self.folded | (frozenset(nodes) - self.pinned))

    def unfolding(self, nodes: Iterable[str]) -> Arrangement:
        """Show nodes again."""
        return msgspec.structs.replace(self, folded=self.folded - frozenset(nodes))

    def pinning(self, nodes: Collection[str]) -> Arrangement:
        """Pin nodes: no layout moves them. All pinned already: let them go."""
        chosen = frozenset(nodes)
        pinned = self.pinned - chosen if chosen <= self.pinned else self.pinned | chosen
        return msgspec.structs.replace(self, pinned=pinned)

    def grouping(self, name: str, members: Iterable[str]) -> Arrangement:
        """Put nodes into a group of this name; they leave the groups that they were in."""
        chosen = tuple(sorted(members))
        left = self.ungrouping(chosen).groups
        return msgspec.structs.replace(self, groups=(*left, Group(name, chosen))) if chosen else self

    def ungrouping(self, members: Iterable[str]) -> Arrangement:
        """Take nodes out of their groups; a group without members goes."""
        gone = frozenset(members)
        groups = (
            msgspec.structs.replace(group, members=tuple(each for each in group.members if each not in gone))
            for group in self.groups
        )
        return msgspec.structs.replace(self, groups=tuple(group for group in groups if group.members))

    def folding_group(self, member: str) -> Arrangement:
        """Fold the group of a member (or named by its own id) into one node, or unfold it."""
        groups = tuple(
            msgspec.structs.replace(group, folded=not group.folded) if member in (group.id, *group.members) else group
            for group in self.groups
        )
        return msgspec.structs.replace(self, groups=groups)


def write(arrangement: Arrangement) -> str:
    """As text for the store."""
    text = msgspec.json.encode(arrangement).decode()
    if len(text) > LIMIT:
        places = {node: at for node, at in arrangement.places.items() if node not in arrangement.folded}
        text = msgspec.json.encode(msgspec.structs.replace(arrangement, places=places)).decode()
    return text if len(text) <= LIMIT else ""


def read(text: str) -> Arrangement:
    """From the store's text; what cannot be read, or lies beyond all measure, counts as no arrangement."""
    try:
        found = msgspec.json.decode(text, type=Arrangement) if text else Arrangement()
    except msgspec.DecodeError:
        return Arrangement()
    places = {node: (x, y) for node, (x, y) in found.places.items() if abs(x) < _FAR and abs(y) < _FAR}
    style = found.style if found.style in STYLES else STYLES[0]
    return msgspec.structs.replace(found, places=places, style=style)
