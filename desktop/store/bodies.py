"""What a change says and what a record is, where the database does not say it twice.

A received change stands in its segment, so its row has no body. A record that one received change made has no state: it
follows from that change. Nor has one that came with a snapshot: it stands in a part of that (desktop.store.parts). SQL
reads both through functions, `body_of(n, body)` of a row of `changes` and `state_of(n, state)` of a row of `records`,
which give what stands there or else what follows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.store.errors import StoreDamaged
from desktop.store.numbers import change_number, split_number
from desktop.store.parts import Parts
from sync.changes import Change, decode_change
from sync.merge import apply, encode_state, new_state
from sync.seal import open_segment
from sync.wire.errors import WireError
from sync.wire.space import SegmentHeader, read_segment

if TYPE_CHECKING:
    from desktop.store.database import Database

KEPT_BYTES = 8 << 20  # of opened segments, kept in memory
UNREADABLE = b""


class Bodies:
    """Opens segments of one connection's database, and keeps those that were opened last."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.parts = Parts(database)
        self._opened: dict[bytes, list[bytes]] = {}  # by the segment's hash, oldest first
        self._bytes = 0

    def keep(self, segment: bytes, changes: list[bytes]) -> None:
        """Keep the changes of a segment, by its hash, for who reads them next."""
        if segment in self._opened:
            return
        self._opened[segment] = changes
        self._bytes += sum(map(len, changes))
        while self._bytes > KEPT_BYTES and len(self._opened) > 1:
            self._bytes -= sum(map(len, self._opened.pop(next(iter(self._opened)))))

    def forget(self, segment: bytes) -> None:
        """Forget what was kept of a segment, by its hash."""
        self._bytes -= sum(map(len, self._opened.pop(segment, [])))

    def opened(self, data: bytes) -> list[bytes]:
        """The changes of the bytes of a segment; empty while its key is not here, or for what is none."""
        try:
            segment, header = read_segment(data)
            key = self._key(header)
            return open_segment(segment, header, key) if key is not None else []
        except WireError:
            return []

    def body(self, number: int) -> bytes:
        """The body of a change that stands in a segment; UNREADABLE where its author sealed nothing that opens.

        Raises StoreDamaged where no segment here holds it.
        """
        found = self._find(number, locked=True)
        if found is None:
            raise StoreDamaged("change")
        return found

    def in_segment(self, number: int) -> bytes | None:
        """The body of a change if an unlocked segment here holds it, whether or not it has a row."""
        return self._find(number, locked=False)

    def _find(self, number: int, *, locked: bool) -> bytes | None:
        chain, sequence = split_number(number)
        row = self._database.one(
            "SELECT n, last, hash, locked FROM segments WHERE n <= ? AND n > ? ORDER BY n DESC LIMIT 1",
            (number, change_number(chain, 0)),
        )
        if row is None or row[1] < sequence or (row[3] and not locked):
            return None
        changes = self._opened.get(row[2]) or self._open(row[0], row[2])
        place = number - row[0]
        return changes[place] if changes is not None and place < len(changes) else None

    def _open(self, number: int, hash_: bytes) -> list[bytes] | None:
        """The changes of a segment; None while its key is not here."""
        try:
            segment, header = read_segment(self._database.value("SELECT data FROM segments WHERE n = ?", (number,)))
            key = self._key(header)
            if key is None:
                return None
            try:
                changes = open_segment(segment, header, key)
            except WireError:
                changes = [UNREADABLE] * header.count
        except WireError as error:
            raise StoreDamaged("segment") from error
        self.keep(hash_, changes)
        return changes

    def _key(self, header: SegmentHeader) -> bytes | None:
        key: bytes | None = self._database.value(
            "SELECT e.key FROM spaces s JOIN epochs e ON e.space = s.n WHERE s.id = ? AND e.epoch = ?",
            (header.space, header.epoch),
        )
        return key

    def bodies(self, numbers: list[int]) -> list[bytes]:
        """Bodies of changes that stand in segments; of those beside each other, the segment is looked for once."""
        found: list[bytes] = []
        first, changes = 0, list[bytes]()
        for number in numbers:
            if not first <= number < first + len(changes):
                found.append(self.body(number))
                row = self._database.one("SELECT n, hash FROM segments WHERE n <= ? ORDER BY n DESC LIMIT 1", (number,))
                first, changes = row[0], self._opened.get(row[1], [])
            else:
                found.append(changes[number - first])
        return found

    def maker(self, record: int) -> tuple[bytes, int, Change]:
        """The one change that made a record without a state: its device, its place in the chain, the change."""
        row = self._database.one(
            "SELECT t.change, h.device, c.body FROM touches t JOIN changes c ON c.n = t.change"
            " JOIN chains h ON h.n = t.change >> 32 WHERE t.record = ?",
            (record,),
        )
        if row is None:
            raise StoreDamaged("record")
        try:
            return row[1], split_number(row[0])[1], decode_change(row[2] or self.body(row[0]))
        except WireError as error:
            raise StoreDamaged("record") from error

    def body_of(self, number: int, body: bytes) -> bytes:
        """SQL: the body of a row of `changes`."""
        return body or self.body(number)

    def state_of(self, record: int, state: bytes) -> bytes:
        """SQL: the encoded state of a row of `records`."""
        if state:
            return state
        stands = self.parts.state(record)
        if stands is not None:
            return stands
        name = self._database.value("SELECT name FROM records WHERE n = ?", (record,))
        device, sequence, change = self.maker(record)
        made, place = new_state(), 0
        for edit in change.edits:
            if edit.record == name[:16]:
                apply(made, device, sequence, place, edit.operations)
            place += len(edit.operations)
        return encode_state(made)
