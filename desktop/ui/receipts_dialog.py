"""The dialog that shows which desks have a record and who read it, and that asks them to say so."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.casework.trust_views import ReceiptsView
from desktop.casework.views import RecordView
from desktop.session import Session
from desktop.ui.desk_dialog import DeskDialog
from desktop.ui.kit import Button, CheckBox, EmptyState, Label, announce
from desktop.ui.presenter import SEPARATOR, role_value, title_text
from desktop.ui.receipts_table import ReceiptsTable
from i18n import _, ngettext
from i18n.bidi import ltr, one_line
from i18n.formats import number

_WIDTH = 760  # pixels at 100 %


class ReceiptsDialog(DeskDialog):
    """Nothing of it needs a button: the tick is written at once, and what comes in is shown as it comes."""

    def __init__(self, session: Session, view: RecordView, parent: QWidget | None = None) -> None:
        super().__init__(session, parent, Button("", "primary"), width=_WIDTH)
        self.record = view.id
        self._recalled = view.recalled is not None
        self._asked = 0
        self._view: ReceiptsView | None = None
        record_type = session.types.get(view.type)
        reference, title = role_value(record_type, view, "reference"), title_text(record_type, view)
        name = [ltr(one_line(str(reference), 40))] if reference else []
        self.about = Label(SEPARATOR.join([*name, title]), "body", "muted", wrap=True)
        self.ask = CheckBox()
        self.ask.clicked.connect(self._on_ask)
        self.explained = Label("", "caption", "muted", wrap=True)
        self.summary = Label("", "strong", wrap=True)
        self.table = ReceiptsTable()
        self.empty = EmptyState("eye")
        self.note = Label("", "caption", "muted", wrap=True)
        self.cancel_button.hide()
        self.button.setDefault(True)
        self.ask.setVisible(not self._recalled)
        self.explained.setVisible(not self._recalled)
        self.table.hide()
        self.lay_out(
            (self.about, self.ask, self.explained, self.summary, self.table, self.empty, self.note), self.table
        )
        self._channel = f"{self.record} {id(self)}"
        session.receipts_ready.connect(self._on_ready)
        session.records_changed.connect(self._on_changed)
        session.sync_state_changed.connect(self._on_synced)
        self.bind(lambda _text: self._tell(), str)
        (self.button if self._recalled else self.ask).setFocus()
        self.refresh()

    def submit(self) -> None:
        """Close."""
        self.accept()

    def refresh(self) -> None:
        """Ask again who has it."""
        if not self.session.is_locked():
            self._asked = self.session.receipts(self.record, self._channel)

    def _on_ready(self, request: int, view: ReceiptsView | None) -> None:
        if request != self._asked:
            return
        if view is None:  # its case is not on this desk any more
            self.reject()
        elif view != self._view:
            before, self._view = self.summary.text(), view
            self.table.show_view(view)
            self._tell()
            self.fit()
            if before != self.summary.text():
                announce(self.summary, self.summary.text())

    def _on_changed(self, ids: frozenset[str]) -> None:
        if self.record in ids:
            self.refresh()

    def _on_synced(self) -> None:
        self.refresh()

    def _on_ask(self) -> None:
        on = self.ask.isChecked()
        self.problem.hide()
        if not self.session.ask_receipts(self.record, on):
            self.ask.setChecked(not on)
        self.refresh()

    def _tell(self) -> None:
        view = self._view
        self.name(_("Receipts"))
        self.button.setText(_("Close"))
        self.ask.setText(_("Ask for receipts"))
        self.ask.setChecked(view is not None and view.asked)
        self.ask.setEnabled(view is not None and view.may_ask)
        self.explained.setText(
            _("Every desk then says when it received this and when an officer read it. Its officers are told that.")
            if view is None or view.may_ask
            else _("Only who may write here can ask for receipts.")
        )
        some = view is not None and bool(view.receipts or (view.asked and view.silent))
        self.table.setVisible(some)
        self.summary.setVisible(some)
        self.note.setVisible(some)
        self.empty.setVisible(view is not None and not some)
        self.empty.set_texts(*_nothing(view))
        self.summary.setText(_summary(view, recalled=self._recalled) if view is not None else "")
        self.note.setText(
            _("Each desk says this of itself, by its own clock. No answer is no proof that nobody read it.")
        )


def _summary(view: ReceiptsView, *, recalled: bool) -> str:
    """How many desks answered what, as far as that can be true."""
    every = len(view.receipts) + len(view.silent)
    held = [each for each in view.receipts if each.verified]
    received = sum(bool(each.received_ms or each.read_ms) for each in held)
    read = sum(bool(each.read_ms) for each in held)
    deleted = sum(bool(each.deleted_ms) for each in held)
    if recalled:
        words = ngettext("Deleted on {some} of {n} desk", "Deleted on {some} of {n} desks", every)
        return words.format(some=number(deleted), n=number(every))
    words = ngettext("Received by {some} of {n} desk", "Received by {some} of {n} desks", every)
    also = ngettext("read on {n} desk", "read on {n} desks", read).format(n=number(read))
    return SEPARATOR.join((words.format(some=number(received), n=number(every)), also))


def _nothing(view: ReceiptsView | None) -> tuple[str, str]:
    if view is not None and view.asked:
        return _("No other desk"), _("Nobody else can read this yet, so nobody can answer.")
    return _("Nobody was asked"), _("Ask for receipts above, and the answers of the desks are shown here.")
