"""Marks: how far the database had come, kept in it and in the keyring, so that an older copy in its place is noticed.

A mark is a number and a random head. It is committed and flushed in the database first and put into the keyring after
that: whatever is cut in between, the keyring never knows more than an honest database. So when the database lacks the
keyring's mark, or has another head for its number, an older copy stands in its place, or its disk lost what it had
confirmed. Marks are made when a desk is opened and left and once a minute while something changes, never by an edit.
After a finding the two are brought together again; the finding itself stays in the database until it was read.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable
from pathlib import Path

import msgspec

from desktop.store.database import Database
from desktop.store.errors import DiskFailed, StoreError, StoreFull, StoreReadOnly
from desktop.store.keyring_secret import SecretPlace, value_name
from desktop.store.lock import hold
from sync.wire.codec import decode, encode
from sync.wire.errors import WireError

LOCK_FILE = "marks.lock"
HEAD_BYTES = 16
MARKS, FINDING = "marks", "rollback"  # keys of the database's meta
_MAX_KEPT = 1024  # bytes


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """`own`: changes of this desk, `total`: of everybody, that were in the database then; `at_ms` by its clock."""

    number: int
    head: bytes
    at_ms: int
    own: int
    total: int


class Rollback(msgspec.Struct, frozen=True):
    """The database lacked the mark of `since_ms`; `missing`: changes of our own that it had had and has not.

    `forked`: it has another head under that number, so it is a copy that went on by itself.
    """

    found_ms: int
    since_ms: int
    missing: int
    forked: bool


class Marker:
    """Makes and compares the marks of one home. Opens the database itself: it may be called from any thread."""

    def __init__(
        self,
        home: Path,
        open_database: Callable[[], Database],
        home_id: str,
        place: SecretPlace,
        now_ms: Callable[[], int],
    ) -> None:
        self._home = home
        self._open = open_database
        self._name = value_name(home_id, MARKS)
        self._place = place
        self._now_ms = now_ms

    def check(self) -> Rollback | None:
        """Compare, keep and return what was found, and mark. Raises what opening the database raises."""
        with hold(self._home / LOCK_FILE) as held:
            if not held:  # another program of this desk is marking now, and has compared
                return None
            kept = _parse(self._place.kept(self._name))
            database = self._open()
            made = None
            try:
                marks = _read(database)
                found = self._compare(database, marks, kept)
                with contextlib.suppress(StoreFull, StoreReadOnly, DiskFailed):  # then it is found again next time
                    made = self._make(database, marks, kept, found)
            finally:
                database.close()
            self._keep(made)
        return found

    def mark(self) -> bool:
        """Mark if something changed since the last mark; whether it did. Never raises StoreError."""
        try:
            with hold(self._home / LOCK_FILE) as held:
                if not held:
                    return False
                database = self._open()
                try:
                    marks = _read(database)
                    made = self._make(database, marks, marks[-1] if marks else None, None)
                finally:
                    database.close()
                return self._keep(made)
        except StoreError:
            return False

    def _compare(self, database: Database, marks: list[Mark], kept: Mark | None) -> Rollback | None:
        if kept is None or (marks and marks[0].number == 0):  # nothing to compare with; or a salvage lost the marks
            return None
        heads = {each.number: each.head for each in marks}
        newest = max(heads, default=0)
        if newest > kept.number and kept.number not in heads:
            return None  # the keyring is the older one
        if heads.get(kept.number) == kept.head:
            return None
        own, _ = _figures(database)
        return Rollback(self._now_ms(), kept.at_ms, max(0, kept.own - own), forked=kept.number in heads)

    def _make(self, database: Database, marks: list[Mark], kept: Mark | None, found: Rollback | None) -> Mark | None:
        """Commit a new mark, flushed, if anything changed since the last one that the keyring has."""
        own, total = _figures(database)
        newest = marks[-1] if marks else None
        if found is None and newest is not None and newest == kept and (newest.own, newest.total) == (own, total):
            return None
        number = max(newest.number if newest else 0, kept.number if kept else 0) + 1
        made = Mark(number, secrets.token_bytes(HEAD_BYTES), self._now_ms(), own, total)
        held = [kept] if kept is not None and found is None and kept in marks else []
        with database.transaction():
            _put(database, MARKS, encode([*held, made]))
            if found is not None:
                _put(database, FINDING, msgspec.json.encode(found))
        return made

    def _keep(self, made: Mark | None) -> bool:
        return made is not None and self._place.keep(self._name, encode(made))


def finding(database: Database) -> Rollback | None:
    """The last finding, until it was read."""
    data = database.value("SELECT value FROM meta WHERE key = ?", (FINDING,))
    return msgspec.json.decode(data, type=Rollback) if isinstance(data, bytes) else None


def forget_finding(database: Database) -> None:
    """The officer has read it."""
    with database.transaction():
        database.run("DELETE FROM meta WHERE key = ?", (FINDING,))


def lose(database: Database) -> None:
    """A salvage could not read the marks: what is compared next begins anew."""
    _put(database, MARKS, encode([Mark(0, b"", 0, 0, 0)]))


def _read(database: Database) -> list[Mark]:
    data = database.value("SELECT value FROM meta WHERE key = ?", (MARKS,))
    if not isinstance(data, bytes):
        return []
    try:
        return decode(list[Mark], data, _MAX_KEPT)
    except WireError:
        return []


def _parse(data: bytes | None) -> Mark | None:
    try:
        return decode(Mark, data, _MAX_KEPT) if data else None
    except WireError:
        return None


def _put(database: Database, key: str, value: bytes) -> None:
    database.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def _figures(database: Database) -> tuple[int, int]:
    own, total = database.one("SELECT coalesce(sum(applied * own), 0), coalesce(sum(applied), 0) FROM chains")
    return int(own), int(total)
