"""Salvage: what verifies of a damaged store goes into a new one beside it. The damaged one is never deleted.

The new store asks the server for everything again, so what the server has comes back; what only this desk had and
cannot be read is lost, and the report says how much. Where changes of our own are missing, new ones wait until the old
ones have come back: otherwise two different changes would bear the same number.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from desktop.store import marks
from desktop.store.context import change_number, split_number
from desktop.store.database import DATABASE_FILE, Database
from desktop.store.entries import Books
from desktop.store.errors import StoreExists
from desktop.store.store import Connection, Store, read_identity
from desktop.store.vault import translate_os_errors
from desktop.store.wreck import Row, Wreck
from sync.keys import EpochKey
from sync.replica import Entered, Opened, Received
from sync.seal import open_segment
from sync.wire.calls import Cursor
from sync.wire.codec import NO_HASH
from sync.wire.errors import WireError
from sync.wire.membership import Membership
from sync.wire.space import read_founding, read_segment, space_id, verify_founding, verify_segment

SALVAGED_FILE = "store.salvaged.db"
FOUNDATION = ("identity", "stamp", "as_of_ms", marks.MARKS, marks.FINDING)  # of the database's meta

Progress = Callable[[int, int], None]
"""Told how many spaces are copied, of how many."""
COMPANIONS = ("", "-wal", "-shm")
UNKNOWN_END = (1 << 32) - 1  # of a chain whose end cannot be read


class SalvageReport(msgspec.Struct):
    """What was copied, and what could not be."""

    spaces: int = 0
    segments: int = 0
    own_changes: int = 0  # that had not been sealed yet
    records: int = 0
    lost_segments: int = 0  # read, but they do not verify or do not follow
    lost_own: int = 0  # changes of our own that are not in the new store; the server may have them
    failed_reads: int = 0


def salvage(store: Store, progress: Progress | None = None) -> SalvageReport:
    """Copy what verifies of a store into SALVAGED_FILE beside it. Raises StoreDamaged when nothing can be read."""
    target = store.home / SALVAGED_FILE
    with translate_os_errors():
        for suffix in COMPANIONS:
            target.with_name(target.name + suffix).unlink(missing_ok=True)
    wreck = Wreck(store.home / DATABASE_FILE, store.key.key)
    try:
        with contextlib.closing(Database(target, store.key.key, create=True)) as database:
            _copy_foundation(wreck, database)
            report = _Salvage(wreck, Connection(store, database, read_identity(database))).run(progress)
            database.run("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        wreck.close()
    report.failed_reads = wreck.failures
    return report


def adopt(home: Path) -> Path:
    """Put the salvaged store in the damaged one's place; returns where the damaged one was moved to."""
    salvaged = home / SALVAGED_FILE
    kept = home / f"store.damaged-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}.db"
    if kept.exists():
        raise StoreExists
    with translate_os_errors():
        for suffix in reversed(COMPANIONS):
            source = home / (DATABASE_FILE + suffix)
            if source.exists():
                source.rename(kept.with_name(kept.name + suffix))
        for suffix in COMPANIONS:
            source = salvaged.with_name(salvaged.name + suffix)
            if source.exists():
                source.rename(home / (DATABASE_FILE + suffix))
    return kept


def _copy_foundation(wreck: Wreck, database: Database) -> None:
    """Copy who the desk is, whom it trusts, and its notes."""
    with database.transaction():
        meta = [row for row in wreck.table("meta", "key, value", "key") if row[0] in FOUNDATION]
        database.many("INSERT OR REPLACE INTO meta VALUES (?, ?)", meta)
        if not any(key == marks.MARKS for key, _ in meta):
            marks.lose(database)
        database.many("INSERT INTO roots VALUES (?, ?)", wreck.table("roots", "ministry, root", "ministry"))
        database.many("INSERT OR IGNORE INTO notes VALUES (?, ?, ?)", wreck.table("notes", "key, at_ms, value", "key"))


