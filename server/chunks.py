"""Sealed chunks of evidence files: one file a chunk beside the database, under a name of our own, counted by ministry.

A chunk is there when its file is: it takes its name only when it is whole and flushed. The small database beside it
holds nothing but what each ministry has stored, so that a crash between the two forgets at most a few counts.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import sqlite3
import threading
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
        self._count(ministry, len(body), 1)
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
            self._count(ministry, -len(body), -1)
            raise _failure(error) from error
        return True

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

    def _count(self, ministry: str, size: int, chunks: int) -> None:
        try:
            with self._lock:
                self._shares.execute(
                    "INSERT INTO shares VALUES (?1, 0, 0) ON CONFLICT (ministry) DO NOTHING", (ministry,)
                )
                moved = self._shares.execute(
                    "UPDATE shares SET bytes = bytes + ?2, chunks = chunks + ?3 WHERE ministry = ?1"
                    " AND (?2 < 0 OR bytes + ?2 <= ?4)",
                    (ministry, size, chunks, self._limit),
                ).rowcount
        except sqlite3.Error as error:
            raise _failure(error) from error
        if not moved:
            raise QuotaSpent(ministry)


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
