"""The small dialogs of a list's filter: a range of dates, a name to keep it under, a line that a colleague sent."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.casework.list_filter import MAX_LINE, MAX_NAME, SavedFilter, clean_name
from desktop.casework.record_types import Field
from desktop.casework.validation import InvalidValue, describe, validate
from desktop.session import Session
from desktop.ui.desk_dialog import DeskDialog
from desktop.ui.editors import make_editor
from desktop.ui.kit import Button, CodeEdit, Label
from desktop.ui.list_filter import ListFilter
from i18n import _

_WHOLE_DAY = len("yyyy-mm-dd")


class RangeDialog(DeskDialog):
    """Asks for the first and the last day; either may be left open."""

    chosen = Signal(object)
    """(first, last): ISO dates, or empty."""

    def __init__(self, session: Session, span: str, now: tuple[str, str], parent: QWidget | None = None) -> None:
        super().__init__(session, parent, Button("", "primary"))
        self._fields = (Field("first", "date", "First day"), Field("last", "date", "Last day"))
        self.editors = [make_editor(field) for field in self._fields]
        captions = [Label("", "caption", "muted") for _each in self.editors]
        parts: list[QWidget] = []
        for caption, editor, day in zip(captions, self.editors, now, strict=True):
            editor.show_value(day or None)
            parts += [caption, editor]
        self.lay_out(parts)
        self.bind(self.name, lambda: _("Due between") if span == "due" else _("Start between"))
        self.bind(self.button.setText, lambda: _("Filter"))
        for caption, editor, words in zip(
            captions, self.editors, (lambda: _("First day"), lambda: _("Last day")), strict=True
        ):
            self.bind(caption.setText, words)
            self.bind(partial(_name, editor), words)

    def submit(self) -> None:
        """Check both days."""
        days: list[str] = []
        for field, editor in zip(self._fields, self.editors, strict=True):
            try:
                value = str(validate(field, editor.value()) or "")
                if value and len(value) != _WHOLE_DAY:
                    raise InvalidValue("malformed_date", field, value=value)
            except InvalidValue as wrong:
                self.show_problem(describe(wrong))
                editor.main_widget().setFocus()
                return
            days.append(value)
        if all(days) and days[0] > days[1]:
            self.show_problem(_("The last day is before the first one."))
            return
        self.accept()
        self.chosen.emit(tuple(days))


class NameDialog(DeskDialog):
    """Asks for a name and keeps the filter under it."""

    def __init__(self, session: Session, place: str, shown: ListFilter, parent: QWidget | None = None) -> None:
        super().__init__(session, parent, Button("", "primary"))
        self._place, self._filter = place, shown
        self.box = QLineEdit()
        self.box.setMaxLength(MAX_NAME)
        self.lay_out([self.box])
        self.bind(self.name, lambda: _("Save this filter"))
        self.bind(self.button.setText, lambda: _("Save"))
        self.bind(self.box.setAccessibleName, lambda: _("Name of the filter"))
        self.bind(self.box.setPlaceholderText, lambda: _("Name of the filter"))

    def submit(self) -> None:
        """Keep it."""
        name = clean_name(self.box.text())
        if not name:
            self.show_problem(_("Give it a name."))
            return
        if self.session.save_filter(SavedFilter(name, self._place, self._filter)):
            self.accept()


class LineDialog(DeskDialog):
    """Takes a filter that a colleague sent as a line."""

    taken = Signal(object)
    """SavedFilter."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent, Button("", "primary"))
        self.note = Label("", "caption", "muted", wrap=True)
        self.box = CodeEdit()
        self.box.setMaxLength(MAX_LINE)
        self.lay_out([self.note, self.box])
        self.bind(self.name, lambda: _("Take a shared filter"))
        self.bind(self.button.setText, lambda: _("Take it"))
        self.bind(
            self.note.setText, lambda: _("Paste the line that a colleague sent. It is checked, and only filters.")
        )
        self.bind(self.box.setAccessibleName, lambda: _("The line"))

    def submit(self) -> None:
        """Check it and keep it."""
        taken = self.session.take_filter(self.box.text())
        if taken is None:
            self.show_problem(self.session.message("bad_filter"))
            return
        self.accept()
        self.taken.emit(taken)


def _name(editor: object, words: str) -> None:
    editor.set_names(words)  # type: ignore[attr-defined]
