"""The dialog that lets a ministry or an officer into a case. It says who will read what, before anything is sent."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.casework.trust_views import CandidateView, MembersView
from desktop.session import Session
from desktop.ui.kit import Button, DropDown, Label, Living, RadioButton
from desktop.ui.member_words import RIGHTS, ROLES, member_name
from desktop.ui.theme import current_theme
from i18n import _

_WIDTH = 520  # pixels at 100 %


class InviteDialog(Living, QDialog):
    """Whom, in which role, with which part of the history. `invited` tells (subject, role, from the start)."""

    invited = Signal(str, str, bool)

    def __init__(self, session: Session, view: MembersView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._candidates: tuple[CandidateView, ...] = view.candidates
        self.heading = Label("", "h2")
        self.who_label = Label("", "caption_strong")
        self.who = DropDown()
        self.role_label = Label("", "caption_strong")
        self.role = DropDown()
        self.rights = Label("", "caption", "muted", wrap=True)
        self.history_label = Label("", "caption_strong")
        self.from_start = RadioButton()
        self.from_now = RadioButton()
        self.from_start.setChecked(True)
        self._history = QButtonGroup(self)
        self.sentence = Label("", "body", "", wrap=True)
        self.invite_button = Button("", "primary", "user-plus")
        self.cancel_button = Button("", "secondary")
        for choice in (self.from_start, self.from_now):
            self._history.addButton(choice)
            choice.toggled.connect(self._tell)
        self.who_label.setBuddy(self.who)
        self.role_label.setBuddy(self.role)
        self.who.currentIndexChanged.connect(self._tell)
        self.role.currentIndexChanged.connect(self._tell)
        self.invite_button.setDefault(True)
        self.invite_button.clicked.connect(self.submit)
        self.cancel_button.clicked.connect(self.reject)
        session.locked.connect(self.reject)
        self.setModal(True)
        self._lay_out()
        self.bind(lambda _text: self._name(), str)
        self.follow(self._space)

    def submit(self) -> None:
        """Invite whom the fields name, and close."""
        if self._candidates:
            self.accept()
            self.invited.emit(self.who.currentData(), self.role.currentData(), self.from_start.isChecked())

    def _name(self) -> None:
        self.heading.setText(_("Invite into this case"))
        self.setWindowTitle(_("Invite into this case"))
        self.who_label.setText(_("Ministry or officer"))
        self.role_label.setText(_("Role"))
        self.history_label.setText(_("History"))
        self.from_start.setText(_("From the start: all that was ever written here"))
        self.from_now.setText(_("From now: what stands, and what is written from now on"))
        self.invite_button.setText(_("Invite"))
        self.cancel_button.setText(_("Cancel"))
        self.who.setAccessibleName(_("Ministry or officer"))
        self.role.setAccessibleName(_("Role"))
        _fill(self.who, [(member_name(each), each.subject) for each in self._candidates])
        _fill(self.role, [(words(), key) for key, words in ROLES.items()], "contributor")
        self._tell()

    def _tell(self) -> None:
        """Say what the choice means."""
        place, role = self.who.currentIndex(), self.role.currentData()
        self.invite_button.setEnabled(bool(self._candidates))
        if not 0 <= place < len(self._candidates) or role not in RIGHTS:
            self.sentence.setText(_("Every ministry of the alliance is a member already."))
            return
        self.rights.setText(RIGHTS[role]())
        chosen = self._candidates[place]
        if chosen.officer:
            words = _("{member} will be able to read it on that desk alone.")
        else:
            words = _("Every enrolled desk of {member} will be able to read it, also those enrolled later.")
        self.sentence.setText(words.format(member=member_name(chosen)))

    def _lay_out(self) -> None:
        self._buttons = QHBoxLayout()
        self._buttons.addStretch(1)
        self._buttons.addWidget(self.cancel_button)
        self._buttons.addWidget(self.invite_button)
        self._column = QVBoxLayout(self)
        for widget in (
            self.heading,
            self.who_label,
            self.who,
            self.role_label,
            self.role,
            self.rights,
            self.history_label,
            self.from_start,
            self.from_now,
            self.sentence,
        ):
            self._column.addWidget(widget)
        self._column.addStretch(1)
        self._column.addLayout(self._buttons)

    def _space(self) -> None:
        theme = current_theme()
        side = theme.space("xl")
        self._column.setContentsMargins(side, side, side, side)
        self._column.setSpacing(theme.space("s"))
        self._buttons.setSpacing(theme.space("s"))
        self.setMinimumWidth(min(theme.px(_WIDTH), self.screen().availableGeometry().width() - 40))


def _fill(choice: DropDown, items: list[tuple[str, str]], first: str = "") -> None:
    """Fill a choice anew and keep what was chosen."""
    chosen = choice.currentData() or first
    choice.blockSignals(True)
    choice.clear()
    for words, value in items:
        choice.addItem(words, value)
    choice.setCurrentIndex(max(choice.findData(chosen), 0))
    choice.blockSignals(False)
