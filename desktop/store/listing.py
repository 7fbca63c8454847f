"""Lists: a query becomes SQL over the narrow table of rows; ids come first, rows a screenful at a time."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from desktop.casework.views import Facets, ListRow, Query
from desktop.store.conditions import conditions, types_asked
from desktop.store.context import Context
from desktop.store.merges import Merges
from desktop.store.numbers import parse_name
from desktop.store.projection import list_row
from desktop.store.shelves import ask_shelf, shelf_of
from i18n.folding import fold_query

__all__ = ["Listing", "parse_name"]

FACETS = {
    "types": "type", "statuses": "status", "tlps": "tlp", "precedences": "priority", "evaluations": "evaluation",
    "handling": "handling", "assignees": "assignee", "countries": "countries"
}  # fmt: skip
"""What is counted, by the member of a query that asks for it, and its column."""
_SEVERAL = ("handling", "countries")
FACET_ROWS = 20_000  # that are counted
SEARCH_CAP = 5_000  # records that a search looks at, newest first
FIRST_CAP = 1_000  # of them, where the first screenful is asked for
PATIENCE_S = 0.03  # for that: what was found by then is enough if it fills the screen
_LAST_CHARACTER = "\U0010ffff"
_DIGITS = 32  # of most names: a 16-byte id
_ORDERS = {
    "updated": "updated DESC, name",
    "due": "due = '', due, updated DESC",
    "reference": "reference = '', reference DESC, name",
    "title": "title, name",
}

_ROWS = (
    "SELECT s.name, p.id, s.type, s.card, r.updated, r.unread, r.conflicts, r.revived, r.unsent"
    " FROM records s JOIN rows r ON r.n = s.n JOIN spaces p ON p.n = s.space"
)


class _Found(NamedTuple):
    """Numbers of the newest records that a text is found in, as JSON, and whether there are no more to look at."""

    numbers: str
    whole: bool


MOST = 1 << 31  # rows of a list; SQLite's own numbers end at 63 bits


class Listing:
    """Answers queries; `Database.interrupt` from another thread ends a running one with Interrupted."""

    def __init__(self, context: Context) -> None:
        self._database = context.database
        self._types = context.types
        self.merges = Merges(context)

    def query(self, query: Query) -> list[str]:
        """Ids of the records that a query asks for, in its order (an unknown order: newest first).

        A search looks at the newest records only: at fewer of them when a limit says that this is enough to show.
        """
        found = self._found(query, query.limit)
        names = self._names(query, found)
        if found is None or found.whole or len(names) >= query.limit > 0:
            return names
        return self._names(query, self._found(query))

    def _names(self, query: Query, found: _Found | None) -> list[str]:
        """All names as one text: a row each costs four times as much, and contends for the interpreter at each."""
        names, parameters = self._select("name", query, found)
        count, text = self._database.one(f"SELECT count(*), group_concat(hex(name), '') FROM ({names})", parameters)  # noqa: S608
        if count * _DIGITS == len(text or ""):
            text = (text or "").lower()
            return [text[at : at + _DIGITS] for at in range(0, len(text), _DIGITS)]
        return [row[0].hex() for row in self._database.all(names, parameters)]  # some have the longer kind of name

    def _select(self, columns: str, query: Query, found: _Found | None) -> tuple[str, list[object]]:
        """What reads some columns of the rows asked for, in order, and its parameters.

        Of several types each is read in the order of its own index, where only so many rows are asked for.
        """
        types = types_asked(query, self._types)
        order = _ORDERS.get(query.order, _ORDERS["updated"])
        if found is None and query.limit > 0 and len(types) > 1 and order == _ORDERS["updated"]:
            each = [self._rows_of(f"{columns}, updated, name AS last", query, None, (one,)) for one in types]
            parts = [f"SELECT * FROM ({sql} ORDER BY {order} LIMIT ?)" for sql, _ in each]  # noqa: S608
            given = [one for _, parameters in each for one in (*parameters, min(query.limit, MOST))]
            sql = f"SELECT {columns} FROM ({' UNION ALL '.join(parts)}) ORDER BY updated DESC, last"  # noqa: S608
        else:
            sql, given = self._rows_of(columns, query, found, types)
            sql += f" ORDER BY {order}"
        return (f"{sql} LIMIT ?", [*given, min(query.limit, MOST)]) if query.limit > 0 else (sql, given)

    def _rows_of(
        self, columns: str, query: Query, found: _Found | None, types: tuple[str, ...]
    ) -> tuple[str, list[object]]:
        where, values = conditions(query, types)
        if found is None and not query.with_merged and (hidden := self.merges.hidden()):
            where.append("n NOT IN (SELECT value FROM json_each(?))")
            values.append(hidden)
        if found is not None:
            values.insert(0, found.numbers)
        return f"SELECT {columns} FROM {_source(query, found)} WHERE {' AND '.join(where)}", values  # noqa: S608

    def _found(self, query: Query, limit: int = 0) -> _Found | None:
        """What the full text finds; None where nothing is searched for."""
        if not query.text.strip():
            return None
        expression = fold_query(query.text)
        if not expression:
            return _Found("[]", whole=True)
        cap = min(SEARCH_CAP, max(FIRST_CAP, limit)) if limit > 0 else SEARCH_CAP
        enough = limit if limit > 0 else cap
        shelf = shelf_of(self._database.value("SELECT coalesce(max(n), 0) FROM rows"))
        found, numbers, until = 0, "", time.perf_counter() + PATIENCE_S
        while shelf >= 0 and found < cap and (found < enough or time.perf_counter() < until):
            count, some = self._database.one(
                "SELECT count(*), group_concat(rowid) FROM"
                " (SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT ?)",
                (ask_shelf(expression, shelf), cap - found),
            )
            if count:
                numbers = f"{numbers},{some}" if numbers else some
            found += count
            shelf -= 1
        return _Found(f"[{numbers}]", whole=cap == SEARCH_CAP or (shelf < 0 and found < cap))

    def count(self, query: Query) -> int:
        """How many records a query asks for, without its limit."""
        sql, parameters = self._rows_of("count(*)", query, self._found(query), types_asked(query, self._types))
        return int(self._database.value(sql, parameters))

    def facets(self, query: Query, columns: Iterable[str]) -> Facets:
        """How many of the newest records that a query asks for have each code of some columns (see FACETS)."""
        wanted = [column for column in columns if column in FACETS]
        counts: dict[str, dict[str, int]] = {column: {} for column in wanted}
        newest = msgspec.structs.replace(query, limit=FACET_ROWS + 1, order="updated")
        shown = ", ".join(FACETS[column] for column in wanted)
        if not wanted:
            return Facets(counts, whole=True)
        sql, parameters = self._select(shown, newest, self._found(newest, SEARCH_CAP))
        looked = 0
        grouped = f"SELECT {shown}, count(*) FROM ({sql}) GROUP BY {shown}"  # noqa: S608 - our own words only
        for *values, number in self._database.all(grouped, parameters):
            looked += number
            for column, value in zip(wanted, values, strict=True):
                for code in value.split() if column in _SEVERAL else [value] if value else []:
                    counts[column][code] = counts[column].get(code, 0) + number
        return Facets(
            {
                column: dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))
                for column, found in counts.items()
            },
            whole=looked <= FACET_ROWS,
        )

    def rows(self, ids: list[str]) -> list[ListRow]:
        """Rows of records, in the order of `ids`; ids that are not here are left out."""
        found: list[ListRow] = []
        for each in ids:
            row = self._database.one(_ROWS + " WHERE s.name = ?", (parse_name(each) or b"",))
            if row is not None:
                found.append(_row(row))
        return found

    def of_space(self, space: str, types: tuple[str, ...]) -> list[ListRow]:
        """Every record of a space that is of some types, the last changed first; deleted ones are left out."""
        wanted = " WHERE p.id = ? AND r.deleted = 0 AND r.type IN (SELECT value FROM json_each(?))"
        given = (parse_name(space) or b"", json.dumps(types))
        return [_row(row) for row in self._database.all(_ROWS + wanted + " ORDER BY r.updated DESC, s.name", given)]

    def types_of(self, space: str) -> dict[str, int]:
        """How many records of each type a space has; deleted ones are left out."""
        sql = "SELECT type, count(*) FROM rows WHERE space = (SELECT n FROM spaces WHERE id = ?) AND deleted = 0"
        return dict(self._database.all(sql + " GROUP BY type", (parse_name(space) or b"",)))

    def references(self, prefix: str) -> list[str]:
        """References of cases that begin with `prefix`, deleted ones too: what the next reference must differ from."""
        rows = self._database.all(
            "SELECT reference FROM rows WHERE reference >= ? AND reference < ? AND reference != '' AND type = 'case'",
            (prefix, prefix + _LAST_CHARACTER),
        )
        return [row[0] for row in rows]

    def has_reference(self, reference: str) -> bool:
        """Whether a case here has that reference, given by hand or by another desk, in the bin too."""
        sql = "SELECT 1 FROM rows WHERE reference = ? AND reference != '' AND type = 'case' LIMIT 1"
        return self._database.value(sql, (reference,)) is not None

    def attention(self) -> tuple[int, int]:
        """Fields in conflict and unread records, without deleted ones: cheap whatever the number of cases."""
        one = self._database.value
        return (
            int(one("SELECT coalesce(sum(conflicts), 0) FROM rows WHERE conflicts > 0 AND deleted = 0")),
            int(one("SELECT count(*) FROM rows WHERE unread = 1 AND deleted = 0 AND type != ''")),
        )

    def counts(self) -> dict[str, int]:
        """Cases, unread and conflicts, without deleted records, and unsent changes."""
        one = self._database.value
        conflicts, unread = self.attention()
        return {
            "cases": int(one("SELECT count(*) FROM rows WHERE type = 'case' AND deleted = 0")),
            "unread": unread,
            "conflicts": conflicts,
            "unsent": int(one("SELECT coalesce(sum(applied - sent), 0) FROM chains WHERE own = 1 AND applied > sent")),
        }


def _row(row: tuple[Any, ...]) -> ListRow:
    name, space, kind, card, *marks = row
    return list_row(name, space, kind, card, tuple(marks))


def _source(query: Query, found: _Found | None) -> str:
    """The table, read from what was found, or by the small index of what few records have.

    Without these words the planner reads the whole list, and looks each record up in what was found.
    """
    if found is not None:
        return "(SELECT value AS wanted FROM json_each(?)) CROSS JOIN rows ON n = wanted"
    if query.conflicts:
        return "rows INDEXED BY rows_conflicts"
    return "rows INDEXED BY rows_unread" if query.unread else "rows"
