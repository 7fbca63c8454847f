"""A replica in memory: small, obvious, and strict about what the engine may ask of it."""

from __future__ import annotations

from sync import merge
from sync.changes import Change, Dependency, Operation, RecordEdit, Unknown, decode_change, dependencies, encode_change
from sync.evidence import Finding
from sync.keys import DeviceKeys, EpochKey, new_epoch_key
from sync.receipts import MadeReceipt, ReceiptDue
from sync.replica import Applied, Entered, GrantDue, Opened, Outgoing, Received, SpaceStanding, Unsealed
from sync.seal import Sealed, found_space, open_segment
from sync.wire.calls import Cursor, PushItem
from sync.wire.codec import NO_HASH
from sync.wire.directory import Certificate, Directory, administrator_id
from sync.wire.errors import Malformed
from sync.wire.membership import Membership
from sync.wire.space import Founding, Head, Member, epoch_id, read_founding, read_segment

Sent = tuple[int, bytes]


class Space:
    """All that is here of one space."""

    def __init__(self, space: bytes) -> None:
        self.cursor = Cursor(space, 0, NO_HASH)
        self.end = 0  # of the server's log, as last noted
        self.founding: Founding | None = None
        self.entry = b""
        self.entries: list[Entered] = []  # behind the founding
        self.chains: dict[bytes, Head] = {}
        self.segments: dict[tuple[bytes, int], bytes] = {}  # by device and first change: the hash
        self.own: list[tuple[PushItem, int]] = []  # our entry and segments, in order
        self.changes: dict[bytes, list[bytes]] = {}  # by device
        self.applied: dict[bytes, int] = {}
        self.records: dict[bytes, merge.RecordState] = {}
        self.locked: list[Opened] = []
        self.unreadable: list[bytes] = []

    def advance(self) -> int:
        """Apply every change whose predecessors are applied; returns how many."""
        count, moved = 0, True
        while moved:
            moved = False
            for device, changes in self.changes.items():
                while (sequence := self.applied.get(device, 0)) < len(changes):
                    if not self._apply(device, sequence + 1, changes[sequence]):
                        break
                    self.applied[device] = sequence + 1
                    count, moved = count + 1, True
        return count

    def _apply(self, device: bytes, sequence: int, data: bytes) -> bool:
        try:
            change = decode_change(data)
            needed = dependencies(change, device, sequence)
            if any(self.applied.get(one.device, 0) < one.sequence for one in needed):
                return False
            place, states = 0, {edit.record: self._copy(edit.record) for edit in change.edits}
            for edit in change.edits:
                merge.apply(states[edit.record], device, sequence, place, edit.operations)
                place += len(edit.operations)
            self.records |= states
        except Malformed:
            self.unreadable.append(data)
        return True

    def _copy(self, record: bytes) -> merge.RecordState:
        state = self.records.get(record)
        return merge.decode_state(merge.encode_state(state)) if state else merge.new_state()


