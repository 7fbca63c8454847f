"""What a query asks for, as conditions in SQL over the narrow table of rows."""

from __future__ import annotations

import json
from collections.abc import Iterator

from desktop.casework.record_types import RecordTypes
from desktop.casework.views import Query
from desktop.store.numbers import parse_name

Conditions = tuple[list[str], list[object]]
"""Conditions that all hold, and the values for their question marks."""

# Members of a query of which any will do, and the columns that hold one code, or several between spaces.
_ONE_OF = {
    "statuses": "status", "tlps": "tlp", "precedences": "priority", "evaluations": "evaluation", "assignees": "assignee"
}  # fmt: skip
_SOME_OF = {"countries": "countries", "handling": "handling"}
_MARKS = {"mine": "mine = 1", "unread": "unread = 1", "conflicts": "conflicts > 0", "unsent": "unsent > 0"}
_FROM = {"due_from": "due >= ?", "start_from": "start >= ?", "updated_since_ms": "updated >= ?"}
_BEFORE = {
    "due_before": "due < ? AND due != ''",
    "start_before": "start < ? AND start != ''",
    "updated_before_ms": "updated < ?",
}


def types_asked(query: Query, types: RecordTypes) -> tuple[str, ...]:
    """The types that a query asks for; none: any."""
    if not query.types and not query.families:
        return (query.type,) if query.type else ()
    return tuple(dict.fromkeys((*query.types, *(each.name for each in types.of_family(*query.families)))))


def conditions(query: Query, types: tuple[str, ...]) -> Conditions:
    """What holds for every row that a query asks for, but for its words."""
    where: list[str] = ["deleted = ?"]
    values: list[object] = [int(query.deleted)]
    for condition, *given in (*_of_place(query, types), *_of_codes(query), *_of_marks(query)):
        where.append(str(condition))
        # A lone surrogate, such as a terminal's stray byte, stands in no record: it finds nothing and fails nothing.
        values.extend(one.encode("utf-8", "replace").decode() if isinstance(one, str) else one for one in given)
    return where, values


def _of_place(query: Query, types: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
    if len(types) == 1:
        yield "type = ?", types[0]
    elif types:
        yield "type IN (SELECT value FROM json_each(?))", json.dumps(types)
    elif query.types or query.families:
        yield ("0",)
    if query.space:
        yield "space = (SELECT n FROM spaces WHERE id = ?)", parse_name(query.space) or b""


def _of_codes(query: Query) -> Iterator[tuple[object, ...]]:
    for member, column in _ONE_OF.items():
        if wanted := getattr(query, member):
            yield f"{column} IN ({', '.join('?' * len(wanted))})", *wanted
    for member, column in _SOME_OF.items():
        if wanted := getattr(query, member):
            yield f"({' OR '.join([f'instr({column}, ?)'] * len(wanted))})", *(f" {code} " for code in wanted)
    if query.without_statuses:
        yield f"status NOT IN ({', '.join('?' * len(query.without_statuses))})", *query.without_statuses


def _of_marks(query: Query) -> Iterator[tuple[object, ...]]:
    for member, condition in _MARKS.items():
        if getattr(query, member):
            yield (condition,)
    for member, condition in (_FROM | _BEFORE).items():
        if wanted := getattr(query, member):
            yield condition, wanted
