"""A short list of records that are all in memory: the people and objects of one case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop.casework.views import ListRow
from desktop.ui.case_delegate import ROW_ROLE
from desktop.ui.row_words import row_summary

_Index = QModelIndex | QPersistentModelIndex


class RecordListModel(QAbstractListModel):
    """Rows of records by id; a row that changed is replaced where it stands."""

    def __init__(self, parent: QObject | None = None, now: Callable[[], datetime] | None = None) -> None:
        super().__init__(parent)
        self._rows: list[ListRow] = []
        self._now = now or (lambda: datetime.now(UTC))

    def set_rows(self, rows: list[ListRow]) -> None:
        """Show rows in this order; the selection survives as long as the ids stay the same."""
        rows = [_with_both_names(row) for row in rows]
        if [row.id for row in rows] == [row.id for row in self._rows]:
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def row(self, place: int) -> ListRow | None:
        """The row at a place."""
        return self._rows[place] if 0 <= place < len(self._rows) else None

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Number of rows."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The row for the delegate, a sentence for assistive technology."""
        row = self.row(index.row())
        if row is None:
            return None
        if role == ROW_ROLE:
            return row
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.DisplayRole):
            return row_summary(row, self._now())
        return None


def _with_both_names(row: ListRow) -> ListRow:
    """A name in its original script stands beside the other one, whatever else the row has to show."""
    if not row.subtitle:
        return row
    return msgspec.structs.replace(row, title=f"{row.title} · {row.subtitle}", subtitle="")
