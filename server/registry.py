"""The members, their directories and their devices, held in memory and followed as they grow.

The state is rebuilt from the entries by the same code that the desks run (sync.wire.directory), so the server
enrols nobody whom a desk would not accept.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from server.problems import Refusal
from server.storage import CharterChange, DeviceElsewhere, DirectoryMoved, MemberRow, Storage
from sync.wire.calls import DirectoryHead, DirectoryItems
from sync.wire.charter import NAME, Charter, MemberAdded, MemberRemoved, RootReplaced
from sync.wire.codec import MAX_DIRECTORY, NO_HASH, decode, encode
from sync.wire.directory import (
    AdministratorAdded,
    AdministratorRemoved,
    ContinuityNamed,
    DeviceEnrolled,
    DeviceRevoked,
    Directory,
    DirectoryEntry,
    administrator_id,
    continuity_id,
    entry_hash,
)

DIRECTORY_BYTES = 256 * 1024  # of entries in one reply
_ENTRY_OVERHEAD = 8
_AT_ONCE = 8  # entries that are verified on the event loop: a hand-over to a thread costs more


@dataclass(slots=True)
class Member:
    """A ministry's directory and the entries that gave it."""

    directory: Directory
    entries: list[bytes]


@dataclass(frozen=True, slots=True)
class _Tried:
    """Entries that were verified behind so many others, and the directory with them."""

    behind: int
    bodies: list[bytes]
    directory: Directory
    entries: list[DirectoryEntry]


@dataclass(frozen=True, slots=True)
class Device:
    """An enrolled device. `revoked`: the last entry of its directory that it may still read; 0 while it is trusted."""

    ministry: str
    sign_key: bytes
    revoked: int = 0


