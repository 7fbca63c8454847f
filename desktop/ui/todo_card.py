"""What is to be done next in a case: its most pressing tasks and requests, on its first page."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.casework.views import ListRow, Query, RecordView
from desktop.casework.work_views import ENDED
from desktop.session import Session
from desktop.ui.activity_card import ItemsCard
from desktop.ui.item_row import Item
from desktop.ui.presenter import row_title
from desktop.ui.row_words import due_mark, status_mark
from i18n import _
from i18n.bidi import isolate, one_line

_SHOWN = 3
_ICONS = {"bad": "triangle-alert", "warn": "clock"}


class TodoCard(ItemsCard):
    """A card of the next three, asked on the query thread. `item_pressed` is the record."""

    all_requested = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._asked = 0
        self._next: list[ListRow] | None = None
        self.action.clicked.connect(self.all_requested)
        session.rows_ready.connect(self._on_rows)
        self.bind(lambda _text: self._show(), str)

    def show_record(self, view: RecordView) -> None:
        """Ask what is next in a case; what is shown stays until the answer is here."""
        query = Query(
            families=("task", "request"), space=view.space, without_statuses=(*ENDED, "draft", "answered"),
            order="due", limit=_SHOWN,
        )  # fmt: skip
        self._asked = self._session.query(query, f"todo {id(self)}")

    def _on_rows(self, request: int, ids: object) -> None:
        if request == self._asked and isinstance(ids, list):
            self._next = self._session.rows(ids)
            self._show()

    def _show(self) -> None:
        self.set_title(_("To do"))
        self.set_action(_("See all"))
        rows = self._next or []
        nothing = _("Nothing is left to do. Add a task under “Tasks”.") if self._next is not None else ""
        self.set_items([(row.id, self._item(row)) for row in rows], nothing)

    def _item(self, row: ListRow) -> Item:
        due, status = due_mark(row, datetime.now(UTC)), status_mark(row)
        own = self._session.identity().officer if not self._session.is_locked() else ""
        who = _("You") if row.assignee and row.assignee == own else isolate(one_line(row.assignee, 60))
        state = status.text if status and not (due or row.assignee) else ""
        said = (due.text if due else "", who if row.assignee else "", state)
        tone = due.tone if due and due.tone else "neutral"
        caption = " · ".join(part for part in said if part)
        return Item(_ICONS.get(tone, "square-check"), row_title(row, limit=120), caption, "", tone)
