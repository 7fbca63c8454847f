"""The sheet of a chart: paints it, follows mouse and keys. Whatever the mouse does, keys do too.

Arrows go to the nearest node that way (with Shift they choose as they go, with Ctrl they move what is chosen), letters
jump to a name, Enter opens, + and - unfold and fold neighbours, * pins, Insert draws a link, Delete folds a node away,
Page Up and Page Down zoom, Home shows everything. A node is dragged by its disc; a link is drawn from its rim.
"""

from __future__ import annotations

import math
import time

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from desktop.casework.graph_layout import Point
from desktop.ui.chart.board import Board
from desktop.ui.chart.painter import ChartPainter, Lit, nodes_in, paint_ground, radius_of
from desktop.ui.chart.picture import draw, spoken
from desktop.ui.chart.view_port import ViewPort
from desktop.ui.kit import Living, announce
from desktop.ui.kit.painting import keyboard_focus, paint_ring
from desktop.ui.kit.tips import plain_tip
from desktop.ui.theme import current_theme
from i18n import _
from i18n.bidi import strip_isolates
from i18n.folding import fold

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_STEP = 20.0  # units that Ctrl and an arrow move a node
_ZOOM = 1.25
_TYPING_S = 1.0
_DRAG = 4  # pixels before a press becomes a drag


