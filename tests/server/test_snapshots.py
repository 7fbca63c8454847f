"""Snapshots at the secretariat: from writers, for members, the newest two of a space, in pieces that can be cut."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from server.snapshots import NoRoom, SnapshotStore
from sync.keys import DeviceKeys
from sync.snapshot import Snapshot, meanings, sign_snapshot
from sync.wire.calls import Cursor, PullRequest
from sync.wire.codec import NO_HASH, new_id
from sync.wire.snapshot import (
    KEPT,
    SnapshotHeader,
    SnapshotParts,
    SnapshotPut,
    SnapshotRequest,
    SnapshotWanted,
    read_snapshot,
)
from sync.wire.space import advance_head
from tests.server.conftest import Alliance, Dial
from tests.support.bare_desk import BareDesk
from tests.support.wire_items import AT_MS, Chain, Space, found_space


def header_of(space: Space, by: DeviceKeys, sequence: int, head: bytes) -> SnapshotHeader:
    """A header that is right but for the parts, which `sign_snapshot` puts in."""
    return SnapshotHeader(
        1, 1, space.id, by.device, AT_MS, sequence, head, 1, NO_HASH, space.epoch, [], 0, [], meanings()
    )


def snapshot_of(desk: BareDesk, space: Space, parts: list[bytes], *, at: int = 0) -> Snapshot:
    """A snapshot by a desk at the end of a space's log, or at item `at` of it."""
    head, items = NO_HASH, desk.pull_all(space.id)
    for item in items[: at or None]:
        head = advance_head(head, item.kind, item.body)
    keys = desk.keys
    assert isinstance(keys, DeviceKeys)
    return sign_snapshot(keys, header_of(space, keys, at or len(items), head), parts)


def put(desk: BareDesk, made: Snapshot, *places: int) -> list[int]:
    """Put some parts, or all of them; returns what is missing then."""
    missing: list[int] = []
    for place in places or range(len(made.parts)):
        missing = desk.call("snapshot_put", SnapshotPut(made.header, place, made.parts[place])).missing
    return missing


def get(desk: BareDesk, space: Space, place: int = 0, budget: int = 1 << 20) -> SnapshotParts:
    """Ask for the newest snapshot of one space."""
    found: list[SnapshotParts] = desk.call(
        "snapshot", SnapshotRequest([SnapshotWanted(space.id, place)], budget)
    ).snapshots
    return found[0]


@pytest.fixture
def space(alliance: Alliance, dial: Dial) -> Space:
    """AE leads, FR writes, SN reads."""
    made = found_space(alliance.ae, {"AE": "lead", "FR": "contributor", "SN": "reader"})
    dial(alliance.ae).sign_in().push(made.item, Chain(alliance.ae, made).extend())
    return made


def test_members_get_what_a_writer_put_part_by_part(alliance: Alliance, dial: Dial, space: Space) -> None:
    ae, sn = dial(alliance.ae).sign_in(), dial(alliance.sn).sign_in()
    made = snapshot_of(ae, space, [b"one" * 100_000, b"two" * 100_000, b"three" * 100_000])
    assert put(ae, made, 2) == [0, 1]
    assert get(sn, space).header == b""  # not whole yet
    assert put(ae, made, 0, 1) == []
    assert put(ae, made, 1) == []  # again
    found = get(sn, space, budget=700_000)
    assert (found.header, found.place, found.parts) == (made.header, 0, made.parts[:2])
    assert get(sn, space, 2).parts == made.parts[2:]


def test_only_the_newest_two_stay_and_the_newest_is_given(alliance: Alliance, dial: Dial) -> None:
    made = found_space(alliance.ae, {"AE": "lead"})
    ae, chain = dial(alliance.ae).sign_in(), Chain(alliance.ae, made)
    ae.push(made.item)
    for number in range(KEPT + 2):
        ae.push(chain.extend())
        assert put(ae, snapshot_of(ae, made, [b"%d" % number])) == []
    assert get(ae, made).parts == [b"3"]
    assert put(ae, snapshot_of(ae, made, [b"older"], at=2)) == []  # taken without complaint, and not kept
    assert get(ae, made).parts == [b"3"]


