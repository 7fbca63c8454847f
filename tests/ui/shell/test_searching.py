"""Searching, filtering, changing many rows and merging two, as a person does it with keys and clicks."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from desktop.casework.list_filter import ListFilter, SavedFilter, from_line
from desktop.casework.views import Query
from desktop.ui.bulk_dialog import BulkDialog
from desktop.ui.duplicates_dialog import DuplicatesDialog
from desktop.ui.filter_dialogs import LineDialog, NameDialog, RangeDialog
from desktop.ui.records_page import RecordsPage
from desktop.ui.workspace import Workspace
from tests.support.desk import HomeOfDesk
from tests.ui.shell.conftest import OpenWindow, workspace

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows


@pytest.fixture
def people(home: HomeOfDesk) -> tuple[str, str]:
    """Two records of one man in a case, and his car."""
    desk = home.open()
    case = desk.query(Query())[0]
    one = desk.new_record("person", case, {"name": "Omar Ndiaye", "phones": ["+221 77 123 45 67"]}).record
    other = desk.new_record("person", case, {"name": "NDIAYE, Omar", "phones": ["00221771234567"]}).record
    desk.new_record("vehicle", case, {"plate": "DK-1234-A"})
    home.close()
    return one, other


@pytest.fixture
def space(qtbot: QtBot, home: HomeOfDesk, people: tuple[str, str], open_window: OpenWindow) -> Workspace:
    """The list of people and objects in an open window."""
    assert people
    made = workspace(open_window(home))
    made.show_page("people")
    qtbot.waitUntil(lambda: made.records().list.view.rows.rowCount() > 2)
    return made


def page_of(space: Workspace) -> RecordsPage:
    return space.records()


def test_the_box_shows_records_of_every_type_with_the_reason(qtbot: QtBot, space: Workspace) -> None:
    space.show_command_bar()
    qtbot.keyClicks(space.top.search, "77-123-45-67")
    qtbot.waitUntil(lambda: space.bar.list.count() >= 3)
    texts = [space.bar.list.item(n).data(Qt.ItemDataRole.AccessibleTextRole) for n in range(space.bar.list.count())]
    assert texts[0] == "People"  # a heading
    assert any("Phone numbers: 00221771234567" in text for text in texts)
    assert space.bar.list.currentRow() == 1  # no heading is ever current
    qtbot.keyClick(space.top.search, Qt.Key.Key_Up)
    assert space.bar.list.currentRow() == 1
    qtbot.keyClick(space.top.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page_of(space).detail.record() != "")


def test_facets_are_counted_in_the_menu_and_become_chips(qtbot: QtBot, space: Workspace) -> None:
    pane = page_of(space).list
    pane.filter_menu.fill()
    types = next(action.menu() for action in pane.filter_menu.actions() if action.text() == "Type")
    assert isinstance(types, QMenu)
    qtbot.waitUntil(lambda: any(action.text() == "Vehicles\t1" for action in types.actions()))
    next(action for action in types.actions() if action.text() == "Vehicles\t1").trigger()
    qtbot.waitUntil(lambda: pane.view.rows.rowCount() == 1)
    assert [chip.text() for chip in pane.removable_chips()] == ["Vehicles"]


def test_a_filter_is_kept_shared_as_a_line_and_taken_again(qtbot: QtBot, space: Workspace) -> None:
    pane, session = page_of(space).list, space.session
    ranged = pane.deeds.ask_range("due")
    assert isinstance(ranged, RangeDialog)
    ranged.editors[0].show_value("2026-12-31")
    ranged.editors[1].show_value("2026-11-01")
    ranged.submit()
    assert ranged.problem.isVisible()  # the last day is before the first
    ranged.editors[1].show_value("2027-01-31")
    ranged.submit()
    assert pane.filter().due == ("2026-12-31", "2027-01-31")
    named = pane.deeds.ask_name()
    assert isinstance(named, NameDialog)
    qtbot.keyClicks(named.box, "Due in winter")
    named.submit()
    (saved,) = session.saved_filters("person")
    line = pane.deeds.copy_line(saved)
    assert from_line(QGuiApplication.clipboard().text()) == saved
    session.forget_filter("person", saved.name)
    pane.set_filter(ListFilter())
    asked = pane.deeds.ask_line()
    assert isinstance(asked, LineDialog)
    asked.box.setText("<b>tahaluf-filter:1:x</b>")
    asked.submit()
    assert asked.problem.isVisible()
    asked.box.setText(line)
    asked.submit()
    assert pane.filter() == saved.filter
    assert session.saved_filters("person") == (saved,)
    assert session.saved_filters("case") == ()


def test_many_rows_are_chosen_by_keys_changed_and_taken_back_at_once(qtbot: QtBot, space: Workspace) -> None:
    pane, session = page_of(space).list, space.session
    count = pane.view.rows.rowCount()
    pane.view.setFocus()
    qtbot.keyClick(pane.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert pane.bulk.isVisible()
    assert len(pane.view.chosen()) == count
    qtbot.mouseClick(pane.bulk.change_button, Qt.MouseButton.LeftButton)
    dialog = pane.findChild(BulkDialog)
    assert dialog is not None
    dialog.field_box.setCurrentIndex([field.name for field in dialog.fields].index("handling"))
    dialog.editor().show_value(("H2",))
    dialog.preview()
    qtbot.waitUntil(dialog.button.isEnabled)
    assert dialog.summary.text() == f"{count} change"
    assert dialog.model.rowCount() == count
    with qtbot.waitSignal(session.bulk_ended, timeout=20_000) as ended:
        qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    assert ended.args == [count, 0]
    assert "One undo" in dialog.summary.text()
    assert all("H2" in row.handling for row in session.rows(pane.view.rows.ids()))
    dialog.submit()
    with qtbot.waitSignal(session.bulk_ended, timeout=20_000):
        assert session.undo()
    assert not any("H2" in row.handling for row in session.rows(pane.view.rows.ids()))
    with qtbot.waitSignal(session.bulk_ended, timeout=20_000):
        assert session.redo()
        assert not session.undo()  # one thing at a time
    assert all("H2" in row.handling for row in session.rows(pane.view.rows.ids()))


def test_shift_chooses_a_span_and_a_plain_click_opens(qtbot: QtBot, space: Workspace) -> None:
    view = page_of(space).list.view
    view.setFocus()
    view.set_current(view.rows.ids()[0])
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert view.chosen() == view.rows.ids()[:3]
    view.show_ids(view.rows.ids()[1:])  # news: what is still listed stays chosen
    assert view.chosen() == view.rows.ids()[:2]
    page_of(space).list.bulk.none_button.click()
    assert len(view.chosen()) <= 1
    assert not page_of(space).list.bulk.isVisible()


def test_two_records_are_compared_merged_and_taken_back(
    qtbot: QtBot, space: Workspace, people: tuple[str, str]
) -> None:
    session, page = space.session, page_of(space)
    page.open_record(people[0])
    shown = page.detail.page()
    assert shown is not None
    shown.deeds.show_duplicates()
    dialog = shown.findChild(DuplicatesDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.list.count() == 1)
    assert "Phone numbers" in dialog.list.item(0).text()
    assert dialog.model.rowCount() > 1
    pair = dialog.pair()
    assert pair is not None
    dialog.stands[1].setChecked(True)
    qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.list.view.rows.place(pair.one.id) is None)
    assert page.list.view.rows.place(pair.other.id) is not None
    assert shown.deeds.is_merged()
    dialog.reject()
    assert session.undo()
    qtbot.waitUntil(lambda: page.list.view.rows.place(pair.one.id) is not None)
    assert not shown.deeds.is_merged()


def test_a_saved_filter_with_an_empty_name_is_refused(qtbot: QtBot, space: Workspace) -> None:
    session = space.session
    with qtbot.waitSignal(session.failed) as failed:
        assert not session.save_filter(SavedFilter("\u202e", "case", ListFilter()))
    assert failed.args is not None
    assert failed.args[0] == "bad_filter"
    assert msgspec.json.encode(session.saved_filters()) == b"[]"


@pytest.mark.parametrize(("language", "heading"), [("fr", "Véhicules"), ("ar", "مركبات")])
def test_a_plate_is_found_by_keys_in_french_and_arabic(
    qtbot: QtBot, home: HomeOfDesk, people: tuple[str, str], open_window: OpenWindow, language: str, heading: str
) -> None:
    assert people
    space = workspace(open_window(home, language=language, theme="dark" if language == "ar" else "light"))
    space.show_command_bar()
    qtbot.keyClicks(space.top.search, "dk1234a")
    qtbot.waitUntil(lambda: space.bar.list.count() >= 2)
    assert heading in space.bar.list.item(0).data(Qt.ItemDataRole.AccessibleTextRole)
    qtbot.keyClick(space.top.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: space.page_key() == "people" and page_of(space).detail.record() != "")
