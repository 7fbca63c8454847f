"""What the screens may choose of the cases that this desk keeps: for how long, not at all, here again."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal

from desktop.casework.carry_views import OfflineView
from desktop.desk import Desk
from desktop.desk.keeping import drop_records
from desktop.session.guarding import Guarding, Work
from desktop.store import Store


class Keeping(Guarding):
    """The part of the session that chooses. Removing runs beside the window, and the exchange waits meanwhile."""

    keeping_changed = Signal()
    """A case was chosen to be kept for another time, was removed or is to be fetched again; or a removal began."""
    case_removed = Signal(str)
    """Space that is not on this desk any more."""
    removal_refused = Signal(str, str)
    """Space, and the code of what stood in the way; `message(code)` is its text. Nothing was removed."""

    _removal: Work | None = None
    _removing = ""

    def limited_cases(self) -> tuple[OfflineView, ...]:
        """The cases that are not on this desk, and those that it keeps for a time; cheap."""
        return self._look(Desk.offline_limited, ())

    def removing(self) -> str:
        """The space that is being removed, or an empty string."""
        return self._removing

    def keep_case(self, space: str, days: int = 0) -> bool:
        """Keep a case for so many days, 0 for good; one that is not here comes with the next exchange."""
        with self._reporting():
            here = self._open_desk().offline_keep(space, days).records
            if self._sync and self._connected and not here:  # an exchange that begins asks for what is missing
                self._sync.set_connected(False)
                self._sync.set_connected(True)
            self.keeping_changed.emit()
            return True
        return False

    def remove_case(self, space: str) -> None:
        """Take a case off this desk; answers by `case_removed` or `removal_refused`. One at a time."""
        if self._removal is not None or self._desk is None:
            return
        if self._sync and self._connected:
            self._sync.set_connected(False)
        self._removing = space
        self._removal = work = Work(partial(_remove, self._desk.store, space), self)
        work.done.connect(self.on_case_removed)
        work.refused.connect(self.on_removal_refused)
        work.finished.connect(work.deleteLater)
        work.start()
        self.keeping_changed.emit()

    def on_case_removed(self, records: frozenset[str]) -> None:
        """The thread has done it."""
        space = self._end_removing()
        self.case_removed.emit(space)
        self.on_synced(records)
        self.tell_undo()
        self.keeping_changed.emit()

    def on_removal_refused(self, code: str, params: dict[str, object]) -> None:
        """The thread was refused."""
        space = self._end_removing()
        self._told_params[code] = params
        self.keeping_changed.emit()
        self.removal_refused.emit(space, code)
        self._end_if_erased(code)

    def _end_removing(self) -> str:
        space, self._removing, self._removal = self._removing, "", None
        if self._sync:
            self._sync.set_connected(self._connected)
        return space

    def _stop_threads(self) -> None:
        """End every thread; a removal is waited for."""
        removal, self._removal, self._removing = self._removal, None, ""
        if removal is not None:
            removal.wait()
        super()._stop_threads()


def _remove(store: Store, space: str) -> frozenset[str]:
    with store.connect() as connection:
        return drop_records(store, connection, space)
