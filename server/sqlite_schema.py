"""The secretariat's SQLite file: its tables, its version, and how a connection to it is opened.

`items.id` is the space's number times 2^32 plus the item's sequence, so that a space's log lies together and
needs no second index; `grants.id` is the device's number times 2^32 plus the place in its inbox.
`items.author` is the device that pushed it, which is not always the one that made it.
`shares` counts what each ministry put into a device's inbox, so that none can fill it against the others.
`spaces.members` is described in server.standing; `entries` says where a space's own log stands among its items, behind
the founding. `moved` is a counter that grows by one with each space that a
transaction moves; there is one writer, so its order is the order of commits and a reader after it skips nothing.
`tiles` is the tree of the server's log (server.sqlite_merkle), `leaves` holds the number of each space's newest leaf,
`cosigned` each ministry's newest checkpoint.
`receipts` says where each device's receipts stand among a space's items, `given` how far they go and how many came
within the hour.
`marks` gives each commit's counter a random mark: a file that was put back from a copy, and went on, gives another.
"""

from __future__ import annotations

import secrets
import sqlite3
from pathlib import Path

from server.sqlite_merkle import append_all
from server.storage import StorageFailed, StorageFull

FILE = "secretariat.db"
APPLICATION_ID = 0x7A686C66
PAGE_BYTES = 8_192  # two items of 1 KB waste less of a page of this size than of 4 KiB
MARK_BYTES = 8
SHIFT = 32  # bits of a sequence within an id

