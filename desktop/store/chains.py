"""A space's chains in memory, and the causal order: a change is applied after those of its device and those it names.

One blocked change blocks its chain only; it waits for one place in one other chain, and is tried again when that chain
gets there. So nothing has to be searched, and any order of arrival ends in the same state.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from desktop.store.context import Context, change_number
from desktop.store.database import Database
from desktop.store.states import States
from sync.changes import Change, decode_change, dependencies
from sync.wire.codec import NO_HASH
from sync.wire.errors import Malformed, WireError

OUT_OF_RANGE = 1 << 32
ChangeRow: TypeAlias = tuple[int, int, int, str | None, bytes]  # of the table, in its order


class Chain(msgspec.Struct):
    """One device's chain in a space, as the table has it."""

    n: int
    device: bytes
    own: int
    last: int
    hash: bytes
    applied: int
    wait_chain: int | None
    wait_seq: int | None
    sent: int
    floor: int = 0  # of our own chain after a salvage: where it had ended
    dirty: bool = False
    fresh: bool = False  # not in the table yet


class ChainNumbers:
    """Gives numbers to new chains; `clear` at the end of every transaction."""

    def __init__(self, context: Context) -> None:
        self._database = context.database
        self._last = 0

    def next(self) -> int:
        """Return the next number that is free."""
        self._last = (self._last or int(self._database.value("SELECT coalesce(max(n), 0) FROM chains"))) + 1
        return self._last

    def clear(self) -> None:
        """Look again at the next one: another connection may write now."""
        self._last = 0


class Ordering:
    """Applies the changes of one space in causal order, within the caller's batch."""

    def __init__(
        self,
        context: Context,
        states: States,
        space: tuple[int, bytes],
        numbers: ChainNumbers | None = None,
        *,
        new: bool = False,
    ) -> None:
        """`new`: the space has just been made, so it has no chains."""
        self._context = context
        self._database = context.database
        self._states = states
        self._numbers = numbers or ChainNumbers(context)
        self.space = space
        self.applied = 0
        self.refused = 0
        self.records: set[bytes] = set()
        self._waiting: list[ChangeRow] = []
        self.chains: dict[bytes, Chain] = {}
        if not new:
            self.refresh()

    def refresh(self) -> None:
        """Read the chains as they stand: between two transactions another connection may have moved our own."""
        for row in self._database.all(
            "SELECT n, device, own, last, hash, applied, wait_chain, wait_seq, sent, floor FROM chains WHERE space = ?",
            (self.space[0],),
        ):
            chain = Chain(*row)
            known = self.chains.setdefault(chain.device, chain)
            known.last, known.hash, known.applied, known.sent = chain.last, chain.hash, chain.applied, chain.sent

    def chain(self, device: bytes) -> Chain:
        """Return a device's chain, begun if need be."""
        found = self.chains.get(device)
        if found is None:
            own = int(device == self._context.device)
            found = Chain(self._numbers.next(), device, own, 0, NO_HASH, 0, None, None, 0, dirty=True, fresh=True)
            self.chains[device] = found
        return found

    def take(self, chain: Chain, sequence: int, body: bytes, *, sealed: bool = False) -> bool:
        """Store a change and apply it if it is its turn; returns whether it was applied or set aside.

        `sealed`: it stands in a segment that is in the database, so the body need not be written.
        """
        return self._take(chain, sequence, _read(body), b"" if sealed else body)

    def take_sealed(self, chain: Chain, first: int, bodies: list[bytes]) -> None:
        """Store a stored segment's changes, from number `first` on, and apply those whose turn it is."""
        changes = [_read(body) for body in bodies]
        self._states.expect(changes)
        for sequence, change in enumerate(changes, first):
            if sequence > chain.applied:
                self._take(chain, sequence, change, b"")

    def _take(self, chain: Chain, sequence: int, read: Change | str, kept: bytes) -> bool:
        """`read`: the change, or the code of why it cannot be read; `kept`: what its row says."""
        change, code = (None, read) if isinstance(read, str) else (read, None)
        self._store(chain, sequence, change, code, kept)
        if chain.applied != sequence - 1 or chain.wait_chain is not None:
            return False
        return self._turn(chain, sequence, change, sealed=not kept)

    def _store(self, chain: Chain, sequence: int, change: Change | None, refused: str | None, body: bytes) -> None:
        if sequence >= OUT_OF_RANGE:
            raise Malformed("a chain longer than any")
        stamp, at_ms = (change.stamp, change.at_ms) if change else (0, 0)
        self._waiting.append((change_number(chain.n, sequence), stamp, at_ms, refused, body))

    def _turn(self, chain: Chain, sequence: int, change: Change | None, *, sealed: bool) -> bool:
        """Apply the next change of a chain, or note what it waits for. `change` is None for an unreadable one."""
        if change is None:
            self.refused += 1
        else:
            try:
                needed = dependencies(change, chain.device, sequence)
            except Malformed as error:
                self._refuse(chain, sequence, error.code)
                needed = []
                change = None
            for device, last in needed:
                other = self.chain(device)
                if other.applied < last:
                    chain.wait_chain, chain.wait_seq, chain.dirty = other.n, last, True
                    return False
            if change is not None:
                self._apply(chain, sequence, change, sealed=sealed)
        chain.applied = sequence
        chain.dirty = True
        return True

    def _refuse(self, chain: Chain, sequence: int, code: str) -> None:
        """Set a change aside that was stored as readable."""
        self.refused += 1
        self.write_changes()
        number = change_number(chain.n, sequence)
        self._database.run("UPDATE changes SET refused = ? WHERE n = ?", (code, number))

    def _apply(self, chain: Chain, sequence: int, change: Change, *, sealed: bool) -> None:
        number = change_number(chain.n, sequence)
        try:
            held = self._states.apply(self.space, number, sequence, chain.device, change.edits, sealed=sealed)
        except Malformed as error:
            self._refuse(chain, sequence, error.code)
            return
        unsent = sequence if chain.own and sequence > chain.sent else 0
        self._states.mark(held, change.at_ms, unread=not chain.own, unsent=unsent)
        self.applied += 1
        self.records.update(each.name for each in held)
        self._states.observe(change.stamp)

    def follow(self, moved: Chain) -> None:
        """After a chain moved: go on with its stored changes, and with every chain that waited for it."""
        queue = [moved]
        while queue:
            chain = queue.pop()
            self._continue(chain)
            for other in self.chains.values():
                if other.wait_chain == chain.n and (other.wait_seq or 0) <= chain.applied:
                    other.wait_chain = other.wait_seq = None
                    other.dirty = True
                    queue.append(other)

    def _continue(self, chain: Chain) -> None:
        while chain.wait_chain is None and (chain.applied < chain.last or chain.own):
            self.write_changes()
            number = change_number(chain.n, chain.applied + 1)
            row = self._database.one("SELECT refused, body FROM changes WHERE n = ?", (number,))
            body = row[1] if row is not None else self._context.bodies.in_segment(number)
            if body is None:
                return
            if row is None:  # the program ended after the segment was kept and before this change was taken
                self.take(chain, chain.applied + 1, body, sealed=True)
            else:
                change = None if row[0] else decode_change(body or self._context.bodies.body(number))
                self._turn(chain, chain.applied + 1, change, sealed=not body)

    def write_changes(self) -> None:
        """Write the rows of changes that were taken."""
        write_changes(self._database, self._waiting)
        self._waiting = []


