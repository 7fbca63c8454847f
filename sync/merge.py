"""Merge: the one function by which a change, local or received, becomes part of a record's state.

Given causal order (a device's changes in sequence, each after those it names in `after`) the state is the same, byte
for byte, whatever the order of delivery. No clock and no arrival order decides anything.
"""

from __future__ import annotations

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
    Remove,
    Restore,
    Set,
    Unknown,
    Value,
    Write,
)
from sync.wire.codec import decode, encode

STATE_LIMIT = 64 << 20  # bytes of one record's state; our own data


class Written(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A value in a register and the write that put it there."""

    dot: Dot
    value: Value


class Text(msgspec.Struct, array_like=True):
    """A long text: the first write in the plain, or a document once there is more than one write."""

    first: Dot
    plain: str
    document: bytes = b""  # empty: `plain` is all there is

    def load(self) -> bytes:
        """Return the CRDT document, built from the plain text where there is none yet."""
        return self.document or text.start(origin(self.first), self.plain)


class Deletion(msgspec.Struct, frozen=True, array_like=True):
    """A deletion and what its author had seen of the record."""

    dot: Dot
    over: list[Dependency]


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """An operation of a later version, kept as it came."""

    dot: Dot
    raw: bytes


class RecordState(msgspec.Struct, array_like=True):
    """All that stands of a record. Lists are in order of dots, so equal states encode to equal bytes."""

    types: list[Written]  # from create; more than one only if two devices made the same id
    touched: list[Dependency]  # last change of each device on this record
    registers: dict[str, list[Written]]
    sets: dict[str, dict[str, list[Dot]]]
    texts: dict[str, Text]
    deletions: list[Deletion]
    unknown: list[Kept]

    @property
    def type(self) -> str:
        """The record's type; empty as long as its creation has not arrived."""
        return str(self.types[0].value) if self.types else ""

    @property
    def deleted(self) -> bool:
        """Whether some deletion has seen everything that was written here."""
        return any(self._covers(deletion) for deletion in self.deletions)

    @property
    def revived(self) -> bool:
        """Whether somebody deleted the record while another edited it, and nobody has decided yet."""
        return bool(self.deletions) and not self.deleted

    @property
    def conflicts(self) -> list[str]:
        """Names of the registers that hold two or more different values."""
        return [name for name, written in self.registers.items() if in_conflict(written)]

    def _covers(self, deletion: Deletion) -> bool:
        seen = {device: sequence for device, sequence in deletion.over}
        seen[deletion.dot.device] = max(seen.get(deletion.dot.device, 0), deletion.dot.sequence)
        return all(sequence <= seen.get(device, 0) for device, sequence in self.touched)


def in_conflict(written: list[Written]) -> bool:
    """Whether a register's values differ; the same value written twice is agreement."""
    return len(written) > 1 and any(not _same(one.value, written[0].value) for one in written[1:])


def new_state() -> RecordState:
    """Return the state of a record of which nothing has arrived."""
    return RecordState([], [], {}, {}, {}, [], [])


def apply(
    state: RecordState,
    device: bytes,
    sequence: int,
    place: int,
    operations: list[Operation | Unknown],
) -> None:
    """Apply the operations of one change on one record; `place` numbers the first of them within the change.

    Raises Malformed for a text delta that cannot be read, before anything of that operation is changed.
    """
    for offset, operation in enumerate(operations):
        _apply_one(state, Dot(device, sequence, place + offset), operation)
    _touch(state, Dependency(device, sequence))


def _touch(state: RecordState, touch: Dependency) -> None:
    state.touched = sorted([*(one for one in state.touched if one.device != touch.device), touch])


def _apply_one(state: RecordState, dot: Dot, operation: Operation | Unknown) -> None:
    match operation:
        case Set(field, value, over):
            _supersede(state.registers.setdefault(field, []), Written(dot, value), over)
        case Create(kind):
            _supersede(state.types, Written(dot, kind), [])
        case Write(field, content):
            _write_text(state, field, dot, content)
        case Edit(field, delta):
            _edit_text(state, field, dot, delta)
        case Add(field, element, over):
            dots = state.sets.setdefault(field, {}).get(element, [])
            state.sets[field][element] = sorted({*dots, dot} - set(over))
        case Remove(field, element, over):
            _remove(state, field, element, over)
        case Delete(over):
            if all(deletion.dot != dot for deletion in state.deletions):
                state.deletions.append(Deletion(dot, sorted(over)))
                state.deletions.sort(key=lambda deletion: deletion.dot)
        case Restore(over):
            state.deletions = [deletion for deletion in state.deletions if deletion.dot not in over]
        case Unknown(raw):
            if all(kept.dot != dot for kept in state.unknown):
                state.unknown.append(Kept(dot, raw))
                state.unknown.sort(key=lambda kept: kept.dot)


def _supersede(standing: list[Written], new: Written, over: list[Dot]) -> None:
    if not standing:
        standing.append(new)
        return
    gone = set(over)
    gone.add(new.dot)
    standing[:] = sorted(
        [*(one for one in standing if one.dot not in gone), new],
        key=lambda one: one.dot,
    )


def _remove(state: RecordState, field: str, element: str, over: list[Dot]) -> None:
    elements = state.sets.setdefault(field, {})
    left = [dot for dot in elements.get(element, []) if dot not in set(over)]
    if left:
        elements[element] = left
    else:
        elements.pop(element, None)


def _write_text(state: RecordState, field: str, dot: Dot, content: str) -> None:
    standing = state.texts.get(field)
    if standing is None:
        state.texts[field] = Text(dot, content)
    elif standing.document or dot != standing.first:
        _merge_text(state, field, dot, text.start(origin(dot), content))


def _edit_text(state: RecordState, field: str, dot: Dot, delta: bytes) -> None:
    standing = state.texts.get(field)
    if standing is None:
        document = text.merge([delta])
        state.texts[field] = Text(dot, text.read(document), document)
    else:
        _merge_text(state, field, dot, delta)


def _merge_text(state: RecordState, field: str, dot: Dot, addition: bytes) -> None:
    standing = state.texts[field]
    document = text.merge([standing.load(), addition])
    state.texts[field] = Text(min(standing.first, dot), text.read(document), document)


def origin(dot: Dot) -> bytes:
    """Return the name of a write, as the CRDT's client ids are made of it."""
    return encode(dot)


def encode_state(state: RecordState) -> bytes:
    """Encode a state; equal states give equal bytes."""
    return encode(state)


def decode_state(data: bytes) -> RecordState:
    """Decode a state that `encode_state` wrote."""
    return decode(RecordState, data, STATE_LIMIT)


def _same(one: Value, other: Value) -> bool:
    return type(one) is type(other) and one == other
