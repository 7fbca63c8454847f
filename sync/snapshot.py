"""Sealing and opening snapshots: states of a space's records, in compressed parts under the key of an epoch."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Annotated

import msgspec
import zstandard
from msgspec import Meta
from nacl import bindings, exceptions

from sync.changes import VERSION as CHANGE_VERSION
from sync.changes import shapes
from sync.keys import DeviceKeys, commitment
from sync.wire.codec import HASH_BYTES, MAX_ENTRY, Hash, Id, Moment, Sequence, decode, digest, encode
from sync.wire.errors import Malformed, NotEntitled
from sync.wire.signing import Signed, pack
from sync.wire.snapshot import MAX_PART, PART_PLAIN, SNAPSHOT_DOMAIN, SnapshotHeader, part_hash
from sync.wire.space import epoch_id

NONCE_BYTES = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
MAX_PLAIN = 64 << 20  # bytes of one opened part: one state may be larger than PART_PLAIN
GROWTH = 64  # times its sealed length that a part may open to,
GROWTH_FREE = 2 << 20  # beside this many bytes
LEVEL = 3


class Standing(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What stands of one record: its id, its encoded state, when it moved last by its authors' clocks."""

    record: Id
    state: bytes
    updated_ms: Moment


class Placed(msgspec.Struct, frozen=True, array_like=True):
    """A signed entry of the space's own log, and its place in the server's."""

    sequence: Sequence
    entry: Annotated[bytes, Meta(max_length=2 * MAX_ENTRY)]


class Snapshot(msgspec.Struct, frozen=True):
    """A snapshot ready to be sent: the signed header and the sealed parts."""

    space: bytes
    header: bytes
    parts: list[bytes]


def meanings() -> Hash:
    """Name the operations that this version knows: states follow from a log and from these."""
    return digest(encode([CHANGE_VERSION, shapes()]), domain="tahaluf-meaning")


class StateDigest:
    """Hashes records and their encoded states, given in order of the records."""

    def __init__(self) -> None:
        self._hash = blake2b(digest_size=HASH_BYTES, person=b"tahaluf-states")

    def add(self, record: bytes, state: bytes) -> None:
        """Go on with a record."""
        self._hash.update(record + len(state).to_bytes(8, "big") + state)

    def add_all(self, standing: Iterable[Standing]) -> None:
        """Go on with records, in their order."""
        self._hash.update(b"".join([one.record + len(one.state).to_bytes(8, "big") + one.state for one in standing]))

    @property
    def value(self) -> Hash:
        """The hash so far."""
        return self._hash.digest()


def seal_parts(place: SnapshotHeader, key: bytes, entries: list[Placed], standing: Iterable[Standing]) -> list[bytes]:
    """Compress and seal the entries, then what stands, in order of the records.

    `place` says where in the log; its parts do not count. Raises Malformed where a single state fits no part.
    """
    plain = [encode(entries), *(encode(batch) for batch in _batches(standing))]
    return [_seal(each, place, key, number) for number, each in enumerate(plain)]


def sign_snapshot(keys: DeviceKeys, header: SnapshotHeader, parts: list[bytes]) -> Snapshot:
    """Sign the header over the hashes of its parts."""
    body = encode(msgspec.structs.replace(header, parts=[part_hash(part) for part in parts]))
    return Snapshot(header.space, pack(Signed(body, keys.sign(SNAPSHOT_DOMAIN, body))), parts)


def open_entries(header: SnapshotHeader, key: bytes, part: bytes) -> list[Placed]:
    """Open the first part of a snapshot whose header was verified. Raises Malformed, NotEntitled."""
    return decode(list[Placed], _open(header, key, 0, part), MAX_PLAIN)


def open_part(header: SnapshotHeader, key: bytes, place: int, part: bytes) -> list[Standing]:
    """Open a later part of a snapshot whose header was verified. Raises Malformed, NotEntitled."""
    return decode(list[Standing], _open(header, key, place, part), MAX_PLAIN)


def _open(header: SnapshotHeader, key: bytes, place: int, part: bytes) -> bytes:
    if epoch_id(commitment(key)) != header.epoch:
        raise NotEntitled("the key is not that of the snapshot's epoch")
    if place >= len(header.parts) or part_hash(part) != header.parts[place]:
        raise Malformed("a part that the snapshot's header does not name")
    nonce, box = part[:NONCE_BYTES], part[NONCE_BYTES:]
    if len(box) < bindings.crypto_aead_xchacha20poly1305_ietf_ABYTES:
        raise Malformed("a part too short to be one")
    try:
        plain = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(box, _about(header, place), nonce, key)
        size = zstandard.get_frame_parameters(plain).content_size
        if size > min(MAX_PLAIN, GROWTH_FREE + GROWTH * len(part)):  # not given: that one reads as 2⁶⁴ − 1
            raise Malformed("a part that would not fit in memory")
        return zstandard.ZstdDecompressor().decompress(plain, max_output_size=size)
    except (exceptions.CryptoError, zstandard.ZstdError) as error:
        raise Malformed("a part that does not open") from error


def _batches(standing: Iterable[Standing]) -> Iterator[list[Standing]]:
    batch: list[Standing] = []
    size = 0
    for one in standing:
        if batch and size + len(one.state) > PART_PLAIN:
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += len(one.state) + 32
    if batch:
        yield batch


def _seal(plain: bytes, place: SnapshotHeader, key: bytes, number: int) -> bytes:
    data = zstandard.ZstdCompressor(level=LEVEL, write_content_size=True).compress(plain)
    nonce = secrets.token_bytes(NONCE_BYTES)
    about = _about(place, number)
    sealed = nonce + bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(data, about, nonce, key)
    if len(sealed) > MAX_PART:
        raise Malformed("a record too large for a snapshot")
    return sealed


def _about(header: SnapshotHeader, place: int) -> bytes:
    return header.space + header.device + header.sequence.to_bytes(8, "big") + place.to_bytes(4, "big")
