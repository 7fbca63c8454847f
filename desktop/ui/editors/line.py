"""The editor of one line of words."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from desktop.casework.record_types import Field
from desktop.ui.editors.base import Editor
from desktop.ui.kit import Living
from desktop.ui.theme import current_theme

# Qt's own limit would cut a long paste without a word; the validation refuses it with one, and the text stays.
_NO_LIMIT = 4_000_000


class LineBox(Living, QLineEdit):
    """A line edit whose font follows the theme and that never cuts what is pasted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMaxLength(_NO_LIMIT)
        self.follow(self._align)

    def _align(self) -> None:
        # Qt aligns by the text's own script; a form keeps all its fields on the language's side.
        self.setFont(current_theme().font("body"))
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        side = Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft
        self.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)


class LineEditor(Editor):
    """A line edit: commits on Enter and when it loses the focus."""

    saves_while_typing = True

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.box = self.make_box()
        self._shown = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.box)
        self.setFocusProxy(self.box)
        self.box.textEdited.connect(self._on_edited)
        self.box.editingFinished.connect(self._on_finished)

    def make_box(self) -> QLineEdit:
        """The line edit; a subclass takes another one."""
        return LineBox()

    def show_value(self, value: object) -> None:
        text = self.as_text(value)
        if self.box.text() != text:
            self.box.setText(text)
            self.box.setCursorPosition(0)
        self._shown = self.box.text()

    def note_saved(self, value: object) -> None:
        self._shown = self.box.text()

    def as_text(self, value: object) -> str:
        """A stored value as it is typed."""
        return "" if value is None else str(value)

    def value(self) -> object:
        return self.box.text()

    def text(self) -> str:
        return self.box.text()

    def restore(self, text: str) -> None:
        self.box.setText(text)

    def main_widget(self) -> QLineEdit:
        return self.box

    def is_dirty(self) -> bool:
        return self.box.text() != self._shown

    def _on_edited(self) -> None:
        self.typed.emit()

    def _on_finished(self) -> None:
        if self.is_dirty():
            self.committed.emit(self.value())
