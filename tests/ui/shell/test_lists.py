"""The list of cases by keyboard and mouse: filters, order, words, counts, rows that change."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from desktop.casework.views import ListRow, Query
from desktop.ui.lazy_list import BLOCK, LazyListModel
from desktop.ui.list_filter import ENDED, ListFilter
from desktop.ui.new_case_dialog import NewCaseDialog
from desktop.ui.records_page import RecordsPage
from i18n.folding import fold
from tests.support.desk import HomeOfDesk
from tests.ui.shell.conftest import CASES, OpenWindow, listed, workspace

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows


@pytest.fixture
def page(home: HomeOfDesk, open_window: OpenWindow) -> RecordsPage:
    """The page of the cases in an open window."""
    return workspace(open_window(home)).records()


def settle(qtbot: QtBot, page: RecordsPage, count: int) -> None:
    """Wait for the list to have so many rows."""
    qtbot.waitUntil(lambda: page.list.view.rows.rowCount() == count)


def test_open_cases_are_listed_first_and_the_count_says_of_how_many(qtbot: QtBot, page: RecordsPage) -> None:
    rows = page.list.view.rows
    shown = rows.rowCount()
    qtbot.waitUntil(lambda: page.list.count.text() == f"{shown} of {CASES} cases")
    assert all(row.status not in ENDED for row in (rows.row(place) for place in range(shown)) if row)


def test_a_quick_filter_is_switched_by_a_click(qtbot: QtBot, page: RecordsPage) -> None:
    qtbot.mouseClick(page.list.chips["open"], Qt.MouseButton.LeftButton)
    settle(qtbot, page, CASES)
    qtbot.waitUntil(lambda: page.list.count.text() == f"{CASES} cases")


def test_a_filter_of_the_menu_becomes_a_chip_that_delete_removes(qtbot: QtBot, page: RecordsPage) -> None:
    menu = page.list.filter_menu
    menu.fill()
    tlp = next(action.menu() for action in menu.actions() if action.text() == "TLP")
    assert isinstance(tlp, QMenu)
    next(action for action in tlp.actions() if "TLP:RED" in action.text()).trigger()
    qtbot.waitUntil(lambda: "TLP:RED" in page.list.filter().tlps)
    rows = page.list.view.rows
    qtbot.waitUntil(lambda: all((row := rows.row(n)) and row.tlp == "TLP:RED" for n in range(rows.rowCount())))
    chip = page.list.removable_chips()[0]
    qtbot.keyClick(chip, Qt.Key.Key_Delete)
    assert page.list.filter().tlps == ()


def test_ctrl_f_finds_in_the_list_and_escape_ends_it(qtbot: QtBot, page: RecordsPage) -> None:
    before = page.list.view.rows.rowCount()
    qtbot.keyClick(page.window(), Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert page.list.finder.hasFocus()
    qtbot.keyClicks(page.list.finder, "cocaine")  # «Cocaïne», "cocaína" and "cocaina" are the same word here
    qtbot.waitUntil(lambda: page.list.filter().text == "cocaine")
    qtbot.waitUntil(lambda: 0 < page.list.view.rows.rowCount() < before)
    qtbot.keyClick(page.list.finder, Qt.Key.Key_Escape)
    settle(qtbot, page, before)
    assert not page.list.finder.isVisible()


def test_words_that_nothing_matches_offer_to_clear_the_filters(qtbot: QtBot, page: RecordsPage) -> None:
    page.list.start_finding()
    qtbot.keyClicks(page.list.finder, "zzzz")
    qtbot.waitUntil(page.list.empty.isVisible)
    assert "Nothing found" in page.list.empty.accessibleName()
    qtbot.mouseClick(page.list.empty.action, Qt.MouseButton.LeftButton)
    settle(qtbot, page, CASES)
    assert page.list.finder.text() == ""


def test_a_desk_without_cases_says_what_to_do(qtbot: QtBot, empty_home: HomeOfDesk, open_window: OpenWindow) -> None:
    page = workspace(open_window(empty_home)).records()
    qtbot.waitUntil(page.list.empty.isVisible)
    assert "No cases yet" in page.list.empty.accessibleName()
    qtbot.mouseClick(page.list.empty.action, Qt.MouseButton.LeftButton)
    dialog = page.findChild(NewCaseDialog)
    assert dialog is not None
    assert dialog.isVisible()


def test_arrows_move_and_enter_opens(qtbot: QtBot, page: RecordsPage) -> None:
    view = page.list.view
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert page.detail.case() == view.current() != ""


def test_a_click_opens_the_row_under_it(qtbot: QtBot, page: RecordsPage) -> None:
    view = page.list.view
    spot = view.visualRect(view.rows.index(1)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(spot))
    assert page.detail.case() == view.rows.record(1)


def test_an_edit_shows_in_the_row_and_the_chosen_record_stays_chosen(qtbot: QtBot, page: RecordsPage) -> None:
    session = workspace(page.window()).session  # type: ignore[arg-type]  # the window of this page
    view = page.list.view
    record = view.rows.record(3)
    page.open_record(record)
    session.edit(record, "title", "A new title")
    qtbot.waitUntil(lambda: view.rows.record(0) == record)  # the last changed one is first
    row = view.rows.row(0)
    assert row is not None
    assert row.title == "A new title"
    assert view.current() == record


def test_the_order_is_chosen_in_its_menu(qtbot: QtBot, page: RecordsPage) -> None:
    page.list.order_menu.fill()
    next(action for action in page.list.order_menu.actions() if action.text() == "Title").trigger()
    rows = page.list.view.rows

    def sorted_by_title() -> bool:
        titles = [fold(row.title) for row in (rows.row(n) for n in range(rows.rowCount())) if row]
        return titles == sorted(titles)

    qtbot.waitUntil(sorted_by_title)
    assert page.list.order_button.caption() == "Title"


def test_people_are_listed_on_their_page_and_open_within_their_case(
    qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow
) -> None:
    space = workspace(open_window(home))
    qtbot.keyClick(space, Qt.Key.Key_4, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: bool(listed(space)))
    assert space.page_key() == "people"
    space.records().list.record_chosen.emit(listed(space)[0])
    assert space.records().detail.record() == listed(space)[0]
    assert space.records().detail.case() != listed(space)[0]


def test_rows_are_fetched_in_blocks_and_only_once() -> None:
    asked: list[int] = []

    def fetch(ids: list[str]) -> list[ListRow]:
        asked.append(len(ids))
        return [ListRow(each, each, "case", title=each) for each in ids]

    model = LazyListModel(fetch)
    model.set_ids([f"{n:032x}" for n in range(100_000)])
    assert asked == []
    for place in (0, 1, BLOCK - 1, 50_000, 50_001):
        row = model.row(place)
        assert row is not None
        assert row.id == f"{place:032x}"
    assert asked == [BLOCK, BLOCK]
    model.set_ids([f"{n:032x}" for n in range(99_999, -1, -1)])
    row = model.row(99_999)
    assert row is not None
    assert row.id == f"{0:032x}"  # by id, wherever it stands now
    model.forget(frozenset({f"{0:032x}"}))
    model.row(99_999)
    assert asked[-1] == 1


def test_open_and_chosen_states_meet_in_the_query() -> None:
    both = ListFilter(quick=frozenset({"open"}), statuses=("closed", "draft")).query("case")
    assert both.statuses == ("closed", "draft")
    assert both.without_statuses == ("closed", "archived")  # nothing is both open and closed


def test_a_new_filter_starts_at_the_top_and_its_count_is_announced(
    qtbot: QtBot, page: RecordsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr("desktop.ui.case_list.announce", lambda _widget, text: said.append(text))
    bar = page.list.view.verticalScrollBar()
    bar.setValue(bar.maximum())
    qtbot.mouseClick(page.list.chips["open"], Qt.MouseButton.LeftButton)
    settle(qtbot, page, CASES)
    qtbot.waitUntil(lambda: said == [f"{CASES} cases"])
    assert bar.value() == 0


def test_news_leave_in_view_what_is_in_view(qtbot: QtBot, page: RecordsPage) -> None:
    session = workspace(page.window()).session  # type: ignore[arg-type]  # the window of this page
    bar = page.list.view.verticalScrollBar()
    bar.setValue(400)
    record = page.list.view.rows.record(9)
    session.edit(record, "title", "Moves to the top")
    qtbot.waitUntil(lambda: page.list.view.rows.record(0) == record)
    assert bar.value() == 400


def test_a_hidden_list_asks_for_nothing_and_catches_up_when_it_is_shown(
    qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = workspace(open_window(home))
    page = space.records()
    record = page.list.view.rows.record(6)
    space.show_page("settings")
    asked: list[str] = []
    query = space.session.query

    def counted(wanted: Query, channel: str = "list") -> int:
        asked.append(channel)
        return query(wanted, channel)

    monkeypatch.setattr(space.session, "query", counted)
    space.session.edit(record, "title", "Written elsewhere")
    qtbot.wait(400)
    assert "case.all" not in asked
    space.show_page("cases")
    qtbot.waitUntil(lambda: page.list.view.rows.record(0) == record)
    assert asked.count("case.all") == 1
