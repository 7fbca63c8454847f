"""Recall in the store: who might recall, and taking what was recalled out of everything that is kept of it.

What goes, in the transaction that applies the recall: the state and all that follows from it, index, drafts, steps of
undo, evidence files, received items that were set aside, and the sealed bodies of the changes. A segment that held one
is cut down to header, hash and signature; what else was in it stays, in the rows of its changes. Segments that wait to
be sent are cut when they were, and those behind a snapshot when they were compared with it.
"""

from __future__ import annotations

from collections.abc import Iterable

from desktop.store.blobs import KEY, BlobEntry
from desktop.store.context import Context, change_number, split_number
from desktop.store.database import BUSY_MS
from desktop.store.kept_files import FORGOTTEN
from desktop.store.owing import owe_deleted
from sync.changes import Change, Recall, Recalled, decode_change, encode_change
from sync.merge import TakenBack, decode_state
from sync.recall import holds, without
from sync.wire.codec import MAX_CALL, decode, encode
from sync.wire.errors import WireError
from sync.wire.space import Segment, read_founding, read_segment

TAKING, UNVERIFIED = 0, 1  # phases of a snapshot whose history is still to be compared (desktop.store.keeping)
_FREE_PART = 16_384  # free pages that are overwritten at once
_OVERFLOW = 4_012  # bytes of a value in a page of its own: 4096 without the cipher's 80 and a pointer,
_LOCAL = 500  # and so many in its row, so that the others fill their pages to the last byte
_PATIENCE_MS = 200  # that the log waits for readers


