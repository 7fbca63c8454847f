"""The tab of tasks and the card of what is to be done, over a real session."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from desktop.session import Session
from desktop.ui.case_view import CaseView
from desktop.ui.summary_tab import SummaryTab
from desktop.ui.task_list import box_rect, states
from desktop.ui.tasks_tab import TasksTab
from i18n.bidi import strip_isolates
from tests.ui.case.two_desks import TwoDesks

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows
TODAY = datetime.now(UTC).astimezone().date()


@pytest.fixture
def case(session: Session) -> str:
    return session.new_case({"title": "Passeurs", "tlp": "TLP:RED", "handling": ["H0", "H2"]}, ["SN", "AE"])


@pytest.fixture
def view(qtbot: QtBot, session: Session, case: str) -> CaseView:
    pane = CaseView(session)
    qtbot.addWidget(pane)
    pane.resize(1000, 760)
    pane.show_case(case)
    pane.show()
    qtbot.waitExposed(pane)
    return pane


@pytest.fixture
def tab(qtbot: QtBot, view: CaseView) -> TasksTab:
    return open_tab(qtbot, view)


def open_tab(qtbot: QtBot, view: CaseView) -> TasksTab:
    view.show_tab("tasks")
    qtbot.waitUntil(lambda: view.case_page is not None and view.case_page.widget("tasks") is not None)
    assert view.case_page is not None
    widget = view.case_page.widget("tasks")
    assert isinstance(widget, TasksTab)
    qtbot.waitUntil(lambda: widget._loaded)
    return widget


def titles(tab: TasksTab) -> list[str]:
    rows = (tab.list.rows.row(place) for place in range(tab.list.rows.rowCount()))
    return [row.title for row in rows if row is not None]


def stands(tab: TasksTab, record: str, code: str) -> bool:
    return tab._rows[record].status == code


def day(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


def typed(qtbot: QtBot, tab: TasksTab, words: str) -> str:
    tab.line.setFocus()
    qtbot.keyClicks(tab.line, words)
    qtbot.keyClick(tab.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: words in titles(tab))
    row = tab.list.rows.row(titles(tab).index(words))
    assert row is not None
    return row.id


def test_a_typed_line_becomes_a_task_marked_as_its_case(qtbot: QtBot, session: Session, tab: TasksTab) -> None:
    assert not tab._nothing.isHidden()
    record = typed(qtbot, tab, "Ask <b>Rome</b> for the images")
    assert tab.line.text() == ""
    assert tab._nothing.isHidden()
    fields = session.show(record).fields
    assert (fields["status"].value, fields["tlp"].value) == ("todo", "TLP:RED")
    assert fields["handling"].elements == ("H0", "H2")
    qtbot.keyClick(tab.line, Qt.Key.Key_Return)  # nothing was typed
    assert len(titles(tab)) == 1


def test_pressing_tasks_stand_first_and_ended_ones_are_hidden(
    qtbot: QtBot, session: Session, case: str, tab: TasksTab
) -> None:
    for title, due, status in (
        ("whenever", None, "todo"), ("later", day(9), "in_progress"),
        ("late", day(-2), "on_hold"), ("over", day(-9), "done"),
    ):  # fmt: skip
        session.new_record("task", case, {"title": title, "due": due, "status": status})
    tab._ask()
    qtbot.waitUntil(lambda: titles(tab) == ["late", "later", "whenever"])
    assert tab.count.text() == "3 open tasks · 1 ended"
    qtbot.mouseClick(tab.with_done, Qt.MouseButton.LeftButton, pos=QPoint(8, tab.with_done.height() // 2))
    assert titles(tab) == ["late", "later", "whenever", "over"]


def test_keys_give_every_state(qtbot: QtBot, session: Session, tab: TasksTab) -> None:
    tab.with_done.setChecked(True)
    record = typed(qtbot, tab, "Call the harbour")
    tab.list.setFocus()
    tab.list.set_current(record)
    for number, state in enumerate(states(), 1):
        qtbot.keyClick(tab.list, Qt.Key(Qt.Key.Key_0 + number))
        assert session.show(record).fields["status"].value == state.code
        qtbot.waitUntil(partial(stands, tab, record, state.code))
    qtbot.keyClick(tab.list, Qt.Key.Key_4)
    qtbot.waitUntil(lambda: tab._rows[record].status == "done")
    qtbot.keyClick(tab.list, Qt.Key.Key_Space)
    assert session.show(record).fields["status"].value == "todo"


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_click_on_the_box_ticks(qtbot: QtBot, session: Session, view: CaseView, look: object, language: str) -> None:
    look(language)  # type: ignore[operator]
    tab = open_tab(qtbot, view)
    record = typed(qtbot, tab, "Call the harbour")
    row = tab.list.visualRect(tab.list.rows.index(0))
    beside = row.center()
    qtbot.mouseClick(tab.list.viewport(), Qt.MouseButton.LeftButton, pos=beside)
    assert session.show(record).fields["status"].value == "todo"
    box = box_rect(row, tab.list.layoutDirection())
    assert (box.center().x() > beside.x()) == (language == "ar")
    qtbot.mouseClick(tab.list.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    assert session.show(record).fields["status"].value == "done"
    qtbot.waitUntil(lambda: titles(tab) == [])


def test_a_due_date_is_typed_as_people_do_and_a_wrong_one_is_refused(
    qtbot: QtBot, session: Session, tab: TasksTab
) -> None:
    record = typed(qtbot, tab, "Call the harbour")
    tab.list.setFocus()
    tab.list.set_current(record)
    qtbot.keyClick(tab.list, Qt.Key.Key_D)
    assert tab.due.hasFocus()
    qtbot.keyClicks(tab.due, "24/12/2026")
    qtbot.keyClick(tab.due, Qt.Key.Key_Return)
    assert session.show(record).fields["due"].value == "2026-12-24"
    tab.due.selectAll()
    qtbot.keyClicks(tab.due, "tomorrow")
    qtbot.keyClick(tab.due, Qt.Key.Key_Return)
    assert session.show(record).fields["due"].value == "2026-12-24"
    assert tab.due.property("invalid") == "true"


def test_enter_opens_a_task(qtbot: QtBot, view: CaseView, tab: TasksTab) -> None:
    record = typed(qtbot, tab, "Call the harbour")
    tab.list.setFocus()
    tab.list.set_current(record)
    qtbot.keyClick(tab.list, Qt.Key.Key_Return)
    assert view.record() == record


def test_a_task_is_given_to_an_officer_of_the_members(qtbot: QtBot, pair: TwoDesks) -> None:
    case = pair.session.new_case({"title": "Passeurs"}, ("SN", "IT"))
    pair.exchange()
    pane = CaseView(pair.session)
    qtbot.addWidget(pane)
    pane.resize(1000, 760)
    pane.show_case(case)
    pane.show()
    tab = open_tab(qtbot, pane)
    record = typed(qtbot, tab, "Call the harbour")
    tab.list.setFocus()
    tab.list.set_current(record)
    qtbot.keyClick(tab.list, Qt.Key.Key_A)
    assert tab.picker.isVisible()
    qtbot.keyClicks(tab.picker.box, "ross")
    qtbot.keyClick(tab.picker.box, Qt.Key.Key_Return)
    assert pair.session.show(record).fields["assignee"].value == "A. Rossi"
    qtbot.waitUntil(lambda: strip_isolates(tab.officer.text()) == "A. Rossi")
    tab.ask_officer(record)
    qtbot.keyClick(tab.picker.box, Qt.Key.Key_End)
    tab._on_picked("\0")
    assert pair.session.show(record).fields["assignee"].value is None
    tab.picker.hide()


def test_the_summary_shows_the_next_three(qtbot: QtBot, session: Session, case: str, view: CaseView) -> None:
    assert view.case_page is not None
    qtbot.waitUntil(lambda: view.case_page is not None and view.case_page.widget("summary") is not None)
    summary = view.case_page.widget("summary")
    assert isinstance(summary, SummaryTab)
    qtbot.waitUntil(lambda: summary.todo.nothing.text() != "")
    own = session.identity().officer
    for title, due in (("fourth", None), ("third", day(20)), ("second", day(5)), ("first", day(-1))):
        session.new_record("task", case, {"title": title, "due": due, "assignee": own})
    session.new_record("task", case, {"title": "over", "due": day(-30), "status": "done"})
    card = summary.todo
    qtbot.waitUntil(lambda: len(card.rows()) == 3)
    qtbot.waitUntil(
        lambda: [strip_isolates(row.title.text()) for row in card.rows()] == ["first", "second", "third"]  # type: ignore[attr-defined]
    )
    first = card.rows()[0]
    assert strip_isolates(first.caption.text()).endswith("You")  # type: ignore[attr-defined]
    assert first.caption.property("tone") == "bad"  # type: ignore[attr-defined]
    qtbot.mouseClick(card.action, Qt.MouseButton.LeftButton)
    assert view.case_page.tabs.key() == "tasks"


def test_nothing_of_tasks_outlives_a_lock(qtbot: QtBot, session: Session, tab: TasksTab) -> None:
    typed(qtbot, tab, "Call the harbour")
    session.lock()
    assert tab._rows == {}
    assert tab.list.rows.rowCount() == 0
