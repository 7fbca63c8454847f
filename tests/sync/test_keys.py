"""Directories, requests, founding entries, segments and grants: every wrong one is refused, with its reason."""

from __future__ import annotations

import msgspec
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl import bindings

from sync import keys as device_keys
from sync.keys import EpochKey, commitment, make_grant, make_request, new_device_keys, new_epoch_key, open_grant
from sync.ministry import MinistryKeys, enrol, new_ministry, open_directory
from sync.seal import Place, Sealed, _pad, _unpad, found_space, open_segment, own_key, seal
from sync.wire.codec import MAX_SEGMENT_PLAIN, NO_HASH, Ministry, decode, digest, encode, parse_id
from sync.wire.directory import (
    DOMAIN,
    REQUEST_DOMAIN,
    AdministratorAdded,
    Certificate,
    CertificateRequest,
    DeviceEnrolled,
    Directory,
    DirectoryEntry,
    check_certificate,
    entry_hash,
    read_request,
)
from sync.wire.errors import BadSignature, BrokenChain, Malformed, NotEntitled, UnknownSuite, WireError
from sync.wire.signing import Signed, check_public_key, fingerprint, pack, public_key, sign, unpack, verify
from sync.wire.space import (
    GRANT_DOMAIN,
    Head,
    Member,
    Segment,
    SegmentHeader,
    epoch_id,
    read_founding,
    read_grant,
    read_segment,
    space_id,
    verify_founding,
    verify_segment,
)
from tests.attacks.ledger import tried

KEYS = new_device_keys()
KEY = new_epoch_key()
SPACE = b"s" * 16
SMALL_ORDER = bytes(32)  # a point of order 4
IDENTITY = b"\x01" + bytes(31)
NOT_CANONICAL = b"\xee" + b"\xff" * 30 + b"\x7f"


@pytest.fixture
def ministry() -> MinistryKeys:
    return new_ministry("SN", "Administrator")


# directories


def test_a_device_is_enrolled_by_an_administrator_of_its_ministry(ministry: MinistryKeys) -> None:
    directory, first = open_directory(ministry, 1)
    entry = enrol(ministry, directory, make_request(KEYS, "SN", "Cne Mansour", "Dakar 1", 2), 3)
    again = Directory("SN", ministry.root)
    assert [again.append(one).sequence for one in (first, entry)] == [1, 2]
    assert again.devices[KEYS.device].officer == "Cne Mansour"
    assert again.head == directory.head == entry_hash(entry)


def forge(keys: MinistryKeys, directory: Directory, seed: bytes, **changes: object) -> bytes:
    """A device's entry with something changed, signed with a seed."""
    entry = DirectoryEntry(
        1,
        "SN",
        directory.sequence + 1,
        directory.head,
        public_key(keys.administrator_seed),
        0,
        DeviceEnrolled(make_request(KEYS, "SN", "a", "b", 2)),
    )
    body = encode(msgspec.structs.replace(entry, **changes))
    return pack(Signed(body, sign(seed, DOMAIN, body)))


