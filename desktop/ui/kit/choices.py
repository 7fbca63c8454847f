"""Check boxes, radio buttons and drop-down lists at the text scale, with marks that the palette cannot lose."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QComboBox, QRadioButton, QWidget

from desktop.ui.icons import icon_pixmap
from desktop.ui.kit.binding import Living
from desktop.ui.kit.hints import Captioned
from desktop.ui.kit.painting import LEADING, hovered, keyboard_focus, leading_rect, paint_ring
from desktop.ui.theme import current_theme


def _hint(caption: str, weight: int = 400) -> QSize:
    theme = current_theme()
    metrics = theme.metrics("body", weight)
    width = theme.px(4 + 18 + 10 + 6) + metrics.horizontalAdvance(caption) + 2
    return QSize(width, max(theme.px(28), metrics.height() + theme.px(6)))


def _paint(button: QAbstractButton, caption: str, *, round_: bool, weight: int = 400) -> None:
    theme = current_theme()
    metrics = theme.metrics("body", weight)
    painter = QPainter(button)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    side = theme.px(18)
    box = leading_rect(button, QRect(theme.px(4), (button.height() - side) // 2, side, side))
    on, usable = button.isChecked(), button.isEnabled()
    filled = on and not round_
    ink = theme.color("primary" if usable else "text3")
    painter.setBrush(ink if filled else theme.color("hover" if hovered(button) else "surface"))
    painter.setPen(QPen(ink if on else theme.color("border_strong"), 1.5))
    frame = QRectF(box).adjusted(1, 1, -1, -1)
    radius = frame.width() / 2 if round_ else theme.px(4)
    painter.drawRoundedRect(frame, radius, radius)
    if on and round_:
        dot = theme.px(8) / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawEllipse(frame.center(), dot, dot)
    elif on:
        painter.setPen(QPen(theme.color("on_primary"), 2 * theme.scale, c=Qt.PenCapStyle.RoundCap))
        step = frame.width() / 16
        left, top = frame.left(), frame.top()
        points = [QPointF(left + x * step, top + y * step) for x, y in ((3.5, 8.5), (6.8, 11.6), (12.5, 4.8))]
        painter.drawPolyline(points)
    painter.setFont(theme.font("body", weight))
    painter.setPen(theme.color("text" if usable else "text3"))
    lead = theme.px(32)
    words = QRect(lead, 0, button.width() - lead, button.height())
    text = caption
    if metrics.horizontalAdvance(text) > words.width():
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, words.width())
    painter.drawText(leading_rect(button, words), LEADING, text)
    if keyboard_focus(button):
        paint_ring(painter, button.rect(), theme.color("focus"), theme.control("radius"), theme)


class CheckBox(Captioned, QCheckBox):
    """A check box; an ampersand in its words is an ampersand."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setText(text)
        self.follow(self.updateGeometry)

    def sizeHint(self) -> QSize:
        """Box and words."""
        return _hint(self._caption)

    def hitButton(self, pos: QPoint) -> bool:
        """The words can be clicked as well as the box."""
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint box, mark and words."""
        _paint(self, self._caption, round_=False)


class RadioButton(Captioned, QRadioButton):
    """A radio button; an ampersand in its words is an ampersand. A `strong` one is the heading of what is below it."""

    def __init__(self, text: str = "", parent: QWidget | None = None, *, strong: bool = False) -> None:
        super().__init__(parent)
        self._weight = 600 if strong else 400
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setText(text)
        self.follow(self.updateGeometry)

    def sizeHint(self) -> QSize:
        """Circle and words."""
        return _hint(self._caption, self._weight)

    def hitButton(self, pos: QPoint) -> bool:
        """The words can be clicked as well as the circle."""
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint circle, dot and words."""
        _paint(self, self._caption, round_=True, weight=self._weight)


class DropDown(Living, QComboBox):
    """A drop-down list with a chevron. The wheel does not change it: scrolling a form must not edit a case."""

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        if name:
            self.setAccessibleName(name)
        self.follow(self.updateGeometry)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint Qt's list field, then the chevron."""
        super().paintEvent(event)
        theme = current_theme()
        painter = QPainter(self)
        side = theme.px(16)
        spot = leading_rect(self, QRect(self.width() - side - theme.px(8), (self.height() - side) // 2, side, side))
        color = theme.color("text2" if self.isEnabled() else "text3")
        painter.drawPixmap(spot.topLeft(), icon_pixmap("chevron-down", color, side))
