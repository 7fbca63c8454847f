"""The first page of a case: its summary, what is to be done, links, people, what happened last, key facts."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.casework.views import ListRow, RecordView
from desktop.session import Session
from desktop.ui.activity_card import ActivityCard, ItemsCard
from desktop.ui.chart.links_card import LinksCard
from desktop.ui.column_grid import ColumnGrid
from desktop.ui.facts_card import FactsCard
from desktop.ui.item_row import Item
from desktop.ui.kit import Button, Living
from desktop.ui.presenter import row_title
from desktop.ui.row_words import status_mark
from desktop.ui.slices import Slices
from desktop.ui.summary_card import SummaryCard
from desktop.ui.theme import current_theme
from desktop.ui.todo_card import TodoCard
from i18n import _, ngettext
from i18n.bidi import isolate, one_line
from i18n.formats import number

_PEOPLE = 5


class SummaryTab(Living, QWidget):
    """The six cards, filled one after the other."""

    tab_requested = Signal(str)
    record_opened = Signal(str)
    add_requested = Signal(str)
    """A record of this type is to be added."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._view: RecordView | None = None
        self.summary = SummaryCard(session)
        self.facts = FactsCard(session)
        self.todo = TodoCard(session)
        self.links = LinksCard(session)
        self.people = ItemsCard()
        self.activity = ActivityCard(session)
        self.add_person = Button("", "link", "user-plus")
        self.people.add(self.add_person)
        self._slices = Slices(self)
        grid = ColumnGrid(2, 300, stretches=(5, 4))
        for card in (self.summary, self.todo, self.links, self.activity, self.people, self.facts):
            grid.add(card)
        self._column = QVBoxLayout(self)
        self._column.setSpacing(current_theme().space("l"))
        self._column.addWidget(grid)
        self._column.addStretch(1)
        self.facts.edit_requested.connect(self._on_details)
        self.links.chart_requested.connect(self._on_links)
        self.people.action.clicked.connect(self._on_people)
        self.activity.action.clicked.connect(self._on_history)
        self.people.item_pressed.connect(self.record_opened)
        self.todo.item_pressed.connect(self.record_opened)
        self.todo.all_requested.connect(self._on_tasks)
        self.add_person.clicked.connect(self._on_add)
        self.bind(lambda _text: self._show_people(), str)

    def show_case(self, view: RecordView) -> None:
        """Show a case, or the same one as it stands now."""
        self._view = view
        stands = view.recalled is None
        self.summary.setVisible(stands)
        self.facts.setVisible(stands)
        self.todo.setVisible(stands)
        self.links.setVisible(stands)
        cards = (self.todo, self.facts, self.links) if stands else ()
        pieces = [partial(card.show_record, view) for card in cards]
        if stands:
            self.summary.show_record(view)
        self._slices.start(*pieces, self._show_people)

    def flush(self) -> None:
        """Save what is typed."""
        if self.summary.form is not None:
            self.summary.form.flush()

    def _show_people(self) -> None:
        self.people.set_title(_("People"))
        self.add_person.setText(_("Add person…"))
        if self._view is None or self._session.is_locked():
            return
        people = self._session.newest(self._view.space, ("subject",), _PEOPLE)
        more = self._session.family_counts(self._view.space).get("subject", 0) - len(people)
        words = ngettext("{n} more", "{n} more", more).format(n=number(more))
        self.people.set_action(words if more > 0 else "")
        items = [(row.id, self._person(row)) for row in people]
        self.people.set_items(items, _("Nobody has been added to this case yet."))
        self.add_person.setVisible(not people)
        self.activity.show_record(self._view, people)

    def _person(self, row: ListRow) -> Item:
        record_type = self._session.types.get(row.type)
        status = status_mark(row)
        subtitle = isolate(one_line(row.subtitle, 80))
        caption = " · ".join(part for part in (status.text if status else "", subtitle) if part)
        icon = record_type.icon if record_type else "file-text"
        return Item(icon, row_title(row, limit=120), caption or (record_type.label if record_type else ""))

    def _on_details(self) -> None:
        self.tab_requested.emit("details")

    def _on_links(self) -> None:
        self.tab_requested.emit("chart")

    def _on_people(self) -> None:
        self.tab_requested.emit("subjects")

    def _on_tasks(self) -> None:
        self.tab_requested.emit("tasks")

    def _on_add(self) -> None:
        self.add_requested.emit("person")

    def _on_history(self) -> None:
        self.tab_requested.emit("history")
