"""One's own work in the whole window: first page, keys, the bell, and notifications that tell nothing."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.ui import tray
from desktop.ui.tray import Tray, reminder_text
from desktop.ui.work_page import WorkPage
from desktop.ui.workspace import Workspace
from i18n import set_language
from tests.support.desk import PASSPHRASE, HomeOfDesk
from tests.ui.shell.conftest import OpenWindow, workspace

TODAY = datetime.now(UTC).astimezone().date()


def fill(home: HomeOfDesk) -> tuple[str, str]:
    """A case with a task that is overdue and assigned to the officer."""
    desk = home.open()
    case = desk.new_case({"title": "Secret name", "reference": "SN-7", "lead": ""}).record
    due = (TODAY - timedelta(days=1)).isoformat()
    values = {"title": "Call Karim", "due": due, "assignee": desk.identity().officer}
    task = desk.new_record("task", case, values).record
    home.close()
    return case, task


def opened(qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow) -> Workspace:
    """The workspace as it comes, whatever it shows first."""
    window = open_window(home, locked=True)
    qtbot.keyClicks(window.unlock_view.field, PASSPHRASE)
    qtbot.keyClick(window.unlock_view.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.workspace is not None, timeout=10_000)
    return workspace(window)


def work_page(qtbot: QtBot, space: Workspace) -> WorkPage:
    page = space.pages["work"]
    assert isinstance(page, WorkPage)
    qtbot.waitUntil(lambda: page._view is not None)
    return page


def test_it_is_the_first_page_once_something_waits(
    qtbot: QtBot, empty_home: HomeOfDesk, open_window: OpenWindow
) -> None:
    _case, task = fill(empty_home)
    space = opened(qtbot, empty_home, open_window)
    qtbot.waitUntil(lambda: space.page_key() == "work")
    page = work_page(qtbot, space)
    assert next(iter(space.rail.items)) == "work"
    assert page.list.rows.ids() == [task]
    assert space.rail.items["work"].count() == 1
    assert page.tabs.key() == "assigned"
    qtbot.waitUntil(page.list.hasFocus)
    qtbot.keyClick(page.list, Qt.Key.Key_Return)
    assert space.page_key() == "cases"
    assert space.records().detail.record() == task


def test_a_first_day_begins_with_the_cases(qtbot: QtBot, empty_home: HomeOfDesk, open_window: OpenWindow) -> None:
    space = opened(qtbot, empty_home, open_window)
    qtbot.waitUntil(lambda: space.page_key() == "cases")


def test_a_digit_goes_to_each_section_and_an_empty_one_says_what_to_do(
    qtbot: QtBot, empty_home: HomeOfDesk, open_window: OpenWindow
) -> None:
    fill(empty_home)
    space = opened(qtbot, empty_home, open_window)
    qtbot.waitUntil(lambda: space.page_key() == "work")
    page = work_page(qtbot, space)
    seen = []
    for number in range(1, 7):
        qtbot.keyClick(page.list if page.list.isVisible() else page.tabs, Qt.Key(Qt.Key.Key_0 + number))
        seen.append(page.tabs.key())
        assert bool(page._shown().rows) == page.list.isVisible()
        assert page.list.isVisible() or len(page.empty.accessibleName() + page.empty.title.text()) > 10
    assert seen == ["assigned", "due", "unread", "mentions", "conflicts", "requests"]


def test_the_bell_lists_what_presses_while_the_desk_is_open(
    qtbot: QtBot, empty_home: HomeOfDesk, open_window: OpenWindow
) -> None:
    _case, task = fill(empty_home)
    window = open_window(empty_home)
    space = workspace(window)
    bell = space.top.bell
    qtbot.waitUntil(lambda: bell.accessibleName() == "1 deadline")
    bell.fill()
    first = bell.list.actions()[0]
    assert "Call Karim" in first.text()
    first.trigger()
    assert space.records().detail.record() == task
    bell.fill()
    bell.list.actions()[-1].trigger()  # tomorrow
    qtbot.waitUntil(lambda: bell.accessibleName() == "No deadline presses")
    bell.fill()
    bell.list.actions()[0].trigger()
    assert space.page_key() == "work"


@pytest.mark.parametrize("language", ["en", "fr", "it", "es", "ar"])
def test_a_notification_tells_numbers_only(
    qtbot: QtBot, empty_home: HomeOfDesk, open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(tray, "_by_portal", lambda title, text: sent.append((title, text)))
    monkeypatch.setattr(sys, "platform", "linux")
    fill(empty_home)
    window = open_window(empty_home, language=language)
    qtbot.waitUntil(lambda: len(sent) == 1)
    set_language(language)
    assert sent[0][1] == reminder_text(1, 0)
    for secret in ("Karim", "Secret", "SN-7", "Mansour", "Dakar"):
        assert secret not in "".join(sent[0])
    assert isinstance(window.tray, Tray)


def test_the_words_of_a_notification() -> None:
    set_language("en")
    assert reminder_text(0, 2) == "2 deadlines today"
    assert reminder_text(1, 0) == "1 deadline has passed"
    assert reminder_text(3, 1) == "1 deadline today · 3 deadlines have passed"
