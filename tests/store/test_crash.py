"""Killed at any moment, or with a torn write-ahead log, the store loses no edit that it had said was saved."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from desktop.casework.views import Query
from desktop.store import StoreFull
from desktop.store.verify import verify
from tests.attacks.ledger import tried
from tests.store.desks import Alliance, Desk

ROOT = Path(__file__).parents[2]


def start_writer(desk: Desk, space: bytes, *more: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.store.writer", str(desk.home), space.hex(), *more],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(desk.store.key.key.hex() + "\n")
    process.stdin.close()
    return process


def fill_up(desk: Desk, space: bytes) -> None:
    for number in range(200):
        desk.set(space, space, "title", f"{number}" * 2_000)


def people(desk: Desk) -> set[str]:
    return set(desk.connection.listing.query(Query(type="person")))


@tried("faults", "kill -9 of a desk at a random moment", times=12)
def test_a_dozen_kills_lose_no_edit_that_was_saved(dakar: Desk) -> None:
    space, saved, chance = dakar.found(), set[str](), random.Random(7)
    dakar.close()
    for _ in range(12):
        process = start_writer(dakar, space)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        timer = threading.Timer(chance.uniform(0.0, 0.25), process.send_signal, (signal.SIGKILL,))
        timer.start()
        saved |= {line.split()[1] for line in process.stdout if line.startswith("saved") and line.endswith("\n")}
        process.wait()
        timer.join()
        process.stdout.close()
    dakar.connection = dakar.store.connect()
    assert len(saved) > 12
    assert saved <= people(dakar)
    assert len(people(dakar)) <= len(saved) + 12
    assert verify(dakar.connection).problems == []
    dakar.set(space, space, "title", "goes on")


def test_a_torn_write_ahead_log_gives_the_state_of_some_moment_before(alliance: Alliance, dakar: Desk) -> None:
    space, chance = dakar.found(), random.Random(5)
    dakar.connection.database.one("PRAGMA wal_checkpoint(TRUNCATE)")
    titles = ["Réseau de Dakar"]
    for number in range(25):
        titles.append(f"title {number} " + "y" * chance.randrange(3_000))
        dakar.set(space, space, "title", titles[-1])
    log = dakar.home / "store.db-wal"
    whole = log.read_bytes()
    for attempt in range(8):
        home = alliance.folder / f"torn{attempt}"
        home.mkdir(mode=0o700)
        for name in ("store.db", "vault.json"):
            shutil.copy(dakar.home / name, home / name)
        cut = chance.randrange(len(whole))
        torn = bytearray(whole[:cut] + chance.randbytes(min(500, len(whole) - cut)))
        (home / "store.db-wal").write_bytes(torn)
        with alliance.reopen(home).connect() as connection:
            shown = connection.reads.show(space.hex()).fields["title"].value
            assert shown in titles
            assert connection.log.next_sequence(space) == titles.index(str(shown)) + 2
            assert verify(connection).problems == []


@tried("faults", "a disk that takes no more")
def test_a_disk_that_takes_no_more_is_said_as_such_and_keeps_what_was_saved(dakar: Desk) -> None:
    space = dakar.found()
    dakar.connection.database.one("PRAGMA wal_checkpoint(TRUNCATE)")
    dakar.close()
    size = (dakar.home / "store.db").stat().st_size
    process = start_writer(dakar, space, str(size + 400_000))
    assert process.stdout is not None
    output = process.stdout.read().splitlines()
    process.wait()
    process.stdout.close()
    assert output[-1] == "error disk_error"
    saved = {line.split()[1] for line in output if line.startswith("saved")}
    dakar.connection = dakar.store.connect()
    assert len(saved) > 3
    assert people(dakar) == saved
    assert verify(dakar.connection).problems == []


def test_an_edit_refused_by_a_full_database_changes_nothing_and_works_again_with_room(dakar: Desk) -> None:
    space = dakar.found()
    database = dakar.connection.database
    pages = int(database.value("PRAGMA page_count"))
    database.run(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreFull):
        fill_up(dakar, space)
    sequence = dakar.connection.log.next_sequence(space)
    database.run("PRAGMA max_page_count = 1000000")
    assert dakar.set(space, space, "title", "room again") == sequence
    assert verify(dakar.connection).problems == []
