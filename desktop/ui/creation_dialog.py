"""A dialog that asks for the first fields of a record and creates it; what was typed survives a lock or a crash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.casework.record_types import Field, RecordType
from desktop.casework.validation import InvalidValue, validate
from desktop.session import Session
from desktop.ui.column_grid import ColumnGrid
from desktop.ui.editors import make_editor
from desktop.ui.field_row import FieldRow
from desktop.ui.kit import Banner, Button, Label, Living
from desktop.ui.margins import set_margins
from desktop.ui.record_finder import RecordFinder
from desktop.ui.scroll_page import BAR, ScrollPage
from desktop.ui.theme import current_theme
from i18n import _

DRAFT_MS = 500  # after a key, until what is typed is in the encrypted store


class CreationDialog(Living, QDialog):
    """Title, fields, and two buttons. A subclass says what is created and adds what it needs to `content`."""

    created = Signal(str)

    def __init__(
        self,
        session: Session,
        record_type: RecordType,
        fields: Sequence[str],
        defaults: Mapping[str, object] | None = None,
        parent: QWidget | None = None,
        *,
        space: str = "",
    ) -> None:
        """`space`: whose records a reference may name; empty where there are none yet."""
        super().__init__(parent)
        self.session = session
        self.space = space
        self.record_type = record_type
        self._defaults = dict(defaults or {})
        self.rows: dict[str, FieldRow] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DRAFT_MS)
        self._timer.timeout.connect(self._keep_drafts)
        self.heading = Label("", "h2")
        self.problem = Banner("bad")
        self.problem.hide()
        self.grid = ColumnGrid(2, 230, gaps=("l", "l"))
        for name in fields:
            self._add_field(record_type.fields[name])
        self.create_button = Button("", "primary", "plus")
        self.cancel_button = Button("", "secondary")
        self.create_button.setDefault(True)
        self.create_button.clicked.connect(self.submit)
        self.cancel_button.clicked.connect(self.reject)
        self._lay_out()
        session.edit_refused.connect(self._on_refused)
        session.locked.connect(self._on_locked)
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.bind(self.cancel_button.setText, lambda: _("Cancel"))
        self.follow(self._space)

    def write(self, values: dict[str, object]) -> str:
        """Create the record; returns its id, or an empty string when that was refused."""
        raise NotImplementedError

    def submit(self) -> None:
        """Check every field, and create the record if nothing is wrong."""
        values: dict[str, object] = {}
        first: FieldRow | None = None
        for name, row in self.rows.items():
            try:
                values[name] = validate(row.field, row.editor.value())
                row.show_error(None)
            except InvalidValue as error:
                row.show_error(error)
                first = first or row
        if first is not None:
            first.editor.main_widget().setFocus()
            return
        record = self.write(values)
        if record:
            self._forget_drafts()
            self.accept()
            self.created.emit(record)
        elif not any(row.has_error() for row in self.rows.values()):
            self.problem.set_text(_("It could not be created. Nothing is lost: what you typed is still here."))
            self.problem.show()

    def reject(self) -> None:
        """Close without creating anything; what was typed is forgotten, as was asked for."""
        self._forget_drafts()
        super().reject()

    def showEvent(self, event: QShowEvent) -> None:
        """As high as its content, if the screen has the room."""
        theme, room = current_theme(), self.screen().availableGeometry()
        width = min(theme.px(620), room.width() - 40)
        around = self.heading.sizeHint().height() + self.create_button.sizeHint().height() + theme.px(110)
        inside = self._content.totalHeightForWidth(width - 2 * theme.space("xl"))
        self.resize(width, min(max(around + inside, theme.px(360)), room.height() - 40))
        super().showEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing the window cancels."""
        self.reject()
        event.accept()

    def add_below(self, widget: QWidget) -> None:
        """Put more below the fields."""
        self._content.insertWidget(self._content.count() - 1, widget)

    def _add_field(self, field: Field) -> None:
        editor = make_editor(field, partial(RecordFinder, self.session, lambda: self.space))
        row = FieldRow(field, editor, history=False)
        self.rows[field.name] = row
        editor.show_value(self._defaults.get(field.name) or field.default or None)
        draft = self.session.draft(self._draft_key(field.name))
        if draft:
            editor.restore(draft)
        editor.typed.connect(self._timer.start)
        editor.committed.connect(partial(self._on_committed, field.name))
        self.grid.add(row, wide=editor.wide or field.role in ("title", "subtitle"))

    def _on_committed(self, name: str, value: object) -> None:
        row = self.rows[name]
        if row.field.merge == "set":
            row.editor.show_value(value)
        row.show_error(None)
        self._timer.start()

    def _draft_key(self, field: str) -> str:
        place = f"/{self.space}" if self.record_type.fields[field].kind == "reference" else ""
        return f"new/{self.record_type.name}{place}/{field}"

    def _keep_drafts(self) -> None:
        for name, row in self.rows.items():
            self.session.set_draft(self._draft_key(name), row.editor.text())

    def _forget_drafts(self) -> None:
        self._timer.stop()
        for name in self.rows:
            self.session.set_draft(self._draft_key(name), "")

    def _on_refused(self, record: str, field: str, error: InvalidValue) -> None:
        if not record and field in self.rows and self.isVisible():
            self.rows[field].show_error(error)
            self.rows[field].editor.main_widget().setFocus()

    def _on_locked(self) -> None:
        """Go away without forgetting: the drafts open with the next one."""
        self._timer.stop()
        self.done(QDialog.DialogCode.Rejected)

    def _lay_out(self) -> None:
        holder = QWidget()
        self._content = QVBoxLayout(holder)
        self._content.addWidget(self.grid)
        self._content.addStretch(1)
        self._buttons = QHBoxLayout()
        self._buttons.addStretch(1)
        self._buttons.addWidget(self.cancel_button)
        self._buttons.addWidget(self.create_button)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.heading)
        self._column.addWidget(self.problem)
        self._column.addWidget(ScrollPage(holder), 1)
        self._column.addLayout(self._buttons)

    def _space(self) -> None:
        theme = current_theme()
        side = theme.space("xl")
        set_margins(self, self._column, side, side, side - theme.px(BAR), side)
        set_margins(self, self._buttons, 0, 0, theme.px(BAR), 0)
        self._column.setSpacing(theme.space("l"))
        self._content.setSpacing(theme.space("l"))
        self._buttons.setSpacing(theme.space("s"))
