"""Chips: filters that can be switched or removed, and the chip that tells the connection in two lines."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from desktop.ui.icons import icon_pixmap
from desktop.ui.kit.binding import Living
from desktop.ui.kit.hints import Captioned, Whole
from desktop.ui.kit.painting import CENTER, LEADING, hovered, keyboard_focus, leading_rect, paint_ring
from desktop.ui.theme import current_theme
from i18n import _
from i18n.bidi import strip_isolates


class FilterChip(Captioned, QAbstractButton):
    """A filter: checkable, or removable (cross, Delete or Backspace emit `removed`)."""

    removed = Signal()

    def __init__(
        self, text: str = "", *, checked: bool = False, removable: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._removable = removable
        self.setCheckable(not removable)
        self.setChecked(checked and not removable)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        if text:
            self.setText(text)
        self.follow(self.updateGeometry)

    def setText(self, text: str) -> None:
        """Set the words, literally."""
        super().setText(text)
        if self._removable:
            self.setAccessibleDescription(_("Filter. Press Delete to remove it."))

    def sizeHint(self) -> QSize:
        """Words, padding, and the cross."""
        theme = current_theme()
        cross = theme.px(20) if self._removable else 0
        words = theme.metrics("caption", 500 if not self._removable else 600).horizontalAdvance(self._caption)
        return QSize(words + theme.px(24) + cross, theme.px(28))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Remove by Delete or Backspace."""
        if self._removable and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
            return
        super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Remove by a click on the cross."""
        inside = self.rect().contains(event.position().toPoint())
        on_cross = leading_rect(self, self._cross_zone()).contains(event.position().toPoint())
        super().mouseReleaseEvent(event)
        if self._removable and inside and on_cross:
            self.removed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the chip."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        active = self.isChecked() or self._removable
        ground = theme.color("sel" if active else "hover" if hovered(self) else "surface")
        front = theme.color("link" if active else "text2")
        painter.setBrush(ground)
        painter.setPen(QPen(theme.color("link" if active else "border_strong"), 1))
        radius = self.height() / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.setFont(theme.font("caption", 600 if active else 500))
        painter.setPen(front)
        words = self.rect().adjusted(theme.px(10), 0, -theme.px(10), 0)
        if self._removable:
            words = leading_rect(self, words.adjusted(0, 0, -theme.px(18), 0))
            side = theme.px(12)
            zone = leading_rect(self, self._cross_zone())
            spot = QRect(zone.center().x() - side // 2, zone.center().y() - side // 2, side, side)
            painter.drawPixmap(spot.topLeft(), icon_pixmap("x", front, side))
            painter.drawText(words, LEADING, self._caption)
        else:
            painter.drawText(words, CENTER, self._caption)
        if keyboard_focus(self):
            paint_ring(painter, self.rect(), theme.color("focus"), radius, theme)

    def _cross_zone(self) -> QRect:
        theme = current_theme()
        width = theme.px(28)
        return QRect(self.width() - width, 0, width, self.height())


# Phase of casework.views.SyncState → (icon, tone). Offline is a state, never an error.
PHASES = {
    "online": ("circle-check", "ok"),
    "syncing": ("refresh-cw", "info"),
    "connecting": ("refresh-cw", "info"),
    "offline": ("cloud-off", "offline"),
    "paused": ("cloud-off", "neutral"),
    "refused": ("triangle-alert", "bad"),
}


class ConnectionChip(Living, Whole, QAbstractButton):
    """Two lines that are always there: the state with what waits to be sent, and the age of the data."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._phase = "offline"
        self._first = ""
        self._second = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.follow(self.updateGeometry)

    def set_state(self, phase: str, first: str, second: str = "") -> None:
        """Show a phase (online, syncing, connecting, offline, paused, refused) in two lines of words."""
        self._phase = phase
        self._first = first
        self._second = second
        self.setAccessibleName(strip_isolates(f"{first}. {second}" if second else first))
        self.updateGeometry()
        self.update()

    def phase(self) -> str:
        """The phase shown."""
        return self._phase

    def sizeHint(self) -> QSize:
        """The wider line, the icon and the padding."""
        theme = current_theme()
        wide = max(
            theme.metrics("caption", 600).horizontalAdvance(self._first),
            theme.metrics("caption").horizontalAdvance(self._second),
        )
        lines = theme.metrics("caption", 600).height() + theme.metrics("caption").height() + theme.px(6)
        return QSize(wide + theme.px(54), max(theme.px(44), lines))

    def event(self, event: QEvent) -> bool:
        """Repaint when the pointer comes and goes."""
        if event.type() in (QEvent.Type.HoverEnter, QEvent.Type.HoverLeave):
            self.update()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground, icon and the two lines."""
        theme = current_theme()
        icon, tone = PHASES.get(self._phase, PHASES["offline"])
        front, ground = theme.tone(tone)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = theme.control("radius")
        painter.setBrush(ground)
        painter.setPen(QPen(front, 1) if hovered(self) or theme.scheme == "contrast" else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        side = theme.control("icon")
        spot = leading_rect(self, QRect(theme.px(12), (self.height() - side) // 2, side, side))
        painter.drawPixmap(spot.topLeft(), icon_pixmap(icon, front, side))
        left = theme.px(40)
        room = self.width() - left - theme.px(10)
        painter.setPen(front)
        bold = theme.metrics("caption", 600).height()
        plain = theme.metrics("caption").height() if self._second else 0
        top = (self.height() - bold - plain) // 2
        painter.setFont(theme.font("caption", 600))
        painter.drawText(leading_rect(self, QRect(left, top, room, bold)), LEADING, self._first)
        painter.setFont(theme.font("caption"))
        painter.drawText(leading_rect(self, QRect(left, top + bold, room, plain)), LEADING, self._second)
        if keyboard_focus(self):
            paint_ring(painter, self.rect(), theme.color("focus"), radius, theme)
