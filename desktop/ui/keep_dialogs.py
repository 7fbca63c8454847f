"""The dialogs that choose how long this desk keeps a case, and that take one off it and say what that means."""

from __future__ import annotations

import time

from PySide6.QtWidgets import QButtonGroup, QWidget

from desktop.session import Session
from desktop.ui.desk_dialog import DeskDialog
from desktop.ui.kit import Button, Label, RadioButton
from i18n import _, ngettext
from i18n.formats import moment, number

TERMS = (0, 7, 30, 90)  # days; 0: for good
_DAY_MS = 24 * 3600 * 1000


class KeepDialog(DeskDialog):
    """Always, or for some days from now."""

    def __init__(self, session: Session, space: str, parent: QWidget | None = None) -> None:
        super().__init__(session, parent, Button("", "primary", "archive"))
        self.space = space
        self.words = Label("", "body", "muted", wrap=True)
        self.now = Label("", "strong", wrap=True)
        self.terms = {days: RadioButton() for days in TERMS}
        self._group = QButtonGroup(self)
        for choice in self.terms.values():
            self._group.addButton(choice)
        until = next((each.until_ms for each in session.limited_cases() if each.space == space and each.kept), 0)
        self._until_ms = until
        self.terms[_term(until)].setChecked(True)
        self.button.setDefault(True)
        self.lay_out([self.words, self.now, *self.terms.values()])
        self.bind(lambda _text: self._tell(), str)
        self.terms[_term(until)].setFocus()

    def days(self) -> int:
        """What is chosen."""
        return next(days for days, choice in self.terms.items() if choice.isChecked())

    def submit(self) -> None:
        """Choose it, and close."""
        if self.session.keep_case(self.space, self.days()):
            self.accept()

    def _tell(self) -> None:
        self.name(_("Keep on this desk"))
        self.words.setText(
            _(
                "How long this case is here to work on without a connection. When the time is over and everything was"
                " sent, it is removed from this desk; the secretariat and the others keep it."
            )
        )
        self.now.setText(
            _("Now: kept until {time}").format(time=moment(self._until_ms)) if self._until_ms else _("Now: kept always")
        )
        for days, choice in self.terms.items():
            words = ngettext("For {n} day from now", "For {n} days from now", days).format(n=number(days))
            choice.setText(words if days else _("Always"))
        self.button.setText(_("Keep"))


class RemoveDialog(DeskDialog):
    """Says what stays and what goes; stays open until the case is gone, and says why where it cannot go."""

    def __init__(self, session: Session, space: str, parent: QWidget | None = None) -> None:
        super().__init__(session, parent, Button("", "danger", "cloud"))
        self.space = space
        self.sentences = [Label("", "body", "", wrap=True) for _place in range(3)]
        self.cancel_button.setDefault(True)
        session.case_removed.connect(self._on_removed)
        session.removal_refused.connect(self._on_refused)
        self.lay_out([*self.sentences])
        self.bind(lambda _text: self._tell(), str)
        self.cancel_button.setFocus()

    def submit(self) -> None:
        """Begin to remove it."""
        self.problem.hide()
        self.session.remove_case(self.space)
        self._tell()

    def reject(self) -> None:
        """Stay until the answer is here: nobody else would tell it."""
        if self.session.removing() != self.space:
            super().reject()

    def _on_removed(self, space: str) -> None:
        if space == self.space:
            self.accept()

    def _on_refused(self, space: str, code: str) -> None:
        if space == self.space:
            self.show_problem(self.session.message(code))
            self._tell()

    def _tell(self) -> None:
        self.name(_("Remove from this desk"))
        words = (
            _("The case, its history and its files are deleted from this desk, with what is typed and not saved."),
            _(
                "Nothing is lost for the others: the secretariat and the other desks keep it. You can fetch it again"
                " on the page of the exchange, with a connection, as long as you are a member."
            ),
            _("While something of it is not sent yet, it is not removed."),
        )
        for label, text in zip(self.sentences, words, strict=True):
            label.setText(text)
        busy = self.session.removing() == self.space
        self.button.setText(_("Removing…") if busy else _("Remove from this desk"))
        self.button.setEnabled(not busy)
        self.cancel_button.setEnabled(not busy)


def _term(until_ms: int) -> int:
    """The choice that takes nothing away from what was chosen before."""
    left = until_ms / _DAY_MS - time.time() * 1000 / _DAY_MS
    return next((days for days in TERMS[1:] if days >= left), TERMS[-1]) if until_ms else 0
