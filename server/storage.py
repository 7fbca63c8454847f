"""What the secretariat asks of its storage, whichever it is. tests/server/conformance holds every implementation to it.

The promises: a push whose results were given is on disk; a reader after any cursor meets every later item
once and in order; a retry finds what was stored however late it comes; `news` skips no space that moved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from server.checkpoints import LogView, WitnessRow
from sync.wire.calls import Changed, Cursor, GrantItem, PushResult, SpaceItems
from sync.wire.checkpoint import CheckpointRequest
from sync.wire.membership import Devices

INLINE_SPACE = 16 * 1024  # bytes of news of one space that travel with a poll
INLINE_ALL = 256 * 1024  # of all spaces together
NEWS_PAGE = 5_000  # spaces named in one reply to a poll
GRANTS_BYTES = 256 * 1024  # of grants in one reply to a poll
SPACE_OVERHEAD = 96  # bytes of a reply that a space takes beside its items, at most
ITEM_OVERHEAD = 24  # that an item takes beside its body, at most


class StorageFailed(Exception):
    """The storage cannot do it now: read-only, damaged, gone. Nothing was stored."""


class StorageFull(StorageFailed):
    """There is no room left. Nothing was stored."""


class DirectoryMoved(Exception):
    """A directory does not end where the new entries begin."""


class MemberDiffers(Exception):
    """A ministry is a member already, with another root key."""


class CharterBegan(Exception):
    """Members are added by the charter once it has an entry, and by nobody else."""


class DeviceElsewhere(Exception):
    """A device is enrolled by another ministry already."""


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated device and the ministry that enrolled it."""

    device: bytes
    ministry: str


@dataclass(frozen=True, slots=True)
class CheckedEntry:
    """A founding entry that verifies, of the caller or of another device that is trusted."""

    space: bytes
    members: dict[str, str]  # ministry: role
    epoch: bytes
    body: bytes
    author: Caller


@dataclass(frozen=True, slots=True)
class CheckedChange:
    """A later entry that is the caller's own. Whether it holds is judged on the space's log as it stands."""

    space: bytes
    number: int
    rotates: bool
    subject: str  # ministry that it is about, if it is about one
    body: bytes
    devices: Devices


@dataclass(frozen=True, slots=True)
class CheckedSegment:
    """A segment that verifies, of the caller or of another device that is trusted: `author`."""

    space: bytes
    epoch: bytes
    first: int
    last: int
    previous: bytes
    hash: bytes
    body: bytes
    author: Caller


@dataclass(frozen=True, slots=True)
class CheckedReceipt:
    """A receipt that verifies, of the caller or of another device that is trusted: `author`."""

    space: bytes
    epoch: bytes
    number: int
    hash: bytes
    body: bytes
    author: Caller


@dataclass(frozen=True, slots=True)
class CheckedGrant:
    """A grant that is the caller's own, verifies, and goes to an enrolled device."""

    recipient: bytes
    hash: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Unacceptable:
    """An item that was refused before the storage saw it."""

    code: str


CheckedItem = CheckedEntry | CheckedChange | CheckedSegment | CheckedReceipt | CheckedGrant | Unacceptable


@dataclass(frozen=True, slots=True)
class Quotas:
    """Ceilings that a push meets: see Settings."""

    ministry_bytes: int
    inbox_bytes: int
    inbox_grants: int
    spaces_per_hour: int
    entries_per_hour: int = 1 << 20  # of one space
    rotations_per_hour: int = 1 << 20
    receipts_per_hour: int = 1 << 20  # of one device in one space


@dataclass(slots=True)
class Commit:
    """Whom a commit concerns: who waits for one of these looks again."""

    ministries: set[str] = field(default_factory=set)
    devices: set[bytes] = field(default_factory=set)
    authors: set[bytes] = field(default_factory=set)  # who pushed what it holds


@dataclass(frozen=True, slots=True)
class News:
    """What moved after a feed position. `foreign`: some of it may be by another device than the one that asks."""

    feed: bytes
    changed: list[Changed]
    inline: list[SpaceItems]
    grants: list[GrantItem]
    more: bool
    reset: bool
    foreign: bool


@dataclass(frozen=True, slots=True)
class CharterChange:
    """What an entry of the charter changes: a member's root; and after which entry its directory is void, if any."""

    genesis: bytes  # the encoded list of the first members, kept with the first entry
    ministry: str
    root: bytes
    keep: int | None = None


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member ministry, its root key, and the entries of its directory after the sequence that was asked.

    Under the empty name: the charter, and in the root's place the encoded list that it begins with.
    """

    ministry: str
    root: bytes
    first: int
    entries: list[bytes]


@dataclass(frozen=True, slots=True)
class Status:
    """Totals for the operator."""

    members: int
    devices: int
    spaces: int
    items: int
    grants: int
    bytes: int
    file_bytes: int


class Storage(Protocol):
    """One store of spaces, grants and directories. Every method raises StorageFailed when it cannot do its work."""

    @property
    def data_epoch(self) -> bytes:
        """16 bytes that change when the data is not the continuation of what it was (a restored copy)."""

    async def close(self) -> None:
        """Finish what is queued and let go of the data."""

    def on_commit(self, listener: Callable[[Commit], None]) -> None:
        """Call `listener` on the event loop after each commit that concerns anybody."""

    async def push(self, caller: Caller, items: list[CheckedItem], quotas: Quotas, hour: int) -> list[PushResult]:
        """Store the items in order and give one result each, once they are on disk. `hour`: hours since 1970."""

    async def pull(self, caller: Caller, cursors: list[Cursor], budget: int) -> list[SpaceItems]:
        """Return items after the cursors, at most `budget` bytes of them, but at least one if there is any.

        Who is a member no more is shown the log up to the entry that says so.
        """

    async def role(self, caller: Caller, space: bytes) -> str | None:
        """Return the caller's role in a space; None for who is no member, or no more, and for an unknown space."""

    async def heads(self, caller: Caller, after: bytes, limit: int) -> list[Cursor]:
        """Return the caller's spaces with id > `after`, in order of id."""

    async def news(self, caller: Caller, feed: bytes, grants: int) -> News:
        """Return what moved after the feed position and the grants after that sequence of the inbox."""

    async def inbox(self, device: bytes, after: int) -> tuple[list[GrantItem], bool]:
        """Return grants of an inbox after that sequence, as many as a reply takes, and whether there are more."""

    async def log(self, caller: Caller, request: CheckpointRequest) -> LogView:
        """Return root, paths and proofs of the log as it is."""

    async def keep_cosigned(self, row: WitnessRow) -> None:
        """Keep a ministry's cosigned checkpoint unless a newer one is there."""

    async def registry_version(self) -> int:
        """Return a number that grows with every new member and directory entry. Cheap."""

    async def registry(self, known: dict[str, int]) -> list[MemberRow]:
        """Return all members with the entries after those `known` of each."""

    async def add_member(self, ministry: str, root: bytes) -> bool:
        """Add a member; False if it is there with the same root. Raises MemberDiffers, CharterBegan."""

    async def append_directory(self, ministry: str, first: int, entries: list[bytes], devices: list[bytes]) -> None:
        """Append verified entries that open the inboxes of `devices`, continuity keys among them.

        Raises DirectoryMoved or DeviceElsewhere.
        """

    async def append_charter(self, first: int, body: bytes, change: CharterChange) -> None:
        """Append a verified entry of the charter with what it changes, or raise DirectoryMoved."""

    async def check_writes(self) -> None:
        """Write something of no meaning to disk; raises StorageFailed if that cannot be."""

    async def status(self) -> Status:
        """Count what is stored."""
