"""What is known of one value: its source, evaluation, TLP, handling codes, and since and until when it holds.

Each of these is a field of the record like any other: saved as it is typed, in conflict like any other, undone like any
other. Only the form of them is put together here.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.casework.record_types import RecordType
from desktop.session import Session, UnknownRecord
from desktop.ui.kit import Button, Label, Living
from desktop.ui.margins import set_margins
from desktop.ui.presenter import label_of, title_text
from desktop.ui.record_form import RecordForm
from desktop.ui.scroll_page import BAR, ScrollPage
from desktop.ui.theme import current_theme
from i18n import _


def type_of_notes(record_type: RecordType, field: str) -> RecordType:
    """A type whose fields are the notes on the value of a field: what the form of them is built from."""
    notes = {note.name: note for note in record_type.notes_on(field)}
    return replace(record_type, fields=notes, roles={})


class NotesDialog(Living, QDialog):
    """Follows the record while it is open; what is typed is saved when it closes, and before the desk locks."""

    history_requested = Signal(str)
    compare_requested = Signal(str)

    def __init__(self, session: Session, record: str, field: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._record = record
        view = session.show(record)
        record_type = session.types[view.type]
        self.heading = Label("", "h3", wrap=True)
        self.form = RecordForm(session, type_of_notes(record_type, field))
        self.form.history_requested.connect(self.history_requested)
        self.form.compare_requested.connect(self.compare_requested)
        self.done_button = Button("", "primary", "check")
        self.done_button.clicked.connect(self.accept)
        self._buttons = QHBoxLayout()
        self._buttons.addStretch(1)
        self._buttons.addWidget(self.done_button)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.heading)
        self._column.addWidget(ScrollPage(self.form), 1)
        self._column.addLayout(self._buttons)
        session.records_changed.connect(self._on_records_changed)
        session.locked.connect(self._on_locked)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.form.show_record(view)
        self.bind(lambda _text: self._name(field), str)
        self.bind(self.done_button.setText, lambda: _("Close"))
        self.follow(self._space)

    def done(self, result: int) -> None:
        """Save what is typed; nothing is asked, as anywhere else."""
        self.form.flush()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing the window saves too."""
        self.form.flush()
        super().closeEvent(event)

    def _name(self, field: str) -> None:
        if self._session.is_locked():
            return
        types, view = self._session.types, self._session.show(self._record)
        title = title_text(types.get(view.type), view, limit=80)
        words = _("{field} of {record}").format(field=label_of(types, view.type, field), record=title)
        self.heading.setText(words)
        self.setWindowTitle(words)

    def _on_records_changed(self, ids: object) -> None:
        if isinstance(ids, frozenset) and self._record in ids and not self._session.is_locked():
            try:
                self.form.show_record(self._session.show(self._record))
            except UnknownRecord:
                self.close()

    def _on_locked(self) -> None:
        """Go away; what was typed is kept as a draft, as in every form."""
        super().done(QDialog.DialogCode.Rejected)

    def _space(self) -> None:
        theme = current_theme()
        side = theme.space("xl")
        set_margins(self, self._column, side, side, side - theme.px(BAR), side)
        set_margins(self, self._buttons, 0, 0, theme.px(BAR), 0)
        self._column.setSpacing(theme.space("l"))
        self.resize(theme.px(620), theme.px(520))
