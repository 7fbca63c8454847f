"""Two desks write into one field; a person compares, decides, takes it back; both desks agree."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.casework.handling import Marking
from desktop.ui.case_view import CaseView
from desktop.ui.conflicts_view import ConflictsView
from desktop.ui.diff_text import DiffText
from desktop.ui.history_panel import HistoryPanel
from i18n.bidi import strip_isolates
from tests.ui.case.story import tell
from tests.ui.case.two_desks import TwoDesks

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows


@pytest.fixture
def case(pair: TwoDesks) -> str:
    return tell(pair, "fr")


@pytest.fixture
def view(qtbot: QtBot, pair: TwoDesks, case: str) -> ConflictsView:
    screen = ConflictsView(pair.session)
    qtbot.addWidget(screen)
    screen.resize(1180, 760)
    screen.show()
    qtbot.waitExposed(screen)
    return screen


def values(pair: TwoDesks, case: str, field: str) -> list[set[object]]:
    """What both desks hold in a field."""
    return [{value.value for value in desk.show(case).fields[field].values} for desk in (pair.session, pair.rome)]


def test_the_values_stand_side_by_side_with_author_desk_and_time(view: ConflictsView) -> None:
    due = view.cards[0]
    assert due.conflict.field == "due"
    assert strip_isolates(due.before.text()) == "Before: 14/12/2026"
    mine, theirs, other = due.sides
    assert mine.radio.text() == "My version (this desk)"
    assert strip_isolates(theirs.radio.text()) == "Version of Rome 1"
    assert strip_isolates(theirs.meta.text()).startswith("A. Rossi · Rome 1 · ")
    assert other.radio.text() == "Another value"
    assert [side.findChildren(DiffText)[0].shown_text() for side in (mine, theirs)] == ["18/12/2026", "12/12/2026"]
    assert theirs.radio.accessibleName() == "Version of Rome 1: 12/12/2026"


def test_the_marking_of_what_is_compared_is_told(view: ConflictsView) -> None:
    assert view.marking() == Marking("TLP:AMBER", ("H0", "H2"))
    assert "H0 H2" in [strip_isolates(label.text()) for label in view.heads[0].findChildren(QLabel)]


def test_words_that_differ_are_told_apart(view: ConflictsView) -> None:
    note = view.cards[1]
    mine = note.sides[0].findChildren(DiffText)[0]
    assert mine.accessibleName().startswith("removed: Deux; added: Trois")
    assert note.sides[-1].radio.text() == "Combine and edit"
    assert note.editor is not None
    assert note.editor.text() == "Trois Quatre intermédiaires sont identifiés à Dakar, dont un à Catane."


def test_a_decision_is_applied_and_both_desks_agree(
    qtbot: QtBot, pair: TwoDesks, case: str, view: ConflictsView
) -> None:
    assert values(pair, case, "due") == [{"2026-12-12", "2026-12-18"}] * 2
    assert not view.apply_button.isEnabled()
    qtbot.mouseClick(view.cards[0].sides[1], Qt.MouseButton.LeftButton)
    assert view.heads[0].count.text() == "1 of 2 decided"
    assert view.apply_button.caption() == "Apply 1 decision"
    qtbot.mouseClick(view.apply_button, Qt.MouseButton.LeftButton)
    assert [card.conflict.field for card in view.cards] == ["handling_note"]
    pair.exchange()
    assert values(pair, case, "due") == [{"2026-12-12"}] * 2
    written = [entry.value for entry in pair.session.history(case, "due")]
    assert {"2026-12-18", "2026-12-12", "2026-12-14"} <= set(written)


def test_a_choice_is_made_and_moved_by_the_keyboard(qtbot: QtBot, view: ConflictsView) -> None:
    card = view.cards[0]
    first = card.sides[0].radio
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Space)
    assert card.decision() == (True, "2026-12-18")
    qtbot.keyClick(first, Qt.Key.Key_Right)
    assert card.decision() == (True, "2026-12-12")


def test_a_choice_can_be_taken_back_before_it_is_applied(qtbot: QtBot, view: ConflictsView) -> None:
    card = view.cards[0]
    card.choose(0)
    assert card.state.text() == "Decided — can be undone"
    qtbot.mouseClick(card.revert, Qt.MouseButton.LeftButton)
    assert card.decision() == (False, None)
    assert card.state.text() == "To decide"
    assert not view.apply_button.isEnabled()


def test_applied_decisions_are_undone_together(qtbot: QtBot, pair: TwoDesks, case: str, view: ConflictsView) -> None:
    for card in view.cards:
        card.choose(0)
    view.apply()
    assert view.cards == []
    assert view.empty.isVisible()
    assert view.toast.isVisible()
    qtbot.mouseClick(view.toast.action, Qt.MouseButton.LeftButton)
    pair.exchange()
    assert values(pair, case, "due") == [{"2026-12-12", "2026-12-18"}] * 2
    assert len(view.cards) == 2


def test_another_value_is_checked_before_it_counts(
    qtbot: QtBot, pair: TwoDesks, case: str, view: ConflictsView
) -> None:
    card = view.cards[0]
    assert card.editor is not None
    box = card.editor.main_widget()
    assert isinstance(box, QLineEdit)
    qtbot.keyClicks(box, "soon")
    assert card.sides[-1].radio.isChecked()
    assert card.decision() == (False, None)
    assert card.error.isVisible()
    box.clear()
    qtbot.keyClicks(box, "20/12/2026")
    assert card.decision() == (True, "2026-12-20")
    assert not card.error.isVisible()
    view.apply()
    pair.exchange()
    assert values(pair, case, "due") == [{"2026-12-20"}] * 2


def test_no_value_at_all_can_be_the_decision(qtbot: QtBot, pair: TwoDesks, case: str, view: ConflictsView) -> None:
    card = view.cards[0]
    assert view.apply_button.caption() == "No decision to apply"
    assert card.nothing.text() == "Leave empty"
    qtbot.mouseClick(card.nothing, Qt.MouseButton.LeftButton)
    assert card.decision() == (True, None)
    assert card.revert.isVisible()
    card.undecide()
    assert card.decision() == (False, None)
    card.nothing.setChecked(True)
    view.apply()
    pair.exchange()
    assert values(pair, case, "due") == [{None}] * 2


def test_what_is_being_written_survives_news_about_something_else(
    qtbot: QtBot, pair: TwoDesks, case: str, view: ConflictsView
) -> None:
    card = view.cards[1]
    assert card.editor is not None
    card.choose(2)
    card.editor.main_widget().setFocus()
    qtbot.keyClicks(card.editor.main_widget(), "Oui. ")
    pair.rome.edit(case, "lead", "A. Rossi")
    pair.exchange()
    assert card in view.cards
    assert "Oui. " in card.editor.text()


def test_the_case_says_what_waits_and_leads_there(qtbot: QtBot, pair: TwoDesks, case: str) -> None:
    pane = CaseView(pair.session)
    qtbot.addWidget(pane)
    pane.resize(800, 760)
    pane.show_case(case)
    pane.show()
    assert pane.case_page is not None
    banner = pane.case_page.banners.conflict
    qtbot.waitUntil(banner.isVisible)
    assert strip_isolates(banner.text.text()) == "2 fields were changed both here and at Rome 1."
    with qtbot.waitSignal(pane.compare_requested) as told:
        qtbot.mouseClick(banner.strong, Qt.MouseButton.LeftButton)
    assert told.args == [case]
    qtbot.mouseClick(banner.quiet, Qt.MouseButton.LeftButton)
    assert not banner.isVisible()
    pane.show_tab("details")
    assert pane.case_page.details is not None
    assert pane.case_page.details.form is not None
    pane.case_page.details.form.complete()
    row = pane.case_page.details.form.rows["due"]
    assert not row.editor.isVisibleTo(pane)
    assert set(strip_isolates(row.standing.text()).split(" / ")) == {"12/12/2026", "18/12/2026"}


def test_what_waits_shows_nowhere_while_its_page_was_not_looked_at(qtbot: QtBot, pair: TwoDesks, case: str) -> None:
    pane = CaseView(pair.session)
    qtbot.addWidget(pane)
    pane.resize(800, 760)
    pane.show_case(case)
    pane.show_tab("details")
    pane.show()
    assert pane.case_page is not None
    pane.case_page.finish()
    assert pane.case_page.widget("summary") is None
    assert not pane.case_page.banners.isVisible()
    pane.show_tab("summary")
    qtbot.waitUntil(pane.case_page.banners.conflict.isVisible)
    first = pane.case_page.page("summary")
    assert first.isAncestorOf(pane.case_page.banners)


def test_a_case_deleted_here_and_edited_there_asks_what_to_do(qtbot: QtBot, pair: TwoDesks, case: str) -> None:
    pair.session.delete(case)
    pair.rome.edit(case, "lead", "A. Rossi")
    pair.exchange()
    pane = CaseView(pair.session)
    qtbot.addWidget(pane)
    pane.show_case(case)
    pane.show()
    assert pane.case_page is not None
    banner = pane.case_page.banners.bin
    qtbot.waitUntil(banner.isVisible)
    qtbot.mouseClick(banner.strong, Qt.MouseButton.LeftButton)
    assert not banner.isVisible()
    assert not pair.session.show(case).revived


def test_the_history_tells_who_when_where_and_what(qtbot: QtBot, pair: TwoDesks, case: str) -> None:
    panel = HistoryPanel(pair.session)
    qtbot.addWidget(panel)
    panel.resize(740, 700)
    panel.show_record(pair.session.show(case))
    panel.show()
    qtbot.waitUntil(lambda: len(panel.rows()) == 7)
    newest = panel.rows()[0]
    assert newest.accessibleName().startswith("A. Rossi, from the desk Rome 1 · ")
    due = panel.filter.findData("due")
    panel.filter.setFocus()
    panel.filter.setCurrentIndex(due)
    panel.filter.activated.emit(due)
    qtbot.waitUntil(lambda: len(panel.rows()) == 3)
    shown = [row.findChildren(DiffText)[0].shown_text() for row in panel.rows()]
    assert shown[0] == "14/12/202612/12/2026"
    pair.session.edit(case, "lead", "X")
    panel.show_record(pair.session.show(case), "lead")
    qtbot.waitUntil(lambda: len(panel.rows()) == 2)
    assert "Not sent yet" in [label.text() for label in panel.rows()[0].findChildren(QLabel)]
