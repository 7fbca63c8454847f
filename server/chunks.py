"""Sealed chunks of evidence files: one file a chunk beside the database, under a name of our own, counted by ministry.

A chunk is there when its file is: it takes its name only when it is whole and flushed. The small database beside it
holds what each ministry has stored, and who put which chunk: that ministry pays for it, and may have it deleted.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from server.storage import StorageFailed, StorageFull
from sync.wire.chunks import MAX_CHUNK
from sync.wire.codec import digest

FOLDER = "chunks"
FILE = "shares.db"
THREADS = 4  # that write and read chunks


class QuotaSpent(Exception):
    """The ministry has stored as much as it may."""


class ChunkStore:
    """Chunks in `folder`/chunks. Methods block; `run` puts them on threads of their own."""

    def __init__(self, folder: Path, ministry_bytes: int) -> None:
        """Make the folder if it is missing. Raises StorageFailed."""
        self._folder = folder / FOLDER
        self._limit = ministry_bytes
        self._lock = threading.Lock()
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="chunk")
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            for name in range(256):
                (self._folder / f"{name:02x}").mkdir(mode=0o700, exist_ok=True)
            for draft in self._folder.glob("??/.*"):  # of a process that was killed
                draft.unlink(missing_ok=True)
            self._shares = sqlite3.connect(self._folder / FILE, isolation_level=None, check_same_thread=False)
            self._shares.execute("PRAGMA journal_mode = WAL")
            self._shares.execute("PRAGMA synchronous = NORMAL")  # a count that a power cut forgets is no harm
            self._shares.execute(
                "CREATE TABLE IF NOT EXISTS shares (ministry TEXT PRIMARY KEY, bytes INTEGER NOT NULL,"
                " chunks INTEGER NOT NULL) STRICT, WITHOUT ROWID"
            )
            self._shares.execute(
                "CREATE TABLE IF NOT EXISTS owners (name BLOB PRIMARY KEY, ministry TEXT NOT NULL,"
                " bytes INTEGER NOT NULL) STRICT, WITHOUT ROWID"
            )
        except (OSError, sqlite3.Error) as error:
            raise _failure(error) from error

    def close(self) -> None:
        """Finish what is running."""
        self.threads.shutdown()
        self._shares.close()

    def have(self, space: bytes, hashes: list[bytes]) -> list[bool]:
        """Which of these chunks are there."""
        return [self._path(space, each).exists() for each in hashes]

    def put(self, ministry: str, space: bytes, hash_: bytes, body: bytes) -> bool:
        """Store a chunk whose hash was checked; False if it was there. Raises QuotaSpent, StorageFailed."""
        path = self._path(space, hash_)
        if path.exists():
            return False
        self._claim(path.name, ministry, len(body))
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            with draft.open("xb") as stream:
                stream.write(body)
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(path)
            _flush_folder(path.parent)
        except OSError as error:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
            self._release(path.name, ministry)
            raise _failure(error) from error
        return True

    def drop(self, ministry: str, space: bytes, hashes: list[bytes]) -> int:
        """Delete those of these chunks that the ministry put, and give it their room back; returns how many were.

        Its place is freed once the file is gone, so a crash between the two leaves a count that the next try frees.
        Raises StorageFailed.
        """
        dropped = 0
        for each in hashes:
            path = self._path(space, each)
            if self._owner(path.name) != ministry:
                continue
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise _failure(error) from error
            dropped += self._release(path.name, ministry)
        return dropped

    def get(self, space: bytes, hash_: bytes) -> bytes | None:
        """A chunk, or None. Raises StorageFailed."""
        try:
            with self._path(space, hash_).open("rb") as stream:
                return stream.read(MAX_CHUNK + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _failure(error) from error

    def stored(self, ministry: str) -> int:
        """Bytes that a ministry has stored."""
        with self._lock:
            found = self._shares.execute("SELECT bytes FROM shares WHERE ministry = ?", (ministry,)).fetchone()
        return int(found[0]) if found else 0

    def _path(self, space: bytes, hash_: bytes) -> Path:
        """Where a chunk lies: by a hash over both, so that nothing from outside is ever a path."""
        name = digest(space, hash_, domain="tahaluf-file").hex()
        return self._folder / name[:2] / name

    def _owner(self, name: str) -> str | None:
        """The ministry that put a chunk, and pays for it."""
        with self._lock:
            found = self._shares.execute(
                "SELECT ministry FROM owners WHERE name = ?", (bytes.fromhex(name),)
            ).fetchone()
        return found[0] if found else None

    def _claim(self, name: str, ministry: str, size: int) -> None:
        """Count a chunk for a ministry, once. Raises QuotaSpent, StorageFailed."""
        with self._counting() as shares:
            row = (bytes.fromhex(name), ministry, size)
            if not shares.execute("INSERT OR IGNORE INTO owners VALUES (?, ?, ?)", row).rowcount:
                return  # a crash came between this and the file, or another connection is putting it just now
            shares.execute("INSERT OR IGNORE INTO shares VALUES (?, 0, 0)", (ministry,))
            if not shares.execute(
                "UPDATE shares SET bytes = bytes + ?2, chunks = chunks + 1 WHERE ministry = ?1 AND bytes + ?2 <= ?3",
                (ministry, size, self._limit),
            ).rowcount:
                raise QuotaSpent(ministry)

    def _release(self, name: str, ministry: str) -> bool:
        """Count a chunk no more. False if it was not counted for the ministry. Raises StorageFailed."""
        with self._counting() as shares:
            found = shares.execute(
                "DELETE FROM owners WHERE name = ? AND ministry = ? RETURNING bytes", (bytes.fromhex(name), ministry)
            ).fetchone()
            if found:
                shares.execute(
                    "UPDATE shares SET bytes = bytes - ?2, chunks = chunks - 1 WHERE ministry = ?1",
                    (ministry, found[0]),
                )
        return found is not None

    @contextlib.contextmanager
    def _counting(self) -> Iterator[sqlite3.Connection]:
        """One transaction on the counts."""
        with self._lock:
            try:
                self._shares.execute("BEGIN IMMEDIATE")
                try:
                    yield self._shares
                except BaseException:
                    self._shares.execute("ROLLBACK")
                    raise
                self._shares.execute("COMMIT")
            except sqlite3.Error as error:
                raise _failure(error) from error


def _failure(error: Exception) -> StorageFailed:
    full = (errno.ENOSPC, errno.EDQUOT)
    if isinstance(error, OSError):
        return StorageFull(str(error.strerror)) if error.errno in full else StorageFailed(str(error.strerror))
    if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
        return StorageFull("the storage is full")
    return StorageFailed(str(error))


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