def bad_certificate(ministry: str = "SN", **changes: object) -> DeviceEnrolled:
    certificate = Certificate(1, KEYS.sign_key, KEYS.seal_key, "a", "b")
    body = encode(CertificateRequest(1, ministry, msgspec.structs.replace(certificate, **changes), 2))
    return DeviceEnrolled(pack(Signed(body, KEYS.sign(REQUEST_DOMAIN, body))))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"version": 2}, UnknownSuite),
        ({"ministry": "FR"}, NotEntitled),
        ({"ministry": "SN\n"}, Malformed),
        ({"sequence": 1}, BrokenChain),
        ({"sequence": 3}, BrokenChain),
        ({"previous": b"x" * 32}, BrokenChain),
        ({"signer": KEYS.sign_key}, NotEntitled),
        ({"event": bad_certificate(suite=9)}, UnknownSuite),
        ({"event": bad_certificate(sign_key=SMALL_ORDER)}, BadSignature),
        ({"event": bad_certificate(sign_key=IDENTITY)}, BadSignature),
        ({"event": bad_certificate(sign_key=NOT_CANONICAL)}, BadSignature),
        ({"event": bad_certificate(seal_key=bytes(32))}, BadSignature),
        ({"event": bad_certificate(officer="")}, Malformed),
        ({"event": bad_certificate(officer="x" * 129)}, Malformed),
        ({"event": AdministratorAdded(KEYS.sign_key, "self made")}, NotEntitled),
        ({"event": bad_certificate(ministry="FR")}, NotEntitled),
        ({"event": DeviceEnrolled(make_request(KEYS, "SN", "a", "b", 2)[:-64] + bytes(64))}, BadSignature),
    ],
)
def test_an_entry_that_does_not_hold_is_refused_and_changes_nothing(
    ministry: MinistryKeys, changes: dict[str, object], error: type[WireError]
) -> None:
    directory, _ = open_directory(ministry, 1)
    before = (directory.sequence, directory.head, dict(directory.devices), dict(directory.administrators))
    with pytest.raises(error):
        directory.append(forge(ministry, directory, ministry.administrator_seed, **changes))
    assert before == (directory.sequence, directory.head, directory.devices, directory.administrators)
    directory.append(forge(ministry, directory, ministry.administrator_seed))  # the unchanged one holds


def test_an_entry_signed_by_another_key_than_it_says_is_refused(ministry: MinistryKeys) -> None:
    directory, _ = open_directory(ministry, 1)
    with pytest.raises(BadSignature):
        directory.append(forge(ministry, directory, KEYS.sign_seed))


def test_the_root_enrols_no_device(ministry: MinistryKeys) -> None:
    directory, _ = open_directory(ministry, 1)
    with pytest.raises(NotEntitled):
        directory.append(forge(ministry, directory, ministry.root_seed, signer=ministry.root))


def test_a_root_that_the_installer_does_not_carry_is_nobody(ministry: MinistryKeys) -> None:
    _, first = open_directory(ministry, 1)
    with pytest.raises(NotEntitled):
        Directory("SN", new_ministry("SN", "x").root).append(first)


def test_another_packing_of_an_entry_breaks_no_chain(ministry: MinistryKeys) -> None:
    directory, first = open_directory(ministry, 1)
    second = forge(ministry, directory, ministry.administrator_seed)
    signed = unpack(first, 1_000)
    repacked = b"\x92\xc5" + len(signed.body).to_bytes(2, "big") + signed.body + encode(signed.signature)
    assert repacked != first
    other = Directory("SN", ministry.root)
    other.append(repacked)
    other.append(second)
    assert KEYS.device in other.devices


def test_a_request_is_signed_by_the_device_it_is_for() -> None:
    request = make_request(KEYS, "SN", "a", "b", 0)
    assert read_request(request).certificate.device == KEYS.device
    signed = unpack(request, 4_000)
    with pytest.raises(BadSignature):
        read_request(pack(Signed(signed.body, new_device_keys().sign("certificate-request", signed.body))))


def test_a_ministry_does_not_enrol_a_device_of_another(ministry: MinistryKeys) -> None:
    directory, _ = open_directory(ministry, 1)
    with pytest.raises(NotEntitled):
        enrol(ministry, directory, make_request(KEYS, "FR", "a", "b", 0), 0)


@pytest.mark.parametrize("key", [SMALL_ORDER, IDENTITY, NOT_CANONICAL, b"", b"x" * 31, b"x" * 33])
def test_a_key_that_must_not_be_used_is_refused(key: bytes) -> None:
    with pytest.raises(BadSignature):
        check_public_key(key)


@tried("malicious member", "a key of small order")
def test_a_signature_with_a_small_order_key_does_not_verify() -> None:
    with pytest.raises(BadSignature):
        verify(IDENTITY, "x", b"body", IDENTITY + bytes(32))


@pytest.mark.parametrize("size", [0, 63, 65, 128])
def test_a_signature_of_another_length_does_not_verify(size: int) -> None:
    with pytest.raises(BadSignature):
        verify(KEYS.sign_key, "x", b"body", bytes(size))


