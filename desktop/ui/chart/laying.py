"""Where nodes of a chart get their places: a few beside those that stand, many in a thread of their own."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from desktop.casework.graph_layout import STEP_X, Points, bounds
from desktop.session import Session
from desktop.ui.case_selection import Selection
from desktop.ui.chart.layout_thread import LayoutThread
from desktop.ui.chart.steps import Steps

BESIDE_AT_ONCE = 300  # new nodes that are put beside the others; more are laid out as a block of their own


class Laying(Steps):
    """One layout at a time; a newer one ends the older."""

    progressed = Signal(int, int)
    """Of a layout: nodes placed, nodes in all; the same twice when it is over."""

    def __init__(self, session: Session, selection: Selection, parent: QObject | None = None) -> None:
        super().__init__(session, selection, parent)
        self._thread: LayoutThread | None = None
        self._keep: Callable[[Points], None] | None = None

    def arrange(self) -> None:
        """Lay everything shown out anew, but for what is pinned."""
        self._lay_out(self.now.shown(self.graph), self._on_arranged)

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

    def place_new(self) -> None:
        """Find places for what is shown and has none."""
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
