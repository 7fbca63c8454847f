"""What stands on the chart of a case: its graph, how it is arranged, what is chosen; every step can be undone.

Nothing here paints. `changed` says that the picture must be made anew, `moved` that places alone are different.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from desktop.casework.arrangement import Arrangement, read, write
from desktop.casework.graph import FAMILIES, Graph, Sieve
from desktop.casework.graph_layout import STEP_X, Point, Points, bounds
from desktop.casework.handling import Marking, combine
from desktop.casework.views import ListRow
from desktop.session import Session
from desktop.ui.case_selection import Selection
from desktop.ui.chart.layout_thread import LayoutThread

STEPS_KEPT = 40
SAVE_MS = 800
BESIDE_AT_ONCE = 300  # new nodes that are put beside the others; more are laid out as a block of their own
UNFOLDED_AT_ONCE = 30


class Board(QObject):
    """The state of one chart."""

    changed = Signal()
    moved = Signal()
    progressed = Signal(int, int)
    """Of a layout: nodes placed, nodes in all; the same twice when it is over."""
    steps_changed = Signal()
    """What can be undone or redone is different."""

    def __init__(self, session: Session, selection: Selection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.selection = selection
        self.whole = Graph(())
        self.graph = self.whole
        self.now = Arrangement()
        self.ways: list[list[str]] = []
        self.way = 0
        self.space = ""
        self.loaded = False
        self._asked = 0
        self._before: list[Arrangement] = []
        self._after: list[Arrangement] = []
        self._thread: LayoutThread | None = None
        self._keep: Callable[[Points], None] | None = None
        self._saving = QTimer(self)
        self._saving.setSingleShot(True)
        self._saving.setInterval(SAVE_MS)
        self._saving.timeout.connect(self.flush)
        session.records_ready.connect(self._on_records)
        session.locked.connect(self.clear)

    # the case

    def show_space(self, space: str) -> None:
        """Read the subjects and links of a case; what is shown stays until they are there."""
        if space != self.space:
            self.clear()
            self.space = space
            self.now = read(self.session.draft(self._key()))
        self._asked = self.session.ask_records(space, FAMILIES, f"chart {id(self)}")

    def clear(self) -> None:
        """Forget the case."""
        self.flush()
        self.stop_layout()
        self.space, self.loaded = "", False
        self.whole = self.graph = Graph(())
        self.now = Arrangement()
        self._before, self._after = [], []
        self.ways = []
        self.changed.emit()
        self.steps_changed.emit()

    def flush(self) -> None:
        """Keep the arrangement now, if something of it is not kept yet."""
        if self._saving.isActive() and self.space and not self.session.is_locked():
            self.session.set_draft(self._key(), write(self.now))
        self._saving.stop()

    def marking(self) -> Marking:
        """What a picture of the chart inherits: the strictest of all its nodes and links."""
        nodes = set(self.now.shown(self.graph))
        rows: list[ListRow] = [self.graph.nodes[node] for node in nodes if self.graph.nodes[node].type]
        rows += [link for link in self.graph.links() if link.source in nodes and link.target in nodes]
        return combine(Marking(row.tlp, row.handling) for row in rows)

    def take(self, rows: Sequence[ListRow]) -> None:
        """Show these records; new ones find their place, nothing that stands moves."""
        self.whole = Graph(rows)
        self.graph = self.whole.sifted(self.now.sieve)
        self.loaded = True
        self.now = self.now.adopt(self.whole)
        self.ways = [way for way in self.ways if all(node in self.graph.nodes for node in way)]
        self._place()
        self.changed.emit()

    # steps

    def step(self, then: Arrangement) -> None:
        """Arrange anew; the arrangement before can be had back."""
        if then == self.now:
            return
        self._before = [*self._before[1 - STEPS_KEPT :], self.now]
        self._after = []
        self._show(then)

    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self._before)

    def can_redo(self) -> bool:
        """Whether a step was taken back."""
        return bool(self._after)

    def undo(self) -> None:
        """Take the last step back."""
        if self._before:
            self._after.append(self.now)
            self._show(self._before.pop())

    def redo(self) -> None:
        """Do again what was taken back."""
        if self._after:
            self._before.append(self.now)
            self._show(self._after.pop())

    def _show(self, then: Arrangement) -> None:
        only_places = msgspec.structs.replace(then, places=self.now.places) == self.now
        if then.sieve != self.now.sieve:
            self.graph = self.whole.sifted(then.sieve)
        self.now = then
        if only_places:
            self.moved.emit()
        else:
            self._place()
            self.changed.emit()
        self._saving.start()
        self.steps_changed.emit()

    # deeds

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

    def arrange(self) -> None:
        """Lay everything shown out anew, but for what is pinned."""
        self._lay_out(self.now.shown(self.graph), self._on_arranged)

    # layout

    def is_laying_out(self) -> bool:
        """Whether a layout runs."""
        return self._thread is not None

    def stop_layout(self) -> None:
        """End a layout that runs; nothing moves."""
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.stop()
            thread.deleteLater()
            self.progressed.emit(0, 0)

    def _place(self) -> None:
        new = self.now.unplaced(self.graph)
        if not new:
            return
        if len(new) <= BESIDE_AT_ONCE and not self.now.fresh(self.whole):
            self.now = self.now.placing(self.graph, new)
            self._saving.start()
        else:
            self._lay_out(new, self._on_placed)

    def _lay_out(self, nodes: list[str], then: Callable[[Points], None]) -> None:
        self.stop_layout()
        if not nodes:
            return
        chosen = set(nodes)
        beside = {node: sorted(self.graph.beside[node] & chosen) for node in nodes}
        self._keep = then
        self._thread = LayoutThread(beside, self)
        self._thread.progressed.connect(self.progressed)
        self._thread.laid.connect(self._on_laid)
        self.progressed.emit(0, len(nodes))
        self._thread.start()

    def _on_laid(self, points: Points) -> None:
        if self.sender() is not self._thread or self._thread is None:
            return
        thread, self._thread = self._thread, None
        thread.wait()
        thread.deleteLater()
        if self._keep is not None:
            self._keep(points)
        self.progressed.emit(len(points), len(points))

    def _on_placed(self, points: Points) -> None:
        """The first places of all, or a block of new ones below what stands."""
        standing = [self.now.places[node] for node in self.now.shown(self.graph) if node in self.now.places]
        if standing:
            left, _top, _right, bottom = bounds(standing)
            first, above, _, _ = bounds(points.values())
            points = {node: (x - first + left, y - above + bottom + STEP_X) for node, (x, y) in points.items()}
        self.now = self.now.with_places({node: at for node, at in points.items() if node not in self.now.places})
        self._saving.start()
        self.changed.emit()

    def _on_arranged(self, points: Points) -> None:
        self.step(self.now.with_places({node: at for node, at in points.items() if node not in self.now.pinned}))

    def _on_records(self, request: int, rows: list[ListRow]) -> None:
        if request == self._asked and self.space:
            self.take(rows)

    def _key(self) -> str:
        return f"{self.space}.chart"
