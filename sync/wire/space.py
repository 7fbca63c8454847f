"""What a space is made of on the wire: its founding and later entries, sealed segments, grants, its running head."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta

from sync.wire.codec import (
    ID_BYTES,
    MAX_CALL_CHANGES,
    MAX_ENTRIES,
    MAX_ENTRY,
    MAX_GRANT,
    MAX_HEADS,
    MAX_KNOWN,
    MAX_MEMBERS,
    MAX_SEGMENT,
    Count,
    Hash,
    Id,
    Ministry,
    Moment,
    Sequence,
    Signature,
    decode,
    digest,
)
from sync.wire.errors import Malformed, UnknownSuite
from sync.wire.signing import Signed, unpack, verify

VERSION = 1
SUITE = 1  # XChaCha20-Poly1305 under the epoch's key, Ed25519, zstd before sealing

SpaceKind = Literal["case", "team", "project", "council", "library"]
Role = Literal["lead", "contributor", "reader"]
History = Literal["start", "now"]
if TYPE_CHECKING:
    Subject: TypeAlias = str | bytes
else:
    Subject = Any  # msgspec takes no union of the two: `check_subject` looks

_MINISTRY = re.compile(r"[A-Z]{2,8}")

FOUNDING_DOMAIN = "founding"
ENTRY_DOMAIN = "space-entry"
SEGMENT_DOMAIN = "segment"
GRANT_DOMAIN = "grant"


class Member(msgspec.Struct, frozen=True, array_like=True):
    """A ministry and what its devices may do in a space."""

    ministry: Ministry
    role: Role


class Known(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """How many entries of a ministry's directory the author of an entry had."""

    ministry: Ministry
    sequence: Count


KnownList = Annotated[list[Known], Meta(max_length=MAX_KNOWN)]


class Founding(msgspec.Struct, frozen=True, array_like=True):
    """The first entry of a space. Its hash is the space's id, so nobody can put another in its place."""

    version: int
    suite: int
    kind: SpaceKind
    nonce: Id
    device: Id
    at_ms: Moment
    members: Annotated[list[Member], Meta(min_length=1, max_length=MAX_MEMBERS)]
    commitment: Hash  # to the key of the first epoch
    known: KnownList = []


def check_subject(subject: Subject) -> None:
    """Raise ValueError unless a subject is a ministry's code (str) or the id of one device (bytes)."""
    fits = _MINISTRY.fullmatch(subject) if isinstance(subject, str) else isinstance(subject, bytes)
    if not fits or (isinstance(subject, bytes) and len(subject) != ID_BYTES):
        raise ValueError("neither a ministry nor a device")


class Invited(msgspec.Struct, frozen=True, array_like=True, tag="invite"):
    """A lead makes somebody a member. `history`: whether the keys of earlier epochs are granted too."""

    subject: Subject
    role: Role
    history: History

    def __post_init__(self) -> None:
        """Raise ValueError for a subject that is none."""
        check_subject(self.subject)


class RoleGiven(msgspec.Struct, frozen=True, array_like=True, tag="role"):
    """A lead gives a member another role."""

    subject: Subject
    role: Role

    def __post_init__(self) -> None:
        """Raise ValueError for a subject that is none."""
        check_subject(self.subject)


class Removed(msgspec.Struct, frozen=True, array_like=True, tag="remove"):
    """A lead ends a membership."""

    subject: Subject

    def __post_init__(self) -> None:
        """Raise ValueError for a subject that is none."""
        check_subject(self.subject)


class Left(msgspec.Struct, frozen=True, array_like=True, tag="leave"):
    """A member ends its own membership."""

    subject: Subject

    def __post_init__(self) -> None:
        """Raise ValueError for a subject that is none."""
        check_subject(self.subject)


class Rotated(msgspec.Struct, frozen=True, array_like=True, tag="rotate"):
    """A writer begins a new epoch, under a key that it commits to."""

    commitment: Hash


class NewerEvent(msgspec.Struct, frozen=True, array_like=True):
    """An event of a later version: it counts in the log, changes nothing here, and is shown."""

    raw: msgspec.Raw


Event = Invited | RoleGiven | Removed | Left | Rotated
_EVENTS = frozenset({"invite", "role", "remove", "leave", "rotate"})


class SpaceEntry(msgspec.Struct, frozen=True, array_like=True):
    """The signed body of an entry after the founding, which is number 1."""

    version: int
    suite: int
    space: Id
    device: Id
    number: Annotated[int, Meta(ge=2, le=MAX_ENTRIES)]
    previous: Hash  # of the body of the entry before
    at_ms: Moment
    known: KnownList
    event: msgspec.Raw

    def read_event(self) -> Event | NewerEvent:
        """What happened. Raises Malformed for an event that is known and not well formed."""
        data = bytes(self.event)
        name = decode(list[object], data, MAX_ENTRY)[:1]
        if name and isinstance(name[0], str) and name[0] not in _EVENTS:
            return NewerEvent(self.event)
        return decode(Event, data, MAX_ENTRY)  # type: ignore[arg-type]  # a union is no class to mypy


