"""What the screens may do by hand: bundles written and read, and how far evidence files are on their way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal

from desktop.casework.carry_views import BlobMove, BundleReader, EvidenceSize, Order
from desktop.desk import Desk
from desktop.desk.bundles import read_bundle, write_bundle
from desktop.desk.syncing import index_all
from desktop.session.guarding import Work
from desktop.session.keeping import Keeping
from desktop.store import Store
from sync.replica import Applied

Carry = Callable[[Store], object]


class Carrying(Keeping):
    """The part of the session that carries. One piece of work at a time, off the window's thread."""

    carried = Signal(object)
    """BundleWritten or BundleRead."""
    carry_refused = Signal(str)
    """Code of what stood in the way; `message(code)` is its text."""
    carrying_changed = Signal()
    """Work began or ended."""
    moved = Signal(object)
    """BlobMove: how far an evidence file is."""

    _carry: Work | None = None
    _read_records: frozenset[str] = frozenset()

    def bundle_readers(self) -> list[BundleReader]:
        """Whom a bundle can be sealed to: each ministry, and each of its desks."""
        return self._look(Desk.bundle_readers, [])

    def bundle_evidence(self) -> list[EvidenceSize]:
        """The evidence files that could go along in a bundle: those that are all on this desk."""
        return self._look(Desk.bundle_evidence, [])

    def moves(self) -> list[BlobMove]:
        """Evidence files on their way, and those that the server refused."""
        return self._look(Desk.moves, [])

    def is_carrying(self) -> bool:
        """Whether a bundle is being written or read."""
        return self._carry is not None

    def write_bundle(self, path: Path, order: Order) -> None:
        """Write a bundle; answers by `carried` or `carry_refused`."""

        def write(store: Store) -> object:
            with store.connect() as connection:
                return write_bundle(store, connection, path, order)

        self._begin(write)

    def read_bundles(self, paths: list[Path]) -> None:
        """Read files of bundles; answers by `carried` or `carry_refused`. The exchange waits meanwhile."""
        records: set[str] = set()

        def note(applied: Applied) -> None:
            records.update(each.hex() for each in applied.records)

        def read(store: Store) -> object:
            with store.connect() as connection:
                try:
                    return read_bundle(store, connection, paths, note)
                finally:
                    self._read_records = frozenset(records)
                    index_all(connection)

        if self._sync and self._connected:
            self._sync.set_connected(False)
        self._begin(read)

    def on_carried(self, result: object) -> None:
        """The thread has done it."""
        self._end_carrying()
        self.carried.emit(result)

    def on_carry_refused(self, code: str, params: dict[str, object]) -> None:
        """The thread was refused."""
        self._end_carrying()
        self._told_params[code] = params
        self.carry_refused.emit(code)
        self._end_if_erased(code)

    def on_moved(self, move: object) -> None:
        """The thread that moves files tells how far one is."""
        if self._desk is not None:
            self.moved.emit(move)

    def _begin(self, carry: Carry) -> None:
        if self._carry is not None or self._desk is None:
            return
        store = self._desk.store
        self._carry = work = Work(lambda: carry(store), self)
        work.done.connect(self.on_carried)
        work.refused.connect(self.on_carry_refused)
        work.finished.connect(work.deleteLater)
        work.start()
        self.carrying_changed.emit()

    def _end_carrying(self) -> None:
        self._carry = None
        records, self._read_records = self._read_records, frozenset()
        if records:
            self.on_synced(records)
        if self._sync:
            self._sync.set_connected(self._connected)
        self.carrying_changed.emit()

    def _stop_threads(self) -> None:
        """End every thread; a bundle that is being written or read is waited for."""
        carry, self._carry = self._carry, None
        if carry is not None:
            carry.wait()
        super()._stop_threads()
