"""The first page of a case: its summary, its key facts, its people, and what happened last."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from desktop.casework.views import ListRow, RecordView
from desktop.session import Session
from desktop.ui.column_grid import ColumnGrid
from desktop.ui.history_words import Change, compare, group_changes, icon_of, sentence
from desktop.ui.item_row import ItemRow
from desktop.ui.kit import Button, Card, Label, Living
from desktop.ui.presenter import author_text, countries_text, field_text, prose, role_value, row_title
from desktop.ui.record_form import RecordForm, draft_key
from desktop.ui.records_tab import case_records
from desktop.ui.row_words import status_mark
from desktop.ui.theme import current_theme
from i18n import _
from i18n.bidi import isolate, one_line
from i18n.formats import clock, local_time, moment, relative_time

LETTERS_SHOWN = 2_500  # of a summary on this page; a longer one is read whole in its form
_PEOPLE, _CHANGES = 5, 5
_LONG_NAME = 18  # letters of a field's name that may break over two lines
_IN_THE_HEAD = frozenset(
    {"title", "reference", "status", "priority", "tlp", "handling", "assignee", "countries", "due"}
)


class SummaryCard(Card):
    """The summary as text, or in place in its editor."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._session = session
        self._view: RecordView | None = None
        self.text = Label("", "body", wrap=True, selectable=True)
        self.byline = Label("", "caption", "muted", wrap=True)
        self.form: RecordForm | None = None
        self.add(self.text)
        self.add(self.byline)
        self.body.addStretch(1)
        self.action.clicked.connect(self._on_action)
        self.bind(lambda _text: self._show(), str)

    def show_record(self, view: RecordView) -> None:
        """Show a case's summary; typed text that was not saved opens the editor by itself."""
        other = self._view is None or self._view.id != view.id
        self._view = view
        if other:
            self.stop_editing()
            if self._session.draft(draft_key(view.id, "summary")):
                self.start_editing()
        elif self.form is not None:
            self.form.show_record(view)
        self._show()

    def is_editing(self) -> bool:
        """Whether the editor is open."""
        return self.form is not None

    def start_editing(self) -> None:
        """Put the editor in place of the text."""
        record_type = self._session.types.get(self._view.type) if self._view else None
        if self._view is None or record_type is None or self.form is not None:
            return
        self.form = RecordForm(self._session, record_type, only="summary")
        self.form.complete()
        self.form.rows["summary"].label.hide()
        self.form.rows["summary"].history_button.hide()
        self.body.insertWidget(0, self.form)
        self.form.show_record(self._view)
        self.form.focus_field("summary")
        self._show()

    def stop_editing(self) -> None:
        """Save and show the text again."""
        if self.form is not None:
            form, self.form = self.form, None
            form.flush()
            form.hide()
            form.deleteLater()
            if self._view is not None and not self._session.is_locked():
                self._view = self._session.show(self._view.id)
            self._show()

    def _on_action(self) -> None:
        if self.form is None:
            self.start_editing()
        else:
            self.stop_editing()
            self.action.setFocus()

    def _show(self) -> None:
        self.set_title(_("Summary"))
        self.set_action(_("Done") if self.form else _("Edit"))
        if self._view is None:
            return
        record_type = self._session.types.get(self._view.type)
        text = str(role_value(record_type, self._view, "summary") or "")
        shown = text if len(text) <= LETTERS_SHOWN else text[:LETTERS_SHOWN] + "…"
        self.text.setText(prose(shown) or _("No summary yet."))
        self.text.set_tone("" if text else "muted")
        self.text.setVisible(self.form is None)
        self.byline.setText(self._byline() if text else "")
        self.byline.setVisible(bool(text) and self.form is None)

    def _byline(self) -> str:
        assert self._view is not None  # noqa: S101 - the caller looked
        entries = self._session.history(self._view.id, "summary") if not self._session.is_locked() else ()
        if not entries:
            return ""
        author = entries[0].author
        return _("Edited by {author}, {moment}").format(author=author_text(author), moment=moment(author.at_ms))


class FactsCard(Card):
    """What the case's type says about it, one line each, and who can read it."""

    edit_requested = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._session = session
        self._view: RecordView | None = None
        self._count = 0
        self._rows = QGridLayout()
        self._rows.setColumnStretch(1, 1)
        self.add(self._rows)
        self.body.addStretch(1)
        self.action.clicked.connect(self.edit_requested)
        self.bind(lambda _text: self._show(), str)
        self.follow(self._gaps)

    def show_record(self, view: RecordView) -> None:
        """Show the facts of a case."""
        self._view = view
        self._show()

    def _show(self) -> None:
        self.set_title(_("Key facts"))
        self.set_action(_("Edit"))
        while self._rows.count():
            item = self._rows.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._count = 0
        if self._view is None:
            return
        record_type = self._session.types.get(self._view.type)
        for field in record_type.fields.values() if record_type else ():
            held = self._view.fields.get(field.name)
            if field.kind == "text" or field.role in _IN_THE_HEAD or held is None:
                continue
            text = field_text(field, held, limit=200)
            if text != "—":
                self._add(field.label, text)
        if self._view.readers:
            self._add(_("Can be read by"), countries_text(self._view.readers))

    def _add(self, name: str, text: str) -> None:
        value = Label(text, "body", wrap=True)
        label = Label(name, "body", "muted", wrap=len(name) > _LONG_NAME)
        label.setBuddy(value)
        self._rows.addWidget(label, self._count, 0, Qt.AlignmentFlag.AlignTop)
        self._rows.addWidget(value, self._count, 1, Qt.AlignmentFlag.AlignTop)
        self._count += 1

    def _gaps(self) -> None:
        theme = current_theme()
        self._rows.setHorizontalSpacing(theme.space("l"))
        self._rows.setVerticalSpacing(theme.space("s"))


