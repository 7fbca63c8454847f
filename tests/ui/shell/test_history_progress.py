"""How far the history behind snapshots is verified, in words and as a bar."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.casework.views import SyncState
from desktop.ui.connection import history_text, saved_text
from desktop.ui.sync_page import SyncPage
from tests.support.desk import HomeOfDesk
from tests.ui.shell.conftest import OpenWindow, workspace

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows
HALF = SyncState(phase="online", verified=12, from_snapshots=40)


def test_it_is_said_until_all_is_verified() -> None:
    assert history_text(HALF) == saved_text(HALF) == "History of 12 of 40 cases verified"
    assert history_text(SyncState(phase="online", verified=40, from_snapshots=40)) == history_text(SyncState()) == ""
    assert saved_text(SyncState(phase="offline", verified=12, from_snapshots=40)).startswith("Offline")


def test_the_page_of_the_exchange_shows_a_bar_while_it_lasts(
    qtbot: QtBot, open_window: OpenWindow, home: HomeOfDesk
) -> None:
    page = SyncPage(workspace(open_window(home)).session)
    qtbot.addWidget(page)
    page._tell_connection(HALF)
    assert page.history.text() == "History of 12 of 40 cases verified"
    assert (page.history_bar.value(), page.history_bar.maximum()) == (12, 40)
    assert not page.history_bar.testAttribute(Qt.WidgetAttribute.WA_WState_Hidden)
    page._tell_connection(SyncState(phase="online"))
    assert page.history_bar.testAttribute(Qt.WidgetAttribute.WA_WState_Hidden)
