"""Two records side by side, field by field; what differs stands out."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop.casework.record_types import Field, RecordType
from desktop.casework.views import FieldView, RecordView
from desktop.ui.presenter import choice_text, listed
from desktop.ui.theme import current_theme
from i18n import _
from i18n.bidi import isolate, ltr, one_line, strip_isolates

_Index = QModelIndex | QPersistentModelIndex
CODES = ("handling", "evaluation")  # the code says it where there is little room
_LONGEST = 300  # characters of a value


class _Line(NamedTuple):
    label: str
    values: tuple[str, str]


class PairModel(QAbstractTableModel):
    """The fields that either of two records has."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: list[_Line] = []
        self._heads = ("", "")

    def show_pair(self, known: RecordType | None, one: RecordView, other: RecordView, heads: tuple[str, str]) -> None:
        """Compare two records of a type."""
        self.beginResetModel()
        self._heads = heads
        self._lines = []
        for name in dict.fromkeys([*(known.fields if known else ()), *one.fields, *other.fields]):
            field = known.get(name) if known else None
            values = (_text(field, one.fields.get(name)), _text(field, other.fields.get(name)))
            if any(values) and (field is not None or known is None):
                self._lines.append(_Line(field.label if field else name, values))
        self.endResetModel()

    def forget(self) -> None:
        """Show nothing."""
        self.beginResetModel()
        self._lines = []
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        """Fields."""
        return 0 if parent is not None and parent.isValid() else len(self._lines)

    def columnCount(self, parent: _Index | None = None) -> int:
        """Field, one record, the other."""
        return 0 if parent is not None and parent.isValid() else 3

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The heads of the columns."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (_("Field"), *self._heads)[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Words of a cell; weight where the two differ."""
        line = self._lines[index.row()]
        text = (line.label, *line.values)[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return text
        differs = line.values[0] != line.values[1]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            said = strip_isolates(text) or "—"
            return _("{value} (differs)").format(value=said) if differs and index.column() else said
        if role == Qt.ItemDataRole.FontRole and index.column():
            return current_theme().font("body", 600 if differs else 400)
        if role == Qt.ItemDataRole.ForegroundRole and not index.column():
            return current_theme().color("text2")
        return None


def _text(field: Field | None, view: FieldView | None) -> str:
    if view is None:
        return ""
    if view.merge == "text":
        return isolate(one_line(view.text, _LONGEST)) if view.text else ""
    values = (
        view.elements if view.merge == "set" else [str(each.value) for each in view.values if each.value is not None]
    )
    if field is not None and field.choices:
        return listed(choice_text(field, value) if field.kind not in CODES else ltr(value) for value in values)
    shown = ltr if field is not None and field.verbatim else isolate
    return listed(shown(one_line(value, _LONGEST)) for value in values)
