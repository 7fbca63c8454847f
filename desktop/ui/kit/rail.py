"""The navy rail's own widgets: the gold mark, and items with icon, words, gold count and a bar where one is."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QLabel, QSizePolicy, QWidget

from desktop.ui.icons import icon_pixmap
from desktop.ui.kit.binding import Living
from desktop.ui.kit.hints import Captioned, Square
from desktop.ui.kit.painting import LEADING, hovered, keyboard_focus, leading_rect, paint_ring
from desktop.ui.kit.pills import count_text, paint_count
from desktop.ui.kit.tips import plain_tip
from desktop.ui.theme import current_theme
from i18n.bidi import strip_isolates


class BrandMark(Living, Square, QLabel):
    """A gold square with the product's shield. It decorates the name beside it and has none of its own."""

    def __init__(self, size: int = 32, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.follow(self.updateGeometry)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint square and shield."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("gold"))
        painter.drawRoundedRect(QRectF(self.rect()), theme.control("radius"), theme.control("radius"))
        side = theme.px(self._size * 0.6)
        inset = (self.width() - side) // 2
        painter.drawPixmap(inset, inset, icon_pixmap("shield-check", theme.color("on_gold"), side))


class RailItem(Captioned, QAbstractButton):
    """A destination. `set_compact(True)` leaves the icon and a small count; the words become the tool tip."""

    def __init__(self, icon: str, text: str = "", count: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon
        self._count = count
        self._compact = False
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if text:
            self.setText(text)
        self.follow(self.updateGeometry)

    def setText(self, text: str) -> None:
        """Set the words, literally."""
        super().setText(text)
        self._name()

    def set_count(self, count: int) -> None:
        """Show a count; zero shows none."""
        if count != self._count:
            self._count = count
            self._name()
            self.update()

    def count(self) -> int:
        """The count shown."""
        return self._count

    def set_compact(self, compact: bool) -> None:
        """Show the icon only (the window is narrow)."""
        self._compact = compact
        self._name()
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """A row of the rail."""
        theme = current_theme()
        if self._compact:
            return QSize(theme.px(44), theme.px(38))
        words = theme.metrics("body", 500).horizontalAdvance(self._caption)
        return QSize(words + theme.px(100), theme.px(38))

    def minimumSizeHint(self) -> QSize:
        """At least the icon."""
        theme = current_theme()
        return QSize(theme.px(44), theme.px(38))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground, bar, icon, words, count and ring."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = self.isChecked()
        ground = self.rect().adjusted(
            theme.px(8) if not self._compact else 0, 1, -theme.px(8) if not self._compact else 0, -1
        )
        if chosen or hovered(self):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("rail_sel" if chosen else "rail_hover"))
            radius = theme.control("radius")
            painter.drawRoundedRect(QRectF(ground), radius, radius)
        if chosen:
            bar = QRect(ground.left(), ground.top() + theme.px(9), theme.px(3), ground.height() - 2 * theme.px(9))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("gold"))
            painter.drawRoundedRect(leading_rect(self, bar), 1.5, 1.5)
        front = theme.color("rail_chosen" if chosen else "rail_text")
        side = theme.control("icon")
        left = (self.width() - side) // 2 if self._compact else theme.px(23)
        spot = leading_rect(self, QRect(left, (self.height() - side) // 2, side, side))
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        painter.drawPixmap(spot.topLeft(), icon_pixmap(self._icon, front, side, rtl=rtl))
        room = self.width() - theme.px(52) - theme.px(20)
        if self._count:
            room -= self._paint_count(painter)
        if not self._compact:
            metrics = theme.metrics("body", 500)
            painter.setFont(theme.font("body", 500))
            painter.setPen(front)
            text = metrics.elidedText(self._caption, Qt.TextElideMode.ElideRight, room)
            painter.drawText(leading_rect(self, QRect(theme.px(52), 0, room + 2, self.height())), LEADING, text)
        if keyboard_focus(self):
            paint_ring(painter, ground, theme.color("rail_text_sel"), theme.control("radius"), theme)

    def _paint_count(self, painter: QPainter) -> int:
        theme = current_theme()
        text = count_text(self._count, 9 if self._compact else 999)
        width = max(
            theme.px(16 if self._compact else 24), theme.metrics("caption", 600).horizontalAdvance(text) + theme.px(12)
        )
        height = theme.px(16 if self._compact else 22)
        if self._compact:
            badge = QRect(self.width() - width, 0, width, height)
        else:
            badge = QRect(self.width() - theme.px(19) - width, (self.height() - height) // 2, width, height)
        paint_count(painter, leading_rect(self, badge), text, theme)
        return width + theme.px(8)

    def _name(self) -> None:
        words = strip_isolates(self._caption)
        self.setAccessibleName(f"{words}, {self._count}" if self._count else words)
        self.setToolTip(plain_tip(self._caption) if self._compact else "")
