"""What lists, filters and the search see of a record: it follows from its state, by the record type's roles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from desktop.casework.handling import all_handling, strictest_tlp
from desktop.casework.record_types import NOTE, RecordType, RecordTypes
from desktop.casework.views import ListRow, Scalar
from i18n.folding import EXTRAS, fold, fold_words
from sync.changes import Add, Create, Dot, Operation, Set, Unknown, Write
from sync.merge import RecordState, Written
from sync.wire.codec import decode, encode

MAX_LINE = 300  # characters of a value in a list
MAX_SORTED = 80  # characters of a title that order it
MAX_ELEMENTS = 32  # of a set in a list
CARD_LIMIT = 1 << 20
_SETS = ("handling", "countries")
_TLP_NOTE, _HANDLING_NOTE = f"{NOTE}tlp", f"{NOTE}handling"
_GIVES = {"register": Set, "set": Add, "text": Write}
_SAYS = {Set: "value", Add: "element", Write: "text"}
_UNTYPED = ("title", "name")  # fields that may name a record whose type this version does not know


class Card(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The part of a list's row that follows from the state, kept beside it."""

    reference: str = ""
    title: str = ""
    subtitle: str = ""
    status: str = ""
    priority: str = ""
    tlp: str = ""
    handling: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    due: str = ""
    assignee: str = ""
    source: str = ""  # of a link: ids of what it joins
    target: str = ""
    start: str = ""  # ISO date or time
    end: str = ""
    where: str = ""  # "latitude,longitude" in degrees
    where_to: str = ""
    recalled: bool = False
    evaluation: str = ""
    stands: str = ""  # of a merge: id of the record of the two that stands in lists


class Projected(NamedTuple):
    """A record as rows and card have it."""

    type: str
    card: Card
    deleted: bool
    conflicts: int
    revived: bool
    title: str  # folded, for sorting
    creator: bytes  # device


class _Plan(NamedTuple):
    lines: tuple[tuple[str, str], ...]  # role, field
    texts: tuple[tuple[str, str], ...]
    sets: tuple[tuple[str, str], ...]
    searched: tuple[tuple[str, str], ...]  # merge, field
    roles: tuple[dict[str, str], dict[str, str], dict[str, str]]  # of a field: of registers, sets, texts


class Projection:
    """Projects states by the record types; keeps a plan for each type."""

    def __init__(self, types: RecordTypes) -> None:
        self._plans = {name: _plan(each) for name, each in types.items()}
        self._untyped = _Plan((), (), (), (), ({}, {}, {}))

    def project(self, state: RecordState) -> Projected:
        """Return what lists show and filter of a state."""
        kind = state.type
        plan = self._plans.get(kind)
        registers, sets = state.registers, state.sets
        shown: dict[str, str | tuple[str, ...] | bool] = {"recalled": True} if state.recalls else {}
        for role, field in plan.lines if plan else _untyped(state):
            written = registers.get(field)
            if written:
                shown[role] = _strictest(written) if role == "tlp" else line(written[0].value)
        if plan:
            for role, field in plan.sets:
                if elements := sets.get(field):
                    shown[role] = tuple(elements_of(elements)[:MAX_ELEMENTS])
            for role, field in plan.texts:
                if text := state.texts.get(field):
                    shown[role] = line(text.plain)
        _mark_by_notes(shown, state)
        card = Card(**shown)  # type: ignore[arg-type]
        title = fold_words(card.title)[:MAX_SORTED]
        creator = state.types[0].dot.device if state.types else b""
        conflicts = len(state.conflicts)
        return Projected(kind, card, state.deleted, conflicts, state.revived, title, creator)

    def first(self, device: bytes, operations: Sequence[Operation | Unknown]) -> Projected | None:
        """What `project` returns of a new record after its first change, if that only says what the record is.

        That is most records that ever arrive, and spares making their states. None if the change does anything else.
        """
        create = operations[0]
        plan = self._plans.get(create.type) if type(create) is Create else None
        if plan is None:
            return None
        registers, sets, texts = plan.roles
        seen: set[str] = set()
        written: set[str] = set()
        shown: dict[str, str | tuple[str, ...]] = {}
        elements: dict[str, set[str]] = {}
        for operation in operations[1:]:
            kind = type(operation)
            if kind is Set:
                field = operation.field  # type: ignore[union-attr]
                if field in seen or operation.over or operation.value is True or field.endswith(_TLP_NOTE):  # type: ignore[union-attr]
                    return None  # what is true may ask for receipts; a note on a value may mark all of the record
                seen.add(field)
                if field in registers:
                    shown[registers[field]] = line(operation.value)  # type: ignore[union-attr]
            elif kind is Add:
                if operation.over or operation.field.endswith(_HANDLING_NOTE):  # type: ignore[union-attr]
                    return None
                if operation.field in sets:  # type: ignore[union-attr]
                    elements.setdefault(sets[operation.field], set()).add(operation.element)  # type: ignore[union-attr]
            elif kind is Write and operation.field not in written:  # type: ignore[union-attr]
                written.add(operation.field)  # type: ignore[union-attr]
                if operation.field in texts:  # type: ignore[union-attr]
                    shown[texts[operation.field]] = line(operation.text)  # type: ignore[union-attr]
            else:
                return None
        for role, found in elements.items():
            shown[role] = tuple(sorted(found)[:MAX_ELEMENTS])
        card = Card(**shown)  # type: ignore[arg-type]
        title = fold_words(card.title)[:MAX_SORTED]
        return Projected(create.type, card, False, 0, False, title, device)  # type: ignore[union-attr]

    def searched_first(self, operations: Sequence[Operation | Unknown]) -> str:
        """What `searched` returns of the record of which `first` returned something."""
        plan = self._plans.get(operations[0].type, self._untyped)  # type: ignore[union-attr]
        given: dict[tuple[type, str], list[str]] = {(_GIVES[merge], field): [] for merge, field in plan.searched}
        for operation in operations[1:]:
            kind = type(operation)
            found = given.get((kind, operation.field))  # type: ignore[union-attr]
            if found is not None:
                value = getattr(operation, _SAYS[kind])
                if value is not None:
                    found.append(str(value))
        pieces: list[str] = []
        for (kind, _), values in given.items():
            pieces += sorted(set(values)) if kind is Add else values
        return fold("\n".join(pieces).replace(EXTRAS, " "))

    def searched(self, state: RecordState) -> str:
        """Return the folded text that the search finds a record by; empty for a deleted one's unknown type."""
        plan = self._plans.get(state.type, self._untyped)
        pieces: list[str] = []
        for merge, field in plan.searched:
            if merge == "register":
                pieces += [str(one.value) for one in state.registers.get(field, ()) if one.value is not None]
            elif merge == "set":
                pieces += elements_of(state.sets.get(field, {}))
            elif text := state.texts.get(field):
                pieces.append(text.plain)
        return fold("\n".join(piece.replace(EXTRAS, " ") for piece in pieces))