def test_a_signature_holds_in_its_own_domain_only() -> None:
    signature = KEYS.sign("one", b"body")
    verify(KEYS.sign_key, "one", b"body", signature)
    for domain, body in (("two", b"body"), ("one", b"Body"), ("on", b"e\0body")):
        with pytest.raises(BadSignature):
            verify(KEYS.sign_key, domain, body, signature)


def test_a_fingerprint_is_twenty_characters_that_people_can_read_out() -> None:
    assert len(fingerprint(KEYS.sign_key)) == 24
    assert fingerprint(KEYS.sign_key) != fingerprint(KEYS.seal_key)


@pytest.mark.parametrize("code", ["FR\n", "fr", "F", "FRANCEFRA", "FR ", "", "É"])
def test_a_ministrys_code_is_capitals_and_nothing_else(code: str) -> None:
    with pytest.raises(Malformed):
        decode(Ministry, encode(code))


@pytest.mark.parametrize("text", ["", "0" * 31, "0" * 33, "g" * 32, "00 " * 16, "0" * 30 + "\n0"])
def test_an_id_is_thirty_two_digits(text: str) -> None:
    with pytest.raises(Malformed):
        parse_id(text)


def test_parts_of_a_digest_cannot_move_into_each_other() -> None:
    assert digest(b"ab", b"c", domain="x") != digest(b"a", b"bc", domain="x")
    assert digest(b"a", domain="x") != digest(b"a", domain="y")


def test_secrets_do_not_show_in_tracebacks(ministry: MinistryKeys) -> None:
    for shown in (repr(KEYS), repr(EpochKey(SPACE, KEY)), repr(ministry)):
        for secret in (KEYS.sign_seed, KEYS.seal_secret, KEY, ministry.root_seed, ministry.administrator_seed):
            assert secret.hex() not in shown
            assert repr(secret)[2:20] not in shown


# founding entries


def test_a_founding_entry_is_bound_to_its_space_its_key_and_its_author() -> None:
    space, entry = found_space(KEYS, "case", [Member("SN", "lead"), Member("AE", "reader")], KEY, 5)
    founding = verify_founding(entry, KEYS.sign_key)
    assert space_id(entry) == space
    assert own_key(founding, EpochKey(space, KEY))
    assert not own_key(founding, EpochKey(space, new_epoch_key()))
    with pytest.raises(BadSignature):
        verify_founding(entry, new_device_keys().sign_key)


def test_two_spaces_with_the_same_members_are_two() -> None:
    assert (
        found_space(KEYS, "case", [Member("SN", "lead")], KEY, 5)[0]
        != (found_space(KEYS, "case", [Member("SN", "lead")], KEY, 5)[0])
    )


@pytest.mark.parametrize(
    ("number", "value", "error"),
    [
        (0, 2, UnknownSuite),
        (1, 2, UnknownSuite),
        (2, "attic", Malformed),
        (3, b"short", Malformed),
        (6, [], Malformed),
        (6, [["SN", "lead"], ["SN", "reader"]], Malformed),
        (6, [["SN", "owner"]], Malformed),
        (6, [["SN", "lead"]] * 65, Malformed),
        (7, b"short", Malformed),
    ],
)
def test_a_founding_entry_that_does_not_hold_is_refused(number: int, value: object, error: type[WireError]) -> None:
    _, entry = found_space(KEYS, "case", [Member("SN", "lead")], KEY, 5)
    parts = msgspec.msgpack.decode(unpack(entry, 4_000).body)
    parts[number] = value
    with pytest.raises(error):
        read_founding(pack(Signed(encode(parts), bytes(64))))


# segments


def sealed(changes: list[bytes]) -> Sealed:
    return seal(KEYS, Place(SPACE), KEY, [], changes)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.binary(max_size=300), min_size=1, max_size=8), st.integers(0, 1 << 40))
