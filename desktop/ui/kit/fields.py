"""Fields for typing: the search box, codes that read from left to right, and long text without markup."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QTextEdit, QWidget

from desktop.ui.icons import icon_pixmap
from desktop.ui.kit.binding import Living
from desktop.ui.kit.painting import CENTER, leading_rect
from desktop.ui.theme import current_theme
from i18n.bidi import ltr


class SearchBox(Living, QLineEdit):
    """A search field with a glass before the words and the shortcut behind them."""

    def __init__(self, placeholder: str = "", shortcut: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shortcut = shortcut
        self.setMaxLength(500)
        self.set_placeholder(placeholder)
        self.follow(self._space)

    def set_placeholder(self, text: str) -> None:
        """What can be searched; it is the accessible name too."""
        self.setPlaceholderText(text)
        self.setAccessibleName(text)

    def sizeHint(self) -> QSize:
        """As wide as in the design."""
        theme = current_theme()
        return QSize(theme.px(588), theme.control("control"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the field, then glass and shortcut."""
        super().paintEvent(event)
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = theme.control("icon")
        spot = leading_rect(self, QRect(theme.px(12), (self.height() - side) // 2, side, side))
        painter.drawPixmap(spot.topLeft(), icon_pixmap("search", theme.color("text2"), side))
        if self._shortcut and not self.text():
            box = leading_rect(self, self._hint_box())
            painter.setPen(theme.color("border"))
            painter.setBrush(theme.color("surface"))
            painter.drawRoundedRect(box, theme.px(4), theme.px(4))
            painter.setFont(theme.font("caption", 500))
            painter.setPen(theme.color("text2"))
            painter.drawText(box, CENTER, ltr(self._shortcut))

    def _hint_box(self) -> QRect:
        theme = current_theme()
        width = theme.metrics("caption", 500).horizontalAdvance(self._shortcut) + theme.px(16)
        height = theme.px(24)
        return QRect(self.width() - width - theme.px(8), (self.height() - height) // 2, width, height)

    def _space(self) -> None:
        # setTextMargins is in eye order, not reading order.
        theme = current_theme()
        lead, trail = theme.px(30), (self._hint_box().width() if self._shortcut else 0)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            lead, trail = trail, lead
        self.setTextMargins(lead, 0, trail, 0)


class CodeEdit(Living, QLineEdit):
    """A line for phones, plates, references, dates: typed left to right, aligned with the language's side."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.follow(self._align)

    def _align(self) -> None:
        parent = self.parentWidget()
        rtl = parent is not None and parent.layoutDirection() == Qt.LayoutDirection.RightToLeft
        if self.layoutDirection() != Qt.LayoutDirection.LeftToRight:
            self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        side = Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft
        self.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)


class TextBox(Living, QTextEdit):
    """Long text: plain only, aligned by each paragraph's own script, Tab moves on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)

    def set_text(self, text: str) -> None:
        """Show text as it is stored."""
        self.setPlainText(text)


def mark_invalid(field: QWidget, invalid: bool) -> None:
    """Give a field the border of a refused value, or take it away. The words of the refusal stand below it."""
    field.setProperty("invalid", "true" if invalid else "false")
    field.style().unpolish(field)
    field.style().polish(field)
