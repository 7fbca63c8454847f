"""Merge: the one function by which a change, local or received, becomes part of a record's state.

Given causal order (a device's changes in sequence, each after those that `changes.dependencies` names) the state is
the same, byte for byte, whatever the order of delivery. No clock and no arrival order decides anything.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from typing import Any

import msgspec

from sync import text
from sync.changes import (
    Add,
    Create,
    Delete,
    Dependency,
    Dot,
    Edit,
    Operation,
    Recall,
    Remove,
    Restore,
    Set,
    Unknown,
    Value,
    Write,
)
from sync.delta import read_delta
from sync.weave import weave
from sync.wire.codec import decode, encode
from sync.wire.errors import Malformed

STATE_LIMIT = 1 << 30  # bytes of one record's state: none that can be stored may fail to be read, or desks would differ


class Written(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A value in a register and the write that put it there."""

    dot: Dot
    value: Value


class Made(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A creation: the type, and the nonce that with the device of `dot` gives the record's id."""

    dot: Dot
    value: str
    nonce: bytes


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """A write kept as it came: an operation of a later version, or a delta of a long text."""

    dot: Dot
    raw: bytes


class Text(msgspec.Struct, array_like=True):
    """A long text: the first write in the plain, or every write of it once there are more.

    What they read together is found when it is asked for (sync.weave), not at each write.
    """

    first: Dot
    content: str | None  # None: not woven yet
    writes: list[Kept] = []  # as deltas, in order of dots; empty: `content` is all there is

    @property
    def plain(self) -> str:
        """What the text reads."""
        if self.content is None:
            self.content = weave([kept.raw for kept in self.writes])[1]
        return self.content

    def load(self) -> bytes:
        """Return the CRDT document, to edit it."""
        return weave([kept.raw for kept in self.deltas()])[0]

    def deltas(self) -> list[Kept]:
        """Return every write as a delta."""
        return self.writes or [Kept(self.first, text.start(origin(self.first), self.plain))]


class Deletion(msgspec.Struct, frozen=True, array_like=True):
    """A deletion and what its author had seen of the record."""

    dot: Dot
    over: list[Dependency]


class TakenBack(msgspec.Struct, frozen=True, array_like=True):
    """A recall that holds, and why, in the words of its author."""

    dot: Dot
    reason: str


class RecordState(msgspec.Struct, array_like=True):
    """All that stands of a record. Lists are in order of dots, so equal states encode to equal bytes.

    Once there is a recall, only types, touches and recalls are there, for ever.
    """

    types: list[Made]  # from create; more than one only if two devices made the same id
    touched: list[Dependency]  # last change of each device on this record
    registers: dict[str, list[Written]]
    sets: dict[str, dict[str, list[Dot]]]
    texts: dict[str, Text]
    deletions: list[Deletion]
    unknown: list[Kept]
    recalls: list[TakenBack] = []  # the first of each device

    @property
    def type(self) -> str:
        """The record's type; empty as long as its creation has not arrived."""
        return str(self.types[0].value) if self.types else ""

    @property
    def deleted(self) -> bool:
        """Whether everything written here was seen by a deletion that stands: by any, so that two at once agree."""
        seen: dict[bytes, int] = {}
        for deletion in self.deletions:
            for device, sequence in (*deletion.over, (deletion.dot.device, deletion.dot.sequence)):
                seen[device] = max(seen.get(device, 0), sequence)
        return bool(seen) and all(sequence <= seen.get(device, 0) for device, sequence in self.touched)

    @property
    def revived(self) -> bool:
        """Whether somebody deleted the record while another edited it, and nobody has decided yet."""
        return bool(self.deletions) and not self.deleted

    @property
    def conflicts(self) -> list[str]:
        """Names of the registers that hold two or more different values."""
        return [name for name, written in self.registers.items() if in_conflict(written)]


def in_conflict(written: list[Written]) -> bool:
    """Whether a register's values differ; the same value written twice is agreement."""
    return len(written) > 1 and any(not _same(one.value, written[0].value) for one in written[1:])


def new_state() -> RecordState:
    """Return the state of a record of which nothing has arrived."""
    return RecordState([], [], {}, {}, {}, [], [], [])


def apply(
    state: RecordState,
    device: bytes,
    sequence: int,
    place: int,
    operations: list[Operation | Unknown],
    holds: Callable[[Recall], bool] = lambda _: False,
) -> None:
    """Apply the operations of one change on one record; `place` numbers the first of them within the change.

    `holds` says of a recall whether its author might (sync.recall); one that does not hold changes nothing. A change
    that was applied before does nothing. Raises Malformed for a text delta that cannot be read or that writes in
    another's name (see sync.text.edit), and then nothing of the change has been applied.
    """
    if any(one.device == device and one.sequence >= sequence for one in state.touched):
        return
    recall = None
    for offset, operation in enumerate(operations):
        if isinstance(operation, Edit):
            _check_delta(operation.delta, Dot(device, sequence, place + offset))
        elif type(operation) is Recall and recall is None and holds(operation):
            recall = TakenBack(Dot(device, sequence, place + offset), operation.reason)
    if recall is not None:
        _recall(state, recall)
    meanings = _MEANINGS_OF_RECALLED if state.recalls else _MEANINGS
    for offset, operation in enumerate(operations):
        if (meaning := meanings.get(type(operation))) is not None:
            meaning(state, Dot(device, sequence, place + offset), operation)
    _touch(state, Dependency(device, sequence))


def _recall(state: RecordState, recall: TakenBack) -> None:
    """Empty the record. Of a device's recalls the first counts: nobody can make a state grow by recalling again."""
    for content in (state.registers, state.sets, state.texts):
        content.clear()
    state.deletions, state.unknown = [], []
    if all(one.dot.device != recall.dot.device for one in state.recalls):
        insort(state.recalls, recall, key=_dot)


def _touch(state: RecordState, touch: Dependency) -> None:
    state.touched = sorted([*(one for one in state.touched if one.device != touch.device), touch])


def _set(state: RecordState, dot: Dot, operation: Set) -> None:
    standing = state.registers.get(operation.field)
    if standing is None:
        state.registers[operation.field] = [Written(dot, operation.value)]
    else:
        _supersede(standing, Written(dot, operation.value), operation.over)


def _create(state: RecordState, dot: Dot, operation: Create) -> None:
    insort(state.types, Made(dot, operation.type, operation.nonce), key=_dot)


def _add(state: RecordState, dot: Dot, operation: Add) -> None:
    elements = state.sets.setdefault(operation.field, {})
    before = elements.get(operation.element)
    if not before:
        elements[operation.element] = [dot]
        return
    if operation.over:
        gone = set(operation.over)
        before[:] = [one for one in before if one not in gone]
    insort(before, dot)


def _remove(state: RecordState, dot: Dot, operation: Remove) -> None:
    del dot
    elements = state.sets.setdefault(operation.field, {})
    gone = set(operation.over)
    left = [one for one in elements.get(operation.element, []) if one not in gone]
    if left:
        elements[operation.element] = left
    else:
        elements.pop(operation.element, None)


def _delete(state: RecordState, dot: Dot, operation: Delete) -> None:
    insort(state.deletions, Deletion(dot, sorted(operation.over)), key=_dot)


def _restore(state: RecordState, dot: Dot, operation: Restore) -> None:
    del dot
    gone = set(operation.over)
    state.deletions = [deletion for deletion in state.deletions if deletion.dot not in gone]


def _keep(state: RecordState, dot: Dot, operation: Unknown) -> None:
    insort(state.unknown, Kept(dot, operation.raw), key=_dot)


def _supersede(standing: list[Written], new: Written, over: list[Dot]) -> None:
    if over and standing:
        gone = set(over)
        standing[:] = [one for one in standing if one.dot not in gone]
    insort(standing, new, key=_dot)  # by search, not by sorting: a member may write a hundred thousand values


def _write(state: RecordState, dot: Dot, operation: Write) -> None:
    if operation.field in state.texts:
        _weave_in(state, operation.field, Kept(dot, text.start(origin(dot), operation.text)))
    else:
        state.texts[operation.field] = Text(dot, operation.text)


def _edit(state: RecordState, dot: Dot, operation: Edit) -> None:
    _weave_in(state, operation.field, Kept(dot, operation.delta))


_Meanings = dict[type, Callable[[RecordState, Dot, Any], None]]
_MEANINGS: _Meanings = {
    Create: _create,
    Set: _set,
    Write: _write,
    Edit: _edit,
    Add: _add,
    Remove: _remove,
    Delete: _delete,
    Restore: _restore,
    Unknown: _keep,
}
_MEANINGS_OF_RECALLED: _Meanings = {Create: _create}


def _weave_in(state: RecordState, field: str, write: Kept) -> None:
    standing = state.texts.get(field)
    writes = standing.deltas() if standing else []
    insort(writes, write, key=_dot)
    state.texts[field] = Text(writes[0].dot, None, writes)


def _check_delta(delta: bytes, dot: Dot) -> None:
    if read_delta(delta).client not in (0, text.client(origin(dot))):
        raise Malformed("a text edit in another's name")


def origin(dot: Dot) -> bytes:
    """Return the name of a write, as the CRDT's client ids are made of it."""
    return encode(dot)


def encode_state(state: RecordState) -> bytes:
    """Encode a state; equal states give equal bytes."""
    for each in state.texts.values():
        each.content = each.plain
    return encode(state)


def decode_state(data: bytes) -> RecordState:
    """Decode a state that `encode_state` wrote."""
    return decode(RecordState, data, STATE_LIMIT)


def _dot(one: Made | Written | Deletion | Kept | TakenBack) -> Dot:
    return one.dot


def _same(one: Value, other: Value) -> bool:
    return type(one) is type(other) and one == other
