"""Verification finds each kind of damage, names it, and finds none where there is none."""

from __future__ import annotations

import pytest

from desktop.store.verify import verify
from sync.changes import Create, Set
from sync.wire.codec import new_id
from tests.store.desks import Desk
from tests.store.test_receive import hand_sealed, share


@pytest.fixture
def space(dakar: Desk, abu_dhabi: Desk) -> bytes:
    """A case on both desks with changes of both, sealed and not, one unreadable, one locked space."""
    space = share(dakar, abu_dhabi)
    abu_dhabi.set(space, space, "title", "theirs")
    abu_dhabi.type_text(space, space, "summary", "نص")
    dakar.take_all(abu_dhabi.send())
    dakar.set(space, space, "title", "ours")
    dakar.write(space, new_id(), Create("person"), Set("name", "Mariam", []))
    locked = abu_dhabi.found()
    dakar.take_all(abu_dhabi.send())
    abu_dhabi.take_all(dakar.send())
    dakar.set(space, space, "title", "unsealed")
    dakar.connection.index.index_pending()
    assert locked != space
    return space


def test_a_sound_store_is_found_sound(dakar: Desk, space: bytes) -> None:
    told: list[tuple[int, int]] = []
    report = verify(dakar.connection, lambda done, of: told.append((done, of)))
    assert report.problems == []
    assert report.ok
    assert (report.spaces, report.segments, report.locked, report.changes, report.records) == (2, 4, 1, 6, 2)
    assert told == [(1, 2), (2, 2)]
    assert space


def test_unreadable_and_waiting_changes_are_counted_and_are_no_problem(dakar: Desk, abu_dhabi: Desk) -> None:
    space = share(dakar, abu_dhabi)
    dakar.receive(space, hand_sealed(abu_dhabi, space, [b"garbage"]).data)
    report = verify(dakar.connection)
    assert (report.refused, report.problems) == (1, [])


@pytest.mark.parametrize(
    ("damage", "kind"),
    [
        ("UPDATE records SET state = zeroblob(length(state))", "record"),
        ("DELETE FROM records WHERE type = 'person'", "record"),
        ("UPDATE records SET card = zeroblob(length(card))", "list"),
        ("UPDATE rows SET status = 'x' WHERE type = 'case'", "list"),
        ("DELETE FROM rows WHERE type = 'person'", "list"),
        ("UPDATE segments SET data = zeroblob(length(data)) WHERE n = (SELECT min(n) FROM segments)", "segment"),
        ("UPDATE segments SET hash = zeroblob(32) WHERE n = (SELECT min(n) FROM segments)", "segment"),
        ("DELETE FROM segments WHERE n = (SELECT min(n) FROM segments)", "chain"),
        ("UPDATE chains SET last = last + 1 WHERE own = 1", "chain"),
        ("DELETE FROM changes WHERE n = (SELECT min(n) FROM changes)", "change"),
        ("UPDATE changes SET body = x'90' WHERE n = (SELECT min(n) FROM changes)", "change"),
        ("UPDATE changes SET refused = 'malformed' WHERE n = (SELECT min(n) FROM changes)", "order"),
        ("UPDATE directory SET entry = x'00' WHERE ministry = 'AE'", "directory"),
        (
            (
                "INSERT INTO devices (device, ministry, certificate)"
                " VALUES (x'00112233445566778899aabbccddeeff', 'AE', x'90')"
            ),
            "device",
        ),
        ("UPDATE spaces SET founding = x'90' WHERE n = 1", "founding"),
        ("DELETE FROM search WHERE rowid = 1", "index"),
    ],
)
def test_each_kind_of_damage_is_named(dakar: Desk, space: bytes, damage: str, kind: str) -> None:
    dakar.connection.database.run("PRAGMA foreign_keys = OFF")
    assert dakar.connection.database.run(damage)
    report = verify(dakar.connection)
    assert not report.ok
    assert kind in {problem.kind for problem in report.problems}
    assert space


def test_one_flipped_bit_in_the_file_is_found(dakar: Desk, space: bytes) -> None:
    dakar.connection.database.one("PRAGMA wal_checkpoint(TRUNCATE)")
    dakar.close()
    path = dakar.home / "store.db"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    dakar.connection = dakar.store.connect()
    report = verify(dakar.connection)
    assert not report.ok
    assert not report.pages
    assert any(problem.kind == "page" for problem in report.problems)
    assert space
