"""The members of a case: who reads what is written here, since when and by whom, and who is let in or removed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.casework.trust_views import MembersView, MemberView
from desktop.casework.views import RecordView
from desktop.session import Session
from desktop.ui.invite_dialog import InviteDialog
from desktop.ui.kit import Avatar, Banner, Button, DropDown, ElidedLabel, Label, Living, Panel, StatusPill, Toast
from desktop.ui.member_words import ROLES, in_order, member_name, member_title, readers_sentence
from desktop.ui.presenter import SEPARATOR, author_text
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.formats import moment, number


class MemberRow(Panel):
    """One member: name, since when, by whom, role; with the right to it, a choice of roles and the removal."""

    role_chosen = Signal(str, str)
    remove_clicked = Signal(str)

    def __init__(self, member: MemberView, *, manage: bool, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self.member = member
        self.avatar = Avatar(member_title(member))
        self.name = ElidedLabel(member_name(member), "strong")
        self.since = Label(_history_of(member), "caption", "muted", wrap=True)
        words_column = QVBoxLayout()
        words_column.setSpacing(2)
        words_column.addStretch(1)
        words_column.addWidget(self.name)
        words_column.addWidget(self.since)
        words_column.addStretch(1)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.avatar)
        self._row.addLayout(words_column, 1)
        self.pill: StatusPill | None = None
        self.roles: DropDown | None = None
        self.remove: Button | None = None
        if manage:
            self._add_means()
        else:
            self.pill = StatusPill(ROLES[member.role](), "info" if member.role == "lead" else "neutral")
            self._row.addWidget(self.pill)
        self.setAccessibleName(SEPARATOR.join((member_name(member), ROLES[member.role]())))
        self.follow(self._space)

    def _add_means(self) -> None:
        name = member_name(self.member)
        self.roles = DropDown()
        for key, words in ROLES.items():
            self.roles.addItem(words(), key)
        self.roles.setCurrentIndex(list(ROLES).index(self.member.role))
        self.roles.setAccessibleName(_("Role of {member}").format(member=name))
        self.roles.activated.connect(self._on_role)
        self.remove = Button(_("Remove"), "link")
        self.remove.setAccessibleName(_("Remove {member}").format(member=name))
        self.remove.clicked.connect(partial(self.remove_clicked.emit, self.member.subject))
        self._row.addWidget(self.roles)
        self._row.addWidget(self.remove)

    def _on_role(self, place: int) -> None:
        role = str(self.roles.itemData(place)) if self.roles is not None else self.member.role
        if role != self.member.role:
            self.role_chosen.emit(self.member.subject, role)

    def _space(self) -> None:
        theme = current_theme()
        self._row.setContentsMargins(theme.space("l"), theme.space("m"), theme.space("m"), theme.space("m"))
        self._row.setSpacing(theme.space("m"))


class MembersTab(Living, QWidget):
    """Shows the members of the space of a case; whoever may manage them finds the means in the rows."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._space_id = ""
        self._view: MembersView | None = None
        self.rows: list[MemberRow] = []
        self.sentence = Label("", "body", "", wrap=True)
        self.invite = Button("", "primary", "user-plus")
        self.invite.clicked.connect(self.ask)
        self.waiting = Banner("warn")
        self.leaving = Banner("warn")
        self.leaving.quiet_clicked.connect(self.leaving.hide)
        self.leaving.strong_clicked.connect(self._on_leave)
        self.leave = Button("", "link", "log-out")
        self.leave.clicked.connect(self._on_leave_asked)
        self._head = QHBoxLayout()
        self._head.addWidget(self.sentence, 1)
        self._head.addWidget(self.invite)
        self._list = QVBoxLayout()
        self._foot = QHBoxLayout()
        self._foot.addWidget(self.leave)
        self._foot.addStretch(1)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._head)
        self._column.addWidget(self.waiting)
        self._column.addLayout(self._list)
        self._column.addWidget(self.leaving)
        self._column.addLayout(self._foot)
        self._column.addStretch(1)
        self.toast = Toast(self)
        session.sync_state_changed.connect(self._on_synced)
        self.bind(lambda _text: self._show(), str)
        self.follow(self._space)

    def show_case(self, view: RecordView) -> int:
        """Show the members of a case's space; returns how many there are."""
        if view.space != self._space_id:
            self.leaving.hide()
        self._space_id = view.space
        self._view = self._session.space_members(view.space)
        self._show()
        return len(self._view.members) if self._view else 0

    def ask(self) -> None:
        """Ask whom to invite, and how."""
        if self._view is None:
            return
        dialog = InviteDialog(self._session, self._view, self)
        dialog.invited.connect(self._on_invited)
        dialog.open()

    def _show(self) -> None:
        view = self._view
        self.invite.setText(_("Invite…"))
        self.leave.setText(_("Leave this case…"))
        for row in self.rows:
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = []
        self.invite.setVisible(view is not None and view.may_manage)
        self.leave.setVisible(view is not None and view.may_leave)
        self.waiting.setVisible(view is not None and view.waiting)
        members = in_order(view.members if view else ())
        self.sentence.setText(readers_sentence(members) if view else "")
        self.waiting.set_text(
            _("The members changed. What you write waits here until a new key is agreed at the next exchange.")
        )
        self.leaving.set_text(
            _("You will not be able to read what is written here from then on. Only a lead can let you in again.")
        )
        self.leaving.set_actions(_("Stay"), _("Leave this case"))
        for member in members:
            row = MemberRow(member, manage=view is not None and view.may_manage)
            row.role_chosen.connect(self._on_role)
            row.remove_clicked.connect(self._on_remove)
            self._list.addWidget(row)
            self.rows.append(row)

    def _again(self, done: Callable[[], bool], words: str) -> None:
        """Do it, look again, and say so; what was refused is told by the window."""
        done_now = done()
        self._view = None  # a choice that was refused goes back to what stands
        self._look()
        if done_now:
            self.toast.show_note(words)

    def _look(self) -> None:
        """Read the members again, and show them if anything moved: a choice that is open stays open."""
        view = self._session.space_members(self._space_id)
        if view != self._view:
            self._view = view
            self._show()

    def _on_synced(self) -> None:
        if self.isVisible() and self._space_id and not self._session.is_locked():
            self._look()

    def _on_role(self, subject: str, role: str) -> None:
        self._again(partial(self._session.set_role, self._space_id, subject, role), _("The role was changed."))

    def _on_remove(self, subject: str) -> None:
        words = _("Removed. What they had received stays with them; what is written from now on does not reach them.")
        self._again(partial(self._session.remove_member, self._space_id, subject), words)

    def _on_invited(self, subject: str, role: str, from_start: bool) -> None:
        done = partial(self._session.invite, self._space_id, subject, role, from_start)
        self._again(done, _("Invited. They can read it after the next exchange."))

    def _on_leave_asked(self) -> None:
        self.leaving.show()
        self.leaving.strong.setFocus()

    def _on_leave(self) -> None:
        self.leaving.hide()
        self._again(partial(self._session.leave, self._space_id), _("You have left this case."))

    def _space(self) -> None:
        theme = current_theme()
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.space("m"))
        self._list.setSpacing(theme.space("s"))
        self._head.setSpacing(theme.space("m"))


def _history_of(member: MemberView) -> str:
    """Since when, let in by whom, with which part of the history, on how many desks."""
    parts = [ngettext("{n} desk", "{n} desks", member.desks).format(n=number(member.desks))]
    if member.by is None:
        parts.append(_("since the case was opened"))
    else:
        parts.append(
            _("let in by {officer}, {moment}").format(officer=author_text(member.by), moment=moment(member.since_ms))
        )
        parts.append(_("with the history") if member.from_start else _("without the history"))
    return SEPARATOR.join(parts)
