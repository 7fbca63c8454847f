"""Salvage: what verifies is copied, the damaged store is kept, and numbers that may be taken are not given anew."""

from __future__ import annotations

import random

import pytest

from desktop.casework.views import Query
from desktop.store import OwnChangesMissing, StoreDamaged
from desktop.store.salvage import adopt, salvage
from desktop.store.verify import verify
from sync.changes import Create, Set
from sync.wire.codec import new_id
from tests.store.desks import Desk
from tests.store.test_receive import share

PAGE = 4096


def fill(dakar: Desk, abu_dhabi: Desk) -> bytes:
    """A case with many people, mostly sent, and some changes that are not sealed yet."""
    space = share(dakar, abu_dhabi)
    for group in range(6):
        with dakar.connection.transaction():
            for number in range(30):
                dakar.write(space, new_id(), Create("person"), Set("name", f"P{group}.{number} " + "x" * 400, []))
        abu_dhabi.take_all(dakar.send())
    dakar.connection.notes.put("draft", b"text")
    dakar.set(space, space, "title", "unsealed")
    dakar.connection.database.one("PRAGMA wal_checkpoint(TRUNCATE)")
    return space


def damage(desk: Desk, pages: list[int]) -> None:
    """Overwrite pages of the closed database."""
    path = desk.home / "store.db"
    data = bytearray(path.read_bytes())
    for page in pages:
        data[page * PAGE + 100 : page * PAGE + 140] = b"\xa5" * 40
    path.write_bytes(data)


def test_an_undamaged_store_is_copied_whole(dakar: Desk, abu_dhabi: Desk) -> None:
    space = fill(dakar, abu_dhabi)
    states = dakar.connection.database.all("SELECT name, state_of(n, state) FROM records ORDER BY name")
    dakar.close()
    report = salvage(dakar.store)
    assert (report.spaces, report.records, report.own_changes) == (1, 181, 1)
    assert (report.lost_segments, report.lost_own, report.failed_reads) == (0, 0, 0)
    kept = adopt(dakar.home)
    assert kept.exists()
    dakar.connection = dakar.store.connect()
    assert dakar.connection.database.all("SELECT name, state_of(n, state) FROM records ORDER BY name") == states
    assert verify(dakar.connection).problems == []
    assert dakar.connection.notes.get("draft") == b"text"
    assert dakar.connection.identity.desk == "Dakar 1"
    assert dakar.titles() == ["unsealed"]
    dakar.set(space, space, "title", "goes on")
    assert dakar.connection.listing.query(Query(text="goes on")) == [space.hex()]
    abu_dhabi.take_all(dakar.send())
    assert abu_dhabi.titles() == ["goes on"]
    assert [cursor.space for cursor in dakar.connection.replica.behind(10)] == [space]


@pytest.mark.parametrize("seed", range(6))
def test_around_damaged_pages_everything_that_verifies_is_kept(dakar: Desk, abu_dhabi: Desk, seed: int) -> None:
    space = fill(dakar, abu_dhabi)
    size = (dakar.home / "store.db").stat().st_size // PAGE
    dakar.close()
    damage(dakar, random.Random(seed).sample(range(2, size), 3))
    before = (dakar.home / "store.db").read_bytes()
    try:
        report = salvage(dakar.store)
    except StoreDamaged:
        return  # the pages that name the desk itself, or every table, are among the damaged ones
    kept = adopt(dakar.home)
    assert kept.read_bytes() == before
    dakar.connection = dakar.store.connect()
    assert verify(dakar.connection).problems == []
    if report.lost_own == 0 and report.lost_segments == 0 and report.spaces == 1:
        assert report.records == 181
    elif report.spaces and report.lost_own > 1:
        with pytest.raises(OwnChangesMissing):
            dakar.write(space, space, Set("title", "would bear a number that is taken", []))


def test_lost_changes_of_our_own_come_back_from_the_server_before_new_ones_follow(dakar: Desk, abu_dhabi: Desk) -> None:
    space = share(dakar, abu_dhabi)
    dakar.set(space, space, "title", "second")
    sent = dakar.send()
    dakar.set(space, space, "title", "unsealed")
    dakar.connection.database.run("DELETE FROM segments WHERE n = (SELECT max(n) FROM segments)")
    dakar.close()
    report = salvage(dakar.store)
    assert (report.lost_own, report.own_changes) == (1, 1)
    adopt(dakar.home)
    dakar.connection = dakar.store.connect()
    with pytest.raises(OwnChangesMissing):
        dakar.set(space, space, "title", "too early")
    dakar.take_all(sent)
    assert dakar.titles() == ["unsealed"]
    dakar.set(space, space, "title", "third")
    assert dakar.titles() == ["third"]
    abu_dhabi.take_all(sent)
    abu_dhabi.take_all(dakar.send())
    assert abu_dhabi.state(space) == dakar.state(space)
    assert verify(dakar.connection).problems == []


def test_a_store_whose_first_page_is_gone_cannot_be_salvaged_and_stays_as_it_is(dakar: Desk) -> None:
    dakar.found()
    dakar.connection.database.one("PRAGMA wal_checkpoint(TRUNCATE)")
    dakar.close()
    damage(dakar, [0])
    before = (dakar.home / "store.db").read_bytes()
    with pytest.raises(StoreDamaged):
        salvage(dakar.store)
    assert (dakar.home / "store.db").read_bytes() == before
    with pytest.raises(StoreDamaged) as caught:
        dakar.store.connect()
    assert caught.value.where == "header"
