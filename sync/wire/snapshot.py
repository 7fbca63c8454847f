"""Snapshots on the wire: what stands of a space at a place of its log, sealed and signed by one of its writers.

A new desk is usable from one at once. It believes it no further than that: history is fetched behind, and the states
that follow from it are compared with those of the snapshot, byte for byte. PROTOCOL.md, "Snapshots".
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from sync.wire.codec import MAX_CALL, MAX_HEADS, Count, Hash, Id, Moment, Sequence, decode, digest
from sync.wire.errors import Malformed, UnknownSuite
from sync.wire.signing import Signed, unpack
from sync.wire.space import SUITE, VERSION, Head

SNAPSHOT_DOMAIN = "snapshot"
PART_PLAIN = 900 * 1024  # bytes of states in one part, before compression; a single state may be larger
MAX_PART = 960 * 1024  # one sealed part, so that it fits a call with its envelope
MAX_PARTS = 2_048
MAX_HEADER = 512 * 1024
MAX_RECORDS = 10_000_000
MAX_WANTED = 1_000  # snapshots in one call
KEPT = 2  # of a space: the server keeps the newest ones


class SnapshotHeader(msgspec.Struct, frozen=True, array_like=True):
    """The signed body: which space, by whom, at which place of its log, what its chains ended with there."""

    version: int
    suite: int
    space: Id
    device: Id
    at_ms: Moment
    sequence: Sequence  # the place in the server's log
    head: Hash  # the running head there
    entries: Count  # of the space's own log up to there
    entries_hash: Hash  # of the last of them
    epoch: Id  # whose key seals the parts
    heads: Annotated[list[Head], Meta(max_length=MAX_HEADS)]  # the end of every device's chain
    records: Annotated[int, Meta(ge=0, le=MAX_RECORDS)]
    parts: Annotated[list[Hash], Meta(max_length=MAX_PARTS)]  # hash of each sealed part
    meanings: Hash  # of the operations that its author knew: who knows others compares nothing


class SnapshotPut(msgspec.Struct, frozen=True, array_like=True):
    """One part of a snapshot of the caller's own, with the signed header each time: so they may come in any order."""

    header: Annotated[bytes, Meta(max_length=MAX_HEADER)]
    place: Annotated[int, Meta(ge=0, lt=MAX_PARTS)]
    part: Annotated[bytes, Meta(max_length=MAX_PART)]


class SnapshotPutReply(msgspec.Struct, frozen=True, array_like=True):
    """Places of the parts that are missing; with none the snapshot is given to others."""

    missing: list[Count]


class SnapshotWanted(msgspec.Struct, frozen=True, array_like=True):
    """A space, and the first part that is wanted."""

    space: Id
    place: Annotated[int, Meta(ge=0, lt=MAX_PARTS)] = 0


class SnapshotRequest(msgspec.Struct, frozen=True, array_like=True):
    """Ask for the newest snapshot of each of these spaces."""

    wanted: Annotated[list[SnapshotWanted], Meta(max_length=MAX_WANTED)]
    budget: Annotated[int, Meta(ge=1, le=MAX_CALL)]


class SnapshotParts(msgspec.Struct, frozen=True, array_like=True):
    """A snapshot's header, and some of its parts from a place on."""

    space: Id
    header: bytes
    place: Count
    parts: list[bytes]


class SnapshotReply(msgspec.Struct, frozen=True, array_like=True):
    """As many as the budget allows, in the order asked; a space that has none stands there with an empty header."""

    snapshots: list[SnapshotParts]


def read_snapshot(data: bytes) -> tuple[SnapshotHeader, Signed]:
    """Read a header without verifying its signature; raises Malformed or UnknownSuite."""
    signed = unpack(data, MAX_HEADER)
    header = decode(SnapshotHeader, signed.body, MAX_HEADER)
    if header.version != VERSION or header.suite != SUITE:
        raise UnknownSuite(f"version {header.version}, suite {header.suite} of a snapshot is not known here")
    devices = [one.device for one in header.heads]
    if len(set(devices)) != len(devices):
        raise Malformed("a device stands twice among the heads")
    return header, signed


def part_hash(part: bytes) -> bytes:
    """Return the hash by which the header names a sealed part."""
    return digest(part, domain="tahaluf-part")
