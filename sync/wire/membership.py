"""Who is a member of a space, in which role, and which epochs are theirs: what its own log of signed entries gives.

Server and desks build it with this code. Whether an entry holds depends on nothing but the entries before it and the
members' directories as far as the log itself says they were known, so whoever has the log comes to one result.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

from sync.wire.codec import MAX_SUBJECTS
from sync.wire.errors import BrokenChain, NotEntitled, WireError
from sync.wire.signing import verify
from sync.wire.space import (
    ENTRY_DOMAIN,
    Event,
    Founding,
    Invited,
    Known,
    Left,
    NewerEvent,
    Removed,
    Role,
    RoleGiven,
    Rotated,
    SpaceEntry,
    Subject,
    entry_hash,
    epoch_id,
    read_entry,
    read_founding,
)

_RANK: dict[Role | None, int] = {None: 0, "reader": 1, "contributor": 2, "lead": 3}
WRITERS = frozenset({"lead", "contributor"})


class DirectoryBehind(WireError):
    """An entry whose author knew more of a directory than is here: it can be judged once that came."""

    code = "directory_behind"


class Devices(Protocol):
    """What the directories say, as far as they are here."""

    def find(self, device: bytes) -> tuple[str, bytes]:
        """The ministry that enrolled a device, and its key to sign. Raises a WireError for one that nobody did."""

    def revoked(self, ministry: str) -> Mapping[bytes, int]:
        """A ministry's revoked devices, each with the number of the directory entry that says so."""

    def known(self, ministry: str) -> int | None:
        """How many entries of a ministry's directory are here; None for a ministry that cannot be judged here."""


class Epoch(msgspec.Struct, frozen=True):
    """One epoch of a space: the number of the entry that began it, and how far its author knew the directories."""

    id: bytes
    commitment: bytes
    number: int
    known: dict[str, int]


