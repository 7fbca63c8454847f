"""The history of a record: every operation that touched it, who wrote it, and what stood there before."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import NamedTuple

import msgspec

from desktop.casework.provenance import WriteView
from desktop.casework.views import Author, HistoryEntry, Scalar
from desktop.store.authors import Authors
from desktop.store.context import Context, change_number, split_number
from desktop.store.recall import Recalls
from sync import text
from sync.changes import (
    Add,
    Change,
    Create,
    Delete,
    Dot,
    Edit,
    Operation,
    Recall,
    Recalled,
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
    Restore: "restore", Recall: "recall", Recalled: "recalled",
}  # fmt: skip
ENTRIES = 200
_PORTION = 64  # changes read at a time


class Touch(NamedTuple):
    """One change that touched a record."""

    device: bytes
    sequence: int
    at_ms: int
    sent: bool
    late: bool
    change: Change


class _Found(NamedTuple):
    """One operation of a change on a record."""

    touch: Touch
    dot: Dot
    operation: Operation | Unknown
    gone: int = 0  # operations of the change that were recalled


class History:
    """Reads changes back. Oldest and newest are by the hybrid clock, which shows order and decides nothing."""

    def __init__(self, context: Context, authors: Authors) -> None:
        self._database = context.database
        self._recalls = Recalls(context)
        self._authors = authors

    def history(
        self, name: bytes, *, field: str = "", limit: int = ENTRIES, before: str = "", words: bool = True
    ) -> tuple[HistoryEntry, ...]:
        """At most `limit` operations on a record (or a field of it), newest first; `before`: older than that change.

        Without `words` the wording of long texts is left out: it takes a replay of all their edits.
        """
        row = self._database.one("SELECT n, space FROM records WHERE name = ?", (name,))
        if row is None:
            return ()
        record, space = row
        numbers = self._numbers(record)
        older = numbers[self._place(space, before, numbers) :] if before else numbers
        found = list(islice(self._operations(name[:16], older, field), limit))
        texts = self._texts(name[:16], numbers, found) if words else {}
        entries = tuple(self._entry(space, one, texts) for one in found)
        return tuple(map(partial(self._judged, space, name), entries, found))

    def _judged(self, space: int, name: bytes, entry: HistoryEntry, found: _Found) -> HistoryEntry:
        """A recall that does not hold is shown as refused."""
        recall = found.operation
        if not isinstance(recall, Recall):
            return entry
        id_ = self._database.value("SELECT id FROM spaces WHERE n = ?", (space,))
        if self._recalls.holds((space, id_), name[:16], found.touch.device, recall):
            return entry
        return msgspec.structs.replace(entry, operation="recall_refused")

    def writes(self, name: bytes, making: Dot | None) -> tuple[WriteView, ...]:
        """Every write of a register or a set of a record, oldest first, with what each superseded.

        `making`: names the change that made the record; what stands in it is marked so.
        """
        n = self._database.value("SELECT n FROM records WHERE name = ?", (name,))
        if n is None:
            return ()
        written: list[WriteView] = []
        authors: dict[str, Author] = {}
        for touch, dot, operation, _gone in reversed(list(self._operations(name[:16], self._numbers(n), ""))):
            change = f"{touch.device.hex()}.{touch.sequence}"
            if isinstance(operation, Set | Add | Remove):
                if change not in authors:
                    authors[change] = self._authors.author(touch.device, touch.at_ms)
                written.append(
                    WriteView(
                        f"{change}.{dot.place}",
                        change,
                        operation.field,
                        _NAMES[type(operation)],
                        operation.value if isinstance(operation, Set) else operation.element,
                        tuple(f"{one.device.hex()}.{one.sequence}.{one.place}" for one in operation.over),
                        authors[change],
                        made=making is not None and making[:2] == dot[:2],
                        late=touch.late,
                    )
                )
        return tuple(written)

    def stamp(self, name: bytes) -> tuple[int, ...]:
        """What changes whenever `writes` of a record may give something else; empty for one that is not here."""
        row = self._database.one(
            "SELECT n, (SELECT count(*) FROM touches WHERE record = n), (SELECT count(*) FROM late),"
            " (SELECT count(*) FROM devices) FROM records WHERE name = ?",
            (name,),
        )
        return tuple(row) if row else ()

    def operation(self, space: int, dot: Dot) -> Operation | Unknown | None:
        """The operation that a dot names in a space, if its change is here and readable."""
        row = self._database.one(
            "SELECT body_of(c.n, c.body) FROM changes c JOIN chains h ON h.n = c.n >> 32"
            " WHERE h.space = ? AND h.device = ? AND c.n = h.n << 32 | ? AND c.refused IS NULL",
            (space, dot.device, dot.sequence),
        )
        return _place(decode_change(row[0]), dot.place) if row else None

    def written_at(self, space: int, dot: Dot) -> int:
        """When a write was authored, by its author's clock; 0 if its change is not here."""
        number = self._number(space, dot.device, dot.sequence)
        return int(self._database.value("SELECT at_ms FROM changes WHERE n = ?", (number,)) or 0)

    def stored_at(self, space: int, dot: Dot) -> int:
        """When the server first had a write, by the server's clock; 0 while it is not sent, or where nobody said."""
        number = self._number(space, dot.device, dot.sequence)
        found = self._database.value(
            "SELECT h.at_ms FROM had h JOIN segments g ON g.n = h.segment"
            " WHERE h.segment > ? AND h.segment <= ? AND g.last >= ? ORDER BY h.segment DESC LIMIT 1",
            (number - dot.sequence, number, dot.sequence),
        )
        return int(found or 0)

    def values_of(self, space: int, dots: list[Dot]) -> tuple[Scalar, ...]:
        """What some writes had written."""
        found = (self.operation(space, dot) for dot in dots)
        return tuple(operation.value for operation in found if isinstance(operation, Set))

    def _number(self, space: int, device: bytes, sequence: int) -> int:
        """The number of a change; -1 when nothing of its device is here."""
        chain = self._database.value("SELECT n FROM chains WHERE space = ? AND device = ?", (space, device))
        return -1 if chain is None else change_number(chain, sequence)

    def _numbers(self, record: int) -> list[int]:
        """The changes that touched a record, newest first."""
        rows = self._database.all(
            "SELECT c.n FROM touches t JOIN changes c ON c.n = t.change JOIN chains h ON h.n = c.n >> 32"
            " WHERE t.record = ? ORDER BY c.stamp DESC, h.device DESC, c.n DESC",
            (record,),
        )
        return [row[0] for row in rows]

    def _place(self, space: int, change: str, numbers: list[int]) -> int:
        """Where the changes before a named one begin: at the newest of all when it is not among them."""
        device, _, sequence = change.partition(".")
        try:
            return numbers.index(self._number(space, bytes.fromhex(device), int(sequence))) + 1
        except ValueError:
            return 0

    def _operations(self, record: bytes, numbers: list[int], field: str) -> Iterator[_Found]:
        for start in range(0, len(numbers), _PORTION):
            for touch in self._touches(numbers[start : start + _PORTION]):
                done = list(operations_on(record, touch))
                gone = sum(isinstance(operation, Recalled) for _, operation in done)
                for dot, operation in reversed(done):
                    if isinstance(operation, Recalled):  # one entry tells of all that a change said no more
                        if gone and not field:
                            yield _Found(touch, dot, operation, gone)
                        gone = 0
                    elif not field or getattr(operation, "field", "") == field:
                        yield _Found(touch, dot, operation)

    def _touches(self, numbers: list[int]) -> list[Touch]:
        """Changes by their numbers, in the order of these."""
        late = [
            (first, change_number(split_number(first)[0], last))
            for first, last in self._database.all("SELECT g.n, g.last FROM late l JOIN segments g ON g.n = l.segment")
        ]
        rows = self._database.all(
            "SELECT c.n, c.at_ms, body_of(c.n, c.body), h.device, h.own, h.sent"
            " FROM changes c JOIN chains h ON h.n = c.n >> 32 WHERE c.n IN (SELECT value FROM json_each(?))",
            (f"[{','.join(map(str, numbers))}]",),
        )
        found = {
            n: Touch(
                device,
                split_number(n)[1],
                at_ms,
                not own or split_number(n)[1] <= sent,
                any(first <= n <= last for first, last in late),
                decode_change(body),
            )
            for n, at_ms, body, device, own, sent in rows
        }
        return [found[number] for number in numbers if number in found]

    def _texts(self, record: bytes, numbers: list[int], found: list[_Found]) -> dict[Dot, _Wording]:
        """The wordings of the long texts of what was found, before and after each edit."""
        wanted: dict[str, set[Dot]] = {}
        for _, dot, operation, _ in found:
            if isinstance(operation, Write | Edit):
                wanted.setdefault(operation.field, set()).add(dot)
        if not wanted:
            return {}
        edits: dict[str, list[tuple[Dot, Write | Edit]]] = {name: [] for name in wanted}
        for _, dot, operation, _ in self._operations(record, numbers, ""):
            if isinstance(operation, Write | Edit) and operation.field in edits:
                edits[operation.field].append((dot, operation))
        texts: dict[Dot, _Wording] = {}
        for name, dots in wanted.items():
            texts.update(_replay(edits[name][::-1], dots))
        return texts

    def _entry(self, space: int, found: _Found, texts: dict[Dot, _Wording]) -> HistoryEntry:
        touch, dot, operation, gone = found
        value: Scalar = None
        before: tuple[Scalar, ...] = ()
        match operation:
            case Set(_, written, over):
                value, before = written, self.values_of(space, over)
            case Write(_) | Edit(_):
                wording = texts.get(dot, _Wording("", None))
                value, before = wording.after, () if wording.before is None else (wording.before,)
            case Add(_, element):
                value = element
            case Remove(_, element):
                before = (element,)
            case Create(kind):
                value = kind
            case Recall(_, _, reason):
                value = reason
            case Recalled():
                value = gone
        return HistoryEntry(
            change=f"{touch.device.hex()}.{touch.sequence}",
            operation=_NAMES.get(type(operation), "unknown"),
            field=getattr(operation, "field", ""),
            value=value,
            before=before,
            author=self._authors.author(touch.device, touch.at_ms),
            sent=touch.sent,
            late=touch.late,
        )


