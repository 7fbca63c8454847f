"""What is behind the lock: rail, top bar, notices, pages. Made when the desk opens, thrown away when it locks."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.casework.handling import Marking, code_line, marking_line
from desktop.session import Session
from desktop.ui.bin_view import BinView
from desktop.ui.case_view import PREPARATIONS
from desktop.ui.command_bar import CommandBar
from desktop.ui.commands import Commands
from desktop.ui.conflicts_view import ConflictsView
from desktop.ui.kit import Living, Panel, Toast
from desktop.ui.notices import Notices
from desktop.ui.pages import make_page
from desktop.ui.rail import COMPACT_BELOW, PLACES, SETTINGS, Rail
from desktop.ui.rail_counts import RailCounts
from desktop.ui.records_page import RecordsPage
from desktop.ui.requests_page import RequestsPage
from desktop.ui.slices import Slices
from desktop.ui.theme import current_theme
from desktop.ui.top_bar import TopBar
from desktop.ui.work_page import WorkPage
from i18n import _
from i18n.bidi import isolate, one_line

_LIKELY = ("people", "sync", "settings")  # places whose pages take longest to make


class Workspace(Living, QWidget):
    """The pages by the keys of the rail; each is made when it is first shown."""

    page_changed = Signal(str)
    marking_changed = Signal()
    lock_requested = Signal()
    look_changed = Signal()
    repair_requested = Signal()

    def __init__(self, session: Session, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.pages: dict[str, QWidget] = {}
        self._key = ""
        self._undone = ("", "")
        self.rail = Rail(self)
        self.body = Panel("win", self)
        self.top = TopBar(session, self.body)
        self.notices = Notices(session, self.body)
        self.stack = QStackedWidget(self.body)
        inner = QVBoxLayout(self.body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addWidget(self.top)
        inner.addWidget(self.notices)
        inner.addWidget(self.stack, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addWidget(self.body, 1)
        self._commands = commands
        self._bar: CommandBar | None = None
        self.toast = Toast(self)
        self.toast.action_clicked.connect(session.undo)
        self.rail.chosen.connect(self.show_page)
        self.top.queue_requested.connect(partial(self.show_page, "sync"))
        self.top.lock_requested.connect(self.lock_requested)
        self.top.bell.record_chosen.connect(partial(self.open_work, tab=""))
        self.top.bell.all_chosen.connect(self.show_deadlines)
        self.notices.details_requested.connect(partial(self.show_page, "sync"))
        self.notices.repair_requested.connect(self.repair_requested)
        session.undo_changed.connect(self._on_undo_changed)
        self.rail.show_author(session.identity())
        self.counts = RailCounts(session, self.rail)
        self.follow(self._fit)
        self._slices = Slices(self)

    def begin(self) -> None:
        """Show the first place; then make, piece by piece, what is likely to be wanted next."""
        begin = "work" if self.session.work_waits() else "cases"
        # The empty frame is painted first.
        first = (self.update, partial(self._page, begin), partial(self._show_first, begin))
        next_places = (partial(self._page, key) for key in _LIKELY)
        self._slices.start(*first, self._make_bar, *(self._prepare,) * PREPARATIONS, *next_places)

    def show_page(self, key: str) -> None:
        """Show a place of the rail."""
        self.flush()
        page = self._page(key)
        self._key = key
        self.stack.setCurrentWidget(page)
        self.rail.choose(key)
        if isinstance(page, RecordsPage) and not page.list.is_loaded():
            page.list.refresh()
        self.page_changed.emit(key)
        self.marking_changed.emit()

    def page_key(self) -> str:
        """The place that is shown."""
        return self._key

    def title(self) -> str:
        """What is shown, for the window's title. Never anything of a case."""
        return next((place.text() for place in (*PLACES, SETTINGS) if place.key == self._key), "")

    def records(self) -> RecordsPage:
        """The page of the list in view; that of the cases when none is."""
        page = self.stack.currentWidget()
        if not isinstance(page, RecordsPage):
            self.show_page("cases")
            page = self.stack.currentWidget()
        if not isinstance(page, RecordsPage):
            raise TypeError(type(page))
        return page

    def open_record(self, record: str, record_type: str = "case") -> None:
        """Show a record on the page of its type."""
        self.show_page("cases" if record_type == "case" else "people")
        self.records().open_record(record)

    def open_work(self, record: str, tab: str) -> None:
        """Show what waits in its case, at a tab of that."""
        self.show_page("cases")
        self.records().open_record(record)
        if tab:
            self.records().detail.show_tab(tab)

    def show_deadlines(self) -> None:
        """Show what is due, of one's own work."""
        self.show_page("work")
        page = self.pages["work"]
        if isinstance(page, WorkPage):
            page.choose("due")

    def new_case(self) -> None:
        """Ask for a new case."""
        self.show_page("cases")
        self.records().new_case()

    @property
    def bar(self) -> CommandBar:
        """What opens under the search box."""
        if self._bar is None:
            self._bar = CommandBar(self.session, self._commands, self.top.search, self)
            self._bar.record_chosen.connect(self.open_record)
        return self._bar

    def show_command_bar(self) -> None:
        """Put the focus into the search box and show every command."""
        self.top.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.top.search.selectAll()
        self.bar.open()

    def panes(self) -> list[QWidget]:
        """What F6 moves between, in reading order."""
        page = self.stack.currentWidget()
        inner = page.panes() if isinstance(page, RecordsPage) else [page] if page is not None else []
        return [self.rail, self.top, *inner]

    def marking_text(self) -> str:
        """The marking band's line: the alliance's own words, then the strictest codes of what is in view."""
        page = self.stack.currentWidget()
        marked = RecordsPage | ConflictsView | BinView | RequestsPage | WorkPage
        marking = page.marking() if isinstance(page, marked) else Marking()
        words = isolate(one_line(self.session.alliance_marking(), 160))
        if not words:
            return marking_line(marking)
        codes = code_line(marking)
        return f"{words} · {codes}" if codes else words

    def flush(self) -> None:
        """Save what is being typed: before another page is shown, before the desk locks or closes."""
        for page in self.pages.values():
            if isinstance(page, RecordsPage):
                page.detail.flush()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the rail's icons when the window is narrow for its text size."""
        super().resizeEvent(event)
        self._fit()

    def _page(self, key: str) -> QWidget:
        """The page of a place, made if need be."""
        page = self.pages.get(key)
        if page is None:
            page = self.pages[key] = make_page(self, key)
            self.stack.addWidget(page)
        return page

    def _show_first(self, key: str) -> None:
        if not self._key:
            self.show_page(key)
        page, focused = self.stack.currentWidget(), QApplication.focusWidget()
        if page is not None and (focused is None or not self.isAncestorOf(focused)):
            target = page.list.view if isinstance(page, RecordsPage) else page.focusProxy() or page
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _make_bar(self) -> None:
        if self._bar is None:  # nobody was quicker and has it open
            self.bar.hide()

    def _prepare(self) -> None:
        """What is not seen at first is made when the list is on the screen already."""
        for page in self.pages.values():
            if isinstance(page, RecordsPage):
                page.detail.prepare()

    def _fit(self) -> None:
        self.rail.set_compact(self.width() < current_theme().px(COMPACT_BELOW))

    def compare(self, record: str) -> None:
        """Show the conflicts of a record."""
        self.show_page("conflicts")
        view = self.pages["conflicts"]
        if isinstance(view, ConflictsView):
            # After the page has its size: there is nothing to scroll before.
            QTimer.singleShot(0, view, lambda: view.show_record(record))

    def _on_undo_changed(self, undo: str, redo: str) -> None:
        """Tell what was just undone: that it can be done again is what tells it."""
        if redo and redo != self._undone[1] and undo != self._undone[0]:
            self.toast.show_note(_("Undone: {what}").format(what=redo), seconds=5)
        self._undone = (undo, redo)
