"""The calls for evidence files: sealed chunks named by their hash, put and got one at a time. PROTOCOL.md, "Blobs"."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated

import msgspec
from msgspec import Meta

from sync.wire.codec import Hash, Id

CHUNK_PLAIN = 1 << 20  # bytes of a file in one chunk
CHUNK_OVERHEAD = 17  # of the secretstream
MAX_CHUNK = CHUNK_PLAIN + CHUNK_OVERHEAD
MAX_CHUNK_CALL = MAX_CHUNK + 1_024  # a chunk with its envelope
MAX_CHUNK_NAMES = 10_000  # asked for at once


class ChunkHaveRequest(msgspec.Struct, frozen=True, array_like=True):
    """Ask which of some chunks of a space the server has."""

    space: Id
    hashes: Annotated[list[Hash], Meta(max_length=MAX_CHUNK_NAMES)]


class ChunkHaveReply(msgspec.Struct, frozen=True, array_like=True):
    """For each, in the same order, whether it is there."""

    have: list[bool]


class ChunkPutRequest(msgspec.Struct, frozen=True, array_like=True):
    """Store a chunk under its hash."""

    space: Id
    hash: Hash
    body: Annotated[bytes, Meta(min_length=1, max_length=MAX_CHUNK)]


class ChunkPutReply(msgspec.Struct, frozen=True, array_like=True):
    """It is on disk; `known`: it was before."""

    known: bool


class ChunkGetRequest(msgspec.Struct, frozen=True, array_like=True):
    """Ask for a chunk."""

    space: Id
    hash: Hash


class ChunkGetReply(msgspec.Struct, frozen=True, array_like=True):
    """The chunk as it was put. Whoever gets it checks its hash."""

    body: Annotated[bytes, Meta(max_length=MAX_CHUNK)]


class ChunkDropRequest(msgspec.Struct, frozen=True, array_like=True):
    """Delete chunks of a space: those that the caller's ministry put there."""

    space: Id
    hashes: Annotated[list[Hash], Meta(max_length=MAX_CHUNK_NAMES)]


class ChunkDropReply(msgspec.Struct, frozen=True, array_like=True):
    """How many were deleted now; those that others put, and those that are not there, are none of them."""

    dropped: int


def chunk_hash(body: bytes) -> bytes:
    """The name of a chunk: SHA-256, which processors do in half the time of BLAKE2b."""
    return sha256(b"tahaluf/1/chunk\0" + body).digest()