def encode_card(card: Card) -> bytes:
    """Encode a card for the database."""
    return encode(card)


def list_row(name: bytes, space: bytes, kind: str, card: bytes, marks: tuple[int, int, int, int, int]) -> ListRow:
    """Build a list's row; `marks`: updated, unread, conflicts, revived, unsent."""
    updated, unread, conflicts, revived, unsent = marks
    shown = decode(Card, card, CARD_LIMIT)
    return ListRow(
        name.hex(),
        space.hex(),
        kind,
        shown.reference,
        shown.title,
        shown.subtitle,
        shown.status,
        shown.priority,
        shown.tlp,
        shown.handling,
        shown.countries,
        shown.due,
        shown.assignee,
        updated,
        bool(unread),
        conflicts,
        bool(revived),
        bool(unsent),
        shown.source,
        shown.target,
        shown.start,
        shown.end,
        shown.where,
        shown.where_to,
        shown.recalled,
        evaluation=shown.evaluation,
    )


def line(value: Scalar) -> str:
    """A value as one line of a list."""
    if isinstance(value, str):
        return value if len(value) <= MAX_LINE else value[:MAX_LINE] + "…"
    return "" if value is None else str(value)


def elements_of(elements: dict[str, list[Dot]]) -> list[str]:
    """The elements of a set that some addition still holds, in order."""
    return sorted(element for element, dots in elements.items() if dots)


def _mark_by_notes(shown: dict[str, str | tuple[str, ...] | bool], state: RecordState) -> None:
    """A row is marked by the strictest of its record and of what is noted on each of its values."""
    for field, written in state.registers.items():
        if field.endswith(_TLP_NOTE) and (codes := [line(one.value) for one in written if one.value]):
            shown["tlp"] = strictest_tlp([str(shown.get("tlp", "")), *codes])
    for field, elements in state.sets.items():
        if field.endswith(_HANDLING_NOTE) and (found := elements_of(elements)):
            standing = shown.get("handling", ())
            shown["handling"] = all_handling([standing if isinstance(standing, tuple) else (), found])[:MAX_ELEMENTS]


def _strictest(written: list[Written]) -> str:
    """In conflict the stricter marking is shown and filtered by, until a person decides."""
    codes = [line(one.value) for one in written]
    return codes[0] if len(codes) == 1 else strictest_tlp(codes)


def _untyped(state: RecordState) -> tuple[tuple[str, str], ...]:
    return tuple(("title", field) for field in _UNTYPED if field in state.registers)[:1]


def _plan(kind: RecordType) -> _Plan:
    by_merge: dict[str, list[tuple[str, str]]] = {"register": [], "set": [], "text": []}
    for role, field in kind.roles.items():
        if role in Card.__struct_fields__ and (field.merge == "set") == (role in _SETS):
            by_merge[field.merge].append((role, field.name))
    searched = tuple((field.merge, field.name) for field in kind.fields.values() if field.searched)
    registers, sets, texts = ({field: role for role, field in by_merge[merge]} for merge in ("register", "set", "text"))
    return _Plan(
        tuple(by_merge["register"]), tuple(by_merge["text"]), tuple(by_merge["set"]), searched, (registers, sets, texts)
    )
