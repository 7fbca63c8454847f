"""Shapes and words that widgets and delegates paint alike: pills, badges, focus rings, leading-edge rectangles."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyleOption, QWidget

from desktop.ui.theme import Theme, current_theme
from i18n.bidi import isolate, ltr, neutralise

LEADING = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
TRAILING = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
CENTER = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine)


class PillLook(NamedTuple):
    """Colours of a pill or badge: text, ground, and a border when the ground alone would not show."""

    text: QColor
    ground: QColor
    border: QColor | None = None
    dot: bool = False
    radius: float = 6.0


def tone_look(theme: Theme, tone: str, *, dot: bool = True) -> PillLook:
    """The look of a status pill of a tone."""
    text, ground = theme.tone(tone)
    return PillLook(text, ground, None, dot, 999.0)


def tlp_look(theme: Theme, label: str) -> PillLook:
    """The look of a TLP badge; a border where the ground is the surface's own colour."""
    text, ground = theme.tlp(label)
    border = theme.color("border_strong") if ground == theme.color("surface") or ground.lightness() > 240 else None
    return PillLook(text, ground, border, False, 5.0)


def handling_look(theme: Theme) -> PillLook:
    """The look of a handling-code badge: outlined, so that it never outshouts the TLP label."""
    return PillLook(theme.color("text2"), theme.color("surface"), theme.color("border_strong"), False, 5.0)


def pill_width(theme: Theme, text: str, look: PillLook) -> int:
    """Width of a pill with its text, in pixels."""
    dot = theme.px(12) if look.dot else 0
    return theme.metrics("caption", 600).horizontalAdvance(text) + theme.px(20) + dot


def pill_height(theme: Theme) -> int:
    """Height of every pill and badge."""
    return max(theme.px(24), theme.metrics("caption", 600).height() + theme.px(4))


def paint_pill(painter: QPainter, rect: QRect, text: str, look: PillLook, theme: Theme) -> None:
    """Paint a pill in `rect`; the text is elided where it does not fit, the dot stands on the leading side."""
    radius = min(look.radius * theme.scale, rect.height() / 2)
    painter.setPen(QPen(look.border, 1) if look.border is not None else Qt.PenStyle.NoPen)
    painter.setBrush(look.ground)
    painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    inner = rect.adjusted(theme.px(10), 0, -theme.px(10), 0)
    direction = painter.layoutDirection()
    if look.dot:
        side = theme.px(6)
        dot = QRect(inner.left(), rect.center().y() - side // 2 + 1, side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.text)
        painter.drawEllipse(QStyle.visualRect(direction, inner, dot))
        inner = QStyle.visualRect(direction, inner, inner.adjusted(theme.px(12), 0, 0, 0))
    painter.setFont(theme.font("caption", 600))
    painter.setPen(look.text)
    metrics = theme.metrics("caption", 600)
    if metrics.horizontalAdvance(text) > inner.width():
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
    painter.drawText(inner, LEADING if look.dot else CENTER, text)


def paint_ring(painter: QPainter, rect: QRect, color: QColor, radius: float, theme: Theme | None = None) -> None:
    """Paint the 2 px focus ring just inside `rect`."""
    theme = theme or current_theme()
    width = theme.control("ring")
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(color, width))
    inset = width / 2
    painter.drawRoundedRect(QRectF(rect).adjusted(inset, inset, -inset, -inset), radius, radius)


def elide_data(text: str, metrics: QFontMetrics, width: int) -> str:
    """Data from outside, neutralised, cut with an ellipsis at `width` pixels and isolated."""
    return isolate(metrics.elidedText(neutralise(text), Qt.TextElideMode.ElideRight, max(0, width)))


def elide_code(text: str, metrics: QFontMetrics, width: int) -> str:
    """The same for a code that reads from left to right everywhere."""
    return ltr(metrics.elidedText(neutralise(text), Qt.TextElideMode.ElideRight, max(0, width)))


def leading_rect(widget: QWidget, rect: QRect) -> QRect:
    """A rectangle given for left-to-right, mirrored where the widget is right to left."""
    return QStyle.visualRect(widget.layoutDirection(), widget.rect(), rect)


def keyboard_focus(widget: QWidget) -> bool:
    """Whether the widget has the focus and the person got there by the keyboard (a click shows no ring)."""
    option = QStyleOption()
    option.initFrom(widget)
    state = QStyle.StateFlag.State_HasFocus | QStyle.StateFlag.State_KeyboardFocusChange
    return (option.state & state) == state


def hovered(widget: QWidget) -> bool:
    """Whether the pointer is over an enabled widget."""
    return widget.isEnabled() and widget.underMouse()


def centered(box: QRect, width: int, height: int) -> QRect:
    """A rectangle of a size in the middle of another."""
    middle = box.center()
    return QRect(
        QPoint(middle.x() - width // 2 + 1, middle.y() - height // 2 + 1),
        box.size().scaled(width, height, Qt.AspectRatioMode.IgnoreAspectRatio),
    )
