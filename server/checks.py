"""What of a push can be checked before the storage is asked: form, signature, and that it is the caller's own."""

from __future__ import annotations

from server.registry import Device, Registry
from server.storage import (
    Caller,
    CheckedEntry,
    CheckedGrant,
    CheckedItem,
    CheckedSegment,
    Unacceptable,
)
from sync.wire.calls import PushItem
from sync.wire.codec import MAX_CALL_CHANGES, digest
from sync.wire.errors import NotEntitled, WireError
from sync.wire.signing import verify
from sync.wire.space import (
    GRANT_DOMAIN,
    epoch_id,
    read_grant,
    read_segment,
    space_id,
    verify_founding,
    verify_segment,
)


class TooManyChanges(Exception):
    """A push holds more changes than a call may."""


def check_items(caller: Caller, device: Device, items: list[PushItem]) -> list[CheckedItem]:
    """Check each item; one that does not hold becomes Unacceptable. Raises TooManyChanges."""
    checked: list[CheckedItem] = []
    changes = 0
    for item in items:
        result = _check(caller, device, item)
        if isinstance(result, CheckedSegment):
            changes += result.last - result.first + 1
            if changes > MAX_CALL_CHANGES:
                raise TooManyChanges
        checked.append(result)
    return checked


async def check_names(registry: Registry, checked: list[CheckedItem]) -> list[CheckedItem]:
    """Refuse founding entries that name ministries which are no members, and grants to whom no directory names."""
    result: list[CheckedItem] = []
    for item in checked:
        match item:
            case CheckedEntry() if not await registry.has_members(list(item.members)):
                result.append(Unacceptable("no_such_member"))
            case CheckedGrant() if not await registry.has_inbox(item.recipient):
                result.append(Unacceptable("no_such_device"))
            case _:
                result.append(item)
    return result


def _check(caller: Caller, device: Device, item: PushItem) -> CheckedItem:
    try:
        match item.kind:
            case "segment":
                return _segment(caller, device, item.body)
            case "entry":
                return _entry(caller, device, item.body)
            case "grant":
                return _grant(caller, device, item.body)
    except WireError as error:
        return Unacceptable(error.code)


def _segment(caller: Caller, device: Device, body: bytes) -> CheckedSegment:
    segment, header = read_segment(body)
    if header.device != caller.device:
        raise NotEntitled("a segment of another device")
    value = verify_segment(segment, device.sign_key)
    return CheckedSegment(header.space, header.epoch, header.first, header.last, header.previous, value, body)


def _entry(caller: Caller, device: Device, body: bytes) -> CheckedEntry:
    founding = verify_founding(body, device.sign_key)
    members: dict[str, str] = {member.ministry: member.role for member in founding.members}
    if founding.device != caller.device or caller.ministry not in members:
        raise NotEntitled("a space that is not the caller's own")
    return CheckedEntry(space_id(body), members, epoch_id(founding.commitment), body)


def _grant(caller: Caller, device: Device, body: bytes) -> CheckedGrant:
    grant, signed = read_grant(body)
    if grant.granter != caller.device:
        raise NotEntitled("a grant by somebody else")
    verify(device.sign_key, GRANT_DOMAIN, signed.body, signed.signature)
    return CheckedGrant(grant.recipient, digest(body, domain="tahaluf-inbox"), body)
