"""The connection on screen, against a real secretariat: the switch, what waits, the age of the data, enrolment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from desktop.ui.main_window import MainWindow
from desktop.ui.sync_page import SyncPage
from desktop.ui.workspace import Workspace
from sync.wire.signing import fingerprint
from tests.support.desk import HomeOfDesk, set_up
from tests.support.secretariat import Ministry, Secretariat
from tests.ui.shell.conftest import OpenWindow, listed, unlock, workspace

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows


class Desks:
    """A secretariat, and a desk that its ministry has not enrolled yet."""

    def __init__(self, folder: Path) -> None:
        self.secretariat = Secretariat(folder / "secretariat")
        self.ministries: dict[str, Ministry] = self.secretariat.provision(["SN", "IT", "AE"])
        self.secretariat.start()
        self.running = True
        trust = {code: ministry.keys.root for code, ministry in self.ministries.items()}
        self.home: HomeOfDesk = set_up(
            folder / "SN", officer="Cne L. Mansour", trust=trust, url=self.secretariat.url, language="en"
        )

    def enrol(self) -> None:
        """Let the ministry's administrator enrol the desk."""
        self.ministries["SN"].enrol(self.home.request())
        self.secretariat.publish(*self.ministries.values())

    def close(self) -> None:
        """Stop what runs."""
        self.home.close()
        if self.running:
            self.secretariat.stop()


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Desks]:
    """A running secretariat and a desk."""
    made = Desks(tmp_path)
    yield made
    made.close()


def phase(window: MainWindow) -> str:
    """What the chip shows."""
    return workspace(window).top.chip.phase()


def test_the_switch_cuts_the_connection_and_what_is_written_then_is_sent_when_it_is_back(
    qtbot: QtBot, desks: Desks, open_window: OpenWindow
) -> None:
    desks.enrol()
    window = open_window(desks.home)
    space = workspace(window)
    qtbot.waitUntil(lambda: phase(window) == "online", timeout=10_000)
    assert "Connected" in window.status.saved.accessibleName()
    trigger(window, "Work offline")
    qtbot.waitUntil(lambda: phase(window) == "paused")
    record = window.session.new_case({"title": "Written without a connection"}, ["SN", "IT"])
    qtbot.waitUntil(lambda: "Not sent yet" in heard(space, record))
    chip = space.top.chip.accessibleName()
    assert "Working offline" in chip
    assert "to send" in chip
    assert "Data of" in chip
    assert "Offline — everything is saved on this desk" in window.status.saved.accessibleName()
    trigger(window, "Connect")
    qtbot.waitUntil(lambda: phase(window) == "online", timeout=10_000)
    qtbot.waitUntil(lambda: window.session.counts()["unsent"] == 0, timeout=10_000)
    qtbot.waitUntil(lambda: "to send" not in space.top.chip.accessibleName())
    qtbot.waitUntil(lambda: "Not sent yet" not in heard(space, record))
    assert space.notices.codes() == []


def heard(space: Workspace, record: str) -> str:
    """What assistive technology hears of a case's row."""
    rows = space.records().list.view.rows
    place = rows.place(record)
    return "" if place is None else str(rows.index(place).data(Qt.ItemDataRole.AccessibleTextRole))


def trigger(window: MainWindow, words: str) -> None:
    """Choose an action in the menu of the chip."""
    menu = workspace(window).top.menu
    menu.fill()
    next(action for action in menu.actions() if action.text() == words).trigger()


def test_the_queue_names_what_waits_and_opens_it(qtbot: QtBot, desks: Desks, open_window: OpenWindow) -> None:
    window = open_window(desks.home)
    window.session.set_connected(False)
    record = window.session.new_case({"title": "Waits"}, ["SN"])
    trigger(window, "Show what waits")
    page = workspace(window).pages["sync"]
    assert isinstance(page, SyncPage)
    qtbot.waitUntil(lambda: page.view.rows.ids() == [record])
    assert "to send, in 1 record" in page.queue_words.text()
    page.view.setFocus()
    qtbot.keyClick(page.view, Qt.Key.Key_Down)
    qtbot.keyClick(page.view, Qt.Key.Key_Return)
    assert workspace(window).records().detail.case() == record


