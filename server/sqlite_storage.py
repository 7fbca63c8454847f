"""Storage in one SQLite file: one writer with group commit, and a few readers that never wait for it."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

from server import sqlite_reads as reads
from server.checkpoints import LogView, WitnessRow
from server.sqlite_ledger import Ledger
from server.sqlite_merkle import keep_cosigned, read_log
from server.sqlite_push import push_job
from server.sqlite_schema import create_or_check, failure, open_connection
from server.sqlite_writer import Writer
from server.storage import (
    Caller,
    CharterBegan,
    CharterChange,
    CheckedItem,
    Commit,
    DeviceElsewhere,
    DirectoryMoved,
    MemberDiffers,
    MemberRow,
    News,
    Quotas,
    Status,
)
from sync.wire.calls import Cursor, GrantItem, PushResult, SpaceItems
from sync.wire.charter import NAME
from sync.wire.checkpoint import CheckpointRequest

T = TypeVar("T")
READERS = 2
NEAR = (
    1_000  # spaces that moved since: few enough to be read on the event loop, for less than a thread's hand-over costs
)


class SqliteStorage:
    """Storage (server.storage.Storage) in `folder`, which must exist. Raises StorageFailed if it cannot be opened."""

    def __init__(self, folder: Path, store_bytes: int = 1 << 40) -> None:
        self._folder = folder
        connection = open_connection(folder)
        try:
            self._data_epoch = create_or_check(connection)
        finally:
            connection.close()
        self._writer = Writer(folder, store_bytes, (CharterBegan, DirectoryMoved, DeviceElsewhere, MemberDiffers))
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []

    @property
    def data_epoch(self) -> bytes:
        return self._data_epoch

    async def close(self) -> None:
        self._readers.shutdown()
        for connection in self._opened:
            connection.close()
        self._writer.stop()

    def on_commit(self, listener: Callable[[Commit], None]) -> None:
        self._writer.add_listener(listener)

    async def push(self, caller: Caller, items: list[CheckedItem], quotas: Quotas, hour: int) -> list[PushResult]:
        return await self._writer.run(push_job(caller, items, quotas, hour))

    async def pull(self, caller: Caller, cursors: list[Cursor], budget: int) -> list[SpaceItems]:
        return await self._read(lambda connection: reads.read_pull(connection, caller, cursors, budget))

    async def role(self, caller: Caller, space: bytes) -> str | None:
        return await self._read(lambda connection: reads.read_role(connection, caller, space))

    async def heads(self, caller: Caller, after: bytes, limit: int) -> list[Cursor]:
        return await self._read(lambda connection: reads.read_heads(connection, caller, after, limit))

    async def news(self, caller: Caller, feed: bytes, grants: int) -> News:
        epoch, counter = self._data_epoch, self._writer.moved
        work = partial(reads.read_news, epoch=epoch, caller=caller, feed=feed, grants=grants)
        if counter - reads.feed_position(epoch, feed, counter)[0] <= NEAR:
            return self._in_snapshot(work)
        return await self._read(work)

    async def inbox(self, device: bytes, after: int) -> tuple[list[GrantItem], bool]:
        return await self._read(lambda connection: reads.read_inbox(connection, device, after))

    async def log(self, caller: Caller, request: CheckpointRequest) -> LogView:
        same = request.origin == self._data_epoch
        return await self._read(lambda connection: read_log(connection, caller, request, same=same))

    async def keep_cosigned(self, row: WitnessRow) -> None:
        await self._writer.run(lambda ledger: keep_cosigned(ledger.connection, row))

    async def registry_version(self) -> int:
        return await self._read(reads.read_registry_version)

    async def registry(self, known: dict[str, int]) -> list[MemberRow]:
        return await self._read(lambda connection: reads.read_registry(connection, known))

    async def add_member(self, ministry: str, root: bytes) -> bool:
        return await self._writer.run(lambda ledger: _add_member(ledger, ministry, root))

    async def append_directory(self, ministry: str, first: int, entries: list[bytes], devices: list[bytes]) -> None:
        await self._writer.run(lambda ledger: _append_directory(ledger, ministry, first, entries, devices))

    async def append_charter(self, first: int, body: bytes, change: CharterChange) -> None:
        await self._writer.run(lambda ledger: _append_charter(ledger, first, body, change))

    async def check_writes(self) -> None:
        await self._writer.run(_beat)

    async def status(self) -> Status:
        return await self._read(reads.read_status)

    async def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._in_snapshot, work)

    def _in_snapshot(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
            if connection is None:
                connection = self._local.connection = open_connection(self._folder)
                connection.execute("PRAGMA query_only = ON")
                self._opened.append(connection)
            connection.execute("BEGIN")
            try:
                return work(connection)
            finally:
                connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise failure(error) from error


def _add_member(ledger: Ledger, ministry: str, root: bytes) -> bool:
    found = ledger.connection.execute("SELECT root FROM members WHERE ministry = ?", (ministry,)).fetchone()
    if found:
        if found[0] != root:
            raise MemberDiffers(ministry)
        return False
    if ledger.connection.execute("SELECT 1 FROM meta WHERE name = 'genesis'").fetchone():
        raise CharterBegan(ministry)
    ledger.connection.execute("INSERT INTO members (ministry, root) VALUES (?, ?)", (ministry, root))
    _registry_moved(ledger)
    return True


def _append_directory(ledger: Ledger, ministry: str, first: int, entries: list[bytes], devices: list[bytes]) -> None:
    run = ledger.connection
    last = run.execute("SELECT coalesce(max(sequence), 0) FROM directory WHERE ministry = ?", (ministry,)).fetchone()[0]
    if last != first - 1:
        raise DirectoryMoved(ministry)
    for device in devices:
        found = run.execute("SELECT ministry FROM devices WHERE device = ?", (device,)).fetchone()
        if found and found[0] != ministry:
            raise DeviceElsewhere(device.hex())
    run.executemany(
        "INSERT INTO directory (ministry, sequence, body) VALUES (?, ?, ?)",
        [(ministry, first + place, body) for place, body in enumerate(entries)],
    )
    run.executemany(
        "INSERT INTO devices (device, ministry) VALUES (?, ?) ON CONFLICT (device) DO NOTHING",
        [(device, ministry) for device in devices],
    )
    _registry_moved(ledger)


def _append_charter(ledger: Ledger, first: int, body: bytes, change: CharterChange) -> None:
    _append_directory(ledger, NAME, first, [body], [])
    run = ledger.connection
    run.execute("INSERT OR IGNORE INTO meta VALUES ('genesis', ?)", (change.genesis,))
    if change.root:
        run.execute(
            "INSERT INTO members (ministry, root) VALUES (?, ?)"
            " ON CONFLICT (ministry) DO UPDATE SET root = excluded.root",
            (change.ministry, change.root),
        )
    if change.keep is not None:
        run.execute("DELETE FROM directory WHERE ministry = ? AND sequence > ?", (change.ministry, change.keep))


def _registry_moved(ledger: Ledger) -> None:
    ledger.connection.execute("UPDATE meta SET value = value + 1 WHERE name = 'registry'")


def _beat(ledger: Ledger) -> None:
    ledger.connection.execute("UPDATE meta SET value = value + 1 WHERE name = 'heartbeat'")