class MemoryReplica:
    """Implements sync.replica.Replica."""

    def __init__(self, keys: DeviceKeys, ministry: str, roots: dict[str, bytes]) -> None:
        self.keys, self._ministry = keys, ministry
        self.directories = {code: Directory(code, root) for code, root in roots.items()}
        self.spaces: dict[bytes, Space] = {}
        self.epochs: dict[tuple[bytes, bytes], bytes] = {}
        self.queue: list[Outgoing] = []
        self.receipts: dict[tuple[bytes, bytes, int], bytes] = {}
        self.granted: set[tuple[bytes, bytes]] = set()
        self.grants: list[PushItem] = []
        self.rejected: list[str] = []
        self.refused: list[str] = []
        self.skipped: list[str] = []
        self.findings: list[Finding] = []
        self.as_of_ms: int | None = None
        self._feed, self._grant, self._number = b"", 0, 0

    # what an officer does

    def found(self, members: list[Member], at_ms: int = 0) -> bytes:
        """Found a case with these members; returns its id."""
        key = new_epoch_key()
        space, entry = found_space(self.keys, "case", members, key, at_ms)
        here = self.spaces[space] = Space(space)
        here.entry, here.founding = entry, read_founding(entry)[0]
        here.own.append((PushItem("entry", entry), 0))
        self.epochs[space, EpochKey(space, key).epoch] = key
        self._enqueue(space, PushItem("entry", entry), 0)
        return space

    def write(self, space: bytes, record: bytes, operations: list[Operation | Unknown], at_ms: int = 0) -> bytes:
        """Save a change after all that is here; returns it encoded."""
        here = self.spaces[space]
        after = [
            Dependency(device, last) for device, last in here.applied.items() if device != self.keys.device and last
        ]
        data = encode_change(Change(1, at_ms, 0, after, [RecordEdit(record, operations)]))
        here.changes.setdefault(self.keys.device, []).append(data)
        here.advance()
        return data

    def states(self) -> dict[bytes, dict[bytes, bytes]]:
        """Return the encoded state of every record by space."""
        return {
            space: {record: merge.encode_state(state) for record, state in here.records.items()}
            for space, here in self.spaces.items()
            if here.records
        }

    # sync.replica.Replica

    def device_keys(self) -> DeviceKeys:
        return self.keys

    def ministry(self) -> str:
        return self._ministry

    def certificate(self, device: bytes) -> tuple[str, Certificate] | None:
        for code, directory in self.directories.items():
            if device in directory.devices:
                return code, directory.devices[device]
        return None

    def administrator(self, name: bytes) -> bytes | None:
        directory = self.directories[self._ministry]
        return next((key for key in directory.administrators if administrator_id(key) == name), None)

    def revoked(self) -> bool:
        return self.keys.device in self.directories[self._ministry].revoked

    def directory_heads(self) -> dict[str, int]:
        return {code: directory.sequence for code, directory in self.directories.items()}

    def add_directory_entries(self, ministry: str, first: int, entries: list[bytes]) -> int:
        directory, count = self.directories[ministry], 0
        for number, entry in enumerate(entries, first):
            if number > directory.sequence:
                directory.append(entry)
                count += 1
        return count

    def unsealed(self, limit: int) -> list[Unsealed]:
        found = []
        for space, here in self.spaces.items():
            own = here.chains.get(self.keys.device) or Head(self.keys.device, 0, NO_HASH)
            changes = here.changes.get(self.keys.device, [])[own.sequence : own.sequence + 1_000]
            if changes:
                assert here.founding is not None
                key = EpochKey(space, self.epochs[space, epoch_id(here.founding.commitment)])
                found.append(Unsealed(space, own.sequence, own.hash, key, [], changes))
        return found[:limit]

    def keep_segments(self, sealed: list[Sealed]) -> None:
        for one in sealed:
            here = self.spaces[one.space]
            here.chains[self.keys.device] = Head(self.keys.device, one.last, one.hash)
            here.segments[self.keys.device, one.first] = one.hash
            count = one.last - one.first + 1
            here.own.append((PushItem("segment", one.data), count))
            self._enqueue(one.space, PushItem("segment", one.data), count)

    def receipts_due(self) -> list[ReceiptDue]:
        return []

    def keep_receipts(self, made: list[MadeReceipt]) -> None:
        raise AssertionError(f"{len(made)} receipts that nobody owed")

    def receipt_hash(self, space: bytes, device: bytes, number: int) -> bytes | None:
        return self.receipts.get((space, device, number))

    def grants_due(self) -> list[GrantDue]:
        due = []
        for directory in self.directories.values():
            for certificate in directory.devices.values():
                keys = [
                    EpochKey(space, key)
                    for (space, _), key in self.epochs.items()
                    if self._grants(space, directory.ministry) and (space, certificate.device) not in self.granted
                ]
                if keys and certificate.device != self.keys.device:
                    due.append(GrantDue(certificate, keys))
        return due

    def _grants(self, space: bytes, ministry: str) -> bool:
        founding = self.spaces[space].founding if space in self.spaces else None
        if founding is None or founding.device != self.keys.device:
            return False
        return any(member.ministry == ministry for member in founding.members)

    def keep_grants(self, grants: list[tuple[GrantDue, bytes]]) -> None:
        for grant, data in grants:
            self._keep_grant(grant, data)

    def _keep_grant(self, grant: GrantDue, data: bytes) -> None:
        assert grant.recipient is not None
        self.granted |= {(key.space, grant.recipient.device) for key in grant.keys}
        self.grants.append(PushItem("grant", data))
        self._enqueue(b"", PushItem("grant", data), 0)

    def outbox(self, limit_bytes: int, limit_changes: int, after: int = 0) -> list[Outgoing]:
        taken: list[Outgoing] = []
        size = changes = 0
        for one in self.queue:
            if one.id <= after:
                continue
            size, changes = size + len(one.item.body), changes + one.changes
            if taken and (size > limit_bytes or changes > limit_changes):
                break
            taken.append(one)
        return taken

    def mark_sent(self, ids: list[int]) -> None:
        self.queue = [one for one in self.queue if one.id not in set(ids)]

    def note_stored(self, times: dict[int, int]) -> None:
        """Times are for people; no test of the engine shows them."""

    def mark_refused(self, id_: int, code: str) -> None:
        self.refused.append(code)
        self.mark_sent([id_])

    def hold_relays(self) -> None:
        raise AssertionError("nothing comes here by hand")

    def relays_held(self) -> bool:
        return False

    def resend(self, space: bytes) -> int:
        items = self.spaces[space].own if space else [(grant, 0) for grant in self.grants]
        later = self.queue
        self.queue = []
        for item, count in items:
            self._enqueue(space, item, count)
        self.queue += [one for one in later if one.item not in [item for item, _ in items]]
        return len(items)

    def unsent(self) -> int:
        sealed = sum(one.changes for one in self.queue)
        return sealed + sum(
            len(here.changes.get(self.keys.device, []))
            - (here.chains[self.keys.device].sequence if self.keys.device in here.chains else 0)
            for here in self.spaces.values()
        )

    def feed(self) -> tuple[bytes, int]:
        return self._feed, self._grant

    def keep_feed(self, feed: bytes, as_of_ms: int | None) -> None:
        self._feed = feed
        self.as_of_ms = as_of_ms or self.as_of_ms

    def note_behind(self, heads: list[tuple[bytes, int]]) -> set[bytes]:
        for space, end in heads:
            if end or space in self.spaces:
                self.spaces.setdefault(space, Space(space)).end = end
        return {space for space, end in heads if space in self.spaces and self.spaces[space].cursor.sequence > end}

    def behind(self, limit: int) -> list[Cursor]:
        return [here.cursor for here in self.spaces.values() if here.end > here.cursor.sequence][:limit]

    def cursors(self, after: bytes, limit: int) -> list[Cursor]:
        return [self.spaces[space].cursor for space in sorted(self.spaces) if space > after][:limit]

    def standing(self, space: bytes) -> SpaceStanding:
        here = self.spaces.get(space) or Space(space)
        return SpaceStanding(here.cursor, here.founding, dict(here.chains), self._members(here, here.cursor.sequence))

    def _members(self, here: Space, at: int) -> Membership | None:
        if not here.entry:
            return None
        found = Membership(here.cursor.space, here.entry)
        for one in here.entries:
            if one.sequence <= at:
                found.restore(one.data)
        return found

    def membership(self, space: bytes) -> Membership | None:
        return self._members(self.spaces.get(space) or Space(space), 1 << 53)

    def entry(self, space: bytes, number: int) -> bytes | None:
        here = self.spaces.get(space) or Space(space)
        return next((one.data for one in here.entries if one.number == number), None)

    def revocations(self, ministry: str) -> dict[bytes, int]:
        return self.directories[ministry].revoked if ministry in self.directories else {}

    def cutoff(self, space: bytes, device: bytes) -> int | None:
        assert space in self.spaces
        assert len(device) == 16
        return None

    def entries_wait(self) -> bool:
        return False

    def entries_due(self, now_ms: int) -> list[Outgoing]:
        assert now_ms >= 0
        return []

    def take_entry(self, id_: int, sequence: int) -> None:
        raise AssertionError(f"entry {id_} of ours, which we never sent, is item {sequence}")

    def refuse_entry(self, id_: int, code: str) -> None:
        raise AssertionError(f"entry {id_} of ours, which we never sent, was refused: {code}")

    def segment_hash(self, space: bytes, device: bytes, first: int) -> bytes | None:
        return self.spaces[space].segments.get((device, first))

    def end_hash(self, space: bytes, device: bytes, last: int) -> bytes | None:
        end = self.spaces[space].chains.get(device)
        return end.hash if end and end.sequence == last else None

    def epoch_key(self, space: bytes, epoch: bytes) -> bytes | None:
        return self.epochs.get((space, epoch))

    def take_grant(self, sequence: int, keys: list[EpochKey]) -> Applied:
        self._grant = sequence
        self.epochs |= {(key.space, key.epoch): key.key for key in keys}
        count = 0
        for here in self.spaces.values():
            waiting, here.locked = here.locked, []
            for one in waiting:
                key = self.epochs.get((one.header.space, one.header.epoch))
                if key is None:
                    here.locked.append(one)
                else:
                    opened = open_segment(read_segment(one.data)[0], one.header, key)
                    here.changes.setdefault(one.header.device, []).extend(opened)
            count += here.advance()
        return Applied(changes=count)

    def keep_finding(self, finding: Finding) -> None:
        self.findings.append(finding)

    def skip_grant(self, sequence: int, data: bytes, code: str) -> None:
        assert data
        self._grant = sequence
        self.skipped.append(code)

    def receive(self, news: list[Received]) -> Applied:
        count = 0
        for one in news:
            here = self.spaces.setdefault(one.space, Space(one.space))
            if one.founding:
                here.entry, here.founding = one.founding, read_founding(one.founding)[0]
            here.entries += [each for each in one.entries if each.number not in {old.number for old in here.entries}]
            for segment in one.segments:
                device = segment.header.device
                here.chains[device] = Head(device, segment.header.last, segment.hash)
                here.segments[device, segment.header.first] = segment.hash
                if segment.locked:
                    here.locked.append(segment)
                else:
                    assert len(segment.changes) == segment.header.count
                    here.changes.setdefault(device, []).extend(segment.changes)
            self.receipts |= {(one.space, each.header.device, each.header.number): each.hash for each in one.receipts}
            self.rejected += [code for _, code in one.rejected]
            here.cursor = one.cursor
            count += here.advance()
        return Applied(
            changes=count, records=frozenset(record for here in self.spaces.values() for record in here.records)
        )

    def rewind(self, space: bytes) -> None:
        self.spaces[space].cursor = Cursor(space, 0, NO_HASH)

    def _enqueue(self, space: bytes, item: PushItem, changes: int) -> None:
        self._number += 1
        self.queue.append(Outgoing(self._number, space, item, changes))
