"""The continuity key: split among three, restored by any two, and what was granted to it opened."""

from __future__ import annotations

from itertools import combinations

import pytest

from sync.continuity import join, split
from sync.keys import (
    ContinuityKey,
    EpochKey,
    make_continuity_grant,
    make_grant,
    new_continuity_key,
    new_device_keys,
    new_epoch_key,
    open_grant,
)
from sync.wire.directory import SUITE, Certificate, continuity_id
from sync.wire.errors import Malformed, NotEntitled
from sync.wire.space import read_grant

GRANTER = new_device_keys()
GRANTED = [EpochKey(b"s" * 16, new_epoch_key()), EpochKey(b"t" * 16, new_epoch_key())]


@pytest.fixture(scope="module")
def key() -> ContinuityKey:
    return new_continuity_key()


@pytest.fixture(scope="module")
def shares(key: ContinuityKey) -> list[str]:
    return split(key)


def test_any_two_of_three_holders_restore_the_key(key: ContinuityKey, shares: list[str]) -> None:
    assert len(shares) == 3
    assert {len(share.split()) for share in shares} == {33}
    for pair in combinations(shares, 2):
        assert join(list(pair)) == key
    assert join([shares[2].upper(), f"  {shares[0].replace(' ', chr(10))}\n"]) == key


def test_one_holder_alone_restores_nothing(shares: list[str]) -> None:
    for alone in ([shares[0]], [shares[0], shares[0]], []):
        with pytest.raises(Malformed):
            join(alone)


def test_a_wrong_word_is_found_and_never_repeated_in_the_message(shares: list[str]) -> None:
    words = shares[0].split()
    words[9] = "academic" if words[9] != "academic" else "acid"
    with pytest.raises(Malformed) as wrong:
        join([" ".join(words), shares[1]])
    assert not set(str(wrong.value).split()) & set(words)


def test_shares_of_different_keys_do_not_fit(shares: list[str]) -> None:
    with pytest.raises(Malformed):
        join([shares[0], split(new_continuity_key())[1]])


@pytest.mark.parametrize("garbage", ["", "é", "word " * 33, "x" * 100_000, "academic " * 33])
def test_garbage_is_no_share(shares: list[str], garbage: str) -> None:
    with pytest.raises(Malformed):
        join([garbage, shares[0]])


def test_what_is_granted_to_the_key_opens_with_it_and_with_no_other(key: ContinuityKey) -> None:
    grant, _ = read_grant(make_continuity_grant(GRANTER, key.key, GRANTED, 1))
    assert grant.recipient == continuity_id(key.key) == key.id
    assert key.open(grant) == GRANTED
    with pytest.raises(NotEntitled):
        new_continuity_key().open(grant)
    with pytest.raises(NotEntitled):
        open_grant(GRANTER, grant)


def test_a_grant_that_names_the_key_and_was_sealed_for_another_does_not_open(key: ContinuityKey) -> None:
    other = new_device_keys()
    certificate = Certificate(SUITE, other.sign_key, other.seal_key, "a", "b")
    grant, _ = read_grant(make_grant(GRANTER, certificate, GRANTED, 1))
    stolen = type(grant)(grant.version, grant.suite, grant.granter, key.id, grant.at_ms, grant.sealed)
    with pytest.raises(Malformed):
        key.open(stolen)


def test_the_secret_is_never_shown(key: ContinuityKey) -> None:
    assert key.secret.hex() not in repr(key)
    assert repr(key.secret) not in repr(key)
