"""Unlocking on a thread of its own: Argon2id takes a second or two, and the window must go on painting."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal

from desktop.desk import Opening, Refused
from desktop.store import StoreError


class UnlockThread(QThread):
    """Derives the data key once and hands it over; it opens no connection, those belong to the thread that uses them."""

    opened = Signal(object)
    """The data key."""
    refused = Signal(str)
    """Code of what stood in the way."""

    def __init__(self, home: Path, passphrase: str, opening: Opening, parent: QObject) -> None:
        super().__init__(parent)
        self._home = home
        self._passphrase = passphrase
        self._opening = opening

    def run(self) -> None:
        """Qt's entry into the thread."""
        passphrase, self._passphrase = self._passphrase, ""
        try:
            key = self._opening.unlock(self._home, passphrase)
        except (StoreError, Refused) as error:
            self.refused.emit(error.code)
        else:
            self.opened.emit(key)
