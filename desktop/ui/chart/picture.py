"""What is painted of a chart: spots for nodes, ties for all the links of two, frames for groups. No pixels yet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from desktop.casework.arrangement import Arrangement, Group
from desktop.casework.graph import Graph, Pair, is_mutual, pair_of
from desktop.casework.graph_layout import Point
from desktop.casework.handling import Marking, code_line, combine
from desktop.casework.record_types import RecordTypes
from desktop.casework.views import ListRow
from desktop.ui.presenter import row_title
from desktop.ui.row_words import status_mark
from i18n import _, ngettext
from i18n.bidi import isolate, ltr, one_line, strip_isolates
from i18n.formats import number

LETTERS = 60  # of a title
_TONES = {"A": "ok", "B": "info", "C": "warn", "X": "bad"}  # of a source's reliability


class Spot(NamedTuple):
    """A node. `more`: neighbours that are folded away. `tone`: colour of its ring, whose words are in `codes`."""

    id: str
    icon: str
    label: str
    codes: str
    tone: str = ""
    more: int = 0
    pinned: bool = False
    missing: bool = False
    degree: int = 0
    row: ListRow | None = None


class Tie(NamedTuple):
    """All the links between two nodes. `towards`: whether one of them leads to `other`, `back`: to `one`."""

    one: str
    other: str
    label: str
    towards: bool
    back: bool
    links: int


class Frame(NamedTuple):
    """A group that is unfolded."""

    group: Group
    label: str


class Picture(NamedTuple):
    """Everything, the best linked nodes first."""

    spots: dict[str, Spot]
    places: dict[str, Point]
    ties: list[Tie]
    frames: list[Frame]
    loops: frozenset[str]


EMPTY = Picture({}, {}, [], [], frozenset())


def draw(graph: Graph, arranged: Arrangement) -> Picture:
    """The picture of what is shown and has a place."""
    shown = {node for node in arranged.shown(graph) if node in arranged.places}
    stands_for = {
        member: group.id for group in arranged.groups if group.folded for member in group.members if member in shown
    }
    spots: dict[str, Spot] = {}
    places: dict[str, Point] = {}
    for node in graph.ranked():
        if node in shown and node not in stands_for:
            spots[node] = _spot(graph, arranged, node, shown)
            places[node] = arranged.places[node]
    frames = []
    for group in arranged.groups:
        members = [member for member in group.members if member in shown]
        if group.folded and members:
            spots[group.id] = _folded_group(graph, group, members)
            places[group.id] = _middle([arranged.places[member] for member in members])
        elif members:
            frames.append(Frame(group, isolate(one_line(group.name, LETTERS)) or _("Group")))
    loops = frozenset(stands_for.get(node, node) for node in graph.loops if node in shown)
    return Picture(spots, places, _ties(graph, shown, stands_for), frames, loops)


def _spot(graph: Graph, arranged: Arrangement, node: str, shown: set[str]) -> Spot:
    row = graph.nodes[node]
    known = RecordTypes.load().get(row.type)
    tone, words = _style(arranged.style, row)
    near = graph.beside[node]
    return Spot(
        node,
        known.icon if known else "circle-question-mark",
        spot_label(row),
        " · ".join(part for part in (code_line(Marking(row.tlp, row.handling)), words) if part),
        tone,
        len(near) - len(near & shown),
        node in arranged.pinned,
        graph.is_missing(node),
        len(near),
        row,
    )


def spot_label(row: ListRow) -> str:
    """The words under a node; an end of a link that is not here says so."""
    return row_title(row, limit=LETTERS) if row.type else _("Not here")


def _style(style: str, row: ListRow) -> tuple[str, str]:
    """A tone and the words that go with it."""
    if style == "evaluation":
        code = row.evaluation
        return (_TONES.get(code[:1], "neutral"), ltr(one_line(code, 8))) if code else ("", "")
    if style == "role":
        mark = status_mark(row)
        return (mark.tone, mark.text) if mark else ("", "")
    return ("", "")


def _folded_group(graph: Graph, group: Group, members: list[str]) -> Spot:
    rows = [graph.nodes[member] for member in members]
    marking = combine(Marking(row.tlp, row.handling) for row in rows if row.type)
    count = ngettext("{n} node", "{n} nodes", len(members)).format(n=number(len(members)))
    label = isolate(one_line(group.name, LETTERS)) or _("Group")
    return Spot(group.id, "users", f"{label} · {count}", code_line(marking), "violet", degree=len(members))


def _ties(graph: Graph, shown: set[str], stands_for: dict[str, str]) -> list[Tie]:
    joined: dict[Pair, list[ListRow]] = {}
    for (one, other), links in graph.edges.items():
        if one in shown and other in shown:
            ends = stands_for.get(one, one), stands_for.get(other, other)
            if ends[0] != ends[1]:
                joined.setdefault(pair_of(*ends), []).extend(links)
    return [_tie(pair, links, stands_for) for pair, links in joined.items()]


def _tie(pair: Pair, links: list[ListRow], stands_for: dict[str, str]) -> Tie:
    one, other = pair
    towards = back = False
    for link in links:
        if not is_mutual(link):
            source = stands_for.get(link.source, link.source)
            towards, back = towards or source == one, back or source == other
        if towards and back:
            break
    return Tie(one, other, tie_label(links), towards, back, len(links))


def tie_label(links: list[ListRow]) -> str:
    """The words on a line: those of its only link, or how many there are."""
    if len(links) > 1:
        return ngettext("{n} link", "{n} links", len(links)).format(n=number(len(links)))
    return link_words(links[0]) if links else ""


def link_words(link: ListRow) -> str:
    """A link in words: its own, else the name of its type."""
    if link.title:
        return isolate(one_line(link.title, LETTERS))
    known = RecordTypes.load().get(link.type)
    return known.label if known else isolate(one_line(link.type, LETTERS))


def _middle(points: Iterable[Point]) -> Point:
    each = list(points)
    return (sum(x for x, _ in each) / len(each), sum(y for _, y in each) / len(each))


def spoken(graph: Graph, picture: Picture, node: str) -> str:
    """A node as a screen reader says it: name, type, handling, how many links, what is folded away."""
    spot = picture.spots.get(node)
    if spot is None:
        return ""
    known = RecordTypes.load().get(spot.row.type) if spot.row else None
    links = len(graph.links_of(node)) if node in graph.nodes else 0
    parts = [
        spot.label,
        known.label if known else "",
        spot.codes,
        ngettext("{n} link", "{n} links", links).format(n=number(links)),
        more_words(spot.more) if spot.more else "",
        _("Pinned") if spot.pinned else "",
    ]
    return strip_isolates(", ".join(part for part in parts if part))


def more_words(count: int) -> str:
    """How much is folded away."""
    return ngettext("{n} more", "{n} more", count).format(n=number(count))
