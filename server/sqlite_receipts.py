"""The receipts that one transaction reads and adds: how far each device has come, what it gave within the hour."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from server.sqlite_schema import SHIFT
from sync.wire.codec import decode
from sync.wire.receipt import MAX_RECEIPT, Receipt, receipt_hash


@dataclass(slots=True)
class GivenRow:
    """The number of a device's last receipt in a space, and how many it gave within the hour."""

    last: int
    hour: int
    given: int
    moved: bool = False


class ReceiptBook:
    """Rows of one transaction, by the numbers of space and device."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._given: dict[tuple[int, int], GivenRow] = {}
        self._added: dict[tuple[int, int, int], tuple[int, bytes]] = {}

    def given(self, space: int, device: int, hour: int) -> GivenRow:
        """Return what a device gave in a space so far."""
        row = self._given.get((space, device))
        if row is None:
            found = self._connection.execute(
                "SELECT last, hour, given FROM given WHERE space = ? AND device = ?", (space, device)
            ).fetchone()
            row = self._given[space, device] = GivenRow(*found) if found else GivenRow(0, hour, 0)
        if row.hour != hour:
            row.hour, row.given = hour, 0
        return row

    def stored(self, space: int, device: int, number: int) -> tuple[int, bytes] | None:
        """Return sequence and hash of a stored receipt."""
        key = (space, device, number)
        if key in self._added:
            return self._added[key]
        found = self._connection.execute(
            "SELECT r.sequence, i.body FROM receipts r JOIN items i ON i.id = (r.space << ? | r.sequence)"
            " WHERE r.space = ? AND r.device = ? AND r.number = ?",
            (SHIFT, *key),
        ).fetchone()
        return (found[0], receipt_hash(decode(Receipt, found[1], MAX_RECEIPT))) if found else None

    def add(self, space: int, device: int, row: GivenRow, sequence: int, value: bytes) -> None:
        """Record that an item of the space's log is the device's next receipt."""
        row.last, row.given, row.moved = row.last + 1, row.given + 1, True
        self._added[space, device, row.last] = (sequence, value)

    def flush(self) -> None:
        """Write everything that was added."""
        run = self._connection.executemany
        run(
            "INSERT INTO receipts (space, device, number, sequence) VALUES (?, ?, ?, ?)",
            [(*key, sequence) for key, (sequence, _) in self._added.items()],
        )
        run(
            "INSERT OR REPLACE INTO given (space, device, last, hour, given) VALUES (?, ?, ?, ?, ?)",
            [(*key, row.last, row.hour, row.given) for key, row in self._given.items() if row.moved],
        )
