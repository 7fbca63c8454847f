"""The editor of a field that points to another record of the case: a button that opens a list to search."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from desktop.casework.record_types import Field
from desktop.casework.views import ListRow
from desktop.ui.editors.base import Editor
from desktop.ui.kit import Button
from desktop.ui.picker import Pick, Picker
from desktop.ui.presenter import row_title
from desktop.ui.record_finder import MOST, RecordFinder
from desktop.ui.row_words import type_label
from i18n import _, pgettext
from i18n.bidi import ltr, one_line, strip_isolates
from i18n.formats import number

_NONE = "-"  # the key of "not set": no record's id


class ReferenceButton(Button):
    """Shows what is chosen. A letter typed on it opens the list with that letter, Down opens it too."""

    opened = Signal(str)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open by typing."""
        text = event.text()
        if event.key() == Qt.Key.Key_Down:
            self.opened.emit("")
        elif text.strip() and text.isprintable() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.opened.emit(text)
        else:
            super().keyPressEvent(event)


class ReferenceEditor(Editor):
    """Commits as soon as a record is chosen. Only records of the types that the field accepts are offered."""

    def __init__(self, field: Field, finder: RecordFinder | None, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self._finder = finder
        self._shown: str | None = None
        self._value: str | None = None
        self.button = ReferenceButton("", "secondary", menu=True)
        self.button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.picker = Picker(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.button)
        self.setFocusProxy(self.button)
        self.button.clicked.connect(self._open)
        self.button.opened.connect(self._open_with)
        self.picker.typed.connect(self._show_matching)
        self.picker.picked.connect(self._on_picked)
        if finder is not None:
            finder.setParent(self)
            finder.found.connect(self._on_found)
        self.bind(lambda text: self.picker.set_names(text, field.label), lambda: _("Title, name or reference"))
        self._tell()

    def show_value(self, value: object) -> None:
        self._shown = self._value = str(value) if value else None
        self._tell()

    def value(self) -> object:
        return self._value

    def text(self) -> str:
        return self._value or ""

    def restore(self, text: str) -> None:
        self._value = text or None
        self._tell()

    def main_widget(self) -> QWidget:
        return self.button

    def is_dirty(self) -> bool:
        return self._value != self._shown

    def set_names(self, label: str, description: str = "") -> None:
        """The button says what is chosen as well."""
        super().set_names(f"{label}: {self.button.text()}", description)

    def set_invalid(self, invalid: bool) -> None:
        self.button.set_kind("danger" if invalid else "secondary")

    def changeEvent(self, event: QEvent) -> None:
        """Say in the new language what is chosen."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._tell()

    def _tell(self) -> None:
        if not self._value:
            words = pgettext("choice", "Not set")
        else:
            words = self._finder.words(self._value) if self._finder is not None else ""
            words = words or _("Not on this desk: {record}").format(record=ltr(self._value[:8]))
        self.button.setText(words)
        self.set_names(self.field.label)

    def _open(self) -> None:
        self._open_with("")

    def _open_with(self, text: str) -> None:
        if self._finder is not None:
            self._finder.refresh()
            self.picker.open_under(self.button, text)

    def _on_found(self) -> None:
        if self.picker.isVisible():
            self._show_matching(self.picker.box.text())

    def _show_matching(self, text: str) -> None:
        if self._finder is None:
            return
        rows = self._finder.matching(text)
        picks = [_pick(row) for row in rows]
        if self._value and not self.field.required and not text.strip():
            picks.insert(0, Pick(_NONE, pgettext("choice", "Not set"), "x"))
        note = ""
        if len(rows) == MOST:
            note = _("These {n} changed last. Type to find others.").format(n=number(MOST))
        elif not rows:
            note = _("No record of this case matches. Add it first, then choose it here.")
        self.picker.show_picks(picks, note)

    def _on_picked(self, key: str) -> None:
        self._value = None if key == _NONE else key
        self._tell()
        self.button.setFocus(Qt.FocusReason.PopupFocusReason)
        if self.is_dirty():
            self.committed.emit(self._value)


def _pick(row: ListRow) -> Pick:
    reference = ltr(one_line(row.reference, 40)) if row.reference else ""
    aside = "  ".join(part for part in (reference, type_label(row), strip_isolates(row.tlp)) if part)
    return Pick(row.id, row_title(row, limit=120), "", aside)