def test_a_desk_that_is_not_enrolled_says_so_with_its_fingerprint_until_it_is(
    qtbot: QtBot, desks: Desks, open_window: OpenWindow
) -> None:
    window = open_window(desks.home)
    space = workspace(window)
    qtbot.waitUntil(space.notices.enrolment.isVisible, timeout=10_000)
    own = fingerprint(bytes.fromhex(window.session.identity().device))
    assert own in space.notices.enrolment.accessibleName()
    qtbot.mouseClick(space.notices.enrolment.strong, Qt.MouseButton.LeftButton)
    page = space.pages["sync"]
    assert isinstance(page, SyncPage)
    qtbot.waitUntil(page.enrolment.isVisible)
    assert own in page.enrolment.fingerprint.text()
    assert own in page.enrolment.code.accessibleName()
    assert page.enrolment.code.isVisible()
    desks.enrol()
    qtbot.mouseClick(page.now_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: phase(window) == "online", timeout=15_000)
    qtbot.waitUntil(page.enrolment.confirm_button.isVisible)
    assert not page.enrolment.code.isVisible()


def test_the_officer_sees_who_enrolled_the_desk_and_confirms_once(
    qtbot: QtBot, desks: Desks, open_window: OpenWindow
) -> None:
    desks.enrol()
    window = open_window(desks.home)
    space = workspace(window)
    qtbot.waitUntil(lambda: "Compare" in space.notices.enrolment.strong.text(), timeout=10_000)
    qtbot.mouseClick(space.notices.enrolment.strong, Qt.MouseButton.LeftButton)
    page = space.pages["sync"]
    assert isinstance(page, SyncPage)
    qtbot.waitUntil(page.enrolment.confirm_button.isVisible)
    keys = desks.ministries["SN"].keys
    shown = page.enrolment.facts.text()
    assert keys.administrator in shown
    assert fingerprint(keys.administrator_key) in shown
    assert fingerprint(keys.root) in shown
    qtbot.mouseClick(page.enrolment.confirm_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not space.notices.enrolment.isVisible())
    assert not page.enrolment.confirm_button.isVisible()
    assert "You confirmed on" in page.enrolment.words.text()
    window.session.close()
    assert not unlock(qtbot, open_window(desks.home, locked=True)).notices.enrolment.isVisible()


def test_a_server_that_is_away_is_no_error_and_its_cause_is_said_in_words(
    qtbot: QtBot, desks: Desks, open_window: OpenWindow
) -> None:
    desks.enrol()
    desks.secretariat.stop()
    desks.running = False
    window = open_window(desks.home)
    space = workspace(window)
    qtbot.waitUntil(lambda: window.session.sync_state().error != "", timeout=10_000)
    assert phase(window) == "offline"
    assert space.notices.codes() == []
    space.show_page("sync")
    page = space.pages["sync"]
    assert isinstance(page, SyncPage)
    qtbot.waitUntil(lambda: "kept here" in page.cause.text())
    assert "Next try" in page.age.text()


def test_diagnostics_are_copied_without_a_word_of_any_case(
    qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow
) -> None:
    window = open_window(home)
    space = workspace(window)
    space.show_page("sync")
    page = space.pages["sync"]
    assert isinstance(page, SyncPage)
    qtbot.mouseClick(page.copy_button, Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().text()
    assert "tahaluf" in copied
    for row in window.session.rows(listed(space)):
        assert row.title not in copied
        assert row.reference not in copied
    assert window.session.identity().officer not in copied


def test_news_from_others_reach_the_list_and_the_count(
    qtbot: QtBot, desks: Desks, open_window: OpenWindow, tmp_path: Path
) -> None:
    desks.enrol()
    trust = {code: ministry.keys.root for code, ministry in desks.ministries.items()}
    rome = set_up(tmp_path / "IT", ministry="IT", officer="A. Rossi", trust=trust, url=desks.secretariat.url)
    desks.ministries["IT"].enrol(rome.request())
    desks.secretariat.publish(*desks.ministries.values())
    window = open_window(desks.home)
    space = workspace(window)
    qtbot.waitUntil(lambda: phase(window) == "online", timeout=10_000)
    desk = rome.open()
    case = desk.new_case({"title": "Opened in Rome"}, ("IT", "SN")).record
    desk.sync_once(patience_s=10)
    rome.close()
    qtbot.waitUntil(lambda: case in listed(space), timeout=10_000)
    qtbot.waitUntil(lambda: space.rail.items["cases"].count() == 1)
    space.open_record(case)
    qtbot.waitUntil(lambda: space.rail.items["cases"].count() == 0)
