"""The pane of a case: its page, and within it the pages of the people and objects that belong to it.

    view = CaseView(session)
    view.prepare()                    make a part of the page before a case is chosen, when there is time
    view.show_case(record)            a case, or any record of one: its case is then on the way to it
    view.flush()                      before locking and closing: what is being typed is saved

Signals: `compare_requested` (the resolve screen is wanted for a record), `list_requested` (the first step of the
breadcrumb was followed), `marking_changed` (Marking of what is in view), `deleted`.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.casework.exchanges import EXCHANGE
from desktop.casework.handling import Marking, combine
from desktop.casework.views import RecordView
from desktop.session import Session, UnknownRecord
from desktop.ui.case_page import CasePage
from desktop.ui.exchange_composer import ExchangeComposer
from desktop.ui.kit import EmptyState, Living, Toast
from desktop.ui.new_record_dialog import NewRecordDialog
from desktop.ui.presenter import marking_of, role_value, title_text
from desktop.ui.record_page import RecordPage
from desktop.ui.seen_timer import SeenTimer
from i18n import _
from i18n.bidi import ltr, one_line

PREPARATIONS = 2  # calls of `prepare` until all is there


class CaseView(Living, QWidget):
    """Shows one case at a time, follows its changes, empties itself when the desk locks."""

    compare_requested = Signal(str)
    list_requested = Signal()
    marking_changed = Signal(object)
    deleted = Signal(str)

    def __init__(
        self, session: Session, parent: QWidget | None = None, *, nothing: Callable[[], tuple[str, str]] | None = None
    ) -> None:
        """`nothing`: title and sentence of the empty pane, in the language in use."""
        super().__init__(parent)
        self._session = session
        self._nothing = nothing or nothing_chosen
        self._case: RecordView | None = None
        self._inner: RecordView | None = None
        self.stack = QStackedWidget(self)
        self.empty = EmptyState("briefcase", parent=self.stack)
        self.stack.addWidget(self.empty)
        self.case_page: CasePage | None = None
        self.record_page: RecordPage | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.stack)
        self.toast = Toast(self)
        self._seen = SeenTimer(session, self)
        self._binned = ""
        self.toast.action_clicked.connect(self._on_undo_delete)
        session.records_changed.connect(self._on_records_changed)
        session.locked.connect(self.clear)
        self.bind(lambda _text: self._retell(), str)

    def prepare(self) -> None:
        """Make a part of the page of a case before one is chosen, so that the first one comes at once."""
        if self._session.is_locked():
            return
        if self.case_page is None:
            self._make_case_page()
        else:
            self.case_page.page("summary")

    def case(self) -> str:
        """Id of the case shown, empty when there is none."""
        return self._case.id if self._case else ""

    def record(self) -> str:
        """Id of the record in view: the case, or one of its people and objects."""
        return self._inner.id if self._inner else self.case()

    def show_case(self, record: str) -> None:
        """Show a case, or another record of it. One that is not there (any more) empties the pane."""
        self.flush()
        try:
            view = self._session.show(record)
            case = view if view.type == "case" else self._session.show(view.space)
        except UnknownRecord:
            self.clear()
            return
        self._case, self._inner = case, (None if view.id == case.id else view)
        self._show()
        self._session.mark_read(record)

    def show_tab(self, key: str) -> None:
        """Show a tab of the page in view, by its key: one of `case_tabs`, details or history."""
        page = self.page()
        if page is not None:
            page.show_tab(key)

    def clear(self) -> None:
        """Show nothing; forget what was decrypted."""
        self._case = self._inner = None
        self._seen.look_at("")
        self.stack.setCurrentWidget(self.empty)
        for page in (self.case_page, self.record_page):
            if page is not None:
                self.stack.removeWidget(page)
                page.hide()
                page.deleteLater()
        self.case_page = self.record_page = None
        self.toast.hide()
        self.marking_changed.emit(Marking())

    def flush(self) -> None:
        """Save what is typed now."""
        if not self._session.is_locked():
            for page in (self.case_page, self.record_page):
                if page is not None:
                    page.flush()

    def marking(self) -> Marking:
        """The strictest marking of what is in view."""
        views = [view for view in (self._case, self._inner) if view is not None]
        return combine(marking_of(self._session.types, view) for view in views)

    def add_record(self, type_name: str) -> None:
        """Ask for a new record of the case, marked as the case is, and open it."""
        if self._case is None:
            return
        if type_name == EXCHANGE:
            composer = ExchangeComposer(self._session, self._case.space, self)
            composer.sent.connect(self.show_case)
            composer.open()
            return
        marking = marking_of(self._session.types, self._case)
        defaults = {"tlp": marking.tlp, "handling": marking.handling}
        dialog = NewRecordDialog(self._session, type_name, self._case.space, defaults, self)
        dialog.created.connect(self.show_case)
        dialog.open()

    def page(self) -> RecordPage | None:
        """The page of the record in view."""
        return self.record_page if self._inner else self.case_page

    def _show(self) -> None:
        if self._case is None:
            return
        page = self.case_page or self._make_case_page()
        cases = _("Cases")
        page.show_record(self._case, [cases])
        current: RecordPage = page
        if self._inner is not None:
            current = self.record_page or self._make_record_page()
            record_type = self._session.types.get("case")
            reference = role_value(record_type, self._case, "reference")
            way = ltr(one_line(str(reference), 40)) if reference else title_text(record_type, self._case, limit=40)
            current.show_record(self._inner, [cases, way])
        self.stack.setCurrentWidget(current)
        self._seen.look_at(self.record())
        self.marking_changed.emit(self.marking())

    def _make_case_page(self) -> CasePage:
        page = self.case_page = CasePage(self._session, self.stack)
        page.record_opened.connect(self.show_case)
        page.add_requested.connect(self.add_record)
        self._join(page)
        return page

    def _make_record_page(self) -> RecordPage:
        page = self.record_page = RecordPage(self._session, self.stack)
        self._join(page)
        return page

    def _join(self, page: RecordPage) -> None:
        page.compare_requested.connect(self.compare_requested)
        page.delete_requested.connect(self._on_delete)
        page.step_followed.connect(self._on_step)
        page.record_opened.connect(self.show_case)
        self.stack.addWidget(page)

    def _on_step(self, step: int) -> None:
        if step == 0:
            self.list_requested.emit()
        elif self._case is not None:
            self.show_case(self._case.id)

    def _on_records_changed(self, ids: object) -> None:
        """Show what moved; the people of a case count as part of it."""
        if self._case is None or self._session.is_locked() or not isinstance(ids, frozenset):
            return
        shown = {self._case.id, self.record()}
        if not ids.isdisjoint(shown) or not ids.isdisjoint(self._session.record_ids(self._case.space)):
            try:
                self._case = self._session.show(self._case.id)
                self._inner = self._session.show(self._inner.id) if self._inner is not None else None
            except UnknownRecord:  # its case is not on this desk any more
                self.clear()
                self.list_requested.emit()
                return
            self._show()

    def _on_delete(self, record: str) -> None:
        self.flush()
        inner = self._inner is not None and self._inner.id == record
        if not self._session.delete(record):
            return
        self._binned = record
        if inner and self._case is not None:
            self.show_case(self._case.id)
        self.deleted.emit(record)
        self.toast.show_note(_("Put into the bin."), _("Undo"))

    def _on_undo_delete(self) -> None:
        if self._binned and self._session.restore(self._binned):
            self.show_case(self._binned)
        self._binned = ""

    def _retell(self) -> None:
        self.empty.set_texts(*self._nothing())
        self._show()


def nothing_chosen() -> tuple[str, str]:
    """What stands in the pane before a case is chosen."""
    return _("No case chosen"), _("Choose a case in the list, or open a new one.")
