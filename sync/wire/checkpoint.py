"""Checkpoints of the server's log, signed by the server and cosigned by desks, and the call that brings them.

Section "The server's log" of PROTOCOL.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import msgspec
from msgspec import Meta

from sync.wire.codec import Count, Hash, Id, Key, Ministry, Moment, decode, encode
from sync.wire.errors import UnknownSuite
from sync.wire.merkle import MAX_PATH, leaf_hash
from sync.wire.signing import Signed, pack, sign, unpack, verify

VERSION = 1
CHECKPOINT_DOMAIN = "checkpoint"
COSIGNED_DOMAIN = "cosigned"
MAX_CHECKPOINT = 1_024  # bytes of a signed checkpoint, cosigned or not
MAX_PLACES = 512  # spaces in one call
MAX_WITNESSES = 64  # ministries in one call

Path = Annotated[list[Hash], Meta(max_length=MAX_PATH)]


class Leaf(msgspec.Struct, frozen=True, array_like=True):
    """Where the log of one space ended when a commit of the server had moved it."""

    space: Id
    sequence: Count
    head: Hash

    @property
    def hash(self) -> bytes:
        """The leaf's hash in the tree."""
        return leaf_hash(encode(self))


class Checkpoint(msgspec.Struct, frozen=True, array_like=True):
    """What the server's log is at one moment. `origin`: the epoch of the server's data."""

    version: int
    origin: Id
    size: Count
    root: Hash
    at_ms: Moment


class Cosigned(msgspec.Struct, frozen=True, array_like=True):
    """A desk's word that this checkpoint, with the server's signature, goes on from all it had seen before."""

    version: int
    device: Id
    at_ms: Moment
    checkpoint: Annotated[bytes, Meta(max_length=MAX_CHECKPOINT)]


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """The size of the newest checkpoint that a desk has of a ministry's desks."""

    ministry: Ministry
    size: Count


class CheckpointRequest(msgspec.Struct, frozen=True, array_like=True):
    """Ask for the newest checkpoint, from the one that the desk kept on; with a checkpoint that the desk cosigned."""

    origin: Annotated[bytes, Meta(max_length=16)]  # of the checkpoint kept; empty: none
    size: Count
    spaces: Annotated[list[Id], Meta(max_length=MAX_PLACES)]  # whose newest leaf is to be proven
    seen: Annotated[list[Seen], Meta(max_length=MAX_WITNESSES)]
    cosigned: Annotated[bytes, Meta(max_length=MAX_CHECKPOINT)]  # empty: none


class Included(msgspec.Struct, frozen=True, array_like=True):
    """The newest leaf of a space, its number from 0, and its path to the checkpoint's root."""

    leaf: Leaf
    index: Count
    path: Path


class Witnessed(msgspec.Struct, frozen=True, array_like=True):
    """A checkpoint that another ministry's desk cosigned, and the path from it to the newest."""

    cosigned: Annotated[bytes, Meta(max_length=MAX_CHECKPOINT)]
    path: Path


class CheckpointReply(msgspec.Struct, frozen=True, array_like=True):
    """The newest checkpoint, signed; the path to it from the desk's own; proofs for the spaces; others' checkpoints."""

    key: Key  # of the server's log
    checkpoint: Annotated[bytes, Meta(max_length=MAX_CHECKPOINT)]
    path: Path
    included: Annotated[list[Included], Meta(max_length=MAX_PLACES)]
    witnessed: Annotated[list[Witnessed], Meta(max_length=MAX_WITNESSES)]


def make_checkpoint(seed: bytes, origin: bytes, size: int, root: bytes, at_ms: int) -> bytes:
    """Sign a checkpoint with the seed of the server's log key."""
    body = encode(Checkpoint(VERSION, origin, size, root, at_ms))
    return pack(Signed(body, sign(seed, CHECKPOINT_DOMAIN, body)))


def read_checkpoint(data: bytes, key: bytes) -> Checkpoint:
    """Read a checkpoint and verify it with the key of the server's log; raises a WireError."""
    signed = unpack(data, MAX_CHECKPOINT)
    checkpoint = decode(Checkpoint, signed.body, MAX_CHECKPOINT)
    if checkpoint.version != VERSION:
        raise UnknownSuite(f"version {checkpoint.version} of a checkpoint is not known here")
    verify(key, CHECKPOINT_DOMAIN, signed.body, signed.signature)
    return checkpoint


def make_cosigned(sign_as: Callable[[str, bytes], bytes], device: bytes, checkpoint: bytes, at_ms: int) -> bytes:
    """Cosign a signed checkpoint as a device; `sign_as` signs a body under a domain."""
    body = encode(Cosigned(VERSION, device, at_ms, checkpoint))
    return pack(Signed(body, sign_as(COSIGNED_DOMAIN, body)))


def read_cosigned(data: bytes) -> tuple[Cosigned, Signed]:
    """Read a cosigned checkpoint without verifying either signature; raises Malformed or UnknownSuite."""
    signed = unpack(data, MAX_CHECKPOINT)
    cosigned = decode(Cosigned, signed.body, MAX_CHECKPOINT)
    if cosigned.version != VERSION:
        raise UnknownSuite(f"version {cosigned.version} of a cosignature is not known here")
    return cosigned, signed


def verify_cosigned(data: bytes, sign_key: bytes, log_key: bytes) -> tuple[Cosigned, Checkpoint]:
    """Verify a cosigned checkpoint, the device's signature and the server's within; raises a WireError."""
    cosigned, signed = read_cosigned(data)
    verify(sign_key, COSIGNED_DOMAIN, signed.body, signed.signature)
    return cosigned, read_checkpoint(cosigned.checkpoint, log_key)
