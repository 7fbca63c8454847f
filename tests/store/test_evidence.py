"""Evidence: what a device signed against the rules is kept once, bounded, and never made of what nobody signed."""

from __future__ import annotations

import pytest
from msgspec import Raw

from desktop.store import evidence
from desktop.store.proofs import export
from sync.changes import Create, Set
from sync.evidence import Exhibit, Finding
from sync.proof import judge
from sync.replica import Received
from sync.seal import Place, Sealed, seal
from sync.wire.calls import Cursor
from sync.wire.codec import NO_HASH, encode
from sync.wire.signing import Signed, pack
from sync.wire.space import ENTRY_DOMAIN, Head, RoleGiven, Segment, SpaceEntry, entry_hash, read_segment
from tests.store.desks import DAY, Desk
from tests.store.test_receive import body, hand_sealed, key_of, share


def receive_rejected(desk: Desk, space: bytes, *items: tuple[bytes, str]) -> None:
    """What the engine does with items that it rejected."""
    cursor = desk.connection.replica.standing(space).cursor
    news = Received(space, b"", [], list(items), Cursor(space, cursor.sequence + len(items), NO_HASH))
    desk.connection.replica.receive([news])


def another_first_segment(desk: Desk, space: bytes, title: str = "other") -> Sealed:
    """A second segment in the first place of a desk's chain, signed by that desk."""
    return hand_sealed(desk, space, [body(space, Create("case"), Set("title", title, []))])


def test_two_segments_for_one_place_are_kept_as_a_fork_of_their_author(dakar: Desk, abu_dhabi: Desk) -> None:
    space = share(dakar, abu_dhabi)
    second = another_first_segment(dakar, space)
    receive_rejected(abu_dhabi, space, (second.data, "fork"))
    (found,) = abu_dhabi.connection.evidence.findings()
    assert (found.kind, found.space, found.times, found.seen) == ("fork", space.hex(), 1, False)
    assert found.by is not None
    assert (found.by.ministry, found.by.desk, found.by.officer) == ("SN", "Dakar 1", "Officer 1")
    kept = abu_dhabi.connection.evidence.finding(found.id)
    assert kept is not None
    assert {read_segment(one.data)[1].device for one in kept[0].exhibits} == {dakar.device}
    assert second.data in [one.data for one in kept[0].exhibits]
    assert len({one.data for one in kept[0].exhibits}) == 2


def test_what_is_not_signed_proves_nothing(dakar: Desk, abu_dhabi: Desk) -> None:
    space = share(dakar, abu_dhabi)
    segment, _ = read_segment(another_first_segment(dakar, space).data)
    forged = encode(Segment(segment.header, segment.sealed[:-1] + b"\0", segment.signature))
    receive_rejected(abu_dhabi, space, (forged, "fork"), (b"garbage", "fork"), (segment.header, "broken_chain"))
    assert abu_dhabi.connection.evidence.findings() == ()
    assert len(abu_dhabi.connection.reads.aside()) == 3


def test_a_segment_whose_predecessors_were_withheld_is_a_gap(dakar: Desk, abu_dhabi: Desk) -> None:
    space = share(dakar, abu_dhabi)
    late = hand_sealed(dakar, space, [body(space, Set("title", "x", []))], Place(space, 5, b"\x07" * 32))
    receive_rejected(abu_dhabi, space, (late.data, "broken_chain"))
    (found,) = abu_dhabi.connection.evidence.findings()
    assert (found.kind, found.facts) == ("gap", {"first": 6, "have": 1})


def test_another_hash_of_the_segment_before_is_a_fork_too(dakar: Desk, abu_dhabi: Desk) -> None:
    space = share(dakar, abu_dhabi)
    other = hand_sealed(dakar, space, [body(space, Set("title", "x", []))], Place(space, 1, b"\x07" * 32))
    receive_rejected(abu_dhabi, space, (other.data, "broken_chain"))
    assert [one.kind for one in abu_dhabi.connection.evidence.findings()] == ["fork"]


