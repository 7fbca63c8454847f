"""What the server sends of a space, checked item by item before the replica sees it. PROTOCOL.md, "On receipt"."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from sync.errors import BadReply, ServerRewound
from sync.keys import EpochKey, open_grant
from sync.receipts import OpenedReceipt, Statement, open_receipt
from sync.replica import Applied, Entered, Ground, Opened, Received, SpaceStanding
from sync.seal import open_segment
from sync.wire.calls import Cursor, GrantItem, Item, SpaceItems
from sync.wire.codec import NO_HASH
from sync.wire.directory import Certificate
from sync.wire.errors import BrokenChain, Malformed, NotEntitled, UnknownSuite, WireError
from sync.wire.membership import DirectoryBehind, Membership
from sync.wire.receipt import read_receipt, receipt_hash, verify_receipt
from sync.wire.signing import verify
from sync.wire.space import (
    FOUNDING_DOMAIN,
    GRANT_DOMAIN,
    Head,
    Known,
    SegmentHeader,
    advance_head,
    entry_hash,
    is_founding,
    read_entry,
    read_founding,
    read_grant,
    read_segment,
    segment_hash,
    space_id,
    verify_segment,
)


class Fork(BrokenChain):
    """A second segment where the device's chain has one already, or a part of one."""

    code = "fork"


class UnknownDevice(NotEntitled):
    """Signed by a device that no directory names."""

    code = "unknown_device"


class Intake:
    """Verifies news and grants against the directories, the founding entry and the chains of the replica."""

    def __init__(self, replica: Ground, fetch_directories: Callable[[], None]) -> None:
        """Take the replica and what brings directories up to date; the latter is called at most once a run."""
        self._replica = replica
        self._fetch_directories = fetch_directories
        self._fetched = False
        self._known: dict[bytes, tuple[str, Certificate]] = {}
        self._revoked: dict[str, Mapping[bytes, int]] = {}
        self._heads: dict[str, int] = {}
        self.own_back = False
        """Whether segments of our own came, or were named, that are not here: this store is older than it was."""
        self.reread: set[bytes] = set()
        """Spaces of others whose founding came although it is here: the server had lost them and has them again."""

    def start_run(self) -> None:
        """Allow the directories to be fetched again."""
        self._fetched = False
        self.forget_directories()

    def forget_directories(self) -> None:
        """Look again at what the directories say: some grew."""
        self._revoked.clear()
        self._heads.clear()

    def check(self, news: SpaceItems) -> Received | None:
        """Check news that go on from the replica's cursor; None if there are none or they leave a gap.

        Raises ServerRewound if the server's log is not the one that the cursor was taken from, BadReply.
        """
        standing = self._replica.standing(news.space)
        cursor = standing.cursor
        if news.mismatch or (news.head_sequence == cursor.sequence and news.head != cursor.head):
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
        cursor = Cursor(news.space, end, head)
        return Received(
            news.space,
            draft.founding,
            draft.segments,
            draft.rejected,
            cursor,
            draft.entries,
            draft.receipts,
            met=draft.met,
        )

    def carried(self, space: bytes, items: list[Item]) -> Received:
        """Check items of one space that were carried by hand: each by itself, in the order given; the cursor stays.

        They have no places in the server's log: an entry's sequence is its number, a segment's 0. They are judged by
        all that is here of the space's own log.
        """
        standing = self._replica.standing(space)
        standing = msgspec.structs.replace(standing, membership=self._replica.membership(space))
        draft = _Draft(self, self._replica, space, standing, carried=True)
        for item in items:
            draft.take(item)
        return Received(
            space,
            draft.founding,
            draft.segments,
            draft.rejected,
            standing.cursor,
            draft.entries,
            draft.receipts,
            carried=True,
        )

    def take_grant(self, item: GrantItem, again: Callable[[int], bytes | None]) -> Applied:
        """Verify, open and keep a grant, or set it aside. `again` fetches one by its sequence a second time.

        What does not hold may have suffered on the way, and nobody would grant those keys anew.
        """
        try:
            granted = self.open_grant(item.body)
        except WireError as error:
            body = again(item.sequence)
            if body is not None and body != item.body:
                return self.take_grant(GrantItem(item.sequence, body), lambda _: None)
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
        if found is None and self._catch_up():
            found = self._replica.certificate(device)
        if found is None:
            raise UnknownDevice("a device that no directory names")
        self._known[device] = found
        return found

    # what entries are judged by (sync.wire.membership.Devices)
    def find(self, device: bytes) -> tuple[str, bytes]:
        """The ministry and the key of a device. Raises UnknownDevice."""
        ministry, certificate = self.certificate(device)
        return ministry, certificate.sign_key

    def revoked(self, ministry: str) -> Mapping[bytes, int]:
        """The revoked devices of a ministry, as far as its directory is here."""
        found = self._revoked.get(ministry)
        if found is None:
            found = self._revoked[ministry] = self._replica.revocations(ministry)
        return found

    def known(self, ministry: str) -> int | None:
        """The number of entries of a trusted ministry's directory."""
        if not self._heads:
            self._heads = self._replica.directory_heads()
        return self._heads.get(ministry)

    def check_known(self, known: list[Known]) -> None:
        """Fetch the directories if an author knew more of them. Raises DirectoryBehind if they are still behind."""
        for again in (True, False):
            behind = [one for one in known if (here := self.known(one.ministry)) is not None and one.sequence > here]
            if not behind:
                return
            if not (again and self._catch_up()):
                raise DirectoryBehind(f"the directory of {behind[0].ministry} has no entry {behind[0].sequence} here")

    def _catch_up(self) -> bool:
        """Fetch the directories, once a run."""
        if self._fetched:
            return False
        self._fetched = True
        self._fetch_directories()
        self.forget_directories()
        return True


