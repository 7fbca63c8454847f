"""What the server sends of a space, checked item by item before the replica sees it. PROTOCOL.md, "On receipt"."""

from __future__ import annotations

from collections.abc import Callable

from sync.errors import BadReply, ServerRewound
from sync.keys import EpochKey, open_grant
from sync.replica import Applied, Opened, Received, Replica, SpaceStanding
from sync.seal import open_segment
from sync.wire.calls import Cursor, GrantItem, Item, SpaceItems
from sync.wire.codec import NO_HASH
from sync.wire.directory import Certificate
from sync.wire.errors import BrokenChain, Malformed, NotEntitled, UnknownSuite, WireError
from sync.wire.signing import verify
from sync.wire.space import (
    FOUNDING_DOMAIN,
    GRANT_DOMAIN,
    Founding,
    Head,
    SegmentHeader,
    advance_head,
    epoch_id,
    read_founding,
    read_grant,
    read_segment,
    segment_hash,
    space_id,
    verify_segment,
)

WRITERS = ("lead", "contributor")


class Fork(BrokenChain):
    """A second segment where the device's chain has one already, or a part of one."""

    code = "fork"


class UnknownDevice(NotEntitled):
    """Signed by a device that no directory names."""

    code = "unknown_device"


class Intake:
    """Verifies news and grants against the directories, the founding entry and the chains of the replica."""

    def __init__(self, replica: Replica, fetch_directories: Callable[[], None]) -> None:
        """Take the replica and what brings directories up to date; the latter is called at most once a run."""
        self._replica = replica
        self._fetch_directories = fetch_directories
        self._fetched = False
        self._known: dict[bytes, tuple[str, Certificate]] = {}
        self.own_back = False
        """Whether segments of our own came, or were named, that are not here: this store is older than it was."""
        self.reread: set[bytes] = set()
        """Spaces of others whose founding came although it is here: the server had lost them and has them again."""

    def start_run(self) -> None:
        """Allow the directories to be fetched again."""
        self._fetched = False

    def check(self, news: SpaceItems) -> Received | None:
        """Check news that go on from the replica's cursor; None if there are none or they leave a gap.

        Raises ServerRewound if the server's log is not the one that the cursor was taken from, BadReply.
        """
        standing = self._replica.standing(news.space)
        cursor = standing.cursor
        if news.mismatch:
            raise ServerRewound(news.space.hex())
        items = [item for item in news.items if item.sequence > cursor.sequence]
        if not items or items[0].sequence != cursor.sequence + 1:
            return None
        draft = _Draft(self, self._replica, news.space, standing)
        head = cursor.head
        for sequence, item in enumerate(items, cursor.sequence + 1):
            if item.sequence != sequence:
                raise BadReply("items of a space out of order")
            head = advance_head(head, item.kind, item.body)
            draft.take(item)
        end = items[-1].sequence
        if end > news.head_sequence:
            raise BadReply("items beyond the end of a space's log")
        if end == news.head_sequence and head != news.head:
            raise ServerRewound(news.space.hex())
        return Received(news.space, draft.founding, draft.segments, draft.rejected, Cursor(news.space, end, head))

    def carried(self, space: bytes, items: list[Item]) -> Received:
        """Check items of one space that were carried by hand: each by itself, in the order given; the cursor stays.

        They have no places in the server's log: an entry's sequence is its number, a segment's 0.
        """
        standing = self._replica.standing(space)
        draft = _Draft(self, self._replica, space, standing)
        for item in items:
            draft.take(item)
        return Received(space, draft.founding, draft.segments, draft.rejected, standing.cursor)

    def take_grant(self, item: GrantItem) -> Applied:
        """Verify, open and keep a grant, or set it aside."""
        try:
            granted = self.open_grant(item.body)
        except WireError as error:
            self._replica.skip_grant(item.sequence, item.body, error.code)
            return Applied()
        return self._replica.take_grant(item.sequence, granted)

    def open_grant(self, data: bytes) -> list[EpochKey]:
        """Verify a grant to this device and open it. Raises a WireError."""
        grant, signed = read_grant(data)
        verify(self._granter_key(grant.granter), GRANT_DOMAIN, signed.body, signed.signature)
        return open_grant(self._replica.device_keys(), grant)

    def _granter_key(self, granter: bytes) -> bytes:
        """The key of a device, or of an administrator of ours, who passes on what the continuity key was granted."""
        found = self._replica.certificate(granter)
        return found[1].sign_key if found else self._replica.administrator(granter) or self._fetch_key(granter)

    def _fetch_key(self, granter: bytes) -> bytes:
        try:
            return self.certificate(granter)[1].sign_key
        except UnknownDevice:
            key = self._replica.administrator(granter)
            if key is None:
                raise
            return key

    def certificate(self, device: bytes) -> tuple[str, Certificate]:
        """Return a device's ministry and certificate, fetching directories first if need be. Raises UnknownDevice."""
        found = self._known.get(device) or self._replica.certificate(device)
        if found is None and not self._fetched:
            self._fetched = True
            self._fetch_directories()
            found = self._replica.certificate(device)
        if found is None:
            raise UnknownDevice("a device that no directory names")
        self._known[device] = found
        return found


