"""The dialogs that choose how long this desk keeps a case, and that take one off it and say what that means."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.session import Session
from desktop.ui.kit import Banner, Button, Label, Living, RadioButton, announce
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.formats import moment, number

TERMS = (0, 7, 30, 90)  # days; 0: for good
_DAY_MS = 24 * 3600 * 1000
_WIDTH = 480  # pixels at 100 %


class _CaseDialog(Living, QDialog):
    """A heading, sentences, what can be chosen, two buttons. It ends when the desk locks."""

    def __init__(self, session: Session, space: str, parent: QWidget | None, button: Button) -> None:
        super().__init__(parent)
        self.session = session
        self.space = space
        self.heading = Label("", "h2")
        self.problem = Banner("bad")
        self.problem.hide()
        self.button = button
        self.cancel_button = Button("", "secondary")
        self.button.clicked.connect(self.submit)
        self.cancel_button.clicked.connect(self.reject)
        session.locked.connect(self.reject)
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def submit(self) -> None:
        """Do it."""
        raise NotImplementedError

    def lay_out(self, parts: list[QWidget]) -> None:
        """Put the parts below the heading, and the buttons at the end."""
        self._buttons = QHBoxLayout()
        self._buttons.addStretch(1)
        self._buttons.addWidget(self.cancel_button)
        self._buttons.addWidget(self.button)
        self._column = QVBoxLayout(self)
        for part in (self.heading, *parts, self.problem):
            self._column.addWidget(part)
        self._column.addStretch(1)
        self._column.addLayout(self._buttons)
        self.bind(self.cancel_button.setText, lambda: _("Cancel"))
        self.follow(self._space)

    def name(self, text: str) -> None:
        """Name the dialog."""
        self.heading.setText(text)
        self.setWindowTitle(text)
        self.setAccessibleName(text)

    def _space(self) -> None:
        theme = current_theme()
        side = theme.space("xl")
        self._column.setContentsMargins(side, side, side, side)
        self._column.setSpacing(theme.space("m"))
        self._buttons.setSpacing(theme.space("s"))
        self.setMinimumWidth(min(theme.px(_WIDTH), self.screen().availableGeometry().width() - 40))


class KeepDialog(_CaseDialog):
    """Always, or for some days from now."""

    def __init__(self, session: Session, space: str, parent: QWidget | None = None) -> None:
        super().__init__(session, space, parent, Button("", "primary", "archive"))
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


class RemoveDialog(_CaseDialog):
    """Says what stays and what goes; stays open until the case is gone, and says why where it cannot go."""

    def __init__(self, session: Session, space: str, parent: QWidget | None = None) -> None:
        super().__init__(session, space, parent, Button("", "danger", "cloud"))
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
            text = self.session.message(code)
            self.problem.set_text(text)
            self.problem.show()
            announce(self.problem, text)
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
