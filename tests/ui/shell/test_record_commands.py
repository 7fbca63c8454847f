"""What can be done to the record in view by its keys and from the command bar, in the whole window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.ui.main_window import MainWindow
from desktop.ui.recall_dialog import RecallDialog
from desktop.ui.receipts_dialog import ReceiptsDialog
from tests.support.desk import HomeOfDesk
from tests.ui.shell.conftest import OpenWindow, listed, workspace

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows


def found(window: MainWindow, typed: str) -> list[str]:
    """The commands that the command bar offers for some words."""
    return [command.key for command in window.commands.matching(typed)]


def test_the_record_in_view_has_its_commands_and_no_record_has_none(
    qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow
) -> None:
    window = open_window(home)
    space = workspace(window)
    assert found(window, "receipts") == found(window, "recall") == []
    space.open_record(listed(space)[0])
    assert found(window, "receipts") == ["record.receipts"]
    assert found(window, "recall for ever") == ["record.recall"]
    qtbot.keyClick(window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    (receipts,) = window.findChildren(ReceiptsDialog)
    qtbot.waitUntil(receipts.empty.isVisible)
    qtbot.keyClick(receipts, Qt.Key.Key_Escape)
    window.commands.run("record.recall")
    (recall,) = window.findChildren(RecallDialog)
    assert recall.isVisible()
    recall.reason.setPlainText("Taken twice")
    qtbot.mouseClick(recall.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: found(window, "recall for ever") == [])
    window.activateWindow()  # nobody else does on this platform
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    page = space.records().detail.page()
    assert page is not None
    assert page.tabs.key() == "history"
    space.show_page("settings")
    assert found(window, "receipts") == []
    window.lock()
    assert found(window, "receipts") == []
