"""Values that an officer wants in a field, as the fewest operations that say so without touching what others wrote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from desktop.casework.record_types import RECEIPTS, Field, RecordType
from desktop.casework.validation import Value
from desktop.casework.views import Scalar
from sync import merge, text
from sync.changes import Add, Create, Delete, Dot, Operation, Remove, Restore, Set, Unknown, Write
from sync.changes import Edit as EditText
from sync.merge import RecordState
from sync.wire.codec import MAX_HEADS

Operations: TypeAlias = list[Operation | Unknown]
MANY = 16_000  # values that one change can supersede: its limit is in bytes, and each takes some 25


def create_record(record_type: RecordType, values: Mapping[str, Value], nonce: bytes = b"") -> Operations:
    """The operations that make a record with its first, already validated values; `nonce`: what its id is made of."""
    operations: Operations = [Create(record_type.name, nonce)]
    for name, value in values.items():
        match record_type.fields[name].merge:
            case "set":
                operations += [Add(name, element, []) for element in _elements(value)]
            case "text":
                operations.append(Write(name, str(value)))
            case _:
                operations.append(Set(name, _scalar(value), []))
    if record_type.receipts:
        operations.append(Set(RECEIPTS.name, True, []))
    return operations


def write_field(state: RecordState, field: Field, value: Value, at: Dot) -> Operations:
    """The operations that give a field a validated value, none if it holds it; `at` is the place of the first."""
    if field.merge == "set":
        return write_set(state, field.name, _elements(value))
    if field.merge == "text":
        return write_text(state, field.name, str(value or ""), at)
    return write_register(state, field.name, _scalar(value), at)


def write_register(state: RecordState, name: str, value: Scalar, at: Dot) -> Operations:
    """One value over all that stand; nothing when it stands there alone already.

    Where more stand than one operation can supersede, each takes some of them and the one before it. Where more stand
    than one change can (MANY), the others stay: the next one takes them.
    """
    standing = state.registers.get(name, [])
    if len(standing) == 1 and _same(standing[0].value, value):
        return []
    if not standing and value is None:
        return []
    over = [one.dot for one in standing[:MANY]]
    written: Operations = []
    for start in range(0, max(1, len(over)), MAX_HEADS - 1):
        before = [Dot(at.device, at.sequence, at.place + len(written) - 1)] if written else []
        written.append(Set(name, value, before + over[start : start + MAX_HEADS - 1]))
    return written


def write_values(state: RecordState, name: str, values: Iterable[Scalar]) -> Operations:
    """Several values side by side over all that stand: a conflict again, when its resolution is undone."""
    operations: Operations = []
    over = [one.dot for one in state.registers.get(name, [])]
    for value in list(values) or [None]:
        operations.append(Set(name, value, over))
        over = []
    return operations


def write_set(state: RecordState, name: str, wanted: Iterable[str]) -> Operations:
    """Additions of what is missing and removals of what is too much, in a settled order."""
    elements = list(dict.fromkeys(wanted))
    standing = state.sets.get(name, {})
    return change_set(
        state,
        name,
        add=[each for each in elements if each not in standing],
        remove=[each for each in sorted(standing) if each not in elements],
    )


def change_set(state: RecordState, name: str, *, add: Iterable[str], remove: Iterable[str]) -> Operations:
    """Add and remove single elements; those that are there, or gone, already are passed over."""
    standing = state.sets.get(name, {})
    operations: Operations = [Add(name, each, []) for each in add if each not in standing]
    for each in remove:
        operations += [Remove(name, each, part) for part in _parts(list(standing.get(each, ())))]
    return operations


def write_text(state: RecordState, name: str, wanted: str, at: Dot) -> Operations:
    """A first write in the plain, or the smallest edit of the text that stands."""
    standing = state.texts.get(name)
    if standing is None:
        return [Write(name, wanted)] if wanted else []
    if standing.plain == wanted:
        return []
    return [EditText(name, text.edit(standing.load(), merge.origin(at), wanted))]


def delete_record(state: RecordState) -> Operations:
    """Delete what the desk has seen of a record; nothing when it is deleted already."""
    return [] if state.deleted else [Delete(list(state.touched))]


def restore_record(state: RecordState) -> Operations:
    """Void the deletions that stand; nothing when there are none."""
    return [Restore(part) for part in _parts([deletion.dot for deletion in state.deletions])]


def _parts(dots: list[Dot]) -> list[list[Dot]]:
    """Lists that one operation each can hold."""
    return [dots[start : start + MAX_HEADS] for start in range(0, len(dots), MAX_HEADS)]


def _elements(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _scalar(value: Value) -> Scalar:
    if isinstance(value, tuple):
        raise TypeError("a register holds one value")
    return value


def _same(one: Scalar, other: Scalar) -> bool:
    return type(one) is type(other) and one == other
