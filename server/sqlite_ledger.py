"""One transaction of the writer: rows read once, changed in memory, written together at the end.

A push of a thousand items of one space reads and writes that space's row once. Checks come before changes: an
item that is refused has changed nothing, so a job never needs to be undone alone.
"""

from __future__ import annotations

import secrets
import sqlite3
from dataclasses import dataclass

from server.clock import SteadyClock
from server.sqlite_merkle import append_leaves
from server.sqlite_receipts import ReceiptBook
from server.sqlite_schema import MARK_BYTES, SHIFT, read_moved
from server.standing import follow, pack_members, unpack_members
from server.storage import Commit
from sync.wire.calls import ItemKind
from sync.wire.checkpoint import Leaf
from sync.wire.codec import ID_BYTES, MAX_SEGMENT, NO_HASH, decode
from sync.wire.membership import Membership
from sync.wire.space import Segment, advance_head, segment_hash

KINDS: tuple[ItemKind, ...] = ("entry", "segment", "receipt")  # as items.kind numbers them

_CLOCK = SteadyClock()


@dataclass(slots=True)
class SpaceRow:
    """A space as this transaction leaves it. `moved` is 0 until it moves."""

    number: int
    space: bytes
    sequence: int
    head: bytes
    members: dict[str, str]
    epochs: bytes
    moved: int = 0
    new: bool = False
    entered: bool = False

    def has_epoch(self, epoch: bytes) -> bool:
        """Say whether the space's entries name this epoch."""
        return any(self.epochs[i : i + ID_BYTES] == epoch for i in range(0, len(self.epochs), ID_BYTES))


@dataclass(slots=True)
class UsageRow:
    """How many entries of a space's own log came within the hour, and how many of them were rotations."""

    hour: int
    entries: int
    rotations: int


@dataclass(slots=True)
class ChainRow:
    """The end of a device's chain in a space: the number of its last change and the hash of its last segment."""

    last: int
    hash: bytes
    moved: bool = False


@dataclass(slots=True)
class DeviceRow:
    """A device's number and what it used of its quotas."""

    number: int
    hour: int
    founded: int
    grants: int
    moved: bool = False


@dataclass(slots=True)
class ShareRow:
    """What one ministry put into one device's inbox."""

    grants: int
    bytes: int
    moved: bool = False


