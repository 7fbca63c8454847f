"""The sheet of a chart under the mouse: nodes are dragged by the disc, links drawn from the rim, the rest is pushed."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from desktop.casework.graph_layout import Point
from desktop.ui.chart.board import Board
from desktop.ui.chart.keys import ChartKeys
from desktop.ui.chart.painter import nodes_in, radius_of
from desktop.ui.theme import current_theme

_DRAG = 4  # pixels before a press becomes a drag


class ChartCanvas(ChartKeys):
    """A chart with keys and mouse."""

    def __init__(self, board: Board, parent: QWidget | None = None) -> None:
        super().__init__(board, parent)
        self._dragged: dict[str, Point] = {}

    def node_at(self, pixel: QPointF, reach: float = 1.0) -> str:
        """The node whose disc (as large as `reach` times) is at a pixel; empty for none."""
        radius = max(radius_of(self.port.zoom, current_theme()), 6) * reach
        best, found = radius, ""
        for node, place in self.picture_painter.picture.places.items():
            x, y = self.port.to_pixel(place)
            if abs(x - pixel.x()) <= radius and abs(y - pixel.y()) <= radius:
                distance = math.hypot(x - pixel.x(), y - pixel.y())
                if distance <= best:
                    best, found = distance, node
        return found

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A node: choose it, then drag it. Its rim: draw a link. The sheet: push it, or with Shift draw a frame."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self.press = self.pointer = event.position()
        node, rim = self.node_at(event.position()), self.node_at(event.position(), 1.5)
        more = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        if self.linking and node:
            self.lit.current = node
            self.take_current()
        elif node:
            self.set_current(node, say=False)
            if more:
                self.board.selection.toggle(node)
            elif node not in self.board.selection.ids:
                self.board.selection.choose({node})
            self.deed = "node"
        elif rim and not rim.startswith("group:"):
            self.deed = "link"
            self.linking = rim
        else:
            self.deed = "frame" if more else "pan"
        self.setCursor(Qt.CursorShape.ClosedHandCursor if self.deed == "pan" else Qt.CursorShape.ArrowCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        before, self.pointer = self.pointer, event.position()
        if self.press is None:
            node = self.node_at(event.position())
            rim = not node and self.node_at(event.position(), 1.5)
            if node != self.lit.hovered:
                self.lit.hovered = node
                self.update()
            shape = Qt.CursorShape.CrossCursor if rim else Qt.CursorShape.PointingHandCursor
            self.setCursor(shape if node or rim else Qt.CursorShape.OpenHandCursor)
            return
        if self.deed == "pan":
            self.port.pan(self.pointer.x() - before.x(), self.pointer.y() - before.y())
        elif self.deed == "node" and (self.pointer - self.press).manhattanLength() >= _DRAG:
            self._drag()
        self.update()

    def _drag(self) -> None:
        """Show what is dragged where it would be dropped; the board hears of it once, at the end."""
        if self.press is None:
            return
        places, start, end = self.board.now.places, self.port.to_place(self.press), self.port.to_place(self.pointer)
        moving = self._moving()
        self._dragged = {
            node: (places[node][0] + end[0] - start[0], places[node][1] + end[1] - start[1]) for node in moving
        }
        shown = self.picture_painter.picture
        moved = {node: at for node, at in self._dragged.items() if node in shown.places}
        self.picture_painter.show(shown._replace(places={**shown.places, **moved}))

    def _moving(self) -> set[str]:
        """The nodes that go along: those chosen, and the members of a group whose one node is dragged."""
        return self.with_members(self.chosen_nodes()) & self.board.now.places.keys()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Drop what was dragged, join what was drawn, choose what was framed."""
        deed, self.deed = self.deed, ""
        press, self.press = self.press, None
        self.setCursor(Qt.CursorShape.ArrowCursor)
        if deed == "node" and self._dragged:
            dragged, self._dragged = self._dragged, {}
            self.board.move(dragged)
        elif deed == "node" and not event.modifiers():
            self.board.selection.choose({self.lit.current})
        elif deed == "link":
            source, self.linking = self.linking, ""
            target = self.node_at(event.position(), 1.5)
            if target and target != source and not target.startswith("group:"):
                self.link_wanted.emit(source, target)
        elif deed == "frame" and press is not None:
            at = {node: self.port.to_pixel(place) for node, place in self.picture_painter.picture.places.items()}
            self.board.selection.choose(nodes_in(QRectF(press, event.position()).normalized(), at))
        elif deed == "pan" and press is not None and (event.position() - press).manhattanLength() < _DRAG:
            self.board.selection.clear()
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open a node."""
        if self.node_at(event.position()):
            self.take_current()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer."""
        self.port.zoom_by(1.0015 ** event.angleDelta().y(), event.position())
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done to the node under the pointer, or to the current one."""
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            node = self.node_at(QPointF(event.pos()))
            if node and node not in self.board.selection.ids:
                self.set_current(node, say=False)
                self.board.selection.choose({node})
            self.menu_wanted.emit(event.globalPos())
            return
        place = self.picture_painter.picture.places.get(self.lit.current, self.port.middle)
        self.menu_wanted.emit(self.mapToGlobal(QPointF(*self.port.to_pixel(place)).toPoint()))
