"""Small questions of the chart: between which dates, and what a group is called."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.casework.graph import Sieve
from desktop.casework.validation import InvalidValue, describe, validate
from desktop.session import Session
from desktop.ui.desk_dialog import DeskDialog
from desktop.ui.kit import Button, CodeEdit, Label, mark_invalid
from i18n import _

_NAME = 80  # characters of a group's name


class DatesDialog(DeskDialog):
    """Links that hold at some time between two days."""

    chosen = Signal(str, str)

    def __init__(self, session: Session, sieve: Sieve, parent: QWidget | None = None) -> None:
        super().__init__(session, parent, Button("", "primary"))
        self.since, self.until = CodeEdit(), CodeEdit()
        self._labels = [Label("", "body", wrap=True), Label("", "body", wrap=True)]
        self._help = Label("", "caption", "muted", wrap=True)
        self.since.setText(sieve.since)
        self.until.setText(sieve.until)
        self.since.returnPressed.connect(self.submit)
        self.until.returnPressed.connect(self.submit)
        self.lay_out([self._labels[0], self.since, self._labels[1], self.until, self._help])
        self.bind(self.name, lambda: _("Filter by date"))
        self.bind(self._labels[0].setText, lambda: _("Since"))
        self.bind(self._labels[1].setText, lambda: _("Until"))
        self.bind(self.since.setAccessibleName, lambda: _("Since"))
        self.bind(self.until.setAccessibleName, lambda: _("Until"))
        self.bind(self._help.setText, lambda: _("Day, month or year, such as 2026-03. Links without a date stay."))
        self.bind(self.button.setText, lambda: _("Filter"))

    def submit(self) -> None:
        """Take both dates if they can be read and are in order."""
        date = self.session.types["ownership"].fields["began"]
        found: list[str] = []
        for edit in (self.since, self.until):
            try:
                found.append(str(validate(date, edit.text()) or ""))
            except InvalidValue as wrong:
                mark_invalid(edit, invalid=True)
                self.show_problem(describe(wrong))
                return
            mark_invalid(edit, invalid=False)
        if found[0] and found[1] and found[1] + "~" < found[0]:
            mark_invalid(self.until, invalid=True)
            self.show_problem(_("The end lies before the start."))
            return
        self.chosen.emit(*found)
        self.accept()


class GroupDialog(DeskDialog):
    """A name for the chosen nodes."""

    named = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent, Button("", "primary"))
        self.edit = QLineEdit()
        self.edit.setMaxLength(_NAME)
        self.edit.returnPressed.connect(self.submit)
        self.lay_out([self.edit])
        self.bind(self.name, lambda: _("Name of the group"))
        self.bind(self.edit.setAccessibleName, lambda: _("Name of the group"))
        self.bind(self.button.setText, lambda: _("Group"))

    def submit(self) -> None:
        """Take the name; an empty one is called «Group»."""
        self.named.emit(self.edit.text().strip())
        self.accept()
