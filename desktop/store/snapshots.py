"""Snapshots in the store: what stands of a space, taken at once or given to others, and the history fetched behind it.

A space that stands on a snapshot has records and the ends of its chains, and no changes. Those come in the background.
When all are here they are applied anew, and what that gives must be what the snapshot said, byte for byte. If it is
not, that is evidence, and the space begins again from its log; own changes are written again behind it.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise

from desktop.casework.record_types import RECEIPTS
from desktop.store.calm import without_collecting
from desktop.store.chains import write_changes
from desktop.store.context import Context, change_number
from desktop.store.evidence import Evidence
from desktop.store.given import Given
from desktop.store.keeping import FALSE, NO_HISTORY, TAKING, UNVERIFIED, VERIFIED, begin_anew, remove_records
from desktop.store.owing import RECEIVED, owe
from desktop.store.projection import Projection, encode_card
from desktop.store.replay import replay
from desktop.store.replica import DeskReplica
from desktop.store.snapshot_maker import SnapshotMaker
from desktop.store.states import ROW_VALUES, Held, States, row_of
from desktop.store.upgrade import note_readable
from sync.changes import decode_change
from sync.evidence import Exhibit, Finding
from sync.merge import decode_state, encode_state
from sync.replica import Opened, Received, SpaceStanding
from sync.snapshot import Standing, StateDigest, meanings
from sync.wire.calls import Cursor
from sync.wire.codec import NO_HASH
from sync.wire.errors import Malformed, WireError
from sync.wire.membership import Membership
from sync.wire.snapshot import SnapshotHeader, read_snapshot
from sync.wire.space import Head, epoch_id, read_founding

LEAST = 4  # items of a log that are worth a snapshot: founding, invitation, rotation and what is written then
_TOUCHED = 500  # rows of one lookup


class Snapshots:
    """The snapshots of one store (`sync.shortcut.Book`)."""

    def __init__(self, context: Context, states: States, projection: Projection, replica: DeskReplica) -> None:
        self._context = context
        self._database = context.database
        self._states = states
        self._projection = projection
        self._replica = replica
        self.make = SnapshotMaker(context).make
        self._digest = StateDigest()
        self._last = b""  # record that was taken last
        self._count = 0

    # a new desk begins
    def wanted(self, limit: int) -> list[bytes]:
        """Spaces of which nothing is here but a key, and spaces whose beginning was not granted to us."""
        rows = self._database.all(
            "SELECT s.id FROM spaces s WHERE s.behind > s.seq AND s.seq = 0 AND s.behind >= ?"
            " AND EXISTS (SELECT 1 FROM epochs e WHERE e.space = s.n)"
            " AND NOT EXISTS (SELECT 1 FROM offline o WHERE o.space = s.n AND o.dropped_ms > 0)"
            " AND NOT EXISTS (SELECT 1 FROM snapshots p WHERE p.space = s.n AND p.phase != ?)"
            " AND NOT EXISTS (SELECT 1 FROM chains c WHERE c.space = s.n AND (c.last > 0 OR c.applied > 0)) LIMIT ?",
            (LEAST, TAKING, limit),
        )
        locked = self._database.all(
            "SELECT DISTINCT s.n, s.id FROM segments g JOIN chains c ON c.n = g.n >> 32 JOIN spaces s ON s.n = c.space"
            " WHERE g.locked = 1 AND s.entered > 1 AND s.epoch IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM snapshots p WHERE p.space = s.n AND p.phase != ?)"
            " AND NOT EXISTS (SELECT 1 FROM chains o WHERE o.space = s.n AND o.own = 1 AND o.applied > 0) LIMIT ?",
            (TAKING, limit),
        )
        return [row[0] for row in rows] + [id_ for number, id_ in locked if not self._has_first_key(number)]

    def begin(self, header: SnapshotHeader, signed: bytes) -> None:
        """Make room for what stands of a space."""
        number = self._number(header.space)
        self._digest, self._last, self._count = StateDigest(), b"", 0
        with self._database.transaction(durable=False):
            remove_records(self._context, number)
            self._database.run(
                "INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?, 0, ?)",
                (number, signed, TAKING, NO_HASH, NO_HASH),
            )

    def take(self, header: SnapshotHeader, place: int, part: bytes, standing: list[Standing]) -> frozenset[bytes]:
        """Take the records of the sealed part at a place, in order; their states stay in it.

        Raises Malformed for what is no state, or out of order.
        """
        number = self._number(header.space)
        given = [one.record for one in standing]
        if any(before >= after for before, after in pairwise([self._last, *given])):
            raise Malformed("records of a snapshot out of order")
        with without_collecting(), self._database.transaction(durable=False):
            taken, now = self._taken(given), self._context.now_ms()
            first = int(self._database.value("SELECT coalesce(max(n), 0) + 1 FROM records"))
            records: list[tuple[object, ...]] = []
            rows: list[tuple[object, ...]] = []
            unknown: list[tuple[int]] = []
            recalled: list[tuple[int]] = []
            names = [record + header.space if record in taken else record for record in given]
            for n, (name, one) in enumerate(zip(names, standing, strict=True), first):
                state = decode_state(one.state)
                shown = self._projection.project(state)
                held = Held(n, name, number, state, (min(one.updated_ms, now), 0, 0))
                records.append((n, name, number, shown.type, encode_card(shown.card), b""))
                rows.append(row_of(self._context, held, shown))
                if state.unknown:
                    unknown.append((n,))
                if RECEIPTS.name in state.registers:
                    owe(self._context, number, one.record, state, RECEIVED)
                if state.recalls:
                    recalled.append((n,))
            if standing:
                self._context.bodies.parts.keep(number, place, first, part, standing)
            many = self._database.many
            many("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?)", records)
            many(f"INSERT INTO rows {ROW_VALUES}", rows)
            many("INSERT OR IGNORE INTO unknown VALUES (?)", unknown)
            many("INSERT OR IGNORE INTO recalled VALUES (?)", recalled)
            self._database.run(
                "INSERT OR IGNORE INTO index_queue SELECT n FROM records WHERE n >= ? AND n < ?",
                (first, first + len(standing)),
            )
        self._digest.add_all(standing)
        self._last = given[-1] if given else self._last
        self._count += len(standing)
        return frozenset(names)

    def finish(self, header: SnapshotHeader) -> None:
        """Everything is here: the space stands at the snapshot's place. Raises Malformed if records are missing."""
        if self._count != header.records:
            raise Malformed("a snapshot with another number of records than it says")
        number, device = self._number(header.space), self._context.device
        database = self._database
        with database.transaction():
            for head in header.heads:
                own = int(head.device == device)
                database.run(
                    "INSERT INTO chains (space, device, own, last, hash, applied, sent, named_head)"
                    " VALUES (?1, ?2, ?3, ?4, ?5, ?4, ?4, 0) ON CONFLICT (space, device) DO UPDATE SET"
                    " last = ?4, hash = ?5, applied = ?4, sent = ?4, wait_chain = NULL, wait_seq = NULL",
                    (number, head.device, own, head.sequence, head.hash),
                )
            phase = UNVERIFIED if self._has_first_key(number) else NO_HISTORY
            database.run(
                "UPDATE snapshots SET phase = ?, states = ? WHERE space = ?", (phase, self._digest.value, number)
            )
            if header.sequence >= database.value("SELECT behind FROM spaces WHERE n = ?", (number,)):
                # all that the server has is here: a case that had been dropped can be written again
                database.run("UPDATE chains SET floor = 0 WHERE space = ? AND own = 1", (number,))
            database.run(
                "UPDATE spaces SET seq = ?, head = ?, behind = max(behind, ?) WHERE n = ?",
                (header.sequence, header.head, header.sequence, number),
            )
            database.run(
                "INSERT OR REPLACE INTO snapshots_made VALUES (?, ?, ?)", (number, header.sequence, header.epoch)
            )

    def drop(self, space: bytes) -> None:
        """Take a snapshot out that did not hold, or did not arrive whole; the space begins at 0 without one."""
        row = self._database.one(
            "SELECT s.n FROM spaces s JOIN snapshots p ON p.space = s.n WHERE s.id = ? AND p.phase = ?", (space, TAKING)
        )
        if row is not None:
            with self._database.transaction(durable=False):
                remove_records(self._context, row[0])
                self._database.run("UPDATE snapshots SET phase = ? WHERE space = ?", (FALSE, row[0]))

    # history behind it
    def histories(self, limit: int) -> list[Cursor]:
        """How far the history is here of spaces that stand on a snapshot."""
        rows = self._database.all(
            "SELECT s.id, p.seq, p.head FROM snapshots p JOIN spaces s ON s.n = p.space WHERE p.phase = 1 LIMIT ?",
            (limit,),
        )
        return [Cursor(*row) for row in rows]

    def progress(self) -> tuple[int, int]:
        """How many spaces that began from a snapshot are verified by their history, and how many there are."""
        row = self._database.one(
            "SELECT coalesce(sum(phase != ?), 0), count(*) FROM snapshots WHERE phase IN (?, ?, ?)",
            (UNVERIFIED, UNVERIFIED, VERIFIED, FALSE),
        )
        return int(row[0]), int(row[1])

    def goal(self, space: bytes) -> Cursor:
        """The place of the space's snapshot."""
        header = self._header(self._number(space))
        return Cursor(space, header.sequence, header.head)

    def behind(self, space: bytes) -> SpaceStanding:
        """What is here of a space's history, as if there were nothing else."""
        number = self._number(space)
        sequence, head = self._database.one("SELECT seq, head FROM snapshots WHERE space = ?", (number,))
        founding = self._database.value("SELECT founding FROM spaces WHERE n = ?", (number,))
        members = Membership(space, founding) if sequence else None
        if members is not None:
            for (data,) in self._database.all(
                "SELECT data FROM entries WHERE space = ? AND seq <= ? ORDER BY number", (number, sequence)
            ):
                members.restore(data)
        chains = {
            end.device: end
            for end in (self._end(number, each) for each in self._header(number).heads)
            if end is not None
        }
        return SpaceStanding(Cursor(space, sequence, head), None, chains, members)

    def keep_history(self, received: Received) -> None:
        """Keep a part of the history, without applying it."""
        number = self._number(received.space)
        if received.rejected:
            cursor = self._replica.standing(received.space).cursor
            self._replica.receive([Received(received.space, b"", [], received.rejected, cursor)])
        with self._database.transaction(durable=False):
            chains = dict(self._database.all("SELECT device, n FROM chains WHERE space = ?", (number,)))
            for opened in received.segments:
                if opened.header.device in chains:  # else a chain that the snapshot hides: found when it is settled
                    self._keep(chains[opened.header.device], opened)
            Given(self._context).take(number, received.receipts)
            self._touch(number, [(chains.get(each.header.device), each) for each in received.segments])
            self._database.run(
                "UPDATE snapshots SET seq = ?, head = ? WHERE space = ?",
                (received.cursor.sequence, received.cursor.head, number),
            )

    def settle(self, space: bytes, *, false: bool = False) -> frozenset[bytes]:
        """The history is here: compare, note what was found. Returns the records that moved by it."""
        number = self._number(space)
        header = self._header(number)
        whole = all(self._end(number, head) == head for head in header.heads)
        if not false and whole and self._agrees(space, number, header):
            with self._database.transaction(durable=False):
                self._database.run("UPDATE snapshots SET phase = ? WHERE space = ?", (VERIFIED, number))
                self._states.recalls.purge_space(number)
            self._states.recalls.empty_log()
            return frozenset()
        signed = self._database.value("SELECT header FROM snapshots WHERE space = ?", (number,))
        if header.meanings == meanings():  # who knows other operations comes to other states, and nobody lied
            Evidence(self._context).note(Finding("snapshot_false", space, header.device, [Exhibit("snapshot", signed)]))
        return begin_anew(self._context, self._states, (number, space))

    def _agrees(self, space: bytes, number: int, header: SnapshotHeader) -> bool:
        """Whether the history gives what the snapshot said."""
        judge = partial(self._states.recalls.holds, (number, space))
        replayed = replay(self._database, number, judge, {head.device: head.sequence for head in header.heads})
        found = StateDigest()
        for record, state in sorted(replayed.states.items()):
            found.add(record, encode_state(state))
        said = self._database.value("SELECT states FROM snapshots WHERE space = ?", (number,))
        if found.value != said or any(replayed.reached.get(head.device, 0) != head.sequence for head in header.heads):
            return False
        with self._database.transaction(durable=False):
            note_readable(self._context, self._states, (number, space), replayed)
            self._states.clear()
        return True

    def _keep(self, chain: int, opened: Opened) -> None:
        header = opened.header
        self._database.run(
            "INSERT OR IGNORE INTO segments VALUES (?, ?, ?, ?, ?, ?)",
            (
                change_number(chain, header.first),
                header.last,
                opened.hash,
                int(opened.locked),
                header.epoch,
                opened.data,
            ),
        )
        rows: list[tuple[int, int, int, str | None, bytes]] = []
        for sequence, body in enumerate(opened.changes, header.first):
            number = change_number(chain, sequence)
            try:
                change = decode_change(body)
                rows.append((number, change.stamp, change.at_ms, None, b""))
            except WireError as error:
                rows.append((number, 0, 0, error.code, b""))
        write_changes(self._database, rows)

    def _touch(self, space: int, segments: list[tuple[int | None, Opened]]) -> None:
        """Note which changes touched which records."""
        touched: list[tuple[int, bytes, bytes, int]] = []
        id_ = self._id(space)
        for chain, opened in segments:
            for sequence, body in enumerate(opened.changes, opened.header.first):
                if chain is not None:
                    number = change_number(chain, sequence)
                    touched += [(number, record, record + id_, space) for record in _records(body)]
        self._database.many(
            "INSERT OR IGNORE INTO touches SELECT n, ?1 FROM records WHERE name IN (?2, ?3) AND space = ?4", touched
        )

    def _end(self, space: int, head: Head) -> Head | None:
        """Where the history of a chain ends here, at most at the snapshot's head."""
        row = self._database.one(
            "SELECT g.last, g.hash FROM chains c JOIN segments g ON g.n > c.n << 32 AND g.n <= c.n << 32 | ?"
            " WHERE c.space = ? AND c.device = ? ORDER BY g.n DESC LIMIT 1",
            (head.sequence, space, head.device),
        )
        return Head(head.device, *row) if row else None

    def _taken(self, names: list[bytes]) -> set[bytes]:
        """Records whose ids another space had first."""
        taken: set[bytes] = set()
        for start in range(0, len(names), _TOUCHED):
            some = names[start : start + _TOUCHED]
            marks = ", ".join("?" * len(some))
            rows = self._database.all(f"SELECT name FROM records WHERE name IN ({marks})", some)  # noqa: S608
            taken |= {row[0] for row in rows}
        return taken

    def _header(self, number: int) -> SnapshotHeader:
        signed = self._database.value("SELECT header FROM snapshots WHERE space = ?", (number,))
        return read_snapshot(signed)[0]

    def _number(self, space: bytes) -> int:
        return int(self._database.value("SELECT n FROM spaces WHERE id = ?", (space,)))

    def _id(self, number: int) -> bytes:
        found: bytes = self._database.value("SELECT id FROM spaces WHERE n = ?", (number,))
        return found

    def _has_first_key(self, number: int) -> bool:
        """Whether the first epoch's key was granted: if not, the history is not ours to read."""
        founding = self._database.value("SELECT founding FROM spaces WHERE n = ?", (number,))
        epoch = epoch_id(read_founding(founding)[0].commitment)
        return self._database.one("SELECT 1 FROM epochs WHERE space = ? AND epoch = ?", (number, epoch)) is not None


def _records(body: bytes) -> list[bytes]:
    try:
        return [edit.record for edit in decode_change(body).edits]
    except WireError:
        return []
