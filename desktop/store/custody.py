"""Entries of chains of custody as they were signed, with what was done to them afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from desktop.casework.evidence_chain import CustodyStep
from desktop.casework.views import HistoryEntry
from desktop.store.context import Context
from desktop.store.history import History
from desktop.store.listing import Listing, parse_name
from sync.wire.signing import fingerprint

TYPE = "custody"
_LIMIT = 500  # operations on one entry that are looked at
_FIELDS = frozenset(CustodyStep.__struct_fields__)
_WRITES = frozenset({"set", "text", "add", "remove"})
_WORDS = {"title": "why"}


class CustodyReads:
    """Reads the entries of one space. What counts is what the change said that made an entry."""

    def __init__(self, context: Context, listing: Listing, history: History) -> None:
        self._database = context.database
        self._listing = listing
        self._history = history

    def of_exhibit(self, space: str, exhibit: str) -> list[CustodyStep]:
        """The entries of an exhibit, also those that say another one by now, and those in the bin."""
        named = [row.id for row in self._listing.of_space(space, (TYPE,)) if row.source == exhibit]
        wanted = dict.fromkeys([*named, *self._touched(space)])
        return [step for step in self._read(wanted) if step.exhibit == exhibit]

    def of_space(self, space: str) -> list[CustodyStep]:
        """The entries of every exhibit of a space."""
        return list(self._read(name.hex() for name in self._names(space, "")))

    def has_number(self, space: str, number: str) -> bool:
        """Whether an exhibit of a space has that number, in the bin too."""
        found = self._database.value(
            "SELECT 1 FROM rows WHERE type = 'exhibit' AND reference = ?"
            " AND space = (SELECT n FROM spaces WHERE id = ?)",
            (number, parse_name(space) or b""),
        )
        return found is not None

    def _touched(self, space: str) -> list[str]:
        """The entries that more than one change touched: one of them may hide what the entry said."""
        more = " AND (SELECT count(*) FROM touches t WHERE t.record = s.n) > 1"
        return [name.hex() for name in self._names(space, more)]

    def _names(self, space: str, more: str) -> list[bytes]:
        rows = self._database.all(
            "SELECT s.name FROM records s JOIN spaces p ON p.n = s.space WHERE p.id = ? AND s.type = ?" + more,  # noqa: S608
            (parse_name(space) or b"", TYPE),
        )
        return [row[0] for row in rows]

    def _read(self, ids: Iterable[str]) -> Iterator[CustodyStep]:
        for each in ids:
            name = parse_name(each)
            entries = self._history.history(name, limit=_LIMIT, words=False) if name is not None else ()
            step = step_of(each, entries)
            if step is not None:
                yield step


def step_of(record: str, entries: tuple[HistoryEntry, ...]) -> CustodyStep | None:
    """The entry that a history tells of; None where it was not made, or its content was recalled."""
    made = next((entry for entry in reversed(entries) if entry.operation == "create"), None)
    if made is None:
        return None
    said = {
        _WORDS.get(entry.field, entry.field): str(entry.value)
        for entry in reversed(entries)
        if entry.change == made.change and entry.operation == "set" and entry.value is not None
    }
    if "exhibit" not in said or "action" not in said:
        return None
    later = [entry for entry in entries if entry.change != made.change]
    binned = [entry.operation for entry in later if entry.operation in ("delete", "restore")]
    values = {name: value for name, value in said.items() if name in _FIELDS}
    return CustodyStep(
        id=record,
        author=made.author,
        fingerprint=fingerprint(bytes.fromhex(made.author.device)),
        change=made.change,
        sent=made.sent,
        late=made.late,
        altered=tuple(dict.fromkeys(entry.field for entry in later if entry.operation in _WRITES)),
        deleted=bool(binned) and binned[0] == "delete",
        **values,
    )
