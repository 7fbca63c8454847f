"""What every editor of a field has in common."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.casework.record_types import Field
from desktop.ui.kit import Living, mark_invalid
from i18n.bidi import strip_isolates


class Editor(Living, QWidget):
    """Shows and changes the value of one field. Subclasses fill in the five methods that say NotImplemented."""

    committed = Signal(object)
    """The value as the person left it; the form validates and writes it."""
    typed = Signal()
    """Something was typed and is not committed yet."""

    saves_while_typing = False
    """Whether a half-typed value is worth saving: true for words, false for dates and numbers."""
    wide = False
    """Whether the editor wants the whole width of a form."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self._invalid = False

    def show_value(self, value: object) -> None:
        """Show what the record holds: a scalar, a tuple of strings for a set, a text. Emits nothing."""
        raise NotImplementedError

    def value(self) -> object:
        """What would be written now."""
        raise NotImplementedError

    def text(self) -> str:
        """What is typed, in a form that `restore` takes back: for drafts."""
        raise NotImplementedError

    def restore(self, text: str) -> None:
        """Put back typed text that was kept as a draft. Emits nothing."""
        raise NotImplementedError

    def main_widget(self) -> QWidget:
        """The widget that takes the focus and carries the accessible name."""
        raise NotImplementedError

    def is_dirty(self) -> bool:
        """Whether something is typed that was neither shown nor committed."""
        return False

    def note_saved(self, value: object) -> None:
        """What is typed was written as `value`; leave it as it is under the person's hands (a trailing space)."""
        self.show_value(value)

    def set_names(self, label: str, description: str = "") -> None:
        """Tell assistive technology which field this is, and what stands below it (help, error)."""
        widget = self.main_widget()
        widget.setAccessibleName(strip_isolates(label))
        widget.setAccessibleDescription(strip_isolates(description))

    def set_invalid(self, invalid: bool) -> None:
        """Give the field the border of a refused value, or take it away."""
        if invalid != self._invalid:  # a style is costly to apply again
            self._invalid = invalid
            mark_invalid(self.main_widget(), invalid)
