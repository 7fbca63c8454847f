"""What every part of the session shares: its signals, the open desk, and the way a failure reaches the screens."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType

from PySide6.QtCore import QObject, Signal

from desktop.casework.validation import InvalidValue
from desktop.desk import Desk, Locked, Refused, params_of
from desktop.store import StoreError


class SessionBase(QObject):
    """Signals of the session, and the desk while it is unlocked."""

    records_changed = Signal(object)
    """frozenset[str]: ids of records whose state moved, here or by sync."""
    rows_ready = Signal(int, object)
    """Request id and list[str] of record ids, in the order asked for."""
    records_ready = Signal(int, object)
    """Request id and list[ListRow], the last changed first."""
    views_ready = Signal(int, object)
    """Request id and list[RecordView], the last changed first."""
    history_ready = Signal(int, object)
    """Request id and tuple[HistoryEntry, ...], newest first."""
    sync_state_changed = Signal(object)
    """SyncState."""
    conflicts_changed = Signal(int)
    """Number of fields in conflict."""
    unread_changed = Signal(int)
    """Number of records with news that was not looked at."""
    unlocked = Signal()
    locked = Signal()
    unlock_failed = Signal(str)
    """Code of an error; `message(code)` is its text."""
    edit_refused = Signal(str, str, object)
    """Record, field and InvalidValue: nothing was written; `casework.validation.describe` is the text."""
    failed = Signal(str, object)
    """Code and parameters of a failure of the environment, for a banner; `message(code, params)` is its text."""
    enrolment_changed = Signal()
    """The officer confirmed who enrolled this desk."""
    undo_changed = Signal(str, str)
    """What would be undone and redone, in words; empty if nothing."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk: Desk | None = None
        self._told_params: dict[str, dict[str, object]] = {}
        self._listed: tuple[str, list[str]] = ("", [])  # a space and its records, until something moves

    def is_locked(self) -> bool:
        """Whether no data key is in memory."""
        return self._desk is None

    def tell_failure(self, code: str, params: Mapping[str, object]) -> None:
        """Emit `failed`, and keep the parameters for whoever asks for the text later."""
        self._told_params[code] = dict(params)
        self.failed.emit(code, params)

    def _open_desk(self) -> Desk:
        if self._desk is None:
            raise Locked
        return self._desk

    def _reporting(self, record: str = "", field: str = "") -> _Reporting:
        return _Reporting(self, record, field)


class _Reporting:
    """Turns refusals and failures of the environment into signals; our own bugs go on as exceptions."""

    def __init__(self, session: SessionBase, record: str, field: str) -> None:
        self._session = session
        self._record = record
        self._field = field

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if isinstance(error, InvalidValue):
            field = error.field.name if error.field else self._field
            self._session.edit_refused.emit(self._record, field, error)
            return True
        if isinstance(error, StoreError | Refused):
            self._session.tell_failure(error.code, {"record": self._record, **params_of(error)})
            return True
        return False
