"""The form of a record, built from its type: one editor a field, saved by itself, nothing typed ever lost.

A field is written when the person leaves it, presses Enter or chooses; words also in a pause of typing. What may not be
written (refused, or half a date) is kept as a draft in the encrypted store, so that it outlives a lock or a crash.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.casework.record_types import Field, RecordType
from desktop.casework.validation import InvalidValue, validate
from desktop.casework.views import FieldView, RecordView
from desktop.session import Session
from desktop.ui.column_grid import ColumnGrid
from desktop.ui.editors import make_editor
from desktop.ui.editors.text import TextEditor
from desktop.ui.field_row import FieldRow
from desktop.ui.kit import Card, Living
from desktop.ui.presenter import author_text, field_text, notes_text
from desktop.ui.record_finder import RecordFinder
from desktop.ui.theme import current_theme
from i18n import _

PAUSE_MS = 700  # without a key: what is typed is saved, if a half-typed value is worth saving
TICK_MS = 800  # at the latest after a key: what is typed is in the store as a draft, however fast the typing goes on


def draft_key(record: str, field: str) -> str:
    """The key under which what is typed in a field is kept."""
    return f"field/{record}/{field}"


class RecordForm(Living, QWidget):
    """The form of one record at a time. Give it a record with `show_record`; `flush` before it goes away.

    Its rows are made one a turn of the event loop, so that a long form never holds the window up.
    """

    ready = Signal()
    history_requested = Signal(str)
    compare_requested = Signal(str)
    notes_asked = Signal(str, str)
    """Record and field: what is known of the value is to be shown."""

    def __init__(
        self, session: Session, record_type: RecordType, only: str = "", parent: QWidget | None = None
    ) -> None:
        """`only` makes a form of that one field, without cards."""
        super().__init__(parent)
        self._session = session
        self._type = record_type
        self._view: RecordView | None = None
        self.rows: dict[str, FieldRow] = {}
        self._shown: dict[str, FieldView | None] = {}  # what each row was given last
        self._typing: set[str] = set()
        self._drafts: set[str] = set()
        self._saving = ""
        self._pause = self._make_timer(PAUSE_MS, self._on_pause)
        self._tick = self._make_timer(TICK_MS, self._on_tick)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._waiting: deque[tuple[ColumnGrid | None, Field]] = deque()
        self._builder = self._make_timer(0, self._on_build)
        if only:
            self._waiting.append((None, record_type.fields[only]))
        else:
            for group, fields in record_type.groups().items():
                self._make_group(group, fields)
            self._column.addStretch(1)
        session.edit_refused.connect(self._on_refused)
        self.follow(lambda: self._column.setSpacing(current_theme().space("l")))

    def record(self) -> str:
        """Id of the record shown, empty when there is none."""
        return self._view.id if self._view else ""

    def show_record(self, view: RecordView) -> None:
        """Show a record, or the same one as it stands now. What is being typed stays."""
        if self._view is not None and self._view.id != view.id:
            self.flush()
            for row in self.rows.values():
                row.show_error(None)
                row.show_note("")
        fresh = self._view is None or self._view.id != view.id
        self._view = view
        for name in self.rows:
            now = view.fields.get(name)
            if fresh or now != self._shown.get(name):
                self._show_field(name, now, fresh=fresh)
            show_notes(self.rows[name], self._type, view)
        if self._waiting:
            self._builder.start()

    def complete(self) -> None:
        """Make the rows that are still missing at once."""
        while self._waiting:
            self._build_row()

    def flush(self) -> None:
        """Save what is typed now: before another record is shown, before locking, before closing."""
        self._pause.stop()
        for name in tuple(self._typing):
            self._save(name, final=True)

    def focus_field(self, name: str) -> None:
        """Put the focus into a field."""
        self.complete()
        if name in self.rows:
            self.rows[name].editor.main_widget().setFocus()

    def _make_timer(self, interval: int, on_end: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval)
        timer.timeout.connect(on_end)
        return timer

    def _make_group(self, group: str, fields: list[Field]) -> None:
        card = Card(parent=self)
        self._column.addWidget(card)
        self.bind(card.set_title, partial(_, group))
        grid = ColumnGrid(2, 280, gaps=("xl", "l"), parent=card)
        card.add(grid)
        self._waiting.extend((grid, field) for field in fields)

    def _on_build(self) -> None:
        if self._waiting:
            self._build_row()
            self._builder.start()
        else:
            self.ready.emit()

    def _build_row(self) -> None:
        grid, field = self._waiting.popleft()
        row = self._make_row(field)
        if grid is None:
            self._column.addWidget(row)
        else:
            grid.add(row, wide=row.editor.wide or field.role == "title")
        if self._view is not None:
            self._show_field(field.name, self._view.fields.get(field.name), fresh=True)
            show_notes(row, self._type, self._view)

    def _make_row(self, field: Field) -> FieldRow:
        editor = make_editor(field, partial(RecordFinder, self._session, self._space, own=self.record))
        row = FieldRow(field, editor, notes=field.noted is None and bool(self._type.notes_on(field.name)))
        row.notes_requested.connect(lambda name: self.notes_asked.emit(self.record(), name))
        editor.committed.connect(partial(self._on_committed, field.name))
        editor.typed.connect(partial(self._on_typed, field.name))
        row.history_requested.connect(self.history_requested)
        row.compare_requested.connect(self._on_compare)
        self.rows[field.name] = row
        return row

    def _space(self) -> str:
        return self._view.space if self._view else ""

    def _show_field(self, name: str, now: FieldView | None, *, fresh: bool) -> None:
        before = None if fresh else self._shown.get(name)
        self._shown[name] = now
        row = self.rows[name]
        editor = row.editor
        conflict = now is not None and now.conflict
        row.show_conflict(field_text(row.field, now) if conflict else "")
        stored = stored_value(now)
        if fresh:
            editor.show_value(stored)
            self._restore_draft(name)
        elif name in self._typing or row.has_error():
            self._keep_typed(row, now, before)
        else:
            editor.show_value(stored)
            row.show_note("")
        row.refresh_below()

    def _keep_typed(self, row: FieldRow, now: FieldView | None, before: FieldView | None) -> None:
        """Somebody else wrote into a field in which something is being typed."""
        if stored_value(now) == stored_value(before) or row.field.name == self._saving:
            return
        if isinstance(row.editor, TextEditor) and row.field.merge == "text":
            row.editor.take_over(str(stored_value(now)))
        elif now is not None and now.values and not now.values[0].author.mine:
            row.show_note(
                _("{author} wrote meanwhile: {value}").format(
                    author=author_text(now.values[0].author), value=field_text(row.field, now, limit=120)
                )
            )

    def _restore_draft(self, name: str) -> None:
        row = self.rows[name]
        draft = self._session.draft(draft_key(self.record(), name))
        if not draft or draft == row.editor.text():
            return
        row.editor.restore(draft)
        self._drafts.add(name)
        self._typing.add(name)
        try:
            validate(row.field, row.editor.value())
        except InvalidValue as error:
            row.show_error(error)
        else:
            row.show_note(_("Typed before the desk was locked or closed, and not saved yet. Press Enter to save it."))

    def _on_typed(self, name: str) -> None:
        self._typing.add(name)
        self._pause.start()
        if not self._tick.isActive():
            self._tick.start()

    def _on_pause(self) -> None:
        for name in tuple(self._typing):
            self._save(name, final=False)

    def _on_tick(self) -> None:
        if self._pause.isActive():
            for name in tuple(self._typing):
                self._keep_draft(name)

    def _on_committed(self, name: str, value: object) -> None:
        self._typing.add(name)
        self._save(name, final=True, value=value)

    def _save(self, name: str, *, final: bool, value: object = None) -> None:
        """Write a field, or keep it as a draft: half-typed dates wait, refused values stay with their error."""
        if self._view is None or self._session.is_locked():
            return
        row = self.rows[name]
        editor = row.editor
        if not final and not editor.saves_while_typing:
            self._keep_draft(name)
            return
        self._weave(row)
        wanted = editor.value() if value is None else value
        try:
            clean = validate(row.field, wanted)
        except InvalidValue as error:
            row.show_error(error)
            self._keep_draft(name)
            return
        if clean == stored_value(self._view.fields.get(name)):
            self._settle(name)
            return
        self._saving = name
        written = self._session.edit(self._view.id, name, clean)
        self._saving = ""
        if written:
            self._settle(name)
        else:
            self._keep_draft(name)

    def _settle(self, name: str) -> None:
        """A field is on disk as it is on screen."""
        row = self.rows[name]
        self._typing.discard(name)
        row.show_error(None)
        row.show_note("")
        if self._view is None:
            return
        if name in self._drafts:
            self._drafts.discard(name)
            self._session.set_draft(draft_key(self._view.id, name), "")
        view = self._view = self._session.show(self._view.id)
        self._shown[name] = view.fields.get(name)
        if row.editor.main_widget().hasFocus() and row.field.kind in ("line", "text"):
            row.editor.note_saved(stored_value(view.fields.get(name)))
        else:
            row.editor.show_value(stored_value(view.fields.get(name)))

    def _weave(self, row: FieldRow) -> None:
        """Take in what arrived since the screen last heard, or writing the whole text would take it out again."""
        if self._view is None or not isinstance(row.editor, TextEditor) or row.field.merge != "text":
            return
        self._view = self._session.show(self._view.id)
        row.editor.take_over(str(stored_value(self._view.fields.get(row.field.name)) or ""))

    def _keep_draft(self, name: str) -> None:
        if self._view is not None:
            self._drafts.add(name)
            self._session.set_draft(draft_key(self._view.id, name), self.rows[name].editor.text())

    def _on_refused(self, record: str, field: str, error: InvalidValue) -> None:
        if record == self.record() and field in self.rows:
            self.rows[field].show_error(error)

    def _on_compare(self, _field: str) -> None:
        self.compare_requested.emit(self.record())


def show_notes(row: FieldRow, record_type: RecordType, view: RecordView) -> None:
    """Say at a field what is noted on its value; a note has none of its own."""
    if row.field.noted is None:
        row.show_notes(notes_text(record_type, view, row.field.name))


def stored_value(view: FieldView | None) -> object:
    """What an editor shows of a field: a scalar, a tuple for a set, a text."""
    if view is None:
        return None
    if view.merge == "set":
        return view.elements
    return view.text if view.merge == "text" else view.value
