"""The part of the session that concerns the passphrase: waiting after wrong ones, a new one, the end of the keys."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal

from desktop.desk import Desk, Opening, Refused, Waiting, desk_exists, missing_desk, params_of
from desktop.profile import BadProfile
from desktop.session.receipting import Receipting
from desktop.store import StoreError
from desktop.store.vault import MIN_CHARACTERS, MIN_CHARACTERS_ALONE

BOUNDARIES = "boundaries.map"  # in the home, beside the store
ROLLED_BACK = frozenset({"rolled_back", "rolled_back_copy"})


class Work(QThread):
    """One piece of work that takes seconds or asks the keyring, off the window's thread."""

    done = Signal(object)
    refused = Signal(str, object)
    """Code of what stood in the way, and the parameters of its sentence."""

    def __init__(self, work: Callable[[], object], parent: QObject) -> None:
        super().__init__(parent)
        self._work: Callable[[], object] | None = work

    def run(self) -> None:
        """Qt's entry into the thread."""
        work, self._work = self._work, None  # it holds passphrases
        try:
            result = work() if work is not None else None
        except (StoreError, Refused, BadProfile) as error:
            self.refused.emit(error.code, params_of(error))
        else:
            self.done.emit(result)


class Guarding(Receipting):
    """What the lock and the settings ask and tell about the passphrase."""

    passphrase_changed = Signal()
    passphrase_refused = Signal(str)
    """Code of an error; `message(code)` is its text."""

    salvage_progressed = Signal(int, int)
    """Spaces that a salvage has copied, of how many."""
    erased = Signal()
    """The keys of this home were destroyed while it was open."""

    def __init__(self, home: Path, opening: Opening, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._home = home
        self._opening = opening
        self._work: Work | None = None
        self._until_s = 0.0

    def approved_boundaries(self) -> tuple[Path, str] | None:
        """The file of boundaries and the SHA-256 that the profile wants of it, if it wants one; it may be missing."""
        digest = self._desk.profile.boundaries if self._desk else ""
        return (self._home / BOUNDARIES, digest) if digest else None

    def absence(self) -> str:
        """The code that says why there is no desk in this home, or an empty string if there is one."""
        if desk_exists(self._home):
            return ""
        error = missing_desk(self._home)
        self._told_params[error.code] = params_of(error)
        return error.code

    def wait_s(self) -> int:
        """Seconds until a passphrase is tried again; 0 when it is tried at once."""
        return max(0, math.ceil(self._until_s - time.monotonic()))

    def waiting(self) -> Waiting:
        """How long to wait and how many tries are left, as the home's files say; the wait is counted from now."""
        found = self._opening.waiting(self._home)
        self.note_wait(found.wait_s)
        return found

    def note_wait(self, seconds: object) -> None:
        """A try was refused for so long."""
        if isinstance(seconds, int | float):
            self._until_s = max(self._until_s, time.monotonic() + seconds)

    def change_passphrase(self, old: str, new: str) -> None:
        """Change it on a thread of its own; answers by `passphrase_changed` or `passphrase_refused(code)`."""
        self._start(lambda: self._opening.change_passphrase(self._home, old, new))

    def limit_attempts(self, limit: int) -> None:
        """Destroy the keys after so many wrong passphrases in a row, 0 for never; answers like a new passphrase."""
        self._start(lambda: self._opening.limit_attempts(self._home, limit))

    def passphrase_rules(self) -> tuple[int, int]:
        """Least number of characters of a passphrase, beside a keyring and alone."""
        return MIN_CHARACTERS, MIN_CHARACTERS_ALONE

    def is_working(self) -> bool:
        """Whether an answer is still to come."""
        return self._work is not None

    def dismiss(self, code: str) -> None:
        """The officer has read a notice and does not want to see it again."""
        if code in ROLLED_BACK:
            with self._reporting():
                self._look(Desk.dismiss_rollback, None)

    def on_work_done(self, _result: object) -> None:
        """The thread has done it."""
        self._work = None
        self.passphrase_changed.emit()

    def on_work_refused(self, code: str, params: dict[str, object]) -> None:
        """The thread was refused."""
        self._work = None
        self._told_params[code] = params
        self.note_wait(params.get("wait_s"))
        self.passphrase_refused.emit(code)
        self._end_if_erased(code)

    def on_thread_failed(self, code: str, params: dict[str, object]) -> None:
        """A thread met a failure of the environment; or the home was destroyed under it."""
        super().on_thread_failed(code, params)
        self._end_if_erased(code)

    def _end_if_erased(self, code: str) -> None:
        if code.startswith("erased_"):
            self.erased.emit()

    def _start(self, work: Callable[[], object]) -> None:
        if self._work is None and self._desk is not None:
            self._work = Work(work, self)
            self._work.done.connect(self.on_work_done)
            self._work.refused.connect(self.on_work_refused)
            self._work.finished.connect(self._work.deleteLater)
            self._work.start()

    def _stop_threads(self) -> None:
        """End every thread; one that changes the passphrase is waited for."""
        work, self._work = self._work, None
        if work is not None:
            work.wait()
        super()._stop_threads()
