"""One field in conflict: its values side by side with who, when and where, and a place for another value."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from desktop.casework.record_types import Field
from desktop.casework.validation import InvalidValue, describe, validate
from desktop.casework.views import ConflictView, Scalar, ValueView
from desktop.session import Session
from desktop.ui.column_grid import ColumnGrid
from desktop.ui.diff_text import DiffText
from desktop.ui.editors import Editor, make_editor
from desktop.ui.history_words import compare, shown, words_count
from desktop.ui.kit import Button, ElidedLabel, Label, Panel, RadioButton, StatusPill
from desktop.ui.kit.visibility import show_if
from desktop.ui.presenter import SEPARATOR, desk_text, label_of, newer_text, value_text, version_text
from desktop.ui.record_finder import RecordFinder
from desktop.ui.theme import current_theme
from desktop.ui.word_diff import Piece, rebase
from i18n import _, ngettext
from i18n.bidi import isolate, one_line, strip_isolates
from i18n.formats import moment, number

AT_ONCE = 12  # values shown at first: a thousand sides would hold the window up, and nobody compares so many at once


class Side(Panel):
    """One of the choices: a radio button, who and when, and what is below them. A click anywhere chooses it."""

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("choice", parent)
        self.radio = RadioButton(strong=True)
        self.meta = Label("", "caption", "muted", wrap=True)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.radio)
        self._column.addWidget(self.meta)
        self.radio.toggled.connect(self._on_toggled)
        self.follow(self._space)

    def set_texts(self, title: str, meta: str, spoken: str = "") -> None:
        """Name the choice; `spoken` is the value for assistive technology."""
        self.radio.setText(title)
        self.radio.setAccessibleName(strip_isolates(f"{title}: {spoken}" if spoken else title))
        self.radio.setAccessibleDescription(strip_isolates(meta))
        self.meta.setText(meta)

    def put(self, widget: QWidget) -> None:
        """Put something below the words."""
        self._column.addWidget(widget)
        self._column.addStretch(1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose by a click on the panel."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.radio.setChecked(True)
            self.radio.setFocus()
        super().mousePressEvent(event)

    def _on_toggled(self, on: bool) -> None:
        self.set_panel("chosen" if on else "choice")
        if on:
            self.chosen.emit()

    def _space(self) -> None:
        theme = current_theme()
        self._column.setContentsMargins(theme.space("m"), theme.space("s"), theme.space("m"), theme.space("m"))
        self._column.setSpacing(theme.space("xs"))


class ConflictCard(Panel):
    """Nothing is written here: `decision` is what the person chose, and the screen applies it."""

    decided = Signal()

    def __init__(self, session: Session, conflict: ConflictView, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self.conflict = conflict
        self._session = session
        self.field: Field | None = session.types.field(conflict.type, conflict.field)
        self.values = _distinct(conflict.values)
        self.title = ElidedLabel("", "h3")
        self.before = ElidedLabel("", "caption", "muted")
        self.state = StatusPill("", "violet")
        self.revert = Button("", "quiet", "undo-2")
        self.revert.clicked.connect(self.undecide)
        self.error = Label("", "caption", "bad", wrap=True)
        self.error.hide()
        self._head = QHBoxLayout()
        self._head.addWidget(self.title)
        self._head.addWidget(self.before, 1)
        self._head.addWidget(self.revert)
        self._head.addWidget(self.state)
        self._group = QButtonGroup(self)
        self.sides: list[Side] = []
        self._grid = ColumnGrid(3, 214, gaps=("m", "m"))
        for value in self.values[:AT_ONCE]:
            self._add_side(self._make_value(value))
        self.more = Button("", "quiet", "plus")
        self.more.clicked.connect(self.show_more)
        self.nothing = RadioButton()
        self._group.addButton(self.nothing)
        self.nothing.toggled.connect(lambda on: self._on_chosen() if on else None)
        self.editor: Editor | None = None
        self.other: Side | None = None
        if self.field is not None:
            self.editor, self.other = self._make_other(self.field)
            self._add_side(self.other)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._head)
        self._column.addWidget(self._grid)
        self._column.addWidget(self.more)
        self._column.addWidget(self.nothing)
        self._column.addWidget(self.error)
        self.nothing.setVisible(self._may_be_empty())
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._space)

    def decision(self) -> tuple[bool, Scalar]:
        """Whether something valid is chosen, and the value."""
        for value, side in self._compared():
            if side.radio.isChecked():
                return True, value.value
        if self.nothing.isChecked():
            return True, None
        if self.other is not None and self.editor is not None and self.other.radio.isChecked():
            written = self._checked()
            return written is not None, written
        return False, None

    def choose(self, place: int) -> None:
        """Choose one of the sides; the last one is the other value."""
        self.sides[place].radio.setChecked(True)

    def show_more(self) -> None:
        """Show some more of the values, before the place for another one."""
        shown = len(self._compared())
        for place, value in enumerate(self.values[shown : shown + AT_ONCE], shown):
            side = self._make_value(value)
            self.sides.insert(place, side)
            self._join(side)
            self._grid.insert(place, side)
        self._tell()

    def undecide(self) -> None:
        """Take the choice back."""
        self._group.setExclusive(False)
        for radio in (self.nothing, *(side.radio for side in self.sides)):
            radio.setChecked(False)
        self._group.setExclusive(True)
        self.error.hide()
        self._tell()
        self.decided.emit()

    def _may_be_empty(self) -> bool:
        """Whether no value at all is a decision here that none of the values offers."""
        empty = any(value.value in (None, "") for value in self.values)
        return self.field is not None and not self.field.required and not empty

    def _checked(self) -> Scalar:
        """The other value if the field takes it; else None, and the reason stands below."""
        assert self.field is not None and self.editor is not None  # noqa: S101, PT018 - the caller looked
        try:
            clean = validate(self.field, self.editor.value())
        except InvalidValue as error:
            self.error.setText(describe(error))
            self.error.show()
            self.editor.set_invalid(True)
            return None
        self.error.hide()
        self.editor.set_invalid(False)
        return None if isinstance(clean, tuple) else clean

    def _make_value(self, value: ValueView) -> Side:
        side = Side()
        reads_ltr = self.field is None or self.field.verbatim
        if words_count(self.field):
            pieces = compare(self.field, self.conflict.before, value.value)
        else:  # what stood before is in the card's head
            pieces = [Piece(shown(self.field, value.value), "added")]
        side.put(DiffText(pieces, code=reads_ltr))
        return side

    def _make_other(self, field: Field) -> tuple[Editor, Side]:
        side = Side()
        editor = make_editor(field, partial(RecordFinder, self._session, lambda: self.conflict.space))
        if words_count(field):
            editor.show_value(combine(self.conflict, self.values[:AT_ONCE]))
        else:
            editor.show_value(None)
        editor.typed.connect(lambda: side.radio.setChecked(True))
        editor.typed.connect(self._on_chosen)
        editor.committed.connect(lambda _value: side.radio.setChecked(True))
        editor.committed.connect(lambda _value: self._on_chosen())
        side.put(editor)
        return editor, side

    def _add_side(self, side: Side) -> None:
        self.sides.append(side)
        self._join(side)
        self._grid.add(side)

    def _join(self, side: Side) -> None:
        self._group.addButton(side.radio)
        side.chosen.connect(self._on_chosen)

    def _compared(self) -> list[tuple[ValueView, Side]]:
        """The values that are shown, with their sides; the place for another value is not among them."""
        return list(zip(self.values, (side for side in self.sides if side is not self.other), strict=False))

    def _on_chosen(self) -> None:
        self._tell()
        self.decided.emit()

    def _tell(self) -> None:
        types, conflict = self._session.types, self.conflict
        label = label_of(types, conflict.type, conflict.field)
        self.title.setText(label)
        self.setAccessibleName(strip_isolates(label))
        before = [value_text(self.field, each, limit=200) for each in conflict.before if each not in (None, "")]
        self.before.setText(_("Before: {value}").format(value=" / ".join(before)) if before else "")
        done = self.decision()[0]
        self.state.set_state(_("Decided — can be undone") if done else _("To decide"), "ok" if done else "violet")
        self.revert.setVisible(self._group.checkedButton() is not None)
        self.revert.setText(_("Undo"))
        self.nothing.setText(_("Leave empty"))
        compared = self._compared()
        hidden = len(self.values) - len(compared)
        self.more.setText(ngettext("Show {n} more", "Show {n} more", hidden).format(n=number(hidden)))
        show_if(self.more, hidden > 0)
        for value, side in compared:
            author = value.author
            parts = [isolate(one_line(author.officer, 60)), desk_text(author), moment(author.at_ms)]
            newer = newer_text(self.values, value)
            meta = SEPARATOR.join([*parts, newer] if newer else parts)
            side.set_texts(version_text(author), meta, shown(self.field, value.value))
        if self.other is not None and self.editor is not None and self.field is not None:
            words = words_count(self.field)
            title = _("Combine and edit") if words else _("Another value")
            self.other.set_texts(title, _("The result can be changed before it is applied."))
            self.editor.set_names(f"{label}, {title}", self.error.text())

    def _space(self) -> None:
        theme = current_theme()
        margin = theme.px(18)
        self._column.setContentsMargins(margin, theme.space("m"), margin, margin)
        self._column.setSpacing(theme.space("m"))
        self._head.setSpacing(theme.space("m"))


def combine(conflict: ConflictView, values: tuple[ValueView, ...]) -> str:
    """A first proposal that holds what each side wrote; a person edits it."""
    before = next((str(each) for each in conflict.before if each), "")
    combined = str(values[0].value or "")
    for value in values[1:]:
        other = str(value.value or "")
        combined = rebase(before, other, combined) if before else combined
    return combined


def _distinct(values: tuple[ValueView, ...]) -> tuple[ValueView, ...]:
    """One of those who wrote the same; one's own version first, then by the desks' clocks."""
    ordered = sorted(values, key=lambda each: (not each.author.mine, each.author.at_ms, each.dot))
    found: dict[str, ValueView] = {}
    for value in ordered:
        found.setdefault(repr(value.value), value)
    return tuple(found.values())
