"""Lists: a query becomes SQL over the narrow table of rows; ids come first, rows a screenful at a time."""

from __future__ import annotations

from desktop.casework.views import ListRow, Query
from desktop.store.context import Context
from desktop.store.projection import list_row
from i18n.folding import fold_query

SEARCH_CAP = 5_000  # records that a search looks at, newest first
_ORDERS = {
    "updated": "updated DESC, name",
    "due": "due = '', due, updated DESC",
    "reference": "reference = '', reference DESC, name",
    "title": "title, name",
}


class Listing:
    """Answers queries; `Database.interrupt` from another thread ends a running one with Interrupted."""

    def __init__(self, context: Context) -> None:
        self._database = context.database

    def query(self, query: Query) -> list[str]:
        """Ids of the records that a query asks for, in its order (an unknown order: newest first)."""
        where, parameters = _conditions(query)
        order = _ORDERS.get(query.order, _ORDERS["updated"])
        limit = " LIMIT ?" if query.limit > 0 else ""
        if query.limit > 0:
            parameters.append(query.limit)
        sql = f"SELECT name FROM {_source(query)} WHERE {where} ORDER BY {order}{limit}"  # noqa: S608 - our own words only
        rows = self._database.all(sql, parameters)
        return [row[0].hex() for row in rows]

    def count(self, query: Query) -> int:
        """How many records a query asks for, without its limit."""
        where, parameters = _conditions(query)
        sql = f"SELECT count(*) FROM {_source(query)} WHERE {where}"  # noqa: S608 - our own words only
        return int(self._database.value(sql, parameters))

    def rows(self, ids: list[str]) -> list[ListRow]:
        """Rows of records, in the order of `ids`; ids that are not here are left out."""
        found: list[ListRow] = []
        for each in ids:
            row = self._database.one(
                "SELECT s.name, p.id, s.type, s.card, r.updated, r.unread, r.conflicts, r.revived, r.unsent"
                " FROM records s JOIN rows r ON r.n = s.n JOIN spaces p ON p.n = s.space WHERE s.name = ?",
                (parse_name(each) or b"",),
            )
            if row is not None:
                name, space, kind, card, *marks = row
                found.append(list_row(name, space, kind, card, tuple(marks)))
        return found

    def references(self, prefix: str) -> list[str]:
        """References of cases that begin with `prefix`, deleted ones too: what the next reference must differ from."""
        rows = self._database.all(
            "SELECT reference FROM rows WHERE type = 'case' AND substr(reference, 1, ?) = ?", (len(prefix), prefix)
        )
        return [row[0] for row in rows]

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


def parse_name(text: str) -> bytes | None:
    """A record's name in the database from its id on screens: 32 hexadecimal digits, or 64 (see `States`)."""
    try:
        name = bytes.fromhex(text)
    except ValueError:
        return None
    return name if len(name) in (16, 32) and len(text) == 2 * len(name) else None


def _conditions(query: Query) -> tuple[str, list[object]]:
    where = ["deleted = ?"]
    values: list[object] = [int(query.deleted)]

    def add(condition: str, *given: object) -> None:
        where.append(condition)
        values.extend(given)

    if query.type:
        add("type = ?", query.type)
    if query.space:
        add("space = (SELECT n FROM spaces WHERE id = ?)", parse_name(query.space) or b"")
    for column, wanted in (("status", query.statuses), ("tlp", query.tlps)):
        if wanted:
            add(f"{column} IN ({', '.join('?' * len(wanted))})", *wanted)
    if query.without_statuses:
        add(f"status NOT IN ({', '.join('?' * len(query.without_statuses))})", *query.without_statuses)
    if query.countries:
        add(f"({' OR '.join(['instr(countries, ?)'] * len(query.countries))})", *(f" {c} " for c in query.countries))
    where.extend(_marks(query))
    if query.due_before:
        add("due != '' AND due < ?", query.due_before)
    if query.updated_since_ms:
        add("updated >= ?", query.updated_since_ms)
    if query.text.strip():
        expression = fold_query(query.text)
        if expression:
            add(
                "n IN (SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT ?)",
                expression,
                SEARCH_CAP,
            )
        else:
            add("0")
    return " AND ".join(where), values


def _source(query: Query) -> str:
    """The table, by the small index of what few records have: without it the planner reads the whole list."""
    if query.text.strip():
        return "rows"
    if query.conflicts:
        return "rows INDEXED BY rows_conflicts"
    return "rows INDEXED BY rows_unread" if query.unread else "rows"


def _marks(query: Query) -> list[str]:
    asked = {
        "mine = 1": query.mine,
        "unread = 1": query.unread,
        "conflicts > 0": query.conflicts,
        "unsent > 0": query.unsent,
    }
    return [condition for condition, wanted in asked.items() if wanted]
