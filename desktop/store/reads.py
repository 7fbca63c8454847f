"""Reading one record, its conflicts, and what the desk knows of its spaces: views for screens and commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from desktop.casework.record_types import COMMON, Field, RecordType
from desktop.casework.views import Author, ConflictView, FieldView, RecallView, RecordView, ValueView
from desktop.store.authors import Authors
from desktop.store.context import Context
from desktop.store.errors import UnknownRecord
from desktop.store.history import History
from desktop.store.listing import parse_name
from desktop.store.projection import CARD_LIMIT, Card, elements_of
from sync.changes import Dot, Set
from sync.merge import RecordState, Written, decode_state, in_conflict
from sync.wire.codec import decode

_ASKED = 64  # of the values in conflict, those that are asked what they superseded
MOST_VALUES = 1_000  # of one field that are shown


class Standing(NamedTuple):
    """A record as the log knows it: what `over` and new edits are made from."""

    space: bytes
    record: bytes
    state: RecordState


class SpaceView(msgspec.Struct, frozen=True):
    """A space: `members` are codes and roles; `readable`: its key is here; `pending`: changes that wait for others."""

    id: str
    kind: str
    members: tuple[tuple[str, str], ...]
    readable: bool
    pending: int


class AsideView(msgspec.Struct, frozen=True):
    """Something that was set aside: a received item that did not verify, or one of ours that the server refused."""

    space: str
    code: str
    at_ms: int
    bytes: int
    ours: bool


class Reads:
    """Views of records and spaces."""

    def __init__(self, context: Context, authors: Authors, history: History) -> None:
        self._context = context
        self._database = context.database
        self._authors = authors
        self._history = history

    def standing(self, record: str) -> Standing:
        """A record's space, id and state. Raises UnknownRecord."""
        row = self._database.one(
            "SELECT p.id, s.name, state_of(s.n, s.state) FROM records s JOIN spaces p ON p.n = s.space"
            " WHERE s.name = ?",
            (parse_name(record) or b"",),
        )
        if row is None:
            raise UnknownRecord
        return Standing(row[0], row[1][:16], decode_state(row[2]))

    def show(self, record: str) -> RecordView:
        """A record as it stands. Raises UnknownRecord."""
        row = self._database.one(
            "SELECT s.space, p.id, state_of(s.n, s.state), r.updated FROM records s JOIN rows r ON r.n = s.n"
            " JOIN spaces p ON p.n = s.space WHERE s.name = ?",
            (parse_name(record) or b"",),
        )
        if row is None:
            raise UnknownRecord
        number, space, state = row[0], row[1], decode_state(row[2])
        known = self._context.types.get(state.type)
        return RecordView(
            id=record.lower(),
            space=space.hex(),
            type=state.type,
            fields=self._fields(number, state, known),
            known=known is not None,
            deleted=state.deleted,
            revived=state.revived,
            updated_ms=row[3],
            readers=tuple(dict.fromkeys(code for code, _ in self._members(number) + self._guests(number))),
            unknown_operations=len(state.unknown),
            recalled=self._recalled(number, state),
        )

    def _recalled(self, space: int, state: RecordState) -> RecallView | None:
        if not state.recalls:
            return None
        first = min(state.recalls, key=lambda one: self._history.written_at(space, one.dot))
        dot = first.dot
        return RecallView(self._authors.author(dot.device, self._history.written_at(space, dot)), first.reason)

    def _fields(self, space: int, state: RecordState, known: RecordType | None) -> dict[str, FieldView]:
        fields: dict[str, FieldView] = {}
        changes: dict[tuple[bytes, int], tuple[Author, int]] = {}  # most fields were written by few of them
        declared = known.get if known else COMMON.get
        for name, written in state.registers.items():
            if _is(name, "register", declared):
                shown = tuple(self.value_view(space, one, changes) for one in a_view_of(written))
                fields[name] = FieldView(
                    name, "register", shown, known=declared(name) is not None, hidden=len(written) - len(shown)
                )
        for name, elements in state.sets.items():
            if _is(name, "set", declared):
                fields[name] = FieldView(
                    name, "set", elements=tuple(elements_of(elements)), known=declared(name) is not None
                )
        for name, content in state.texts.items():
            if _is(name, "text", declared):
                fields[name] = FieldView(name, "text", text=content.plain, known=declared(name) is not None)
        return fields

    def value_view(
        self, space: int, written: Written, changes: dict[tuple[bytes, int], tuple[Author, int]] | None = None
    ) -> ValueView:
        """One written value with its author; `changes`: what was looked up of changes before, and is added to."""
        dot = written.dot
        found = changes.get((dot.device, dot.sequence)) if changes is not None else None
        if found is None:
            author = self._authors.author(dot.device, self._history.written_at(space, dot))
            found = author, self._history.stored_at(space, dot)
            if changes is not None:
                changes[dot.device, dot.sequence] = found
        return ValueView(written.value, format_dot(dot), *found)

    def conflicts(self, limit: int = 1_000) -> tuple[ConflictView, ...]:
        """Every field that waits for a person, newest record first."""
        rows = self._database.all(
            "SELECT s.name, s.space, p.id, s.type, s.card, state_of(s.n, s.state) FROM rows r"
            " JOIN records s ON s.n = r.n JOIN spaces p ON p.n = s.space WHERE r.conflicts > 0 AND r.deleted = 0"
            " ORDER BY r.updated DESC LIMIT ?",
            (limit,),
        )
        found: list[ConflictView] = []
        for name, number, space, kind, card, state in rows:
            shown = decode(Card, card, CARD_LIMIT)
            for field, written in decode_state(state).registers.items():
                if in_conflict(written):
                    found.append(
                        ConflictView(
                            name.hex(),
                            space.hex(),
                            kind,
                            shown.reference,
                            shown.title,
                            shown.tlp,
                            field,
                            tuple(self.value_view(number, one) for one in a_view_of(written)),
                            self._before(number, written),
                        )
                    )
        return tuple(found[:limit])

    def _before(self, space: int, written: list[Written]) -> tuple[str | int | float | bool | None, ...]:
        """What stood there when the values diverged: the writes that all of them superseded, or else any of them."""
        overs = [
            set(operation.over)
            for operation in (self._history.operation(space, one.dot) for one in written[:_ASKED])
            if isinstance(operation, Set)
        ]
        if not overs:
            return ()
        common = set.intersection(*overs) or set.union(*overs).difference(one.dot for one in written)
        return self._history.values_of(space, sorted(common))

    def spaces(self) -> list[SpaceView]:
        """Every space, with what still waits in it."""
        rows = self._database.all(
            "SELECT s.n, s.id, s.kind, s.epoch IS NOT NULL,"
            " (SELECT coalesce(sum(c.last - c.applied), 0) FROM chains c WHERE c.space = s.n AND c.last > c.applied)"
            " FROM spaces s ORDER BY s.n"
        )
        return [
            SpaceView(id_.hex(), kind, tuple(self._members(n)), bool(readable), pending)
            for n, id_, kind, readable, pending in rows
        ]

    def members(self, space: str) -> tuple[tuple[str, str], ...]:
        """Codes and roles of a space's members; empty for an unknown space."""
        number = self._database.value("SELECT n FROM spaces WHERE id = ?", (parse_name(space) or b"",))
        return tuple(self._members(number)) if number is not None else ()

    def aside(self) -> list[AsideView]:
        """What was set aside, newest first."""
        received = self._database.all(
            "SELECT coalesce(space, x''), code, at_ms, length(data) FROM aside ORDER BY n DESC LIMIT 1000"
        )
        refused = self._database.all(
            "SELECT coalesce(s.id, x''), o.refused, 0, o.bytes FROM outbox o LEFT JOIN spaces s ON s.n = o.space"
            " WHERE o.refused IS NOT NULL ORDER BY o.n DESC LIMIT 1000"
        )
        return [AsideView(space.hex(), code, at_ms, size, ours=False) for space, code, at_ms, size in received] + [
            AsideView(space.hex(), code, at_ms, size, ours=True) for space, code, at_ms, size in refused
        ]

    def ministries(self) -> list[str]:
        """Codes of the ministries whose roots this desk trusts."""
        return [row[0] for row in self._database.all("SELECT ministry FROM roots ORDER BY ministry")]

    def as_of_ms(self) -> int:
        """When this desk last had everything that the server had; 0: never."""
        return self._context.meta("as_of_ms")

    def mark_read(self, record: str) -> None:
        """Note that the officer has seen a record."""
        with self._database.transaction(durable=False):
            self._database.run(
                "UPDATE rows SET unread = 0 WHERE unread = 1 AND n = (SELECT n FROM records WHERE name = ?)",
                (parse_name(record) or b"",),
            )

    def _guests(self, space: int) -> list[tuple[str, str]]:
        """Ministries and roles of single desks that are members."""
        return self._database.all(
            "SELECT d.ministry, g.role FROM guests g JOIN devices d ON d.device = g.device WHERE g.space = ?"
            " ORDER BY d.ministry",
            (space,),
        )

    def _members(self, space: int) -> list[tuple[str, str]]:
        return self._database.all("SELECT ministry, role FROM members WHERE space = ? ORDER BY ministry", (space,))


def format_dot(dot: Dot) -> str:
    """A dot as screens and commands name it: «device.sequence.place»."""
    return f"{dot.device.hex()}.{dot.sequence}.{dot.place}"


def _is(name: str, merge: str, declared: Callable[[str], Field | None]) -> bool:
    """Whether to show a field in this way: as its type declares it, or as it came when the type does not know it."""
    field = declared(name)
    return field is None or field.merge == merge


def a_view_of(written: list[Written]) -> list[Written]:
    """The values of a field that are shown: all, or where a member left far too many, some of every author's."""
    if len(written) <= MOST_VALUES:
        return written
    by_author: dict[bytes, list[Written]] = {}
    for one in written:
        by_author.setdefault(one.dot.device, []).append(one)
    each = max(1, MOST_VALUES // len(by_author))
    return [one for values in by_author.values() for one in values[-each:]][:MOST_VALUES]