class _Draft:
    """What becomes of the items of one space, one after the other."""

    def __init__(
        self, intake: Intake, replica: Ground, space: bytes, standing: SpaceStanding, *, carried: bool = False
    ) -> None:
        self.founding = b""
        self.entries: list[Entered] = []
        self.segments: list[Opened] = []
        self.receipts: list[OpenedReceipt] = []
        self.rejected: list[tuple[bytes, str]] = []
        self.met: list[tuple[bytes, int]] = []
        self._intake = intake
        self._replica = replica
        self._space = space
        self._own = replica.device_keys().device
        self._members = standing.membership
        self._carried = carried
        self._cutoffs: dict[bytes, int | None] = {}
        self._chains = dict(standing.chains)
        self._ends: dict[tuple[bytes, int], bytes] = {}  # of these news
        self._keys: dict[bytes, bytes | None] = {}
        self._numbers: dict[tuple[bytes, int], bytes] = {}  # of receipts among these news

    def take(self, item: Item) -> None:
        try:
            if item.kind == "entry":
                self._take_entry(item)
            elif item.kind == "segment":
                self._take_segment(item.body, item.sequence, item.at_ms)
            elif item.kind == "receipt":
                self._take_receipt(item.body, item.sequence)
            else:
                raise UnknownSuite(f"an item of kind {item.kind}")
        except WireError as error:
            self.rejected.append((item.body, error.code))

    def _take_entry(self, item: Item) -> None:
        if item.sequence == 1 or is_founding(item.body):
            self._take_founding(item)
        else:
            self._take_change(item)

    def _take_founding(self, item: Item) -> None:
        founding, signed = read_founding(item.body)
        if space_id(item.body) != self._space or item.sequence != 1:
            raise NotEntitled("an entry that is not this space's founding")
        ministry, certificate = self._intake.certificate(founding.device)
        verify(certificate.sign_key, FOUNDING_DOMAIN, signed.body, signed.signature)
        if all(member.ministry != ministry for member in founding.members):
            raise NotEntitled(f"founded by {ministry}, which is not a member")
        self._intake.check_known(founding.known)
        if self._members is None:
            self.founding = item.body
            self._members = Membership(self._space, item.body, founding)
        else:
            self.met.append((founding.device, 0))
            if founding.device != self._own:
                self._intake.reread.add(self._space)

    def _take_change(self, item: Item) -> None:
        """Take a later entry of the space's own log at its place."""
        members = self._members
        entry, _ = read_entry(item.body)
        if entry.space != self._space or members is None:
            raise NotEntitled("an entry of another space, or before its founding")
        here = self._replica.entry(self._space, entry.number)
        if here is not None and entry_hash(here) != entry_hash(item.body):
            raise Fork("another entry where the space's own log has one")
        if entry.number <= members.number:
            if here is not None or any(entry_hash(each.data) == entry_hash(item.body) for each in self.entries):
                return
            raise Fork("another entry where the space's own log has one")
        self._intake.check_known(entry.known)
        members.append(item.body, self._intake)
        ministry, _ = self._intake.certificate(entry.device)
        late = self._late(entry.device, ministry, item.sequence)
        sequence = 0 if self._carried else item.sequence
        self.entries.append(Entered(entry.number, sequence, item.body, late))

    def _late(self, device: bytes, ministry: str, sequence: int) -> bool:
        """Whether an item is of a device that was known to be revoked, by the log or by us, when it came."""
        revoked = self._intake.revoked(ministry).get(device)
        if revoked is None:
            return False
        if self._carried or (self._members is not None and self._members.known.get(ministry, 0) >= revoked):
            return True
        if device not in self._cutoffs:
            self._cutoffs[device] = self._replica.cutoff(self._space, device)
        cutoff = self._cutoffs[device]
        return cutoff is not None and sequence > cutoff

    def _take_segment(self, data: bytes, sequence: int, at_ms: int = 0) -> None:
        segment, header = read_segment(data)
        if header.space != self._space:
            raise NotEntitled("a segment of another space")
        hash_ = segment_hash(segment)
        end = self._chains.get(header.device)
        if end is not None and header.first <= end.sequence:
            if self._replica.segment_hash(self._space, header.device, header.first) == hash_:
                self.met.append((header.device, header.first))
                return
            if header.device != self._own:
                raise Fork("another segment where the chain has one")
            end = self._own_end(header.first - 1)  # sent before this store was put back from a copy
        ministry, certificate = self._writer(header)
        late = self._late(header.device, ministry, sequence)
        if header.first != (end.sequence if end else 0) + 1 or header.previous != (end.hash if end else NO_HASH):
            raise BrokenChain(f"change {header.first} does not follow")
        verify_segment(segment, certificate.sign_key)
        if not all(self._agrees(head) for head in header.heads):
            self.rejected.append((data, Fork.code))
        self._intake.own_back |= header.device == self._own
        key = self._key(header.epoch)
        if key is None:
            opened = Opened(data, hash_, header, [], locked=True, late=late, server_ms=at_ms)
        else:
            try:
                changes = open_segment(segment, header, key)
            except Malformed:  # signed all the same: its place in the chain counts, or nothing after it would
                changes = [b""] * header.count
            opened = Opened(data, hash_, header, changes, late=late, server_ms=at_ms)
        self._chains[header.device] = Head(header.device, header.last, hash_)
        self._ends[header.device, header.last] = hash_
        self.segments.append(opened)

    def _take_receipt(self, data: bytes, sequence: int) -> None:
        """Take a receipt: each says all it has to say by itself, so its number only keeps it from being replaced."""
        receipt, header = read_receipt(data)
        if header.space != self._space:
            raise NotEntitled("a receipt of another space")
        hash_, place = receipt_hash(receipt), (header.device, header.number)
        here = self._numbers.get(place) or self._replica.receipt_hash(self._space, *place)
        if here == hash_:
            return
        if here is not None and header.device != self._own:
            raise Fork("another receipt with the number of one")
        ministry, certificate = self._author(header.device, header.epoch)
        if self._members is None or self._members.role_of(header.device, ministry) is None:
            raise NotEntitled(f"{ministry} does not read this space")
        verify_receipt(receipt, certificate.sign_key)
        self._numbers[place] = hash_
        key = self._key(header.epoch)
        late = self._late(header.device, ministry, sequence)
        statements: list[Statement] = []
        if key is not None:
            try:
                statements = open_receipt(receipt, key)
            except Malformed:  # signed all the same: nothing else may have its number
                self.rejected.append((data, Malformed.code))
        self.receipts.append(OpenedReceipt(data, hash_, header, statements, locked=key is None, late=late))

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

    def _writer(self, header: SegmentHeader) -> tuple[str, Certificate]:
        """Return ministry and certificate of a segment's device if it may write at this place of the log."""
        ministry, certificate = self._author(header.device, header.epoch)
        if self._members is None or not self._members.writes(header.device, ministry):
            raise NotEntitled(f"{ministry} does not write in this space")
        return ministry, certificate

    def _author(self, device: bytes, epoch: bytes) -> tuple[str, Certificate]:
        """Return ministry and certificate of the author of what is sealed under an epoch at this place of the log."""
        if self._members is None:
            raise NotEntitled("an item of a space without a founding")
        if not self._members.has_epoch(epoch):
            raise NotEntitled("an item in an epoch that the space does not have")
        return self._intake.certificate(device)

    def _key(self, epoch: bytes) -> bytes | None:
        if epoch not in self._keys:
            self._keys[epoch] = self._replica.epoch_key(self._space, epoch)
        return self._keys[epoch]
