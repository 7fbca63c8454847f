"""The place of requests for assistance: those for my country, those from it, all of them; the pressing ones first."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.casework.handling import Marking
from desktop.casework.request_views import TimedRequest
from desktop.session import Session
from desktop.ui.kit import CheckBox, EmptyState, Label, Living, Panel, TabBar, announce
from desktop.ui.request_table import Line, RequestTable, pressing
from desktop.ui.scroll_page import ScrollPage
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.formats import number

_CHANNEL = "page"
_VIEWS = ("for_us", "from_us", "all")
MINUTE_MS = 60_000  # after which a clock in view is told anew
_PAUSE_MS = 1_000  # in which the news of a long exchange are counted once


class RequestsWatch(QObject):
    """Counts the requests that wait for our ministry, whatever is in view."""

    waiting_changed = Signal(int)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._asked = 0
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        session.requests_ready.connect(self._on_ready)
        session.records_changed.connect(self._on_changed)
        self._pause.start()

    def _on_changed(self, _ids: object) -> None:
        if not self._pause.isActive():
            self._pause.start()

    def _ask(self) -> None:
        if not self._session.is_locked():
            self._asked = self._session.ask_requests("", "count")

    def _on_ready(self, request: int, found: object) -> None:
        if request == self._asked and isinstance(found, list) and not self._session.is_locked():
            own = self._session.identity().ministry
            self.waiting_changed.emit(sum(each.request.waits_for(own) for each in found))


class RequestsPage(Living, QWidget):
    """A table of requests; Enter or a double click opens one in its case."""

    record_opened = Signal(str)
    marking_changed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._asked = 0
        self._found: list[TimedRequest] = []
        self.title = Label("", "h1")
        self.sentence = Label("", "body", "muted", wrap=True)
        self.views = TabBar()
        self._tabs = {key: self.views.add_tab(key, key) for key in _VIEWS}
        self.ended = CheckBox()
        self.count = Label("", "caption", "muted")
        self.table = RequestTable()
        self.empty = EmptyState("send")
        self._card = Panel("card")
        self._inner = QVBoxLayout(self._card)
        self._inner.addWidget(self.table)
        self._nothing = ScrollPage(self.empty)  # where height is short, it scrolls and the head stays whole
        self.stack = QStackedWidget()
        self.stack.addWidget(self._card)
        self.stack.addWidget(self._nothing)
        self._tools = QHBoxLayout()
        self._tools.addWidget(self.count, 1)
        self._tools.addWidget(self.ended)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.title)
        self._column.addWidget(self.sentence)
        self._column.addWidget(self.views)
        self._column.addLayout(self._tools)
        self._column.addWidget(self.stack, 1)
        self._news = QTimer(self)
        self._news.setSingleShot(True)
        self._news.setInterval(100)
        self._news.timeout.connect(self.refresh)
        self._minute = QTimer(self)
        self._minute.setInterval(MINUTE_MS)
        self._minute.timeout.connect(self._on_minute)
        self._minute.start()
        self.views.chosen.connect(self._on_view)
        self.ended.toggled.connect(self.refresh)
        self.table.opened.connect(self.record_opened)
        session.requests_ready.connect(self._on_ready)
        session.records_changed.connect(self._on_changed)
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._space)

    def refresh(self) -> None:
        """Read the requests and their clocks anew."""
        self._asked = self._session.ask_requests("", _CHANNEL, ended=self.ended.isChecked())

    def choose(self, view: str) -> None:
        """Show those for_us, from_us, or all."""
        self.views.choose(view)

    def marking(self) -> Marking:
        """The strictest marking of what is listed."""
        return self.table.marking()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened while it was hidden."""
        super().showEvent(event)
        self.refresh()

    def _on_changed(self, ids: object) -> None:
        if isinstance(ids, frozenset) and not self._news.isActive():
            self._news.start()

    def _on_minute(self) -> None:
        if self.isVisible():
            self.refresh()

    def _on_view(self, _key: str) -> None:
        self._show()

    def _on_ready(self, request: int, found: object) -> None:
        if request == self._asked and isinstance(found, list):
            self._found = found
            self._tell()

    def _chosen(self) -> list[TimedRequest]:
        if self._session.is_locked():
            return []
        own, key = self._session.identity().ministry, self.views.key()
        return sorted(
            (each for each in self._found if self._belongs(each, key, own)), key=lambda each: pressing(each, own)
        )

    def _belongs(self, each: TimedRequest, key: str, own: str) -> bool:
        request = each.request
        if not self.ended.isChecked() and not request.open:
            return False
        if key == "for_us":
            return own in request.requested and request.state != "draft"
        return key == "all" or request.requesting == own

    def _show(self, *_changed: object) -> None:
        found = self._chosen()
        own = "" if self._session.is_locked() else self._session.identity().ministry
        self.table.show_lines([Line(each) for each in found], own)
        words = ngettext("{n} request", "{n} requests", len(found)).format(n=number(len(found)))
        waiting = sum(each.request.waits_for(own) for each in found)
        if waiting:
            waits = ngettext("{n} waits for us", "{n} wait for us", waiting).format(n=number(waiting))
            words = f"{words} · {waits}"
        if self.count.text() != words and self.isVisible():
            announce(self, words)
        self.count.setText(words)
        self.stack.setCurrentWidget(self._card if found else self._nothing)
        self.marking_changed.emit()

    def _tell(self) -> None:
        self.title.setText(_("Requests for assistance"))
        self.sentence.setText(_("What members ask of each other, and until when. Enter opens a request in its case."))
        self.views.setAccessibleName(_("Which requests"))
        self.ended.setText(_("Also closed and withdrawn ones"))
        own = "" if self._session.is_locked() else self._session.identity().ministry
        for key, caption in (("for_us", _("For my country")), ("from_us", _("From my country")), ("all", _("All"))):
            self._tabs[key].set_caption(
                caption, sum(self._belongs(each, key, own) for each in self._found) if self._found else None
            )
        self.empty.set_texts(
            _("No requests here"),
            _("A request is drafted in a case: open it, choose Add and then Request for assistance."),
        )
        self._show()

    def _space(self) -> None:
        theme = current_theme()
        side = theme.px(28)
        self._column.setContentsMargins(side, theme.px(18), side, theme.px(18))
        self._column.setSpacing(theme.space("m"))
        self._inner.setContentsMargins(1, theme.px(6), 1, theme.px(6))
