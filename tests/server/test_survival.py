"""Kills and failures: what was acknowledged is there afterwards, and the process outlives what its disk does."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import threading
import time
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path

import pytest

from server.sqlite_ledger import Ledger
from server.sqlite_storage import SqliteStorage
from server.sqlite_writer import Writer
from server.storage import StorageFailed, StorageFull
from sync.keys import DeviceKeys
from sync.wire import calls
from tests.attacks.ledger import tried
from tests.server.conftest import Alliance
from tests.support.bare_desk import BareDesk
from tests.support.wire_items import Chain, Space, found_space


def push_until_killed(url: str, keys: DeviceKeys, spaces: list[Space], acknowledged: dict[bytes, list[bytes]]) -> None:
    """Push to each space in turn, noting what the server said it stored, until the connection breaks."""
    desk = BareDesk(url, keys).sign_in()
    chains = [Chain(keys, space) for space in spaces]
    try:
        while True:
            for chain in chains:
                items = [chain.extend() for _ in range(3)]
                for item, result in zip(items, desk.push(*items), strict=True):
                    assert result.status == "stored"
                    acknowledged[chain.space.id].append(item.body)
    except (OSError, HTTPException):
        desk.close()


@tried("faults", "kill -9 of the server at a random moment", times=4)
def test_a_killed_server_has_everything_that_it_acknowledged(own_alliance: Callable[[], Alliance]) -> None:
    alliance = own_alliance()
    secretariat = alliance.secretariat
    chance = random.Random(20261124)
    total = 0
    for _ in range(4):
        spaces = {keys.device: [found_space(keys, {"AE": "lead", "FR": "lead"})] for keys in (alliance.ae, alliance.fr)}
        acknowledged: dict[bytes, list[bytes]] = {space.id: [] for (space,) in spaces.values()}
        for keys in (alliance.ae, alliance.fr):
            desk = BareDesk(secretariat.url, keys).sign_in()
            desk.push(spaces[keys.device][0].item)
            desk.close()
        threads = [
            threading.Thread(target=push_until_killed, args=(secretariat.url, keys, spaces[keys.device], acknowledged))
            for keys in (alliance.ae, alliance.fr)
        ]
        for thread in threads:
            thread.start()
        time.sleep(chance.uniform(0.1, 0.5))
        secretariat.kill()
        for thread in threads:
            thread.join(30)
        secretariat.start()
        desk = BareDesk(secretariat.url, alliance.ae).sign_in()
        for space, bodies in acknowledged.items():
            stored = [item.body for item in desk.pull_all(space)][1:]
            assert stored[: len(bodies)] == bodies
            assert len(stored) <= len(bodies) + 3
            total += len(bodies)
        desk.close()
    assert total > 50


def test_tokens_and_feeds_outlive_a_restart(own_alliance: Callable[[], Alliance]) -> None:
    alliance = own_alliance()
    desk = BareDesk(alliance.secretariat.url, alliance.ae).sign_in()
    space = found_space(alliance.ae, {"AE": "lead"})
    desk.push(space.item)
    feed = desk.poll().feed
    desk.close()
    alliance.secretariat.restart()
    reply = desk.poll(feed)
    assert (reply.reset, reply.changed) == (False, [])
    desk.close()


def test_a_full_storage_refuses_and_goes_on_reading(own_alliance: Callable[[str], Alliance]) -> None:
    alliance = own_alliance("store_bytes = 1048576")
    desk = BareDesk(alliance.secretariat.url, alliance.ae).sign_in()
    space = found_space(alliance.ae, {"AE": "lead"})
    chain = Chain(alliance.ae, space)
    desk.push(space.item, chain.extend(bytes(300_000)))
    answer = desk.ask("push", calls.PushRequest([calls.PushItem("segment", chain.make(bytes(800_000)))]))
    assert (answer.status, answer.code) == (507, "storage_full")
    assert answer.problem["retry_after_s"] > 0
    assert len(desk.pull_all(space.id)) == 2
    assert [result.status for result in desk.push(chain.extend(bytes(100)))] == ["stored"]
    assert desk.send("/healthz", b"", method="GET").status == 200
    desk.close()


def test_a_storage_that_became_read_only_fails_until_it_is_mended(tmp_path: Path) -> None:
    def lock(ledger: Ledger) -> None:
        ledger.connection.execute("PRAGMA query_only = ON")

    async def run() -> None:
        storage = SqliteStorage(tmp_path)
        await storage._writer.run(lock)
        with pytest.raises(StorageFailed, match="SQLITE_READONLY"):
            await storage.check_writes()
        assert storage._writer._connection is not None
        storage._writer._connection.execute("PRAGMA query_only = OFF")
        await storage.check_writes()
        await storage.close()

    asyncio.run(run())


async def behind_a_slow_one(writer: Writer, work: list[Callable[[Ledger], object]]) -> list[object]:
    """Hand work over while the writer is busy: it waits, and forms one batch. Returns what came of each."""
    begun, end = threading.Event(), threading.Event()

    def hold(_: Ledger) -> None:
        begun.set()
        assert end.wait(30)

    slow = asyncio.create_task(writer.run(hold))
    assert await asyncio.to_thread(begun.wait, 30)
    jobs = [asyncio.create_task(writer.run(each)) for each in work]
    await asyncio.sleep(0.05)  # each of them is in the queue
    end.set()
    await slow
    return await asyncio.gather(*jobs, return_exceptions=True)


def test_one_job_that_fails_does_not_take_the_others_of_its_batch_with_it(tmp_path: Path) -> None:
    def fail(ledger: Ledger) -> None:
        ledger.connection.execute("INSERT INTO nowhere VALUES (1)")

    def err(_: Ledger) -> None:
        raise ZeroDivisionError

    def add(name: str) -> Callable[[Ledger], None]:
        return lambda ledger: ledger.connection.execute(
            "INSERT INTO members (ministry, root) VALUES (?, x'00')", (name,)
        ).close()

    async def run() -> None:
        storage = SqliteStorage(tmp_path)
        writer = storage._writer
        results = await behind_a_slow_one(writer, [add("AE"), fail, add("FR"), err, add("SN")])
        assert [type(result) for result in results] == [
            type(None),
            StorageFailed,
            type(None),
            ZeroDivisionError,
            type(None),
        ]
        assert [row.ministry for row in await storage.registry({})] == ["AE", "FR", "SN"]
        await storage.close()

    asyncio.run(run())


def test_many_jobs_share_few_commits(tmp_path: Path) -> None:
    asyncio.run(SqliteStorage(tmp_path).close())

    async def run() -> int:
        writer = Writer(tmp_path, 1 << 30, ())
        batches: set[int] = set()
        await behind_a_slow_one(writer, [lambda ledger: batches.add(id(ledger.commit))] * 60)
        await asyncio.to_thread(writer.stop)
        return len(batches)

    assert asyncio.run(run()) == 1


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("PRAGMA user_version = 99", "this build knows"),
        ("PRAGMA application_id = 7", "not a file of the secretariat"),
    ],
)
def test_a_newer_or_foreign_file_is_left_alone(tmp_path: Path, sql: str, reason: str) -> None:
    asyncio.run(SqliteStorage(tmp_path).close())
    path = tmp_path / "secretariat.db"
    with sqlite3.connect(path) as connection:
        connection.execute(sql)
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StorageFailed, match=reason):
        SqliteStorage(tmp_path)
    assert path.read_bytes() == before


def test_a_damaged_file_is_named_and_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "secretariat.db"
    path.write_bytes(b"not a database, but somebody's notes\n" * 300)
    before = path.read_bytes()
    with pytest.raises(StorageFailed, match="SQLITE_NOTADB"):
        SqliteStorage(tmp_path)
    assert path.read_bytes() == before


def test_a_full_disk_is_told_from_other_failures(tmp_path: Path) -> None:
    def swell(ledger: Ledger) -> None:
        ledger.connection.execute("INSERT INTO directory VALUES ('AE', 1, zeroblob(4000000))")

    async def run() -> None:
        storage = SqliteStorage(tmp_path, store_bytes=1 << 20)
        with pytest.raises(StorageFull):
            await storage._writer.run(swell)
        await storage.check_writes()
        await storage.close()

    asyncio.run(run())
