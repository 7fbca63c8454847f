"""The way of a request, painted: which states it went through, where it stands, what may come."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.casework.request_views import RequestView
from desktop.casework.request_words import state_label
from desktop.ui.kit import Living
from desktop.ui.theme import current_theme
from i18n import _
from i18n.bidi import strip_isolates

_WAY = ("draft", "sent", "received", "accepted", "answered", "closed")
_ORDER = {state: place for place, state in enumerate(_WAY)}
_DOT = 16  # pixels at 100 %


class StepsStrip(Living, QWidget):
    """Six dots on a line with their words. A refused or withdrawn request says so in place of what did not come.

    Where several members are asked, it tells how far all of them are.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._way: tuple[str, ...] = _WAY
        self._at = 0
        self._states: tuple[str, ...] = ("draft",)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.follow(self.updateGeometry)
        self.bind(lambda _text: self._name(), str)

    def show_request(self, request: RequestView) -> None:
        """Show how far a request is."""
        states = tuple(dict.fromkeys(part.state for part in request.parts))
        least = min(states, key=lambda state: _ORDER.get(_plain(state), len(_WAY)))
        self._states, self._way = states, _WAY
        if least == "refused":
            self._way = ("draft", "sent", "received", "refused", "closed")
        elif least == "withdrawn":
            self._way = ("draft", "withdrawn")
        self._at = self._way.index(least) if least in self._way else -1
        self._name()
        self.update()

    def way(self) -> tuple[str, ...]:
        """The states that are shown, in order."""
        return self._way

    def at(self) -> int:
        """The place of the state in which it stands; -1 for one of a newer version."""
        return self._at

    def sizeHint(self) -> QSize:
        """Room for the dots and a line of words."""
        theme = current_theme()
        return QSize(theme.px(60) * len(self._way), theme.px(_DOT + 10) + theme.metrics("caption").height())

    def minimumSizeHint(self) -> QSize:
        """As high as that, however narrow."""
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint line, dots and words; in the direction of reading."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        count = len(self._way)
        wide = self.width() / count
        side, top = theme.px(_DOT), theme.px(2)
        middles = [wide * (place + 0.5) for place in range(count)]
        if rtl:
            middles = [self.width() - middle for middle in middles]
        for place in range(count - 1):
            done = place < self._at
            painter.setPen(QPen(theme.color("primary" if done else "border_strong"), theme.px(2)))
            height = top + side // 2
            painter.drawLine(int(middles[place]), height, int(middles[place + 1]), height)
        for place, state in enumerate(self._way):
            here, done = place == self._at, place < self._at
            box = QRectF(middles[place] - side / 2, top, side, side)
            painter.setPen(QPen(theme.color("primary" if here or done else "border_strong"), theme.px(2)))
            painter.setBrush(theme.color("primary" if done or here else "surface"))
            painter.drawEllipse(box)
            painter.setFont(theme.font("caption", 600 if here else 400))
            painter.setPen(theme.color("text" if here else "text2"))
            room = QRect(int(middles[place] - wide / 2) + 2, top + side + theme.px(4), int(wide) - 4, self.height())
            metrics = theme.metrics("caption", 600 if here else 400)
            shown = metrics.elidedText(state_label(state), Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop), shown)

    def _name(self) -> None:
        told = ", ".join(strip_isolates(state_label(state)) for state in self._states)
        self.setAccessibleName(_("State: {states}").format(states=told))


def _plain(state: str) -> str:
    """Where an end of the way stands in it."""
    return {"refused": "answered", "withdrawn": "closed"}.get(state, state)
