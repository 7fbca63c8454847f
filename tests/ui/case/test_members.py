"""The members of a case on screen, with a second desk and a server: who reads it, inviting, roles, removing."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.ui.case_view import CaseView
from desktop.ui.invite_dialog import InviteDialog
from desktop.ui.members_tab import MemberRow, MembersTab
from i18n.bidi import strip_isolates
from tests.ui.case.two_desks import TwoDesks
from tests.ui.conftest import Look


@pytest.fixture
def tab(qtbot: QtBot, view: CaseView) -> MembersTab:
    """The members of the case, in view in Dakar."""
    view.show_tab("members")
    assert view.case_page is not None
    view.case_page.finish()
    shown = view.case_page.widget("members")
    assert isinstance(shown, MembersTab)
    qtbot.waitUntil(shown.isVisible)
    return shown


def row_of(tab: MembersTab, subject: str) -> MemberRow:
    """The row of one member."""
    return next(row for row in tab.rows if row.member.subject == subject)


def names(tab: MembersTab) -> list[str]:
    """What the rows say of the members, without isolates."""
    return [strip_isolates(row.accessibleName()) for row in tab.rows]


def remove(qtbot: QtBot, tab: MembersTab, subject: str) -> None:
    """Press the button that ends a membership."""
    button = row_of(tab, subject).remove
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def invite(qtbot: QtBot, tab: MembersTab, subject: str, role: str, *, from_start: bool) -> None:
    """Fill the dialog and press its button."""
    qtbot.mouseClick(tab.invite, Qt.MouseButton.LeftButton)
    dialog = tab.findChild(InviteDialog)
    assert dialog is not None
    dialog.who.setCurrentIndex(dialog.who.findData(subject))
    dialog.role.setCurrentIndex(dialog.role.findData(role))
    (dialog.from_start if from_start else dialog.from_now).click()
    qtbot.mouseClick(dialog.invite_button, Qt.MouseButton.LeftButton)


def test_an_officer_sees_who_can_read_what_is_written(tab: MembersTab) -> None:
    assert names(tab) == ["Senegal · Lead", "Italy · Contributor"]
    assert strip_isolates(tab.sentence.text()) == "What is written here can be read on 2 desks: Senegal, Italy."
    assert "since the case was opened" in tab.rows[0].since.text()


def test_a_ministry_is_invited_and_the_other_desk_sees_it(
    qtbot: QtBot, pair: TwoDesks, case: str, tab: MembersTab
) -> None:
    invite(qtbot, tab, "AE", "reader", from_start=True)
    qtbot.waitUntil(lambda: len(tab.rows) == 3)
    assert "United Arab Emirates · Reader" in names(tab)
    assert "Invited" in tab.toast.text.text()
    pair.exchange()
    assert {member.subject: member.role for member in pair.rome.space_members(case).members} == {
        "SN": "lead",
        "IT": "contributor",
        "AE": "reader",
    }


def test_the_dialog_says_who_will_read_before_anything_is_done(qtbot: QtBot, tab: MembersTab) -> None:
    qtbot.mouseClick(tab.invite, Qt.MouseButton.LeftButton)
    dialog = tab.findChild(InviteDialog)
    assert dialog is not None
    assert "Every enrolled desk of United Arab Emirates" in strip_isolates(dialog.sentence.text())
    dialog.role.setCurrentIndex(dialog.role.findData("reader"))
    assert dialog.rights.text() == "Reads only."
    qtbot.mouseClick(dialog.cancel_button, Qt.MouseButton.LeftButton)
    assert len(tab.rows) == 2


def test_a_role_is_changed_and_a_member_removed(qtbot: QtBot, pair: TwoDesks, case: str, tab: MembersTab) -> None:
    roles = row_of(tab, "IT").roles
    assert roles is not None
    roles.setCurrentIndex(roles.findData("reader"))
    roles.activated.emit(roles.currentIndex())
    qtbot.waitUntil(lambda: row_of(tab, "IT").member.role == "reader")
    pair.exchange()
    assert pair.rome.space_members(case).role == "reader"
    remove(qtbot, tab, "IT")
    qtbot.waitUntil(lambda: names(tab) == ["Senegal · Lead"])
    pair.exchange()
    pair.session.edit(case, "title", "After the removal")
    pair.exchange()
    assert pair.rome.show(case).fields["title"].value == "Passeurs"


def test_the_last_lead_cannot_be_removed_and_is_told_why(qtbot: QtBot, pair: TwoDesks, tab: MembersTab) -> None:
    with qtbot.waitSignal(pair.session.failed) as told:
        remove(qtbot, tab, "SN")
    assert told.args is not None
    assert told.args[0] == "last_lead"
    assert "lead" in pair.session.message("last_lead")
    assert names(tab)[0] == "Senegal · Lead"


def test_who_may_not_manage_sees_no_means_to(qtbot: QtBot, pair: TwoDesks, case: str) -> None:
    view = pair.rome.space_members(case)
    row = MemberRow(view.members[0], manage=view.may_manage)
    qtbot.addWidget(row)
    assert not view.may_manage
    assert row.roles is None
    assert row.remove is None
    assert row.pill is not None


def test_the_tab_in_french_and_arabic_fits(qtbot: QtBot, tab: MembersTab, look: Look) -> None:
    folder = Path("out/gallery")
    folder.mkdir(parents=True, exist_ok=True)
    for language, scheme in (("fr", "light"), ("ar", "dark")):
        look(language, scheme)
        qtbot.waitUntil(lambda: all(row.isVisible() for row in tab.rows))
        picture = tab.window().grab()
        assert picture.save(str(folder / f"members_{language}_{scheme}.png"))
        qtbot.mouseClick(tab.invite, Qt.MouseButton.LeftButton)
        dialog = tab.findChildren(InviteDialog)[-1]
        qtbot.wait(50)
        assert dialog.grab().save(str(folder / f"invite_{language}_{scheme}.png"))
        dialog.reject()
