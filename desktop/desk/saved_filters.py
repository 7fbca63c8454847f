"""Filters that an officer named, kept on this desk; one that came as a line is checked before it is kept."""

from __future__ import annotations

import msgspec

from desktop.casework.list_filter import BadFilter, SavedFilter, checked, clean_name, from_line, to_line
from desktop.desk.reads import DeskReads
from desktop.refusals import Refused

_NOTE = "filters"
MOST_SAVED = 100


class DeskFilters(DeskReads):
    """A desk that keeps filters."""

    def saved_filters(self, place: str = "") -> tuple[SavedFilter, ...]:
        """The filters of a place, or of all, by name."""
        kept = self._connection.notes.get(_NOTE)
        found = msgspec.json.decode(kept, type=list[SavedFilter]) if kept else []
        return tuple(sorted((each for each in found if place in ("", each.place)), key=lambda each: each.name))

    def save_filter(self, saved: SavedFilter) -> SavedFilter:
        """Keep a filter in the place of one of its name. Raises Refused (bad_filter, too_many_filters)."""
        try:
            saved = checked(msgspec.structs.replace(saved, name=clean_name(saved.name)))
        except BadFilter as wrong:
            raise Refused(wrong.code) from wrong
        others = [each for each in self.saved_filters() if (each.place, each.name) != (saved.place, saved.name)]
        if len(others) >= MOST_SAVED:
            raise Refused("too_many_filters", limit=MOST_SAVED)
        self._connection.notes.put(_NOTE, msgspec.json.encode([*others, saved]))
        return saved

    def forget_filter(self, place: str, name: str) -> None:
        """Forget a filter."""
        others = [each for each in self.saved_filters() if (each.place, each.name) != (place, name)]
        self._connection.notes.put(_NOTE, msgspec.json.encode(others))

    def take_filter(self, line: str) -> SavedFilter:
        """Keep the filter of a line that somebody sent. Raises Refused (bad_filter)."""
        try:
            return self.save_filter(from_line(line))
        except BadFilter as wrong:
            raise Refused(wrong.code) from wrong

    def filter_line(self, saved: SavedFilter) -> str:
        """A filter as a line to send."""
        return to_line(saved)
