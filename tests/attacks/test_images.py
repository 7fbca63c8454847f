"""Torn and bit-flipped write-ahead logs, of a desk and of the server: what opens is the state of some moment before."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.casework.record_types import RecordTypes
from desktop.store import Store
from desktop.store.verify import verify
from server.sqlite_storage import SqliteStorage
from sync.wire.calls import Cursor
from sync.wire.codec import NO_HASH
from sync.wire.space import advance_head
from tests.attacks.ledger import tried
from tests.server.conformance.bench import Bench
from tests.store.desks import Alliance, Desk
from tests.support.wire_items import Chain, found_space

IMAGES = 300
SERVER_IMAGES = 100
EDITS = 25
PUSHES = 25


def damage(whole: bytes, chance: random.Random) -> bytes:
    """A log that was torn, cut off, overwritten in places, or in which bits turned over."""
    cut = chance.randrange(len(whole))
    match chance.randrange(4):
        case 0:
            return whole[:cut]
        case 1:
            return whole[:cut] + chance.randbytes(min(chance.randrange(1, 9_000), len(whole) - cut))
        case 2:
            length = min(chance.randrange(1, 9_000), len(whole) - cut)
            return whole[:cut] + chance.randbytes(length) + whole[cut + length :]
        case _:
            torn = bytearray(whole)
            for _ in range(chance.randint(1, 8)):
                torn[chance.randrange(len(torn))] ^= 1 << chance.randrange(8)
            return bytes(torn)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk of Dakar."""
    desk = Alliance(tmp_path).desk("SN")
    yield desk
    desk.close()


def test_any_damage_to_a_desks_write_ahead_log_gives_the_state_of_some_moment_before(
    tmp_path: Path, desk: Desk
) -> None:
    space, chance = desk.found(), random.Random(20261124)
    desk.connection.database.one("PRAGMA wal_checkpoint(TRUNCATE)")
    titles = ["Réseau de Dakar"]
    for number in range(EDITS):
        titles.append(f"title {number} " + "y" * chance.randrange(3_000))
        desk.set(space, space, "title", titles[-1])
        if number % 5 == 2:
            desk.seal()
    whole = (desk.home / "store.db-wal").read_bytes()
    home, seen = tmp_path / "image", set[int]()
    for _ in range(IMAGES):
        with tried("faults", "a torn or bit-flipped write-ahead log of a desk"):
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir(mode=0o700)
            shutil.copy(desk.home / "store.db", home / "store.db")
            (home / "store.db-wal").write_bytes(damage(whole, chance))
            with Store(home, desk.store.key, RecordTypes.load(), desk.alliance.clock).connect() as connection:
                shown = str(connection.reads.show(space.hex()).fields["title"].value)
                moment = titles.index(shown)
                assert connection.log.next_sequence(space) == moment + 2
                assert verify(connection).problems == []
            seen.add(moment)
    assert len(seen) > EDITS // 2, "the damage fell everywhere"


def test_any_damage_to_the_servers_write_ahead_log_gives_a_log_that_ends_earlier(tmp_path: Path) -> None:
    folder, image, chance = tmp_path / "data", tmp_path / "image", random.Random(20261124)
    folder.mkdir()
    with asyncio.Runner() as runner:
        bench = Bench(runner, lambda: SqliteStorage(folder))
        space = found_space(bench.ae, {"AE": "lead", "FR": "lead"})
        chain = Chain(bench.ae, space)
        bench.push(bench.ae, space.item)
        bench.reopen()  # what stands until here is in the file itself
        for number in range(PUSHES):
            (stored,) = bench.push(bench.ae, chain.extend(chance.randbytes(chance.randrange(4_000))))
            assert stored == ("stored", "", number + 2)
        before: list[tuple[str, bytes]] = [(item.kind, item.body) for item in bench.pull(bench.ae, space.id).items]
        whole = (folder / "secretariat.db-wal").read_bytes()
        lengths = set[int]()
        for _ in range(SERVER_IMAGES):
            with tried("faults", "a torn or bit-flipped write-ahead log of the server"):
                shutil.rmtree(image, ignore_errors=True)
                image.mkdir()
                shutil.copy(folder / "secretariat.db", image / "secretariat.db")
                (image / "secretariat.db-wal").write_bytes(damage(whole, chance))
                lengths.add(check_image(runner, bench, image, space.id, before))
        bench.close()
    assert len(lengths) > PUSHES // 2


def check_image(
    runner: asyncio.Runner, bench: Bench, image: Path, space: bytes, before: list[tuple[str, bytes]]
) -> int:
    """Open an image of the server's data; what it has of a space is how that began. Returns how many items it has."""

    async def look() -> int:
        storage = SqliteStorage(image)
        try:
            (reply,) = await storage.pull(bench.caller(bench.ae), [Cursor(space, 0, NO_HASH)], 1 << 20)
            head = NO_HASH
            for item in reply.items:
                head = advance_head(head, item.kind, item.body)
            assert [(item.kind, item.body) for item in reply.items] == before[: len(reply.items)]
            assert (reply.head_sequence, reply.head) == (len(reply.items), head)
            return len(reply.items)
        finally:
            await storage.close()

    return runner.run(look())
