"""Cards of short rows on the first page of a case; and the one that tells what happened last in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.casework.views import HistoryEntry, ListRow, RecordView
from desktop.session import Session
from desktop.ui.history_words import Change, deed_of, group_changes, icon_of, subject_of
from desktop.ui.item_row import Item, ItemRow
from desktop.ui.kit import Card, Label
from desktop.ui.presenter import row_title
from i18n import _
from i18n.formats import clock, local_time, relative_time

_CHANGES = 5
_PEOPLE = 3  # whose last change counts as the case's own
_ENTRIES = 80  # a new record is one change of many entries


class ItemsCard(Card):
    """A card of item rows, with a sentence while there are none."""

    item_pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._items = QVBoxLayout()
        self._shown: list[tuple[str, Item]] = []
        self.nothing = Label("", "body", "muted", wrap=True)
        self.add(self._items)
        self.add(self.nothing)
        self.body.addStretch(1)
        self._ids: dict[QWidget, str] = {}

    def set_items(self, items: Sequence[tuple[str, Item]], nothing: str) -> None:
        """Show rows by the id of what they lead to (empty: nowhere)."""
        self.nothing.setText(nothing)
        self.nothing.setVisible(not items and bool(nothing))
        if list(items) == self._shown:
            return
        left = list(zip(self._shown, self._ids, strict=True))
        rows: dict[QWidget, str] = {}
        for place, (target, item) in enumerate(items):
            same = next((pair for pair in left if pair[0] == (target, item)), None)
            if same is not None:
                left.remove(same)
            row = same[1] if same is not None else self._make(target, item)
            self._items.insertWidget(place, row)
            rows[row] = target
        for _item, row in left:
            self._items.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._ids, self._shown = rows, list(items)

    def _make(self, target: str, item: Item) -> QWidget:
        row = ItemRow(*item[:4], tone=item.tone, leads=bool(target))
        row.clicked.connect(self._on_pressed)
        return row

    def rows(self) -> list[QWidget]:
        """The rows shown."""
        return list(self._ids)

    def _on_pressed(self) -> None:
        row = self.sender()
        if isinstance(row, QWidget) and self._ids.get(row):
            self.item_pressed.emit(self._ids[row])


class _Asked(NamedTuple):
    """Whose history was asked for: the type, and the title of another record than the case."""

    type: str
    title: str


class ActivityCard(ItemsCard):
    """The last changes of a case and of its newest people, read on the query thread."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._record = ""
        self._asked: dict[int, _Asked] = {}
        self._found: list[tuple[_Asked, Change]] = []
        self._waiting: set[int] = set()
        session.history_ready.connect(self._on_history)
        self.bind(lambda _text: self._show(), str)

    def show_record(self, view: RecordView, people: list[ListRow]) -> None:
        """Ask what happened last; what is shown of the same record stays until the answer is here."""
        if view.id != self._record:
            self._found = []
            self.set_items([], "")
        self._record = view.id
        wanted = {view.id: _Asked(view.type, "")}
        wanted |= {row.id: _Asked(row.type, row_title(row, limit=60)) for row in people[:_PEOPLE]}
        self._asked = {}
        for place, (record, asked) in enumerate(wanted.items()):
            channel = f"activity {place} {id(self)}"
            request = self._session.ask_history(record, limit=_ENTRIES, words=False, channel=channel)
            self._asked[request] = asked
        self._waiting = set(self._asked)
        self._new: list[tuple[_Asked, Change]] = []

    def _on_history(self, request: int, entries: tuple[HistoryEntry, ...]) -> None:
        if request not in self._waiting:
            return
        self._waiting.discard(request)
        asked = self._asked[request]
        changes = group_changes(entries)[: 1 if asked.title else _CHANGES]
        self._new += [(asked, change) for change in changes]
        if not self._waiting:
            self._found = sorted(self._new, key=lambda each: -each[1].author.at_ms)[:_CHANGES]
            self._show()

    def _show(self) -> None:
        self.set_title(_("Recent activity"))
        self.set_action(_("See all"))
        self.set_items([("", self._item(*each)) for each in self._found], _("Nothing yet.") if self._record else "")

    def _item(self, asked: _Asked, change: Change) -> Item:
        title = asked.title or subject_of(self._session.types, asked.type, change)
        return Item(icon_of(change), title, deed_of(change), short_moment(change.author.at_ms))


def short_moment(at_ms: int) -> str:
    """A time of day for today, else the day: what fits at the end of a row."""
    at = local_time(at_ms)
    today = at is not None and at.date() == datetime.now(UTC).astimezone().date()
    return clock(at_ms) if today else relative_time(at_ms)
