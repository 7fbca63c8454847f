"""The page of the exchange: how the connection stands and why, what waits to be sent, what was set aside."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop.casework.views import Query, SyncState
from desktop.session import Session
from desktop.ui.card_page import CardPage
from desktop.ui.carry_card import CarryCard
from desktop.ui.connection import history_text, phase_text, unsent_text
from desktop.ui.enrolment_card import EnrolmentCard
from desktop.ui.kit import Button, Card, FlowLayout, IconLabel, Label
from desktop.ui.kit.chips import PHASES
from desktop.ui.list_view import RecordListView
from desktop.ui.moves_card import MovesCard
from desktop.ui.offline_card import OfflineCard
from desktop.ui.presenter import SEPARATOR
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.bidi import ltr
from i18n.formats import clock, data_age, moment, number, size

_CHANNEL = "queue"
_SHOWN_ASIDE = 20
_ROWS_IN_VIEW = 4


class SyncPage(CardPage):
    """Cards: the connection, the enrolment while it is missing, the queue, cases not kept here, what was set aside."""

    record_chosen = Signal(str, str)
    settings_requested = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._asked = 0
        self._make_connection()
        self._make_enrolment()
        self._make_queue()
        self.moves = MovesCard(session)
        self.carry = CarryCard(session)
        self.offline = OfflineCard(session)
        self.column.addWidget(self.moves)
        self.column.addWidget(self.carry)
        self.column.addWidget(self.offline)
        self._make_aside()
        self.column.addStretch(1)
        session.sync_state_changed.connect(self.on_news)
        session.rows_ready.connect(self._on_rows)
        self.bind(self.title.setText, lambda: _("Exchange with the secretariat"))
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._space)

    def refresh(self) -> None:
        """Ask what waits, and say everything again."""
        self._asked = self._session.query(Query(type="", unsent=True), _CHANNEL)
        self.moves.refresh()
        self.offline.refresh()
        self._tell()

    def copy_diagnostics(self) -> None:
        """Put a text for a technician on the clipboard: versions and figures, nothing of any case."""
        QGuiApplication.clipboard().setText(self._session.diagnostics())
        self.toast.show_note(_("Copied. It holds versions and figures, and nothing of any case."))

    def _make_connection(self) -> None:
        self.connection = Card()
        self.icon = IconLabel("cloud-off", "offline", boxed=True)
        self.phase = Label("", "strong", wrap=True)
        self.cause = Label("", "body", "muted", wrap=True)
        self.age = Label("", "caption", "muted", wrap=True)
        self.history = Label("", "caption", "muted", wrap=True)
        self.history_bar = QProgressBar()
        self.history_bar.setTextVisible(False)
        self.now_button = Button("", "primary", "refresh-cw")
        self.switch_button = Button("", "secondary", "cloud-off")
        self.copy_button = Button("", "secondary", "copy")
        self.now_button.clicked.connect(self._session.sync_now)
        self.switch_button.clicked.connect(self._on_switch)
        self.copy_button.clicked.connect(self.copy_diagnostics)
        words = QVBoxLayout()
        words.setSpacing(2)
        for part in (self.phase, self.cause, self.age, self.history, self.history_bar):
            words.addWidget(part)
        row = QHBoxLayout()
        row.addWidget(self.icon)
        row.addLayout(words, 1)
        self._state_row = row
        self._actions = FlowLayout()
        for button in (self.now_button, self.switch_button, self.copy_button):
            self._actions.addWidget(button)
        self.connection.add(row)
        self.connection.add(self._actions)
        self.column.addWidget(self.connection)

    def _make_enrolment(self) -> None:
        self.enrolment = EnrolmentCard()
        self.enrolment.confirmed.connect(self._on_confirmed)
        self.column.addWidget(self.enrolment)

    def _make_queue(self) -> None:
        self.queue = Card()
        self.queue_words = Label("", "body", "muted", wrap=True)
        self.view = RecordListView(self._session.rows)
        self.view.opened.connect(self._on_opened)
        self.queue.add(self.queue_words)
        self.queue.add(self.view)
        self.column.addWidget(self.queue)

    def _make_aside(self) -> None:
        self.aside = Card()
        self.aside_words = Label("", "body", "muted", wrap=True)
        self._aside_list = QVBoxLayout()
        self.aside.add(self.aside_words)
        self.aside.add(self._aside_list)
        self.column.addWidget(self.aside)

    def _on_rows(self, request: int, ids: list[str]) -> None:
        if request == self._asked:
            self.view.rows.forget(frozenset(self.view.rows.ids()))
            self.view.show_ids(ids)
            self._tell_queue(self._session.sync_state())

    def _on_opened(self, record: str) -> None:
        row = self.view.rows.row(self.view.currentIndex().row())
        self.record_chosen.emit(record, row.type if row else "case")

    def _on_confirmed(self) -> None:
        self._session.confirm_enrolment()
        self._tell()

    def _on_switch(self) -> None:
        if self._session.settings.server_url:
            self._session.set_connected(not self._session.connected)
            self._tell()
        else:
            self.settings_requested.emit()

    def _tell(self) -> None:
        state = self._session.sync_state()
        self._tell_connection(state)
        self._tell_queue(state)
        self._tell_aside()
        self.enrolment.show_enrolment(self._session.enrolment())

    def _tell_connection(self, state: SyncState) -> None:
        icon, tone = PHASES.get(state.phase, PHASES["offline"])
        self.icon.set_icon(icon, tone)
        self.connection.set_title(_("Connection"))
        self.phase.setText(phase_text(state))
        no_server = not self._session.settings.server_url
        code = "no_server" if no_server else state.error
        cause = self._session.message(code) if code else ""
        if state.phase == "paused":
            cause = _("You cut the connection. Your work is kept here and sent when you connect again.")
        self.cause.setText(cause)
        self.cause.setVisible(bool(cause))
        age = data_age(state.as_of_ms)
        if state.retry_at_ms:
            age = _("{age}. Next try at {time}.").format(age=age, time=clock(state.retry_at_ms))
        self.age.setText(age)
        self._tell_history(state)
        self.now_button.setText(_("Exchange now"))
        self.now_button.setEnabled(self._session.connected and not no_server)
        self.switch_button.setText(
            _("Enter the address…") if no_server else _("Work offline") if self._session.connected else _("Connect")
        )
        self.switch_button.set_icon("settings" if no_server else "cloud-off" if self._session.connected else "cloud")
        self.copy_button.setText(_("Copy diagnostics"))

    def _tell_history(self, state: SyncState) -> None:
        """How much of the history behind snapshots is verified; nothing once all of it is."""
        told = history_text(state)
        self.history.setText(told)
        self.history_bar.setRange(0, max(1, state.from_snapshots))
        self.history_bar.setValue(state.verified)
        self.history_bar.setAccessibleName(told)
        for part in (self.history, self.history_bar):
            part.setVisible(bool(told))

    def _tell_queue(self, state: SyncState) -> None:
        count = self.view.rows.rowCount()
        self.queue.set_title(_("Waiting to be sent"))
        words = _("Nothing waits: everything was sent.")
        if state.unsent:
            records = ngettext("in {n} record", "in {n} records", count).format(n=number(count))
            words = _("{waiting}, {records}").format(waiting=unsent_text(state.unsent), records=records)
        self.queue_words.setText(words)
        self.view.setAccessibleName(_("Records with changes to send"))
        self.view.setVisible(bool(count))
        theme = current_theme()
        self.view.setFixedHeight(min(count, _ROWS_IN_VIEW) * theme.control("row") + 2)

    def _tell_aside(self) -> None:
        items = self._session.set_aside()
        self.aside.setVisible(bool(items))
        self.aside.set_title(_("Set aside"))
        self.aside_words.setText(
            ngettext(
                "{n} item did not verify or was refused. It changed nothing, and is kept for your administrator.",
                "{n} items did not verify or were refused. They changed nothing, and are kept for your administrator.",
                len(items),
            ).format(n=number(len(items)))
        )
        while (taken := self._aside_list.takeAt(0)) is not None:
            widget = taken.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for item in items[:_SHOWN_ASIDE]:
            source = _("Refused by the server") if item.ours else _("Received")
            when = moment(item.at_ms) if item.at_ms else ""
            caption = SEPARATOR.join(part for part in (source, when, size(item.bytes), ltr(item.space[:8])) if part)
            self._aside_list.addWidget(Label(self._session.message_of_aside(item), "body", wrap=True))
            self._aside_list.addWidget(Label(caption, "caption", "muted", wrap=True))

    def _space(self) -> None:
        theme = current_theme()
        self._state_row.setSpacing(theme.space("m"))
        self._actions.set_gap(theme.space("s"))
