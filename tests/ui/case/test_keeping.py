"""Which cases a desk keeps, chosen on screen, with a second desk and a server behind it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.session import Session, UnknownRecord
from desktop.ui.case_list import ListPane
from desktop.ui.case_view import CaseView
from desktop.ui.keep_dialogs import TERMS, KeepDialog, RemoveDialog
from desktop.ui.kit import Label
from desktop.ui.sync_page import SyncPage
from i18n import _
from i18n.bidi import strip_isolates
from tests.ui.case.conftest import choose
from tests.ui.case.two_desks import TwoDesks
from tests.ui.conftest import Look

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows


def removal(view: CaseView) -> RemoveDialog:
    """The dialog that asks whether a case is to go."""
    choose(view, _("Remove from this desk…"))
    return view.findChildren(RemoveDialog)[-1]


def page_of(qtbot: QtBot, session: Session) -> SyncPage:
    """The page of the exchange."""
    page = SyncPage(session)
    qtbot.addWidget(page)
    page.resize(800, 900)
    page.show()
    return page


def told(widget: QWidget) -> str:
    """What the labels in view say."""
    found = [label.text() for label in widget.findChildren(Label) if label.isVisibleTo(widget)]
    return strip_isolates("\n".join(found))


def spoken(cases: ListPane) -> str:
    """What assistive technology reads of the first row of a list."""
    return str(cases.view.rows.data(cases.view.rows.index(0), Qt.ItemDataRole.AccessibleTextRole))


def test_a_case_is_kept_for_some_days_and_then_for_good(qtbot: QtBot, pair: TwoDesks, view: CaseView) -> None:
    cases = ListPane(pair.session, "case")
    qtbot.addWidget(cases)
    cases.show()
    cases.refresh()
    qtbot.waitUntil(lambda: cases.view.rows.rowCount() == 1)
    assert "Kept until" not in spoken(cases)
    choose(view, "Keep on this desk…")
    (dialog,) = view.findChildren(KeepDialog)
    assert [choice.text() for choice in dialog.terms.values()][:2] == ["Always", "For 7 days from now"]
    assert "kept always" in told(dialog)
    dialog.terms[30].click()
    qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    (kept,) = pair.session.limited_cases()
    assert kept.kept
    page = page_of(qtbot, pair.session)
    assert "Kept until" in told(page.offline)
    assert "Kept until" in spoken(cases)
    choose(view, "Keep on this desk…")
    dialog = view.findChildren(KeepDialog)[-1]
    assert "Now: kept until" in told(dialog)
    assert dialog.days() == 30
    dialog.reject()
    qtbot.mouseClick(page.offline.rows[0].button, Qt.MouseButton.LeftButton)
    assert pair.session.limited_cases() == ()
    assert "Kept until" not in spoken(cases)
    assert not page.offline.isVisible()


def test_a_case_that_is_removed_leaves_the_screens_and_is_fetched_again(
    qtbot: QtBot, pair: TwoDesks, case: str, view: CaseView
) -> None:
    session = pair.session
    cases = ListPane(session, "case")
    qtbot.addWidget(cases)
    cases.show()
    cases.refresh()
    qtbot.waitUntil(lambda: cases.view.rows.rowCount() == 1)
    assert not cases.elsewhere.isVisible()
    dialog = removal(view)
    assert "Nothing is lost for the others" in told(dialog)
    assert dialog.cancel_button.isDefault()
    with qtbot.waitSignal(session.case_removed) as gone:
        qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
        assert session.removing() == case
        assert not dialog.button.isEnabled()
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        assert dialog.isVisible()
    assert gone.args == [case]
    assert session.removing() == ""
    qtbot.waitUntil(lambda: view.case() == "" and cases.view.rows.rowCount() == 0)
    with pytest.raises(UnknownRecord):
        session.show(case)
    qtbot.waitUntil(cases.elsewhere.isVisible)
    assert cases.elsewhere.text() == "1 case is not on this desk"
    with qtbot.waitSignal(cases.offline_requested):
        qtbot.mouseClick(cases.elsewhere, Qt.MouseButton.LeftButton)
    page = page_of(qtbot, session)
    (row,) = page.offline.rows
    assert "SN-" in row.title()
    assert "Passeurs" not in told(page)
    assert strip_isolates(row.button.accessibleName()).startswith("Fetch SN-")
    pair.rome.edit(case, "title", "Passeurs du nord")
    qtbot.mouseClick(row.button, Qt.MouseButton.LeftButton)
    assert "comes with the next exchange" in told(page.offline)
    pair.exchange()
    assert session.show(case).fields["title"].value == "Passeurs du nord"
    qtbot.waitUntil(lambda: not cases.elsewhere.isVisible())


def test_a_case_with_something_unsent_stays_and_the_dialog_says_why(
    qtbot: QtBot, pair: TwoDesks, case: str, view: CaseView
) -> None:
    pair.session.edit(case, "title", "Not sent yet")
    dialog = removal(view)
    with qtbot.waitSignal(pair.session.removal_refused) as refused:
        qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    assert refused.args == [case, "offline_unsent"]
    assert dialog.problem.isVisible()
    assert "on this desk alone" in dialog.problem.text.text()
    assert dialog.button.isEnabled()
    qtbot.mouseClick(dialog.cancel_button, Qt.MouseButton.LeftButton)
    assert pair.session.show(case).fields["title"].value == "Not sent yet"


def test_a_connected_desk_removes_a_case_and_has_it_back_by_one_click(
    qtbot: QtBot, pair: TwoDesks, case: str, view: CaseView
) -> None:
    session = pair.session
    session.set_connected(True)
    qtbot.waitUntil(lambda: session.sync_state().phase == "online", timeout=20_000)
    with qtbot.waitSignal(session.case_removed, timeout=20_000):
        qtbot.mouseClick(removal(view).button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.sync_state().phase == "online", timeout=20_000)
    page = page_of(qtbot, session)
    qtbot.mouseClick(page.offline.rows[0].button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(session.rows([case])), timeout=20_000)
    assert session.show(case).fields["title"].value == "Passeurs"


def test_a_locked_desk_asks_nothing_and_tells_nothing(qtbot: QtBot, pair: TwoDesks, view: CaseView) -> None:
    choose(view, "Keep on this desk…")
    (dialog,) = view.findChildren(KeepDialog)
    assert pair.session.keep_case(dialog.space, TERMS[1])
    page = page_of(qtbot, pair.session)
    assert page.offline.isVisible()
    with qtbot.waitSignal(dialog.rejected):
        pair.session.lock()
    assert not page.offline.isVisible()


def test_the_choice_in_french_and_arabic_fits(qtbot: QtBot, pair: TwoDesks, view: CaseView, look: Look) -> None:
    folder = Path("out/gallery")
    folder.mkdir(parents=True, exist_ok=True)
    other = pair.session.new_case({"title": "Filière du port"}, ("SN", "IT"))
    pair.exchange()
    with qtbot.waitSignal(pair.session.case_removed):
        pair.session.remove_case(other)
    assert view.case_page is not None
    pair.session.keep_case(view.case_page.view.space if view.case_page.view else "", 7)
    page = page_of(qtbot, pair.session)
    cases = ListPane(pair.session, "case")
    qtbot.addWidget(cases)
    cases.resize(360, 500)
    cases.show()
    cases.refresh()
    qtbot.waitUntil(cases.elsewhere.isVisible)
    for language, scheme in (("fr", "light"), ("ar", "dark")):
        look(language, scheme)
        view.show_case(view.case())
        choose(view, _("Keep on this desk…"))
        keep, remove = view.findChildren(KeepDialog)[-1], removal(view)
        view.case_page.menu.fill()
        view.case_page.menu.adjustSize()
        for name, widget in (
            ("keep", keep),
            ("remove", remove),
            ("offline", page),
            ("offline_card", page.offline),
            ("offline_list", cases),
            ("case_menu", view.case_page.menu),
        ):
            qtbot.wait(50)
            assert widget.grab().save(str(folder / f"{name}_{language}_{scheme}.png"))
        remove.reject()
        keep.reject()
