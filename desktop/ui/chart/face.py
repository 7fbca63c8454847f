"""What the sheet of a chart shows: the picture, the current node, what is chosen, a link that is being drawn."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from desktop.ui.chart.board import Board
from desktop.ui.chart.painter import ChartPainter, Lit, paint_ground
from desktop.ui.chart.picture import draw, spoken
from desktop.ui.chart.view_port import ViewPort
from desktop.ui.kit import Living, announce
from desktop.ui.kit.painting import keyboard_focus, paint_ring
from desktop.ui.theme import current_theme
from i18n import _


class ChartFace(Living, QWidget):
    """Paints what a board holds, and follows it."""

    opened = Signal(str)
    link_wanted = Signal(str, str)
    """Two nodes that a new link is to join."""
    menu_wanted = Signal(object)
    """QPoint on the screen."""
    linking_changed = Signal(bool)
    nothing_found = Signal()
    """No way leads from one of the two chosen nodes to the other."""

    def __init__(self, board: Board, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.board = board
        self.port = ViewPort()
        self.picture_painter = ChartPainter()
        self.lit = Lit()
        self.linking = ""
        self._fitted = ""
        self.press: QPointF | None = None
        self.pointer = QPointF()
        self.deed = ""  # pan, node, link, frame
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(160, 120)
        board.changed.connect(self.on_changed)
        board.moved.connect(self.on_changed)
        board.selection.chosen.connect(self._on_chosen)
        self.bind(self._name, lambda: _("Link chart"))
        self.follow(self._on_look)

    def on_changed(self) -> None:
        """Draw the picture anew; the first one of a case is fitted into view."""
        self.picture_painter.show(draw(self.board.graph, self.board.now))
        spots = self.picture_painter.picture.spots
        if self.lit.current not in spots:
            self.lit.current = next(iter(spots), "")
        self.lit.way = tuple(self.board.ways[self.board.way]) if self.board.ways else ()
        if spots and self._fitted != self.board.space:
            self._fitted = self.board.space
            self.fit()
        if not spots:
            self._fitted = ""
        self._describe()
        self.update()

    def fit(self) -> None:
        """Show everything."""
        self.port.fit(self.picture_painter.picture.places.values(), 1.2 * current_theme().scale)
        self.update()

    def zoom(self, factor: float) -> None:
        """Zoom around the middle."""
        self.port.zoom_by(factor)
        self.update()

    def set_current(self, node: str, *, say: bool = True) -> None:
        """Go to a node: it comes into view, and a screen reader says it."""
        places = self.picture_painter.picture.places
        if node not in places:
            return
        self.lit.current = node
        self.port.show(places[node], current_theme().px(70))
        self._describe()
        if say:
            announce(self, self.accessibleDescription())
        self.update()

    def chosen_nodes(self) -> set[str]:
        """What a deed is done to: the chosen nodes that are on the chart, else the current one."""
        spots = self.picture_painter.picture.spots
        return {node for node in self.lit.chosen if node in spots} or ({self.lit.current} & spots.keys())

    def with_members(self, nodes: set[str]) -> set[str]:
        """Nodes, and the members of the groups whose one node is among them."""
        return nodes | {each for group in self.board.now.groups if group.id in nodes for each in group.members}

    def open_current(self) -> None:
        """Open the current node."""
        if self.lit.current in self.board.graph.nodes and not self.board.graph.is_missing(self.lit.current):
            self.opened.emit(self.lit.current)

    def find_ways(self) -> None:
        """Show the ways between the two chosen nodes."""
        pair = sorted(self.chosen_nodes() & self.board.graph.nodes.keys())
        if len(pair) == 2 and not self.board.find_ways(*pair):
            self.nothing_found.emit()

    def start_linking(self, node: str) -> None:
        """Draw a link from a node: arrows choose the other end, Enter takes it. An empty id gives up."""
        self.linking = "" if node.startswith("group:") else node
        self.linking_changed.emit(bool(self.linking))
        self.update()

    def _describe(self) -> None:
        self.setAccessibleDescription(spoken(self.board.graph, self.picture_painter.picture, self.lit.current))

    def _name(self, text: str) -> None:
        self.setAccessibleName(text)
        self.on_changed()

    def _on_look(self) -> None:
        self.port.mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self.picture_painter.forget()
        self.update()

    def _on_chosen(self, ids: object) -> None:
        self.lit.chosen = ids if isinstance(ids, frozenset) else frozenset()
        if len(self.lit.chosen) == 1:
            self.set_current(next(iter(self.lit.chosen)), say=False)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the chart, and what is being drawn on it."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # places are mirrored by the port
        paint_ground(painter, QRectF(self.rect()), theme)
        self.lit.focused = self.hasFocus()
        self.picture_painter.paint(painter, self.port, self.lit)
        if self.deed == "link" or self.linking:
            self._paint_linking(painter)
        if self.deed == "frame" and self.press is not None:
            painter.setPen(QPen(theme.color("primary"), 1, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.press, self.pointer))
        if keyboard_focus(self):
            paint_ring(painter, self.rect(), theme.color("focus"), theme.control("radius"), theme)

    def _paint_linking(self, painter: QPainter) -> None:
        places = self.picture_painter.picture.places
        if self.linking not in places:
            return
        end = self.pointer if self.deed == "link" else None
        if end is None and self.lit.current in places:
            end = QPointF(*self.port.to_pixel(places[self.lit.current]))
        if end is not None:
            theme = current_theme()
            painter.setPen(QPen(theme.color("primary"), theme.px(2), Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(*self.port.to_pixel(places[self.linking])), end)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the middle in the middle; fit again while nothing was zoomed by hand."""
        first = self.port.size.width() <= 1
        self.port.size = event.size().toSizeF()
        if first:
            self.fit()
