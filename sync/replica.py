"""What the engine asks of a desk's store: the engine never sees SQL, the store never the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

from sync.evidence import Finding
from sync.keys import DeviceKeys, EpochKey
from sync.receipts import MadeReceipt, OpenedReceipt, ReceiptDue
from sync.seal import Sealed
from sync.wire.calls import Cursor, PushItem
from sync.wire.directory import Certificate
from sync.wire.membership import Membership
from sync.wire.space import Founding, Head, SegmentHeader


class Outgoing(msgspec.Struct, frozen=True):
    """One item of the outbox, persisted as it will be sent: the same bytes at every try."""

    id: int  # the store's own number, in the order of sending
    space: bytes  # of an entry or segment; empty for a grant
    item: PushItem
    changes: int  # in a segment
    relayed: bool = False  # another device made it, and it came here by hand


class Unsealed(msgspec.Struct, frozen=True):
    """The oldest changes of one space that are in no segment yet."""

    space: bytes
    last: int  # number of this device's last sealed change there, 0 if none
    previous: bytes  # hash of its last segment there
    key: EpochKey
    heads: list[Head]  # of other devices, moved since our last segment there
    changes: list[bytes]  # encoded, in order, within the limits of one segment


class GrantDue(msgspec.Struct, frozen=True):
    """Keys that a device of a member ministry is entitled to and was not granted yet."""

    recipient: Certificate | None  # None: a ministry's continuity key
    keys: list[EpochKey]
    continuity: bytes = b""  # the public key of that


class SpaceStanding(msgspec.Struct, frozen=True):
    """What the desk has of a space."""

    cursor: Cursor
    founding: Founding | None
    chains: dict[bytes, Head]  # the end of every device's chain
    membership: Membership | None = None  # as the log's items up to the cursor give it


class Entered(msgspec.Struct, frozen=True):
    """An entry of a space's own log that was verified."""

    number: int
    sequence: int  # its place in the server's log; 0 where it was carried by hand
    data: bytes
    late: bool = False  # its device was known to be revoked


class Opened(msgspec.Struct, frozen=True):
    """A segment that was verified and, where we hold the epoch's key, opened."""

    data: bytes  # as received
    hash: bytes
    header: SegmentHeader
    changes: list[bytes]  # encoded, as many as the header counts; b"" where its author sealed nothing readable
    locked: bool = False  # no key yet, so no changes: kept, and opened when the grant comes
    late: bool = False  # its device was known to be revoked: applied and flagged
    server_ms: int = 0  # when the server first had it, by its clock; 0 where that is not known


class Received(msgspec.Struct, frozen=True):
    """News of one space in the server's order, and the cursor after them."""

    space: bytes
    founding: bytes  # the founding entry if it is among the news, else empty
    segments: list[Opened]
    rejected: list[tuple[bytes, str]]  # items that did not verify, and the code of why; kept aside, shown
    cursor: Cursor
    entries: list[Entered] = []
    receipts: list[OpenedReceipt] = []
    carried: bool = False  # by hand: the server may not have them
    met: list[tuple[bytes, int]] = []
    """Device and first change of segments that came and were here before; 0 for the founding entry."""


class Applied(msgspec.Struct, frozen=True):
    """What a batch did."""

    changes: int = 0  # applied now
    pending: int = 0  # waiting for changes they depend on
    refused: int = 0  # set aside as unreadable
    records: frozenset[bytes] = frozenset()  # whose state moved


class Ground(Protocol):
    """What items are judged by that arrive, and where what holds is kept."""

    def device_keys(self) -> DeviceKeys:
        """The keys of this device."""

    def ministry(self) -> str:
        """The code of this device's ministry."""

    def certificate(self, device: bytes) -> tuple[str, Certificate] | None:
        """The ministry and certificate of an enrolled device, from the verified directories."""

    def administrator(self, name: bytes) -> bytes | None:
        """The key of an administrator of our own ministry by the id that its grants name, from the directory."""

    def directory_heads(self) -> dict[str, int]:
        """How many entries of each known ministry's directory are here."""

    def add_directory_entries(self, ministry: str, first: int, entries: list[bytes]) -> int:
        """Verify and take entries from number `first` on (known ones are skipped); returns how many were new."""

    def feed(self) -> tuple[bytes, int]:
        """The feed position and the sequence of the last grant taken."""

    def standing(self, space: bytes) -> SpaceStanding:
        """What the desk has of a space; an empty standing for an unknown one."""

    def membership(self, space: bytes) -> Membership | None:
        """The members of a space by all that is here of its log, in whatever way it came."""

    def entry(self, space: bytes, number: int) -> bytes | None:
        """The entry here with that number of a space's own log."""

    def revocations(self, ministry: str) -> Mapping[bytes, int]:
        """A ministry's revoked devices, each with the number of the directory entry that says so."""

    def cutoff(self, space: bytes, device: bytes) -> int | None:
        """Behind which item of the log a revoked device's items are late here; None where it is not known."""

    def segment_hash(self, space: bytes, device: bytes, first: int) -> bytes | None:
        """The hash of the segment here of that device that begins with change `first`."""

    def end_hash(self, space: bytes, device: bytes, last: int) -> bytes | None:
        """The hash of the segment here of that device that ends with change `last`."""

    def receipt_hash(self, space: bytes, device: bytes, number: int) -> bytes | None:
        """The hash of the receipt here of that device with that number."""

    def epoch_key(self, space: bytes, epoch: bytes) -> bytes | None:
        """The key of an epoch, if it was granted."""

    def take_grant(self, sequence: int, keys: list[EpochKey]) -> Applied:
        """Keep granted keys and the inbox sequence, the last one taken; opens the segments that waited (`locked`)."""

    def skip_grant(self, sequence: int, data: bytes, code: str) -> None:
        """Set a grant aside that did not verify, and go on after it."""

    def receive(self, news: list[Received]) -> Applied:
        """Store and apply news of several spaces and move their cursors, a few hundred rows a transaction. Idempotent.

        A segment of our own in the place of another one of ours stands, and what was there is written again behind it.
        News without items move the cursor only: our own items, stored at the server right behind it.
        """