class _Shape(msgspec.Struct, frozen=True, array_like=True):
    """The start of an entry: a founding has its kind where a later entry has its space."""

    version: int
    suite: int
    third: Any


class Head(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The end of one device's chain in a space, as somebody saw it."""

    device: Id
    sequence: Sequence
    hash: Hash


class SegmentHeader(msgspec.Struct, frozen=True, array_like=True):
    """The part of a segment that the server reads: whose, where, which changes, after what."""

    version: int
    suite: int
    space: Id
    device: Id
    first: Sequence  # number of the first change in this device's chain in this space
    count: Annotated[int, Meta(ge=1, le=MAX_CALL_CHANGES)]
    previous: Hash  # hash of this device's previous segment here, zeros for the first
    epoch: Id
    heads: Annotated[list[Head], Meta(max_length=MAX_HEADS)]  # of other devices, moved since the previous segment

    @property
    def last(self) -> int:
        """Number of the last change."""
        return self.first + self.count - 1


class Segment(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A run of consecutive changes of one device in one space: sealed once, signed once."""

    header: bytes
    sealed: bytes  # 24-byte nonce, then XChaCha20-Poly1305 with the header as associated data
    signature: Signature


class Grant(msgspec.Struct, frozen=True, array_like=True):
    """Keys of epochs, sealed by one device to another with HPKE."""

    version: int
    suite: int
    granter: Id
    recipient: Id
    at_ms: Moment
    sealed: Annotated[bytes, Meta(max_length=MAX_GRANT)]


def read_founding(data: bytes) -> tuple[Founding, Signed]:
    """Read a founding entry without verifying its signature; raises Malformed or UnknownSuite."""
    signed = unpack(data, MAX_ENTRY)
    founding = decode(Founding, signed.body, MAX_ENTRY)
    _check_suite("a founding entry", founding.version, founding.suite)
    ministries = [member.ministry for member in founding.members]
    if len(set(ministries)) != len(ministries):
        raise Malformed("a ministry stands twice among the members")
    return founding, signed


def verify_founding(data: bytes, sign_key: bytes) -> Founding:
    """Read a founding entry and verify it with the key of the device it names."""
    founding, signed = read_founding(data)
    verify(sign_key, FOUNDING_DOMAIN, signed.body, signed.signature)
    return founding


def space_id(founding: bytes) -> bytes:
    """Return the id of the space that these bytes of a founding entry found."""
    return digest(unpack(founding, MAX_ENTRY).body, domain="tahaluf-space", size=ID_BYTES)


def read_entry(data: bytes) -> tuple[SpaceEntry, Signed]:
    """Read an entry after the founding without verifying its signature; raises Malformed or UnknownSuite."""
    signed = unpack(data, MAX_ENTRY)
    entry = decode(SpaceEntry, signed.body, MAX_ENTRY)
    _check_suite("an entry", entry.version, entry.suite)
    return entry, signed


def is_founding(data: bytes) -> bool:
    """Whether an entry is a founding one rather than a later one; raises Malformed for what is neither."""
    third = decode(_Shape, unpack(data, MAX_ENTRY).body, MAX_ENTRY).third
    if not isinstance(third, str | bytes):
        raise Malformed("neither a founding nor a later entry")
    return isinstance(third, str)


def entry_hash(data: bytes) -> bytes:
    """Return what the next entry of the space names as its previous one: the hash of the body."""
    return digest(unpack(data, MAX_ENTRY).body, domain="tahaluf-spclog")


def epoch_id(commitment: bytes) -> bytes:
    """Return the id of the epoch whose key is committed to."""
    return digest(commitment, domain="tahaluf-epoch", size=ID_BYTES)


def read_segment(data: bytes) -> tuple[Segment, SegmentHeader]:
    """Read a segment and its header without verifying or opening it; raises Malformed or UnknownSuite."""
    segment = decode(Segment, data, MAX_SEGMENT)
    header = decode(SegmentHeader, segment.header, MAX_SEGMENT)
    _check_suite("a segment", header.version, header.suite)
    return segment, header


def segment_hash(segment: Segment) -> bytes:
    """Return the hash that the device's next segment names as previous. The signature is not in it."""
    return digest(segment.header, segment.sealed, domain="tahaluf-segment")


def verify_segment(segment: Segment, sign_key: bytes) -> bytes:
    """Verify the signature over the segment; returns its hash."""
    value = segment_hash(segment)
    verify(sign_key, SEGMENT_DOMAIN, value, segment.signature)
    return value


def read_grant(data: bytes, limit: int = MAX_GRANT + MAX_ENTRY) -> tuple[Grant, Signed]:
    """Read a grant without verifying its signature; raises Malformed or UnknownSuite."""
    signed = unpack(data, limit)
    grant = decode(Grant, signed.body, limit)
    _check_suite("a grant", grant.version, grant.suite)
    return grant, signed


def advance_head(head: bytes, kind: str, body: bytes) -> bytes:
    """Return the head of a space's log at the server after one more item."""
    return digest(head, kind.encode(), body, domain="tahaluf-head")


def _check_suite(what: str, version: int, suite: int) -> None:
    if version != VERSION or suite != SUITE:
        raise UnknownSuite(f"version {version}, suite {suite} of {what} is not known here")