def test_a_segment_opens_to_what_was_sealed(changes: list[bytes], last: int) -> None:
    made = seal(KEYS, Place(SPACE, last, b"p" * 32), KEY, [Head(b"d" * 16, 4, b"h" * 32)], changes)
    segment, header = read_segment(made.data)
    assert verify_segment(segment, KEYS.sign_key) == made.hash
    assert (header.first, header.last, header.previous) == (made.first, made.last, b"p" * 32)
    assert header.epoch == EpochKey(SPACE, KEY).epoch
    assert open_segment(segment, header, KEY) == changes


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_bit_that_flips_anywhere_in_a_segment_is_noticed(data: st.DataObject) -> None:
    good = sealed([b"first", b"second" * 20])
    damaged = bytearray(good.data)
    damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(WireError):
        verify_segment(read_segment(bytes(damaged))[0], KEYS.sign_key)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_body_or_header_that_was_changed_does_not_open_even_when_signed_again(data: st.DataObject) -> None:
    segment, header = read_segment(sealed([b"first", b"second"]).data)
    if data.draw(st.booleans()):
        body = bytearray(segment.sealed)
        body[data.draw(st.integers(0, len(body) - 1))] ^= 1 << data.draw(st.integers(0, 7))
        segment = Segment(segment.header, bytes(body), segment.signature)
    else:
        header = msgspec.structs.replace(header, first=header.first + data.draw(st.integers(1, 9)))
        segment = Segment(encode(header), segment.sealed, segment.signature)
    with pytest.raises(Malformed):
        open_segment(segment, header, KEY)


def test_the_key_of_another_epoch_is_refused() -> None:
    segment, header = read_segment(sealed([b"x"]).data)
    with pytest.raises(NotEntitled):
        open_segment(segment, header, new_epoch_key())


def signed_body(plain: bytes, count: int = 1) -> tuple[Segment, SegmentHeader]:
    """A segment whose author sealed something else than changes."""
    header = SegmentHeader(1, 1, SPACE, KEYS.device, 1, count, NO_HASH, epoch_id(commitment(KEY)), [])
    nonce = bytes(24)
    box = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(plain, encode(header), nonce, KEY)
    return Segment(encode(header), nonce + box, bytes(64)), header


def framed(data: bytes, *, sized: bool = True) -> bytes:
    return _pad(zstandard.ZstdCompressor(write_content_size=sized).compress(data))


BOMB = zstandard.ZstdCompressor(write_content_size=False).compress(bytes(MAX_SEGMENT_PLAIN + 1))


@pytest.mark.parametrize(
    ("plain", "count"),
    [
        (b"", 1),
        (b"\xff\xff\xff\xff", 1),
        (b"\0\0\0\x09abc", 1),
        (_pad(b"not compressed"), 1),
        (_pad(b""), 1),
        (framed(b"not changes"), 1),
        (framed(encode([b"one", b"two"])), 1),
        (framed(encode([b"one"])), 2),
        (framed(encode(["text"])), 1),
        (framed(encode([])), 1),
        (framed(encode([b"one"]), sized=False), 1),
        (framed(bytes(MAX_SEGMENT_PLAIN + 1)), 1),
        (_pad(BOMB), 1),
        (framed(encode([bytes(200_000)])), 1),  # opens to far more than it weighs
        (_pad(zstandard.ZstdCompressor().compress(encode([b"one"]))[:-3]), 1),
    ],
)
def test_a_body_that_is_not_a_list_of_changes_is_malformed(plain: bytes, count: int) -> None:
    with pytest.raises(Malformed):
        open_segment(*signed_body(plain, count), KEY)


@pytest.mark.parametrize("size", [0, 10_000, 20_000, 200_000, 500_000])
def test_what_compresses_well_is_sealed_so_that_it_weighs_what_it_opens_to(size: int) -> None:
    changes = [bytes(size)] * 3
    segment, header = read_segment(sealed(changes).data)
    assert open_segment(segment, header, KEY) == changes
    assert 3 * size <= 16 * 1024 + 32 * len(segment.sealed)


