"""The links of a case: a table of what joins what, since when, how sure and under which handling. It opens each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop.casework.record_types import FAMILIES
from desktop.casework.views import ListRow, RecordView
from desktop.session import Session
from desktop.ui.case_rows import CaseRows
from desktop.ui.case_selection import Selection
from desktop.ui.data_table import DataTable, paint_ground, write_line
from desktop.ui.kit import EmptyState, Label, Living
from desktop.ui.kit.painting import paint_ring
from desktop.ui.margins import set_margins
from desktop.ui.presenter import NOTHING, SEPARATOR, row_title
from desktop.ui.row_words import type_label
from desktop.ui.scroll_page import BAR, ScrollPage
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.bidi import isolate, ltr, one_line, strip_isolates
from i18n.formats import date_text, number

_Index = QModelIndex | QPersistentModelIndex
Names = Callable[[str], str]
Rows = Mapping[str, ListRow]
_WIDTHS = (0, 0, 0, 92, 92, 92, 132)  # pixels at 100 %; 0: an equal share of what is left


class Column(NamedTuple):
    """Words above a column, what stands in it, what it is ordered by, and the record that a cell opens."""

    title: Callable[[], str]
    words: Callable[[ListRow, Names], str]
    opens: Callable[[ListRow], str]
    weight: int = 400


def _link_words(row: ListRow, _names: Names) -> str:
    label = type_label(row)
    return SEPARATOR.join((label, isolate(one_line(row.title, 120)))) if row.title else label


def _date(text: str) -> str:
    return date_text(text[:10], numeric=True) if text else NOTHING


def _marking(row: ListRow, _names: Names) -> str:
    return SEPARATOR.join(ltr(one_line(code, 20)) for code in (row.tlp, *row.handling) if code) or NOTHING


COLUMNS = (
    Column(lambda: _("From"), lambda row, names: names(row.source), lambda row: row.source, 600),
    Column(lambda: _("Link"), _link_words, lambda row: row.id),
    Column(lambda: _("To"), lambda row, names: names(row.target), lambda row: row.target, 600),
    Column(lambda: _("Since"), lambda row, _names: _date(row.start), lambda row: row.id),
    Column(lambda: _("Until"), lambda row, _names: _date(row.end), lambda row: row.id),
    Column(lambda: _("Evaluation"), lambda row, _names: ltr(row.evaluation) or NOTHING, lambda row: row.id),
    Column(lambda: _("Handling"), _marking, lambda row: row.id),
)


def _title_of(record: str, by_id: Rows) -> str:
    row = by_id.get(record)
    return row.title.casefold() if row is not None else ""


_KEYS: tuple[Callable[[ListRow, Rows], str], ...] = (
    lambda row, by_id: _title_of(row.source, by_id),
    lambda row, _by_id: f"{type_label(row)} {row.title}".casefold(),
    lambda row, by_id: _title_of(row.target, by_id),
    lambda row, _by_id: row.start,
    lambda row, _by_id: row.end,
    lambda row, _by_id: row.evaluation,
    lambda row, _by_id: row.tlp,
)
"""What each column is ordered by: cheap, since ten thousand links are ordered on the window's thread."""


class LinksModel(QAbstractTableModel):
    """Links in an order; the words of a cell are made when it is painted."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.links: list[ListRow] = []
        self._by_id: Rows = {}
        self._order: tuple[int, bool] | None = None

    def show_links(self, links: list[ListRow], by_id: Rows) -> None:
        """Show these links, whose ends are among the rows `by_id`, in the order that was chosen."""
        self.beginResetModel()
        self.links, self._by_id = links, by_id
        self._put_in_order()
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by a column."""
        self._order = (column, order == Qt.SortOrder.DescendingOrder) if column >= 0 else None
        self.layoutAboutToBeChanged.emit()
        self._put_in_order()
        self.layoutChanged.emit()

    def rowCount(self, parent: _Index | None = None) -> int:
        """Links."""
        return 0 if parent is not None and parent.isValid() else len(self.links)

    def columnCount(self, parent: _Index | None = None) -> int:
        """What is told of each."""
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The words of a cell, with the column's name for assistive technology."""
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        column = COLUMNS[index.column()]
        words = column.words(self.links[index.row()], self._name)
        return words if role == Qt.ItemDataRole.DisplayRole else strip_isolates(f"{column.title()}: {words}")

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The words above a column."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].title()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        return None

    def _name(self, record: str) -> str:
        row = self._by_id.get(record)
        return row_title(row, limit=120) if row is not None else _("Not here")

    def _put_in_order(self) -> None:
        if self._order is None:
            return
        column, down = self._order

        def key(row: ListRow) -> tuple[bool, str]:
            text = _KEYS[column](row, self._by_id)
            return (not text) != down, text  # what is empty comes last either way

        self.links = sorted(self.links, key=key, reverse=down)


