"""Proof files judged anew: what contradicts itself is proven, what does not is refuted, whatever its maker says."""

from __future__ import annotations

import pytest

from desktop.store.proofs import export
from sync.changes import Create, Set
from sync.evidence import Exhibit, Finding
from sync.proof import DOMAIN, MAGIC, Proof, Verdict, judge
from sync.seal import Place, seal
from sync.wire.charter import Charter, CharterEvent, MemberRemoved, RootReplaced, SignedEntry, assent
from sync.wire.checkpoint import make_checkpoint
from sync.wire.codec import decode, encode
from sync.wire.errors import NotEntitled, WireError
from sync.wire.signing import Signed, pack, public_key, sign, unpack
from sync.wire.space import Head
from tests.store.desks import DAY, Alliance, Desk
from tests.store.test_evidence import another_first_segment
from tests.store.test_receive import body, hand_sealed, key_of, share

SEED = b"\x03" * 32
LOG_KEY = public_key(SEED)
ORIGIN = bytes(16)


def judged(desk: Desk, finding: Finding, log_key: bytes = LOG_KEY) -> Verdict:
    """What an auditor makes of a finding that a desk exports."""
    return judge(exported(desk, finding), desk.alliance.roots, log_key)


def exported(desk: Desk, finding: Finding) -> bytes:
    """The proof file of a finding."""
    desk.connection.evidence.note(finding)
    newest = desk.connection.evidence.findings()[0].id
    connection = desk.connection
    data = export(connection.context, connection.evidence, connection.logbook, newest, LOG_KEY)
    assert data is not None
    return data


def segments(*data: bytes) -> list[Exhibit]:
    return [Exhibit("segment", each) for each in data]


def checkpoint(size: int, root: bytes, at_ms: int = DAY, seed: bytes = SEED, origin: bytes = ORIGIN) -> Exhibit:
    return Exhibit("checkpoint", make_checkpoint(seed, origin, size, root, at_ms))


@pytest.fixture
def space(dakar: Desk, abu_dhabi: Desk) -> bytes:
    """A case that both have."""
    return share(dakar, abu_dhabi)


def test_a_fork_that_is_none_is_refuted(dakar: Desk, abu_dhabi: Desk, space: bytes) -> None:
    one, other = another_first_segment(dakar, space, "one"), another_first_segment(dakar, space, "other")
    second = hand_sealed(dakar, space, [body(space, Set("title", "x", []))], Place(space, 1, one.hash))
    verdict = judged(abu_dhabi, Finding("fork", space, dakar.device, segments(one.data, other.data)))
    assert (verdict.judgement, verdict.by and verdict.by.desk) == ("proven", "Dakar 1")
    for exhibits, device, reason in (
        (segments(one.data, one.data), dakar.device, "no_contradiction"),
        (segments(one.data, second.data), dakar.device, "no_contradiction"),
        (segments(one.data, other.data), abu_dhabi.device, "not_the_same_chain"),
        (segments(one.data), dakar.device, "malformed"),
    ):
        verdict = judged(abu_dhabi, Finding("fork", space, device, exhibits))
        assert (verdict.judgement, verdict.reason) == ("refuted", reason)


def test_two_predecessors_of_one_segment_are_a_fork(dakar: Desk, abu_dhabi: Desk, space: bytes) -> None:
    one, other = another_first_segment(dakar, space, "one"), another_first_segment(dakar, space, "other")
    after = hand_sealed(dakar, space, [body(space, Set("title", "x", []))], Place(space, 1, other.hash))
    verdict = judged(abu_dhabi, Finding("fork", space, dakar.device, segments(one.data, after.data)))
    assert (verdict.judgement, verdict.reason) == ("proven", "two_predecessors")


def test_a_head_that_agrees_is_no_other_history(dakar: Desk, abu_dhabi: Desk, space: bytes) -> None:
    ours = another_first_segment(dakar, space)
    keys = abu_dhabi.connection.identity.keys
    for hash_, wanted in ((b"\x09" * 32, "proven"), (ours.hash, "refuted")):
        heads = [Head(dakar.device, 1, hash_)]
        told = seal(keys, Place(space), key_of(dakar, space), heads, [body(space, Create("case"))])
        facts: dict[str, int | str] = {"about": dakar.device.hex()}
        finding = Finding("split_history", space, abu_dhabi.device, segments(told.data, ours.data), facts)
        verdict = judged(abu_dhabi, finding)
        assert verdict.judgement == wanted
        assert verdict.about is not None
        assert (verdict.by and verdict.by.ministry, verdict.about.ministry) == ("AE", "SN")


def test_a_gap_is_attested_and_a_first_segment_has_none(dakar: Desk, abu_dhabi: Desk, space: bytes) -> None:
    late = hand_sealed(dakar, space, [body(space, Set("title", "x", []))], Place(space, 5, b"\x07" * 32))
    verdict = judged(abu_dhabi, Finding("gap", space, dakar.device, segments(late.data)))
    assert (verdict.judgement, verdict.witness.desk) == ("attested", "Abu Dhabi 1")
    first = another_first_segment(dakar, space)
    assert judged(abu_dhabi, Finding("gap", space, dakar.device, segments(first.data))).judgement == "refuted"


