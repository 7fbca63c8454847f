"""Tells of deadlines through the system: its tray where it has one, else its notifications, else not at all.

Whatever is told can be read by anybody who stands before a locked screen. So it is two numbers and nothing else: never
a title, a name or a reference, and no more while the desk is open than while it is locked.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from desktop.session import Session
from desktop.ui.icons import icon
from desktop.ui.look import product_name
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.bidi import strip_isolates
from i18n.formats import number

_ID = "deadlines"  # a newer notification takes the place of the one before
_PORTAL = ("org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop", "org.freedesktop.portal.Notification")


def reminder_text(overdue: int, today: int) -> str:
    """What a notification says: how many things are newly overdue, and how many are due today."""
    parts = [
        ngettext("{n} deadline today", "{n} deadlines today", today).format(n=number(today)) if today else "",
        ngettext("{n} deadline has passed", "{n} deadlines have passed", overdue).format(n=number(overdue))
        if overdue
        else "",
    ]
    return strip_isolates(" · ".join(part for part in parts if part))


class Tray(QObject):
    """Follows the session's reminders. `wanted` asks for the window, `lock_wanted` for the lock."""

    wanted = Signal()
    lock_wanted = Signal()

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self.icon: QSystemTrayIcon | None = None
        self.menu: QMenu | None = None
        if QSystemTrayIcon.isSystemTrayAvailable():
            self._make_icon(window)
        session.reminded.connect(self.on_reminded)
        session.locked.connect(self.retell)
        session.unlocked.connect(self.retell)

    def on_reminded(self, overdue: int, today: int) -> None:
        """Tell, by the first way that this system has."""
        text = reminder_text(overdue, today)
        if self.icon is not None and self.icon.supportsMessages():
            self.icon.showMessage(product_name(), text, self.icon.icon())
        elif sys.platform.startswith("linux"):
            _by_portal(product_name(), text)

    def retell(self) -> None:
        """Name what the menu offers, in the language in use."""
        if self.icon is None or self.menu is None:
            return
        self.icon.setToolTip(product_name())
        self.menu.clear()
        self._add(_("Open the window"), self.wanted)
        if not self._session.is_locked():
            self._add(_("Lock now"), self.lock_wanted)

    def _add(self, text: str, signal: object) -> None:
        if self.menu is not None:
            action = QAction(text, self.menu)
            action.triggered.connect(signal)
            self.menu.addAction(action)

    def _make_icon(self, window: QWidget) -> None:
        theme = current_theme()
        self.menu = QMenu(window)
        self.icon = QSystemTrayIcon(icon("shield-check", theme.color("link"), theme.px(32)), self)
        self.icon.setContextMenu(self.menu)
        self.icon.messageClicked.connect(self.wanted)
        self.icon.activated.connect(self._on_activated)
        self.retell()
        self.icon.show()

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self.wanted.emit()


def _by_portal(title: str, text: str) -> bool:
    """Ask the desktop's portal to show a notification; whether there was a bus to ask on."""
    from PySide6.QtDBus import QDBusConnection, QDBusMessage

    bus = QDBusConnection.sessionBus()
    if not bus.isConnected():
        return False
    message = QDBusMessage.createMethodCall(*_PORTAL, "AddNotification")
    message.setArguments([_ID, {"title": title, "body": text, "priority": "normal"}])
    return bool(bus.send(message))