class _CellDelegate(QStyledItemDelegate):
    """Paints one line, and the ring around the current cell: Enter opens what it names."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """A target."""
        return QSize(current_theme().px(80), current_theme().px(40))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint ground, line and words."""
        theme, box = current_theme(), QRect(option.rect)
        painter.save()
        paint_ground(painter, option)
        room = box.adjusted(theme.px(8), 0, -theme.px(8), 0)
        font = theme.font("body", COLUMNS[index.column()].weight)
        write_line(painter, font, room, str(index.data()), theme.color("text"))
        if option.state & QStyle.StateFlag.State_HasFocus:
            paint_ring(painter, box, theme.color("focus"), theme.px(4), theme)
        painter.restore()


class LinksTable(DataTable):
    """Arrows move from cell to cell; Enter, Space or a double click opens what the cell names."""

    def __init__(self, parent: QWidget | None = None) -> None:
        model = LinksModel()
        super().__init__(model, parent)
        model.setParent(self)
        self.links = model
        self.setItemDelegate(_CellDelegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSortingEnabled(True)
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.follow(self._fit)

    def record_at(self, index: QModelIndex) -> str:
        """What the cell names."""
        return COLUMNS[index.column()].opens(self.links.links[index.row()])

    def _fit(self) -> None:
        theme, header = current_theme(), self.horizontalHeader()
        header.setMinimumSectionSize(theme.px(84))
        for column, wide in enumerate(_WIDTHS):  # the handling is in view whatever the width
            stretches = QHeaderView.ResizeMode.Stretch if not wide else QHeaderView.ResizeMode.Interactive
            header.setSectionResizeMode(column, stretches)
            if wide:
                self.setColumnWidth(column, theme.px(wide))
        self.verticalHeader().setDefaultSectionSize(theme.px(40))


class LinksTab(Living, QWidget):
    """Every link of a case."""

    record_opened = Signal(str)
    add_requested = Signal(str)

    def __init__(self, session: Session, selection: Selection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._selection = selection
        self._loaded = False
        self._links = frozenset(each.name for each in session.types.of_family("link"))
        self._rows = CaseRows(session, FAMILIES, "links tab", self)  # ends may be of any family
        self._rows.changed.connect(self._on_rows)
        self.count = Label("", "caption", "muted")
        self.table = LinksTable()
        self.table.opened.connect(self.record_opened)
        self.table.selectionModel().currentRowChanged.connect(self._on_current)
        selection.chosen.connect(self._follow_selection)
        self.empty = EmptyState("link")
        self.empty.action_clicked.connect(lambda: self.add_requested.emit("related"))
        self._nothing = ScrollPage(self.empty)
        self._column = QVBoxLayout(self)
        for widget in (self.count, self.table, self._nothing):
            self._column.addWidget(widget)
        session.locked.connect(self._forget)
        self.bind(self.table.setAccessibleName, lambda: _("Links of this case"))
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._space)

    def show_case(self, view: RecordView) -> None:
        """Show the links of a case's space, or how they stand now."""
        self._rows.show_space(view.space)

    def _on_rows(self) -> None:
        self._loaded = True
        place = self.table.currentIndex()
        links = self.table.links.links
        current = links[place.row()].id if 0 <= place.row() < len(links) else ""
        found = [row for row in self._rows.rows if row.type in self._links]
        self.table.links.show_links([row for row in found if not row.recalled], self._rows.by_id)
        self._tell()
        self._go_to(current, max(place.column(), 0))

    def _go_to(self, record: str, column: int = 0) -> None:
        for place, row in enumerate(self.table.links.links):
            if row.id == record:
                self.table.setCurrentIndex(self.table.links.index(place, column))
                return

    def _on_current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid() and self.table.hasFocus():
            self._selection.choose([self.table.links.links[current.row()].id])

    def _follow_selection(self, ids: object) -> None:
        """What is chosen in the chart, the timeline or the map is current here too, if it is one link."""
        if isinstance(ids, frozenset) and len(ids) == 1 and not self.table.hasFocus():
            self._go_to(next(iter(ids)))

    def _tell(self) -> None:
        count = self.table.links.rowCount()
        self.count.setText(ngettext("{n} link", "{n} links", count).format(n=number(count)))
        self.empty.set_texts(
            _("No links in this case yet"),
            _("A link says what joins two people or objects, since when, and how sure that is."),
            _("Add a link"),
        )
        self.count.setVisible(bool(count))
        self.table.setVisible(bool(count))
        self._nothing.setVisible(self._loaded and not count)

    def _forget(self) -> None:
        self._loaded = False
        self.table.links.show_links([], {})

    def _space(self) -> None:
        theme = current_theme()
        set_margins(self, self._column, 0, 0, theme.px(BAR), theme.px(18))
        self._column.setSpacing(theme.space("m"))
