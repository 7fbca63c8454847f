"""The key facts of a case: what its type says about it, one line each, and who can read it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.casework.views import RecordView
from desktop.session import Session
from desktop.ui.kit import Card, Label
from desktop.ui.presenter import NOTHING, countries_text, field_text
from desktop.ui.theme import current_theme
from i18n import _

_LONG_NAME = 18  # letters of a field's name that may break over two lines
_IN_THE_HEAD = frozenset(
    {"title", "reference", "status", "priority", "tlp", "handling", "assignee", "countries", "due"}
)


class FactsCard(Card):
    """Its labels stay and get other words when another case is shown."""

    edit_requested = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._session = session
        self._view: RecordView | None = None
        self._labels: list[tuple[Label, Label]] = []
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
        facts = self._facts(self._view) if self._view is not None else []
        while len(self._labels) < len(facts):
            self._add()
        while len(self._labels) > len(facts):
            for gone in self._labels.pop():
                self._rows.removeWidget(gone)
                gone.hide()
                gone.deleteLater()
        for (name, value), (words, text) in zip(self._labels, facts, strict=True):
            name.setWordWrap(len(words) > _LONG_NAME)
            name.setText(words)
            value.setText(text)

    def _facts(self, view: RecordView) -> list[tuple[str, str]]:
        record_type = self._session.types.get(view.type)
        found: list[tuple[str, str]] = []
        for field in record_type.fields.values() if record_type else ():
            held = view.fields.get(field.name)
            if field.kind == "text" or field.role in _IN_THE_HEAD or held is None:
                continue
            text = field_text(field, held, limit=200)
            if text != NOTHING:
                found.append((field.label, text))
        if view.readers:
            found.append((_("Can be read by"), countries_text(view.readers)))
        return found

    def _add(self) -> None:
        name, value = Label("", "body", "muted"), Label("", "body", wrap=True)
        name.setBuddy(value)
        row = len(self._labels)
        self._rows.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
        self._rows.addWidget(value, row, 1, Qt.AlignmentFlag.AlignTop)
        self._labels.append((name, value))

    def _gaps(self) -> None:
        theme = current_theme()
        self._rows.setHorizontalSpacing(theme.space("l"))
        self._rows.setVerticalSpacing(theme.space("s"))
