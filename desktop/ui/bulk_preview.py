"""The table of what an order over many records would do: each record, what stands, what would stand or why not."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from desktop.casework.bulk import BulkPlan, BulkRow
from desktop.casework.record_types import Field, RecordTypes
from desktop.casework.views import Scalar
from desktop.ui.pair_table import CODES
from desktop.ui.presenter import choice_text, listed, row_title
from desktop.ui.theme import current_theme
from i18n import _
from i18n.bidi import isolate, ltr, one_line, strip_isolates

_Index = QModelIndex | QPersistentModelIndex
_COLUMNS = 3


class PreviewModel(QAbstractTableModel):
    """Rows are worded when they are in view; those that are refused come first, then those that change."""

    def __init__(self, why: Callable[[str], str], parent: QObject | None = None) -> None:
        """`why`: the sentence of a code of refusal."""
        super().__init__(parent)
        self._why = why
        self._plan: BulkPlan | None = None
        self._rows: list[BulkRow] = []

    def show_plan(self, plan: BulkPlan) -> None:
        """Show what a plan says of each record."""
        self.beginResetModel()
        self._plan = plan
        self._rows = [*plan.refused, *plan.changing, *(row for row in plan.rows if not row.refused and not row.changes)]
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        """Records."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index | None = None) -> int:
        """Record, before, after."""
        return 0 if parent is not None and parent.isValid() else _COLUMNS

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The heads of the columns."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (_("Record"), _("Now"), _("Then"))[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Words of a cell; what is refused stands out."""
        row = self._rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            words = self._words(row, index.column())
            return strip_isolates(words) if role == Qt.ItemDataRole.AccessibleTextRole else words
        if role == Qt.ItemDataRole.ForegroundRole and (row.refused or not row.changes):
            tone = current_theme().tone("bad")[0] if row.refused else current_theme().color("text2")
            return QColor(tone)
        return None

    def _words(self, row: BulkRow, column: int) -> str:
        if column == 0:
            return row_title(row.row)
        field = self._field(row)
        if column == 1:
            return values_text(field, row.before)
        if row.refused:
            return row.reason or self._why(row.refused)
        return values_text(field, row.after) if row.changes else _("as it is")

    def _field(self, row: BulkRow) -> Field | None:
        known = RecordTypes.load().get(row.row.type)
        return known.get(self._plan.order.field) if known and self._plan else None


def values_text(field: Field | None, values: tuple[Scalar, ...]) -> str:
    """Values as a list shows them; a dash for none."""
    if not values:
        return "—"
    if field is not None and field.choices:
        return listed(ltr(str(each)) if field.kind in CODES else choice_text(field, str(each)) for each in values)
    return listed(isolate(one_line(str(value), 80)) for value in values)
