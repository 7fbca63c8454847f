"""The page of one's own work: what is assigned, due, unread, mentioned, in conflict, and asked of one's country.

    page = WorkPage(session)
    page.refresh()            read anew, beside the window; so it does by itself when records move
    page.choose("due")        one of `work_views.SECTIONS`; the keys 1 to 6 do so too

Signals: `record_opened(record, tab)` (the tab of a case that it is in, or nothing), `conflict_opened(record)`,
`waiting_changed(count)` for the rail, `marking_changed`.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from desktop.casework.handling import Marking
from desktop.casework.views import ListRow
from desktop.casework.work_views import SECTIONS, WorkSection, WorkView
from desktop.session import Session
from desktop.ui.kit import EmptyState, Label, Living, Panel, TabBar, announce
from desktop.ui.list_view import RecordListView
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.formats import number

NEWS_MS = 400  # in which what moved becomes one reading
_URGENT = ("assigned", "mentions", "requests")  # what the rail counts: somebody waits for this officer
_ICONS = {
    "assigned": "square-check", "due": "clock", "unread": "eye", "mentions": "at-sign", "conflicts": "git-compare",
    "requests": "send",
}  # fmt: skip


class WorkPage(Living, QWidget):
    """Sections as tabs with their counts; the entries of the chosen one below, the most pressing first."""

    record_opened = Signal(str, str)
    conflict_opened = Signal(str)
    waiting_changed = Signal(int)
    marking_changed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._asked = 0
        self._view: WorkView | None = None
        self._by_id: dict[str, ListRow] = {}
        self.title = Label("", "h1")
        self.hint = Label("", "caption", "muted", wrap=True)
        self.tabs = TabBar()
        self._tab_of = {key: self.tabs.add_tab(key, key) for key in SECTIONS}
        self.count = Label("", "caption", "muted")
        self.list = RecordListView(self._rows)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.empty = EmptyState("inbox")
        self.empty.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        card = Panel("card")
        inner = QVBoxLayout(card)
        inner.setContentsMargins(1, 6, 1, 6)
        inner.addWidget(self.list)
        self.stack = QStackedWidget()
        self.stack.addWidget(card)
        self.stack.addWidget(self.empty)
        self._column = QVBoxLayout(self)
        for widget in (self.title, self.hint, self.tabs, self.count):
            self._column.addWidget(widget)
        self._column.addWidget(self.stack, 1)
        self.setFocusProxy(self.list)
        self._news = QTimer(self)
        self._news.setSingleShot(True)
        self._news.setInterval(NEWS_MS)
        self._news.timeout.connect(self.refresh)
        for place, key in enumerate(SECTIONS, 1):
            shortcut = QShortcut(QKeySequence(str(place)), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(partial(self.choose, key))
        self.tabs.chosen.connect(self._on_tab)
        self.list.opened.connect(self._on_opened)
        self.list.verticalScrollBar().valueChanged.connect(self.marking_changed)
        session.work_ready.connect(self._on_ready)
        session.records_changed.connect(self._on_changed)
        session.locked.connect(self._on_locked)
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._space)
        self.refresh()

    def refresh(self) -> None:
        """Read on the query thread what waits."""
        if not self._session.is_locked():
            self._asked = self._session.ask_work("page")

    def choose(self, key: str) -> None:
        """Show a section, and put the focus into its entries."""
        self.tabs.choose(key)
        (self.list if self._shown().rows else self._tab_of[key]).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def marking(self) -> Marking:
        """The strictest marking of the entries in view."""
        return self.list.marking()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened while it was hidden, and with a new day."""
        super().showEvent(event)
        self.refresh()

    def _on_changed(self, ids: object) -> None:
        if isinstance(ids, frozenset) and not self._news.isActive():
            self._news.start()

    def _on_ready(self, request: int, view: object) -> None:
        if request != self._asked or not isinstance(view, WorkView):
            return
        first, self._view = self._view is None, view
        if first:  # what asks for something is in view at once
            self.tabs.choose(next((each.key for each in view.sections if each.count), SECTIONS[0]))
        self._tell()
        if first and self.isVisible() and self._shown().rows:
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self.waiting_changed.emit(sum(view.section(key).count for key in _URGENT))

    def _on_tab(self, _key: str) -> None:
        self._show()
        words = self.count.text() if self._shown().rows else self.empty.accessibleName()
        announce(self.list, words)

    def _on_opened(self, record: str) -> None:
        row = self._by_id.get(record)
        if row is None:
            return
        if self.tabs.key() == "conflicts":
            self.conflict_opened.emit(record)
        elif row.type == "note":
            self.record_opened.emit(row.space, "discussion")
        else:
            self.record_opened.emit(record, "")

    def _on_locked(self) -> None:
        self._view, self._by_id = None, {}
        self.list.rows.clear()

    def _rows(self, ids: list[str]) -> list[ListRow]:
        return [self._by_id[each] for each in ids if each in self._by_id]

    def _shown(self) -> WorkSection:
        return (self._view or WorkView()).section(self.tabs.key())

    def _tell(self) -> None:
        self.title.setText(_("My work"))
        self.hint.setText(_("Keys 1 to 6 go to a section; arrows and Enter to an entry."))
        view = self._view or WorkView()
        for key, tab in self._tab_of.items():
            tab.set_caption(_caption(key), view.section(key).count or None)
        self._show()

    def _show(self) -> None:
        section = self._shown()
        self._by_id = {row.id: row for row in section.rows}
        self.list.rows.renew()
        self.list.show_ids([row.id for row in section.rows])
        if section.rows and not self.list.currentIndex().isValid():
            self.list.set_current(section.rows[0].id, scroll=False)
        self.list.setAccessibleName(_caption(section.key))
        self.count.setText(_counted(section))
        self.empty.set_texts(*_nothing(section.key))
        self.empty.setVisible(self._view is not None)
        self.stack.setCurrentIndex(0 if section.rows else 1)
        self.marking_changed.emit()

    def _space(self) -> None:
        theme = current_theme()
        side = theme.px(28)
        self._column.setContentsMargins(side, theme.px(18), side, theme.px(18))
        self._column.setSpacing(theme.space("m"))