def test_a_desk_that_was_shown_another_history_names_whose(dakar: Desk, abu_dhabi: Desk) -> None:
    third = dakar.alliance.desk("AE", "Abu Dhabi 2")
    abu_dhabi.learn()
    dakar.learn()
    space = share(dakar, abu_dhabi)
    told = seal(
        third.connection.identity.keys,
        Place(space),
        key_of(dakar, space),
        [Head(dakar.device, 1, b"\x09" * 32)],
        [body(space, Set("title", "x", []))],
    )
    receive_rejected(abu_dhabi, space, (told.data, "fork"))
    (found,) = abu_dhabi.connection.evidence.findings()
    assert found.kind == "split_history"
    assert found.by is not None
    assert found.about is not None
    assert (found.by.desk, found.about.desk) == ("Abu Dhabi 2", "Dakar 1")
    third.close()


def test_the_same_again_is_counted_and_kept_once(dakar: Desk, abu_dhabi: Desk) -> None:
    space = share(dakar, abu_dhabi)
    second = another_first_segment(dakar, space)
    for _ in range(3):
        receive_rejected(abu_dhabi, space, (second.data, "fork"))
    (found,) = abu_dhabi.connection.evidence.findings()
    assert found.times == 3
    assert found.last_ms > found.at_ms


def test_a_flood_of_offences_is_bounded_and_the_first_ones_stay(dakar: Desk, abu_dhabi: Desk) -> None:
    space = share(dakar, abu_dhabi)
    for number in range(evidence.MAX_OF_ONE + 9):
        receive_rejected(abu_dhabi, space, (another_first_segment(dakar, space, str(number)).data, "fork"))
    found = abu_dhabi.connection.evidence.findings()
    assert len(found) == evidence.MAX_OF_ONE
    assert found[-1].id == 1
    assert abu_dhabi.connection.evidence.beyond() == 9
    abu_dhabi.connection.evidence.note(Finding("gap", space, b"z" * 16, [Exhibit("segment", b"x")]))
    assert len(abu_dhabi.connection.evidence.findings()) == evidence.MAX_OF_ONE + 1


def test_evidence_takes_no_more_room_than_its_limit(dakar: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "MAX_BYTES", 1_000)
    kept = dakar.connection.evidence
    assert kept.note(Finding("gap", b"s" * 16, b"d" * 16, [Exhibit("segment", bytes(600))]))
    assert not kept.note(Finding("gap", b"t" * 16, b"e" * 16, [Exhibit("segment", bytes(600))]))
    assert kept.beyond() == 1


def test_looking_at_findings_marks_them_until_a_new_one_comes(dakar: Desk) -> None:
    kept = dakar.connection.evidence
    kept.note(Finding("server_rewound", b"s" * 16, once=b"1"))
    assert kept.unseen() == 1
    kept.mark_seen()
    assert (kept.unseen(), kept.findings()[0].seen) == (0, True)
    kept.note(Finding("server_rewound", b"s" * 16, once=b"1"))
    assert kept.unseen() == 0
    kept.note(Finding("server_rewound", b"s" * 16, once=b"2"))
    assert kept.unseen() == 1


def test_two_entries_with_one_predecessor_are_a_fork_of_the_spaces_log(dakar: Desk, abu_dhabi: Desk) -> None:
    space = share(dakar, abu_dhabi)
    number, founding = abu_dhabi.connection.database.one("SELECT n, founding FROM spaces WHERE id = ?", (space,))
    keys = dakar.connection.identity.keys
    made = []
    for event in (RoleGiven("AE", "reader"), RoleGiven("AE", "lead")):
        entry = SpaceEntry(1, 1, space, dakar.device, 2, entry_hash(founding), DAY, [], Raw(encode(event)))
        signed = encode(entry)
        made.append(pack(Signed(signed, keys.sign(ENTRY_DOMAIN, signed))))
    abu_dhabi.connection.database.run("INSERT INTO entries VALUES (?, 2, 2, 0, ?)", (number, made[0]))
    receive_rejected(abu_dhabi, space, (made[1], "fork"), (made[0], "fork"))
    (found,) = abu_dhabi.connection.evidence.findings()
    assert (found.kind, found.by and found.by.desk, found.facts) == ("space_fork", "Dakar 1", {"number": 2})
    proof = export(abu_dhabi.connection.context, abu_dhabi.connection.evidence, abu_dhabi.connection.logbook, found.id)
    assert proof is not None
    verdict = judge(proof, abu_dhabi.alliance.roots)
    assert (verdict.judgement, verdict.reason) == ("proven", "two_for_one_place")