class Ledger:
    """The rows that the jobs of one transaction read and change."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.commit = Commit()
        self.receipts = ReceiptBook(connection)
        self._spaces: dict[bytes, SpaceRow | None] = {}
        self._chains: dict[tuple[int, int], ChainRow] = {}
        self._devices: dict[bytes, DeviceRow | None] = {}
        self._shares: dict[tuple[int, str], ShareRow] = {}
        self._bytes: dict[str, int] = {}
        self._items: list[tuple[int, int, int, int, bytes, bytes, int]] = []
        self.at_ms = _CLOCK.now_ms()
        """When the items of this transaction are stored, by the server's clock."""
        self._segments: dict[tuple[int, int, int], tuple[int, bytes]] = {}
        self._memberships: dict[int, Membership] = {}
        self._entries: dict[tuple[int, int], tuple[int, bytes]] = {}
        self._usage: dict[int, UsageRow] = {}
        self._grants: dict[bytes, tuple[int, bytes]] = {}
        self._moved: int | None = None
        self._last_space: int | None = None

    def space(self, space: bytes) -> SpaceRow | None:
        """Return the row of a space, or None if there is no such space."""
        try:
            return self._spaces[space]
        except KeyError:
            pass
        found = self.connection.execute(
            "SELECT number, sequence, head, members, epochs FROM spaces WHERE space = ?", (space,)
        ).fetchone()
        row = None
        if found:
            number, sequence, head, members, epochs = found
            row = SpaceRow(number, space, sequence, head, unpack_members(members), epochs)
        self._spaces[space] = row
        return row

    def found(self, space: bytes, members: dict[str, str], epoch: bytes) -> SpaceRow:
        """Make the row of a new space."""
        if self._last_space is None:
            self._last_space = self.connection.execute("SELECT coalesce(max(number), 0) FROM spaces").fetchone()[0]
        self._last_space += 1
        row = SpaceRow(self._last_space, space, 0, NO_HASH, members, epoch, new=True)
        self._spaces[space] = row
        return row

    def membership(self, space: SpaceRow) -> Membership:
        """Return the state of a space's own log, from its entries, which were verified when they were stored."""
        found = self._memberships.get(space.number)
        if found is None:
            bodies = [
                body
                for (body,) in self.connection.execute(
                    "SELECT i.body FROM entries e JOIN items i ON i.id = (e.space << 32 | e.sequence)"
                    " WHERE e.space = ? ORDER BY e.number",
                    (space.number,),
                )
            ]
            found = self._memberships[space.number] = Membership(space.space, self._body(space, 1))
            for body in bodies:
                found.restore(body)
        return found

    def entry(self, space: SpaceRow, number: int) -> tuple[int, bytes] | None:
        """Return sequence and bytes of an entry of a space's own log."""
        if number == 1:
            return 1, self._body(space, 1)
        pending = self._entries.get((space.number, number))
        if pending:
            return pending
        found = self.connection.execute(
            "SELECT sequence FROM entries WHERE space = ? AND number = ?", (space.number, number)
        ).fetchone()
        return (found[0], self._body(space, found[0])) if found else None

    def _body(self, space: SpaceRow, sequence: int) -> bytes:
        identity = space.number << SHIFT | sequence
        for pending, *_, body, _at_ms in self._items:
            if pending == identity:
                return body
        found: bytes = self.connection.execute("SELECT body FROM items WHERE id = ?", (identity,)).fetchone()[0]
        return found

    def usage(self, space: SpaceRow, hour: int) -> UsageRow:
        """Return what a space's own log took within this hour."""
        row = self._usage.get(space.number)
        if row is None:
            found = self.connection.execute(
                "SELECT hour, entries, rotations FROM usage WHERE space = ?", (space.number,)
            ).fetchone()
            row = self._usage[space.number] = UsageRow(*found) if found else UsageRow(hour, 0, 0)
        if row.hour != hour:
            row.hour, row.entries, row.rotations = hour, 0, 0
        return row

    def add_entry(self, space: SpaceRow, membership: Membership, usage: UsageRow, *, rotates: bool) -> None:
        """Record that the item just added is the entry that `membership` took last."""
        self._entries[space.number, membership.number] = (space.sequence, self._items[-1][-2])
        usage.entries += 1
        usage.rotations += rotates
        space.entered = True
        space.members = follow(space.members, membership, space.sequence)
        self._announce(space)
        if rotates:
            space.epochs += membership.epoch.id

    def _announce(self, space: SpaceRow) -> None:
        """Note whom it concerns that a space moves."""
        for name, role in space.members.items():
            if role[0] != "-" or role == f"-{space.sequence}":
                if len(name) == 2 * ID_BYTES:
                    self.commit.devices.add(bytes.fromhex(name))
                else:
                    self.commit.ministries.add(name)

    def chain(self, space: SpaceRow, device: int) -> ChainRow:
        """Return where the device's chain in the space ends; at 0 if it has none."""
        key = (space.number, device)
        row = self._chains.get(key)
        if row is None:
            found = None
            if not space.new:
                found = self.connection.execute(
                    "SELECT last, hash FROM chains WHERE space = ? AND device = ?", key
                ).fetchone()
            row = self._chains[key] = ChainRow(*found) if found else ChainRow(0, NO_HASH)
        return row

    def segment(self, space: SpaceRow, device: int, first: int) -> tuple[int, bytes] | None:
        """Return sequence and hash of the stored segment that begins with the change `first`, if one does."""
        key = (space.number, device, first)
        pending = self._segments.get(key)
        if pending:
            return pending
        found = self.connection.execute(
            "SELECT sequence FROM segments WHERE space = ? AND device = ? AND first = ?", key
        ).fetchone()
        if not found:
            return None
        body = self.connection.execute(
            "SELECT body FROM items WHERE id = ?", (space.number << SHIFT | found[0],)
        ).fetchone()[0]
        return found[0], segment_hash(decode(Segment, body, MAX_SEGMENT))

    def add_segment(self, space: SpaceRow, device: int, first: int, last: int, value: bytes) -> None:
        """Record that the item just added is the device's segment of the changes `first` to `last`."""
        self._segments[space.number, device, first] = (space.sequence, value)
        chain = self.chain(space, device)
        chain.last, chain.hash, chain.moved = last, value, True

    def add_item(self, space: SpaceRow, kind: ItemKind, author: int, body: bytes) -> int:
        """Append an item to the space's log and return its sequence."""
        if not space.moved:
            space.moved = self._next_moved()
            self._announce(space)
        space.sequence += 1
        space.head = advance_head(space.head, kind, body)
        identity = space.number << SHIFT | space.sequence
        self._items.append((identity, KINDS.index(kind), author, space.moved, space.head, body, self.at_ms))
        return space.sequence

    def stored_at(self, space: SpaceRow, sequence: int) -> int:
        """Return when an item was stored, Unix milliseconds by this server's clock; 0: before it kept that."""
        identity = space.number << SHIFT | sequence
        found = self.connection.execute("SELECT at_ms FROM items WHERE id = ?", (identity,)).fetchone()
        return int(found[0]) if found else self.at_ms

    def device(self, device: bytes) -> DeviceRow | None:
        """Return the row of an enrolled device."""
        try:
            return self._devices[device]
        except KeyError:
            pass
        found = self.connection.execute(
            "SELECT number, hour, founded, grants FROM devices WHERE device = ?", (device,)
        ).fetchone()
        row = self._devices[device] = DeviceRow(*found) if found else None
        return row

    def stored_bytes(self, ministry: str) -> int:
        """Return the bytes stored for a ministry's devices."""
        if ministry not in self._bytes:
            found = self.connection.execute("SELECT bytes FROM members WHERE ministry = ?", (ministry,)).fetchone()
            self._bytes[ministry] = found[0] if found else 0
        return self._bytes[ministry]

    def add_bytes(self, ministry: str, amount: int) -> None:
        """Count bytes for a ministry."""
        self._bytes[ministry] = self.stored_bytes(ministry) + amount

    def has_grant(self, value: bytes) -> bool:
        """Say whether a grant with this hash is stored."""
        if value in self._grants:
            return True
        return self.connection.execute("SELECT 1 FROM grants WHERE hash = ?", (value,)).fetchone() is not None

    def share(self, inbox: DeviceRow, ministry: str) -> ShareRow:
        """Return what a ministry put into a device's inbox so far."""
        key = (inbox.number, ministry)
        row = self._shares.get(key)
        if row is None:
            found = self.connection.execute(
                "SELECT grants, bytes FROM shares WHERE device = ? AND ministry = ?", key
            ).fetchone()
            row = self._shares[key] = ShareRow(*found) if found else ShareRow(0, 0)
        return row

    def add_grant(self, recipient: bytes, inbox: DeviceRow, share: ShareRow, value: bytes, body: bytes) -> None:
        """Put a grant at the end of a device's inbox, and count it for its granter's ministry."""
        inbox.grants += 1
        inbox.moved = True
        share.grants, share.bytes, share.moved = share.grants + 1, share.bytes + len(body), True
        self._grants[value] = (inbox.number << SHIFT | inbox.grants, body)
        self.commit.devices.add(recipient)

    def flush(self) -> None:
        """Write everything that changed; the caller commits."""
        run = self.connection.executemany
        moved = [row for row in self._spaces.values() if row and row.moved]
        append_leaves(self.connection, [(row.number, Leaf(row.space, row.sequence, row.head)) for row in moved])
        run(
            "INSERT INTO spaces (number, space, sequence, head, moved, members, epochs) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (row.number, row.space, row.sequence, row.head, row.moved, pack_members(row.members), row.epochs)
                for row in moved
                if row.new
            ],
        )
        run(
            "UPDATE spaces SET sequence = ?, head = ?, moved = ? WHERE number = ?",
            [(row.sequence, row.head, row.moved, row.number) for row in moved if not row.new],
        )
        run(
            "UPDATE spaces SET members = ?, epochs = ? WHERE number = ?",
            [(pack_members(row.members), row.epochs, row.number) for row in moved if row.entered and not row.new],
        )
        run(
            "INSERT INTO entries (space, number, sequence) VALUES (?, ?, ?)",
            [(*key, sequence) for key, (sequence, _) in self._entries.items()],
        )
        run(
            "INSERT OR REPLACE INTO usage (space, hour, entries, rotations) VALUES (?, ?, ?, ?)",
            [(space, row.hour, row.entries, row.rotations) for space, row in self._usage.items() if row.entries],
        )
        run("INSERT INTO items (id, kind, author, moved, head, body, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)", self._items)
        run(
            "INSERT INTO segments (space, device, first, sequence) VALUES (?, ?, ?, ?)",
            [(*key, sequence) for key, (sequence, _) in self._segments.items()],
        )
        run(
            "INSERT INTO chains (space, device, last, hash) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (space, device) DO UPDATE SET last = excluded.last, hash = excluded.hash",
            [(*key, row.last, row.hash) for key, row in self._chains.items() if row.moved],
        )
        self.receipts.flush()
        run(
            "INSERT INTO grants (id, hash, body) VALUES (?, ?, ?)",
            [(identity, value, body) for value, (identity, body) in self._grants.items()],
        )
        run(
            "UPDATE devices SET hour = ?, founded = ?, grants = ? WHERE number = ?",
            [(row.hour, row.founded, row.grants, row.number) for row in self._devices.values() if row and row.moved],
        )
        run(
            "INSERT OR REPLACE INTO shares (device, ministry, grants, bytes) VALUES (?, ?, ?, ?)",
            [(*key, row.grants, row.bytes) for key, row in self._shares.items() if row.moved],
        )
        run("UPDATE members SET bytes = ? WHERE ministry = ?", [(value, name) for name, value in self._bytes.items()])
        if self._moved is not None:
            self.connection.execute("UPDATE meta SET value = ? WHERE name = 'moved'", (self._moved,))
            self.connection.execute("INSERT INTO marks VALUES (?, ?)", (self._moved, secrets.token_bytes(MARK_BYTES)))

    @property
    def moved(self) -> int | None:
        """The counter as this transaction leaves it, if it moved anything."""
        return self._moved

    def _next_moved(self) -> int:
        if self._moved is None:
            self._moved = read_moved(self.connection)
        self._moved += 1
        return self._moved
