"""The list itself: rows painted by the one delegate, opened by a click, Enter or Space."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QListView, QWidget

from desktop.casework.handling import Marking, combine
from desktop.ui.case_delegate import RowDelegate
from desktop.ui.kit import Living
from desktop.ui.lazy_list import FetchRows, LazyListModel

MOST_CHOSEN = 5_000


class RecordListView(Living, QListView):
    """A long list of records. Arrows move, Enter opens; what was current stays current when the list changes."""

    opened = Signal(str)
    chosen_changed = Signal()

    def __init__(self, fetch: FetchRows, parent: QWidget | None = None, *, many: bool = False) -> None:
        """`many`: several rows can be chosen, by Shift, Ctrl and Ctrl+A."""
        super().__init__(parent)
        self._many = many
        self.rows = LazyListModel(fetch, self)
        self.setModel(self.rows)
        self.setItemDelegate(RowDelegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        modes = QAbstractItemView.SelectionMode
        self.setSelectionMode(modes.ExtendedSelection if many else modes.SingleSelection)
        self.selectionModel().selectionChanged.connect(self.chosen_changed)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.clicked.connect(self._on_clicked)
        self.follow(self.scheduleDelayedItemsLayout)

    def show_ids(self, ids: list[str], *, from_top: bool = False) -> None:
        """Show these records; the current one stays current, and what is in view stays in view unless `from_top`."""
        current, offset = self.current(), self.verticalScrollBar().value()
        chosen = self.chosen() if self._many else []
        if self.rows.set_ids(ids):
            self.set_current(current, scroll=False)
            if len(chosen) > 1:
                self._choose(chosen)
            self.verticalScrollBar().setValue(0 if from_top else offset)

    def current(self) -> str:
        """Id of the current record, empty when there is none."""
        return self.rows.record(self.currentIndex().row())

    def set_current(self, record: str, *, scroll: bool = True) -> None:
        """Make a record the current one, if it is listed."""
        place = self.rows.place(record) if record else None
        if place is None:
            self.selectionModel().clear()
            return
        index = self.rows.index(place)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if scroll:
            self.scrollTo(index)

    def chosen(self) -> list[str]:
        """Ids of the chosen rows in the order of the list, at most MOST_CHOSEN."""
        ids: list[str] = []
        selection = self.selectionModel().selection()
        spans = sorted((selection.at(place).top(), selection.at(place).bottom()) for place in range(selection.count()))
        for first, last in spans:
            ids += self.rows.ids()[first : last + 1][: MOST_CHOSEN - len(ids)]
        return ids

    def choose_none(self) -> None:
        """Choose the current row alone."""
        self.set_current(self.current(), scroll=False)

    def _choose(self, ids: list[str]) -> None:
        """Choose these rows, where they are listed still."""
        selection = QItemSelection()
        for record in ids:
            place = self.rows.place(record)
            if place is not None:
                selection.select(self.rows.index(place), self.rows.index(place))
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _on_clicked(self, index: QModelIndex) -> None:
        """A click opens, unless it chooses one more."""
        keys = QApplication.keyboardModifiers()
        several = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        if not self._many or not keys & several:
            self._open(index)

    def marking(self) -> Marking:
        """The strictest marking of the rows in view."""
        area = self.viewport().rect()
        first, last = self.indexAt(area.topLeft()), self.indexAt(area.bottomLeft())
        if not first.isValid():
            return Marking()
        end = last.row() if last.isValid() else self.rows.rowCount() - 1
        shown = [self.rows.row(place) for place in range(first.row(), end + 1)]
        return combine(Marking(row.tlp, row.handling) for row in shown if row is not None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open by Enter on every platform."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.currentIndex().isValid():
            self._open(self.currentIndex())
            return
        super().keyPressEvent(event)

    def _open(self, index: QModelIndex) -> None:
        record = self.rows.record(index.row())
        if record:
            self.opened.emit(record)
