"""The map and the timeline of a case, in its page: what they show, how one moves in them, and what is shared."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from desktop.casework.record_types import RecordTypes
from desktop.casework.views import ListRow
from desktop.session import Session
from desktop.ui.case_selection import Selection
from desktop.ui.case_view import CaseView
from desktop.ui.editors import make_editor
from desktop.ui.editors.place import PlaceEditor
from desktop.ui.map.map_tab import MapTab
from desktop.ui.map.map_view import MapView
from desktop.ui.timeline.timeline_tab import TimelineTab
from desktop.ui.timeline.timeline_view import TimelineView
from i18n.bidi import strip_isolates
from tests.ui.conftest import Look

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows


def fill(session: Session) -> tuple[str, dict[str, str]]:
    """A case with a trip, an offence of which only the month is known, and somebody who is nowhere."""
    case = session.new_case({"title": "Ligne de Dakar", "tlp": "TLP:AMBER"}, ("SN",))
    space = session.show(case).space
    made = {
        "trip": session.new_record(
            "trip",
            space,
            {
                "title": "Traversée",
                "tlp": "TLP:RED",
                "departed": "2026-05-03T22:00+00:00",
                "arrived": "2026-05-04T06:00+00:00",
                "origin": "34.7406,10.7603",
                "destination": "32S QC 00000 00000",
            },
        ),
        "offence": session.new_record("offence", space, {"title": "Aide au séjour", "began": "2026-03"}),
        "person": session.new_record("person", space, {"name": "BA Awa"}),
    }
    return case, made


@pytest.fixture
def shown(qtbot: QtBot, session: Session) -> tuple[CaseView, dict[str, str]]:
    """That case in view."""
    case, made = fill(session)
    view = CaseView(session)
    qtbot.addWidget(view)
    view.resize(1000, 720)
    view.show()
    view.show_case(case)
    return view, made


def open_map(qtbot: QtBot, view: CaseView) -> MapTab:
    """The tab «Map», filled."""
    view.show_tab("map")
    assert view.case_page is not None
    tab = cast("MapTab", view.case_page.widget("map"))
    qtbot.waitUntil(lambda: bool(tab.table.rows.rows))
    return tab


def open_timeline(qtbot: QtBot, view: CaseView) -> TimelineTab:
    """The tab «Timeline», filled."""
    view.show_tab("timeline")
    assert view.case_page is not None
    tab = cast("TimelineTab", view.case_page.widget("timeline"))
    qtbot.waitUntil(lambda: bool(tab.table.rows.rows))
    return tab


def test_a_trip_is_a_route_and_a_row_of_the_table(qtbot: QtBot, shown: tuple[CaseView, dict[str, str]]) -> None:
    view, made = shown
    tab = open_map(qtbot, view)
    assert [row.id for row in tab.table.rows.rows] == [made["trip"]]
    layer = tab.map.spots.layer(40, 256 * 2.0**20, 40)
    assert len(layer.clusters) == 2
    assert len(layer.routes) == 1
    cell = tab.table.rows.index(0, 3)
    assert strip_isolates(str(cell.data())) == "34.74060, 10.76030"
    tab.form_box.setCurrentIndex(2)
    assert strip_isolates(str(cell.data())).startswith("32S ")


def test_what_is_chosen_on_the_map_is_chosen_on_the_timeline(
    qtbot: QtBot, shown: tuple[CaseView, dict[str, str]]
) -> None:
    view, made = shown
    tab = open_map(qtbot, view)
    tab.map.setFocus()
    qtbot.keyClick(tab.map, Qt.Key.Key_PageDown)
    qtbot.keyClick(tab.map, Qt.Key.Key_Space)
    assert tab.selection.ids == {made["trip"]}
    time = open_timeline(qtbot, view)
    assert time.selection is tab.selection
    assert [time.table.rows.rows[index.row()].id for index in time.table.selectionModel().selectedRows()] == [
        made["trip"]
    ]


def test_positions_are_copied_in_the_form_that_is_shown_with_their_marking(
    qtbot: QtBot, shown: tuple[CaseView, dict[str, str]]
) -> None:
    view, made = shown
    tab = open_map(qtbot, view)
    tab.selection.choose([made["trip"]])
    tab.form_box.setCurrentIndex(1)
    tab.copy_button.click()
    assert QGuiApplication.clipboard().text().startswith("Traversée\t34°44′26.2″N 10°45′37.1″E\t")
    assert "TLP:RED" in QGuiApplication.clipboard().text()


def test_the_timeline_says_no_more_than_is_known(qtbot: QtBot, shown: tuple[CaseView, dict[str, str]]) -> None:
    view, made = shown
    tab = open_timeline(qtbot, view)
    assert [row.id for row in tab.table.rows.rows] == [made["offence"], made["trip"]]
    assert strip_isolates(str(tab.table.rows.index(0, 0).data())) == "March 2026"
    spans = {tab.timeline.sheet.rows[span.record].id: span for span in tab.timeline.sheet.known.spans}
    assert spans[made["offence"]].vague
    assert not spans[made["trip"]].vague


def test_enter_opens_the_record_where_the_keyboard_is(qtbot: QtBot, shown: tuple[CaseView, dict[str, str]]) -> None:
    view, made = shown
    tab = open_timeline(qtbot, view)
    opened: list[str] = []
    tab.timeline.opened.connect(opened.append)
    for key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageDown, Qt.Key.Key_Return):
        qtbot.keyClick(tab.timeline, key)
    assert opened == [made["trip"]]


def test_the_table_stands_in_for_the_drawing(qtbot: QtBot, shown: tuple[CaseView, dict[str, str]]) -> None:
    view, _made = shown
    tab = open_map(qtbot, view)
    assert tab.stack.currentWidget() is tab.map
    tab.table_button.click()
    assert tab.stack.currentWidget() is tab.table
    assert not tab.fit_button.isEnabled()


def test_a_case_without_positions_says_what_to_do(qtbot: QtBot, session: Session) -> None:
    case = session.new_case({"title": "Vide"}, ("SN",))
    view = CaseView(session)
    qtbot.addWidget(view)
    view.show()
    view.show_case(case)
    view.show_tab("map")
    assert view.case_page is not None
    tab = cast("MapTab", view.case_page.widget("map"))
    qtbot.waitUntil(lambda: tab.stack.currentWidget() is tab.empty)
    assert "MGRS" in tab.empty.sentence.text()


def test_a_timeline_of_nothing_and_a_map_of_nothing_are_painted(qtbot: QtBot, look: Look) -> None:
    for drawing in (TimelineView(Selection()), MapView(Selection())):
        qtbot.addWidget(drawing)
        drawing.resize(400, 300)
        drawing.show()
        for key in (Qt.Key.Key_PageDown, Qt.Key.Key_Plus, Qt.Key.Key_Return, Qt.Key.Key_Home, Qt.Key.Key_Escape):
            qtbot.keyClick(drawing, key)
        assert not drawing.grab().isNull()


def test_a_large_case_is_read_beside_the_window(qtbot: QtBot, look: Look) -> None:
    rows = [
        ListRow(f"{n:05}", "s", "trip", where=f"{n % 80}.5,{n % 170}.25", start=f"2026-{n % 12 + 1:02}-05")
        for n in range(2_000)
    ]
    world, time = MapView(Selection()), TimelineView(Selection())
    for drawing in (world, time):
        qtbot.addWidget(drawing)
        drawing.resize(500, 400)
        drawing.show()
        with qtbot.waitSignal(drawing.shown_anew, timeout=10_000):
            drawing.set_rows(rows)
    qtbot.waitUntil(lambda: world.spots_ready() and bool(world.shown()), timeout=10_000)
    assert sum(len(cluster.records) for cluster, _x, _y in world.shown()) == 2_000
    assert sum(len(item.records) for _lane, item in time.sheet.marks_in_view()) == 2_000


def test_boundaries_that_are_not_the_approved_ones_are_not_shown(qtbot: QtBot, look: Look, tmp_path: Path) -> None:
    file = tmp_path / "boundaries.map"
    file.write_bytes(b"others")
    refused: list[str] = []
    world = MapView(Selection(), (file, "0" * 64))
    qtbot.addWidget(world)
    world.refused.connect(refused.append)
    qtbot.waitUntil(lambda: bool(refused), timeout=10_000)
    assert refused == ["bad_boundaries"]
    assert world.base.world is None
    assert world.base.source() == ""


def test_a_position_is_shown_in_three_forms_while_it_is_typed(qtbot: QtBot, look: Look) -> None:
    editor = make_editor(RecordTypes.load()["event"].fields["position"])
    assert isinstance(editor, PlaceEditor)
    qtbot.addWidget(editor)
    qtbot.keyClicks(editor.box, "31UDQ4825111932")
    assert strip_isolates(editor.forms.text()) == "48.85820, 2.29450 · 48°51′29.5″N 2°17′40.2″E · 31U DQ 48251 11932"
    qtbot.keyClicks(editor.box, "9")
    assert not editor.forms.isVisibleTo(editor)
