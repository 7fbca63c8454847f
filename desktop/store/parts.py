"""Parts of snapshots, kept sealed as they came: the states of the records that nobody has changed since stand in them.

Such a record has no state in its row. To write all of them out would be most of the work of taking a snapshot, and five
times the bytes; most are never opened before somebody changes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.store.errors import StoreDamaged
from sync.snapshot import Standing, open_part
from sync.wire.errors import WireError
from sync.wire.snapshot import part_hash, read_snapshot

if TYPE_CHECKING:
    from desktop.store.database import Database

KEPT = 4  # opened parts kept in memory, of 900 KiB each or of one larger state


class Parts:
    """The parts in one connection's database. The records of a part are numbered one after the other, in its order."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._opened: dict[bytes, list[Standing]] = {}  # by the part's hash, oldest first

    def keep(self, space: int, place: int, first: int, part: bytes, standing: list[Standing]) -> None:
        """Keep the part at a place of a space's snapshot, whose records are numbered from `first` on."""
        self._database.run(
            "INSERT INTO parts VALUES (?, ?, ?, ?, ?, ?)",
            (first, first + len(standing) - 1, space, place, part_hash(part), part),
        )

    def state(self, record: int) -> bytes | None:
        """The encoded state of a record as the snapshot says it; None for one that stands in no part."""
        found = self._find(record)
        return self._standing(*found)[record - found[0]].state if found is not None else None

    def release(self, record: int) -> None:
        """Write the states of the part that a record stands in into the records, and drop the part."""
        found = self._find(record)
        if found is None:
            return
        first, hash_ = found
        self._database.many(
            "UPDATE records SET state = ? WHERE n = ? AND state = x''",
            [(one.state, n) for n, one in enumerate(self._standing(first, hash_), first)],
        )
        self._database.run("DELETE FROM parts WHERE first = ?", (first,))
        self._opened.pop(hash_, None)

    def _find(self, record: int) -> tuple[int, bytes] | None:
        """The number of the first record of the part that a record stands in, and that part's hash."""
        row = self._database.one(
            "SELECT first, hash, last FROM parts WHERE first <= ? ORDER BY first DESC LIMIT 1", (record,)
        )
        return row[:2] if row is not None and row[2] >= record else None

    def _standing(self, first: int, hash_: bytes) -> list[Standing]:
        found = self._opened.get(hash_)
        if found is None:
            found = self._opened[hash_] = self._open(first)
            if len(self._opened) > KEPT:
                self._opened.pop(next(iter(self._opened)))
        return found

    def _open(self, first: int) -> list[Standing]:
        row = self._database.one(
            "SELECT p.place, p.data, s.header, p.space FROM parts p JOIN snapshots s ON s.space = p.space"
            " WHERE p.first = ?",
            (first,),
        )
        if row is None:
            raise StoreDamaged("snapshot")
        try:
            header = read_snapshot(row[2])[0]
            key = self._database.value("SELECT key FROM epochs WHERE space = ? AND epoch = ?", (row[3], header.epoch))
            if key is None:
                raise StoreDamaged("snapshot")
            return open_part(header, key, row[0], row[1])
        except WireError as error:
            raise StoreDamaged("snapshot") from error
