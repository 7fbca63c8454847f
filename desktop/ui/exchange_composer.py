"""The composer of an exchange: who will read stands above what is typed, what stands in the way below it.

ExchangeComposer(session, space, parent).open()                     something of one's own
ExchangeComposer(session, space, parent, original=record).open()    passes a record on; `space` may be another case's
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.casework.exchanges import EXCHANGE, PassingView, copied_text
from desktop.casework.handling import DEFAULT_TLP, HANDLING_CODES, TLP_ORDER, Marking
from desktop.casework.passing_on import Obstacle, forbidden
from desktop.casework.validation import InvalidValue, validate
from desktop.session import Session, UnknownRecord
from desktop.ui.desk_dialog import DeskDialog
from desktop.ui.editors import make_editor
from desktop.ui.field_row import FieldRow
from desktop.ui.kit import Banner, Button, CheckBox, DropDown, Label
from desktop.ui.margins import set_margins
from desktop.ui.obstacle_list import ObstacleList
from desktop.ui.permission_dialogs import AskDialog, title_of
from desktop.ui.readers_card import ReadersCard
from desktop.ui.record_finder import RecordFinder
from desktop.ui.scroll_page import BAR
from desktop.ui.theme import current_theme
from desktop.ui.tick_list import TickList
from i18n import _
from i18n.bidi import ltr
from i18n.names import country_name

_WIDTH = 760  # pixels at 100 %
_FIELDS = ("title", "exchange_kind", "precedence", "content", "answers", "handling_note")
_KEPT = ("title", "content")
_LOOK_MS, _DRAFT_MS = 150, 500


class ExchangeComposer(DeskDialog):
    """What is typed survives a lock. Sending is confirmed by a second press, since it cannot be undone."""

    sent = Signal(str)

    def __init__(
        self, session: Session, space: str, parent: QWidget | None = None, *, original: str = "", answers: str = ""
    ) -> None:
        super().__init__(session, parent, Button("", "primary", "send"), width=_WIDTH)
        self.space = space
        self.original = original
        self._found = PassingView(Marking())
        self._confirming = False
        kind = session.types[EXCHANGE]
        self.readers = ReadersCard()
        self.source = Label("", "body", "muted", wrap=True)
        self.source.setVisible(bool(original))
        self.rows = {name: self._row(name) for name in _FIELDS}
        own = session.identity().ministry
        readers = session.readers(space)
        self.recipients = TickList(
            lambda: kind.fields["recipients"].label,
            [each.ministry for each in readers if each.ministry != own],
            country_name,
        )
        self.tlp_label = Label("", "strong")
        self.tlp = DropDown()
        self.tlp_label.setBuddy(self.tlp)
        words = kind.fields["handling"].choice_label
        self.handling = TickList(
            lambda: kind.fields["handling"].label, HANDLING_CODES, lambda code: f"{ltr(code)} {words(code)}"
        )
        self.obstacles = ObstacleList()
        self.clear = Label("", "caption", "ok", wrap=True)
        self.kept_to = CheckBox()
        self.last = Banner("warn")
        self.last.hide()
        self._begin(readers=[each.ministry for each in readers if each.ministry != own], answers=answers)
        rows = [self.rows[name] for name in _FIELDS[:-1]]
        marking = (self.tlp_label, self.tlp, self.handling, self.rows["handling_note"])
        self._above, self._below = QVBoxLayout(), QVBoxLayout()
        self.lay_out((self.source, *rows, self.recipients, *marking))
        self._pin()
        self.readers.show_readers(readers)
        self._connect()
        self.bind(lambda _text: self._tell(), str)
        self.look()
        self.rows["title"].editor.main_widget().setFocus()

    def _pin(self) -> None:
        """What must be in view while one types stands outside what scrolls: readers above, obstacles below."""
        self._above.addWidget(self.readers)
        for part in (self.obstacles, self.clear, self.kept_to, self.last):
            self._below.addWidget(part)
        self._column.insertLayout(1, self._above)
        self._column.insertLayout(3, self._below)
        self.follow(self._space_pinned)

    def _space_pinned(self) -> None:
        theme = current_theme()
        for layout in (self._above, self._below):
            set_margins(self, layout, 0, 0, theme.px(BAR), 0)
            layout.setSpacing(theme.space("s"))

    def values(self) -> dict[str, object]:
        """What would be sent now. Raises InvalidValue; the row says it."""
        found: dict[str, object] = {}
        for name, row in self.rows.items():
            row.show_error(None)
            try:
                found[name] = validate(row.field, row.editor.value())
            except InvalidValue as error:
                row.show_error(error)
                row.editor.main_widget().setFocus()
                raise
        return {**found, **self._marking()}

    def submit(self) -> None:
        """The first time, say that it cannot be undone; the second time, send."""
        self.problem.hide()
        try:
            values = self.values()
        except InvalidValue:
            self._confirm(on=False)
            return
        self.look()
        if not self.button.isEnabled():
            return
        if not self._confirming:
            self._confirm(on=True)
            return
        record = self.session.send_exchange(self.space, values, self.original, confirmed=self.kept_to.isChecked())
        if record:
            self._keep(dict.fromkeys(_KEPT, ""))
            self.accept()
            self.sent.emit(record)
        else:
            self._confirm(on=False)

    def reject(self) -> None:
        """Close without sending; what was typed is forgotten, unless the desk has locked."""
        self._drafts.stop()
        if not self.session.is_locked():
            self._keep(dict.fromkeys(_KEPT, ""))
        super().reject()

    def look(self) -> None:
        """See what stands in the way now."""
        if self.session.is_locked():
            return
        self._found = self.session.sending(self.space, self._marking(), self.original)
        held, asks = forbidden(self._found.obstacles), bool(self._found.obstacles)
        self.obstacles.show_obstacles(self._found.obstacles, may_ask=bool(self.original))
        self.kept_to.setVisible(asks and not held)
        self.clear.setVisible(not asks)
        self.button.setEnabled(not held and (self.kept_to.isChecked() or not asks))
        if not self.button.isEnabled():
            self._confirm(on=False)
        self.fit()

    def _begin(self, readers: list[str], answers: str) -> None:
        """What stands in the fields first: what was typed before a lock, what is passed on, its codes."""
        floor = Marking()
        if self.original:
            held = self.session.handling(self.original)
            floor = held.marking if held is not None else floor
            self._copy()
        else:
            for name in _KEPT:
                if draft := self.session.draft(self._key(name)):
                    self.rows[name].editor.restore(draft)
        if answers:
            self.rows["answers"].editor.show_value(answers)
            self.rows["exchange_kind"].editor.show_value("answer")
        self.recipients.tick(readers)
        lowest = TLP_ORDER.index(floor.tlp) if floor.tlp in TLP_ORDER else 0
        for code in TLP_ORDER[lowest:] if floor.tlp in ("", *TLP_ORDER) else TLP_ORDER[-1:]:
            self.tlp.addItem(ltr(code), code)
        self.tlp.setCurrentIndex(max(0, self.tlp.findData(floor.tlp or DEFAULT_TLP)))
        self.handling.tick(floor.handling or ("H0",))
        self.handling.fix(floor.handling)
        if floor.notes:
            self.rows["handling_note"].editor.show_value("; ".join(floor.notes))

    def _copy(self) -> None:
        try:
            view = self.session.show(self.original)
        except UnknownRecord:
            return
        self.rows["content"].editor.show_value(copied_text(self.session.types, view))
        known = self.session.types.get(view.type)
        title = view.fields.get(known.role_name("title")) if known else None
        self.rows["title"].editor.show_value(str(title.value) if title and title.value else None)

    def _connect(self) -> None:
        self._looking, self._drafts = QTimer(self), QTimer(self)
        for timer, wait, then in ((self._looking, _LOOK_MS, self.look), (self._drafts, _DRAFT_MS, self._on_typed)):
            timer.setSingleShot(True)
            timer.setInterval(wait)
            timer.timeout.connect(then)
        for row in self.rows.values():
            row.editor.typed.connect(self._drafts.start)
            row.editor.typed.connect(partial(self._confirm, on=False))
            row.editor.committed.connect(partial(self._on_committed, row))
        self.recipients.changed.connect(self._on_choice)
        self.handling.changed.connect(self._on_choice)
        self.tlp.activated.connect(self._on_choice)
        self.kept_to.toggled.connect(self._on_choice)
        self.obstacles.ask_requested.connect(self._on_ask)
        self.session.records_changed.connect(self._looking.start)
        self.session.sync_state_changed.connect(self._on_synced)
        self.session.failed.connect(self._on_failed)

    def _row(self, name: str) -> FieldRow:
        field = self.session.types[EXCHANGE].fields[name]
        editor = make_editor(field, partial(RecordFinder, self.session, lambda: self.space))
        editor.show_value(field.default or None)
        return FieldRow(field, editor, history=False)

    def _marking(self) -> dict[str, object]:
        note = self.rows["handling_note"].editor.value()
        return {
            "recipients": self.recipients.ticked(),
            "tlp": str(self.tlp.currentData() or DEFAULT_TLP),
            "handling": self.handling.ticked(),
            "handling_note": str(note or ""),
        }

    def _confirm(self, *, on: bool) -> None:
        if on != self._confirming:
            self._confirming = on
            self.last.setVisible(on)
            self._tell()
            self.fit()

    def _on_committed(self, row: FieldRow, value: object) -> None:
        row.editor.note_saved(value)
        self._looking.start()

    def _on_choice(self) -> None:
        self._confirm(on=False)
        self.look()

    def _on_ask(self, obstacle: Obstacle) -> None:
        held = self.session.handling(self.original)
        if held is not None:
            AskDialog(self.session, held, (obstacle.rule,), obstacle.ministries, self).open()

    def _on_synced(self) -> None:
        """The members may have changed under one's hands."""
        if self.isVisible() and not self.session.is_locked():
            self.readers.show_readers(self.session.readers(self.space))
            self.look()

    def _on_failed(self, code: str, params: dict[str, object]) -> None:
        if params.get("record") == self.space:
            self.show_problem(self.session.message(code, params))

    def _on_typed(self) -> None:
        self._keep({name: self.rows[name].editor.text() for name in _KEPT})

    def _keep(self, texts: dict[str, str]) -> None:
        for name, text in texts.items():
            if not self.original:
                self.session.set_draft(self._key(name), text)

    def _key(self, name: str) -> str:
        return f"exchange/{self.space}/{name}"

    def _tell(self) -> None:
        self.name(_("Pass on") if self.original else _("New exchange"))
        self.source.setText(
            _("Passed on from: {record}. Its codes are inherited; they can be made stricter, not less strict.").format(
                record=title_of(self.session, self.original)
            )
            if self.original
            else ""
        )
        self.tlp_label.setText(self.session.types[EXCHANGE].fields["tlp"].label)
        self.tlp.setAccessibleName(self.session.types[EXCHANGE].fields["tlp"].label)
        self.clear.setText(_("Nothing stands in the way."))
        self.kept_to.setText(_("I have read this and keep to it."))
        self.last.set_text(_("What is sent cannot be undone. Look once more at who will read it, then press again."))
        self.button.setText(_("Send now") if self._confirming else _("Send…"))
