"""The desk locks with the system: when the screen is locked, when the machine goes to sleep."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject
from PySide6.QtDBus import QDBusConnection, QDBusMessage
from pytestqt.qtbot import QtBot

from desktop.ui.system_lock import SystemLock
from tests.support.desk import HomeOfDesk
from tests.ui.shell.conftest import OpenWindow

pytestmark = pytest.mark.skipif(
    not QDBusConnection.sessionBus().isConnected(), reason="needs a session bus (tests/with_keyring.sh has one)"
)
SAVER = "org.freedesktop.ScreenSaver"


def tell(active: bool) -> None:
    """Say on the session's bus that the screen saver came or went."""
    message = QDBusMessage.createSignal("/org/freedesktop/ScreenSaver", SAVER, "ActiveChanged")
    message.setArguments([active])
    assert QDBusConnection.sessionBus().send(message)


def test_the_screen_s_lock_locks_the_desk(qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow) -> None:
    window = open_window(home)
    with qtbot.waitSignal(window.session.locked):
        tell(active=True)
    assert window.workspace is None


def test_the_end_of_the_screen_s_lock_asks_for_nothing(qtbot: QtBot) -> None:
    parent = QObject()
    lock = SystemLock(parent)
    with qtbot.assertNotEmitted(lock.wanted, wait=200):
        tell(active=False)


def test_a_locked_session_asks_for_the_lock(qtbot: QtBot) -> None:
    parent = QObject()
    lock = SystemLock(parent)
    with qtbot.waitSignal(lock.wanted):
        lock.on_lock()
