"""The editors of what is read from left to right everywhere: references, phones, moments, numbers."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit

from desktop.casework.validation import InvalidValue, parse
from desktop.ui.editors.line import LineEditor
from desktop.ui.kit import CodeEdit


class CodeEditor(LineEditor):
    """A line typed from left to right and aligned with the language's side."""

    saves_while_typing = False

    def make_box(self) -> QLineEdit:
        """A code edit, without a limit that would cut a paste in silence."""
        box = CodeEdit(self)
        box.setMaxLength(4_000_000)
        # It has a direction of its own and does not hear that ours changed.
        self.follow(box.refresh_look)
        return box


class NumberEditor(CodeEditor):
    """A number in digits of either script. What is not one is handed on as typed, for the validation to refuse."""

    def value(self) -> object:
        try:
            return parse(self.field, self.box.text())
        except InvalidValue:
            return self.box.text()
