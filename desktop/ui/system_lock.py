"""Hears from the system that the screen was locked or that the machine goes to sleep, and asks to lock the desk.

On Linux by D-Bus: login1 for sleep and for the lock of the session, the screen savers' ActiveChanged. Anybody on
the session's bus can send that signal; all it can do is to lock. Where there is no bus, the status bar still notices
a sleep afterwards (see status_bar).
"""

from __future__ import annotations

import sys
from typing import Any

from PySide6.QtCore import SLOT, QObject, Signal, Slot

_LOGIN = "org.freedesktop.login1"
_SAVERS = ("org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver")


class SystemLock(QObject):
    """Emits `wanted` when the desk should lock."""

    wanted = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        if sys.platform.startswith("linux"):
            self._listen()

    @Slot(bool)
    def on_active(self, active: bool) -> None:
        """The screen saver came, or sleep begins; with False it ended."""
        if active:
            self.wanted.emit()

    @Slot()
    def on_lock(self) -> None:
        """The session was locked."""
        self.wanted.emit()

    def _listen(self) -> None:
        from PySide6.QtDBus import QDBusConnection

        # The stubs ask for bytes where the method takes the text that SLOT gives.
        active: Any = SLOT("on_active(bool)")
        lock: Any = SLOT("on_lock()")
        system, session = QDBusConnection.systemBus(), QDBusConnection.sessionBus()
        if system.isConnected():
            system.connect(_LOGIN, "", f"{_LOGIN}.Manager", "PrepareForSleep", self, active)
            system.connect(_LOGIN, "", f"{_LOGIN}.Session", "Lock", self, lock)
        if session.isConnected():
            for saver in _SAVERS:
                session.connect("", "", saver, "ActiveChanged", self, active)
