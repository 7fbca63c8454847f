"""Which records lists leave out as another one stands in their place; a space's links speak for that space only."""

from __future__ import annotations

import json

from desktop.casework.merging import Merge, parse_merge, standing_records
from desktop.store.context import Context
from desktop.store.numbers import parse_name

MOST_MERGES = 20_000  # that are looked at, so that nobody can make every list slow


class Merges:
    """What follows from the merges that stand, worked out anew when something was written."""

    def __init__(self, context: Context) -> None:
        self._database = context.database
        self._version: object = None
        self._stands: dict[str, str] = {}
        self._hidden = ""

    def stands(self) -> dict[str, str]:
        """The record that lists show in the place of each that they leave out, by their ids."""
        self._refresh()
        return self._stands

    def of_record(self, space: str, record: str) -> list[tuple[str, Merge]]:
        """The merges in a space that join a record with others: ids of the links, and what they say."""
        rows = self._database.all(
            "SELECT name, merge FROM rows INDEXED BY rows_merges WHERE merge != '' AND deleted = 0"
            " AND space = (SELECT n FROM spaces WHERE id = ?) AND instr(merge, ?) > 0",
            (parse_name(space) or b"", record),
        )
        found = [(name.hex(), parse_merge(text)) for name, text in rows]
        return [(link, merge) for link, merge in found if merge is not None and record in merge[:2]]

    def hidden(self) -> str:
        """Numbers of the records that lists leave out, as JSON; an empty text when there are none."""
        self._refresh()
        return self._hidden

    def _refresh(self) -> None:
        version = self._database.one("SELECT total_changes(), data_version FROM pragma_data_version")
        if version == self._version:
            return
        rows = self._database.all(
            "SELECT space, merge FROM rows INDEXED BY rows_merges WHERE merge != '' AND deleted = 0 LIMIT ?",
            (MOST_MERGES,),
        )
        spaces: dict[int, list[Merge]] = {}
        numbers: dict[str, int] = {}
        for space, text in rows:
            merge = parse_merge(text)
            if merge is not None and self._are_here(space, merge, numbers):
                spaces.setdefault(space, []).append(merge)
        self._stands = {}
        for merges in spaces.values():
            self._stands |= standing_records(merges)
        self._hidden = json.dumps([numbers[record] for record in self._stands]) if self._stands else ""
        self._version = version

    def _are_here(self, space: int, merge: Merge, numbers: dict[str, int]) -> bool:
        """Whether both records are in that space and not in the bin; notes their numbers."""
        for record in merge[:2]:
            number = self._database.value(
                "SELECT s.n FROM records s JOIN rows r ON r.n = s.n WHERE s.name = ? AND s.space = ? AND r.deleted = 0",
                (parse_name(record) or b"", space),
            )
            if number is None:
                return False
            numbers[record] = number
        return True
