"""What becomes of each item of a push: stored, known before, or refused with a code."""

from __future__ import annotations

from collections.abc import Callable

from server.sqlite_ledger import DeviceRow, Ledger, UsageRow
from server.standing import role_of
from server.storage import (
    Caller,
    CheckedChange,
    CheckedEntry,
    CheckedGrant,
    CheckedItem,
    CheckedReceipt,
    CheckedSegment,
    Quotas,
    Unacceptable,
)
from sync.wire.calls import PushResult
from sync.wire.errors import BrokenChain, WireError
from sync.wire.membership import WRITERS, Membership


def refused(code: str) -> PushResult:
    """Return the result of an item that was not stored."""
    return PushResult("refused", code)


class Push:
    """One push within a transaction. A refused item leaves the others alone."""

    def __init__(self, ledger: Ledger, caller: Caller, quotas: Quotas, hour: int) -> None:
        self._ledger = ledger
        self._caller = caller
        self._quotas = quotas
        self._hour = hour

    def run(self, items: list[CheckedItem]) -> list[PushResult]:
        """Store the items in order; one result each."""
        self._ledger.commit.authors.add(self._caller.device)
        author = self._ledger.device(self._caller.device)
        if author is None:  # an administrator: it has no row, for it has no inbox and writes nowhere
            return [self._grant(item) if isinstance(item, CheckedGrant) else refused("not_entitled") for item in items]
        return [self._take(author, item) for item in items]

    def _take(self, author: DeviceRow, item: CheckedItem) -> PushResult:
        match item:
            case CheckedSegment():
                return self._segment(author, item)
            case CheckedEntry():
                return self._entry(author, item)
            case CheckedChange():
                return self._change(author, item)
            case CheckedGrant():
                return self._grant(item)
            case CheckedReceipt():
                return self._receipt(author, item)
            case Unacceptable(code):
                return refused(code)

    def _entry(self, author: DeviceRow, item: CheckedEntry) -> PushResult:
        if self._ledger.space(item.space):
            return PushResult("known", "", 1)
        founded = author.founded if author.hour == self._hour else 0
        if founded >= self._quotas.spaces_per_hour or not self._has_room(len(item.body)):
            return refused("quota")
        author.hour, author.founded, author.moved = self._hour, founded + 1, True
        space = self._ledger.found(item.space, item.members, item.epoch)
        self._ledger.add_bytes(self._caller.ministry, len(item.body))
        return PushResult("stored", "", self._ledger.add_item(space, "entry", author.number, item.body))

    def _change(self, author: DeviceRow, item: CheckedChange) -> PushResult:
        space = self._ledger.space(item.space)
        role = role_of(space.members, self._caller) if space else None
        if space is None or role is None:
            return refused("no_such_space")
        membership = self._ledger.membership(space)
        if item.number <= membership.number:
            stored = self._ledger.entry(space, item.number)
            return PushResult("known", "", stored[0]) if stored and stored[1] == item.body else refused("stale")
        usage = self._ledger.usage(space, self._hour)
        if code := self._judge(membership, usage, item):
            return refused(code)
        sequence = self._ledger.add_item(space, "entry", author.number, item.body)
        self._ledger.add_entry(space, membership, usage, rotates=item.rotates)
        self._ledger.add_bytes(self._caller.ministry, len(item.body))
        return PushResult("stored", "", sequence)

    def _judge(self, membership: Membership, usage: UsageRow, item: CheckedChange) -> str:
        """Let `membership` take an entry, or return the code of why it does not hold."""
        if item.number > membership.number + 1:
            return "gap"
        full = usage.entries >= self._quotas.entries_per_hour
        full = full or (item.rotates and usage.rotations >= self._quotas.rotations_per_hour)
        if full or not self._has_room(len(item.body)):
            return "quota"
        try:
            membership.append(item.body, item.devices)
        except BrokenChain:
            return "stale"
        except WireError as error:
            return error.code
        return ""

    def _segment(self, author: DeviceRow, item: CheckedSegment) -> PushResult:
        space = self._ledger.space(item.space)
        role = role_of(space.members, self._caller) if space else None
        if space is None or role is None:  # alike, so that nobody learns which spaces there are
            return refused("no_such_space")
        writer = author if item.author == self._caller else self._ledger.device(item.author.device)
        if writer is None or not role or role_of(space.members, item.author) not in WRITERS:
            return refused("not_entitled")
        if not space.has_epoch(item.epoch):
            return refused("unknown_epoch")
        chain = self._ledger.chain(space, writer.number)
        if item.first <= chain.last:
            stored = self._ledger.segment(space, writer.number, item.first)
            if not stored or stored[1] != item.hash:
                return refused("fork")
            return PushResult("known", "", stored[0], self._ledger.stored_at(space, stored[0]))
        if item.first > chain.last + 1 or item.previous != chain.hash:
            return refused("gap" if item.first > chain.last + 1 else "fork")
        if not self._has_room(len(item.body)):
            return refused("quota")
        sequence = self._ledger.add_item(space, "segment", author.number, item.body)
        self._ledger.add_segment(space, writer.number, item.first, item.last, item.hash)
        self._ledger.add_bytes(self._caller.ministry, len(item.body))
        return PushResult("stored", "", sequence, self._ledger.at_ms)

    def _receipt(self, author: DeviceRow, item: CheckedReceipt) -> PushResult:
        space = self._ledger.space(item.space)
        if space is None or role_of(space.members, self._caller) is None:
            return refused("no_such_space")
        giver = author if item.author == self._caller else self._ledger.device(item.author.device)
        if giver is None or role_of(space.members, item.author) is None:
            return refused("not_entitled")
        if not space.has_epoch(item.epoch):
            return refused("unknown_epoch")
        book = self._ledger.receipts
        row = book.given(space.number, giver.number, self._hour)
        if item.number <= row.last:
            stored = book.stored(space.number, giver.number, item.number)
            return PushResult("known", "", stored[0]) if stored and stored[1] == item.hash else refused("fork")
        if item.number > row.last + 1:
            return refused("gap")
        if row.given >= self._quotas.receipts_per_hour or not self._has_room(len(item.body)):
            return refused("quota")
        sequence = self._ledger.add_item(space, "receipt", author.number, item.body)
        book.add(space.number, giver.number, row, sequence, item.hash)
        self._ledger.add_bytes(self._caller.ministry, len(item.body))
        return PushResult("stored", "", sequence)

    def _grant(self, item: CheckedGrant) -> PushResult:
        if self._ledger.has_grant(item.hash):
            return PushResult("known")
        inbox = self._ledger.device(item.recipient)
        if inbox is None:
            return refused("no_such_device")
        share = self._ledger.share(inbox, self._caller.ministry)
        full = share.grants >= self._quotas.inbox_grants
        if full or share.bytes + len(item.body) > self._quotas.inbox_bytes or not self._has_room(len(item.body)):
            return refused("quota")
        self._ledger.add_grant(item.recipient, inbox, share, item.hash, item.body)
        self._ledger.add_bytes(self._caller.ministry, len(item.body))
        return PushResult("stored")

    def _has_room(self, amount: int) -> bool:
        return self._ledger.stored_bytes(self._caller.ministry) + amount <= self._quotas.ministry_bytes


def push_job(
    caller: Caller, items: list[CheckedItem], quotas: Quotas, hour: int
) -> Callable[[Ledger], list[PushResult]]:
    """Return the writer's job that does one push."""
    return lambda ledger: Push(ledger, caller, quotas, hour).run(items)
