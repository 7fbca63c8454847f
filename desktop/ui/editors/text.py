"""The editor of long text, and of a few lines: plain, growing with what is in it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.casework.record_types import Field
from desktop.ui.editors.base import Editor
from desktop.ui.kit import TextBox
from desktop.ui.theme import current_theme
from desktop.ui.word_diff import rebase

_MOST_LINES = 14  # then the text scrolls
_MEASURED = 5_000  # characters: a longer text has more lines, and measuring would lay all of it out at once


class _Box(TextBox):
    left = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that the person went on."""
        super().focusOutEvent(event)
        self.left.emit()


class TextEditor(Editor):
    """A text box of at least `lines` lines. Commits when it loses the focus; the form also saves in pauses."""

    saves_while_typing = True
    wide = True

    def __init__(self, field: Field, parent: QWidget | None = None, *, lines: int = 4) -> None:
        super().__init__(field, parent)
        self._least = lines
        self._stored = ""
        self._shown = ""  # what the box made of it: it may know fewer kinds of line ends
        self._showing = False
        self.box = _Box()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.box)
        self.setFocusProxy(self.box)
        self.box.textChanged.connect(self._on_changed)
        self.box.left.connect(self._on_left)
        self.box.document().documentLayout().documentSizeChanged.connect(self._fit)
        self.follow(self._fit)

    def show_value(self, value: object) -> None:
        self._stored = "" if value is None else str(value)
        if self.text() != self._stored:
            self._put(self._stored)
        self._shown = self.text()

    def note_saved(self, value: object) -> None:
        self._stored = "" if value is None else str(value)
        self._shown = self.text()

    def take_over(self, theirs: str) -> None:
        """Weave what others wrote meanwhile into what is being typed; the cursor stays where it was."""
        mine, base, self._stored = self.text(), self._stored, theirs
        if theirs == base:
            return
        woven = rebase(base, mine, theirs)
        if woven != mine:
            place = self.box.textCursor().position()
            self._put(woven)
            cursor = self.box.textCursor()
            cursor.setPosition(min(place, self.box.document().characterCount() - 1))
            self.box.setTextCursor(cursor)

    def value(self) -> object:
        return self.text()

    def text(self) -> str:
        # toPlainText would turn every no-break space into a plain one, and French text is full of them.
        return self.box.document().toRawText().replace("\u2029", "\n")

    def restore(self, text: str) -> None:
        self._put(text)

    def main_widget(self) -> TextBox:
        return self.box

    def is_dirty(self) -> bool:
        return self.text() != self._shown

    def _put(self, text: str) -> None:
        self._showing = True
        self.box.set_text(text)
        self._showing = False

    def _on_changed(self) -> None:
        if not self._showing:
            self.typed.emit()

    def _on_left(self) -> None:
        if self.is_dirty():
            self.committed.emit(self.value())

    def _fit(self) -> None:
        theme = current_theme()
        line = theme.metrics("body").lineSpacing()
        frame = theme.px(20)
        most = _MOST_LINES * line + frame
        if self.box.document().characterCount() > _MEASURED:
            self.box.setFixedHeight(most)
            return
        wanted = round(self.box.document().size().height()) + frame
        self.box.setFixedHeight(min(max(wanted, self._least * line + frame), most))
