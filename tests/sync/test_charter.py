"""The charter: five of seven members change the list of members, four do not, and a root is handed over."""

from __future__ import annotations

import pytest

from sync.keys import make_request, new_device_keys
from sync.ministry import MinistryKeys, enrol, new_ministry, open_directory, order
from sync.wire.charter import (
    DOMAIN,
    Assent,
    Charter,
    CharterEvent,
    Handover,
    MemberAdded,
    MemberRemoved,
    RootReplaced,
    assent,
    genesis_hash,
    needed,
    signed_entry,
)
from sync.wire.codec import NO_HASH
from sync.wire.directory import AdministratorAdded, Directory
from sync.wire.errors import BadSignature, BrokenChain, NotEntitled, WireError
from sync.wire.signing import public_key

CODES = ("AE", "BH", "ES", "FR", "IT", "MA", "SN")
NEW = bytes(range(32))


class Alliance:
    """Seven ministries and the charter among them."""

    def __init__(self) -> None:
        self.keys = {code: new_ministry(code, "Chief") for code in CODES}
        self.roots = {code: keys.root for code, keys in self.keys.items()}
        self.charter = Charter(self.roots)

    def entry(self, event: CharterEvent, signers: tuple[str, ...] = CODES[:5]) -> bytes:
        body = self.charter.propose(event, 1)
        return signed_entry(body, [assent(self.keys[code].root_seed, code, body) for code in signers])

    def refuses(self, data: bytes, error: type[WireError] = NotEntitled) -> None:
        before = (self.charter.sequence, self.charter.head, dict(self.charter.roots))
        with pytest.raises(error):
            self.charter.append(data)
        assert before == (self.charter.sequence, self.charter.head, self.charter.roots)


@pytest.fixture
def alliance() -> Alliance:
    return Alliance()


@pytest.mark.parametrize(("members", "signatures"), [(1, 1), (2, 2), (3, 3), (4, 3), (6, 5), (7, 5), (8, 6), (9, 7)])
def test_more_than_two_thirds_sign(members: int, signatures: int) -> None:
    assert needed(members) == signatures


def test_five_of_seven_add_a_member_and_four_do_not(alliance: Alliance) -> None:
    event = MemberAdded("SG", public_key(NEW))
    alliance.refuses(alliance.entry(event, CODES[:4]))
    alliance.charter.append(alliance.entry(event, CODES[2:]))
    assert alliance.charter.roots["SG"] == public_key(NEW)
    assert needed(len(alliance.charter.roots)) == 6
    alliance.refuses(alliance.entry(MemberRemoved("SG"), CODES[:5]))  # of eight it takes six


def test_one_member_does_not_sign_five_times(alliance: Alliance) -> None:
    body = alliance.charter.propose(MemberRemoved("SN"), 1)
    own = assent(alliance.keys["AE"].root_seed, "AE", body)
    alliance.refuses(signed_entry(body, [own] * 5))
    named = [Assent(code, own.signature) for code in CODES[:5]]
    alliance.refuses(signed_entry(body, named), BadSignature)


def test_a_stranger_a_wrong_signature_or_another_domain_spoils_the_entry(alliance: Alliance) -> None:
    body = alliance.charter.propose(MemberRemoved("SN"), 1)
    good = [assent(alliance.keys[code].root_seed, code, body) for code in CODES[:5]]
    alliance.refuses(signed_entry(body, [*good, assent(NEW, "XX", body)]))
    alliance.refuses(signed_entry(body, [*good, Assent("MA", bytes(64))]), BadSignature)
    administrator = assent(alliance.keys["AE"].administrator_seed, "AE", body)
    alliance.refuses(signed_entry(body, [administrator, *good[1:]]), BadSignature)
    alliance.charter.append(signed_entry(body, good))
    assert "SN" not in alliance.charter.roots
    assert DOMAIN == "charter"


def test_an_entry_follows_the_list_that_the_installer_carries(alliance: Alliance) -> None:
    other = Alliance()
    alliance.refuses(other.entry(MemberRemoved("SN")), BrokenChain)
    assert alliance.charter.head == genesis_hash(alliance.roots) != other.charter.head
    entry = alliance.entry(MemberRemoved("SN"))
    alliance.charter.append(entry)
    alliance.refuses(entry, BrokenChain)


@pytest.mark.parametrize(
    ("event", "error"),
    [
        (MemberAdded("SN", public_key(NEW)), NotEntitled),
        (MemberAdded("SG", bytes(32)), BadSignature),
        (MemberRemoved("XX"), NotEntitled),
        (RootReplaced("XX", public_key(NEW), 0, NO_HASH), NotEntitled),
        (RootReplaced("SN", bytes(32), 0, NO_HASH), BadSignature),
    ],
)
def test_an_event_that_makes_no_sense_is_not_even_proposed(
    alliance: Alliance, event: CharterEvent, error: type[WireError]
) -> None:
    with pytest.raises(error):
        alliance.charter.propose(event, 1)


def test_no_root_key_is_used_twice(alliance: Alliance) -> None:
    for root in (alliance.roots["AE"], alliance.roots["SN"]):
        with pytest.raises(BadSignature):
            alliance.charter.propose(MemberAdded("SG", root), 1)
    alliance.charter.append(alliance.entry(MemberRemoved("SN")))
    with pytest.raises(BadSignature):
        alliance.charter.propose(MemberAdded("SG", alliance.roots["SN"]), 1)
    with pytest.raises(NotEntitled):
        alliance.charter.propose(MemberAdded("SN", public_key(NEW)), 1)


def test_a_new_root_signs_after_the_entry_that_the_charter_names_and_the_old_one_no_more(alliance: Alliance) -> None:
    keys = alliance.keys["SN"]
    directory, first = open_directory(keys, 1)
    second = enrol(keys, directory, make_request(new_device_keys(), "SN", "a", "b", 2), 3)
    head = directory.head
    struck_out = order(keys, directory, AdministratorAdded(public_key(NEW[::-1]), "Thief's"), 4)
    alliance.charter.append(alliance.entry(RootReplaced("SN", public_key(NEW), 2, head)))
    handovers = alliance.charter.handovers["SN"]
    again = Directory("SN", alliance.charter.first_roots["SN"], handovers)
    again.append(first)
    again.append(second)
    assert again.present_root == public_key(NEW)
    with pytest.raises(NotEntitled):
        again.append(struck_out)
    new = MinistryKeys("SN", NEW, keys.administrator_seed, "Chief")
    order(new, again, AdministratorAdded(public_key(NEW[::-1]), "Second"), 5)
    assert again.root == public_key(NEW)
    assert list(again.administrators.values()) == ["Chief", "Second"]
    assert list(again.devices) == list(directory.devices)


def test_a_directory_with_another_history_before_the_handover_does_not_hold(alliance: Alliance) -> None:
    keys = alliance.keys["SN"]
    directory, first = open_directory(keys, 1)
    again = Directory("SN", keys.root, [Handover(1, b"x" * 32, public_key(NEW))])
    again.append(first)
    entry = enrol(keys, directory, make_request(new_device_keys(), "SN", "a", "b", 2), 3)
    with pytest.raises(BrokenChain):
        again.append(entry)


def test_a_copy_is_tried_and_the_charter_stays(alliance: Alliance) -> None:
    trial = alliance.charter.copy()
    trial.append(alliance.entry(RootReplaced("SN", public_key(NEW), 0, NO_HASH)))
    assert (alliance.charter.sequence, alliance.charter.handovers) == (0, {})
    assert alliance.charter.roots["SN"] == alliance.roots["SN"] != trial.roots["SN"]
