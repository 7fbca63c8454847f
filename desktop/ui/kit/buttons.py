"""Buttons that paint themselves from the theme: one filled button in a region, the rest outlined or quiet."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from desktop.ui.icons import icon_pixmap
from desktop.ui.kit.binding import Living
from desktop.ui.kit.hints import Captioned, Whole
from desktop.ui.kit.painting import LEADING, hovered, keyboard_focus, leading_rect, paint_ring
from desktop.ui.kit.tips import plain_tip
from desktop.ui.theme import Theme, current_theme
from i18n.bidi import strip_isolates

KINDS = ("primary", "secondary", "quiet", "danger", "link")


class Button(Captioned, QPushButton):
    """A button with an icon before its words; `menu` adds a chevron behind them.

    Kinds: primary, secondary, quiet, danger, link (less padding).
    """

    def __init__(
        self,
        text: str = "",
        kind: str = "secondary",
        icon: str = "",
        *,
        menu: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        if kind not in KINDS:
            raise ValueError(kind)
        self._kind = kind
        self._icon = icon
        self._chevron = menu
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        if text:
            self.setText(text)
        self.follow(self.updateGeometry)

    def set_kind(self, kind: str) -> None:
        """Change the kind (for example when another button of the region becomes the filled one)."""
        if kind not in KINDS:
            raise ValueError(kind)
        self._kind = kind
        self.update()

    def set_icon(self, name: str) -> None:
        """Change the icon; an empty name takes it away."""
        self._icon = name
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Words, icon and padding at the text scale."""
        theme = current_theme()
        width = theme.metrics("body", 500).horizontalAdvance(self._caption)
        if self._icon:
            width += theme.control("icon") + (theme.px(10) if self._caption else 0)
        if self._chevron:
            width += theme.px(22)
        return QSize(width + 2 * self._padding(theme) + 2, theme.control("control"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground, icon, words and the focus ring."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        front = self._paint_ground(painter, theme)
        self._paint_content(painter, theme, front)
        if keyboard_focus(self):
            radius = theme.control("radius")
            if self._filled():
                paint_ring(painter, self.rect(), theme.color("text"), radius, theme)
                gap = theme.control("ring")
                paint_ring(painter, self.rect().adjusted(gap, gap, -gap, -gap), front, radius - 1, theme)
            else:
                paint_ring(painter, self.rect(), theme.color("focus"), radius, theme)

    def _filled(self) -> bool:
        return self._kind in ("primary", "danger") and self.isEnabled()

    def _padding(self, theme: Theme) -> int:
        return theme.px(8 if self._kind in ("link", "quiet") else 16)

    def _paint_ground(self, painter: QPainter, theme: Theme) -> QColor:
        over = hovered(self) or self.isDown()
        pen: QPen | Qt.PenStyle = Qt.PenStyle.NoPen
        ground: QColor | None = None
        front = theme.color("text")
        if not self.isEnabled():
            front = theme.color("text3")
            if self._kind not in ("quiet", "link"):
                pen, ground = QPen(theme.color("border"), 1), theme.color("sunken")
        elif self._kind == "primary":
            ground, front = theme.color("primary_h" if over else "primary"), theme.color("on_primary")
        elif self._kind == "danger":
            front, ground = theme.tone("bad")
            if over:
                pen = QPen(front, 1)
        elif self._kind == "secondary":
            pen = QPen(theme.color("border_strong"), 1)
            ground = theme.color("hover" if over else "surface")
        else:
            front = theme.color("link")
            ground = theme.color("hover") if over else None
        if ground is not None:
            radius = theme.control("radius")
            painter.setPen(pen)
            painter.setBrush(ground)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        return front

    def _paint_content(self, painter: QPainter, theme: Theme, front: QColor) -> None:
        metrics = theme.metrics("body", 500)
        padding = self._padding(theme)
        side = theme.control("icon")
        extra = (side + (theme.px(10) if self._caption else 0) if self._icon else 0) + (
            theme.px(22) if self._chevron else 0
        )
        room = self.width() - 2 * padding - extra
        text, words = self._caption, metrics.horizontalAdvance(self._caption)
        if words > room:
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            words = metrics.horizontalAdvance(text)
        left = max(padding, (self.width() - words - extra) // 2)
        middle = (self.height() - side) // 2
        if self._icon:
            spot = leading_rect(self, QRect(left, middle, side, side))
            painter.drawPixmap(spot.topLeft(), icon_pixmap(self._icon, front, side, rtl=self._rtl()))
            left += side + (theme.px(10) if self._caption else 0)
        painter.setFont(theme.font("body", 500))
        painter.setPen(front)
        # One pixel more than measured: hinting may widen the last glyph.
        painter.drawText(leading_rect(self, QRect(left, 0, words + 2, self.height())), LEADING, text)
        if self._chevron:
            small = theme.px(14)
            spot = leading_rect(self, QRect(left + words + theme.px(6), (self.height() - small) // 2, small, small))
            painter.drawPixmap(spot.topLeft(), icon_pixmap("chevron-down", front, small))

    def _rtl(self) -> bool:
        return self.layoutDirection() == Qt.LayoutDirection.RightToLeft


class IconButton(Living, Whole, QPushButton):
    """A square button that shows an icon only; its name is its accessible name and its tool tip."""

    def __init__(
        self,
        icon: str,
        name: str = "",
        *,
        tone: str = "text2",
        size: int = 36,
        badge: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon = icon
        self._tone = tone
        self._size = size
        self._badge = badge
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        if name:
            self.set_name(name)
        self.follow(self.updateGeometry)

    def set_name(self, name: str) -> None:
        """What the button does, in words."""
        self.setAccessibleName(strip_isolates(name))
        self.setToolTip(plain_tip(name))

    def set_icon(self, icon: str) -> None:
        """Change the icon."""
        self._icon = icon
        self.update()

    def set_badge(self, shown: bool) -> None:
        """Show or hide a dot on the corner (the accessible name must say the same in words)."""
        self._badge = shown
        self.update()

    def sizeHint(self) -> QSize:
        """A square of at least the 24 px target."""
        side = current_theme().px(max(24, self._size))
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the icon, the hover ground and the focus ring."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = theme.control("radius")
        if hovered(self) or self.isDown() or self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("hover"))
            painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
        color = theme.color(self._tone if self.isEnabled() else "text3")
        side = theme.px(20 if self._size >= 36 else 16)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        spot = QRect((self.width() - side) // 2, (self.height() - side) // 2, side, side)
        painter.drawPixmap(spot.topLeft(), icon_pixmap(self._icon, color, side, rtl=rtl))
        if self._badge:
            dot = theme.px(8)
            painter.setPen(QPen(theme.color("surface"), 2))
            painter.setBrush(theme.color("gold"))
            painter.drawEllipse(QRect(spot.right() - dot // 2, spot.top() - dot // 4, dot, dot))
        if keyboard_focus(self):
            paint_ring(painter, self.rect(), theme.color("focus"), radius, theme)
