"""One field of a form: its name, its editor, and below it what is wrong with what was typed, in words."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.casework.record_types import Field
from desktop.casework.validation import InvalidValue, describe
from desktop.ui.editors import Editor
from desktop.ui.kit import Button, IconButton, Label, Living
from desktop.ui.kit.visibility import show_if
from desktop.ui.presenter import SEPARATOR
from desktop.ui.theme import current_theme
from i18n import _
from i18n.bidi import neutralise, strip_isolates


class FieldRow(Living, QWidget):
    """Label, history button, editor; then a conflict, an error, a note of what others wrote, or the field's help."""

    history_requested = Signal(str)
    notes_requested = Signal(str)
    compare_requested = Signal(str)

    def __init__(
        self,
        field: Field,
        editor: Editor,
        *,
        history: bool = True,
        notes: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """`notes`: the value may carry its own source, evaluation, marking and dates."""
        super().__init__(parent)
        self.field = field
        self.editor = editor
        self._error: InvalidValue | None = None
        self._note = ""
        self.label = QLabel()
        self.label.setProperty("role", "strong")
        self.history_button = IconButton("history", size=24)
        show_if(self.history_button, history)
        self.history_button.clicked.connect(self._on_history)
        self.notes_button = IconButton("flag", size=24)
        show_if(self.notes_button, notes)
        self.notes_button.clicked.connect(self._on_notes)
        self.compare_button = Button("", "quiet", "git-compare")
        self.compare_button.hide()
        self.compare_button.clicked.connect(self._on_compare)
        self.standing = Label("", "body", "violet", wrap=True)
        self.standing.hide()
        self.noted = Label("", "caption_strong", "muted", wrap=True)
        self.noted.hide()
        self.below = Label("", "caption", "muted", wrap=True)
        self._head = QHBoxLayout()
        self._head.addWidget(self.label, 1)
        self._head.addWidget(self.notes_button)
        self._head.addWidget(self.history_button)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addLayout(self._head)
        self._column.addWidget(editor)
        self._column.addWidget(self.standing)
        self._column.addWidget(self.compare_button)
        self._column.addWidget(self.noted)
        self._column.addWidget(self.below)
        self._column.addStretch(1)
        self.label.setBuddy(editor.main_widget())
        self.bind(self._set_label, lambda: field.label)
        self.bind(self.history_button.set_name, lambda: _("History of {field}").format(field=field.label))
        self.bind(lambda _text: self._name_notes(), str)
        self.bind(self.compare_button.setText, lambda: _("Compare and choose"))
        self.bind(lambda _text: self._show_below(), str)
        self.follow(self._space)

    def show_error(self, error: InvalidValue | None) -> None:
        """Say below the field why a value was refused; None takes it away. What was typed stays."""
        if error is None and self._error is None:
            return
        self._error = error
        self.editor.set_invalid(error is not None)
        self._show_below()

    def has_error(self) -> bool:
        """Whether a refused value stands in the editor."""
        return self._error is not None

    def show_note(self, text: str) -> None:
        """Say something that is not an error, for example what another officer wrote meanwhile."""
        if text != self._note:
            self._note = text
            self._show_below()

    def show_notes(self, text: str) -> None:
        """Say what is noted on the value; an empty text: nothing is."""
        if text == self.noted.text():
            return
        self.noted.setText(text)
        self.noted.setVisible(bool(text))
        self.notes_button.set_badge(bool(text))
        self._name_notes()

    def show_conflict(self, standing: str) -> None:
        """Show the values that stand side by side instead of the editor; an empty text brings the editor back.

        Typing here would decide between them without having compared them.
        """
        conflict = bool(standing)
        self.editor.setVisible(not conflict)
        self.standing.setText(standing)
        self.standing.setVisible(conflict)
        self.compare_button.setVisible(conflict)

    def _show_below(self) -> None:
        if self._error is not None:
            text, tone = describe(self._error), "bad"
        elif self._note:
            text, tone = self._note, "info"
        elif self._hidden_characters():
            text, tone = _("Holds hidden direction marks; lists show them as [U+…]."), "warn"
        else:
            text, tone = self.field.help, "muted"
        self.below.setText(text)
        self.below.set_tone(tone)
        self.below.setVisible(bool(text))
        self.editor.set_names(self.field.label, text)

    def refresh_below(self) -> None:
        """Look again at what is in the editor."""
        if self._error is None:
            self._show_below()

    def _hidden_characters(self) -> bool:
        text = self.editor.text() if self.field.kind in ("line", "text") else ""
        return text != neutralise(text)

    def _set_label(self, text: str) -> None:
        shown = f"{text} *" if self.field.required else text
        self.label.setText(shown.replace("&", "&&"))
        self.label.setAccessibleName(strip_isolates(text))

    def _on_history(self) -> None:
        self.history_requested.emit(self.field.name)

    def _on_notes(self) -> None:
        self.notes_requested.emit(self.field.name)

    def _name_notes(self) -> None:
        words = _("Source, evaluation, marking and dates of {field}").format(field=self.field.label)
        self.notes_button.set_name(SEPARATOR.join(part for part in (words, self.noted.text()) if part))

    def _on_compare(self) -> None:
        self.compare_requested.emit(self.field.name)

    def _space(self) -> None:
        self._column.setSpacing(current_theme().space("xs"))
