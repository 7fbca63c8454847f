"""The model of long lists: all ids in an array, rows fetched in blocks when they are first painted, kept by id.

The view asks a model for its number of rows once for every row that it places. A model that answers in Python makes
that the longest work of a window with a hundred thousand rows; here Qt's own list of strings answers, each one empty.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QStringListModel, Qt

from desktop.casework.views import ListRow
from desktop.ui.case_delegate import ROW_ROLE
from desktop.ui.row_words import row_summary

BLOCK = 32
_KEPT_ROWS = 160 * BLOCK

_Index = QModelIndex | QPersistentModelIndex
FetchRows = Callable[[list[str]], list[ListRow]]


class LazyListModel(QStringListModel):
    """Rows of a hundred thousand records cost what is in view. A row is never remembered by its place."""

    def __init__(self, fetch: FetchRows, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._fetch = fetch
        self._ids: list[str] = []
        self._places: dict[str, int] | None = {}
        self._rows: dict[str, ListRow] = {}

    def set_ids(self, ids: Sequence[str]) -> bool:
        """Show these records in this order; returns whether anything but rows had to move."""
        if ids == self._ids:
            return False
        self._ids = list(ids)
        self._places = None
        self.setStringList([""] * len(self._ids))  # resets the model
        return True

    def forget(self, ids: frozenset[str]) -> None:
        """Fetch these rows anew when they are next in view."""
        places = [self.place(record) for record in ids if self._rows.pop(record, None) is not None]
        shown = [place for place in places if place is not None]
        if shown:
            self.dataChanged.emit(self.index(min(shown)), self.index(max(shown)))

    def renew(self) -> None:
        """Fetch every row anew when it is next in view."""
        self.forget(frozenset(self._rows))

    def unsent(self) -> frozenset[str]:
        """The ids of rows kept here that say that something of theirs waits to be sent."""
        return frozenset(row.id for row in self._rows.values() if row.unsent)

    def clear(self) -> None:
        """Show nothing and forget every row."""
        self._rows.clear()
        self.set_ids([])

    def ids(self) -> list[str]:
        """The ids shown, in order; do not change the list."""
        return self._ids

    def place(self, record: str) -> int | None:
        """Where a record stands; None when it is not shown."""
        if self._places is None:
            self._places = {each: place for place, each in enumerate(self._ids)}
        return self._places.get(record)

    def record(self, place: int) -> str:
        """The id at a place, empty beyond the list."""
        return self._ids[place] if 0 <= place < len(self._ids) else ""

    def row(self, place: int) -> ListRow | None:
        """The row at a place; fetches its block when it is not there. None for one that has gone meanwhile."""
        record = self.record(place)
        if not record:
            return None
        if record not in self._rows:
            if len(self._rows) > _KEPT_ROWS:
                self._rows.clear()
            start = place - place % BLOCK
            wanted = [each for each in self._ids[start : start + BLOCK] if each not in self._rows]
            self._rows.update((found.id, found) for found in self._fetch(wanted))
        return self._rows.get(record)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Rows are chosen, not edited or dragged."""
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The row for the delegate, a sentence for assistive technology."""
        if role == ROW_ROLE:
            return self.row(index.row())
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.DisplayRole):
            row = self.row(index.row())
            return row_summary(row, datetime.now(UTC)) if row else None
        return None