class _Salvage:
    """Copies spaces one by one, by the functions that receive them from the server."""

    def __init__(self, wreck: Wreck, connection: Connection) -> None:
        self._wreck = wreck
        self._connection = connection
        self._database = connection.database
        self._replica = connection.replica
        self._report = SalvageReport()
        self._chains_whole = True

    def run(self, progress: Progress | None = None) -> SalvageReport:
        """Copy everything."""
        self._copy_directories()
        tables = {row[0] for row in self._wreck.table("sqlite_schema", "name", "rowid")}
        entries = self._wreck.table("entries", "space, number, data", "space, number") if "entries" in tables else []
        epochs = self._wreck.table("epochs", "space, epoch, key", "space")
        failures = self._wreck.failures
        chains = self._wreck.numbered("chains", "n, space, device, own, last, applied", 1, UNKNOWN_END)
        self._chains_whole = self._wreck.failures == failures
        spaces = self._wreck.numbered("spaces", "n, id, founding", 1, UNKNOWN_END)
        for done, (number, id_, founding) in enumerate(spaces):
            if progress is not None:
                progress(done, len(spaces))
            if not founding or not self._holds(id_, founding):
                continue
            keys = {row[1]: row[2] for row in epochs if row[0] == number}
            own_log = [row[2] for row in sorted(entries, key=lambda row: int(row[1])) if row[0] == number]
            entered = self._entered(id_, founding, own_log)
            self._copy_space(id_, founding, keys, entered, [row for row in chains if row[1] == number])
        while self._connection.index.index_pending():
            pass
        self._report.records = int(self._database.value("SELECT count(*) FROM records"))
        return self._report

    def _copy_directories(self) -> None:
        rows = self._wreck.table("directory", "ministry, seq, entry", "ministry, seq")
        for ministry in sorted({row[0] for row in rows}):
            entries = [row[2] for row in sorted(rows, key=lambda row: int(row[1])) if row[0] == ministry]
            with contextlib.suppress(WireError):  # the rest of a broken directory comes from the server
                self._replica.add_directory_entries(ministry, 1, entries)

    def _holds(self, id_: bytes, founding: bytes) -> bool:
        try:
            sign_key = self._sign_key(read_founding(founding)[0].device)
            return sign_key is not None and space_id(founding) == id_ and bool(verify_founding(founding, sign_key))
        except WireError:
            return False

    def _sign_key(self, device: bytes) -> bytes | None:
        if device == self._connection.identity.device:
            return self._connection.identity.keys.sign_key
        found = self._replica.certificate(device)
        return found[1].sign_key if found else None

    def _entered(self, id_: bytes, founding: bytes, own_log: list[bytes]) -> list[Entered]:
        """The entries of a space's own log that follow each other and hold; the server has the others."""
        members, books = Membership(id_, founding), Books(self._connection.context)
        found: list[Entered] = []
        with contextlib.suppress(WireError):
            for data in own_log:
                found.append(Entered(members.append(data, books).number, 0, data))  # noqa: PERF401 - up to a failure
        return found

    def _copy_space(
        self, id_: bytes, founding: bytes, keys: dict[bytes, bytes], entered: list[Entered], chains: list[Row]
    ) -> None:
        self._report.spaces += 1
        sequence = self._replica.feed()[1]
        self._replica.take_grant(sequence, [EpochKey(id_, key) for key in keys.values()])
        segments = [opened for row in chains for opened in self._segments(id_, row, keys)]
        self._report.segments += len(segments)
        self._replica.receive([Received(id_, founding, segments, [], Cursor(id_, 0, NO_HASH), entered)])
        self._replica.resend(id_)
        self._replica.note_behind([(id_, 1)])
        own = next((row for row in chains if row[3] and row[2] == self._connection.identity.device), None)
        if own is not None:
            self._copy_own(id_, own[0], own[4], own[5])
        elif not self._chains_whole:
            self._replica.restore_own(id_, 1, [], floor=UNKNOWN_END)

    def _segments(self, space: bytes, chain: Row, keys: dict[bytes, bytes]) -> list[Opened]:
        """The segments of a chain that verify and follow each other, from its beginning."""
        number, device = chain[0], chain[2]
        sign_key = self._sign_key(device)
        rows = self._wreck.numbered("segments", "n, data", change_number(number, 1), change_number(number + 1, 0) - 1)
        opened: list[Opened] = []
        last, previous = 0, NO_HASH
        for _, data in rows:
            try:
                segment, header = read_segment(data)
                if sign_key is None or (header.space, header.device, header.first, header.previous) != (
                    space,
                    device,
                    last + 1,
                    previous,
                ):
                    break
                previous, last = verify_segment(segment, sign_key), header.last
            except WireError:
                break
            key = keys.get(header.epoch)
            try:
                bodies = open_segment(segment, header, key) if key else []
            except WireError:
                bodies = [b""] * header.count
            opened.append(Opened(data, previous, header, bodies, locked=key is None))
        self._report.lost_segments += len(rows) - len(opened)
        return opened

    def _copy_own(self, space: bytes, chain: int, last: int, applied: int) -> None:
        """Our changes that no segment holds yet, as far as they follow. Sealed ones are never sealed anew."""
        standing = self._replica.standing(space).chains.get(self._connection.identity.device)
        at = standing.sequence if standing else 0
        rows = self._wreck.numbered("changes", "n, body", change_number(chain, last + 1), change_number(chain, applied))
        bodies: list[bytes] = []
        for number, body in rows:
            if split_number(number)[1] != last + 1 + len(bodies):
                break
            bodies.append(body)
        self._replica.restore_own(space, last + 1, bodies, floor=last + len(bodies))
        self._report.own_changes += len(bodies)
        self._report.lost_own += applied - at - len(bodies)
