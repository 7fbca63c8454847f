"""Snapshots at the secretariat: the newest two of each space, from its writers, given to its members.

A file of its own beside the log: what is in it can be lost without harm, for a desk that finds none replays history.
"""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from server.sqlite_schema import failure
from sync.wire.codec import MAX_CALL
from sync.wire.snapshot import KEPT, SnapshotHeader, SnapshotParts, SnapshotWanted

FILE = "snapshots.db"
OVERHEAD = 64  # bytes of a reply that a snapshot takes beside its header and parts, at most
_SCHEMA = """
CREATE TABLE IF NOT EXISTS snapshots (
    number INTEGER PRIMARY KEY AUTOINCREMENT, space BLOB NOT NULL, device BLOB NOT NULL, ministry TEXT NOT NULL,
    sequence INTEGER NOT NULL, header BLOB NOT NULL, missing INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS snapshots_space ON snapshots (space, missing, sequence);
CREATE INDEX IF NOT EXISTS snapshots_ministry ON snapshots (ministry, bytes);
CREATE TABLE IF NOT EXISTS parts (
    snapshot INTEGER NOT NULL, place INTEGER NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (snapshot, place)) STRICT
"""


class NoRoom(Exception):
    """The ministry has stored as much as it may."""


class SnapshotStore:
    """Snapshots in `folder`/snapshots.db. Methods block; `threads` is where to run them, one after the other."""

    def __init__(self, folder: Path, ministry_bytes: int) -> None:
        """Open or make the file. Raises StorageFailed."""
        self._limit = ministry_bytes
        self.threads = ThreadPoolExecutor(1, thread_name_prefix="snapshots")
        try:
            self._database = sqlite3.connect(folder / FILE, isolation_level=None, check_same_thread=False)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = NORMAL")
            for statement in _SCHEMA.split(";\n"):
                self._database.execute(statement)
        except sqlite3.Error as error:
            raise failure(error) from error

    def close(self) -> None:
        """Finish what is running."""
        self.threads.shutdown()
        self._database.close()

    def put(self, ministry: str, header: SnapshotHeader, signed: bytes, place: int, part: bytes) -> list[int]:
        """Keep one part of a snapshot whose header was verified, and whose part is the one it names.

        Returns the places that are missing. Raises NoRoom, StorageFailed.
        """
        run = self._database.execute
        try:
            run("BEGIN IMMEDIATE")
            try:
                number = self._number(ministry, header, signed)
                if number:
                    self._keep(ministry, number, place, part)
                    missing = self._missing(number, len(header.parts))
                    run("UPDATE snapshots SET missing = ? WHERE number = ?", (len(missing), number))
                    if not missing:
                        self._drop_older(header.space)
                else:
                    missing = []
            except BaseException:
                run("ROLLBACK")
                raise
            run("COMMIT")
        except sqlite3.Error as error:
            raise failure(error) from error
        return missing

    def get(self, wanted: list[SnapshotWanted], budget: int) -> list[SnapshotParts]:
        """The newest whole snapshot of each space with parts from a place on, until the budget is spent.

        At least one part comes if there is any. Raises StorageFailed.
        """
        found: list[SnapshotParts] = []
        left = min(budget, MAX_CALL)
        try:
            for one in wanted:
                row = self._database.execute(
                    "SELECT number, header FROM snapshots WHERE space = ? AND missing = 0"
                    " ORDER BY sequence DESC, number DESC LIMIT 1",
                    (one.space,),
                ).fetchone()
                if row is None:
                    found.append(SnapshotParts(one.space, b"", 0, []))
                    continue
                left -= len(row[1]) + OVERHEAD
                if left < 0 and found:
                    break
                parts: list[bytes] = []
                for (body,) in self._database.execute(
                    "SELECT body FROM parts WHERE snapshot = ? AND place >= ? ORDER BY place", (row[0], one.place)
                ):
                    if len(body) + OVERHEAD > left and (parts or found):
                        left = 0
                        break
                    left -= len(body) + OVERHEAD
                    parts.append(body)
                found.append(SnapshotParts(one.space, row[1], one.place, parts))
                if left <= 0:
                    break
        except sqlite3.Error as error:
            raise failure(error) from error
        return found

    def _number(self, ministry: str, header: SnapshotHeader, signed: bytes) -> int:
        """The row of a snapshot, begun if need be; 0 where a newer one by the same device is here already."""
        run = self._database.execute
        row = run("SELECT number FROM snapshots WHERE space = ? AND header = ?", (header.space, signed)).fetchone()
        if row is not None:
            return int(row[0])
        newest = run(
            "SELECT coalesce(max(sequence), 0) FROM snapshots WHERE space = ? AND missing = 0", (header.space,)
        ).fetchone()[0]
        if newest > header.sequence:
            return 0
        # An unfinished one of the same device makes room: nobody will finish it.
        self._drop("space = ? AND device = ? AND missing > 0", (header.space, header.device))
        return int(
            run(
                "INSERT INTO snapshots (space, device, ministry, sequence, header, missing, bytes)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (header.space, header.device, ministry, header.sequence, signed, len(header.parts), len(signed)),
            ).lastrowid
            or 0
        )

    def _keep(self, ministry: str, number: int, place: int, part: bytes) -> None:
        run = self._database.execute
        if not part or run("SELECT 1 FROM parts WHERE snapshot = ? AND place = ?", (number, place)).fetchone():
            return
        stored = run("SELECT coalesce(sum(bytes), 0) FROM snapshots WHERE ministry = ?", (ministry,)).fetchone()[0]
        if stored + len(part) > self._limit:
            raise NoRoom(ministry)
        run("INSERT INTO parts VALUES (?, ?, ?)", (number, place, part))
        run("UPDATE snapshots SET bytes = bytes + ? WHERE number = ?", (len(part), number))

    def _missing(self, number: int, count: int) -> list[int]:
        there = {row[0] for row in self._database.execute("SELECT place FROM parts WHERE snapshot = ?", (number,))}
        return [place for place in range(count) if place not in there]

    def _drop_older(self, space: bytes) -> None:
        self._drop(
            "space = ?1 AND number NOT IN (SELECT number FROM snapshots WHERE space = ?1 AND missing = 0"
            " ORDER BY sequence DESC, number DESC LIMIT ?2) AND missing = 0",
            (space, KEPT),
        )

    def _drop(self, condition: str, values: tuple[object, ...]) -> None:
        run = self._database.execute
        numbers = [row[0] for row in run(f"SELECT number FROM snapshots WHERE {condition}", values)]  # noqa: S608
        for number in numbers:
            run("DELETE FROM parts WHERE snapshot = ?", (number,))
            run("DELETE FROM snapshots WHERE number = ?", (number,))