def _caption(key: str) -> str:
    words = {
        "assigned": _("Assigned to me"),
        "due": _("Due soon"),
        "unread": _("Unread changes"),
        "mentions": _("Mentions"),
        "conflicts": _("Conflicts"),
        "requests": _("Requests for us"),
    }
    return words.get(key, "")


def _counted(section: WorkSection) -> str:
    shown = len(section.rows)
    if not section.whole:
        return _("More than {n}; the first {shown} are shown").format(n=number(section.count), shown=number(shown))
    words = ngettext("{n} entry", "{n} entries", section.count).format(n=number(section.count))
    if shown < section.count:
        return _("{entries}; the first {shown} are shown").format(entries=words, shown=number(shown))
    return words


def _nothing(key: str) -> tuple[str, str]:
    """Title and sentence where nothing waits: what to do so that something would, or where to go instead."""
    words = {
        "assigned": (
            _("Nothing is assigned to you"),
            _("Put your name into a task of a case, or into “Officer in charge”, and it waits for you here."),
        ),
        "due": (
            _("Nothing is due this week"),
            _("Give your tasks and cases a due date; the overdue stand first here."),
        ),
        "unread": (_("You have seen everything"), _("What others change shows here after the next exchange.")),
        "mentions": (
            _("Nobody has mentioned you"),
            _("In the discussion of a case, type @ and a name; who is mentioned finds it here until it is read."),
        ),
        "conflicts": (
            _("Nothing to decide"),
            _("When two desks write different values into one field, you compare them here."),
        ),
        "requests": (
            _("No request waits for your country"),
            _("Requests that others send you stand here until you have answered; send yours from a case."),
        ),
    }
    return words[key]
