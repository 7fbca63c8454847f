"""Labels that show plain text only: data isolated and neutralised, codes left to right, long lines with an ellipsis."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from desktop.ui.kit.binding import Living
from desktop.ui.kit.tips import plain_tip
from i18n.bidi import FSI, LRI, isolate, ltr, strip_isolates
from i18n.direction import is_rtl

_RLM = "\u200f"
_OPENING = _RLM + FSI + LRI
_LONGEST_LAID = 1_000  # characters; more would not fit in a few lines


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
    """One line, or a few, that shrinks: what does not fit ends in an ellipsis, and the tool tip holds the whole."""

    def __init__(
        self, text: str = "", role: str = "body", tone: str = "", *, lines: int = 1, parent: QWidget | None = None
    ) -> None:
        super().__init__(text, role, tone, parent=parent)
        self._lines = lines
        # A fixed height is that of one line, whatever `heightForWidth` says.
        vertical = QSizePolicy.Policy.Fixed if lines == 1 else QSizePolicy.Policy.Minimum
        self.setSizePolicy(QSizePolicy.Policy.Expanding, vertical)

    def minimumSizeHint(self) -> QSize:
        """Room for a few letters."""
        return QSize(self.fontMetrics().averageCharWidth() * 4, super().minimumSizeHint().height())

    def hasHeightForWidth(self) -> bool:
        """Whether it may take more than one line."""
        return self._lines > 1

    def heightForWidth(self, width: int) -> int:
        """As many lines as the text needs there, up to its limit."""
        if self._lines == 1:
            return super().heightForWidth(width)
        return max(len(self._rows(width)), 1) * self.fontMetrics().lineSpacing()

    def shown_text(self) -> str:
        """The text as it fits now, without isolates."""
        return " ".join(strip_isolates(row).lstrip(_RLM).strip() for row in self._rows(self.contentsRect().width()))

    def _rows(self, width: int) -> list[str]:
        """The lines that are painted at a width: whole ones, and in the last what is left, elided."""
        text = self.text()
        rows: list[str] = []
        if self._lines > 1:
            rows, text = _wrapped(text, self.font(), width, self._lines - 1)
        if text or not rows:
            rows.append(self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width))
        return rows

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the lines, the last one elided."""
        painter = QPainter(self)
        plain = strip_isolates(self.text()).lstrip(_RLM)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.setFont(self.font())
        rect = self.contentsRect()
        rows = self._rows(rect.width())
        height = rect.height() // len(rows)
        for place, row in enumerate(rows):
            # An isolate that the ellipsis cut off ends with the line; several of them keep the order of reading.
            line = QRect(rect.x(), rect.y() + place * height, rect.width(), height)
            painter.drawText(line, int(self.alignment()) | int(Qt.TextFlag.TextSingleLine), row)
        painter.end()
        tip = plain_tip(plain) if self.shown_text() != plain else ""
        if self.toolTip() != tip:
            self.setToolTip(tip)


def _wrapped(text: str, font: QFont, width: int, lines: int) -> tuple[list[str], str]:
    """The first lines of a text broken at words to a width in pixels, and the rest; each keeps the opening isolates."""
    opening = text[: len(text) - len(text.lstrip(_OPENING))]
    layout = QTextLayout(text[:_LONGEST_LAID], font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    units = text.encode("utf-16-le", "surrogatepass")  # Qt counts in these
    rows: list[str] = []
    end = 0
    layout.beginLayout()
    while len(rows) < lines and (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        start, end = end, line.textStart() + line.textLength()
        part = units[2 * start : 2 * end].decode("utf-16-le", "surrogatepass")
        rows.append(part if start == 0 else opening + part)
    layout.endLayout()
    rest = units[2 * end :].decode("utf-16-le", "surrogatepass")
    return rows, opening + rest if strip_isolates(rest) else ""
