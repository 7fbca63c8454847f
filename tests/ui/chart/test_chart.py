"""The chart of a case over a real desk: it is walked, arranged, filtered and undone, by keys and by mouse."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.casework.arrangement import read
from desktop.casework.graph_layout import Point
from desktop.casework.handling import Marking
from desktop.session import Session
from desktop.ui.chart.chart_tab import ChartTab
from desktop.ui.chart.menus import ChartMenu
from desktop.ui.kit import FilterChip
from desktop.ui.new_record_dialog import NewRecordDialog
from i18n.bidi import strip_isolates
from tests.ui.chart.conftest import World, open_case
from tests.ui.conftest import Look

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
Key, Mouse, Mod = Qt.Key, Qt.MouseButton, Qt.KeyboardModifier


def pixel(tab: ChartTab, node: str, dx: int = 0) -> QPoint:
    x, y = tab.canvas.port.to_pixel(tab.canvas.picture_painter.picture.places[node])
    return QPoint(round(x) + dx, round(y))


def places(tab: ChartTab) -> dict[str, Point]:
    return dict(tab.board.now.places)


def labels(tab: ChartTab) -> set[str]:
    return {strip_isolates(spot.label) for spot in tab.canvas.picture_painter.picture.spots.values()}


def test_subjects_are_nodes_and_links_join_them(tab: ChartTab, world: World) -> None:
    picture = tab.canvas.picture_painter.picture
    assert labels(tab) == {"BEN SALAH Karim", "ROSSI Marco", "+39 351 204 88 16", "Amal SARL"}
    assert len(picture.ties) == 3
    assert strip_isolates(picture.spots[world.karim].codes) == "TLP:RED · H1"


def test_adding_a_record_moves_nothing_that_stands(qtbot: QtBot, tab: ChartTab, session: Session, world: World) -> None:
    before = places(tab)
    space = session.show(world.case).space
    new = session.new_record("person", space, {"name": "DIALLO Fatou"})
    session.new_record("family", space, {"source": new, "target": world.karim})
    open_case(qtbot, tab, session, world.case)
    after = places(tab)
    assert {node: after[node] for node in before} == before
    assert new in after


def test_places_are_kept_by_the_desk_and_shown_again(
    qtbot: QtBot, tab: ChartTab, session: Session, world: World
) -> None:
    tab.board.move({world.karim: (1234.0, -50.0)})
    tab.flush()
    other = ChartTab(session)
    qtbot.addWidget(other)
    open_case(qtbot, other, session, world.case)
    assert places(other) == places(tab)
    assert places(other)[world.karim] == (1234.0, -50.0)


def test_locking_keeps_the_arrangement_and_forgets_the_picture(
    qtbot: QtBot, tab: ChartTab, session: Session, world: World
) -> None:
    space = session.show(world.case).space
    tab.board.move({world.karim: (77.0, 8.0)})
    tab.flush()
    assert read(session.draft(f"{space}.chart")).places[world.karim] == (77.0, 8.0)
    session.lock()
    assert tab.canvas.picture_painter.picture.spots == {}
    assert tab.board.graph.nodes == {}


def test_arrows_go_to_the_nearest_node_that_way(qtbot: QtBot, tab: ChartTab, world: World) -> None:
    at = {world.karim: (0.0, 0.0), world.phone: (200.0, 0.0), world.marco: (200.0, 200.0), world.company: (-300.0, 0.0)}
    tab.board.move(at)
    tab.canvas.set_current(world.karim)
    for key, wanted in (
        (Key.Key_Right, world.phone),
        (Key.Key_Down, world.marco),
        (Key.Key_Up, world.phone),
        (Key.Key_Left, world.karim),
        (Key.Key_Left, world.company),
    ):
        qtbot.keyClick(tab.canvas, key)
        assert tab.canvas.lit.current == wanted
    assert tab.board.selection.ids == {world.company}
    qtbot.keyClick(tab.canvas, Key.Key_Right, Mod.ShiftModifier)
    assert tab.board.selection.ids == {world.company, world.karim}


def test_in_arabic_the_chart_is_mirrored_and_arrows_follow_the_eye(
    qtbot: QtBot, tab: ChartTab, world: World, look: Look
) -> None:
    at = {world.karim: (0.0, 0.0), world.phone: (200.0, 0.0), world.marco: (0.0, 300.0), world.company: (0.0, 500.0)}
    tab.board.move(at)
    look("ar", "dark")
    assert pixel(tab, world.phone).x() < pixel(tab, world.karim).x()
    tab.canvas.set_current(world.karim)
    qtbot.keyClick(tab.canvas, Key.Key_Left)
    assert tab.canvas.lit.current == world.phone
    tab.canvas.set_current(world.karim)
    qtbot.keyClick(tab.canvas, Key.Key_Left, Mod.ControlModifier)
    assert places(tab)[world.phone][0] == 220.0


def test_letters_jump_to_a_name_and_enter_opens_it(qtbot: QtBot, tab: ChartTab, world: World) -> None:
    qtbot.keyClicks(tab.canvas, "ros")
    assert tab.canvas.lit.current == world.marco
    with qtbot.waitSignal(tab.record_opened) as opened:
        qtbot.keyClick(tab.canvas, Key.Key_Return)
    assert opened.args == [world.marco]


def test_each_node_is_said_with_its_handling_and_its_links(tab: ChartTab, world: World) -> None:
    tab.canvas.set_current(world.karim)
    assert tab.canvas.accessibleName() == "Link chart"
    assert tab.canvas.accessibleDescription() == "BEN SALAH Karim, Person, TLP:RED · H1, 1 link"


def test_minus_folds_what_hangs_on_a_node_and_plus_unfolds_it_where_it_was(
    qtbot: QtBot, tab: ChartTab, world: World
) -> None:
    before = places(tab)
    tab.canvas.set_current(world.marco)
    qtbot.keyClicks(tab.canvas, "-")
    assert world.company not in tab.canvas.picture_painter.picture.spots
    assert tab.canvas.picture_painter.picture.spots[world.marco].more == 1
    assert "folded away" in tab.foot.count.text()
    qtbot.keyClicks(tab.canvas, "+")
    assert world.company in tab.canvas.picture_painter.picture.spots
    assert places(tab) == before


def test_undo_and_redo_take_back_moves_and_filters_of_the_chart_alone(
    qtbot: QtBot, tab: ChartTab, session: Session, world: World
) -> None:
    before = places(tab)
    tab.canvas.set_current(world.karim)
    qtbot.keyClick(tab.canvas, Key.Key_Down, Mod.ControlModifier)
    tab.board.set_sieve(msgspec.structs.replace(tab.board.now.sieve, hidden=("phone",)))
    assert world.phone not in tab.canvas.picture_painter.picture.spots
    qtbot.keyClick(tab.canvas, Key.Key_Z, Mod.ControlModifier)
    assert world.phone in tab.canvas.picture_painter.picture.spots
    assert places(tab) != before
    qtbot.keyClick(tab.canvas, Key.Key_Z, Mod.ControlModifier)
    assert places(tab) == before
    qtbot.keyClick(tab.canvas, Key.Key_Y, Mod.ControlModifier)
    assert places(tab)[world.karim][1] == before[world.karim][1] + 20
    assert session.show(world.karim).fields["name"].value == "BEN SALAH Karim"


def test_a_filter_is_a_chip_that_delete_removes(qtbot: QtBot, tab: ChartTab, world: World) -> None:
    tab.tools.filter_menu.refill()
    entry = next(each for each in tab.tools.filter_menu.actions() if each.text().startswith("Companies"))
    entry.trigger()
    assert world.company not in tab.canvas.picture_painter.picture.spots
    chip = next(each for each in tab.findChildren(FilterChip) if each.isVisible())
    assert chip.text() == "Without: Companies"
    qtbot.keyClick(chip, Key.Key_Delete)
    assert world.company in tab.canvas.picture_painter.picture.spots
    assert not [each for each in tab.findChildren(FilterChip) if each.isVisible()]


def test_dates_filter_links_and_keep_their_ends(tab: ChartTab, world: World) -> None:
    tab.board.set_sieve(msgspec.structs.replace(tab.board.now.sieve, since="2026"))
    picture = tab.canvas.picture_painter.picture
    assert world.company in picture.spots
    assert {(tie.one, tie.other) for tie in picture.ties} == {
        tuple(sorted(pair)) for pair in ((world.karim, world.phone), (world.marco, world.phone))
    }


def test_the_way_between_two_is_found_by_keys_and_walked(qtbot: QtBot, tab: ChartTab, world: World) -> None:
    tab.board.selection.choose({world.karim, world.company})
    tab.canvas.find_ways()
    assert tab.board.ways in (
        [[world.karim, world.phone, world.marco, world.company]],
        [[world.company, world.marco, world.phone, world.karim]],
    )
    assert strip_isolates(tab.foot.ways.text()) == "Way 1 of 1: 3 steps"
    qtbot.keyClick(tab.canvas, Key.Key_Escape)
    assert tab.board.ways == []


def test_where_no_way_leads_the_chart_says_so(tab: ChartTab, session: Session, world: World, qtbot: QtBot) -> None:
    alone = session.new_record("person", session.show(world.case).space, {"name": "X"})
    open_case(qtbot, tab, session, world.case)
    tab.board.selection.choose({world.karim, alone})
    tab.canvas.find_ways()
    assert tab.foot.count.text() == "There is no way between the two."


def test_a_group_is_one_node_while_it_is_folded(qtbot: QtBot, tab: ChartTab, world: World) -> None:
    tab.board.step(tab.board.now.grouping("Réseau", [world.karim, world.phone]))
    group = tab.board.now.groups[0]
    assert [strip_isolates(frame.label) for frame in tab.canvas.picture_painter.picture.frames] == ["Réseau"]
    tab.board.step(tab.board.now.folding_group(world.karim))
    picture = tab.canvas.picture_painter.picture
    assert set(picture.spots) == {group.id, world.marco, world.company}
    assert strip_isolates(picture.spots[group.id].codes) == "TLP:RED · H0 · H1"
    tab.canvas.set_current(group.id)
    qtbot.keyClick(tab.canvas, Key.Key_Return)
    assert world.karim in tab.canvas.picture_painter.picture.spots


def test_a_node_is_dragged_and_its_place_is_one_step(qtbot: QtBot, tab: ChartTab, world: World) -> None:
    before, start = places(tab), pixel(tab, world.karim)
    qtbot.mousePress(tab.canvas, Mouse.LeftButton, pos=start)
    qtbot.mouseMove(tab.canvas, start + QPoint(30, 0))
    qtbot.mouseMove(tab.canvas, start + QPoint(60, 0))
    qtbot.mouseRelease(tab.canvas, Mouse.LeftButton, pos=start + QPoint(60, 0))
    moved = places(tab)
    assert moved[world.karim][0] == pytest.approx(before[world.karim][0] + 60 / tab.canvas.port.zoom)
    assert {node: moved[node] for node in moved if node != world.karim} == {
        node: before[node] for node in before if node != world.karim
    }
    tab.board.undo()
    assert places(tab) == before


def test_a_link_is_drawn_from_rim_to_node_and_by_keys(qtbot: QtBot, tab: ChartTab, world: World) -> None:
    wanted: list[tuple[str, str]] = []
    tab.canvas.link_wanted.disconnect()
    tab.canvas.link_wanted.connect(lambda one, other: wanted.append((one, other)))
    at = {
        world.karim: (0.0, 0.0),
        world.marco: (200.0, 200.0),
        world.phone: (-200.0, 200.0),
        world.company: (0.0, 600.0),
    }
    tab.board.move(at)
    tab.canvas.fit()
    rim = round(tab.canvas.port.zoom * 18 * 1.3)
    qtbot.mousePress(tab.canvas, Mouse.LeftButton, pos=pixel(tab, world.karim, rim))
    qtbot.mouseMove(tab.canvas, pixel(tab, world.marco))
    qtbot.mouseRelease(tab.canvas, Mouse.LeftButton, pos=pixel(tab, world.marco))
    tab.canvas.set_current(world.karim)
    qtbot.keyClick(tab.canvas, Key.Key_Insert)
    qtbot.keyClick(tab.canvas, Key.Key_Down)
    end = tab.canvas.lit.current
    qtbot.keyClick(tab.canvas, Key.Key_Return)
    assert wanted == [(world.karim, world.marco), (world.karim, end)]
    assert end != world.karim
    assert tab.canvas.linking == ""


def test_a_new_link_inherits_the_strictest_marking_of_its_ends(qtbot: QtBot, tab: ChartTab, world: World) -> None:
    dialog = tab.add_link(world.karim, world.marco, "associate")
    assert isinstance(dialog, NewRecordDialog)
    with qtbot.waitSignal(dialog.created) as created:
        dialog.create_button.click()
    made = tab.board.session.rows([created.args[0]])[0]
    assert (made.source, made.target) == (world.karim, world.marco)
    assert (made.tlp, made.handling) == ("TLP:RED", ("H0", "H1"))


def test_the_wheel_zooms_around_the_pointer(tab: ChartTab, world: World) -> None:
    port = tab.canvas.port
    at = QPointF(200, 150)
    before = port.to_place(at)
    port.zoom_by(1.7, at)
    assert port.to_place(at) == pytest.approx(before)


def test_table_and_chart_share_what_is_chosen(qtbot: QtBot, tab: ChartTab, world: World) -> None:
    tab.show_table(True)
    links = tab.table.links
    row = next(n for n in range(links.rowCount()) if links.rows[n].id == world.uses)
    cells = [strip_isolates(str(links.data(links.index(row, column)))) for column in range(7)]
    assert cells == ["BEN SALAH Karim", "Use", "+39 351 204 88 16", "01/03/2026", "", "", "TLP:RED · H0 · H1"]
    tab.table.selectRow(row)
    assert tab.board.selection.ids == {world.karim, world.phone}
    tab.board.selection.choose({world.marco, world.company})
    chosen = {links.rows[index.row()].type for index in tab.table.selectionModel().selectedRows()}
    assert chosen == {"ownership"}


def test_the_marking_of_the_chart_is_the_strictest_of_all_that_it_shows(tab: ChartTab, world: World) -> None:
    assert tab.board.marking() == Marking("TLP:RED", ("H0", "H1"))
    tab.board.hide({world.karim})
    assert tab.board.marking().tlp != "TLP:RED"


def test_a_deleted_end_stays_as_a_node_that_is_not_here(
    qtbot: QtBot, tab: ChartTab, session: Session, world: World
) -> None:
    session.delete(world.phone)
    tab.show_case(session.show(world.case))
    qtbot.waitUntil(lambda: tab.board.whole.is_missing(world.phone))
    qtbot.waitUntil(lambda: "Not here" in labels(tab))
    spot = tab.canvas.picture_painter.picture.spots[world.phone]
    assert (spot.missing, spot.codes) == (True, "")
    tab.canvas.set_current(world.phone)
    opened: list[str] = []
    tab.record_opened.connect(opened.append)
    qtbot.keyClick(tab.canvas, Key.Key_Return)
    assert opened == []


def test_an_empty_case_says_what_to_do(qtbot: QtBot, session: Session) -> None:
    case = session.new_case({"title": "Vide"})
    tab = ChartTab(session)
    qtbot.addWidget(tab)
    tab.show_case(session.show(case))
    qtbot.waitUntil(lambda: tab.board.loaded)
    assert tab.stack.currentWidget() is tab.empty
    with qtbot.waitSignal(tab.add_requested) as asked:
        tab.empty.action.click()
    assert asked.args == ["person"]


def test_a_layout_is_stopped_and_nothing_has_moved(qtbot: QtBot, tab: ChartTab) -> None:
    before = places(tab)
    tab.board.arrange()
    assert tab.board.is_laying_out()
    tab.foot.stop_button.click()
    assert not tab.board.is_laying_out()
    QApplication.processEvents()
    assert places(tab) == before


def test_arranging_anew_leaves_what_is_pinned(qtbot: QtBot, tab: ChartTab, world: World) -> None:
    tab.board.move({world.karim: (900.0, 900.0), world.marco: (800.0, 900.0)})
    tab.board.step(tab.board.now.pinning({world.karim}))
    tab.tools.arrange_button.click()
    qtbot.waitUntil(lambda: not tab.board.is_laying_out())
    assert places(tab)[world.karim] == (900.0, 900.0)
    assert places(tab)[world.marco] != (800.0, 900.0)


def test_the_menu_of_a_node_offers_what_is_folded_away_by_type(tab: ChartTab, world: World) -> None:
    tab.board.hide({world.company})
    tab.canvas.set_current(world.marco)
    menu: ChartMenu = tab.node_menu
    menu.refill()
    words = [action.text() for action in menu.actions()]
    assert "Show Companies: 1 more" in words
    next(action for action in menu.actions() if action.text() == "Show Companies: 1 more").trigger()
    assert world.company in tab.canvas.picture_painter.picture.spots