class ChartCanvas(Living, QWidget):
    """Shows what a board holds."""

    opened = Signal(str)
    link_wanted = Signal(str, str)
    """Two nodes that a new link is to join."""
    menu_wanted = Signal(object)
    """QPoint on the screen."""
    linking_changed = Signal(bool)

    def __init__(self, board: Board, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.board = board
        self.port = ViewPort()
        self.picture_painter = ChartPainter()
        self.lit = Lit()
        self.linking = ""
        self._fitted = ""
        self._typed, self._typed_s = "", 0.0
        self._press: QPointF | None = None
        self._pointer = QPointF()
        self._deed = ""  # pan, node, link, frame
        self._dragged: dict[str, Point] = {}
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(160, 120)
        board.changed.connect(self.on_changed)
        board.moved.connect(self.on_changed)
        board.selection.chosen.connect(self._on_chosen)
        self.bind(self._name, lambda: _("Link chart"))
        self.follow(self._on_look)

    # what is shown

    def on_changed(self) -> None:
        """Draw the picture anew; the first one of a case is fitted into view."""
        self.picture_painter.picture = draw(self.board.graph, self.board.now)
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
        self.port.fit(self.picture_painter.picture.places.values())
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

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the chart, and what is being drawn on it."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # places are mirrored by the port
        paint_ground(painter, QRectF(self.rect()), theme)
        self.lit.focused = self.hasFocus()
        self.picture_painter.paint(painter, self.port, self.lit)
        if self._deed == "link" or self.linking:
            self._paint_linking(painter)
        if self._deed == "frame" and self._press is not None:
            painter.setPen(QPen(theme.color("primary"), 1, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self._press, self._pointer))
        if keyboard_focus(self):
            paint_ring(painter, self.rect(), theme.color("focus"), theme.control("radius"), theme)

    def _paint_linking(self, painter: QPainter) -> None:
        places = self.picture_painter.picture.places
        if self.linking not in places:
            return
        end = self._pointer if self._deed == "link" else None
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

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Say where one is."""
        super().focusInEvent(event)
        self.update()

    # keys

    def event(self, event: QEvent) -> bool:
        """Undo and redo are the chart's own while it has the focus and something to undo."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._own_step(event):
            event.accept()
            return True
        if event.type() == QEvent.Type.ToolTip and self.lit.hovered:
            spot = self.picture_painter.picture.spots.get(self.lit.hovered)
            if spot is not None:
                tip = plain_tip(self.picture_painter.label_of(spot))
                QToolTip.showText(self.mapToGlobal(self._pointer.toPoint()), tip)
                return True
        return super().event(event)

    def _own_step(self, event: QKeyEvent) -> str:
        if event.matches(QKeySequence.StandardKey.Undo) and self.board.can_undo():
            return "undo"
        again = event.matches(QKeySequence.StandardKey.Redo) or (
            event.key() == Qt.Key.Key_Y and event.modifiers() == Qt.KeyboardModifier.ControlModifier
        )
        return "redo" if again and self.board.can_redo() else ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk, choose, move, unfold, jump."""
        step = self._own_step(event)
        if step:
            self.board.undo() if step == "undo" else self.board.redo()
            return
        key = Qt.Key(event.key())
        if key in _ARROWS:
            self._on_arrow(_ARROWS[key], event.modifiers())
        elif not self._on_deed(key, event) and not self._on_letter(event):
            super().keyPressEvent(event)

    def _on_arrow(self, way: tuple[int, int], modifiers: Qt.KeyboardModifier) -> None:
        across = -way[0] if self.port.mirrored else way[0]
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            places = self.board.now.places
            moving = (self.lit.chosen or {self.lit.current}) & places.keys()
            self.board.move(
                {node: (places[node][0] + across * _STEP, places[node][1] + way[1] * _STEP) for node in moving}
            )
            return
        found = self.nearest(self.lit.current, (across, way[1]))
        if found:
            self.set_current(found)
            if not self.linking:
                more = modifiers & Qt.KeyboardModifier.ShiftModifier
                self.board.selection.choose(self.board.selection.ids | {found} if more else {found})

    def nearest(self, node: str, way: tuple[int, int]) -> str:
        """The nearest node in a direction: what lies aside counts as farther. Empty if there is none."""
        places = self.picture_painter.picture.places
        if node not in places:
            return next(iter(places), "")
        x0, y0 = places[node]
        best, found = math.inf, ""
        for other, (x, y) in places.items():
            along = (x - x0) * way[0] + (y - y0) * way[1]
            aside = abs((x - x0) * way[1]) + abs((y - y0) * way[0])
            if other != node and along > 0 and aside <= 2.5 * along and along + 2 * aside < best:
                best, found = along + 2 * aside, other
        return found

    def _on_deed(self, key: Qt.Key, event: QKeyEvent) -> bool:
        """What a key without a letter does; whether it did something."""
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        node = self.lit.current
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_enter()
        elif event.text() == "+" or (key == Qt.Key.Key_Equal and control):
            self.zoom(_ZOOM) if control else self.board.expand(node)
        elif event.text() == "-" or (key == Qt.Key.Key_Minus and control):
            self.zoom(1 / _ZOOM) if control else self.board.collapse(node)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.zoom(_ZOOM if key == Qt.Key.Key_PageUp else 1 / _ZOOM)
        elif key == Qt.Key.Key_Home or (key == Qt.Key.Key_0 and control):
            self.fit()
        elif event.text() == "*":
            self.board.step(self.board.now.pinning(self.chosen_nodes()))
        elif key == Qt.Key.Key_Insert:
            self.start_linking(node)
        elif key == Qt.Key.Key_Delete:
            self.board.hide(self.with_members(self.chosen_nodes()))
        elif key == Qt.Key.Key_Space and not self._typed:
            self.board.selection.toggle(node)
        elif key == Qt.Key.Key_A and control:
            self.board.selection.choose(self.picture_painter.picture.spots)
        elif key == Qt.Key.Key_Escape and (self.linking or self.board.selection.ids or self.board.ways):
            self._on_escape()
        else:
            return False
        return True

    def _on_enter(self) -> None:
        node = self.lit.current
        if self.linking:
            source = self.linking
            self.start_linking("")
            if node and node != source:
                self.link_wanted.emit(source, node)
        elif node.startswith("group:"):
            self.board.step(self.board.now.folding_group(node))
        else:
            self.open_current()

    def _on_escape(self) -> None:
        if self.linking:
            self.start_linking("")
        elif self.board.ways:
            self.board.show_way(-1)
        else:
            self.board.selection.clear()

    def open_current(self) -> None:
        """Open the current node."""
        if self.lit.current in self.board.graph.nodes and not self.board.graph.is_missing(self.lit.current):
            self.opened.emit(self.lit.current)

    def find_ways(self) -> None:
        """Show the ways between the two chosen nodes."""
        pair = sorted(self.chosen_nodes() & self.board.graph.nodes.keys())
        if len(pair) == 2:
            self.board.find_ways(*pair)

    def with_members(self, nodes: set[str]) -> set[str]:
        """Nodes, and the members of the groups whose one node is among them."""
        return nodes | {each for group in self.board.now.groups if group.id in nodes for each in group.members}

    def start_linking(self, node: str) -> None:
        """Draw a link from a node: arrows choose the other end, Enter takes it. An empty id gives up."""
        self.linking = "" if node.startswith("group:") else node
        self.linking_changed.emit(bool(self.linking))
        self.update()

    def chosen_nodes(self) -> set[str]:
        """What a deed is done to: the chosen nodes that are on the chart, else the current one."""
        spots = self.picture_painter.picture.spots
        return {node for node in self.lit.chosen if node in spots} or ({self.lit.current} & spots.keys())

    def _on_letter(self, event: QKeyEvent) -> bool:
        text = event.text()
        if not text or not text.isprintable() or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return False
        now = time.monotonic()
        self._typed = (self._typed if now - self._typed_s < _TYPING_S else "") + text
        self._typed_s = now
        wanted = fold(self._typed).strip()
        spots = list(self.picture_painter.picture.spots.values())
        at = next((n for n, spot in enumerate(spots) if spot.id == self.lit.current), -1)
        turned = spots[at + 1 :] + spots[: at + 1] if len(self._typed) == 1 else spots[at:] + spots[:at]
        for spot in turned:
            if wanted and any(word.startswith(wanted) for word in _words(spot.label)):
                self.set_current(spot.id)
                self.board.selection.choose({spot.id})
                break
        return True

    # mouse

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
        self._press = self._pointer = event.position()
        node, rim = self.node_at(event.position()), self.node_at(event.position(), 1.5)
        more = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        if self.linking and node:
            self.lit.current = node
            self._on_enter()
        elif node:
            self.set_current(node, say=False)
            if more:
                self.board.selection.toggle(node)
            elif node not in self.board.selection.ids:
                self.board.selection.choose({node})
            self._deed = "node"
        elif rim and not rim.startswith("group:"):
            self._deed = "link"
            self.linking = rim
        else:
            self._deed = "frame" if more else "pan"
        self.setCursor(Qt.CursorShape.ClosedHandCursor if self._deed == "pan" else Qt.CursorShape.ArrowCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        before, self._pointer = self._pointer, event.position()
        if self._press is None:
            node = self.node_at(event.position())
            rim = not node and self.node_at(event.position(), 1.5)
            if node != self.lit.hovered:
                self.lit.hovered = node
                self.update()
            shape = Qt.CursorShape.CrossCursor if rim else Qt.CursorShape.PointingHandCursor
            self.setCursor(shape if node or rim else Qt.CursorShape.OpenHandCursor)
            return
        if self._deed == "pan":
            self.port.pan(self._pointer.x() - before.x(), self._pointer.y() - before.y())
        elif self._deed == "node" and (self._pointer - self._press).manhattanLength() >= _DRAG:
            self._drag()
        self.update()

    def _drag(self) -> None:
        """Show what is dragged where it would be dropped; the board hears of it once, at the end."""
        if self._press is None:
            return
        places, start, end = self.board.now.places, self.port.to_place(self._press), self.port.to_place(self._pointer)
        moving = self._moving()
        self._dragged = {
            node: (places[node][0] + end[0] - start[0], places[node][1] + end[1] - start[1]) for node in moving
        }
        shown = self.picture_painter.picture
        moved = {node: at for node, at in self._dragged.items() if node in shown.places}
        self.picture_painter.picture = shown._replace(places={**shown.places, **moved})

    def _moving(self) -> set[str]:
        """The nodes that go along: those chosen, and the members of a group whose one node is dragged."""
        return self.with_members(self.chosen_nodes()) & self.board.now.places.keys()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Drop what was dragged, join what was drawn, choose what was framed."""
        deed, self._deed = self._deed, ""
        press, self._press = self._press, None
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
            self._on_enter()

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


def _words(label: str) -> list[str]:
    folded = fold(strip_isolates(label))
    return [folded, *folded.split()]
