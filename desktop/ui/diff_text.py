"""A read-only piece of text in which added and removed words are told apart by colour, line and weight. No markup."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QPainter,
    QPaintEvent,
    QPalette,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextOption,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.kit import Living
from desktop.ui.theme import current_theme
from desktop.ui.word_diff import Piece
from i18n import _
from i18n.bidi import ELLIPSIS, FSI, PDI, ltr, neutralise

_MOST = 8_000  # characters shown


class DiffText(Living, QWidget):
    """Pieces of text (see word_diff) painted with their fate. Each line is isolated in its own direction.

    `code` is for what reads from left to right everywhere: dates, phones, references. What is longer than a page or two
    is cut with an ellipsis: a title of 300 KB from somebody else's program would hold the window up for minutes.
    """

    def __init__(self, pieces: Sequence[Piece] = (), *, code: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pieces = _cut(pieces)
        self._code = code
        self._document = QTextDocument(self)
        self._document.setDocumentMargin(0)
        self._heights: dict[int, int] = {}  # by width: Qt asks many times while it lays out what is around
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.follow(self._rebuild)

    def set_pieces(self, pieces: Sequence[Piece], *, code: bool = False) -> None:
        """Show other pieces."""
        self._pieces, self._code = _cut(pieces), code
        self._rebuild()

    def shown_text(self) -> str:
        """What is painted, without isolates and with hidden characters made visible."""
        return "".join(neutralise(piece.text) for piece in self._pieces)

    def hasHeightForWidth(self) -> bool:
        """Text wraps."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Height of the wrapped text, in pixels."""
        if width not in self._heights:
            self._document.setTextWidth(max(1, width))
            least = current_theme().metrics("body").height()
            self._heights[width] = max(round(self._document.size().height() + 0.5), least)
        return self._heights[width]

    def sizeHint(self) -> QSize:
        """A comfortable width."""
        width = current_theme().px(200)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """A few words a line."""
        return QSize(current_theme().px(96), current_theme().metrics("body").height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the text."""
        painter = QPainter(self)
        self._document.setTextWidth(self.width())
        context = QAbstractTextDocumentLayout.PaintContext()
        context.palette.setColor(QPalette.ColorRole.Text, current_theme().color("text"))
        context.clip = QRectF(self.rect())
        self._document.documentLayout().draw(painter, context)

    def _rebuild(self) -> None:
        theme = current_theme()
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(self.layoutDirection())
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        side = Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft
        option.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute)
        self._document.setDefaultTextOption(option)
        self._document.setDefaultFont(theme.font("body"))
        self._document.clear()
        self._heights.clear()
        cursor = QTextCursor(self._document)
        if self._code:
            self._insert_codes(cursor)
        else:
            self._insert_words(cursor)
        self.setAccessibleName(self._spoken())
        self.updateGeometry()
        self.update()

    def _insert_codes(self, cursor: QTextCursor) -> None:
        """Each piece reads from left to right; the pieces follow each other in the language's direction."""
        for number, piece in enumerate(self._pieces):
            if number:
                cursor.insertText("  ", QTextCharFormat())
            cursor.insertText(ltr(piece.text), _format(piece.fate))

    def _insert_words(self, cursor: QTextCursor) -> None:
        """The pieces are one text: each of its lines is isolated as a whole.

        What replaces all of it is a text of its own: a name in one script in the place of one in another would else be
        read in the direction of the first.
        """
        plain = QTextCharFormat()
        between = " " if any(piece.fate == "kept" for piece in self._pieces) else f"{PDI} {FSI}"
        cursor.insertText(FSI, plain)
        last = "kept"
        for piece in self._pieces:
            if {last, piece.fate} == {"added", "removed"}:
                cursor.insertText(between, plain)  # else Arabic letters of both would join
            last = piece.fate
            for number, text in enumerate(neutralise(piece.text).split("\n")):
                if number:
                    cursor.insertText(PDI, plain)
                    cursor.insertBlock()
                    cursor.insertText(FSI, plain)
                cursor.insertText(text, _format(piece.fate))
        cursor.insertText(PDI, plain)

    def _spoken(self) -> str:
        """For those who do not see the colours: what was added and removed, in words."""
        parts = []
        for piece in self._pieces:
            text = neutralise(piece.text).strip()
            if not text:
                continue
            if piece.fate == "added":
                parts.append(_("added: {text}").format(text=text))
            elif piece.fate == "removed":
                parts.append(_("removed: {text}").format(text=text))
            else:
                parts.append(text)
        return "; ".join(parts)


def _cut(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The pieces, with an ellipsis where they are too long to be laid out at once."""
    room, kept = _MOST, []
    for piece in pieces:
        if len(piece.text) > room:
            kept.append(Piece(piece.text[:room] + ELLIPSIS, piece.fate))
            break
        kept.append(piece)
        room -= len(piece.text)
    return tuple(kept)


def _format(fate: str) -> QTextCharFormat:
    theme = current_theme()
    shape = QTextCharFormat()
    if fate == "added":
        front, ground = theme.tone("ok")
        shape.setForeground(front)
        shape.setBackground(ground)
        shape.setFont(theme.font("body", 600))
    elif fate == "removed":
        front, ground = theme.tone("bad")
        shape.setForeground(front)
        shape.setBackground(ground)
        shape.setFontStrikeOut(True)
    else:
        shape.setForeground(theme.color("text"))
    return shape
