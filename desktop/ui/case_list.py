"""The list pane: how many there are, a button for a new one, filters, the order, and the list."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from desktop.casework.handling import Marking
from desktop.casework.views import ListRow, SyncState
from desktop.session import Session
from desktop.ui.bulk_bar import BulkBar
from desktop.ui.filter_menu import FilterMenu, OrderMenu
from desktop.ui.kit import Button, EmptyState, FilterChip, FlowLayout, Label, Panel, announce, line
from desktop.ui.list_deeds import ListDeeds
from desktop.ui.list_filter import ORDERS, QUICK, ListFilter, parts
from desktop.ui.list_view import RecordListView
from desktop.ui.offline_card import ElsewhereLink
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.formats import number

FIRST_PAGE = 50  # ids asked for before all of them, so that the list is usable at once
_TYPING_MS = 60  # after a key, before the search starts
_NEWS_MS = 250  # news of a sync come in bursts


class ListPane(Panel):
    """One list of records of a type. `record_chosen` is what was opened in it."""

    record_chosen = Signal(str)
    new_requested = Signal()
    marking_changed = Signal()
    offline_requested = Signal()

    def __init__(self, session: Session, record_type: str, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent)
        self._session = session
        self._type = record_type
        self._filter = ListFilter(quick=frozenset({"open"} if record_type == "case" else ()))
        self._total = 0
        self._asked = {"first": 0, "all": 0, "total": 0}
        self._loaded = False
        self._stale = False
        self._unsent = 0
        self._awaited = ""  # a new record that is to be current when it is listed
        self._fresh = True  # asked for something else: what comes starts at its top
        is_case = record_type == "case"
        self.title = Label("", "h2")
        self.count = Label("", "caption", "muted")
        self.new_button = Button("", "primary", "plus")
        self.new_button.clicked.connect(self.new_requested)
        self.chips = {key: FilterChip() for key in (QUICK if is_case else ("unread",))}
        self.finder = QLineEdit()
        self.finder.setMaxLength(200)
        self.finder.setClearButtonEnabled(True)
        self.finder.hide()
        self.filter_button = Button("", "link", "list-filter")
        self.order_button = Button("", "link", "arrow-up-down")
        self.filter_menu = FilterMenu(session, self.filter, record_type, self)
        self.order_menu = OrderMenu(
            self.filter, ("updated", "due", "reference", "title") if is_case else ("updated", "title"), self
        )
        self.stack = QStackedWidget(self)
        self.view = RecordListView(partial(_case_rows, session) if is_case else session.rows, self.stack, many=True)
        self.empty = EmptyState("briefcase" if is_case else "users", parent=self.stack)
        self.empty.setSizePolicy(
            QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored
        )  # it shrinks before the head does
        self.bulk = BulkBar(self)
        self.deeds = ListDeeds(self, session, record_type)
        self.elsewhere = ElsewhereLink(session)
        self.elsewhere.clicked.connect(self.offline_requested)
        self.stack.addWidget(self.view)
        self.stack.addWidget(self.empty)
        self._typing = _single_shot(self, _TYPING_MS, self._on_typed)
        self._news = _single_shot(self, _NEWS_MS, self.refresh)
        self._in_view = _single_shot(self, 0, self.marking_changed.emit)
        self._lay_out()
        self._connect()
        self._bind()

    def filter(self) -> ListFilter:
        """What the list is filtered by now."""
        return self._filter

    def set_filter(self, wanted: ListFilter) -> None:
        """Filter by something else."""
        if wanted == self._filter:
            return
        self._filter = wanted
        if self.finder.text().strip() != wanted.text:
            self.finder.setText(wanted.text)
        self._fresh = True
        self._show_filter()
        self.refresh()

    def is_loaded(self) -> bool:
        """Whether there is something to work with: the first screenful, or the word that there is nothing."""
        return self._loaded or self.view.rows.rowCount() > 0

    def refresh(self) -> None:
        """Ask for the list again; the first screenful comes first."""
        self._stale = False
        query = self._filter.query(self._type)
        ask = partial(self._session.query, channel=f"{self._type}.first")
        if self._fresh:
            self._asked["first"] = ask(msgspec.structs.replace(query, limit=FIRST_PAGE))
        self._asked["all"] = self._session.query(query, f"{self._type}.all")
        if not self._filter.is_empty() and self._type != "case":
            self._asked["total"] = self._session.query(ListFilter().query(self._type), f"{self._type}.total")

    def removable_chips(self) -> list[FilterChip]:
        """The chips of the filters of the menu."""
        items = (self._chosen.itemAt(place) for place in range(self._chosen.count()))
        widgets = (item.widget() for item in items if item is not None)
        return [widget for widget in widgets if isinstance(widget, FilterChip)]

    def start_finding(self) -> None:
        """Show the field to find in this list and put the focus there."""
        self.finder.show()
        self.finder.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.finder.selectAll()

    def show_current(self, record: str) -> None:
        """Make a record current without opening it; one that is not listed yet, as soon as it is."""
        self._awaited = "" if self.view.rows.place(record) is not None else record
        self.view.set_current(record)

    def marking(self) -> Marking:
        """The strictest marking of what is listed in view."""
        return self.view.marking() if self.stack.currentWidget() is self.view else Marking()

    def _lay_out(self) -> None:
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self.title)
        names.addWidget(self.count)
        self._head = QHBoxLayout()
        self._head.addLayout(names, 1)
        self._head.addWidget(self.new_button)
        self._quick = FlowLayout(gap=8)
        for chip in self.chips.values():
            self._quick.addWidget(chip)
        self._tools = QHBoxLayout()
        self._tools.addWidget(self.filter_button)
        self._tools.addStretch(1)
        self._tools.addWidget(self.order_button)
        self._chosen_holder = QWidget()
        self._chosen = FlowLayout(self._chosen_holder, gap=8)
        self._top = QVBoxLayout()
        self._top.addLayout(self._head)
        self._top.addLayout(self._quick)
        self._top.addWidget(self.finder)
        self._top.addLayout(self._tools)
        self._top.addWidget(self._chosen_holder)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addLayout(self._top)
        self._column.addWidget(line())
        self._column.addWidget(self.bulk)
        self._column.addWidget(self.stack, 1)
        self._foot = QHBoxLayout()
        self._foot.addWidget(self.elsewhere)
        self._foot.addStretch(1)
        self._column.addLayout(self._foot)
        self.new_button.setVisible(self._type == "case")  # not before it has a parent: it would be a window

    def _connect(self) -> None:
        for key, chip in self.chips.items():
            chip.toggled.connect(partial(self._on_quick, key))
        self.finder.textChanged.connect(self._typing.start)
        self.filter_button.clicked.connect(partial(self._pop_up, self.filter_menu, self.filter_button))
        self.order_button.clicked.connect(partial(self._pop_up, self.order_menu, self.order_button))
        self.filter_menu.changed.connect(self.set_filter)
        self.order_menu.changed.connect(self.set_filter)
        self.view.opened.connect(self.record_chosen)
        self.view.verticalScrollBar().valueChanged.connect(self._in_view.start)
        self.empty.action_clicked.connect(self._on_empty_action)
        self._session.rows_ready.connect(self._on_rows)
        self._session.records_changed.connect(self._on_records_changed)
        self._session.sync_state_changed.connect(self._on_sync_state)
        self._session.keeping_changed.connect(self.view.rows.renew)

    def _bind(self) -> None:
        self.bind(self.title.setText, lambda: _("Cases") if self._type == "case" else _("People & objects"))
        self.bind(self.new_button.setText, lambda: _("New case"))
        self.bind(self.filter_button.setText, lambda: _("Filter"))
        self.bind(self.finder.setPlaceholderText, lambda: _("Find in this list"))
        self.bind(self.finder.setAccessibleName, lambda: _("Find in this list"))
        self.bind(self.view.setAccessibleName, self.title.text)
        for key, chip in self.chips.items():
            self.bind(chip.setText, QUICK[key])
        self.bind(lambda _text: self._show_filter(), str)
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._space)

    def _show_filter(self) -> None:
        self.order_button.setText(ORDERS[self._filter.order]())
        for key, chip in self.chips.items():
            chip.blockSignals(True)
            chip.setChecked(key in self._filter.quick)
            chip.blockSignals(False)
            chip.update()
        self._chosen.clear()
        shown = list(parts(self._filter))
        for words, rest in shown:
            chip = FilterChip(words, removable=True)
            chip.removed.connect(partial(self.set_filter, rest))
            self._chosen.addWidget(chip)
        self._chosen_holder.setVisible(bool(shown))

    def _tell(self) -> None:
        shown = self.view.rows.rowCount()
        total = self._total if not self._filter.is_empty() else shown
        if self._type == "case":
            words = ngettext("{n} case", "{n} cases", shown).format(n=number(shown))
            of = ngettext("{shown} of {n} case", "{shown} of {n} cases", total)
        else:
            words = ngettext("{n} record", "{n} records", shown).format(n=number(shown))
            of = ngettext("{shown} of {n} record", "{shown} of {n} records", total)
        if not self._filter.is_empty():
            words = of.format(shown=number(shown), n=number(total))
        self.count.setText(words)
        if total or shown:
            self.empty.set_texts(
                _("Nothing found"), _("No record here matches the filters and the words."), _("Clear all filters")
            )
        elif self._type == "case":
            self.empty.set_texts(
                _("No cases yet"),
                _("Open the first one, or connect: cases that others share with your ministry come by themselves."),
                _("New case"),
            )
        else:
            self.empty.set_texts(_("Nobody yet"), _("People and objects are added in the case they belong to."))
        self.stack.setCurrentWidget(self.view if shown or not self._loaded else self.empty)
        self.elsewhere.refresh(wanted=self._type == "case")

    def _on_rows(self, request: int, ids: list[str]) -> None:
        if request == self._asked["total"]:
            self._total = len(ids)
            self._tell()
        elif request == self._asked["first"] and ids:
            # The count stays as it is until all of them are here.
            self._show_ids(ids)
            self.stack.setCurrentWidget(self.view)
        elif request == self._asked["all"]:
            self._loaded = True
            if self._type == "case":
                self._total = self._session.counts()["cases"]
            before = self.count.text()
            self._show_ids(ids)
            self._tell()
            if before != self.count.text():
                announce(self.stack, self.count.text())

    def _show_ids(self, ids: list[str]) -> None:
        self.view.show_ids(ids, from_top=self._fresh)
        if self._awaited and self.view.rows.place(self._awaited) is not None:
            self.show_current(self._awaited)
        self._fresh = False
        self._in_view.start()

    def _on_records_changed(self, ids: object) -> None:
        if isinstance(ids, frozenset):
            self.view.rows.forget(ids)
            self._stale = True
            if self.isVisible() and not self._news.isActive():
                self._news.start()  # not put off by what comes meanwhile: a long sync must not starve the list

    def _on_sync_state(self, state: SyncState) -> None:
        """Rows lose their mark once what waited has been sent: that moves no record."""
        if state.unsent < self._unsent:
            self.view.rows.forget(self.view.rows.unsent())
        self._unsent = state.unsent

    def _on_quick(self, key: str, on: bool) -> None:
        self.set_filter(self._filter.switched(key, on))

    def _on_typed(self) -> None:
        self.set_filter(msgspec.structs.replace(self._filter, text=self.finder.text().strip()))

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened while it was hidden."""
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape ends finding."""
        if event.key() == Qt.Key.Key_Escape and self.finder.isVisible():
            self.finder.clear()
            self.finder.hide()
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        super().keyPressEvent(event)

    def _on_empty_action(self) -> None:
        if self._total:
            self.set_filter(ListFilter(order=self._filter.order))
        else:
            self.new_requested.emit()

    def _pop_up(self, menu: FilterMenu | OrderMenu, button: Button) -> None:
        menu.fill()
        corner = button.rect().bottomLeft()
        if self.isRightToLeft():
            corner.setX(button.width() - menu.sizeHint().width())
        menu.popup(button.mapToGlobal(corner))

    def _space(self) -> None:
        theme = current_theme()
        edge = theme.px(18)
        self._top.setContentsMargins(edge, theme.px(18), theme.px(14), theme.px(8))
        self._top.setSpacing(theme.px(10))
        self._head.setSpacing(theme.space("s"))
        self._foot.setContentsMargins(theme.px(8), 0, theme.px(14), 0)
        self._quick.set_gap(theme.px(8))
        self._chosen.set_gap(theme.px(8))


def _case_rows(session: Session, ids: list[str]) -> list[ListRow]:
    """The rows of cases, and until when this desk keeps those that it does not keep for good."""
    until = {case.space: case.until_ms for case in session.limited_cases() if case.kept}
    rows = session.rows(ids)
    if not until:
        return rows
    return [msgspec.structs.replace(row, until_ms=until[row.space]) if row.space in until else row for row in rows]


def _single_shot(parent: QWidget, milliseconds: int, then: Callable[[], object]) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(then)
    return timer
