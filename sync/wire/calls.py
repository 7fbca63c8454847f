"""The calls between desk and secretariat: each request and reply as a checked type. PROTOCOL.md, "Calls"."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sync.wire.codec import Count, Hash, Id, LogName, Moment, Signature

PATHS = {
    "challenge": "/v1/challenge",
    "token": "/v1/token",
    "directory": "/v1/directory",
    "enrol": "/v1/enrol",
    "push": "/v1/push",
    "pull": "/v1/pull",
    "poll": "/v1/poll",
    "heads": "/v1/heads",
    "chunk_have": "/v1/chunk/have",
    "chunk_put": "/v1/chunk/put",
    "chunk_get": "/v1/chunk/get",
    "chunk_drop": "/v1/chunk/drop",
    "checkpoint": "/v1/checkpoint",
    "snapshot": "/v1/snapshot",
    "snapshot_put": "/v1/snapshot/put",
    "continuity": "/v1/continuity",
}
CONTENT_TYPE = "application/vnd.tahaluf+msgpack"
PROBLEM_TYPE = "application/problem+json"  # RFC 9457
TOKEN_DOMAIN = "token"  # noqa: S105 - a signature's domain, not a secret

MAX_CURSORS = 1_000  # spaces in one pull
MAX_PUSH_ITEMS = 2_000
MAX_WAIT_S = 60

ItemKind = Literal["entry", "segment", "receipt"]
PushKind = Literal["entry", "segment", "grant", "receipt"]


class ChallengeRequest(msgspec.Struct, frozen=True, array_like=True):
    """Ask for a nonce to sign."""

    device: Id


class ChallengeReply(msgspec.Struct, frozen=True, array_like=True):
    """A nonce good for one minute, and the id of the server's data, which the signature covers."""

    nonce: Hash
    data_epoch: Id


class TokenRequest(msgspec.Struct, frozen=True, array_like=True):
    """The nonce, signed by the device under TOKEN_DOMAIN over nonce ‖ data epoch ‖ device ‖ address.

    `address`: the server's, as the desk was told it, so that no other server can hand the signature on.
    """

    device: Id
    nonce: Hash
    signature: Signature
    address: Annotated[str, Meta(max_length=300)] = ""


class TokenReply(msgspec.Struct, frozen=True, array_like=True):
    """A short-lived bearer token."""

    token: Annotated[str, Meta(max_length=512)]
    expires_s: Annotated[int, Meta(ge=1, le=86_400)]


class PushItem(msgspec.Struct, frozen=True, array_like=True):
    """One entry, sealed segment, signed grant or receipt."""

    kind: PushKind
    body: bytes


class PushRequest(msgspec.Struct, frozen=True, array_like=True):
    """Items in the order in which they must be stored."""

    items: Annotated[list[PushItem], Meta(max_length=MAX_PUSH_ITEMS)]


class PushResult(msgspec.Struct, frozen=True, array_like=True):
    """What became of one item: stored now, known before, or refused with a code."""

    status: Literal["stored", "known", "refused"]
    code: str = ""
    sequence: Count = 0  # of the item in its space's log, when stored or known
    at_ms: Moment = 0  # of a segment: when it was stored, by the server's clock


class PushReply(msgspec.Struct, frozen=True, array_like=True):
    """One result an item, in the same order."""

    results: list[PushResult]


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """How far a desk has a space: the sequence and the running head there."""

    space: Id
    sequence: Count
    head: Hash


class PullRequest(msgspec.Struct, frozen=True, array_like=True):
    """Spaces to go on with, and the number of bytes of bodies that the desk takes at most."""

    cursors: Annotated[list[Cursor], Meta(max_length=MAX_CURSORS)]
    budget: Annotated[int, Meta(ge=1, le=1 << 20)]