class Replica(Ground, Protocol):
    """A desk's copy of its spaces. Every method is one short transaction or several; none waits for the network."""

    def revoked(self) -> bool:
        """Whether the directory of our own ministry revokes this device."""

    # directories
    # outbox
    def unsealed(self, limit: int) -> list[Unsealed]:
        """The oldest unsealed changes of at most `limit` spaces, those that have waited longest; a space once.

        None of a space whose newest epoch is not here or stale, or whose log goes on beyond what is here.
        """

    def keep_segments(self, sealed: list[Sealed]) -> None:
        """Persist segments of our own with all that follows: outbox, chain, the heads they name. One transaction."""

    def receipts_due(self) -> list[ReceiptDue]:
        """What this desk has to say of records, one receipt a space at most.

        None of a space whose newest epoch is not here or stale, whose log goes on beyond what is here, or in which one
        of ours is on its way.
        """

    def keep_receipts(self, made: list[MadeReceipt]) -> None:
        """Persist receipts of our own for sending; what they say is owed no more. One transaction."""

    def grants_due(self) -> list[GrantDue]:
        """Grants to make, at most MAX_GRANT_KEYS keys each; empty when there are none."""

    def keep_grants(self, grants: list[tuple[GrantDue, bytes]]) -> None:
        """Persist grants for sending and note their keys as granted. One transaction."""

    def entries_wait(self) -> bool:
        """Whether something goes before or along with what is sealed: decisions about members, changes to be sealed."""

    def entries_due(self, now_ms: int) -> list[Outgoing]:
        """Entries of our own to send, each signed on top of what is here of its space's log and persisted.

        What members were asked to be changed here, and rotations of spaces where something waits to be sealed while
        somebody can read the newest epoch who must not. A space whose founding was not sent yet is left out.
        """

    def take_entry(self, id_: int, sequence: int) -> None:
        """The server has an entry of ours as that item of the log: it counts, and what it promised is owed."""

    def refuse_entry(self, id_: int, code: str) -> None:
        """Note an entry of ours that does not hold: kept, shown, not sent again."""

    def outbox(self, limit_bytes: int, limit_changes: int, after: int = 0) -> list[Outgoing]:
        """Items to send behind the one of id `after`, oldest first, within the limits."""

    def mark_sent(self, ids: list[int]) -> None:
        """Note items as stored by the server."""

    def note_stored(self, times: dict[int, int]) -> None:
        """Note when the server stored segments that go out, by their item's id; before they are marked as sent."""

    def mark_refused(self, id_: int, code: str) -> None:
        """Note an item that the server refused for good: kept, shown, not sent again by itself."""

    def hold_relays(self) -> None:
        """The server does not take some of what other devices made yet: try it again in a while, not at each edit."""

    def relays_held(self) -> bool:
        """Whether what another device made waits to be sent until its space is as far here as at the server."""

    def resend(self, space: bytes) -> int:
        """Put our own entry and segments of a space (empty: our grants) into the outbox again, also refused ones.

        The server lost them. They go in the order of their chain, before later changes. Returns how many.
        """

    def unsent(self) -> int:
        """Number of changes that the server has not acknowledged."""

    # inbox
    def keep_feed(self, feed: bytes, as_of_ms: int | None) -> None:
        """Keep the feed position; `as_of_ms` when the desk now has all that the server has."""

    def note_behind(self, heads: list[tuple[bytes, int]]) -> set[bytes]:
        """Note where logs end at the server; one beyond our cursor is to be pulled. The last note of a space rules.

        Returns the spaces of which more is here than that. Raises BadReply for far more spaces than there can be.
        """

    def behind(self, limit: int) -> list[Cursor]:
        """Cursors of spaces to pull."""

    def cursors(self, after: bytes, limit: int) -> list[Cursor]:
        """Cursors of all spaces here, in order of id, after the given one (empty: from the start)."""

    def rewind(self, space: bytes) -> None:
        """The server's log is not the one our cursor was taken from: start over at 0 (applied changes stay applied)."""

    def keep_finding(self, finding: Finding) -> None:
        """Keep what shows that somebody did not keep to the protocol; the same again is counted only."""
