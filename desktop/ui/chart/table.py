"""The table that stands in for the chart: each link with its two ends, and the nodes that no link joins."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtWidgets import QHeaderView, QWidget

from desktop.casework.handling import Marking, code_line, combine
from desktop.casework.views import ListRow
from desktop.ui.chart.board import Board
from desktop.ui.chart.picture import link_words, spot_label
from desktop.ui.data_table import DataTable
from desktop.ui.theme import current_theme
from i18n import _
from i18n.bidi import ltr, strip_isolates
from i18n.formats import date_text

Index = QModelIndex | QPersistentModelIndex
_MARKED = 200  # rows of the table that are chosen at once to follow the chart


class LinkModel(QAbstractTableModel):
    """A row for each link between two shown nodes, then one for each shown node without a link."""

    def __init__(self, board: Board, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._board = board
        self.rows: list[ListRow] = []

    def refresh(self) -> None:
        """Read what the chart shows."""
        self.beginResetModel()
        graph = self._board.graph
        shown = set(self._board.now.shown(graph))
        self.rows = [link for link in graph.links() if link.source in shown and link.target in shown]
        linked = {end for link in self.rows for end in (link.source, link.target)}
        self.rows += [graph.nodes[node] for node in graph.ranked() if node in shown and node not in linked]
        self.endResetModel()

    def headers(self) -> Sequence[str]:
        """The names of the columns, in the language in use."""
        return (_("From"), _("Link"), _("To"), _("Since"), _("Until"), _("Evaluation"), _("Handling"))

    def ends(self, row: int) -> tuple[str, ...]:
        """The nodes that a row names."""
        each = self.rows[row]
        return (each.source, each.target) if each.source and each.target else (each.id,)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """How many rows."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """How many columns."""
        return 0 if parent.isValid() else 7

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Names of columns."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.headers()[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The words of a cell; without isolates for assistive technology."""
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cell(self.rows[index.row()], index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return strip_isolates(self._cell(self.rows[index.row()], index.column()))
        return None

    def _cell(self, row: ListRow, column: int) -> str:
        nodes = self._board.graph.nodes
        joins = bool(row.source and row.target)
        if column == 0:
            return spot_label(nodes[row.source] if joins else row)
        if column == 1:
            return link_words(row) if joins else "—"
        if column == 2:
            return spot_label(nodes[row.target]) if joins else "—"
        if column in (3, 4):
            day = row.start if column == 3 else row.end
            return date_text(day[:10], numeric=True) if day else ""
        if column == 5:
            return ltr(row.evaluation)
        ends = [nodes[row.source], nodes[row.target]] if joins else []
        return code_line(combine(Marking(each.tlp, each.handling) for each in (row, *ends) if each.type))


class LinkTable(DataTable):
    """Follows the shared selection, and leads it."""

    def __init__(self, board: Board, parent: QWidget | None = None) -> None:
        model = LinkModel(board)
        super().__init__(model, parent)
        model.setParent(self)
        self.links = model
        self._board = board
        self._following = False
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.horizontalHeader().setStretchLastSection(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.selectionModel().selectionChanged.connect(self._on_selected)
        board.selection.chosen.connect(self._on_chosen)
        self.bind(self.setAccessibleName, lambda: _("Links as a table"))
        self.follow(self._space)

    def refresh(self) -> None:
        """Read the rows again; what is chosen stays chosen."""
        self._following = True
        self.links.refresh()
        self._following = False
        self._on_chosen(self._board.selection.ids)

    def record_at(self, index: QModelIndex) -> str:
        """The link of a row, or the node that has none."""
        return self.links.rows[index.row()].id

    def _on_selected(self, _now: QItemSelection, _before: QItemSelection) -> None:
        if self._following or not self.isVisible():
            return
        self._following = True
        rows = [index.row() for index in self.selectionModel().selectedRows()]
        self._board.selection.choose({end for row in rows for end in self.links.ends(row)})
        self._following = False

    def _on_chosen(self, ids: object) -> None:
        if self._following or not isinstance(ids, frozenset) or not self.isVisible():
            return
        self._following = True
        found = [row for row in range(len(self.links.rows)) if ids and ids.issuperset(self.links.ends(row))]
        marked = QItemSelection()
        for row in found[:_MARKED]:
            marked.select(self.links.index(row, 0), self.links.index(row, 6))
        self.selectionModel().select(marked, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if found:
            self.scrollTo(self.links.index(found[0], 0))
        self._following = False

    def _space(self) -> None:
        theme = current_theme()
        self.verticalHeader().setDefaultSectionSize(theme.px(34))
        for column, width in enumerate((170, 130, 170, 110, 110, 80)):
            self.setColumnWidth(column, theme.px(width))