class Recalls:
    """Judges recalls and purges, on one connection. Everything here is part of the caller's transaction."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database
        self.purged = False
        """Whether something was purged since the log of the database was last emptied."""

    # who might
    def holds(self, space: tuple[int, bytes], record: bytes, author: bytes, recall: Recall) -> bool:
        """Whether a recall that device `author` wrote in a space holds."""
        founder = self._founder(space[0]) if record == space[1] else None
        return holds(recall, author, record, founder, self.ministry)

    def founder(self, space: bytes) -> bytes:
        """The device that founded a space: whoever it is made the record that bears the space's id."""
        return self._founder(int(self._database.value("SELECT n FROM spaces WHERE id = ?", (space,))))

    def _founder(self, space: int) -> bytes:
        data = self._database.value("SELECT founding FROM spaces WHERE n = ?", (space,))
        return read_founding(data)[0].device if data else b""

    def ministry(self, device: bytes) -> str | None:
        """The ministry of a device; None for one that no directory here names."""
        if device == self._context.device:
            return self._context.identity.ministry
        found: str | None = self._database.value("SELECT ministry FROM devices WHERE device = ?", (device,))
        return found

    def proof(self, space: bytes, record: bytes, made: Iterable[tuple[bytes, bytes]]) -> Recall | None:
        """What this desk's recall of a record would name, without a reason; None if it may not.

        `made`: devices and nonces of its creations.
        """
        number = int(self._database.value("SELECT n FROM spaces WHERE id = ?", (space,)))
        named = [(self._founder(number), b"")] if record == space else list(made)
        for device, nonce in named:
            recall = Recall(device, nonce, "")
            if self.holds((number, space), record, self._context.device, recall):
                return recall
        return None

    # taking out
    def purge(self, n: int, name: bytes, space: int, recalls: list[TakenBack], touches: Iterable[int]) -> bool:
        """Take a recalled record's content out; whether there was any. `touches`: the changes that touched it now."""
        database, record = self._database, name[:16]
        known = database.value("SELECT 1 FROM recalled WHERE record = ?", (n,)) is not None
        self._context.bodies.parts.release(n)
        if not known:
            database.run("INSERT INTO recalled VALUES (?)", (n,))
            self._purge_notes(name.hex())
            self._purge_aside(space, record)
            database.run("DELETE FROM unknown WHERE record = ?", (n,))
            owe_deleted(self._context, space, record, recalls[0].dot)
        phase = database.value("SELECT phase FROM snapshots WHERE space = ?", (space,))
        if phase not in (TAKING, UNVERIFIED):
            numbers = list(touches) if known else self._touches(n)
            return self._purge_bodies(space, record, numbers) or not known
        return not known

    def purge_space(self, space: int) -> None:
        """The history behind a snapshot was compared with it: take out what was recalled since."""
        rows = self._database.all(
            "SELECT r.n, r.name, state_of(r.n, r.state) FROM recalled c JOIN records r ON r.n = c.record"
            " WHERE r.space = ?",
            (space,),
        )
        for n, name, state in rows:
            owe_deleted(self._context, space, name[:16], decode_state(state).recalls[0].dot)
            self._purge_bodies(space, name[:16], self._touches(n))
        if rows:
            self.overwrite()

    def overwrite(self) -> None:
        """After a purge: rewrite the index, whose deleted words stay in it, and every free page of the database."""
        self._database.run("INSERT INTO search (search) VALUES ('optimize')")
        free = int(self._database.value("PRAGMA freelist_count")) + 1
        keys: list[str] = []
        while free > 0:
            keys.append(f"free.{len(keys)}")
            size = min(free, _FREE_PART) * _OVERFLOW + _LOCAL
            self._database.run("INSERT INTO notes VALUES (?, 0, zeroblob(?))", (keys[-1], size))
            free -= _FREE_PART
        self._database.many("DELETE FROM notes WHERE key = ?", [(key,) for key in keys])
        self.purged = True

    def empty_log(self) -> None:
        """After the transaction of a purge: what was overwritten leaves the write-ahead log too.

        While somebody reads, it is tried again after the next one: nobody who writes is kept waiting for that.
        """
        if self.purged and not self._database.in_transaction:
            self._database.one(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
            try:
                self.purged = self._database.one("PRAGMA wal_checkpoint(TRUNCATE)")[0] != 0
            finally:
                self._database.one(f"PRAGMA busy_timeout = {BUSY_MS}")

    def settle(self) -> None:
        """Cut the segments that waited to be sent and were."""
        if self._database.value("SELECT 1 FROM purges LIMIT 1") is None:
            return
        rows = self._database.all(
            "SELECT p.segment, c.space FROM purges p JOIN segments g ON g.n = p.segment"
            " JOIN chains c ON c.n = p.segment >> 32"
            " WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.segment = p.segment AND o.refused IS NULL)"
        )
        for segment, space in rows:
            self._cut(segment, self._recalled(space))
            self._database.run("DELETE FROM purges WHERE segment = ?", (segment,))
        if rows:
            self.overwrite()

    def left_of(self, space: int, body: bytes) -> bytes:
        """A change's body without what was recalled in its space."""
        return _left(body, self._recalled(space))[0]

    def _touches(self, n: int) -> list[int]:
        return [row[0] for row in self._database.all("SELECT change FROM touches WHERE record = ?", (n,))]

    def _recalled(self, space: int) -> frozenset[bytes]:
        """Ids of the recalled records of a space."""
        rows = self._database.all(
            "SELECT r.name FROM recalled c JOIN records r ON r.n = c.record WHERE r.space = ?", (space,)
        )
        return frozenset(row[0][:16] for row in rows)

    def _purge_notes(self, name: str) -> None:
        """Drafts, steps of undo, and evidence files, which are deleted once this transaction stands."""
        database, now = self._database, self._context.now_ms()
        database.run("DELETE FROM notes WHERE key LIKE 'draft.%' || ? || '%'", (name,))
        database.run("DELETE FROM notes WHERE key LIKE 'undo.%' AND instr(CAST(value AS TEXT), ?) > 0", (name,))
        for key, value in database.all("SELECT key, value FROM notes WHERE key LIKE ? || '%'", (KEY,)):
            entry = decode(BlobEntry, value, MAX_CALL)
            if entry.record == name:
                whole = encode(entry) if entry.sent else b""  # the server is to delete it too
                database.run("INSERT OR REPLACE INTO notes VALUES (?, ?, ?)", (FORGOTTEN + entry.file, now, whole))
                database.run("DELETE FROM notes WHERE key = ?", (key,))

    def _purge_aside(self, space: int, record: bytes) -> None:
        """Received segments that were set aside and say something of the record."""
        database = self._database
        rows = database.all("SELECT a.n, a.data FROM aside a JOIN spaces s ON s.id = a.space WHERE s.n = ?", (space,))
        for n, data in rows:
            bodies = self._context.bodies.opened(data)
            if any(record in {edit.record for edit in change.edits} for change in map(_read, bodies) if change):
                database.run("DELETE FROM aside WHERE n = ?", (n,))

    def _purge_bodies(self, space: int, record: bytes, numbers: list[int]) -> bool:
        """The bodies of changes that touched a record, and the segments that they came in; whether there were any."""
        recalled = self._recalled(space) | {record}
        done: set[int] = set()
        found = False
        for number in numbers:
            chain, sequence = split_number(number)
            row = self._database.one(
                "SELECT g.n, g.last, EXISTS (SELECT 1 FROM outbox o WHERE o.segment = g.n AND o.refused IS NULL)"
                " FROM segments g WHERE g.n <= ? AND g.n > ? ORDER BY g.n DESC LIMIT 1",
                (number, change_number(chain, 0)),
            )
            if row is None or row[1] < sequence:
                found |= self._rewrite(number, recalled)
            elif row[2]:
                self._database.run("INSERT OR IGNORE INTO purges VALUES (?)", (row[0],))
            elif row[0] not in done:
                done.add(row[0])
                found |= self._cut(row[0], recalled)
        return found

    def _rewrite(self, number: int, recalled: frozenset[bytes]) -> bool:
        """The row of a change that its segment does not hold, or not any more; whether it said what it says no more."""
        body = self._database.value("SELECT body FROM changes WHERE n = ?", (number,)) or b""
        left = _left(body, recalled)[0]
        return left != body and self._database.run("UPDATE changes SET body = ? WHERE n = ?", (left, number)) > 0

    def _cut(self, number: int, recalled: frozenset[bytes]) -> bool:
        """Cut a segment down, its changes into their rows, if they say anything of these records."""
        database = self._database
        hash_, locked, data = database.one("SELECT hash, locked, data FROM segments WHERE n = ?", (number,))
        if locked:
            return False
        segment, header = read_segment(data)
        if not segment.sealed:
            return sum(self._rewrite(each, recalled) for each in range(number, number + header.count)) > 0
        bodies = self._context.bodies.opened(data)
        lefts = [_left(body, recalled) for body in bodies]
        if all(left == body for (left, _, _), body in zip(lefts, bodies, strict=True)):
            return False
        for each, (left, change, code) in enumerate(lefts, number):
            stamp, at_ms = (change.stamp, change.at_ms) if change else (0, 0)
            database.run("INSERT OR IGNORE INTO changes VALUES (?, ?, ?, ?, x'')", (each, stamp, at_ms, code))
            database.run("UPDATE changes SET body = ? WHERE n = ?", (left, each))
        rest = encode(Segment(segment.header, b"", segment.signature))
        database.run("UPDATE segments SET data = ? WHERE n = ?", (rest, number))
        database.run("INSERT OR IGNORE INTO cut VALUES (?)", (number,))
        self._context.bodies.forget(hash_)
        return True


def _read(body: bytes) -> Change | None:
    try:
        return decode_change(body)
    except WireError:
        return None


def _left(body: bytes, recalled: frozenset[bytes]) -> tuple[bytes, Change | None, str | None]:
    """What is left of a body, the change, and the code of why it cannot be read; such a one stays as it came."""
    try:
        change = decode_change(body)
    except WireError as error:
        return body, None, error.code
    if not any(edit.record in recalled for edit in change.edits):
        return body, change, None
    return encode_change(without(change, recalled)), change, None


def recalled_in(body: bytes) -> int:
    """How many records a change says no more of."""
    change = _read(body)
    if change is None:
        return 0
    return sum(any(isinstance(one, Recalled) for one in edit.operations) for edit in change.edits)