@pytest.mark.parametrize(
    ("older", "newer", "path", "judgement", "reason"),
    [
        (checkpoint(4, b"\1" * 32), checkpoint(4, b"\2" * 32), [], "proven", "two_roots"),
        (checkpoint(4, b"\1" * 32), checkpoint(4, b"\1" * 32), [], "refuted", "no_contradiction"),
        (checkpoint(9, b"\1" * 32), checkpoint(4, b"\2" * 32, DAY + 1), [], "proven", "shorter"),
        (checkpoint(9, b"\1" * 32), checkpoint(4, b"\2" * 32), [], "attested", "shorter"),
        (checkpoint(4, b"\1" * 32), checkpoint(9, b"\2" * 32), [bytes(32)] * 3, "attested", "no_path_given"),
        (checkpoint(4, b"\1" * 32), checkpoint(4, b"\2" * 32, seed=b"\4" * 32), [], "refuted", "bad_signature"),
        (checkpoint(4, b"\1" * 32), checkpoint(4, b"\2" * 32, origin=b"\1" * 16), [], "proven", "two_logs"),
    ],
)
def test_checkpoints_are_weighed_by_what_they_say(
    dakar: Desk, older: Exhibit, newer: Exhibit, path: list[bytes], judgement: str, reason: str
) -> None:
    finding = Finding("log_forked", exhibits=[older, newer, Exhibit("path", encode(path))])
    verdict = judged(dakar, finding)
    assert (verdict.judgement, verdict.reason) == (judgement, reason)


def test_another_key_is_proven_only_against_one_that_was_known_before(dakar: Desk) -> None:
    finding = Finding("log_key", exhibits=[checkpoint(4, b"\1" * 32, seed=b"\4" * 32)])
    assert judged(dakar, finding).judgement == "proven"
    assert judged(dakar, finding, b"").judgement == "attested"
    assert judged(dakar, Finding("log_key", exhibits=[checkpoint(4, b"\1" * 32)])).judgement == "refuted"


def test_a_kind_of_a_later_version_is_no_more_than_somebodys_word(dakar: Desk) -> None:
    data = exported(dakar, Finding("server_rewound", b"s" * 16, once=b"x"))
    proof = decode(Proof, unpack(data[len(MAGIC) :], len(data)).body)
    later = encode([1, "of_the_future", *[getattr(proof, name) for name in Proof.__struct_fields__[2:]]])
    signed = MAGIC + pack(Signed(later, dakar.connection.identity.keys.sign(DOMAIN, later)))
    assert judge(signed, dakar.alliance.roots).judgement == "attested"


def test_a_file_whose_maker_nobody_enrolled_is_none(alliance: Alliance, dakar: Desk) -> None:
    data = exported(dakar, Finding("server_rewound", b"s" * 16, once=b"x"))
    assert judge(data, alliance.roots).witness.desk == "Dakar 1"
    stranger = {code: public_key(bytes([9]) * 32) for code in alliance.roots}
    for roots in ({}, stranger, {"AE": alliance.roots["AE"]}):
        with pytest.raises(WireError):
            judge(data, roots)
    body_ = unpack(data[len(MAGIC) :], len(data)).body
    forged = MAGIC + pack(Signed(body_, sign(b"\5" * 32, DOMAIN, body_)))
    with pytest.raises(WireError):
        judge(forged, alliance.roots)


def agreed(alliance: Alliance, charter: Charter, event: CharterEvent) -> bytes:
    """An entry of the charter that every member signed."""
    proposed = charter.propose(event, DAY)
    assents = [assent(keys.root_seed, code, proposed) for code, keys in alliance.ministries.items()]
    data = encode(SignedEntry(proposed, assents))
    charter.append(data)
    return data


def test_proofs_outlive_a_change_of_roots_and_a_former_members_word_counts_no_more(
    alliance: Alliance, dakar: Desk, abu_dhabi: Desk, space: bytes
) -> None:
    charter, directory = Charter(alliance.roots), alliance.directories["SN"]
    new_root = public_key(b"\6" * 32)
    replaced = agreed(alliance, charter, RootReplaced("SN", new_root, directory.sequence, directory.head))
    abu_dhabi.connection.replica.add_directory_entries("", 1, [replaced])
    one, other = another_first_segment(dakar, space, "one"), another_first_segment(dakar, space, "other")
    finding = Finding("fork", space, dakar.device, segments(one.data, other.data))
    data = exported(abu_dhabi, finding)
    verdict = judge(data, alliance.roots)
    assert (verdict.judgement, verdict.by and verdict.by.ministry) == ("proven", "SN")
    newer = {**alliance.roots, "SN": new_root}
    assert judge(exported(abu_dhabi, finding), newer).judgement == "refuted", "nothing hands the directory over"
    alone = Charter(alliance.roots)
    removed = agreed(alliance, alone, MemberRemoved("AE"))
    proof = unpack(data[len(MAGIC) :], len(data)).body
    fields = [getattr(decode(Proof, proof), name) for name in Proof.__struct_fields__[:-1]]
    later = encode([*fields, [removed]])
    signed = MAGIC + pack(Signed(later, abu_dhabi.connection.identity.keys.sign(DOMAIN, later)))
    with pytest.raises(NotEntitled):
        judge(signed, alliance.roots)
