"""What of a push can be checked before the storage is asked: form, signature, and whose it is.

Founding entries, segments and receipts may be brought by another member's device than the one that made them: that one
may never reach the server. All else is the caller's own.
"""

from __future__ import annotations

from collections.abc import Mapping

from server.registry import Device, Registry
from server.storage import (
    Caller,
    CheckedChange,
    CheckedEntry,
    CheckedGrant,
    CheckedItem,
    CheckedReceipt,
    CheckedSegment,
    Unacceptable,
)
from sync.wire.calls import PushItem
from sync.wire.codec import MAX_CALL_CHANGES, digest
from sync.wire.errors import NotEntitled, UnknownSuite, WireError
from sync.wire.receipt import read_receipt, verify_receipt
from sync.wire.signing import verify
from sync.wire.space import (
    GRANT_DOMAIN,
    NewerEvent,
    Rotated,
    epoch_id,
    is_founding,
    read_entry,
    read_founding,
    read_grant,
    read_segment,
    space_id,
    verify_founding,
    verify_segment,
)


class TooManyChanges(Exception):
    """A push holds more changes than a call may."""


class NoSuchDevice(NotEntitled):
    """Made by a device that no directory here names: the directory may come, so it may be sent again."""

    code = "no_such_device"


class DeviceRevoked(NotEntitled):
    """Made by a device that was revoked, and brought by another: nobody can tell when it was made."""

    code = "revoked"


def check_items(caller: Caller, device: Device, items: list[PushItem], registry: Registry) -> list[CheckedItem]:
    """Check each item; one that does not hold becomes Unacceptable. Raises TooManyChanges."""
    books = Books(registry)
    checked: list[CheckedItem] = []
    changes = 0
    for item in items:
        result = _check(caller, device, item, books)
        if isinstance(result, CheckedSegment):
            changes += result.last - result.first + 1
            if changes > MAX_CALL_CHANGES:
                raise TooManyChanges
        checked.append(result)
    return checked


async def check_names(caller: Caller, registry: Registry, checked: list[CheckedItem]) -> list[CheckedItem]:
    """Refuse founding entries that name ministries which are no members, and grants to whom no directory names.

    Whether somebody else's device is revoked is looked up anew: what it made may not come by others.
    """
    result: list[CheckedItem] = []
    if any(_is_brought(item, caller) for item in checked):
        await registry.refresh()
    for item in checked:
        match item:
            case CheckedEntry() | CheckedSegment() | CheckedReceipt() if registry.is_revoked(item.author.device):
                result.append(Unacceptable(DeviceRevoked.code))
            case CheckedEntry() if not await registry.has_members(list(item.members)):
                result.append(Unacceptable("no_such_member"))
            case CheckedChange(subject=subject) if subject and not await registry.has_members([subject]):
                result.append(Unacceptable("no_such_member"))
            case CheckedGrant() if not await registry.has_inbox(item.recipient):
                result.append(Unacceptable("no_such_device"))
            case _:
                result.append(item)
    return result


def _is_brought(item: CheckedItem, caller: Caller) -> bool:
    return isinstance(item, CheckedEntry | CheckedSegment | CheckedReceipt) and item.author != caller


def _check(caller: Caller, device: Device, item: PushItem, books: Books) -> CheckedItem:
    try:
        match item.kind:
            case "segment":
                return _segment(caller, device, item.body, books)
            case "entry":
                return _entry(caller, device, item.body, books)
            case "grant":
                return _grant(caller, device, item.body)
            case "receipt":
                return _receipt(caller, device, item.body, books)
    except WireError as error:
        return Unacceptable(error.code)


def _segment(caller: Caller, device: Device, body: bytes, books: Books) -> CheckedSegment:
    segment, header = read_segment(body)
    author = device if header.device == caller.device else books.trusted(header.device)
    value = verify_segment(segment, author.sign_key)
    by = Caller(header.device, author.ministry)
    return CheckedSegment(header.space, header.epoch, header.first, header.last, header.previous, value, body, by)


def _receipt(caller: Caller, device: Device, body: bytes, books: Books) -> CheckedReceipt:
    receipt, header = read_receipt(body)
    author = device if header.device == caller.device else books.trusted(header.device)
    value = verify_receipt(receipt, author.sign_key)
    by = Caller(header.device, author.ministry)
    return CheckedReceipt(header.space, header.epoch, header.number, value, body, by)


def _entry(caller: Caller, device: Device, body: bytes, books: Books) -> CheckedEntry | CheckedChange:
    if not is_founding(body):
        return _change(caller, body, books)
    by = read_founding(body)[0].device
    author = device if by == caller.device else books.trusted(by)
    founding = verify_founding(body, author.sign_key)
    members: dict[str, str] = {member.ministry: member.role for member in founding.members}
    if caller.ministry not in members or author.ministry not in members:
        raise NotEntitled("a space that is not the caller's own")
    return CheckedEntry(space_id(body), members, epoch_id(founding.commitment), body, Caller(by, author.ministry))


def _change(caller: Caller, body: bytes, books: Books) -> CheckedChange:
    entry, _ = read_entry(body)
    if entry.device != caller.device:
        raise NotEntitled("an entry by another device")
    event = entry.read_event()
    if isinstance(event, NewerEvent):
        raise UnknownSuite("an event of a later version")
    subject = "" if isinstance(event, Rotated) or isinstance(event.subject, bytes) else event.subject
    return CheckedChange(entry.space, entry.number, isinstance(event, Rotated), subject, body, books)


class Books:
    """The registry as entries of spaces are judged by it (sync.wire.membership.Devices); read on the writer's thread.

    It only ever grows, each step of it at once.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def find(self, device: bytes) -> tuple[str, bytes]:
        """The ministry and the key of a device. Raises NotEntitled for one that is not enrolled."""
        found = self._registry.devices.get(device)
        if found is None:
            raise NotEntitled("a device that no directory names")
        return found.ministry, found.sign_key

    def trusted(self, device: bytes) -> Device:
        """A device whose items others may bring. Raises NoSuchDevice, DeviceRevoked."""
        found = self._registry.devices.get(device)
        if found is None:
            raise NoSuchDevice("a device that no directory names")
        if found.revoked:
            raise DeviceRevoked("a device that its ministry revoked")
        return found

    def revoked(self, ministry: str) -> Mapping[bytes, int]:
        """The revoked devices of a ministry."""
        member = self._registry.members.get(ministry)
        return dict(member.directory.revoked) if member else {}

    def known(self, ministry: str) -> int:
        """The number of entries of a directory."""
        member = self._registry.members.get(ministry)
        return len(member.entries) if member else 0


def _grant(caller: Caller, device: Device, body: bytes) -> CheckedGrant:
    grant, signed = read_grant(body)
    if grant.granter != caller.device:
        raise NotEntitled("a grant by somebody else")
    verify(device.sign_key, GRANT_DOMAIN, signed.body, signed.signature)
    return CheckedGrant(grant.recipient, digest(body, domain="tahaluf-inbox"), body)
