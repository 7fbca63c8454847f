"""The marking band: the strictest handling of what is in view, as text, along the upper edge of a window."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from desktop.ui.kit.binding import Living
from desktop.ui.kit.painting import CENTER
from desktop.ui.theme import current_theme
from i18n.bidi import strip_isolates
from i18n.direction import text_is_rtl


class MarkingBand(Living, QLabel):
    """A navy band with gold words. It is never hidden: an empty text shows an empty band."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_marking(text)
        self.follow(self.updateGeometry)

    def show_marking(self, text: str) -> None:
        """Show a marking line, such as casework.handling makes it."""
        self.setText(text)
        self.setAccessibleName(strip_isolates(text))

    def shown_text(self) -> str:
        """The words as painted: capitals where the script has them."""
        return self.text().upper()

    def sizeHint(self) -> QSize:
        """The band's height; it takes the width it gets."""
        theme = current_theme()
        return QSize(theme.px(320), max(theme.control("band"), theme.metrics("caption", 600).height() + theme.px(4)))

    def minimumSizeHint(self) -> QSize:
        """Any width."""
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the band."""
        theme = current_theme()
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("rail"))
        font = QFont(theme.font("caption", 600))
        text = self.shown_text()
        if not text_is_rtl(text):
            # Spaced letters would tear joined Arabic ones apart.
            font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 1.0 * theme.scale)
        painter.setFont(font)
        painter.setPen(theme.color("gold_text"))
        room = self.width() - 2 * theme.space("l")
        painter.drawText(self.rect(), CENTER, painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room))
        painter.setPen(theme.color("rail_line"))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
