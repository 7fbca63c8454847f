"""Changes: what one officer saved at one moment, as operations on records. PROTOCOL.md, "Changes"."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence as SequenceOf
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from sync.wire.codec import (
    ID_BYTES,
    MAX_CHANGE,
    MAX_HEADS,
    MAX_OPERATIONS,
    Id,
    Moment,
    Sequence,
    decode,
    encode,
)
from sync.wire.errors import Malformed, UnknownSuite

VERSION = 1

Name = Annotated[str, Meta(max_length=64)]
"""A field's or type's name, `[a-z][a-z0-9_]{0,63}` (`_check_names`). It is data: it never names a table or a column."""

Value = str | int | float | bool | None

Stamp = Annotated[int, Meta(ge=0, le=(1 << 63) - 1)]
"""A reading of the hybrid logical clock: milliseconds and a counter of 16 bits (sync.clock)."""


class Dot(NamedTuple):
    """Names one write for ever: the device, the number of its change in the space, the place in that change."""

    device: Id
    sequence: Sequence
    place: Annotated[int, Meta(ge=0, lt=MAX_OPERATIONS)]


class Dependency(NamedTuple):
    """A change of another device that the author had applied."""

    device: Id
    sequence: Sequence


Over = Annotated[list[Dot], Meta(max_length=MAX_HEADS)]
"""The writes that the author saw in that place, superseded by this one."""

Nonce = Annotated[bytes, Meta(max_length=ID_BYTES)]
"""Sixteen random bytes of which a record's id is made (`sync.recall.record_id`); none where it is made otherwise."""

MAX_REASON = 500  # characters

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_NAMES_KEPT = 4_096


class Create(msgspec.Struct, frozen=True, array_like=True, gc=False, tag_field="op", tag="create"):
    """A record comes to be, of a type. `nonce`: what with its author's device gives the record's id."""

    type: Name
    nonce: Nonce = b""


class Set(msgspec.Struct, frozen=True, array_like=True, gc=False, tag_field="op", tag="set"):
    """A register gets a value that supersedes those the author saw."""

    field: Name
    value: Value
    over: Over


class Write(msgspec.Struct, frozen=True, array_like=True, gc=False, tag_field="op", tag="write"):
    """A first text of a long text field, in the plain; it stands for the CRDT's insertion (see sync.text)."""

    field: Name
    text: str


class Edit(msgspec.Struct, frozen=True, array_like=True, gc=False, tag_field="op", tag="edit"):
    """An edit of a long text: an update of its CRDT (Yjs update encoding, version 1)."""

    field: Name
    delta: bytes


class Add(msgspec.Struct, frozen=True, array_like=True, gc=False, tag_field="op", tag="add"):
    """An element is in a set."""

    field: Name
    element: str
    over: Over


class Remove(msgspec.Struct, frozen=True, array_like=True, gc=False, tag_field="op", tag="remove"):
    """The named additions of an element are undone; an addition that the author did not see stays."""

    field: Name
    element: str
    over: Over


class Delete(msgspec.Struct, frozen=True, array_like=True, gc=False, tag_field="op", tag="delete"):
    """The record is gone, as far as the author had seen it: the last change of each device that touched it."""

    over: Annotated[list[Dependency], Meta(max_length=MAX_HEADS)]


class Restore(msgspec.Struct, frozen=True, array_like=True, gc=False, tag_field="op", tag="restore"):
    """The named deletions are void."""

    over: Over


class Recall(msgspec.Struct, frozen=True, array_like=True, gc=False, tag_field="op", tag="recall"):
    """Its maker's ministry takes the record back, for good. `device`, `nonce`: what its id is made of."""

    device: Id
    nonce: Nonce
    reason: Annotated[str, Meta(max_length=MAX_REASON)]


class Recalled(msgspec.Struct, frozen=True, array_like=True, gc=False, tag_field="op", tag="recalled"):
    """In the place of an operation whose record was recalled. It means nothing."""


