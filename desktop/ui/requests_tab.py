"""The requests of a case, as a tree of follow-ups."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.casework.requests import tree
from desktop.casework.views import RecordView
from desktop.session import Session
from desktop.ui.kit import Button, EmptyState, Label, Living, Panel
from desktop.ui.margins import set_margins
from desktop.ui.request_table import Line, RequestTable
from desktop.ui.requests_page import MINUTE_MS
from desktop.ui.scroll_page import BAR, ScrollPage
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.formats import number

_CHANNEL = "tab"


class RequestsTab(Living, QWidget):
    """Every request of a case; one that follows another stands under it, set in."""

    record_opened = Signal(str)
    add_requested = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._place = ""
        self._asked = 0
        self.count = Label("", "caption", "muted")
        self.add_button = Button("", "secondary", "plus")
        self.table = RequestTable()
        self.empty = EmptyState("send")
        self._nothing = ScrollPage(self.empty)
        self._card = Panel("card")
        inner = QVBoxLayout(self._card)
        inner.setContentsMargins(1, 6, 1, 6)
        inner.addWidget(self.table)
        self._tools = QHBoxLayout()
        self._tools.addWidget(self.count, 1)
        self._tools.addWidget(self.add_button)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._tools)
        self._column.addWidget(self._card, 1)
        self._column.addWidget(self._nothing, 1)
        self._minute = QTimer(self)
        self._minute.setInterval(MINUTE_MS)
        self._minute.timeout.connect(self._on_minute)
        self._minute.start()
        self.table.opened.connect(self.record_opened)
        self.add_button.clicked.connect(self._on_add)
        self.empty.action_clicked.connect(self._on_add)
        session.requests_ready.connect(self._on_ready)
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._space)

    def show_case(self, view: RecordView) -> None:
        """Show the requests of a case's space."""
        if view.space != self._place:
            self.table.show_lines([], "")
        self._place = view.space
        self._ask()

    def _ask(self) -> None:
        self._asked = self._session.ask_requests(self._place, _CHANNEL, ended=True)

    def _on_minute(self) -> None:
        if self.isVisible() and self._place:
            self._ask()

    def _on_add(self) -> None:
        self.add_requested.emit("request")

    def _on_ready(self, request: int, found: object) -> None:
        if request == self._asked and isinstance(found, list) and not self._session.is_locked():
            by_id = {each.request.id: each for each in found}
            lines = [Line(by_id[each.id], depth) for depth, each in tree(one.request for one in found)]
            self.table.show_lines(lines, self._session.identity().ministry)
            self._tell()

    def _tell(self) -> None:
        count = self.table.requests.rowCount()
        self.count.setText(ngettext("{n} request", "{n} requests", count).format(n=number(count)))
        self.add_button.setText(_("New request…"))
        self.empty.set_texts(
            _("Nothing was asked in this case yet"),
            _("A request names the members that it asks; they have a deadline from the day on which they receive it."),
            _("New request…"),
        )
        self._nothing.setVisible(not count)
        self._card.setVisible(bool(count))
        self.count.setVisible(bool(count))
        self.add_button.setVisible(bool(count))

    def _space(self) -> None:
        theme = current_theme()
        set_margins(self, self._column, 0, 0, theme.px(BAR), theme.px(18))
        self._column.setSpacing(theme.space("m"))
