"""The exchanges of a case: what waits for our permission, what was sent and received, and the way to send."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.casework.views import ListRow, RecordView
from desktop.session import Session
from desktop.ui.exchange_composer import ExchangeComposer
from desktop.ui.kit import Button, EmptyState, Label, Living, Panel
from desktop.ui.list_view import RecordListView
from desktop.ui.margins import set_margins
from desktop.ui.permission_row import PermissionRow
from desktop.ui.presenter import countries_text
from desktop.ui.scroll_page import BAR
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.formats import number

_AT_ONCE = 3  # requests that wait and are shown whole


class ExchangesTab(Living, QWidget):
    """Exchanges and permission requests of a space, the last changed first."""

    record_opened = Signal(str)

    def __init__(self, session: Session, page: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._page = page
        self._space_id = ""
        self._asked = 0
        self.sentence = Label("", "body", "muted", wrap=True)
        self.new = Button("", "primary", "send")
        self.new.clicked.connect(self.compose)
        self.waiting_label = Label("", "strong")
        self.waiting: list[PermissionRow] = []
        self.list = RecordListView(session.rows)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.opened.connect(self.record_opened)
        self.empty = EmptyState("arrow-left-right")
        self.empty.action_clicked.connect(self.compose)
        self._card = Panel("card")
        inner = QVBoxLayout(self._card)
        inner.setContentsMargins(1, 6, 1, 6)
        inner.addWidget(self.list)
        self._head = QHBoxLayout()
        self._head.addWidget(self.sentence, 1)
        self._head.addWidget(self.new)
        self._waiting = QVBoxLayout()
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._head)
        self._column.addWidget(self.waiting_label)
        self._column.addLayout(self._waiting)
        self._column.addWidget(self._card, 1)
        self._column.addWidget(self.empty, 1)
        session.records_ready.connect(self._on_rows)
        session.locked.connect(self._forget)
        self.bind(self.list.setAccessibleName, lambda: _("Exchanges of this case"))
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._space)

    def show_case(self, view: RecordView) -> None:
        """Show the exchanges of a case's space."""
        self._space_id = view.space
        self._asked = self._session.ask_records(view.space, ("exchange",), "exchanges")
        self._show_waiting()
        self._tell()

    def compose(self) -> None:
        """Write an exchange into this case."""
        if self._space_id:
            composer = ExchangeComposer(self._session, self._space_id, self._page)
            composer.sent.connect(self.record_opened)
            composer.open()

    def _on_rows(self, request: int, rows: list[ListRow]) -> None:
        if request == self._asked:
            self.list.rows.forget(frozenset(row.id for row in rows))
            self.list.show_ids([row.id for row in rows])
            self._tell()

    def _show_waiting(self) -> None:
        for row in self.waiting:
            self._waiting.removeWidget(row)
            row.hide()
            row.deleteLater()
        found = [each for each in self._session.waiting_permissions() if each.space == self._space_id]
        self.waiting = [PermissionRow(self._session, each) for each in found[:_AT_ONCE]]
        for row in self.waiting:
            row.opened.connect(self.record_opened)
            self._waiting.addWidget(row)
        self.waiting_label.setVisible(bool(found))
        self.waiting_label.setText(
            ngettext(
                "{n} request waits for your ministry's permission",
                "{n} requests wait for your ministry's permission",
                len(found),
            ).format(n=number(len(found)))
        )

    def _tell(self) -> None:
        readers = self._session.readers(self._space_id) if self._space_id and not self._session.is_locked() else ()
        desks = sum(len(each.desks) for each in readers)
        words = ngettext(
            "What is written here can be read on {n} desk: {countries}.",
            "What is written here can be read on {n} desks: {countries}.",
            desks,
        )
        names = countries_text(each.ministry for each in readers)
        self.sentence.setText(words.format(n=number(desks), countries=names) if readers else "")
        self.new.setText(_("New exchange…"))
        self.empty.set_texts(
            _("Nothing was exchanged here yet"),
            _("Send what you know under its codes. You see who will read it before you type."),
            _("New exchange…"),
        )
        count = self.list.rows.rowCount()
        self._card.setVisible(bool(count))
        self.empty.setVisible(not count)

    def _forget(self) -> None:
        self._space_id, self._asked = "", 0
        self.list.show_ids([])

    def _space(self) -> None:
        theme = current_theme()
        set_margins(self, self._column, 0, 0, theme.px(BAR), theme.px(18))
        self._column.setSpacing(theme.space("m"))
        self._waiting.setSpacing(theme.space("s"))
        self._head.setSpacing(theme.space("m"))
