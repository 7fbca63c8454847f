"""Recall on screen, with a second desk and a server behind it: what is said first, what goes, what is shown after."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.casework.views import ListRow
from desktop.ui.case_list import ListPane
from desktop.ui.case_view import CaseView
from desktop.ui.kit import Label
from desktop.ui.presenter import row_title
from desktop.ui.recall_dialog import MAX_REASON, RecallDialog
from desktop.ui.receipts_dialog import ReceiptsDialog
from desktop.ui.record_page import RecordPage
from desktop.ui.row_words import conflict_mark
from desktop.ui.summary_tab import SummaryTab
from i18n import _
from i18n.bidi import strip_isolates
from tests.ui.case.conftest import choose_of
from tests.ui.case.two_desks import TwoDesks
from tests.ui.conftest import Look
from tests.ui.kit.clipping import clipped

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows
REASON = "Taken from the wrong file"


@pytest.fixture
def person(pair: TwoDesks, case: str) -> str:
    """A person of the case, whom both desks have."""
    record = pair.session.new_record("person", case, {"name": "BEN SALAH Karim", "case_role": "suspect"})
    pair.exchange()
    return record


def told(widget: QWidget) -> str:
    """What the labels in view say."""
    found = [label.text() for label in widget.findChildren(Label) if label.isVisibleTo(widget)]
    return strip_isolates("\n".join(found))


def page_of(view: CaseView, record: str) -> RecordPage:
    """The page of a record of the case."""
    view.show_case(record)
    page = view.page()
    assert page is not None
    page.finish()
    return page


def open_dialog(page: RecordPage) -> RecallDialog:
    """Choose the entry of the menu."""
    choose_of(page.menu, _("Recall for ever…"))
    return page.findChildren(RecallDialog)[-1]


def entries(page: RecordPage) -> list[str]:
    """What the menu of a record offers."""
    page.menu.fill()
    return [action.text() for action in page.menu.actions() if not action.isSeparator()]


def test_the_dialog_says_what_will_happen_who_has_it_and_wants_a_reason(
    qtbot: QtBot, pair: TwoDesks, person: str, view: CaseView
) -> None:
    dialog = open_dialog(page_of(view, person))
    words = told(dialog)
    assert "BEN SALAH Karim" in words
    assert "Nobody can undo this" in words
    assert "What is written here can be read on 2 desks: Senegal, Italy." in words
    assert "copied elsewhere stays there" in words
    assert "sheet of the case alone" not in words
    assert dialog.cancel_button.isDefault()
    qtbot.waitUntil(dialog.reason.hasFocus)
    assert not dialog.button.isEnabled()
    qtbot.keyClicks(dialog.reason, "   ")
    assert not dialog.button.isEnabled()
    dialog.reason.setPlainText("x" * (MAX_REASON + 2))
    assert not dialog.button.isEnabled()
    assert dialog.reason_note.text() == "2 characters too many."
    dialog.reason.setPlainText(REASON)
    assert dialog.button.isEnabled()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert pair.session.show(person).recalled is None


def test_what_is_recalled_goes_from_both_desks_and_the_screens_say_by_whom_and_why(
    qtbot: QtBot, pair: TwoDesks, case: str, person: str, view: CaseView
) -> None:
    page = page_of(view, person)
    dialog = open_dialog(page)
    qtbot.keyClicks(dialog.reason, f"  {REASON} ")
    qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()
    banner = page.banners.recalled
    qtbot.waitUntil(banner.isVisible)
    assert strip_isolates(banner.text.text()).startswith("Cne L. Mansour (Dakar 1) recalled this on ")
    assert strip_isolates(banner.text.text()).endswith(f"nothing of it is left here. Reason: {REASON}")
    assert page.header.title.text() == "Person"
    assert page.details is not None
    qtbot.waitUntil(page.details.gone.isVisible)
    assert page.details.form is None
    assert "BEN SALAH" not in told(view)
    assert entries(page) == ["History", "Receipts…"]
    page.show_tab("history")
    assert page.history is not None
    history = page.history
    qtbot.waitUntil(lambda: any(f"Recalled for ever: {REASON}" in told(row) for row in history.rows()))
    pair.exchange()
    assert pair.rome.show(person).recalled is not None
    assert "BEN SALAH" not in repr(pair.rome.show(person)) + repr(pair.rome.rows([person]))
    pair.exchange()
    page.show_tab("details")
    qtbot.mouseClick(banner.quiet, Qt.MouseButton.LeftButton)
    receipts = page.findChildren(ReceiptsDialog)[-1]
    qtbot.waitUntil(lambda: receipts.summary.text() == "Deleted on 2 of 2 desks")
    assert not receipts.ask.isVisible()


def test_what_others_made_is_not_offered_for_recall(qtbot: QtBot, pair: TwoDesks, case: str, view: CaseView) -> None:
    theirs = pair.rome.new_record("person", case, {"name": "ROSSI Marco"}).record
    pair.exchange()
    page = page_of(view, theirs)
    assert "Recall for ever…" not in entries(page)
    page.deeds.recall()
    assert page.findChildren(RecallDialog) == []


def test_a_refused_recall_is_told_where_it_was_asked_for(
    qtbot: QtBot, pair: TwoDesks, person: str, view: CaseView
) -> None:
    dialog = open_dialog(page_of(view, person))
    dialog.reason.setPlainText(REASON)
    assert pair.session.recall(person, "Quicker")
    qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    assert dialog.problem.isVisible()
    assert dialog.problem.text.text()


def test_the_sheet_of_a_case_is_recalled_and_its_people_stay(
    qtbot: QtBot, pair: TwoDesks, case: str, person: str, view: CaseView
) -> None:
    page = page_of(view, case)
    dialog = open_dialog(page)
    assert "This recalls the sheet of the case alone" in told(dialog)
    dialog.reason.setPlainText(REASON)
    qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(page.banners.recalled.isVisible)
    assert "Passeurs" not in told(view)
    assert view.case_page is not None
    summary = view.case_page.widget("summary")
    assert isinstance(summary, SummaryTab)
    qtbot.waitUntil(summary.facts.isHidden)
    assert not summary.summary.isVisible()
    assert pair.session.show(person).recalled is None
    cases = ListPane(pair.session, "case")
    qtbot.addWidget(cases)
    cases.show()
    cases.refresh()
    qtbot.waitUntil(lambda: cases.view.rows.rowCount() == 1)
    row = cases.view.rows.row(0)
    assert row is not None
    assert row.recalled
    assert "Recalled" in str(cases.view.rows.data(cases.view.rows.index(0), Qt.ItemDataRole.AccessibleTextRole))


def test_a_row_of_a_recalled_record_says_so() -> None:
    row = ListRow("aa", "bb", "person", recalled=True)
    mark = conflict_mark(row)
    assert mark is not None
    assert (mark.text, mark.tone) == ("Recalled", "bad")
    assert row_title(row) == "Recalled"


def test_a_locked_desk_recalls_nothing(qtbot: QtBot, pair: TwoDesks, person: str, view: CaseView) -> None:
    dialog = open_dialog(page_of(view, person))
    with qtbot.waitSignal(dialog.rejected):
        pair.session.lock()


@pytest.mark.parametrize(
    "style",
    [("fr", "light", 1.0), ("ar", "dark", 1.0), ("ar", "dark", 1.5)],
    ids=lambda style: f"{style[0]}_{style[2]}",
)
def test_a_recall_is_pictured_and_nothing_is_cut(
    qtbot: QtBot,
    pair: TwoDesks,
    case: str,
    person: str,
    view: CaseView,
    look: Look,
    style: tuple[str, str, float],
) -> None:
    folder = Path("out/gallery")
    folder.mkdir(parents=True, exist_ok=True)
    look(*style)
    language, name = style[0], "_".join(map(str, style)).replace(".", "")
    pair.rome.ask_receipts(case, on=True)
    pair.exchange()
    page = page_of(view, case)
    page.menu.fill()
    page.menu.adjustSize()
    dialog = open_dialog(page)
    qtbot.wait(50)
    assert clipped(dialog) == []
    assert dialog.grab().save(str(folder / f"recall_{name}.png"))
    assert page.menu.grab().save(str(folder / f"record_menu_{name}.png"))
    assert view.grab().save(str(folder / f"receipts_line_{name}.png"))
    dialog.reject()
    assert pair.session.recall(person, {"fr": "Tiré du mauvais dossier", "ar": "أُخذ من الملف الخطأ"}[language])
    page = page_of(view, person)
    qtbot.waitUntil(page.banners.recalled.isVisible)
    qtbot.wait(100)
    assert clipped(view) == []
    assert view.grab().save(str(folder / f"recalled_{name}.png"))
    page.show_tab("history")
    qtbot.wait(300)
    assert view.grab().save(str(folder / f"recalled_history_{name}.png"))
    people = ListPane(pair.session, "person")
    qtbot.addWidget(people)
    people.resize(384, 320)
    people.show()
    people.refresh()
    qtbot.waitUntil(lambda: people.view.rows.rowCount() == 1)
    assert people.grab().save(str(folder / f"recalled_row_{name}.png"))
