"""Bundles and evidence files on the page of the exchange."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from desktop.casework.carry_views import BundleRead, Order
from desktop.ui.bundle_dialog import BundleDialog
from desktop.ui.kit import Label
from desktop.ui.sync_page import SyncPage
from tests.support.stick import StickAlliance, without_server
from tests.ui.shell.conftest import OpenWindow, workspace

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows


@pytest.fixture
def alliance(tmp_path: Path) -> Iterator[StickAlliance]:
    """Desks without a server."""
    with without_server(tmp_path) as made:
        yield made


def page_of(alliance: StickAlliance, open_window: OpenWindow) -> SyncPage:
    """The page of the exchange of Dakar's window."""
    alliance.homes["SN"].close()
    window = open_window(alliance.homes["SN"], language="en")
    space = workspace(window)
    space.show_page("sync")
    page = space.stack.currentWidget()
    assert isinstance(page, SyncPage)
    return page


def told(page: SyncPage) -> str:
    return "\n".join(label.text() for label in page.carry.findChildren(Label) if label.isVisibleTo(page.carry))


def test_a_bundle_is_written_for_the_readers_and_cases_that_were_chosen(
    alliance: StickAlliance, open_window: OpenWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = alliance.desks["SN"]
    chosen, other = (desk.new_case({"title": title}, ("AE",)).record for title in ("Nord", "Sud"))
    page = page_of(alliance, open_window)
    stick = alliance.folder / "stick"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(stick), ""))
    page.carry.write_button.click()
    (dialog,) = page.carry.findChildren(BundleDialog)
    assert list(dialog.readers) == ["AE", "IT"]
    assert not dialog.write_button.isEnabled()
    dialog.readers["AE"].setChecked(True)
    assert dialog.order() == Order(("AE",))
    dialog.all_cases.setChecked(False)
    qtbot.waitUntil(lambda: set(dialog.cases) == {chosen, other})
    assert not dialog.write_button.isEnabled()
    dialog.cases[chosen].setChecked(True)
    dialog.write_button.click()
    qtbot.waitUntil(lambda: "Written: 1 case" in told(page), timeout=10_000)
    read = alliance.desks["AE"].bundle_read([alliance.folder / "stick.tahaluf"])
    assert read.files[0].spaces == (chosen,)


def test_bundles_are_read_and_what_came_is_said_and_shown(
    alliance: StickAlliance, open_window: OpenWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick, torn, foreign = (alliance.folder / name for name in ("stick.tahaluf", "torn.tahaluf", "foreign.tahaluf"))
    case = alliance.desks["AE"].new_case({"title": "شمال"}, ("SN",)).record
    alliance.desks["AE"].bundle_write(stick, Order(("SN",)))
    alliance.desks["AE"].bundle_write(foreign, Order(("IT",)))
    torn.write_bytes(stick.read_bytes()[:-1])
    page = page_of(alliance, open_window)
    names = [str(stick), str(torn)]
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: (names, ""))
    with qtbot.waitSignal(page._session.carried, timeout=10_000) as carried:
        page.carry.read_button.click()
        assert not page.carry.read_button.isEnabled()
    assert isinstance(carried.args[0], BundleRead)
    qtbot.waitUntil(lambda: "Officer AE" in told(page))
    assert "2 new items" in told(page)
    assert "read it once more" in told(page)
    assert page._session.show(case).fields["title"].value == "شمال"
    names[:] = [str(foreign)]
    with qtbot.waitSignal(page._session.carry_refused, timeout=10_000):
        page.carry.read_button.click()
    assert "sealed to other desks" in page.carry.problem.text.text()
    assert page.carry.read_button.isEnabled()


def test_files_on_their_way_have_a_row_a_bar_and_a_pause(alliance: StickAlliance, open_window: OpenWindow) -> None:
    desk = alliance.desks["SN"]
    case = desk.new_case({"title": "Nord"}, ("AE",)).record
    film = alliance.folder / "<b>film.mp4"
    film.write_bytes(b"x" * 4_000_000)
    desk.attach(case, film)
    page = page_of(alliance, open_window)
    assert not page.moves.isHidden()
    ((id_, row),) = page.moves.rows.items()
    assert film.name in row.name.text()
    assert row.bar.value() == 0
    (move,) = page._session.moves()
    assert move.id == id_
    page._session.on_moved(msgspec.structs.replace(move, moved=1_000_000))
    assert row.bar.value() == 250
    assert "25" in row.state.text()
    page.moves.pause_button.click()
    assert (page._session.settings.blobs_paused, page.moves.words.text()) == (True, "Paused.")
    page.moves.pause_button.click()
    assert (page._session.settings.blobs_paused, page.moves.words.text() == "Paused.") == (False, False)
    page._session.lock()
    assert page.moves.rows == {}
