"""Sealing: changes become one signed segment under an epoch's key, and come out again. PROTOCOL.md, "Segments"."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import msgspec
import zstandard
from nacl import bindings, exceptions

from sync.keys import DeviceKeys, EpochKey, commitment
from sync.wire.codec import (
    MAX_CALL_CHANGES,
    MAX_SEGMENT_PLAIN,
    NO_HASH,
    decode,
    encode,
    new_id,
)
from sync.wire.errors import Malformed, NotEntitled
from sync.wire.signing import Signed, pack
from sync.wire.space import (
    FOUNDING_DOMAIN,
    SEGMENT_DOMAIN,
    SUITE,
    VERSION,
    Founding,
    Head,
    Known,
    Member,
    Segment,
    SegmentHeader,
    SpaceKind,
    epoch_id,
    segment_hash,
    space_id,
)

NONCE_BYTES = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
LENGTH_BYTES = 4
COMPRESSION_LEVEL = 3
GROWTH = 32  # times its sealed length that a body may open to,
GROWTH_FREE = 16 * 1024  # beside this many bytes: a member cannot fill the others' memory and disks for nothing
SMALL = 1_024  # bytes below which padding goes to multiples of SMALL_STEP
SMALL_STEP = 64

_compressor = zstandard.ZstdCompressor(level=COMPRESSION_LEVEL, write_content_size=True, write_checksum=False)


class Place(msgspec.Struct, frozen=True):
    """Where a device's next segment goes in a space: after which change, after which segment."""

    space: bytes
    last: int = 0
    previous: bytes = NO_HASH


class Sealed(msgspec.Struct, frozen=True):
    """A segment ready to be stored and sent, its hash, and the number of its last change."""

    space: bytes
    data: bytes
    hash: bytes
    first: int
    last: int


def found_space(
    keys: DeviceKeys, kind: SpaceKind, members: list[Member], key: bytes, at_ms: int, known: Sequence[Known] = ()
) -> tuple[bytes, bytes]:
    """Make a founding entry for a space whose first epoch has `key`; returns the space's id and the entry.

    `known`: how far the members' directories are here.
    """
    founding = Founding(VERSION, SUITE, kind, new_id(), keys.device, at_ms, members, commitment(key), list(known))
    body = encode(founding)
    data = pack(Signed(body, keys.sign(FOUNDING_DOMAIN, body)))
    return space_id(data), data


def seal(
    keys: DeviceKeys,
    place: Place,
    epoch_key: bytes,
    heads: list[Head],
    changes: list[bytes],
) -> Sealed:
    """Seal and sign encoded changes that follow `place`. The caller keeps a segment within the limits of a call."""
    epoch = epoch_id(commitment(epoch_key))
    header = encode(
        SegmentHeader(
            VERSION,
            SUITE,
            place.space,
            keys.device,
            place.last + 1,
            len(changes),
            place.previous,
            epoch,
            heads,
        )
    )
    sealed = close_body(encode(changes), header, epoch_key)
    draft = Segment(header, sealed, bytes(64))
    value = segment_hash(draft)
    data = encode(Segment(header, sealed, keys.sign(SEGMENT_DOMAIN, value)))
    return Sealed(place.space, data, value, place.last + 1, place.last + len(changes))


def open_segment(segment: Segment, header: SegmentHeader, epoch_key: bytes) -> list[bytes]:
    """Return the encoded changes of a segment whose signature was verified. Raises Malformed or NotEntitled."""
    if epoch_id(commitment(epoch_key)) != header.epoch:
        raise NotEntitled("the key is not that of the segment's epoch")
    plain = open_body(segment.sealed, segment.header, epoch_key, MAX_SEGMENT_PLAIN)
    changes = decode(list[bytes], plain, MAX_SEGMENT_PLAIN)
    if len(changes) != header.count or len(changes) > MAX_CALL_CHANGES:
        raise Malformed(f"{len(changes)} changes where the header says {header.count}")
    return changes


def close_body(encoded: bytes, header: bytes, epoch_key: bytes) -> bytes:
    """Compress, pad and seal a body; `header` is the associated data."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    plain = _pad(_compressor.compress(encoded), -(-(len(encoded) - GROWTH_FREE) // GROWTH))
    return nonce + bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(plain, header, nonce, epoch_key)


def open_body(sealed: bytes, header: bytes, epoch_key: bytes, most: int) -> bytes:
    """Open what `close_body` sealed, at most `most` bytes and what its own length allows. Raises Malformed."""
    if len(sealed) < NONCE_BYTES + bindings.crypto_aead_xchacha20poly1305_ietf_ABYTES:
        raise Malformed("a sealed body too short to be one")
    nonce, box = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        plain = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(box, header, nonce, epoch_key)
    except exceptions.CryptoError as error:
        raise Malformed("a sealed body that does not open") from error
    return _decompress(_unpad(plain), min(most, GROWTH_FREE + GROWTH * len(sealed)))


def own_key(founding: Founding, key: EpochKey) -> bool:
    """Whether the key is the one that the founding entry commits to."""
    return key.commitment == founding.commitment


def _decompress(data: bytes, limit: int) -> bytes:
    try:
        size = zstandard.get_frame_parameters(data).content_size
        if size > limit:  # also when the size is not given: that one reads as 2⁶⁴ − 1
            raise Malformed("a body that would not fit in memory")
        return zstandard.ZstdDecompressor().decompress(data, max_output_size=limit)
    except zstandard.ZstdError as error:
        raise Malformed("a body that does not decompress") from error


def _pad(data: bytes, least: int = 0) -> bytes:
    """Put the length before and zeros behind: to steps of 64 bytes when small, by Padmé (≤ 12 %) when large.

    `least`: bytes that it has to have at any rate.
    """
    length = max(LENGTH_BYTES + len(data), least)
    step = SMALL_STEP if length <= SMALL else 1 << (length.bit_length() - 1 - (length.bit_length() - 1).bit_length())
    padded = -(-length // step) * step
    return len(data).to_bytes(LENGTH_BYTES, "big") + data + bytes(padded - LENGTH_BYTES - len(data))


def _unpad(plain: bytes) -> bytes:
    length = int.from_bytes(plain[:LENGTH_BYTES], "big")
    if length > len(plain) - LENGTH_BYTES:
        raise Malformed("a padded body whose length is wrong")
    return plain[LENGTH_BYTES : LENGTH_BYTES + length]