class Unknown(msgspec.Struct, frozen=True):
    """An operation of a later version: kept and relayed as it came."""

    raw: bytes


Operation = Create | Set | Write | Edit | Add | Remove | Delete | Restore | Recall | Recalled


class RecordEdit(msgspec.Struct, frozen=True, array_like=True):
    """The operations of a change on one record."""

    record: Id
    operations: list[Operation | Unknown]


class Change(msgspec.Struct, frozen=True, array_like=True):
    """One change without its place in a chain: that one is (space, device, sequence)."""

    version: int
    at_ms: Moment  # the author's wall clock
    stamp: Stamp  # hybrid logical clock, sync.clock
    after: list[Dependency]  # of other devices, news since this device's previous change
    edits: list[RecordEdit]


class _KnownEdit(msgspec.Struct, frozen=True, array_like=True):
    record: Id
    operations: Annotated[list[Operation], Meta(min_length=1, max_length=MAX_OPERATIONS)]


class _RawEdit(msgspec.Struct, frozen=True, array_like=True):
    record: Id
    operations: Annotated[list[msgspec.Raw], Meta(min_length=1, max_length=MAX_OPERATIONS)]


class _KnownChange(msgspec.Struct, frozen=True, array_like=True):
    version: int
    at_ms: Moment
    stamp: Stamp
    after: Annotated[list[Dependency], Meta(max_length=MAX_HEADS)]
    edits: Annotated[list[_KnownEdit], Meta(min_length=1, max_length=MAX_OPERATIONS)]


class _RawChange(msgspec.Struct, frozen=True, array_like=True):
    version: int
    at_ms: Moment
    stamp: Stamp
    after: Annotated[list[Dependency], Meta(max_length=MAX_HEADS)]
    edits: Annotated[list[_RawEdit], Meta(min_length=1, max_length=MAX_OPERATIONS)]


_KNOWN: dict[str, type[Operation]] = {
    "create": Create, "set": Set, "write": Write, "edit": Edit, "add": Add, "remove": Remove, "delete": Delete,
    "restore": Restore, "recall": Recall, "recalled": Recalled,
}  # fmt: skip
_operation: msgspec.msgpack.Decoder[Operation] = msgspec.msgpack.Decoder(Operation)
_parts = msgspec.msgpack.Decoder(Annotated[list[msgspec.Raw], Meta(min_length=1)])
_tag = msgspec.msgpack.Decoder(Annotated[str, Meta(max_length=64)])


def encode_change(change: Change) -> bytes:
    """Encode a change of our own; raises Malformed when no reader would take it: too large, empty, or not in Unicode.

    One that supersedes more than a list may hold would stand here and be malformed to everybody else.
    """
    for edit in change.edits:
        if not edit.operations:
            raise Malformed("an edit that does nothing")
        for operation in edit.operations:
            if type(operation) in _SUPERSEDING and len(operation.over) > MAX_HEADS:  # type: ignore[union-attr]
                raise Malformed(f"more than {MAX_HEADS} writes superseded at once")
    try:
        edits = [
            _RawEdit(
                edit.record, [msgspec.Raw(op.raw if isinstance(op, Unknown) else encode(op)) for op in edit.operations]
            )
            for edit in change.edits
        ]
        data = encode(_RawChange(change.version, change.at_ms, change.stamp, change.after, edits))
    except UnicodeEncodeError as error:
        raise Malformed("text with a lone surrogate") from error
    if len(data) > MAX_CHANGE:
        raise Malformed(f"a change of {len(data)} bytes where at most {MAX_CHANGE} are allowed")
    return data


def decode_change(data: bytes) -> Change:
    """Decode a change; operations of a later version come out as Unknown. Raises Malformed, UnknownSuite."""
    try:
        known = decode(_KnownChange, data, MAX_CHANGE)
    except Malformed:
        return _decode_with_unknown(data)
    _check(known)
    _check_operations(known.edits)
    return known  # type: ignore[return-value]  # the same shape, with nothing unknown in it


