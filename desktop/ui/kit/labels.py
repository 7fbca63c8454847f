"""Labels that show plain text only: data isolated and neutralised, codes left to right, long lines with an ellipsis."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from desktop.ui.kit.binding import Living
from desktop.ui.kit.tips import plain_tip
from i18n.bidi import FSI, LRI, isolate, ltr, strip_isolates
from i18n.direction import is_rtl

_RLM = "\u200f"


def _directed(text: str) -> str:
    """Lines that begin with isolated data, as lines of the language in use: Qt would take them for left to right."""
    if not is_rtl():
        return text
    return "\n".join(_RLM + line if line[:1] in (FSI, LRI) else line for line in text.split("\n"))


class Label(Living, QLabel):
    """A plain-text label.

    Roles: caption, caption_strong, body, strong, h3, h2, h1.
    Tones: muted, faint, info, ok, warn, bad, violet, gold, rail, rail_strong.
    """

    def __init__(
        self,
        text: str = "",
        role: str = "body",
        tone: str = "",
        *,
        wrap: bool = False,
        selectable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setProperty("tone", tone)
        self.setWordWrap(wrap)
        self._selectable = selectable
        if selectable:
            self.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            self.follow(self._align)
        if text:
            self.setText(text)

    def setText(self, text: str) -> None:
        """Show text of our own (a translated sentence); its accessible name is the same text without isolates."""
        super().setText(_directed(text))
        self.setAccessibleName(strip_isolates(text))

    def show_data(self, text: str) -> None:
        """Show text from outside: neutralised, each line isolated in its own direction."""
        self.setText(isolate(text))

    def show_code(self, text: str) -> None:
        """Show a code (reference, phone, plate, date): left to right everywhere."""
        self.setText(ltr(text))

    def set_tone(self, tone: str) -> None:
        """Change the tone."""
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)
            self.update()

    def _align(self) -> None:
        # A selectable label is a text control inside, and that one aligns by the text's own script.
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        side = Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft
        self.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)


class ElidedLabel(Label):
    """One line that shrinks: what does not fit ends in an ellipsis, and the tool tip then holds the whole."""

    def __init__(self, text: str = "", role: str = "body", tone: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, role, tone, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        """Room for a few letters."""
        return QSize(self.fontMetrics().averageCharWidth() * 4, super().minimumSizeHint().height())

    def shown_text(self) -> str:
        """The text as it fits now, without isolates."""
        return strip_isolates(self._fitting()).lstrip(_RLM)

    def _fitting(self) -> str:
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.contentsRect().width())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line, elided."""
        painter = QPainter(self)
        plain = strip_isolates(self.text()).lstrip(_RLM)
        fitting = self._fitting()
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.setFont(self.font())
        # An isolate that the ellipsis cut off ends with the line; several of them keep the order of reading.
        painter.drawText(self.contentsRect(), int(self.alignment()) | int(Qt.TextFlag.TextSingleLine), fitting)
        painter.end()
        tip = plain_tip(plain) if self.shown_text() != plain else ""
        if self.toolTip() != tip:
            self.setToolTip(tip)