def test_a_body_shorter_than_its_nonce_is_malformed() -> None:
    _, header = read_segment(sealed([b"x"]).data)
    with pytest.raises(Malformed):
        open_segment(Segment(encode(header), bytes(39), bytes(64)), header, KEY)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=5_000))
def test_padding_comes_off(data: bytes) -> None:
    assert _unpad(_pad(data)) == data


@pytest.mark.parametrize(
    ("size", "padded"),
    [(0, 64), (60, 64), (61, 128), (1_020, 1_024), (1_021, 1_088), (9_996, 10_240), (100_000, 100_352)],
)
def test_sizes_go_to_few_buckets(size: int, padded: int) -> None:
    assert len(_pad(bytes(size))) == padded


@settings(max_examples=100, deadline=None)
@given(st.integers(1_100, 1 << 20))
def test_padding_costs_at_most_an_eighth(size: int) -> None:
    assert len(_pad(bytes(size))) <= (size + 4) * 1.12 + 1


# grants


def test_a_grant_opens_for_its_recipient_only() -> None:
    other, third = new_device_keys(), new_device_keys()
    certificate = Certificate(1, other.sign_key, other.seal_key, "a", "b")
    granted = [EpochKey(SPACE, KEY), EpochKey(b"t" * 16, new_epoch_key())]
    grant, signed = read_grant(make_grant(KEYS, certificate, granted, 5))
    verify(KEYS.sign_key, GRANT_DOMAIN, signed.body, signed.signature)
    assert open_grant(other, grant) == granted
    with pytest.raises(NotEntitled):
        open_grant(third, grant)
    stolen = msgspec.structs.replace(grant, recipient=third.device)
    with pytest.raises(Malformed):
        open_grant(third, stolen)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_grant_that_was_changed_does_not_open(data: st.DataObject) -> None:
    other = new_device_keys()
    certificate = Certificate(1, other.sign_key, other.seal_key, "a", "b")
    grant, _ = read_grant(make_grant(KEYS, certificate, [EpochKey(SPACE, KEY)], 5))
    body = bytearray(grant.sealed)
    body[data.draw(st.integers(0, len(body) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Malformed):
        open_grant(other, msgspec.structs.replace(grant, sealed=bytes(body)))


def test_a_grant_in_anothers_name_does_not_open() -> None:
    other = new_device_keys()
    grant, _ = read_grant(make_grant(KEYS, Certificate(1, other.sign_key, other.seal_key, "a", "b"), [], 5))
    with pytest.raises(Malformed):
        open_grant(other, msgspec.structs.replace(grant, granter=b"g" * 16))


@pytest.mark.parametrize("sealed_", [b"", b"x" * 16, bytes(48), bytes(100)])
def test_a_grant_of_garbage_is_malformed(sealed_: bytes) -> None:
    other = new_device_keys()
    grant, _ = read_grant(make_grant(KEYS, Certificate(1, other.sign_key, other.seal_key, "a", "b"), [], 5))
    with pytest.raises(Malformed):
        open_grant(other, msgspec.structs.replace(grant, sealed=sealed_))


def test_a_grant_holds_as_many_keys_as_the_limit_says() -> None:
    other = new_device_keys()
    certificate = Certificate(1, other.sign_key, other.seal_key, "a", "b")
    granted = [EpochKey(bytes([n % 256, n // 256]) * 8, KEY) for n in range(1_000)]
    assert open_grant(other, read_grant(make_grant(KEYS, certificate, granted, 5))[0]) == granted


def test_a_certificate_names_its_device_by_its_keys() -> None:
    certificate = Certificate(1, KEYS.sign_key, KEYS.seal_key, "a", "b")
    check_certificate(certificate)
    assert certificate.device == KEYS.device
    assert msgspec.structs.replace(certificate, seal_key=new_device_keys().seal_key).device != KEYS.device
    assert device_keys.new_epoch_key() != device_keys.new_epoch_key()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=120))
def test_any_bytes_are_refused_by_every_reader(data: bytes) -> None:
    for read in (read_request, read_founding, read_segment, read_grant, space_id, Directory("SN", bytes(32)).append):
        with pytest.raises(WireError):
            read(data)
