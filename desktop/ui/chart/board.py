"""What stands on the chart of a case: its graph, how it is arranged, what is chosen. Nothing here paints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from PySide6.QtCore import QObject

from desktop.casework.arrangement import Arrangement, read
from desktop.casework.graph import FAMILIES, Graph, Sieve
from desktop.casework.graph_layout import Point
from desktop.casework.handling import Marking, combine
from desktop.casework.views import ListRow
from desktop.session import Session
from desktop.ui.case_selection import Selection
from desktop.ui.chart.laying import Laying
from desktop.ui.slices import Slices

UNFOLDED_AT_ONCE = 30


class Board(Laying):
    """The state of one chart."""

    def __init__(self, session: Session, selection: Selection, parent: QObject | None = None) -> None:
        super().__init__(session, selection, parent)
        self.ways: list[list[str]] = []
        self.way = 0
        self.loaded = False
        self._asked = 0
        self._slices = Slices(self)
        session.records_ready.connect(self._on_records)
        session.locked.connect(self.clear)

    def show_space(self, space: str) -> None:
        """Read the subjects and links of a case; what is shown stays until they are there."""
        if space != self.space:
            self.clear()
            self.space = space
            self.now = read(self.session.draft(self.key()))
        self._asked = self.session.ask_records(space, FAMILIES, f"chart {id(self)}")

    def clear(self) -> None:
        """Forget the case."""
        self.flush()
        self.stop_layout()
        self._slices.stop()
        self.space, self.loaded = "", False
        self.whole = self.graph = Graph(())
        self.now = Arrangement()
        self._before, self._after = [], []
        self.ways = []
        self.changed.emit()
        self.steps_changed.emit()

    def marking(self) -> Marking:
        """What a picture of the chart inherits: the strictest of all its nodes and links."""
        nodes = set(self.now.shown(self.graph))
        rows: list[ListRow] = [self.graph.nodes[node] for node in nodes if self.graph.nodes[node].type]
        rows += [link for link in self.graph.links() if link.source in nodes and link.target in nodes]
        return combine(Marking(row.tlp, row.handling) for row in rows)

    def take(self, rows: Sequence[ListRow]) -> None:
        """Show these records at once; new ones find their place, nothing that stands moves."""
        self._start(rows)
        self._slices.finish()

    def _start(self, rows: Sequence[ListRow]) -> None:
        """In slices: 10,000 records are more than the window can wait for in one."""
        made: list[Graph] = []

        def adopt() -> None:
            self.whole = made[0]
            self.graph = self.whole.sifted(self.now.sieve)
            self.loaded = True
            then = self.now.adopt(self.whole)
            if self.now.places and then != self.now:  # what is gone from the case leaves the store too
                self.keep_soon()
            self.now = then
            self.ways = [way for way in self.ways if all(node in self.graph.nodes for node in way)]

        self._slices.start(lambda: made.append(Graph(rows)), adopt, self.place_new, self.changed.emit)

    def move(self, points: Mapping[str, Point]) -> None:
        """Put nodes elsewhere, by hand."""
        self.step(self.now.with_places(points))

    def expand(self, node: str, kind: str | None = None) -> int:
        """Show neighbours that are folded away, of one type or of all, so many at once; returns how many came."""
        away = self.graph.folded_away(node, set(self.now.shown(self.graph)))
        wanted = [each for name, nodes in away.items() if kind in (None, name) for each in nodes][:UNFOLDED_AT_ONCE]
        if wanted:
            self.step(self.now.unfolding(wanted))
        return len(wanted)

    def collapse(self, node: str) -> int:
        """Fold away the neighbours that hang on this node alone; returns how many went."""
        hanging = self.graph.hanging_on(node, self.now.shown(self.graph)) - self.now.pinned
        if hanging:
            self.step(self.now.folding(hanging))
        return len(hanging)

    def hide(self, nodes: Iterable[str]) -> None:
        """Fold nodes away."""
        self.step(self.now.folding(nodes))
        self.selection.choose(self.selection.ids - self.now.folded)

    def show_all(self) -> None:
        """Unfold everything."""
        self.step(self.now.unfolding(self.now.folded))

    def find_ways(self, one: str, other: str) -> int:
        """Find and unfold the shortest ways between two nodes; returns how many there are."""
        self.ways, self.way = self.graph.paths(one, other), 0
        if self.ways:
            self.selection.choose({one, other})
            self.step(self.now.unfolding({node for way in self.ways for node in way}))
        self.changed.emit()
        return len(self.ways)

    def show_way(self, number: int) -> None:
        """Show another of the ways that were found; a negative number shows none any more."""
        if number < 0 or not self.ways:
            self.ways = []
        else:
            self.way = number % len(self.ways)
        self.changed.emit()

    def set_sieve(self, sieve: Sieve) -> None:
        """Filter."""
        self.step(msgspec.structs.replace(self.now, sieve=sieve))

    def set_style(self, style: str) -> None:
        """Colour the nodes by type, evaluation or role."""
        self.step(msgspec.structs.replace(self.now, style=style))

    def _on_records(self, request: int, rows: list[ListRow]) -> None:
        if request == self._asked and self.space:
            self._start(rows)