class Registry:
    """What the directories say. Belongs to the event loop."""

    def __init__(self, storage: Storage, ceiling: int = MAX_DIRECTORY) -> None:
        """`ceiling`: entries of one directory that are taken."""
        self._storage = storage
        self._ceiling = ceiling
        self._version = -1
        self.members: dict[str, Member] = {}
        self.devices: dict[bytes, Device] = {}
        self.administrators: dict[bytes, Device] = {}  # by the id under which they sign in to read directories
        self.continuity: dict[bytes, str] = {}  # ministry by the id of each continuity key it named
        self._charter: Charter | None = None
        self._charter_entries: list[bytes] = []
        self._tried: dict[str, _Tried] = {}
        self._turn = asyncio.Lock()
        self.on_growth: Callable[[], None] = lambda: None

    async def refresh(self) -> bool:
        """Take in what any process added since; says whether anything was. Raises WireError if damaged."""
        async with self._turn:
            return await self._refresh()

    async def _refresh(self) -> bool:
        version = await self._storage.registry_version()
        if version == self._version:
            return False
        rows = await self._storage.registry({name: len(member.entries) for name, member in self.members.items()})
        if rows and rows[0].ministry == NAME and rows[0].entries != self._charter_entries:
            rows = await self._storage.registry({})
            self._begin_anew(rows[0])
        for row in rows:
            if row.ministry == NAME or row.ministry in self.former():
                continue
            member = self.members.setdefault(row.ministry, Member(self._new_directory(row), []))
            if not row.entries:
                continue
            tried = self._tried.pop(row.ministry, None)
            if tried is None or (tried.behind, tried.bodies) != (len(member.entries), row.entries):
                tried = await _verified(member, row.entries)
            self._take(member, tried)
        self._version = version
        self.on_growth()
        return True

    def former(self) -> set[str]:
        """Ministries that the charter took out: none of their devices is known here."""
        return self._charter.removed if self._charter else set()

    def charter(self) -> Charter:
        """The charter as it stands; without an entry, the list of the members with their roots."""
        return self._charter or Charter({code: member.directory.root for code, member in self.members.items()})

    def _begin_anew(self, row: MemberRow) -> None:
        """The charter moved: what any directory says is worked out again from its first entry."""
        charter = Charter(decode(dict[str, bytes], row.root))
        for body in row.entries:
            charter.append(body)
        self._charter, self._charter_entries = charter, row.entries
        self._tried.clear()
        for known in (self.members, self.devices, self.administrators, self.continuity):
            known.clear()

    def _new_directory(self, row: MemberRow) -> Directory:
        if self._charter is None:
            return Directory(row.ministry, row.root)
        handovers = self._charter.handovers.get(row.ministry)
        return Directory(row.ministry, self._charter.first_roots[row.ministry], handovers)

    async def device(self, device: bytes) -> Device | None:
        """Return a device, after a second look at the storage if it is not known here."""
        found = self.devices.get(device)
        if found is None and await self.refresh():
            found = self.devices.get(device)
        return found

    def is_revoked(self, device: bytes) -> bool:
        """Say whether a device was revoked, as far as the directories are here."""
        found = self.devices.get(device)
        return found is not None and found.revoked > 0

    async def reader(self, name: bytes) -> Device | None:
        """Return who may read directories by this id: a device, or an administrator."""
        return await self.device(name) or self.administrators.get(name)

    async def has_inbox(self, recipient: bytes) -> bool:
        """Say whether grants may be left for this id: a device that is trusted, or a ministry's continuity key."""
        found = await self.device(recipient)
        return not found.revoked if found else recipient in self.continuity

    async def has_members(self, ministries: list[str]) -> bool:
        """Say whether all of these ministries are members."""
        if all(ministry in self.members for ministry in ministries):
            return True
        return await self.refresh() and all(ministry in self.members for ministry in ministries)

    async def enrol(self, ministry: str, first: int, entries: list[bytes]) -> int:
        """Append entries to a ministry's directory, verified against its root, and return where it ends.

        Refuses what does not follow. Entries that are there already are skipped, so a retry succeeds.
        Raises WireError for an entry that does not hold. Under the empty name the log is the charter.
        """
        if ministry == NAME:
            return await self._enrol_charter(first, entries)
        while True:
            await self.refresh()
            member = self.members.get(ministry)
            if member is None:
                raise Refusal("no_such_member")
            there = member.entries[max(first - 1, 0) :][: len(entries)]
            if not 1 <= first <= len(member.entries) + 1 or there != entries[: len(there)]:
                raise Refusal("broken_chain", f"the directory of {ministry} has {len(member.entries)} entries")
            if len(there) == len(entries):
                return len(member.entries)
            if len(member.entries) + len(entries) - len(there) > self._ceiling:
                raise Refusal("directory_full", f"{self._ceiling} entries")
            try:
                await self._append(member, entries[len(there) :])
            except DirectoryMoved:  # somebody else was faster: look at what they appended
                continue

    async def _enrol_charter(self, first: int, entries: list[bytes]) -> int:
        while True:
            await self.refresh()
            log = self._charter_entries
            there = log[max(first - 1, 0) :][: len(entries)]
            if not 1 <= first <= len(log) + 1 or there != entries[: len(there)]:
                raise Refusal("broken_chain", f"the charter has {len(log)} entries")
            if len(there) == len(entries):
                return len(log)
            with contextlib.suppress(DirectoryMoved):  # somebody else was faster: look at what they appended
                await self._storage.append_charter(len(log) + 1, entries[len(there)], self._try(entries[len(there)]))

    def _try(self, body: bytes) -> CharterChange:
        """What an entry of the charter would change. Raises WireError, Refusal."""
        charter = self.charter()
        event = charter.copy().append(body).event
        genesis = encode(charter.genesis)
        match event:
            case MemberAdded(ministry, root):
                return CharterChange(genesis, ministry, root)
            case MemberRemoved(ministry):
                return CharterChange(genesis, ministry, b"")
            case RootReplaced(ministry, root, sequence, head):
                entries = self.members[ministry].entries
                if sequence > len(entries) or (entry_hash(entries[sequence - 1]) if sequence else NO_HASH) != head:
                    raise Refusal("broken_chain", f"the directory of {ministry} has no such entry {sequence}")
                return CharterChange(genesis, ministry, root, sequence)

    async def _append(self, member: Member, entries: list[bytes]) -> None:
        tried = await _verified(member, entries)
        ministry = tried.directory.ministry
        inboxes = [inbox for entry in tried.entries if (inbox := _inbox(entry))]
        try:
            await self._storage.append_directory(ministry, tried.behind + 1, entries, inboxes)
        except DeviceElsewhere:
            raise Refusal("device_elsewhere") from None
        self._tried[ministry] = tried

    def after(self, heads: list[DirectoryHead], budget: int = DIRECTORY_BYTES) -> tuple[list[DirectoryItems], bool]:
        """Return the entries behind the given heads that fit the budget (bytes), and whether more are left."""
        replies: list[DirectoryItems] = []
        for head in heads:
            entries: list[bytes] = []
            for body in self._log(head.ministry)[head.sequence :]:
                budget -= len(body) + _ENTRY_OVERHEAD
                if budget < 0 and (entries or replies):
                    break
                entries.append(body)
            if entries:
                replies.append(DirectoryItems(head.ministry, head.sequence + 1, entries))
            if budget < 0:
                return replies, True
        return replies, False

    def _log(self, name: str) -> list[bytes]:
        if name == NAME:
            return self._charter_entries
        member = self.members.get(name)
        return member.entries if member else []

    def until(self, device: Device, heads: list[DirectoryHead], budget: int) -> list[DirectoryItems]:
        """Return what a revoked device may read: its own directory behind the given head, up to its revocation."""
        own = [head for head in heads if head.ministry == device.ministry and head.sequence < device.revoked]
        return [
            DirectoryItems(items.ministry, items.first, items.entries[: device.revoked - items.first + 1])
            for items in self.after(own, budget)[0]
        ]

    def _take(self, member: Member, tried: _Tried) -> None:
        """Let the directory go on. The writer's thread reads it meanwhile: that it has grown is said last."""
        for entry in tried.entries:
            self._note(entry)
        member.directory = tried.directory
        member.entries += tried.bodies

    def _note(self, entry: DirectoryEntry) -> None:
        match entry.event:
            case DeviceEnrolled():
                certificate = entry.event.certificate
                self.devices[certificate.device] = Device(entry.ministry, certificate.sign_key)
            case DeviceRevoked(device):
                self.devices[device] = replace(self.devices[device], revoked=entry.sequence)
            case AdministratorAdded(key):
                self.administrators[administrator_id(key)] = Device(entry.ministry, key)
            case AdministratorRemoved(key):
                self.administrators.pop(administrator_id(key), None)
            case ContinuityNamed(key):
                self.continuity[continuity_id(key)] = entry.ministry


async def _verified(member: Member, bodies: list[bytes]) -> _Tried:
    """Try entries on a copy of a directory. Raises WireError at one that does not hold."""
    trial, behind = member.directory.copy(), len(member.entries)
    if len(bodies) <= _AT_ONCE:
        entries = [trial.append(body) for body in bodies]
    else:
        entries = await asyncio.to_thread(lambda: [trial.append(body) for body in bodies])
    return _Tried(behind, bodies, trial, entries)


def _inbox(entry: DirectoryEntry) -> bytes | None:
    """The id for which grants may come from this entry on."""
    match entry.event:
        case DeviceEnrolled():
            return entry.event.certificate.device
        case ContinuityNamed(key):
            return continuity_id(key)
    return None
