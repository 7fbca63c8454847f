"""The table of requests: what presses, who asks whom, where it stands. Enter, Space or a double click opens one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QWidget

from desktop.casework import request_words as words
from desktop.casework.handling import Marking, code_line, combine
from desktop.casework.request_clock import Clock
from desktop.casework.request_views import Part, RequestView, TimedRequest
from desktop.ui.data_table import CELL, INDENT, LEADING_CENTRE, Cell, CellDelegate, DataTable, row_height
from desktop.ui.presenter import NOTHING, SEPARATOR
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.bidi import isolate, ltr, one_line, strip_isolates
from i18n.formats import number

_Index = QModelIndex | QPersistentModelIndex
_PRESSING = {"late": 0, "odd": 1, "soon": 2, "running": 3, "paused": 4, "none": 5, "stopped": 6}
_DEEPEST = 6  # levels of follow-ups that are still set in


class Line(NamedTuple):
    """A request in the table, and how many requests it is below the first one that it follows."""

    timed: TimedRequest
    depth: int = 0


def chief(timed: TimedRequest, own: str = "") -> tuple[Part, Clock]:
    """The part that a row tells of: our own where we are asked, else the most pressing one."""
    pairs = list(zip(timed.request.parts, timed.clocks, strict=True))
    ours = [pair for pair in pairs if pair[0].member == own]
    return ours[0] if ours else min(pairs, key=lambda pair: (_PRESSING.get(pair[1].state, 9), pair[1].left))


def pressing(timed: TimedRequest, own: str = "") -> tuple[int, float]:
    """What sorts a list: the late ones first, then by the time that is left."""
    _part, clock = chief(timed, own)
    return _PRESSING.get(clock.state, 9), clock.left.total_seconds()


def _title(line: Line, _own: str) -> Cell:
    request = line.timed.request
    parts = [ltr(one_line(request.reference, 40))] if request.reference else []
    parts.append(code_line(Marking(request.tlp, request.handling)))
    if line.depth:
        parts.append(_("follows another request"))
    return Cell(isolate(one_line(request.title or NOTHING, 160)), SEPARATOR.join(part for part in parts if part))


def _clock(line: Line, own: str) -> Cell:
    part, clock = chief(line.timed, own)
    told = words.clock_words(clock) or (NOTHING if part.state != "sent" else _("waits for receipt"))
    return Cell(told, words.moment_of(part.due) if part.due else "", words.TONES.get(clock.state, ""))


def _state(line: Line, own: str) -> Cell:
    request = line.timed.request
    part, _clock_of_it = chief(line.timed, own)
    if len(request.parts) < 2:
        told = words.irregular_words(part)
        return Cell(words.state_words(part), told, "bad" if told else "")
    answered = sum(each.state in ("answered", "refused", "closed") for each in request.parts)
    count = ngettext("{n} of {all} answered", "{n} of {all} answered", answered)
    return Cell(words.state_words(part), count.format(n=number(answered), all=number(len(request.parts))))


def _between(line: Line, own: str) -> Cell:
    request = line.timed.request
    waits = request.waits_for(own)
    return Cell(words.between_words(request), _("waits for us") if waits else "", "warn" if waits else "")


def _precedence(line: Line, _own: str) -> Cell:
    return Cell(ltr(one_line(line.timed.request.precedence or NOTHING, 20)))


def _assignee(line: Line, _own: str) -> Cell:
    name = line.timed.request.assignee
    return Cell(isolate(one_line(name, 60)) if name else NOTHING)


class _Column(NamedTuple):
    caption: Callable[[], str]
    cell: Callable[[Line, str], Cell]
    least: int  # pixels at 100 %


COLUMNS = (
    _Column(lambda: _("Request"), _title, 220),
    _Column(lambda: _("Deadline"), _clock, 170),
    _Column(lambda: _("State"), _state, 150),
    _Column(lambda: _("Who asks whom"), _between, 130),
    _Column(lambda: _("Precedence"), _precedence, 110),
    _Column(lambda: _("Handled by"), _assignee, 120),
)


class RequestModel(QAbstractTableModel):
    """Lines in the order given; what is painted is worked out when it is first in view."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lines: list[Line] = []
        self.own = ""

    def show_lines(self, lines: Sequence[Line], own: str) -> None:
        """Show these requests as a ministry sees them."""
        self.beginResetModel()
        self.lines, self.own = list(lines), own
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        """Requests."""
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def columnCount(self, parent: _Index | None = None) -> int:
        """What is told of each."""
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """A cell for the delegate; one text for assistive technology."""
        if not index.isValid():
            return None
        line = self.lines[index.row()]
        if role == INDENT:
            return min(line.depth, _DEEPEST) if index.column() == 0 else 0
        if role not in (CELL, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.DisplayRole):
            return None
        cell = COLUMNS[index.column()].cell(line, self.own)
        if role == CELL:
            return cell
        text = SEPARATOR.join(part for part in (cell.words, cell.caption) if part)
        return strip_isolates(text) if role == Qt.ItemDataRole.AccessibleTextRole else text

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The words above a column."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].caption()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return LEADING_CENTRE
        return None


class RequestTable(DataTable):
    """Read only; arrows move, and the request that was chosen stays chosen when the list changes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        model = RequestModel()
        super().__init__(model, parent)
        model.setParent(self)
        self.requests = model
        self.setItemDelegate(CellDelegate(self, heavy=frozenset({0, 1}), loud=frozenset({1})))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = self.horizontalHeader()
        header.setSectionsClickable(False)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.bind(self.setAccessibleName, lambda: _("Requests for assistance"))
        self.follow(self._fit)

    def show_lines(self, lines: Sequence[Line], own: str) -> None:
        """Show these requests."""
        chosen = self.current()
        self.requests.show_lines(lines, own)
        ids = [line.timed.request.id for line in self.requests.lines]
        if ids:
            self.setCurrentIndex(self.requests.index(ids.index(chosen) if chosen in ids else 0, 0))

    def current(self) -> str:
        """Id of the chosen request, empty when there is none."""
        row = self.currentIndex().row()
        return self.requests.lines[row].timed.request.id if 0 <= row < len(self.requests.lines) else ""

    def marking(self) -> Marking:
        """The strictest marking of what is listed."""
        shown: list[RequestView] = [line.timed.request for line in self.requests.lines]
        return combine(Marking(each.tlp, each.handling) for each in shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many columns as there is room for."""
        super().resizeEvent(event)
        self._make_room()

    def record_at(self, index: QModelIndex) -> str:
        """The request of a row."""
        return self.requests.lines[index.row()].timed.request.id

    def _fit(self) -> None:
        theme = current_theme()
        self.verticalHeader().setDefaultSectionSize(row_height())
        for place, column in enumerate(COLUMNS):
            if place:
                self.setColumnWidth(place, theme.px(column.least))
        self.horizontalHeader().setMinimumSectionSize(theme.px(90))
        self._make_room()
        self.viewport().update()

    def _make_room(self) -> None:
        """Where it is narrow, the last columns give way until the first one has its words; the page tells the rest."""
        theme = current_theme()
        room = self.viewport().width() - theme.px(COLUMNS[0].least)
        for place, column in enumerate(COLUMNS):
            if place:
                room -= theme.px(column.least)
                self.setColumnHidden(place, room < 0 and place > 1)
