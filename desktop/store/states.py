"""Records in memory while changes are applied, and their way back to the database: state, card, row, touches, index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

from desktop.casework.merging import MERGE
from desktop.casework.record_types import RECEIPTS
from desktop.store.context import Context
from desktop.store.owing import RECEIVED, owe
from desktop.store.projection import Projected, Projection, encode_card
from desktop.store.recall import Recalls
from desktop.store.search import SearchIndex
from sync.changes import Change, Edit, Operation, RecordEdit, Unknown
from sync.clock import observe
from sync.merge import RecordState, apply, decode_state, encode_state, new_state
from sync.wire.codec import ID_BYTES
from sync.wire.errors import Malformed

Encoded: TypeAlias = Callable[[], bytes]
First: TypeAlias = tuple[bytes, int, int, list[Operation | Unknown]]
"""What made a record: device, number of the change, place of the first operation, operations."""

_ASKED, _FEW = 50, 8  # names in one question; fewer are asked for one by one
_ONE = "SELECT 1 FROM records WHERE name = ?"
_HERE = f"SELECT name FROM records WHERE name IN ({', '.join('?' * _ASKED)})"  # noqa: S608 - our own words only

ROW_VALUES = f"VALUES ({', '.join('?' * 23)})"  # of what `row_of` returns
MAX_STATE = 256 << 20  # bytes of a record's state; SQLite takes no value of a gigabyte, and nobody could work on it
MAX_LEAD_MS = 24 * 3600 * 1000  # how far a foreign clock may push a record up the list


class RecordTooLarge(Malformed):
    """A change of a record that has grown beyond all use: set aside, so that nothing else waits for it."""

    code = "record_too_large"


class Held:
    """A record being changed. `fresh`: not in the database yet.

    `first`: what the one change that made it did, as long as nobody has asked for the state that follows from it;
    `shown`: what lists show of it then.
    """

    __slots__ = (
        "_encoded",
        "_state",
        "dirty",
        "first",
        "fresh",
        "n",
        "name",
        "shown",
        "size",
        "space",
        "unread",
        "unsent",
        "updated",
    )

    def __init__(
        self, n: int, name: bytes, space: int, state: RecordState | Encoded, marks: tuple[int, int, int]
    ) -> None:
        self.n = n
        self.name = name
        self.space = space
        self._encoded = None if isinstance(state, RecordState) else state
        self._state = state if isinstance(state, RecordState) else None
        self.updated, self.unread, self.unsent = marks
        self.fresh = False
        self.dirty = False
        self.first: First | None = None
        self.shown: Projected | None = None
        self.size = 0  # bytes of the state as it was read

    @property
    def state(self) -> RecordState:
        """The state, to be read and changed."""
        state = self._state
        if state is None:
            state = self._state = decode_state(self._encoded()) if self._encoded is not None else new_state()
            self._encoded = None
        if self.first is not None:
            apply(state, *self.first)
            self.first = self.shown = None
        return state

    @state.setter
    def state(self, state: RecordState) -> None:
        self._state, self._encoded, self.first, self.shown = state, None, None, None

    def begin(self, first: First, shown: Projected) -> None:
        """Note the first change of a new record without applying it: most records have no second one."""
        self._state, self.first, self.shown = None, first, shown

    def shows(self, projection: Projection) -> Projected:
        """What lists show."""
        return self.shown or projection.project(self.state)


class States:
    """The records that a batch touches. Nothing outlives the transaction: `flush` writes, `clear` forgets."""

    def __init__(self, context: Context, projection: Projection, index: SearchIndex) -> None:
        self._context = context
        self._database = context.database
        self._projection = projection
        self._index = index
        self.recalls = Recalls(context)
        self._held: dict[tuple[int, bytes], Held] = {}
        self._touches: list[tuple[int, int]] = []
        self._fresh: set[bytes] = set()  # names that are not in the database yet
        self._absent: set[bytes] = set()  # names that were looked for and are not in the database
        self._next = 0  # number of the next new record; 0: not known
        self._stamp = 0  # the highest of the hybrid clock that was seen

    def apply(
        self,
        space: tuple[int, bytes],
        number: int,
        sequence: int,
        device: bytes,
        edits: Sequence[RecordEdit],
        *,
        sealed: bool = False,
    ) -> list[Held]:
        """Apply a change's edits, all or none; returns the records. Raises Malformed, with every state as before.

        `sealed`: the change stands in a segment, so a state that follows from it alone need not be written.
        """
        held = [self.get(space, edit.record) for edit in edits]
        if any(each.size > MAX_STATE for each in held):
            raise RecordTooLarge("a record beyond all use")
        before = _copies(held, edits)
        try:
            place = 0
            for each, edit in zip(held, edits, strict=True):
                if not (sealed and each.fresh and self._begin(each, (device, sequence, place, edit.operations))):
                    judge = partial(self.recalls.holds, space, edit.record, device)
                    apply(each.state, device, sequence, place, edit.operations, judge)
                place += len(edit.operations)
        except BaseException:
            for each, state in before:
                each.state = decode_state(state)
            raise
        for each in held:
            each.dirty = True
            self._touches.append((each.n, number))
        return held

    def _begin(self, held: Held, first: First) -> bool:
        """Whether a new record was begun by a change that only says what it is."""
        if held.dirty:
            return False
        shown = self._projection.first(first[0], first[3])
        if shown is not None:
            held.begin(first, shown)
        return shown is not None

    def mark(self, held: list[Held], at_ms: int, *, unread: bool = False, unsent: int = 0) -> None:
        """Note when records moved, and that they are unread, or that our own change `unsent` has yet to be sent."""
        at_ms = min(at_ms, self._context.now_ms() + MAX_LEAD_MS)
        for each in held:
            each.updated = max(each.updated, at_ms)
            each.unread = each.unread or int(unread)
            each.unsent = unsent or each.unsent

    def observe(self, stamp: int) -> None:
        """Note a reading of another device's clock."""
        self._stamp = max(self._stamp, stamp)

    def get(self, space: tuple[int, bytes], record: bytes) -> Held:
        """Return the record of that id in that space, new if it is not here."""
        key = space[0], record
        found = self._held.get(key)
        if found is None:
            found = self._held[key] = self._load(space, record)
        return found

    def expect(self, changes: Sequence[Change | str]) -> None:
        """Look for the records of changes that are about to be applied, all at once: most are new."""
        names = {edit.record for change in changes if not isinstance(change, str) for edit in change.edits}
        wanted = list(names - self._absent)
        for start in range(0, len(wanted), _ASKED):
            some = wanted[start : start + _ASKED]
            if len(some) < _FEW:
                self._absent.update(name for name in some if self._database.value(_ONE, (name,)) is None)
                continue
            here = {row[0] for row in self._database.all(_HERE, some + some[:1] * (_ASKED - len(some)))}
            self._absent.update(name for name in some if name not in here)

    def _load(self, space: tuple[int, bytes], record: bytes) -> Held:
        name = record
        row = self._find(name)
        if row is not None and row[1] != space[0]:  # another space had this id first: neither may touch the other
            name = record + space[1]
            row = self._find(name)
        elif row is None and record in self._fresh:
            name = record + space[1]
        if row is not None:
            there = Held(row[0], name, space[0], partial(self._context.bodies.state_of, row[0], row[2]), row[3:])
            there.size = len(row[2])
            return there
        self._next = self._next or int(self._database.value("SELECT coalesce(max(n), 0) + 1 FROM records"))
        held = Held(self._next, name, space[0], new_state(), (0, 0, 0))
        held.fresh = True
        self._fresh.add(name)
        self._next += 1
        return held

    def _find(self, name: bytes) -> tuple[int, int, bytes, int, int, int] | None:
        if name in self._absent:
            return None
        row: tuple[int, int, bytes, int, int, int] | None = self._database.one(
            "SELECT s.n, s.space, s.state, r.updated, r.unread, r.unsent"
            " FROM records s JOIN rows r ON r.n = s.n WHERE s.name = ?",
            (name,),
        )
        return row

    def flush(self, *, index_now: bool = False) -> None:
        """Write everything that moved. The index follows at once or through its queue."""
        dirty = [each for each in self._held.values() if each.dirty]
        if dirty:
            self._write(dirty, index_now=index_now)
        if self._touches:
            self._database.many("INSERT OR IGNORE INTO touches VALUES (?, ?)", self._touches)
        recalled = [each for each in dirty if each.first is None and each.state.recalls]
        if recalled:
            self._purge(recalled)
        if self._stamp:
            last = self._context.meta("stamp")
            self._context.set_meta("stamp", max(last, observe(last, self._stamp, self._context.now_ms())))
        self.clear()

    def _write(self, dirty: list[Held], *, index_now: bool) -> None:
        new: list[tuple[object, ...]] = []
        old: list[tuple[object, ...]] = []
        rows: list[tuple[object, ...]] = []
        new_rows: list[tuple[object, ...]] = []
        unknown = [(each.n,) for each in dirty if each.first is None and each.state.unknown]
        for each in dirty:
            shown = each.shows(self._projection)
            card, state = encode_card(shown.card), b"" if each.first is not None else encode_state(each.state)
            if each.fresh:
                new.append((each.n, each.name, each.space, shown.type, card, state))
            else:
                old.append((shown.type, card, state, each.n))
            (new_rows if each.fresh else rows).append(row_of(self._context, each, shown))
            if each.first is None and RECEIPTS.name in each.state.registers:
                owe(self._context, each.space, each.name[:ID_BYTES], each.state, RECEIVED)
            if index_now:
                self._index.put(each.n, each.state)
        database = self._database
        database.many("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?)", new)
        database.many("UPDATE records SET type = ?, card = ?, state = ? WHERE n = ?", old)
        database.many(f"INSERT INTO rows {ROW_VALUES}", new_rows)
        database.many(f"INSERT OR REPLACE INTO rows {ROW_VALUES}", rows)
        if unknown:
            database.many("INSERT OR IGNORE INTO unknown VALUES (?)", unknown)
        if not index_now:
            database.many("INSERT OR IGNORE INTO index_queue VALUES (?)", [(each.n,) for each in dirty])

    def _purge(self, recalled: list[Held]) -> None:
        news = False
        for each in recalled:
            touches = [change for record, change in self._touches if record == each.n]
            if self.recalls.purge(each.n, each.name, each.space, each.state.recalls, touches):
                self._index.put(each.n, each.state)
                news = True
        if news:
            self.recalls.overwrite()

    def clear(self) -> None:
        """Forget everything that is held."""
        self._held.clear()
        self._touches.clear()
        self._fresh.clear()
        self._absent.clear()
        self._next = self._stamp = 0


def row_of(context: Context, held: Held, shown: Projected) -> tuple[object, ...]:
    """The row of a record: what lists filter and sort by."""
    card = shown.card
    mine = shown.creator == context.device or (card.assignee != "" and card.assignee == context.identity.officer)
    return (
        held.n,
        held.name,
        shown.type,
        held.space,
        held.updated,
        shown.deleted,
        shown.conflicts,
        shown.revived,
        held.unread,
        held.unsent,
        mine,
        card.status,
        card.tlp,
        card.due,
        f" {' '.join(card.countries)} " if card.countries else "",
        card.reference,
        shown.title,
        card.priority,
        card.evaluation,
        f" {' '.join(card.handling)} " if card.handling else "",
        card.assignee,
        card.start,
        f"{card.source} {card.target} {card.stands}" if card.stands and shown.type == MERGE else "",
    )


def _copies(held: list[Held], edits: Sequence[RecordEdit]) -> list[tuple[Held, bytes]]:
    """States as they are, where a change may fail after its first record: only an edit of a text can."""
    if len(edits) < 2 or not any(isinstance(one, Edit) for edit in edits for one in edit.operations):
        return []
    return [(each, encode_state(each.state)) for each in held]