_FIRST = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE members (
    ministry TEXT PRIMARY KEY, root BLOB NOT NULL, bytes INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
CREATE TABLE directory (
    ministry TEXT NOT NULL, sequence INTEGER NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (ministry, sequence)) STRICT, WITHOUT ROWID;
CREATE TABLE devices (
    number INTEGER PRIMARY KEY, device BLOB NOT NULL UNIQUE, ministry TEXT NOT NULL,
    hour INTEGER NOT NULL DEFAULT 0, founded INTEGER NOT NULL DEFAULT 0,
    grants INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE shares (
    device INTEGER NOT NULL, ministry TEXT NOT NULL, grants INTEGER NOT NULL, bytes INTEGER NOT NULL,
    PRIMARY KEY (device, ministry)) STRICT, WITHOUT ROWID;
CREATE TABLE spaces (
    number INTEGER PRIMARY KEY, space BLOB NOT NULL UNIQUE, sequence INTEGER NOT NULL, head BLOB NOT NULL,
    moved INTEGER NOT NULL, members TEXT NOT NULL, epochs BLOB NOT NULL) STRICT;
CREATE INDEX spaces_moved ON spaces (moved);
CREATE TABLE items (
    id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, author INTEGER NOT NULL, moved INTEGER NOT NULL,
    head BLOB NOT NULL, body BLOB NOT NULL) STRICT;
CREATE TABLE chains (
    space INTEGER NOT NULL, device INTEGER NOT NULL, last INTEGER NOT NULL, hash BLOB NOT NULL,
    PRIMARY KEY (space, device)) STRICT, WITHOUT ROWID;
CREATE TABLE segments (
    space INTEGER NOT NULL, device INTEGER NOT NULL, first INTEGER NOT NULL, sequence INTEGER NOT NULL,
    PRIMARY KEY (space, device, first)) STRICT, WITHOUT ROWID;
CREATE TABLE marks (moved INTEGER PRIMARY KEY, mark BLOB NOT NULL) STRICT;
CREATE TABLE grants (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, body BLOB NOT NULL) STRICT;
"""

_SECOND = """
CREATE TABLE entries (
    space INTEGER NOT NULL, number INTEGER NOT NULL, sequence INTEGER NOT NULL,
    PRIMARY KEY (space, number)) STRICT, WITHOUT ROWID;
CREATE TABLE usage (
    space INTEGER PRIMARY KEY, hour INTEGER NOT NULL, entries INTEGER NOT NULL, rotations INTEGER NOT NULL) STRICT;
"""

_THIRD = """
CREATE TABLE tiles (
    level INTEGER NOT NULL, number INTEGER NOT NULL, hashes BLOB NOT NULL,
    PRIMARY KEY (level, number)) STRICT, WITHOUT ROWID;
CREATE TABLE leaves (space INTEGER PRIMARY KEY, leaf INTEGER NOT NULL) STRICT;
CREATE TABLE cosigned (
    ministry TEXT PRIMARY KEY, size INTEGER NOT NULL, body BLOB NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('leaves', 0);
"""

_FOURTH = """
CREATE TABLE receipts (
    space INTEGER NOT NULL, device INTEGER NOT NULL, number INTEGER NOT NULL, sequence INTEGER NOT NULL,
    PRIMARY KEY (space, device, number)) STRICT, WITHOUT ROWID;
CREATE TABLE given (
    space INTEGER NOT NULL, device INTEGER NOT NULL, last INTEGER NOT NULL, hour INTEGER NOT NULL,
    given INTEGER NOT NULL, PRIMARY KEY (space, device)) STRICT, WITHOUT ROWID;
"""

_FIFTH = """
ALTER TABLE items ADD COLUMN at_ms INTEGER NOT NULL DEFAULT 0;
"""

STEPS = (_FIRST, _SECOND, _THIRD, _FOURTH, _FIFTH)
"""A file of an earlier version is brought up to the newest by the steps it has not seen; none is ever edited."""
VERSION = len(STEPS)
LOG_SINCE = 3


def failure(error: sqlite3.Error) -> StorageFailed:
    """Say of an error of SQLite whether it was for want of room."""
    if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
        return StorageFull("the storage is full")
    return StorageFailed(getattr(error, "sqlite_errorname", "SQLITE_ERROR"))


def open_connection(folder: Path, *, store_bytes: int | None = None) -> sqlite3.Connection:
    """Open a connection that belongs to one thread. Raises StorageFailed if the file is not ours, or newer."""
    try:
        connection = sqlite3.connect(
            folder / FILE, timeout=10, isolation_level=None, check_same_thread=False, cached_statements=256
        )
    except sqlite3.Error as error:
        raise failure(error) from error
    try:
        _prepare(connection, store_bytes)
    except sqlite3.Error as error:
        connection.close()
        raise failure(error) from error
    except StorageFailed:
        connection.close()
        raise
    return connection


def create_or_check(connection: sqlite3.Connection) -> bytes:
    """Create the tables in an empty file, add those that an older one lacks; returns the data epoch."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        for step in STEPS[version:]:
            for statement in step.split(";")[:-1]:
                connection.execute(statement)
        if version == 0:
            connection.executemany(
                "INSERT INTO meta VALUES (?, ?)",
                [("data_epoch", secrets.token_bytes(16)), ("moved", 0), ("registry", 0), ("heartbeat", 0)],
            )
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        elif version < LOG_SINCE:
            append_all(connection)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
        epoch: bytes = connection.execute("SELECT value FROM meta WHERE name = 'data_epoch'").fetchone()[0]
    except sqlite3.Error as error:
        raise failure(error) from error
    return epoch


def read_moved(connection: sqlite3.Connection) -> int:
    """Return the counter that `spaces.moved` takes its values from."""
    counter: int = connection.execute("SELECT value FROM meta WHERE name = 'moved'").fetchone()[0]
    return counter


def renew_data_epoch(connection: sqlite3.Connection) -> bytes:
    """Give the data a new epoch: every feed position given out before is void, every checkpoint of another log."""
    epoch = secrets.token_bytes(16)
    try:
        connection.execute("UPDATE meta SET value = ? WHERE name = 'data_epoch'", (epoch,))
        connection.execute("DELETE FROM cosigned")  # they are of the log that the desks knew before
    except sqlite3.Error as error:
        raise failure(error) from error
    return epoch


def _prepare(connection: sqlite3.Connection, store_bytes: int | None) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    ours = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    if (tables or version) and not ours:
        raise StorageFailed(f"{FILE} is not a file of the secretariat")
    if version > VERSION:
        raise StorageFailed(f"{FILE} has version {version}; this build knows {VERSION} at most")
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA cache_size = -32768")
    connection.execute("PRAGMA journal_size_limit = 67108864")
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    if store_bytes is not None:
        connection.execute(f"PRAGMA max_page_count = {max(store_bytes // PAGE_BYTES, 1)}")
