"""MessagePack with checked types, identifiers, hashes and the limits that every received byte meets first."""

from __future__ import annotations

import secrets
from hashlib import blake2b
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from sync.wire.errors import Malformed

# Limits, in bytes unless said otherwise. PROTOCOL.md, "Limits".
MAX_CALL = 1 << 20  # body of one request or reply
MAX_CALL_CHANGES = 1_000  # changes in one push
MAX_SEGMENT = 900 * 1024  # one sealed segment, so that it fits a call with its envelope
MAX_SEGMENT_PLAIN = 8 << 20  # one opened segment, after decompression
MAX_CHANGE = 512 * 1024  # one change before sealing
MAX_ENTRY = 16 * 1024  # one signed directory or space entry
MAX_DIRECTORY = 50_000  # entries of one ministry's directory
MAX_GRANT = 256 * 1024  # one sealed grant
MAX_GRANT_KEYS = 1_000  # epoch keys in one grant
MAX_MEMBERS = 64  # ministries that found a space together
MAX_SUBJECTS = 256  # members of one space: ministries and single devices
MAX_ENTRIES = 10_000  # entries in one space's own log
MAX_KNOWN = 256  # directories that an entry names
MAX_HEADS = 4_096  # device heads named in one segment
MAX_LABEL = 128  # characters of an officer's or desk's name
MAX_OPERATIONS = 1_000  # operations in one change

ID_BYTES = 16
HASH_BYTES = 32
NO_HASH = bytes(HASH_BYTES)

Id = Annotated[bytes, Meta(min_length=ID_BYTES, max_length=ID_BYTES)]
Hash = Annotated[bytes, Meta(min_length=HASH_BYTES, max_length=HASH_BYTES)]
Key = Annotated[bytes, Meta(min_length=32, max_length=32)]
Signature = Annotated[bytes, Meta(min_length=64, max_length=64)]
Label = Annotated[str, Meta(min_length=1, max_length=MAX_LABEL)]
Ministry = Annotated[str, Meta(pattern=r"^[A-Z]{2,8}\Z", max_length=8)]
LogName = Annotated[str, Meta(pattern=r"^([A-Z]{2,8})?\Z", max_length=8)]
"""Whose log: a ministry's directory, or the charter under the empty name."""
Count = Annotated[int, Meta(ge=0, le=(1 << 53) - 1)]
Sequence = Annotated[int, Meta(ge=1, le=(1 << 53) - 1)]
Moment = Annotated[int, Meta(ge=-(1 << 53) + 1, le=(1 << 53) - 1)]
"""Unix time in milliseconds by the writer's clock; shown, never trusted."""

T = TypeVar("T")

_encoder = msgspec.msgpack.Encoder(order="deterministic")
_decoders: dict[Any, msgspec.msgpack.Decoder[Any]] = {}


def encode(value: object) -> bytes:
    """Encode as MessagePack with sorted keys, so that equal values give equal bytes."""
    return _encoder.encode(value)


def decode(kind: type[T], data: bytes | memoryview, limit: int = MAX_CALL) -> T:
    """Decode at most `limit` bytes into `kind`; anything else raises Malformed."""
    if len(data) > limit:
        raise Malformed(f"{len(data)} bytes where at most {limit} are allowed")
    decoder = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = msgspec.msgpack.Decoder(kind)
    try:
        return decoder.decode(data)  # type: ignore[no-any-return]
    except (msgspec.DecodeError, ValueError, RecursionError, OverflowError) as error:
        raise Malformed(str(error)) from error


def new_id() -> bytes:
    """Return 16 random bytes: the id of a record, a nonce of a founding entry."""
    return secrets.token_bytes(ID_BYTES)


def digest(*parts: bytes, domain: str, size: int = HASH_BYTES) -> bytes:
    """BLAKE2b of the parts, each behind its length, under a domain of at most 16 ASCII characters."""
    state = blake2b(digest_size=size, person=domain.encode())
    for part in parts:
        state.update(len(part).to_bytes(8, "big"))
        state.update(part)
    return state.digest()


def parse_id(text: str) -> bytes:
    """Read 32 hexadecimal digits; anything else raises Malformed."""
    try:
        value = bytes.fromhex(text)
    except ValueError as error:
        raise Malformed("an id is 32 hexadecimal digits") from error
    if len(value) != ID_BYTES or len(text) != 2 * ID_BYTES:
        raise Malformed("an id is 32 hexadecimal digits")
    return value
