"""The table that stands in for a drawing of records: columns as data, the shared selection, Enter opens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtWidgets import QFrame, QHeaderView, QWidget

from desktop.casework.handling import Marking, code_line
from desktop.casework.views import ListRow
from desktop.ui.case_selection import Selection
from desktop.ui.data_table import DataTable
from desktop.ui.presenter import row_title
from desktop.ui.row_words import type_label
from desktop.ui.theme import current_theme
from i18n import _
from i18n.bidi import strip_isolates

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_MARKED = 500  # rows that follow a selection made elsewhere


class Column(NamedTuple):
    """One column: its caption, the words of a row (ready for display), and its width at 100 %."""

    caption: Callable[[], str]
    words: Callable[[ListRow], str]
    width: int


TITLE = Column(lambda: _("Record"), row_title, 240)
TYPE = Column(lambda: _("Type"), type_label, 130)
HANDLING = Column(lambda: _("Handling"), lambda row: code_line(Marking(row.tlp, row.handling)), 150)


class RowModel(QAbstractTableModel):
    """Rows as they were given, in their order."""

    def __init__(self, columns: Sequence[Column], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self.rows: list[ListRow] = []

    def show_rows(self, rows: Sequence[ListRow]) -> None:
        """Show these rows."""
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def retell(self) -> None:
        """The language or the form of the words has changed."""
        if self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, len(self._columns) - 1))
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._columns) - 1)

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        """How many rows."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        """How many columns."""
        return 0 if parent.isValid() else len(self._columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Captions of columns."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._columns[section].caption()
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The words of a cell; without isolates for assistive technology."""
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        words = self._columns[index.column()].words(self.rows[index.row()])
        return words if role == Qt.ItemDataRole.DisplayRole else strip_isolates(words)


class RowTable(DataTable):
    """Follows the shared selection, and leads it."""

    def __init__(self, columns: Sequence[Column], selection: Selection, parent: QWidget | None = None) -> None:
        model = RowModel(columns)
        super().__init__(model, parent)
        model.setParent(self)
        self.rows = model
        self.selection = selection
        self._widths = [column.width for column in columns]
        self._following = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.horizontalHeader().setStretchLastSection(True)
        self.selectionModel().selectionChanged.connect(self._on_selected)
        selection.chosen.connect(self._on_chosen)
        self.bind(lambda _text: self.rows.retell(), str)
        self.follow(self._space)

    def show_rows(self, rows: Sequence[ListRow]) -> None:
        """Show these rows; what is chosen stays chosen."""
        self._following = True
        self.rows.show_rows(rows)
        self._following = False
        self._on_chosen(self.selection.ids)

    def record_at(self, index: QModelIndex) -> str:
        """The record of a row."""
        return self.rows.rows[index.row()].id

    def _on_selected(self, _now: QItemSelection, _before: QItemSelection) -> None:
        if self._following:
            return
        self._following = True
        self.selection.choose(self.rows.rows[index.row()].id for index in self.selectionModel().selectedRows())
        self._following = False

    def _on_chosen(self, ids: frozenset[str]) -> None:
        if self._following:
            return
        self._following = True
        found = [place for place, row in enumerate(self.rows.rows) if row.id in ids][:_MARKED]
        marked = QItemSelection()
        last = self.rows.columnCount() - 1
        for place in found:
            marked.select(self.rows.index(place, 0), self.rows.index(place, last))
        self.selectionModel().select(marked, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if found:
            self.scrollTo(self.rows.index(found[0], 0))
        self._following = False

    def _space(self) -> None:
        theme = current_theme()
        self.verticalHeader().setDefaultSectionSize(theme.px(36))
        for place, width in enumerate(self._widths):
            self.setColumnWidth(place, theme.px(width))