class Membership:
    """The state that a space's entries give. Begun with the founding, moved only by `append` and `restore`."""

    def __init__(self, space: bytes, founding: bytes, body: Founding | None = None) -> None:
        """Begin with a founding entry that was verified; `body` spares reading it again."""
        self._begin(space, body or read_founding(founding)[0])
        self._last = founding
        self._head = b""

    def _begin(self, space: bytes, founding: Founding) -> None:
        self.space = space
        self.kind = founding.kind
        self.founder = founding.device
        self.number = 1
        self.roles: dict[Subject, Role] = {each.ministry: each.role for each in founding.members}
        self.since: dict[Subject, int] = dict.fromkeys(self.roles, 0)
        """For each member, the place in `epochs` of the first one whose key it may have."""
        self.known: dict[str, int] = _newest({}, founding.known) if founding.known else {}
        self.epochs = [Epoch(epoch_id(founding.commitment), founding.commitment, 1, self.known)]
        self.excluding = False
        """Whether somebody was removed, left or was invited without history since the epoch began."""

    @property
    def head(self) -> bytes:
        """The hash of the last entry: what the next one names as previous."""
        self._head = self._head or entry_hash(self._last)
        return self._head

    @property
    def epoch(self) -> Epoch:
        """The newest epoch."""
        return self.epochs[-1]

    def append(self, data: bytes, devices: Devices) -> SpaceEntry:
        """Verify and take the next entry; raises a WireError and changes nothing if it does not hold."""
        entry, signed = read_entry(data)
        event = entry.read_event()
        if entry.space != self.space:
            raise NotEntitled("an entry of another space")
        if entry.number != self.number + 1 or entry.previous != self.head:
            raise BrokenChain(f"entry {entry.number} does not follow entry {self.number}")
        for each in entry.known:
            here = devices.known(each.ministry)
            if here is not None and each.sequence > here:
                raise DirectoryBehind(f"the directory of {each.ministry} has no entry {each.sequence} here")
        ministry, key = devices.find(entry.device)
        revoked = devices.revoked(ministry).get(entry.device)
        if revoked is not None and _newest(self.known, entry.known).get(ministry, 0) >= revoked:
            raise NotEntitled("an entry of a revoked device")
        self._check_event(entry, event, ministry, devices)
        verify(key, ENTRY_DOMAIN, signed.body, signed.signature)
        self._take(entry, event, data)
        return entry

    def restore(self, data: bytes) -> SpaceEntry:
        """Take the next entry again that was verified when it was first taken."""
        entry = read_entry(data)[0]
        self._take(entry, entry.read_event(), data)
        return entry

    def role_of(self, device: bytes, ministry: str) -> Role | None:
        """The stronger of a device's own role and its ministry's; None for who is no member."""
        own, shared = self.roles.get(device), self.roles.get(ministry)
        return own if _RANK[own] > _RANK[shared] else shared

    def writes(self, device: bytes, ministry: str) -> bool:
        """Whether a device may write."""
        return self.role_of(device, ministry) in WRITERS

    def keys_from(self, device: bytes, ministry: str) -> int | None:
        """The place in `epochs` of the first one whose key a device may have; None: it may have none."""
        places = [self.since[subject] for subject in (device, ministry) if subject in self.roles]
        return min(places, default=None)

    def stale(self, devices: Devices) -> bool:
        """Whether somebody can read the newest epoch who must not read what is written from now on."""
        if self.excluding:
            return True
        known = self.epoch.known
        for subject in self.roles:
            if isinstance(subject, str):
                if any(number > known.get(subject, 0) for number in devices.revoked(subject).values()):
                    return True
            else:
                ministry = devices.find(subject)[0]
                if devices.revoked(ministry).get(subject, 0) > known.get(ministry, 0):
                    return True
        return False

    def has_epoch(self, epoch: bytes) -> bool:
        """Whether the space has this epoch, by its id."""
        return self.epochs[-1].id == epoch or any(each.id == epoch for each in self.epochs)

    def _check_event(self, entry: SpaceEntry, event: Event | NewerEvent, ministry: str, devices: Devices) -> None:
        role = self.role_of(entry.device, ministry)
        match event:
            case Rotated(commitment):
                if role not in WRITERS:
                    raise NotEntitled("only who writes begins an epoch")
                if self.has_epoch(epoch_id(commitment)):
                    raise NotEntitled("an epoch that the space had already")
            case Left(subject):
                if subject not in (entry.device, ministry):
                    raise NotEntitled("only a member itself leaves")
                self._check_goes(subject, None)
            case _:
                if role != "lead":
                    raise NotEntitled("only a lead changes the members")
                self._check_change(event, devices)

    def _check_change(self, event: Invited | RoleGiven | Removed | NewerEvent, devices: Devices) -> None:
        match event:
            case Invited(subject):
                if subject in self.roles:
                    raise NotEntitled("who is invited is a member already")
                if len(self.roles) >= MAX_SUBJECTS:
                    raise NotEntitled("a space has no more members than that")
                if isinstance(subject, bytes):
                    devices.find(subject)
            case RoleGiven(subject, role):
                self._check_goes(subject, role)
            case Removed(subject):
                self._check_goes(subject, None)
            case NewerEvent():
                return

    def _check_goes(self, subject: Subject, role: Role | None) -> None:
        """Refuse what concerns no member, or takes the space its last lead."""
        if subject not in self.roles:
            raise NotEntitled("not a member of the space")
        leads = [each for each, one in self.roles.items() if one == "lead"]
        if leads == [subject] and role != "lead":
            raise NotEntitled("the last lead of a space stays")

    def _take(self, entry: SpaceEntry, event: Event | NewerEvent, data: bytes) -> None:
        self.known = _newest(self.known, entry.known)
        match event:
            case Invited(subject, role, history):
                self.roles[subject] = role
                self.since[subject] = 0 if history == "start" else len(self.epochs)
                self.excluding |= history == "now"
            case RoleGiven(subject, role):
                self.roles[subject] = role
            case Removed(subject) | Left(subject):
                del self.roles[subject], self.since[subject]
                self.excluding = True
            case Rotated(commitment):
                known = _newest({}, entry.known)  # the author's own: who made the key could exclude no other
                self.epochs.append(Epoch(epoch_id(commitment), commitment, entry.number, known))
                self.excluding = False
        self.number = entry.number
        self._last, self._head = data, b""


def _newest(known: Mapping[str, int], more: list[Known]) -> dict[str, int]:
    """What of the directories is known with what an entry adds."""
    result = dict(known)
    for each in more:
        result[each.ministry] = max(result.get(each.ministry, 0), each.sequence)
    return result