class _Draft:
    """What becomes of the items of one space, one after the other."""

    def __init__(self, intake: Intake, replica: Replica, space: bytes, standing: SpaceStanding) -> None:
        self.founding = b""
        self.segments: list[Opened] = []
        self.rejected: list[tuple[bytes, str]] = []
        self._intake = intake
        self._replica = replica
        self._space = space
        self._own = replica.device_keys().device
        self._founded: Founding | None = standing.founding
        self._chains = dict(standing.chains)
        self._ends: dict[tuple[bytes, int], bytes] = {}  # of these news
        self._keys: dict[bytes, bytes | None] = {}

    def take(self, item: Item) -> None:
        try:
            if item.kind == "entry":
                self._take_entry(item)
            elif item.kind == "segment":
                self._take_segment(item.body)
            else:
                raise UnknownSuite(f"an item of kind {item.kind}")
        except WireError as error:
            self.rejected.append((item.body, error.code))

    def _take_entry(self, item: Item) -> None:
        founding, signed = read_founding(item.body)
        if space_id(item.body) != self._space or item.sequence != 1:
            raise NotEntitled("an entry that is not this space's founding")
        ministry, certificate = self._intake.certificate(founding.device)
        verify(certificate.sign_key, FOUNDING_DOMAIN, signed.body, signed.signature)
        if all(member.ministry != ministry for member in founding.members):
            raise NotEntitled(f"founded by {ministry}, which is not a member")
        if self._founded is None:
            self.founding = item.body
            self._founded = founding
        elif founding.device != self._own:
            self._intake.reread.add(self._space)

    def _take_segment(self, data: bytes) -> None:
        segment, header = read_segment(data)
        if header.space != self._space:
            raise NotEntitled("a segment of another space")
        hash_ = segment_hash(segment)
        end = self._chains.get(header.device)
        if end is not None and header.first <= end.sequence:
            if self._replica.segment_hash(self._space, header.device, header.first) == hash_:
                return
            if header.device != self._own:
                raise Fork("another segment where the chain has one")
            end = self._own_end(header.first - 1)  # sent before this store was put back from a copy
        certificate = self._writer(header)
        if header.first != (end.sequence if end else 0) + 1 or header.previous != (end.hash if end else NO_HASH):
            raise BrokenChain(f"change {header.first} does not follow")
        verify_segment(segment, certificate.sign_key)
        if not all(self._agrees(head) for head in header.heads):
            self.rejected.append((data, Fork.code))
        self._intake.own_back |= header.device == self._own
        key = self._key(header.epoch)
        if key is None:
            opened = Opened(data, hash_, header, [], locked=True)
        else:
            try:
                changes = open_segment(segment, header, key)
            except Malformed:  # signed all the same: its place in the chain counts, or nothing after it would
                changes = [b""] * header.count
            opened = Opened(data, hash_, header, changes)
        self._chains[header.device] = Head(header.device, header.last, hash_)
        self._ends[header.device, header.last] = hash_
        self.segments.append(opened)

    def _own_end(self, last: int) -> Head | None:
        """The end of a segment of our own, however our chain goes on here."""
        hash_ = self._replica.end_hash(self._space, self._own, last)
        return Head(self._own, last, hash_) if hash_ is not None else None

    def _agrees(self, head: Head) -> bool:
        """Whether what the author saw of another chain is what is here; a fork shows even if the server hides it."""
        end = self._chains.get(head.device)
        if end is None or head.sequence > end.sequence:
            self._intake.own_back |= head.device == self._own
            return True
        seen = self._ends.get((head.device, head.sequence))
        return head.hash == (seen or self._replica.end_hash(self._space, head.device, head.sequence))

    def _writer(self, header: SegmentHeader) -> Certificate:
        """Return the certificate of a segment's device if it may write here."""
        if self._founded is None:
            raise NotEntitled("a segment of a space without a founding")
        if header.epoch != epoch_id(self._founded.commitment):
            raise NotEntitled("a segment in an epoch that the space does not have")
        ministry, certificate = self._intake.certificate(header.device)
        if not any(member.ministry == ministry and member.role in WRITERS for member in self._founded.members):
            raise NotEntitled(f"{ministry} does not write in this space")
        return certificate

    def _key(self, epoch: bytes) -> bytes | None:
        if epoch not in self._keys:
            self._keys[epoch] = self._replica.epoch_key(self._space, epoch)
        return self._keys[epoch]