@pytest.mark.parametrize("who", ["reader", "stranger", "other writer", "forged"])
def test_nobody_else_puts_one(alliance: Alliance, dial: Dial, space: Space, who: str) -> None:
    ae = dial(alliance.ae).sign_in()
    made = snapshot_of(ae, space, [b"x"])
    header, signed = read_snapshot(made.header)
    desk = ae
    match who:
        case "reader":
            desk = dial(alliance.sn).sign_in()
            made = snapshot_of(desk, space, [b"x"])
        case "stranger":
            lonely = found_space(alliance.fr, {"FR": "lead"})
            dial(alliance.fr).sign_in().push(lonely.item)
            made = sign_snapshot(alliance.ae, header_of(lonely, alliance.ae, 1, NO_HASH), [b"x"])
        case "other writer":
            desk = dial(alliance.fr).sign_in()
        case "forged":
            forged = sign_snapshot(alliance.fr, header, [b"x"])
            made = Snapshot(made.space, forged.header, made.parts)
    answer = desk.ask("snapshot_put", SnapshotPut(made.header, 0, made.parts[0]))
    expected = {"reader": "not_entitled", "stranger": "not_found", "other writer": "not_entitled"}
    assert answer.code == expected.get(who, "bad_signature")
    assert signed.body
    assert get(ae, space).header == b""


@pytest.mark.parametrize("wrong", ["head", "sequence", "beyond", "part", "place", "header", "suite"])
def test_what_does_not_fit_the_log_or_the_header_is_refused(
    alliance: Alliance, dial: Dial, space: Space, wrong: str
) -> None:
    ae = dial(alliance.ae).sign_in()
    good = read_snapshot(snapshot_of(ae, space, [b"x"]).header)[0]
    replaced: dict[str, dict[str, object]] = {
        "head": {"head": bytes(32)},
        "sequence": {"sequence": 1},
        "beyond": {"sequence": 99},
        "suite": {"suite": 9},
    }
    values: Any = {name: getattr(good, name) for name in good.__struct_fields__} | replaced.get(wrong, {})
    made = sign_snapshot(alliance.ae, SnapshotHeader(**values), [b"x"])
    sent = SnapshotPut(made.header[:-1] if wrong == "header" else made.header, int(wrong == "place"), made.parts[0])
    if wrong == "part":
        sent = SnapshotPut(made.header, 0, b"y")
    answer = ae.ask("snapshot_put", sent)
    assert answer.code == ("unknown_suite" if wrong == "suite" else "malformed")
    assert get(ae, space).header == b""


def test_a_space_that_is_not_the_caller_s_is_answered_like_one_that_has_none(alliance: Alliance, dial: Dial) -> None:
    secret = found_space(alliance.fr, {"FR": "lead"})
    fr, ae = dial(alliance.fr).sign_in(), dial(alliance.ae).sign_in()
    fr.push(secret.item)
    assert put(fr, snapshot_of(fr, secret, [b"x"])) == []
    asked = SnapshotRequest([SnapshotWanted(secret.id), SnapshotWanted(bytes(16))], 1 << 20)
    other, nothing = ae.call("snapshot", asked).snapshots
    assert (other.header, other.parts) == (nothing.header, nothing.parts) == (b"", [])
    assert ae.call("pull", PullRequest([Cursor(secret.id, 0, NO_HASH)], 1)).spaces[0].mismatch


def test_an_unfinished_one_makes_room_for_the_next_and_a_ministry_has_its_share(tmp_path: Path) -> None:
    keys, space = DeviceKeys(b"s" * 32, b"k" * 32), new_id()

    def header(sequence: int, parts: int) -> tuple[SnapshotHeader, bytes]:
        place = SnapshotHeader(
            1, 1, space, keys.device, 0, sequence, NO_HASH, 1, NO_HASH, new_id(), [], 0, [], meanings()
        )
        made = sign_snapshot(keys, place, [bytes([n]) * 400 for n in range(parts)])
        return read_snapshot(made.header)[0], made.header

    first, second, third = header(1, 2), header(2, 2), header(3, 4)
    store = SnapshotStore(tmp_path, len(second[1]) + len(third[1]) + 4 * 400 - 1)
    assert store.put("AE", *first, 0, bytes(400)) == [1]
    assert store.put("AE", *second, 0, bytes(400)) == [1]
    assert store.put("AE", *second, 1, bytes(400)) == []
    assert store.put("AE", *first, 1, bytes(400)) == []  # older than a whole one: not kept
    assert [one.parts for one in store.get([SnapshotWanted(space)], 9_000)] == [[bytes(400), bytes(400)]]
    assert store.put("AE", *third, 0, bytes(400)) == [1, 2, 3]
    with pytest.raises(NoRoom):
        store.put("AE", *third, 1, bytes(400))
    assert store.put("FR", *third, 1, bytes(400)) == [2, 3]
    store.close()
