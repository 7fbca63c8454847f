"""Stepping back: our own chain where the server holds another one, because this store was put back from a copy.

The copy did not know what this desk had sent since, and gave the same numbers to other changes. What the server has
stands, for others have seen it. What was written since the copy is taken out, kept, and written again behind it.
"""

from __future__ import annotations

from functools import partial

import msgspec

from desktop.store.chains import Chain, Ordering
from desktop.store.context import Context, change_number, split_number
from desktop.store.replay import replay
from desktop.store.states import States
from sync import text
from sync.changes import (
    Change,
    Delete,
    Dependency,
    Dot,
    Edit,
    Operation,
    RecordEdit,
    Unknown,
    Write,
    decode_change,
    encode_change,
)
from sync.delta import rename_clients
from sync.merge import new_state, origin
from sync.wire.codec import decode, encode
from sync.wire.errors import WireError

NOTE = "again."
NOTE_LIMIT = 1 << 30  # bytes; our own data
UNTIL_COMPLETE = (1 << 32) - 1  # a floor: new changes wait until the server's chain is here


class Again(msgspec.Struct, array_like=True):
    """Changes of our own to be written again, and the number that the first of them had."""

    first: int
    bodies: list[bytes]


def step_back(ordering: Ordering, context: Context, states: States, chain: Chain, first: int, previous: bytes) -> None:
    """Take our changes from number `first` on out of the log and the records, and keep them for `write_again`.

    `previous` is the hash of the segment before. Everything of the batch must be written.
    """
    database = context.database
    start, end = change_number(chain.n, first), change_number(chain.n + 1, 0)
    rows = database.all("SELECT n, body_of(n, body) FROM changes WHERE n >= ? AND n < ? ORDER BY n", (start, end))
    bodies = [row[1] for row in rows]
    again = Again(split_number(rows[0][0])[1] if rows else first, bodies)
    key = NOTE + ordering.space[1].hex()
    database.run("INSERT OR IGNORE INTO notes VALUES (?, ?, ?)", (key, context.now_ms(), encode(again)))
    database.run("DELETE FROM outbox WHERE segment >= ? AND segment < ?", (start, end))
    database.run("DELETE FROM segments WHERE n >= ? AND n < ?", (start, end))
    database.run("DELETE FROM had WHERE segment >= ? AND segment < ?", (start, end))
    database.run("DELETE FROM cut WHERE segment >= ? AND segment < ?", (start, end))
    database.run("DELETE FROM purges WHERE segment >= ? AND segment < ?", (start, end))
    database.run("DELETE FROM changes WHERE n >= ? AND n < ?", (start, end))
    database.run("DELETE FROM touches WHERE change >= ? AND change < ?", (start, end))
    database.run(
        "UPDATE chains SET last = ?, hash = ?, applied = min(applied, ?), sent = min(sent, ?), wait_chain = NULL,"
        " wait_seq = NULL, floor = ? WHERE n = ?",
        (first - 1, previous, first - 1, first - 1, UNTIL_COMPLETE, chain.n),
    )
    chain.last, chain.hash, chain.wait_chain, chain.wait_seq = first - 1, previous, None, None
    chain.applied, chain.sent = min(chain.applied, first - 1), min(chain.sent, first - 1)
    replayed = replay(database, ordering.space[0], partial(states.recalls.holds, ordering.space))
    for record in {edit.record for body in bodies for edit in _edits(body)}:
        held = states.get(ordering.space, record)
        held.state = replayed.states.get(record) or new_state()
        held.unsent, held.dirty = 0, True
        ordering.records.add(held.name)


def write_again(ordering: Ordering, context: Context, states: States) -> None:
    """Write what was taken out behind what the server has of our chain; from now on new changes may follow.

    Everything of the batch must be written. Of records that were recalled meanwhile nothing is written again.
    """
    database = context.database
    key = NOTE + ordering.space[1].hex()
    kept = database.value("SELECT value FROM notes WHERE key = ?", (key,))
    again = decode(Again, kept, NOTE_LIMIT) if kept is not None else Again(1, [])
    again.bodies = [states.recalls.left_of(ordering.space[0], body) for body in again.bodies]
    chain = ordering.chain(context.device)
    while again.bodies and again.bodies[0] == database.value(
        "SELECT body_of(n, body) FROM changes WHERE n = ?", (change_number(chain.n, again.first),)
    ):
        again.bodies.pop(0)
        again.first += 1
    mover = _Mover(context.device, again, chain.applied + 1)
    for sequence, body in enumerate(again.bodies, chain.applied + 1):
        ordering.take(chain, sequence, mover.move(body))
    database.run("DELETE FROM notes WHERE key = ?", (key,))
    database.run("UPDATE chains SET floor = 0, since = ? WHERE n = ?", (context.meta("stamp"), chain.n))


def _edits(body: bytes) -> list[RecordEdit]:
    try:
        return decode_change(body).edits
    except WireError:  # it was set aside when it was applied
        return []


class _Mover:
    """Gives changes the numbers they have now, wherever they name each other."""

    def __init__(self, device: bytes, again: Again, first: int) -> None:
        self._device = device
        self._first = again.first
        self._by = first - again.first
        self._clients: dict[int, int] = {}
        for sequence, body in enumerate(again.bodies, again.first):
            operations = [operation for edit in _edits(body) for operation in edit.operations]
            for place, operation in enumerate(operations):
                if isinstance(operation, Write | Edit):
                    dot = Dot(device, sequence, place)
                    self._clients[text.client(origin(dot))] = text.client(origin(self._dot(dot)))

    def move(self, body: bytes) -> bytes:
        """Return the change with its new names; one that could not be read stays as it is."""
        try:
            change = decode_change(body)
        except WireError:
            return body
        edits = [RecordEdit(edit.record, [self._operation(each) for each in edit.operations]) for edit in change.edits]
        return encode_change(Change(change.version, change.at_ms, change.stamp, change.after, edits))

    def _operation(self, operation: Operation | Unknown) -> Operation | Unknown:
        match operation:
            case Edit():
                return Edit(operation.field, rename_clients(operation.delta, self._clients))
            case Delete():
                return Delete([Dependency(one.device, self._sequence(*one)) for one in operation.over])
            case _ if (over := getattr(operation, "over", None)) is not None:
                return msgspec.structs.replace(operation, over=[self._dot(one) for one in over])
            case _:
                return operation

    def _sequence(self, device: bytes, sequence: int) -> int:
        return sequence + self._by if device == self._device and sequence >= self._first else sequence

    def _dot(self, dot: Dot) -> Dot:
        return Dot(dot.device, self._sequence(dot.device, dot.sequence), dot.place)