def shapes() -> dict[str, list[str]]:
    """The operations that this version knows, and the elements that it reads of each."""
    return {name: list(kind.__struct_fields__) for name, kind in _KNOWN.items()}


def is_known(raw: bytes) -> bool:
    """Whether an operation that was kept as unknown is one that this version knows."""
    try:
        return _tag.decode(_parts.decode(raw)[0]) in _KNOWN
    except (msgspec.DecodeError, ValueError, RecursionError):
        return False


def dependencies(change: Change, device: bytes, sequence: int) -> list[Dependency]:
    """Return the last change of each other device that must be applied before this one, change `sequence` of `device`.

    They are those in `after`, those of every write it supersedes, and the first of the device that a recall names: a
    change cannot act on what it does not come after. Raises Malformed when it names a later change of its own device.
    """
    needed = dict(change.after)
    for edit in change.edits:
        for operation in edit.operations:
            kind = type(operation)
            if kind in _SUPERSEDING:
                for one in operation.over:  # type: ignore[union-attr]
                    needed[one.device] = max(needed.get(one.device, 0), one.sequence)
            elif kind is Recall:
                needed.setdefault(operation.device, 1)  # type: ignore[union-attr]
    if not needed:
        return []
    if needed.pop(device, 0) > sequence:
        raise Malformed("a change that supersedes a later one of its own device")
    return sorted(Dependency(*one) for one in needed.items())


def _decode_with_unknown(data: bytes) -> Change:
    raw = decode(_RawChange, data, MAX_CHANGE)
    _check(raw)
    edits = [RecordEdit(edit.record, [_decode_operation(op) for op in edit.operations]) for edit in raw.edits]
    _check_operations(edits)
    return Change(raw.version, raw.at_ms, raw.stamp, raw.after, edits)


def _decode_operation(raw: msgspec.Raw) -> Operation | Unknown:
    try:
        operation: Operation = _operation.decode(raw)
        return operation
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        try:
            tag = _tag.decode(_parts.decode(raw)[0])
        except (msgspec.DecodeError, ValueError, RecursionError):
            raise Malformed("an operation is an array that begins with its name") from error
        if tag in _KNOWN:
            raise Malformed(f"operation {tag}: {error}") from error
        return Unknown(bytes(raw))


def _check(change: _KnownChange | _RawChange) -> None:
    if change.version != VERSION:
        raise UnknownSuite(f"version {change.version} of a change is not known here")
    operations = sum(len(edit.operations) for edit in change.edits)
    if operations > MAX_OPERATIONS:
        raise Malformed(f"{operations} operations where at most {MAX_OPERATIONS} are allowed")
    if len(change.edits) > 1 and len({edit.record for edit in change.edits}) < len(change.edits):
        raise Malformed("a change names a record once")


_SUPERSEDING = frozenset({Set, Add, Remove, Delete, Restore})
_names: set[str] = set()  # that were seen and are good: there are few, and a pattern takes longer than all else


def _check_operations(edits: SequenceOf[_KnownEdit] | SequenceOf[RecordEdit]) -> None:
    """Check what the decoder does not: names of types and fields, and that numbers are equal to themselves."""
    for edit in edits:
        for operation in edit.operations:
            kind = type(operation)
            if kind is Set:
                name = operation.field  # type: ignore[union-attr]
                if type(operation.value) is float and not math.isfinite(operation.value):  # type: ignore[union-attr]
                    raise Malformed("a number must be finite")
            elif kind is Add or kind is Write or kind is Edit or kind is Remove:
                name = operation.field  # type: ignore[union-attr]
            elif kind is Create:
                name = operation.type  # type: ignore[union-attr]
            else:
                continue
            if name not in _names:
                if not _NAME.fullmatch(name):
                    raise Malformed("a name is made of small letters, digits and _")
                if len(_names) < _NAMES_KEPT:
                    _names.add(name)