class Item(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One item of a space's log."""

    sequence: Count
    kind: Annotated[str, Meta(max_length=32)]  # an ItemKind; a later version's is kept aside
    body: bytes
    at_ms: Moment = 0  # when it was stored, by the server's clock; no signature stands behind it


class SpaceItems(msgspec.Struct, frozen=True, array_like=True):
    """Items after a desk's cursor. `mismatch`: the server's log is not the one the cursor was taken from."""

    space: Id
    items: list[Item]
    head_sequence: Count
    head: Hash  # the server's head at head_sequence
    mismatch: bool = False


class PullReply(msgspec.Struct, frozen=True, array_like=True):
    """As many items as the budget allowed; a space that is not in it, or is short of its head, is asked for again."""

    spaces: list[SpaceItems]


class DirectoryHead(msgspec.Struct, frozen=True, array_like=True):
    """How many entries of a ministry's directory the desk has; of the charter under the empty name."""

    ministry: LogName
    sequence: Count


class PollRequest(msgspec.Struct, frozen=True, array_like=True):
    """Ask for all news since the feed position; wait up to `wait_s` seconds if there is none."""

    feed: Annotated[bytes, Meta(max_length=64)]  # opaque; empty at first
    grants: Count  # sequence of the last grant in this device's inbox
    directories: Annotated[list[DirectoryHead], Meta(max_length=256)]
    wait_s: Annotated[int, Meta(ge=0, le=MAX_WAIT_S)]


class Changed(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A space whose log moved, and where it ends now."""

    space: Id
    sequence: Count


class GrantItem(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One grant of the device's inbox."""

    sequence: Count
    body: bytes


class DirectoryItems(msgspec.Struct, frozen=True, array_like=True):
    """Entries of a ministry's directory, or of the charter, from `first` on."""

    ministry: LogName
    first: Count
    entries: list[bytes]


class PollReply(msgspec.Struct, frozen=True, array_like=True):
    """News. `more`: ask again at once. `reset`: the feed position is not of this server's data; compare heads."""

    feed: bytes
    changed: list[Changed]
    inline: list[SpaceItems]  # small news of spaces in `changed`, to spare a pull
    grants: list[GrantItem]
    directories: list[DirectoryItems]
    more: bool
    reset: bool


class DirectoryRequest(msgspec.Struct, frozen=True, array_like=True):
    """Ask for the entries of directories after the given heads. Needs no token: directories are signed."""

    heads: Annotated[list[DirectoryHead], Meta(max_length=256)]


class DirectoryReply(msgspec.Struct, frozen=True, array_like=True):
    """Entries in order, as many as fit a call."""

    directories: list[DirectoryItems]


class EnrolRequest(msgspec.Struct, frozen=True, array_like=True):
    """Entries to append to a ministry's directory, or to the charter. Their signatures are the authority."""

    ministry: LogName
    first: Count
    entries: Annotated[list[bytes], Meta(max_length=1_000)]


class EnrolReply(msgspec.Struct, frozen=True, array_like=True):
    """Where the directory ends now."""

    sequence: Count


class HeadsRequest(msgspec.Struct, frozen=True, array_like=True):
    """Ask for the heads of all the device's spaces, in order of id, after the given one (empty: from the start)."""

    after: Annotated[bytes, Meta(max_length=16)]
    limit: Annotated[int, Meta(ge=1, le=10_000)]


class HeadsReply(msgspec.Struct, frozen=True, array_like=True):
    """Heads in order of space id; fewer than the limit means the end."""

    heads: list[Cursor]


class ContinuityRequest(msgspec.Struct, frozen=True, array_like=True):
    """An administrator asks for the grants to a continuity key of its ministry, after the sequence of one."""

    key: Id  # the id of the key
    after: Count


class ContinuityReply(msgspec.Struct, frozen=True, array_like=True):
    """Grants in order. `more`: ask again."""

    grants: list[GrantItem]
    more: bool


class Problem(msgspec.Struct, frozen=True):
    """RFC 9457 problem document, JSON. `code` is stable; `at_ms` is the server's clock."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    at_ms: Moment = 0
    retry_after_s: int = 0