class ItemsCard(Card):
    """A card of item rows, with a sentence while there are none."""

    item_pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._items = QVBoxLayout()
        self.nothing = Label("", "body", "muted", wrap=True)
        self.add(self._items)
        self.add(self.nothing)
        self.body.addStretch(1)
        self._ids: dict[QWidget, str] = {}

    def set_items(self, items: list[tuple[str, ItemRow]], nothing: str) -> None:
        """Show rows by the id of what they lead to (empty: nowhere)."""
        while self._items.count():
            taken = self._items.takeAt(0)
            widget = taken.widget() if taken is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._ids = {}
        for target, row in items:
            self._ids[row] = target
            row.clicked.connect(self._on_pressed)
            self._items.addWidget(row)
        self.nothing.setText(nothing)
        self.nothing.setVisible(not items)

    def rows(self) -> list[QWidget]:
        """The rows shown."""
        return list(self._ids)

    def _on_pressed(self) -> None:
        row = self.sender()
        if isinstance(row, QWidget) and self._ids.get(row):
            self.item_pressed.emit(self._ids[row])


class SummaryTab(Living, QWidget):
    """The four cards."""

    tab_requested = Signal(str)
    record_opened = Signal(str)
    add_requested = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._view: RecordView | None = None
        self.summary = SummaryCard(session)
        self.facts = FactsCard(session)
        self.people = ItemsCard()
        self.activity = ItemsCard()
        self.add_person = Button("", "link", "user-plus")
        self.people.add(self.add_person)
        grid = ColumnGrid(2, 300, stretches=(5, 4))
        for card in (self.summary, self.facts, self.people, self.activity):
            grid.add(card)
        self._column = QVBoxLayout(self)
        self._column.setSpacing(current_theme().space("l"))
        self._column.addWidget(grid)
        self._column.addStretch(1)
        self.facts.edit_requested.connect(self._on_details)
        self.people.action.clicked.connect(self._on_people)
        self.activity.action.clicked.connect(self._on_history)
        self.people.item_pressed.connect(self.record_opened)
        self.add_person.clicked.connect(self.add_requested)
        self.bind(lambda _text: self._show_lists(), str)

    def show_record(self, view: RecordView) -> None:
        """Show a case, or the same one as it stands now."""
        self._view = view
        self.summary.show_record(view)
        self.facts.show_record(view)
        self._show_lists()

    def flush(self) -> None:
        """Save what is typed."""
        if self.summary.form is not None:
            self.summary.form.flush()

    def _show_lists(self) -> None:
        self.people.set_title(_("People"))
        self.activity.set_title(_("Recent activity"))
        self.add_person.setText(_("Add person…"))
        if self._view is None or self._session.is_locked():
            return
        people = case_records(self._session, self._view.space)
        self.people.set_action(_("See all") if len(people) > _PEOPLE else "")
        self.activity.set_action(_("See all"))
        self.people.set_items(
            [(row.id, self._person(row)) for row in people[:_PEOPLE]], _("Nobody has been added to this case yet.")
        )
        self.add_person.setVisible(not people)
        self.activity.set_items([("", row) for row in self._activity(people)], _("Nothing yet."))

    def _person(self, row: ListRow) -> ItemRow:
        record_type = self._session.types.get(row.type)
        status = status_mark(row)
        subtitle = isolate(one_line(row.subtitle, 80))
        caption = " · ".join(part for part in (status.text if status else "", subtitle) if part)
        icon = record_type.icon if record_type else "file-text"
        caption = caption or (record_type.label if record_type else "")
        return ItemRow(icon, row_title(row, limit=120), caption, leads=True)

    def _activity(self, people: list[ListRow]) -> list[ItemRow]:
        assert self._view is not None  # noqa: S101 - the caller looked
        found: list[tuple[str, str, Change]] = [
            (self._view.type, "", change) for change in group_changes(self._session.history(self._view.id))[:_CHANGES]
        ]
        for row in people[:3]:
            newest = group_changes(self._session.history(row.id))[:1]
            found += [(row.type, row_title(row, limit=60), change) for change in newest]
        found.sort(key=lambda each: -each[2].author.at_ms)
        return [self._change_row(*each) for each in found[:_CHANGES]]

    def _change_row(self, type_name: str, title: str, change: Change) -> ItemRow:
        words = sentence(self._session.types, type_name, change)
        entry = change.entries[-1]
        caption = title
        if not caption and len(change.entries) == 1 and entry.operation in ("set", "add", "text"):
            field = self._session.types.field(type_name, entry.field)
            added = [piece.text for piece in compare(field, entry.before, entry.value) if piece.fate != "removed"]
            caption = isolate(one_line("".join(added), 90))
        return ItemRow(icon_of(change), words, caption or author_text(change.author), short_moment(change.author.at_ms))

    def _on_details(self) -> None:
        self.tab_requested.emit("details")

    def _on_people(self) -> None:
        self.tab_requested.emit("people")

    def _on_history(self) -> None:
        self.tab_requested.emit("history")


def short_moment(at_ms: int) -> str:
    """A time of day for today, else the day: what fits at the end of a row."""
    at = local_time(at_ms)
    today = at is not None and at.date() == datetime.now(UTC).astimezone().date()
    return clock(at_ms) if today else relative_time(at_ms)
