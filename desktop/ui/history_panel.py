"""The history of a record: every change with who, when and from which desk, and what it took away and brought."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.casework.record_types import RecordTypes
from desktop.casework.views import HistoryEntry, RecordView
from desktop.session import Session
from desktop.ui.diff_text import DiffText
from desktop.ui.editors.choice import ChoiceBox
from desktop.ui.history_words import Change, difference, group_changes, heading
from desktop.ui.kit import Avatar, Button, ElidedLabel, EmptyState, Label, Living, Panel, StatusPill
from desktop.ui.margins import set_margins
from desktop.ui.presenter import SEPARATOR, desk_text, label_of, listed
from desktop.ui.scroll_page import BAR, ScrollPage
from desktop.ui.slices import Slices
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.bidi import isolate, one_line, strip_isolates
from i18n.formats import moment, number, relative_time

PAGE = 50  # changes shown at a time: a long-lived case has thousands
PORTION = 2  # of them made in one turn of the event loop
ENTRIES = 200  # asked for at a time: most changes are of one entry, a new record is one of many


class ChangeRow(Panel):
    """One change: its author, and each of its operations with the difference it made."""

    def __init__(self, session: Session, type_name: str, change: Change, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self.change = change
        theme = current_theme()
        author = change.author
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.space("l"), theme.space("m"), theme.space("l"), theme.space("m"))
        row.setSpacing(theme.space("m"))
        row.addWidget(Avatar(author.officer), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(theme.space("xs"))
        row.addLayout(column, 1)
        head = QHBoxLayout()
        who = ElidedLabel(isolate(one_line(author.officer, 80)), "strong")
        head.addWidget(who, 1)
        if not change.sent:
            head.addWidget(StatusPill(_("Not sent yet"), "offline"))
        if any(entry.late for entry in change.entries):
            head.addWidget(StatusPill(_("After its desk was revoked"), "warn"))
        head.addWidget(Label(relative_time(author.at_ms), "caption", "muted"))
        column.addLayout(head)
        where = _("from this desk, {desk}") if author.mine else _("from the desk {desk}")
        caption = SEPARATOR.join((where.format(desk=desk_text(author)), moment(author.at_ms)))
        column.addWidget(ElidedLabel(caption, "caption", "muted"))
        shown, filled = _what_to_show(session.types, type_name, change)
        for entry in shown:
            self._add_entry(column, session, type_name, entry)
        if filled:
            labels = listed(label_of(session.types, type_name, name) for name in filled)
            words = _("Filled in: {fields}").format(fields=labels)
            column.addWidget(Label(words, "caption", "muted", wrap=True))
        self.setAccessibleName(strip_isolates(f"{who.text()}, {caption}"))

    def _add_entry(self, column: QVBoxLayout, session: Session, type_name: str, entry: HistoryEntry) -> None:
        column.addWidget(Label(heading(session.types, type_name, entry), "caption", "muted"))
        pieces, code = difference(session.types, type_name, entry)
        if pieces:
            column.addWidget(DiffText(pieces, code=code))


def _what_to_show(types: RecordTypes, type_name: str, change: Change) -> tuple[list[HistoryEntry], list[str]]:
    """The operations to show in full, and the fields only to name: a new record fills most of them in at once."""
    record_type = types.get(type_name)
    if record_type is None or all(entry.operation != "create" for entry in change.entries):
        return list(change.entries), []
    title = record_type.role_name("title")
    shown = [entry for entry in change.entries if entry.operation == "create" or entry.field == title]
    names = dict.fromkeys(entry.field for entry in change.entries if entry not in shown and entry.field)
    return shown, list(names)


class HistoryPanel(Living, QWidget):
    """Shows the history of one record, of all its fields or of one."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._view: RecordView | None = None
        self._changes: list[Change] = []
        self._loaded = ("", "")  # the record and the field that these are of
        self._older = False  # whether the store has more than these
        self._asked = self._asked_older = 0
        self._drawn = self._wanted = 0
        self._kept: dict[Change, ChangeRow] = {}
        self._drawer = Slices(self)
        self.filter = ChoiceBox()
        self.filter.setMinimumContentsLength(22)
        self.filter.activated.connect(self._on_filter)
        self.count = Label("", "caption", "muted")
        self.more = Button("", "secondary", "chevron-down")
        self.more.clicked.connect(self._on_more)
        self.more.hide()
        self._top = QHBoxLayout()
        self._top.addWidget(self.count, 1)
        self._top.addWidget(self.filter)
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 0, 0)
        content = QWidget()
        inner = QVBoxLayout(content)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addLayout(self._list)
        inner.addWidget(self.more, 0, Qt.AlignmentFlag.AlignHCenter)
        inner.addStretch(1)
        self.area = ScrollPage(content)
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # nothing in it takes the focus, and arrows must scroll
        self.empty = EmptyState("history")
        self._nothing = ScrollPage(self.empty)  # where height is short, it scrolls and the head stays whole
        self._nothing.hide()
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._top)
        self._column.addWidget(self.area, 1)
        self._column.addWidget(self._nothing, 1)
        self._inner = inner
        self.bind(self.filter.setAccessibleName, lambda: _("Field whose history is shown"))
        self.bind(self.area.setAccessibleName, lambda: _("History"))
        self.bind(self.more.setText, lambda: _("Show older changes"))
        session.history_ready.connect(self._on_history)
        self.bind(lambda _text: self._redraw(), str)
        self.follow(self._space)

    def show_record(self, view: RecordView, field: str | None = None) -> None:
        """Show a record's history; `field` filters it, None keeps the filter while it is the same record."""
        same = self._view is not None and self._view.id == view.id
        self._view = view
        wanted = field if field is not None else (str(self.filter.currentData() or "") if same else "")
        self._fill_filter(wanted)
        self._load()

    def field(self) -> str:
        """The field that is filtered for; empty for all."""
        return str(self.filter.currentData() or "")

    def rows(self) -> list[ChangeRow]:
        """The rows that are drawn, newest first."""
        items = (self._list.itemAt(place) for place in range(self._list.count()))
        widgets = (item.widget() if item is not None else None for item in items)
        return [widget for widget in widgets if isinstance(widget, ChangeRow)]

    def _fill_filter(self, wanted: str) -> None:
        assert self._view is not None  # noqa: S101 - show_record set it
        types, view = self._session.types, self._view
        record_type = types.get(view.type)
        names = [name for name in record_type.fields if name in view.fields] if record_type else []
        names += [name for name in view.fields if name not in names]
        if wanted and wanted not in names:
            names.append(wanted)
        self.filter.clear()
        self.filter.addItem(_("All fields"), "")
        for name in names:
            self.filter.addItem(strip_isolates(label_of(types, view.type, name)), name)
        self.filter.setCurrentIndex(max(0, self.filter.findData(wanted)))

    def _load(self) -> None:
        if self._view is not None:
            self._asked_older = 0
            self._asked = self._ask("")

    def _ask(self, before: str) -> int:
        assert self._view is not None  # noqa: S101 - the callers looked
        channel = f"history {id(self)}"
        return self._session.ask_history(self._view.id, self.field(), limit=ENTRIES, before=before, channel=channel)

    def _on_history(self, request: int, entries: tuple[HistoryEntry, ...]) -> None:
        if self._view is None or request not in (self._asked, self._asked_older):
            return
        changes, older = group_changes(entries), len(entries) >= ENTRIES
        if older and len(changes) > 1:
            changes.pop()  # it may go on in what was not read
        if request == self._asked_older:
            self._asked_older, self._older = 0, older
            self._changes += changes
            self._on_more()
            return
        ids = [change.id for change in self._changes]
        if self._loaded == self._key() and changes and changes[-1].id in ids:
            changes += self._changes[ids.index(changes[-1].id) + 1 :]
        else:
            self._older = older
        if self._loaded != self._key() or changes != self._changes:
            same = self._loaded == self._key()
            self._loaded, self._changes = self._key(), changes
            self._redraw(keep=same)

    def _key(self) -> tuple[str, str]:
        return (self._view.id if self._view else "", self.field())

    def _redraw(self, *, keep: bool = False) -> None:
        """Draw the rows anew; `keep` those whose change is as it was."""
        if self._view is None or self._loaded != self._key():
            return
        rows = {row.change: row for row in self.rows()} if keep else {}
        self._kept = {change: rows[change] for change in self._changes if change in rows}
        drawn = max(self._drawn, PAGE) if keep else PAGE
        while self._list.count():
            item = self._list.takeAt(0)
            widget = item.widget() if item is not None else None
            if isinstance(widget, ChangeRow) and widget.change not in self._kept:
                widget.hide()
                widget.deleteLater()
        self._drawn = 0
        self._tell()
        self._wanted = min(drawn, len(self._changes))
        self._draw()

    def _tell(self) -> None:
        count = len(self._changes)
        words = ngettext("{n} change", "{n} changes", count)
        self.count.setText(words.format(n=f"{number(count)}+" if self._older else number(count)))
        self._nothing.setVisible(not count)
        self.area.setVisible(bool(count))
        self.empty.set_texts(_("No change yet"), _("Nobody has written into this field."))

    def _on_more(self) -> None:
        if self._drawn >= len(self._changes) and self._older and self._view is not None:
            self._asked_older = self._ask(self._changes[-1].id)
            self.more.setEnabled(False)
            return
        self._tell()
        self._wanted = min(self._drawn + PAGE, len(self._changes))
        self._draw()

    def _draw(self) -> None:
        """Make a few rows, and the next ones in the next turn of the event loop."""
        if self._view is None:
            return
        made = 0
        while self._drawn < self._wanted and made < PORTION:
            change = self._changes[self._drawn]
            row = self._kept.pop(change, None)
            if row is None:
                row, made = ChangeRow(self._session, self._view.type, change), made + 1
            self._list.addWidget(row)
            self._drawn += 1
        done = self._drawn >= self._wanted
        self.more.setEnabled(done)
        self.more.setVisible(done and (self._drawn < len(self._changes) or self._older))
        if not done:
            self._drawer.start(self._draw)

    def _on_filter(self) -> None:
        self._load()

    def _space(self) -> None:
        theme = current_theme()
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.space("m"))
        set_margins(self, self._top, 0, 0, theme.px(BAR), 0)
        self._list.setSpacing(theme.space("s"))
        self._inner.setSpacing(theme.space("m"))
        self._redraw()
