"""The tabs of subjects and links: filtered by type and words, ordered, opened by keyboard, with many records."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.session import Session
from desktop.ui.case_tabs import TABS
from desktop.ui.case_view import CaseView
from desktop.ui.links_tab import LinksTab
from desktop.ui.records_tab import RecordsTab
from i18n.bidi import strip_isolates

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows


@pytest.fixture
def case(session: Session) -> str:
    return session.new_case({"title": "Ligne du port"})


@pytest.fixture
def view(qtbot: QtBot, session: Session, case: str) -> CaseView:
    shown = CaseView(session)
    qtbot.addWidget(shown)
    shown.resize(1000, 760)
    shown.show()
    shown.show_case(case)
    return shown


def tab(view: CaseView, key: str) -> QWidget:
    view.show_tab(key)
    assert view.case_page is not None
    view.case_page.finish()
    found = view.case_page.widget(key)
    assert found is not None
    return found


def subjects(view: CaseView) -> RecordsTab:
    found = tab(view, "subjects")
    assert isinstance(found, RecordsTab)
    return found


def links(view: CaseView) -> LinksTab:
    found = tab(view, "links")
    assert isinstance(found, LinksTab)
    return found


def cells(shown: LinksTab) -> list[list[str]]:
    model = shown.table.links
    columns = range(model.columnCount())
    return [
        [strip_isolates(str(model.data(model.index(row, column)))) for column in columns]
        for row in range(model.rowCount())
    ]


def test_the_keys_of_the_tabs_are_given_once_and_the_summary_comes_first() -> None:
    keys = [each.key for each in TABS]
    assert len(set(keys)) == len(keys)
    assert keys[:3] == ["summary", "subjects", "links"]


def test_subjects_are_filtered_by_type_and_by_words_and_tasks_are_none_of_them(
    qtbot: QtBot, session: Session, view: CaseView, case: str
) -> None:
    session.new_record("person", case, {"name": "BEN SALAH Karim"})
    session.new_record("person", case, {"name": "ROSSI Marco"})
    session.new_record("vehicle", case, {"plate": "DK-4417-A"})
    session.new_record("task", case, {"title": "Karim: ask for the owner"})
    shown = subjects(view)
    qtbot.waitUntil(lambda: shown.model.rowCount() == 3)
    assert {name: chip.text() for name, chip in shown.chips.items()} == {"person": "People 2", "vehicle": "Vehicles 1"}
    assert view.case_page is not None
    assert view.case_page._tab_of["subjects"].shown_text() == "Subjects 3"
    shown.chips["vehicle"].click()
    assert shown.count.text() == "1 of 3 records"
    qtbot.keyClicks(shown.finder, "karim")
    qtbot.waitUntil(lambda: shown.model.rowCount() == 0)
    shown.empty.action_clicked.emit()
    assert shown.model.rowCount() == 3
    qtbot.keyClicks(shown.finder, "karim")
    assert shown.model.rowCount() == 1


def test_a_subject_that_comes_while_the_tab_is_in_view_is_listed(
    qtbot: QtBot, session: Session, view: CaseView, case: str
) -> None:
    shown = subjects(view)
    qtbot.waitUntil(shown.empty.isVisible)
    session.new_record("person", case, {"name": "BEN SALAH Karim"})
    qtbot.waitUntil(lambda: shown.model.rowCount() == 1)
    assert not shown.empty.isVisible()


def test_links_say_what_they_join_and_each_cell_opens_what_it_names(
    qtbot: QtBot, session: Session, view: CaseView, case: str
) -> None:
    karim = session.new_record("person", case, {"name": "BEN SALAH Karim"})
    lorry = session.new_record("vehicle", case, {"plate": "DK-4417-A"})
    values = {"source": karim, "target": lorry, "label": "drives", "began": "2026-05", "tlp": "TLP:RED"}
    uses = session.new_record("uses", case, {**values, "evaluation": "B2", "handling": ["H0", "H2"]})
    session.new_record("located_at", case, {"source": lorry, "target": "ab" * 16})
    shown = links(view)
    qtbot.waitUntil(lambda: shown.table.links.rowCount() == 2)
    shown.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    first, second = cells(shown)
    assert first == ["BEN SALAH Karim", "Use · drives", "DK-4417-A", "05/2026", "—", "B2", "TLP:RED · H0 · H2"]
    assert second[:3] == ["DK-4417-A", "Location", "Not here"]
    shown.table.setFocus()
    shown.table.setCurrentIndex(shown.table.links.index(0, 0))
    for key, wanted in ((None, karim), (Qt.Key.Key_Right, uses), (Qt.Key.Key_Right, lorry)):
        if key is not None:
            qtbot.keyClick(shown.table, key)
        with qtbot.waitSignal(shown.record_opened) as told:
            qtbot.keyClick(shown.table, Qt.Key.Key_Return)
        assert told.args == [wanted]
        view.show_case(case)
        shown.table.setFocus()


def test_links_are_ordered_by_any_column_and_empty_cells_come_last_either_way(
    qtbot: QtBot, session: Session, view: CaseView, case: str
) -> None:
    one, other = (session.new_record("person", case, {"name": name}) for name in ("A", "B"))
    for began in ("2026-05-01", "", "2024"):
        session.new_record("associate", case, {"source": one, "target": other, "began": began or None})
    shown = links(view)
    qtbot.waitUntil(lambda: shown.table.links.rowCount() == 3)
    shown.table.sortByColumn(3, Qt.SortOrder.AscendingOrder)
    assert [row.start for row in shown.table.links.links] == ["2024", "2026-05-01", ""]
    shown.table.sortByColumn(3, Qt.SortOrder.DescendingOrder)
    assert [row.start for row in shown.table.links.links] == ["2026-05-01", "2024", ""]


def test_what_is_chosen_in_the_chart_is_current_in_the_table_of_links(
    qtbot: QtBot, session: Session, view: CaseView, case: str
) -> None:
    one, other = (session.new_record("person", case, {"name": name}) for name in ("A", "B"))
    made = [session.new_record("associate", case, {"source": one, "target": other}) for _ in range(3)]
    shown = links(view)
    qtbot.waitUntil(lambda: shown.table.links.rowCount() == 3)
    assert view.case_page is not None
    selection = view.case_page.tools.selection
    selection.choose([made[1]])
    assert shown.table.links.links[shown.table.currentIndex().row()].id == made[1]
    shown.table.setFocus()
    shown.table.setCurrentIndex(shown.table.links.index(0, 0))
    assert selection.ids == {shown.table.links.links[0].id}
    view.show_case(session.new_case({"title": "Deux"}))
    assert selection.ids == frozenset()
