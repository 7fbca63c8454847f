"""The short way in: a new desk begins from a snapshot, and history is fetched and verified behind it.

A snapshot is believed as far as its author is: a device that writes in the space, by the space's own log. What it says
stands is shown at once; whether it follows from the log shows once the history is here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

import msgspec

from sync.errors import BadReply, Refused, ServerRewound
from sync.intake import Intake
from sync.link import Link
from sync.pull import Puller
from sync.replica import Applied, Received, Replica, SpaceStanding
from sync.run import Run
from sync.snapshot import Placed, Snapshot, Standing, open_entries, open_part
from sync.wire.calls import Cursor, Item, PullReply, PullRequest, SpaceItems
from sync.wire.codec import MAX_CALL
from sync.wire.errors import Malformed, NotEntitled, WireError
from sync.wire.signing import verify
from sync.wire.snapshot import (
    MAX_WANTED,
    SNAPSHOT_DOMAIN,
    SnapshotHeader,
    SnapshotParts,
    SnapshotPut,
    SnapshotPutReply,
    SnapshotReply,
    SnapshotRequest,
    SnapshotWanted,
    read_snapshot,
)

BYTES = MAX_CALL - 128 * 1024  # of bodies in one reply
HISTORIES = 64  # spaces whose history is fetched by one call
ROUNDS = 10_000
GROWTH = 256  # items of a log after which it is worth another snapshot


class Book(Protocol):
    """What the desk's store keeps of snapshots. Every method is one short transaction or several."""

    def wanted(self, limit: int) -> list[bytes]:
        """Spaces of which nothing is here but a key, and which are worth a snapshot."""

    def begin(self, header: SnapshotHeader, signed: bytes) -> None:
        """Make room for what stands of a space."""

    def take(self, header: SnapshotHeader, place: int, part: bytes, standing: list[Standing]) -> frozenset[bytes]:
        """Take the records of the sealed part at a place, in order.

        Raises Malformed for what is no state, or out of order.
        """

    def finish(self, header: SnapshotHeader) -> None:
        """Everything is here: the space stands at the snapshot's place. Raises Malformed if records are missing."""

    def drop(self, space: bytes) -> None:
        """Take a snapshot out that did not hold, or did not arrive whole; the space begins at 0 without one."""

    def histories(self, limit: int) -> list[Cursor]:
        """How far the history is here of spaces that stand on a snapshot."""

    def goal(self, space: bytes) -> Cursor:
        """The place of the space's snapshot."""

    def behind(self, space: bytes) -> SpaceStanding:
        """What is here of a space's history, as if there were nothing else."""

    def keep_history(self, received: Received) -> None:
        """Keep a part of the history, without applying it."""

    def settle(self, space: bytes, *, false: bool = False) -> frozenset[bytes]:
        """The history is here: compare, note what was found. Returns the records that moved by it.

        `false`: the log is another one than the snapshot says.
        """

    def make(self, growth: int) -> Iterator[Snapshot]:
        """Snapshots of spaces in which this desk writes and that grew by so many items since the last one.

        Also of one whose epoch this desk began: who is invited from now on can open none that was made before.
        """