class _Wording(NamedTuple):
    """A long text after an edit, and before it (None: there was none)."""

    after: str
    before: str | None


def _replay(edits: list[tuple[Dot, Write | Edit]], wanted: set[Dot]) -> dict[Dot, _Wording]:
    """The wording at each wanted edit. `edits`, oldest first; what comes before the first wanted one is one step."""
    first = next(place for place, (dot, _) in enumerate(edits) if dot in wanted)
    document, last = _woven(b"", edits[:first])
    texts: dict[Dot, _Wording] = {}
    for edit in edits[first:]:
        document, now = _woven(document, [edit])
        if edit[0] in wanted:
            texts[edit[0]] = _Wording(now or "", last)
        last = now
    return texts


def _woven(document: bytes, edits: list[tuple[Dot, Write | Edit]]) -> tuple[bytes, str | None]:
    """A document with more edits in it, and its text. One that cannot be read is left out, as the state leaves it."""
    additions = [_addition(dot, operation) for dot, operation in edits]
    documents = [document, *additions] if document else additions
    if not documents:
        return b"", None
    try:
        return text.merge(documents)
    except Malformed:
        if len(edits) > 1:
            for edit in edits:
                document, _ = _woven(document, [edit])
        return document, text.read(document) if document else None


def _addition(dot: Dot, operation: Write | Edit) -> bytes:
    return text.start(origin(dot), operation.text) if isinstance(operation, Write) else operation.delta


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
