"""Unlocking on a thread of its own: Argon2id takes a second or two, and the window must go on painting."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal

from desktop.desk import Opening, params_of
from desktop.store import StoreError


class UnlockThread(QThread):
    """Derives the data key and hands the unlocked store over; connections belong to the threads that use them."""

    opened = Signal(object)
    """The unlocked Store."""
    refused = Signal(str, object)
    """Code of what stood in the way, and the parameters of its sentence."""

    progressed = Signal(int, int)
    """Spaces that a salvage has copied, of how many."""

    def __init__(self, home: Path, passphrase: str, opening: Opening, parent: QObject, *, salvage: bool) -> None:
        super().__init__(parent)
        self._salvage = salvage
        self._home = home
        self._passphrase = passphrase
        self._opening = opening

    def run(self) -> None:
        """Qt's entry into the thread."""
        passphrase, self._passphrase = self._passphrase, ""
        try:
            if self._salvage:
                self._opening.salvage(self._home, passphrase, replace=True, progress=self.progressed.emit)
            store = self._opening.unlock(self._home, passphrase)
            try:
                self._opening.first_look(store)
            except StoreError:
                store.lock()
                raise
        except StoreError as error:
            self.refused.emit(error.code, params_of(error))
        else:
            self.opened.emit(store)
