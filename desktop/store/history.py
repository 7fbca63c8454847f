"""The history of a record: every operation that touched it, who wrote it, and what stood there before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from desktop.casework.views import HistoryEntry, Scalar
from desktop.store.authors import Authors
from desktop.store.context import Context, change_number, split_number
from sync import text
from sync.changes import (
    Add,
    Change,
    Create,
    Delete,
    Dot,
    Edit,
    Operation,
    Remove,
    Restore,
    Set,
    Unknown,
    Write,
    decode_change,
)
from sync.merge import origin
from sync.wire.errors import Malformed

_NAMES = {
    Create: "create", Set: "set", Write: "text", Edit: "text", Add: "add", Remove: "remove", Delete: "delete",
    Restore: "restore",
}  # fmt: skip
ENTRIES = 200


class Touch(NamedTuple):
    """One change that touched a record."""

    device: bytes
    sequence: int
    at_ms: int
    sent: bool
    change: Change


class History:
    """Reads changes back. Oldest and newest are by the hybrid clock, which shows order and decides nothing."""

    def __init__(self, context: Context, authors: Authors) -> None:
        self._database = context.database
        self._authors = authors

    def history(
        self, name: bytes, *, field: str = "", limit: int = ENTRIES, before: str = ""
    ) -> tuple[HistoryEntry, ...]:
        """At most `limit` operations on a record (or a field of it), newest first; `before`: older than that change."""
        space = self._database.value("SELECT space FROM records WHERE name = ?", (name,))
        touches = self._touches(name)
        texts = _Texts(name[:16], touches)
        if before:
            keys = [f"{touch.device.hex()}.{touch.sequence}" for touch in touches]
            touches = touches[keys.index(before) + 1 :] if before in keys else touches
        entries: list[HistoryEntry] = []
        for touch in touches:
            for dot, operation in reversed(list(operations_on(name[:16], touch))):
                target = getattr(operation, "field", "")
                if field and target != field:
                    continue
                entries.append(self._entry(space, touch, dot, operation, texts))
            if len(entries) >= limit:
                break
        return tuple(entries[:limit])

    def operation(self, space: int, dot: Dot) -> Operation | Unknown | None:
        """The operation that a dot names in a space, if its change is here and readable."""
        row = self._database.one(
            "SELECT c.body FROM changes c JOIN chains h ON h.n = c.n >> 32"
            " WHERE h.space = ? AND h.device = ? AND c.n = h.n << 32 | ? AND c.refused IS NULL",
            (space, dot.device, dot.sequence),
        )
        return _place(decode_change(row[0]), dot.place) if row else None

    def written_at(self, space: int, dot: Dot) -> int:
        """When a write was authored, by its author's clock; 0 if its change is not here."""
        chain = self._database.value("SELECT n FROM chains WHERE space = ? AND device = ?", (space, dot.device))
        if chain is None:
            return 0
        number = change_number(chain, dot.sequence)
        return int(self._database.value("SELECT at_ms FROM changes WHERE n = ?", (number,)) or 0)

    def values_of(self, space: int, dots: list[Dot]) -> tuple[Scalar, ...]:
        """What some writes had written."""
        found = (self.operation(space, dot) for dot in dots)
        return tuple(operation.value for operation in found if isinstance(operation, Set))

    def _touches(self, name: bytes) -> list[Touch]:
        rows = self._database.all(
            "SELECT c.n, c.at_ms, c.body, h.device, h.own, h.sent FROM records r JOIN touches t ON t.record = r.n"
            " JOIN changes c ON c.n = t.change JOIN chains h ON h.n = c.n >> 32"
            " WHERE r.name = ? ORDER BY c.stamp DESC, h.device DESC, c.n DESC",
            (name,),
        )
        return [
            Touch(device, split_number(n)[1], at_ms, not own or split_number(n)[1] <= sent, decode_change(body))
            for n, at_ms, body, device, own, sent in rows
        ]

    def _entry(self, space: int, touch: Touch, dot: Dot, operation: Operation | Unknown, texts: _Texts) -> HistoryEntry:
        value: Scalar = None
        before: tuple[Scalar, ...] = ()
        match operation:
            case Set(_, written, over):
                value, before = written, self.values_of(space, over)
            case Write(field) | Edit(field):
                value, earlier = texts.around(field, dot)
                before = (earlier,) if earlier is not None else ()
            case Add(_, element):
                value = element
            case Remove(_, element):
                before = (element,)
            case Create(kind):
                value = kind
        return HistoryEntry(
            change=f"{touch.device.hex()}.{touch.sequence}",
            operation=_NAMES.get(type(operation), "unknown"),
            field=getattr(operation, "field", ""),
            value=value,
            before=before,
            author=self._authors.author(touch.device, touch.at_ms),
            sent=touch.sent,
        )


class _Texts:
    """The whole text after each write of a field, in the order of the hybrid clock; built when first asked for."""

    def __init__(self, record: bytes, touches: list[Touch]) -> None:
        self._record = record
        self._touches = touches
        self._built: dict[str, dict[Dot, tuple[str, str | None]]] = {}

    def around(self, field: str, dot: Dot) -> tuple[str, str | None]:
        """The text after a write, and before it (None if it was the first)."""
        if field not in self._built:
            self._built[field] = self._build(field)
        return self._built[field].get(dot, ("", None))

    def _build(self, field: str) -> dict[Dot, tuple[str, str | None]]:
        built: dict[Dot, tuple[str, str | None]] = {}
        document, last = b"", None
        for touch in reversed(self._touches):
            for dot, operation in operations_on(self._record, touch):
                if isinstance(operation, Write | Edit) and operation.field == field:
                    try:
                        document = _woven(document, dot, operation)
                        now = text.read(document)
                    except Malformed:
                        continue
                    built[dot] = (now, last)
                    last = now
        return built


def _woven(document: bytes, dot: Dot, operation: Write | Edit) -> bytes:
    addition = text.start(origin(dot), operation.text) if isinstance(operation, Write) else operation.delta
    return text.merge([document, addition])[0] if document else addition


def operations_on(record: bytes, touch: Touch) -> Iterator[tuple[Dot, Operation | Unknown]]:
    """The operations of a change on one record, each with its dot, in their order."""
    place = 0
    for edit in touch.change.edits:
        for operation in edit.operations:
            if edit.record == record:
                yield Dot(touch.device, touch.sequence, place), operation
            place += 1


def _place(change: Change, place: int) -> Operation | Unknown | None:
    every = [operation for edit in change.edits for operation in edit.operations]
    return every[place] if place < len(every) else None