def _read(body: bytes) -> Change | str:
    """A change, or the code of why it cannot be read."""
    try:
        return decode_change(body)
    except WireError as error:
        return error.code


def write_all(database: Database, orderings: Sequence[Ordering]) -> None:
    """Write the changes and chains of some spaces; the records are written by `States.flush`."""
    changes: list[ChangeRow] = []
    new: list[tuple[object, ...]] = []
    moved: list[tuple[object, ...]] = []
    for ordering in orderings:
        changes += ordering._waiting  # noqa: SLF001 - one class in two parts
        ordering._waiting = []  # noqa: SLF001
        for each in ordering.chains.values():
            if each.dirty:
                row = (each.last, each.hash, each.applied, each.wait_chain, each.wait_seq, each.sent, each.n)
                if each.fresh:
                    new.append((*row, ordering.space[0], each.device, each.own))
                else:
                    moved.append(row)
                each.dirty = each.fresh = False
    write_changes(database, changes)
    database.many(
        "INSERT INTO chains (last, hash, applied, wait_chain, wait_seq, sent, n, space, device, own)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        new,
    )
    database.many(
        "UPDATE chains SET last = ?, hash = ?, applied = ?, wait_chain = ?, wait_seq = ?, sent = ? WHERE n = ?", moved
    )


def write_changes(database: Database, rows: Sequence[ChangeRow]) -> None:
    """Write rows of changes; those that are here already stay as they are."""
    if rows:
        database.many("INSERT OR IGNORE INTO changes VALUES (?, ?, ?, ?, ?)", rows)