class Shortcut:
    """One replica's snapshots. One thread."""

    def __init__(
        self,
        replica: Replica,
        book: Book,
        link: Link,
        puller: Puller,
        tell: Callable[[Applied], None],
    ) -> None:
        """Take the replica and its book of snapshots, the way to the server, who hears of records that moved."""
        self._replica = replica
        self._book = book
        self._link = link
        self._intake = Intake(replica, puller.fetch_directories)
        self._past = Intake(_Past(replica, book), puller.fetch_directories)  # type: ignore[arg-type]
        self._tell = tell
        self._none: set[bytes] = set()  # spaces that were asked for in vain

    def take(self, run: Run) -> None:
        """Begin every space that can be begun so."""
        self._intake.start_run()
        for _ in range(ROUNDS):
            wanted = [space for space in self._book.wanted(MAX_WANTED + len(self._none)) if space not in self._none]
            wanted = wanted[:MAX_WANTED]
            if not wanted:
                return
            reply = self._ask([SnapshotWanted(space) for space in wanted])
            for found in reply:
                if not found.header:
                    self._none.add(found.space)
                    continue
                try:
                    self._adopt(found, run)
                except WireError as error:
                    self._none.add(found.space)
                    self._book.drop(found.space)
                    run.problems.append(f"snapshot_{error.code}")

    def backfill(self, run: Run) -> bool:
        """Fetch a part of the histories that are missing, and compare those that are complete. False: none is left."""
        cursors = self._book.histories(HISTORIES)
        if not cursors:
            return False
        reply = self._link.call("pull", PullRequest(cursors, BYTES), PullReply)
        asked = {one.space for one in cursors}
        if not reply.spaces or not {one.space for one in reply.spaces} <= asked:
            raise BadReply("a pull that answers something else")
        self._past.start_run()
        return sum(self._go_on(news, run) for news in reply.spaces) > 0

    def offer(self, run: Run, growth: int = GROWTH) -> int:
        """Put snapshots to the server of spaces that grew by so many items since the last one; returns how many."""
        count = 0
        for made in self._book.make(growth):
            try:
                for place, part in enumerate(made.parts):
                    self._link.call("snapshot_put", SnapshotPut(made.header, place, part), SnapshotPutReply)
            except Refused as refusal:  # no room, say: another one will be made
                run.problems.append(f"snapshot_{refusal.code}"[:64])
            else:
                count += 1
        return count

    def _ask(self, wanted: list[SnapshotWanted]) -> list[SnapshotParts]:
        reply = self._link.call("snapshot", SnapshotRequest(wanted, BYTES), SnapshotReply).snapshots
        if not reply or not {one.space for one in reply} <= {one.space for one in wanted}:
            raise BadReply("snapshots of something else")
        return reply

    def _adopt(self, found: SnapshotParts, run: Run) -> None:
        header, signed = read_snapshot(found.header)
        if header.space != found.space:
            raise NotEntitled("a snapshot of another space")
        ministry, certificate = self._intake.certificate(header.device)
        verify(certificate.sign_key, SNAPSHOT_DOMAIN, signed.body, signed.signature)
        if header.device in self._intake.revoked(ministry):
            raise NotEntitled("a snapshot by a revoked device")
        key = self._replica.epoch_key(header.space, header.epoch)
        if key is None:
            raise NotEntitled("a snapshot under a key that is not here")
        parts = self._parts(found, header)
        self._enter(header, ministry, open_entries(header, key, next(parts)))
        self._book.begin(header, found.header)
        records: set[bytes] = set()
        for place, part in enumerate(parts, 1):
            records |= self._book.take(header, place, part, open_part(header, key, place, part))
        self._book.finish(header)
        run.applied += header.records
        self._tell(Applied(records=frozenset(records)))

    def _enter(self, header: SnapshotHeader, ministry: str, placed: list[Placed]) -> None:
        """Take the space's own log as far as the snapshot has it, and see that its author may make one."""
        items = [Item(number, "entry", one.entry) for number, one in enumerate(placed, 1)]
        received = self._intake.carried(header.space, items)
        if received.rejected:
            raise NotEntitled("entries that do not hold")
        at = {one.entry: one.sequence for one in placed}
        entries = [msgspec.structs.replace(one, sequence=at[one.data]) for one in received.entries]
        self._replica.receive([msgspec.structs.replace(received, entries=entries)])
        members = self._replica.membership(header.space)
        if members is None or (members.number, members.head) != (header.entries, header.entries_hash):
            raise NotEntitled("a snapshot of another log of its space")
        if not members.writes(header.device, ministry) or not members.has_epoch(header.epoch):
            raise NotEntitled("a snapshot by somebody who does not write there")

    def _parts(self, found: SnapshotParts, header: SnapshotHeader) -> Iterator[bytes]:
        """The parts in order, asking for more as they are used up."""
        place, parts = 0, found.parts if found.place == 0 else []
        while place < len(header.parts):
            if not parts:
                (more,) = self._ask([SnapshotWanted(header.space, place)])
                parts = more.parts if (more.header, more.place) == (found.header, place) else []
                if not parts:
                    raise Malformed("a snapshot that ends before its end")
            for part in parts:
                yield part
                place += 1
            parts = []

    def _go_on(self, news: SpaceItems, run: Run) -> bool:
        """Keep what came of one history; whether it helped."""
        goal = self._book.goal(news.space)
        items = [item for item in news.items if item.sequence <= goal.sequence]
        try:
            received = self._past.check(SpaceItems(news.space, items, goal.sequence, goal.head, news.mismatch))
        except ServerRewound:
            self._tell(Applied(records=self._book.settle(news.space, false=True)))
            run.problems.append("snapshot_false")
            return True
        if received is None:
            return False
        self._book.keep_history(received)
        run.pulled += len(received.segments)
        if received.cursor.sequence == goal.sequence:
            moved = self._book.settle(news.space)
            if moved:
                run.problems.append("snapshot_false")
                self._tell(Applied(records=moved))
        return True


class _Past:
    """The replica as it would be with nothing but the history that is here."""

    def __init__(self, replica: Replica, book: Book) -> None:
        self._replica = replica
        self._book = book

    def __getattr__(self, name: str) -> object:
        return getattr(self._replica, name)

    def standing(self, space: bytes) -> SpaceStanding:
        """What is here of the history."""
        return self._book.behind(space)
