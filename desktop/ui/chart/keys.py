"""The keys of a chart: whatever the mouse does, they do too.

Arrows go to the nearest node that way (with Shift they choose as they go, with Ctrl they move what is chosen), letters
jump to a name, Enter opens, + and - unfold and fold neighbours, * pins, Insert draws a link, Delete folds a node away,
Page Up and Page Down zoom, Home shows everything.
"""

from __future__ import annotations

import math
import time

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import (
    QKeyEvent,
    QKeySequence,
)
from PySide6.QtWidgets import QToolTip, QWidget

from desktop.ui.chart.board import Board
from desktop.ui.chart.face import ChartFace
from desktop.ui.kit.tips import plain_tip
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


class ChartKeys(ChartFace):
    """A chart that is walked by keys."""

    def __init__(self, board: Board, parent: QWidget | None = None) -> None:
        super().__init__(board, parent)
        self._typed, self._typed_s = "", 0.0

    def event(self, event: QEvent) -> bool:
        """Undo and redo are the chart's own while it has the focus and something to undo."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._own_step(event):
            event.accept()
            return True
        if event.type() == QEvent.Type.ToolTip and self.lit.hovered:
            spot = self.picture_painter.picture.spots.get(self.lit.hovered)
            if spot is not None:
                tip = plain_tip(self.picture_painter.label_of(spot))
                QToolTip.showText(self.mapToGlobal(self.pointer.toPoint()), tip)
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
            self.take_current()
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

    def take_current(self) -> None:
        """Open the current node, fold its group out, or take it as the end of a link."""
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


def _words(label: str) -> list[str]:
    folded = fold(strip_isolates(label))
    return [folded, *folded.split()]
