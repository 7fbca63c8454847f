"""What arrives: segments stored as received, their changes applied in causal order, cursors moved with them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import NamedTuple

from desktop.store.chains import Chain, ChainNumbers, Ordering, write_all
from desktop.store.context import Context, change_number
from desktop.store.database import Step
from desktop.store.evidence import SUSPECT, Evidence
from desktop.store.given import Given
from desktop.store.numbers import split_number
from desktop.store.outbox import drop_relays, note_sent, relay
from desktop.store.positions import Positions
from desktop.store.states import States
from desktop.store.stepping import UNTIL_COMPLETE, step_back, write_again
from sync.keys import EpochKey
from sync.replica import Applied, Opened, Received
from sync.seal import open_segment
from sync.wire.codec import NO_HASH
from sync.wire.errors import WireError
from sync.wire.space import epoch_id, read_founding, read_segment

HIDDEN = b"\xc0"  # in the place of a change that this desk is not to read; it is none
MAX_ASIDE = 2_000  # rejected items kept, the newest,
MAX_ASIDE_BYTES = 32 << 20  # and of all of them; a server can send as many as it likes


class _Locked(NamedTuple):
    number: int
    last: int
    data: bytes


class Inbox(Positions):
    """The receiving half of the replica."""

    def __init__(self, context: Context, states: States) -> None:
        super().__init__(context)
        self._states = states
        self._evidence = Evidence(context)
        self._given = Given(context)
        self._numbers = ChainNumbers(context)
        self._revoked: dict[str, int] | None = None
        self._current: Ordering | None = None
        self._open: dict[bytes, Ordering] = {}  # by space, what is not written yet
        self._cursors: list[tuple[int, bytes, int]] = []

    # news
    def receive(self, news: list[Received]) -> Applied:
        """Store and apply news of several spaces and move their cursors, in short transactions. Idempotent."""
        totals = _Totals()
        with self._batch() as step:
            for each in news:
                self._receive(each, step, totals)
        if any(one.met and not one.carried for one in news):  # what waited to be brought may be cut now
            with self._database.transaction(durable=False):
                self._states.recalls.settle()
        self._states.recalls.empty_log()
        return totals.applied()

    @contextlib.contextmanager
    def _batch(self) -> Iterator[Step]:
        """A batch whose memory is written before each commit, and forgotten when it ends, however it ends."""
        try:
            with self._database.steps() as step:
                step.around_commits(self._write, self._go_on)
                yield step
                step.flush()
        finally:
            self._current = None
            self._forget()
            self._states.clear()

    def _receive(self, news: Received, step: Step, totals: _Totals) -> None:
        number, new = self._space(news.space, news.founding)
        if news.entries:
            self._entries.take(number, news.entries)
        ordering = self._begin((number, news.space), new=new)
        for chain in list(ordering.chains.values()):
            if chain.applied < chain.last and chain.wait_chain is None:  # the program ended while a segment was taken
                ordering.follow(chain)
        if news.carried and news.founding:
            relay(self._context, number, None)
        elif news.met and not news.carried:
            here = [change_number(ordering.chain(device).n, first) if first else 0 for device, first in news.met]
            drop_relays(self._context, number, here)
        for opened in news.segments:
            self._take(ordering, opened, step, totals, carried=news.carried)
        if news.entries or any(opened.locked for opened in news.segments):
            self._hide(ordering, step)
        self._write_again(ordering, news.cursor.sequence)
        self._keep_aside(news.space, news.rejected)
        if news.receipts:
            self._write()
            totals.tell(self._given.take(number, news.receipts))
        totals.add(ordering)
        self._current = None
        self._cursors.append((news.cursor.sequence, news.cursor.head, number))
        step.count()

    def _begin(self, space: tuple[int, bytes], *, new: bool = False) -> Ordering:
        """The ordering of a space, which everything of it in one transaction shares."""
        self._current = self._open.get(space[1]) or Ordering(self._context, self._states, space, self._numbers, new=new)
        self._open[space[1]] = self._current
        return self._current

    def _take(self, ordering: Ordering, opened: Opened, step: Step, totals: _Totals, *, carried: bool = False) -> None:
        header = opened.header
        chain = ordering.chain(header.device)
        if chain.own and self._parted(chain, opened):
            self._write()
            step_back(ordering, self._context, self._states, chain, header.first, header.previous)
        if header.last <= chain.last:
            self._note_own(ordering, chain, header.last)
            return
        if header.first != chain.last + 1 or not (chain.fresh or self._agrees(chain, opened)):
            self._keep_aside(ordering.space[1], [(opened.data, "fork")])
            return
        self._note_own(ordering, chain, header.last)
        if chain.own:  # no edit may take one of these numbers between two transactions
            self._write()
            self._database.run("UPDATE chains SET floor = max(floor, ?) WHERE n = ?", (header.last, chain.n))
        chain.last, chain.hash, chain.dirty = header.last, opened.hash, True
        number = change_number(chain.n, header.first)
        self._database.run(
            "INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?)",
            (number, header.last, opened.hash, int(opened.locked), header.epoch, opened.data),
        )
        if opened.server_ms:
            self._database.run("INSERT OR REPLACE INTO had VALUES (?, ?)", (number, opened.server_ms))
        if opened.late:
            self._database.run("INSERT OR IGNORE INTO late VALUES (?)", (number,))
        elif carried:
            relay(self._context, ordering.space[0], number)
        if not opened.locked:
            self._context.bodies.keep(opened.hash, opened.changes)
        self._take_changes(ordering, chain, header.first, opened.changes, (step, totals))
        ordering.follow(chain)

    def _take_changes(
        self, ordering: Ordering, chain: Chain, first: int, bodies: list[bytes], counts: tuple[Step, _Totals]
    ) -> None:
        step, totals = counts
        at = 0
        while portion := bodies[at : at + step.left]:
            ordering.take_sealed(chain, first + at, portion)
            totals.taken += len(portion)
            at += len(portion)
            step.count(len(portion))

    def _hide(self, ordering: Ordering, step: Step) -> None:
        """Count what this desk is not to read in its place of the chains, so that what follows can be applied."""
        number = ordering.space[0]
        if self._database.value("SELECT entered FROM spaces WHERE n = ?", (number,)) == 1:
            return
        self._write()
        for epoch in self._entries.hidden(number):
            for first, last, device in self._database.all(
                "SELECT g.n, g.last, c.device FROM segments g JOIN chains c ON c.n = g.n >> 32 WHERE c.space = ?"
                " AND g.locked = 1 AND g.epoch = ? AND NOT EXISTS (SELECT 1 FROM changes WHERE n = g.n) ORDER BY g.n",
                (number, epoch),
            ):
                chain, refused = ordering.chain(device), ordering.refused
                for sequence in range(split_number(first)[1], last + 1):
                    ordering.take(chain, sequence, HIDDEN)
                    step.count()
                ordering.refused = refused
                ordering.follow(chain)

    def _parted(self, chain: Chain, opened: Opened) -> bool:
        """Whether another segment or other changes of our own are in a segment's place."""
        first = opened.header.first
        if first > chain.last:
            return first == chain.last + 1 and not chain.fresh and not self._agrees(chain, opened)
        found = self._database.value("SELECT hash FROM segments WHERE n = ?", (change_number(chain.n, first),))
        return bool(found != opened.hash)

    def _write_again(self, ordering: Ordering, cursor: int) -> None:
        """When all that the server has is here: write what was taken out of our chain, or was left behind a gap, again.

        What a salvage found missing and the server does not have either is lost: new changes need not wait for it.
        """
        database = self._database
        chain = ordering.chains.get(self._context.device)
        if chain is None or chain.applied != chain.last:
            return
        floor = database.value("SELECT floor FROM chains WHERE n = ?", (chain.n,)) or 0
        behind = database.value("SELECT behind FROM spaces WHERE n = ?", (ordering.space[0],))
        if floor <= chain.applied or cursor < behind:
            return
        self._write()
        if floor != UNTIL_COMPLETE:
            step_back(ordering, self._context, self._states, chain, chain.last + 1, chain.hash)
        write_again(ordering, self._context, self._states)

    def _agrees(self, chain: Chain, opened: Opened) -> bool:
        """Whether changes that are here already (a batch cut short, our own unsealed ones) are those of the segment."""
        first = opened.header.first
        rows = self._database.all(
            "SELECT n, body_of(n, body) FROM changes WHERE n >= ? AND n <= ?",
            (change_number(chain.n, first), change_number(chain.n, opened.header.last)),
        )
        return all(opened.changes[n - change_number(chain.n, first)] == body for n, body in rows)

    def _note_own(self, ordering: Ordering, chain: Chain, last: int) -> None:
        """Our own segment came back, so the server has it."""
        if chain.own and last > chain.sent:
            chain.sent, chain.dirty = last, True
            self._write()
            note_sent(self._context, ordering.space[0], chain.n, last)

    def _write(self) -> None:
        write_all(self._database, list(self._open.values()))
        if self._cursors:
            self._database.many("UPDATE spaces SET seq = ?, head = ? WHERE n = ?", self._cursors)
        self._states.flush()
        self._forget()

    def _forget(self) -> None:
        self._open = {self._current.space[1]: self._current} if self._current is not None else {}
        self._cursors = []
        self._revoked = None
        self._numbers.clear()

    def _go_on(self) -> None:
        """In a new transaction: what another connection may have moved in the space that is being received."""
        if self._current is not None:
            self._current.refresh()

    def _space(self, space: bytes, founding: bytes = b"") -> tuple[int, bool]:
        """The number of a space, with its founding entry if that has come, and whether the space is new here."""
        row = self._database.one("SELECT n, founding FROM spaces WHERE id = ?", (space,))
        if row is None:
            self._database.run("INSERT INTO spaces (id, head) VALUES (?, ?)", (space, NO_HASH))
        number = row[0] if row else int(self._database.value("SELECT last_insert_rowid()"))
        if founding and not (row and row[1]):
            self._found(number, founding)
        return number, row is None

    def _found(self, number: int, data: bytes) -> None:
        """Keep a founding entry; write under its epoch if that one's key is here."""
        founding = read_founding(data)[0]
        self._database.run(
            "UPDATE spaces SET founding = ?, kind = ?, own = ?,"
            " epoch = (SELECT epoch FROM epochs WHERE space = spaces.n AND epoch = ?) WHERE n = ?",
            (
                data,
                founding.kind,
                int(founding.device == self._context.device),
                epoch_id(founding.commitment),
                number,
            ),
        )
        self._database.many(
            "INSERT OR IGNORE INTO members VALUES (?, ?, ?)",
            [(number, each.ministry, each.role) for each in founding.members],
        )
        known = {each.ministry: each.sequence for each in founding.known}
        if any(self._last_revoked(each.ministry) > known.get(each.ministry, 0) for each in founding.members):
            self._entries.refresh(number)

    def _last_revoked(self, ministry: str) -> int:
        """Number of the newest directory entry of a ministry that revokes a device; 0 if none does."""
        if self._revoked is None:
            self._revoked = dict(
                self._database.all("SELECT ministry, max(revoked) FROM devices WHERE revoked > 0 GROUP BY ministry")
            )
        return self._revoked.get(ministry, 0)

    def _keep_aside(self, space: bytes, rejected: list[tuple[bytes, str]]) -> None:
        if not rejected:
            return
        if any(code in SUSPECT for _, code in rejected):
            self._write()
            self._evidence.examine(space, rejected)
        now = self._context.now_ms()
        self._database.many(
            "INSERT INTO aside (space, code, at_ms, data) VALUES (?, ?, ?, ?)",
            [(space, code, now, data) for data, code in rejected],
        )
        self._database.run("DELETE FROM aside WHERE n <= (SELECT max(n) FROM aside) - ?", (MAX_ASIDE,))
        self._database.run(
            "DELETE FROM aside WHERE n <= (SELECT max(n) FROM"
            " (SELECT n, sum(length(data)) OVER (ORDER BY n DESC) AS newer FROM aside) WHERE newer > ?)",
            (MAX_ASIDE_BYTES,),
        )

    # grants
    def take_grant(self, sequence: int, keys: list[EpochKey]) -> Applied:
        """Keep granted keys and the inbox sequence; opens the segments that waited for them (`locked`)."""
        totals = _Totals()
        with self._batch() as step:
            for key in keys:
                self._take_key(key, step, totals)
            self._context.set_meta("grants", sequence)
        return totals.applied()

    def _take_key(self, key: EpochKey, step: Step, totals: _Totals) -> None:
        database, epoch = self._database, key.epoch
        number = self._space(key.space)[0]
        database.run("INSERT OR IGNORE INTO epochs VALUES (?, ?, ?)", (number, epoch, key.key))
        founding, entered = database.one("SELECT founding, entered FROM spaces WHERE n = ?", (number,))
        if entered > 1:
            self._entries.refresh(number)
        elif founding and epoch_id(read_founding(founding)[0].commitment) == epoch:
            database.run("UPDATE spaces SET epoch = ? WHERE n = ?", (epoch, number))
        locked = database.all(
            "SELECT g.n, g.last, g.data FROM segments g JOIN chains c ON c.n = g.n >> 32"
            " WHERE g.locked = 1 AND g.epoch = ? AND c.space = ? ORDER BY g.n",
            (epoch, number),
        )
        if locked:
            ordering = self._begin((number, key.space))
            for row in locked:
                self._unlock(ordering, _Locked(*row), key, step, totals)
            totals.add(ordering)
            self._current = None
            self._write()
        totals.tell(self._given.unlock(number, key))
        step.count()

    def _unlock(self, ordering: Ordering, locked: _Locked, key: EpochKey, step: Step, totals: _Totals) -> None:
        segment, header = read_segment(locked.data)
        try:
            changes = open_segment(segment, header, key.key)
        except WireError:
            changes = [b""] * header.count
        chain = ordering.chain(header.device)
        if self._database.run(
            "UPDATE changes SET body = x'' WHERE n >= ? AND n < ? AND body = ?",
            (locked.number, locked.number + header.count, HIDDEN),
        ):  # it was counted without being read: what followed was applied meanwhile
            self._database.run("INSERT OR IGNORE INTO again_spaces VALUES (?)", (ordering.space[0],))
        self._take_changes(ordering, chain, header.first, changes, (step, totals))
        self._database.run("UPDATE segments SET locked = 0 WHERE n = ?", (locked.number,))
        ordering.follow(chain)

    def restore_own(self, space: bytes, first: int, bodies: list[bytes], *, floor: int) -> None:
        """After a salvage: take unsealed changes of our own from number `first` on; our chain had ended at `floor`."""
        try:
            with self._database.transaction():
                ordering = Ordering(self._context, self._states, (self._space(space)[0], space))
                chain = ordering.chain(self._context.device)
                for sequence, body in enumerate(bodies, first):
                    ordering.take(chain, sequence, body)
                ordering.follow(chain)
                write_all(self._database, [ordering])
                self._states.flush()
                stamp = self._context.meta("stamp")
                self._database.run("UPDATE chains SET floor = ?, since = ? WHERE n = ?", (floor, stamp, chain.n))
        finally:
            self._states.clear()

    def skip_grant(self, sequence: int, data: bytes, code: str) -> None:
        """Set a grant aside that did not verify, and go on after it."""
        with self._database.transaction(durable=False):
            self._keep_aside(b"", [(data, code)])
            self._context.set_meta("grants", sequence)


class _Totals:
    """Sums over the spaces of a batch."""

    def __init__(self) -> None:
        self.taken = 0
        self._applied = 0
        self._refused = 0
        self._records: set[bytes] = set()

    def tell(self, records: set[bytes]) -> None:
        self._records |= records

    def add(self, ordering: Ordering) -> None:
        self._applied += ordering.applied
        self._refused += ordering.refused
        self._records |= ordering.records
        ordering.applied = ordering.refused = 0

    def applied(self) -> Applied:
        pending = max(0, self.taken - self._applied - self._refused)
        return Applied(self._applied, pending, self._refused, frozenset(self._records))
