"""The table of receipts: a desk a row, and when it says it received, read and deleted a record."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QWidget

from desktop.casework.trust_views import ReceiptsView, ReceiptView
from desktop.ui.data_table import CELL, LEADING_CENTRE, Cell, CellDelegate, DataTable, row_height
from desktop.ui.presenter import NOTHING, SEPARATOR
from desktop.ui.theme import current_theme
from i18n import _, pgettext
from i18n.bidi import isolate, one_line, strip_isolates
from i18n.formats import moment
from i18n.names import country_name

_Index = QModelIndex | QPersistentModelIndex


def desk_cell(receipt: ReceiptView) -> Cell:
    """The officer; the desk and its country."""
    desk = isolate(one_line(receipt.desk or receipt.device[:8], 60))
    officer = isolate(one_line(receipt.officer, 80)) if receipt.officer else desk
    place = [desk] if receipt.officer else []
    if receipt.mine:
        place = [_("this desk")]
    if receipt.ministry:
        place.append(country_name(receipt.ministry))
    return Cell(officer, SEPARATOR.join(place))


def received_cell(receipt: ReceiptView) -> Cell:
    """When the desk says it received the record; what does not hold of what it says."""
    if not receipt.verified:
        return Cell(_moment(receipt.received_ms), _("cannot be true"), "bad")
    if not receipt.received_ms:
        silent = not receipt.read_ms and not receipt.deleted_ms
        return Cell(NOTHING, _("no answer yet") if silent else "")
    return (
        Cell(moment(receipt.received_ms), _("an older version"), "warn") if receipt.behind else _at(receipt.received_ms)
    )


def _at(at_ms: int) -> Cell:
    return Cell(_moment(at_ms))


def _moment(at_ms: int) -> str:
    return moment(at_ms) if at_ms else NOTHING


_COLUMNS: tuple[tuple[Callable[[], str], Callable[[ReceiptView], Cell]], ...] = (
    (lambda: _("Officer and desk"), desk_cell),
    (lambda: pgettext("receipt", "Received"), received_cell),
    (lambda: pgettext("receipt", "Read"), lambda receipt: _at(receipt.read_ms)),
    (lambda: pgettext("receipt", "Deleted"), lambda receipt: _at(receipt.deleted_ms)),
)
_DELETED = 3
_LEAST_ROWS, _MOST_ROWS = 2, 8  # in view; more scroll


class ReceiptsModel(QAbstractTableModel):
    """Those who said something, then those who said nothing."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.receipts: tuple[ReceiptView, ...] = ()

    def show_view(self, view: ReceiptsView | None) -> None:
        """Show what desks said; None: nothing."""
        self.beginResetModel()
        self.receipts = (*view.receipts, *view.silent) if view is not None else ()
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        """Desks."""
        return 0 if parent is not None and parent.isValid() else len(self.receipts)

    def columnCount(self, parent: _Index | None = None) -> int:
        """What is told of each."""
        return 0 if parent is not None and parent.isValid() else len(_COLUMNS)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """A cell for the delegate; one text for assistive technology."""
        if not index.isValid() or role not in (CELL, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.DisplayRole):
            return None
        cell = _COLUMNS[index.column()][1](self.receipts[index.row()])
        if role == CELL:
            return cell
        text = SEPARATOR.join(part for part in (cell.words, cell.caption) if part)
        return strip_isolates(text) if role == Qt.ItemDataRole.AccessibleTextRole else text

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The words above a column."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _COLUMNS[section][0]()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return LEADING_CENTRE
        return None


class ReceiptsTable(DataTable):
    """Read only; arrows move from desk to desk. `Deleted` has its column once there is something in it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        model = ReceiptsModel()
        super().__init__(model, parent)
        model.setParent(self)
        self.receipts = model
        self.setItemDelegate(CellDelegate(self, loud=frozenset()))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.horizontalHeader().setSectionsClickable(False)
        self.bind(self.setAccessibleName, lambda: _("What each desk said"))
        self.follow(self._fit)

    def show_view(self, view: ReceiptsView | None) -> None:
        """Show what desks said; the desk that was chosen stays chosen."""
        place = self.currentIndex().row()
        chosen = self.receipts.receipts[place].device if 0 <= place < self.receipts.rowCount() else ""
        self.receipts.show_view(view)
        self.setColumnHidden(_DELETED, not any(each.deleted_ms for each in self.receipts.receipts))
        devices = [each.device for each in self.receipts.receipts]
        if chosen in devices:
            self.selectRow(devices.index(chosen))
        self._fit()

    def sizeHint(self) -> QSize:
        """Room for all desks, as far as they are not many."""
        return QSize(super().sizeHint().width(), self._height_of(min(max(self.receipts.rowCount(), 2), _MOST_ROWS)))

    def _height_of(self, rows: int) -> int:
        return self.horizontalHeader().sizeHint().height() + rows * row_height() + 4

    def _fit(self) -> None:
        header = self.horizontalHeader()
        for column in range(self.receipts.columnCount()):
            fitting = QHeaderView.ResizeMode.ResizeToContents
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch if column == 0 else fitting)
        header.setMinimumSectionSize(current_theme().px(96))
        self.verticalHeader().setDefaultSectionSize(row_height())
        self.setMinimumHeight(self._height_of(_LEAST_ROWS))
        self.updateGeometry()
        self.viewport().update()
