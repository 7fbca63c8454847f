"""Directories: verified from the root down, entry by entry; a device belongs to the ministry that enrolled it first."""

from __future__ import annotations

import pytest

from sync.keys import make_grant, new_device_keys
from sync.ministry import new_ministry, open_directory
from sync.replica import Received
from sync.wire.calls import Cursor
from sync.wire.codec import NO_HASH
from sync.wire.errors import BrokenChain, NotEntitled, WireError
from tests.store.desks import DAY, Alliance, Desk


def test_devices_of_verified_directories_are_known_by_name(dakar: Desk, abu_dhabi: Desk) -> None:
    replica = dakar.connection.replica
    found = replica.certificate(abu_dhabi.device)
    assert found is not None
    assert (found[0], found[1].desk) == ("AE", "Abu Dhabi 1")
    assert replica.certificate(b"?" * 16) is None
    assert replica.directory_heads() == {"": 0, "SN": 2, "AE": 2}
    assert replica.ministry() == "SN"
    assert replica.device_keys().device == dakar.device
    assert replica.directory_place() == 1


def test_known_entries_are_skipped_and_new_ones_taken_after_a_restart(alliance: Alliance, dakar: Desk) -> None:
    replica = dakar.connection.replica
    assert replica.add_directory_entries("SN", 1, alliance.entries["SN"]) == 0
    alliance.enrol("SN", new_device_keys(), "B", "Dakar 2")
    dakar.reopen()
    assert dakar.connection.replica.add_directory_entries("SN", 2, alliance.entries["SN"][1:]) == 1
    assert dakar.connection.replica.directory_heads()["SN"] == 3


def test_a_gap_or_a_forged_entry_is_refused_and_what_was_good_before_it_is_kept(
    alliance: Alliance, dakar: Desk
) -> None:
    for number in range(3):
        alliance.enrol("SN", new_device_keys(), f"B{number}", f"Dakar {number}")
    entries = alliance.entries["SN"]
    replica = dakar.connection.replica
    with pytest.raises(BrokenChain):
        replica.add_directory_entries("SN", 4, entries[3:])
    bad = bytearray(entries[3])
    bad[-1] ^= 1
    assert replica.add_directory_entries("SN", 3, [entries[2], bytes(bad)]) == 1
    with pytest.raises(WireError):
        replica.add_directory_entries("SN", 4, [bytes(bad)])
    assert replica.add_directory_entries("SN", 4, entries[3:]) == 2


def test_a_ministry_whose_root_is_unknown_is_not_believed_until_it_is_trusted(dakar: Desk) -> None:
    keys = new_ministry("XX", "Stranger")
    _, entry = open_directory(keys, DAY)
    replica = dakar.connection.replica
    with pytest.raises(NotEntitled):
        replica.add_directory_entries("XX", 1, [entry])
    replica.trust("XX", keys.root)
    assert replica.add_directory_entries("XX", 1, [entry]) == 1
    with pytest.raises(NotEntitled):
        replica.trust("XX", b"r" * 32)
    assert "XX" in dakar.connection.reads.ministries()


def test_a_device_is_not_taken_over_by_another_ministry(alliance: Alliance, dakar: Desk) -> None:
    alliance.enrol("AE", dakar.connection.identity.keys, "Impostor", "Stolen")
    dakar.learn()
    found = dakar.connection.replica.certificate(dakar.device)
    assert found is not None
    assert (found[0], found[1].desk) == ("SN", "Dakar 1")


def test_what_was_set_aside_for_want_of_a_device_is_fetched_again_when_it_is_known(
    alliance: Alliance, dakar: Desk
) -> None:
    replica = dakar.connection.replica
    late = alliance.desk("AE", "Late")  # the server has not shown its enrolment yet
    space, own, quiet = dakar.found(), dakar.found(), dakar.found()
    foreign, data = late.found(), late.seal()[0]
    founding = late.connection.database.value("SELECT founding FROM spaces WHERE id = ?", (foreign,))
    other = alliance.desk("AE", "Unknown for longer")
    other.found()
    other_data = other.seal()[0]
    grant = make_grant(late.connection.identity.keys, alliance.directories["SN"].devices[dakar.device], [], DAY)
    replica.receive(
        [
            Received(
                space, b"", [], [(data, "unknown_device"), (b"after it", "broken_chain")], Cursor(space, 7, b"h" * 32)
            ),
            Received(foreign, b"", [], [(founding, "unknown_device")], Cursor(foreign, 2, b"h" * 32)),
            Received(own, b"", [], [(data, "bad_signature")], Cursor(own, 3, b"h" * 32)),
            Received(quiet, b"", [], [(other_data, "unknown_device")], Cursor(quiet, 4, b"h" * 32)),
        ]
    )
    replica.skip_grant(5, grant, "unknown_device")
    assert replica.behind(10) == []
    replica.add_directory_entries("AE", 1, alliance.entries["AE"][:2])
    assert replica.behind(10) == [Cursor(space, 0, NO_HASH), Cursor(foreign, 0, NO_HASH)]
    assert replica.feed()[1] == 0
    assert dakar.connection.database.all("SELECT code FROM aside ORDER BY n") == [
        ("bad_signature",),
        ("unknown_device",),
    ]
    late.close()
    other.close()
