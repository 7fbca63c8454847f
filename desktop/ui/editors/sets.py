"""The editors of sets: check boxes for a few codes, chips with a line or a list to add from for the rest."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QComboBox, QCompleter, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from desktop.casework.record_types import Field
from desktop.ui.editors.base import Editor
from desktop.ui.editors.choice import ChoiceBox
from desktop.ui.editors.line import LineBox
from desktop.ui.kit import Button, CheckBox, CodeEdit, FilterChip, FlowLayout, plain_tip
from desktop.ui.kit.visibility import show_if
from desktop.ui.presenter import choice_text, value_text
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.bidi import neutralise, strip_isolates
from i18n.formats import number

_CHIP_LETTERS = 60
_AT_ONCE = 60  # chips made at once: five hundred would hold the window up for a second


def as_elements(value: object) -> tuple[str, ...]:
    """A set as it is stored, without doubles and in its order."""
    return tuple(dict.fromkeys(str(each) for each in value)) if isinstance(value, tuple | list) else ()


class _Box(CheckBox):
    """A check box that may become narrower than its words: they then end in an ellipsis, whole in the tool tip."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        """Set the words."""
        super().setText(text)
        self.setToolTip(plain_tip(strip_isolates(text)))

    def minimumSizeHint(self) -> QSize:
        """Room for the box and a word."""
        return QSize(current_theme().px(120), self.sizeHint().height())


class ChecksEditor(Editor):
    """A check box for each code: handling codes. Codes of a newer version keep their place in the set."""

    wide = True

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self._elements: tuple[str, ...] = ()
        self.boxes = {choice.code: _Box() for choice in field.choices}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        for code, box in self.boxes.items():
            self._column.addWidget(box)
            box.clicked.connect(self._on_clicked)
            self.bind(box.setText, partial(choice_text, field, code))
        self.setFocusProxy(next(iter(self.boxes.values())))

    def show_value(self, value: object) -> None:
        self._elements = as_elements(value)
        for code, box in self.boxes.items():
            box.setChecked(code in self._elements)

    def value(self) -> object:
        unknown = [code for code in self._elements if code not in self.boxes]
        return tuple([code for code, box in self.boxes.items() if box.isChecked()] + unknown)

    def text(self) -> str:
        return "\n".join(as_elements(self.value()))

    def restore(self, text: str) -> None:
        self.show_value(tuple(text.split("\n")) if text else ())

    def main_widget(self) -> QWidget:
        return next(iter(self.boxes.values()))

    def set_names(self, label: str, description: str = "") -> None:
        """Each box has its own name; the group carries the field's."""
        self.setAccessibleName(strip_isolates(label))
        self.setAccessibleDescription(strip_isolates(description))

    def _on_clicked(self) -> None:
        self.committed.emit(self.value())


class ChipsEditor(Editor):
    """Removable chips, and a place to add: a line for free text, a list that can be typed into for codes."""

    wide = True

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self._elements: tuple[str, ...] = ()
        self._chips: list[FilterChip] = []
        self._holder = QWidget()
        self._flow = FlowLayout(self._holder)
        self.adder: QComboBox | QLineEdit = self._make_adder()
        self.add_button = Button("", "quiet", "plus")
        self._at_once = _AT_ONCE
        self.more = Button("", "quiet", "plus")
        self.more.clicked.connect(self._on_more)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.adder, 1)
        row.addWidget(self.add_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._holder)
        column.addWidget(self.more)
        column.addLayout(row)
        self._column = column
        self.setFocusProxy(self.adder)
        self.add_button.clicked.connect(self._on_add)
        self.bind(self.add_button.setText, lambda: _("Add"))
        self.follow(self._space)
        self._show_chips()

    def show_value(self, value: object) -> None:
        self._elements = as_elements(value)
        if self._typed() in self._elements:
            self.clear_typed()
        self._show_chips()

    def value(self) -> object:
        typed = self._typed()
        return (*self._elements, typed) if typed and not self.field.list else self._elements

    def text(self) -> str:
        return self._typed()

    def restore(self, text: str) -> None:
        if isinstance(self.adder, QLineEdit):
            self.adder.setText(text)

    def main_widget(self) -> QWidget:
        return self.adder

    def is_dirty(self) -> bool:
        return bool(self._typed()) and not self.field.list

    def chips(self) -> list[FilterChip]:
        """The chips in order, one for each element that is shown."""
        return list(self._chips)

    def changeEvent(self, event: QEvent) -> None:
        """Name codes and countries in the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            if isinstance(self.adder, QComboBox):
                self._fill(self.adder)
            self._show_chips()

    def _make_adder(self) -> QComboBox | QLineEdit:
        if self.field.list:
            box = ChoiceBox()
            box.setEditable(True)
            box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
            self._fill(box)
            box.activated.connect(self._on_add)
            return box
        line = CodeEdit(self) if self.field.verbatim else LineBox()
        line.setMaxLength(4_000_000)
        line.returnPressed.connect(self._on_add)
        line.editingFinished.connect(self._on_left)
        line.textEdited.connect(self.typed)
        return line

    def _fill(self, box: QComboBox) -> None:
        choices = [(strip_isolates(choice_text(self.field, each.code)), each.code) for each in self.field.choices]
        if self.field.list == "countries":
            choices.sort(key=lambda pair: pair[0].casefold())
        box.clear()
        for label, code in choices:
            box.addItem(label, code)
        completer = QCompleter(box.model(), box)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        box.setCompleter(completer)
        box.setCurrentIndex(-1)
        box.clearEditText()

    def _typed(self) -> str:
        if isinstance(self.adder, QLineEdit):
            return self.adder.text().strip()
        text = self.adder.currentText().strip()
        place = self.adder.findText(text, Qt.MatchFlag.MatchFixedString)
        return str(self.adder.itemData(place)) if text and place >= 0 else ""

    def _on_left(self) -> None:
        if self.is_dirty():
            self._on_add()

    def _on_add(self) -> None:
        typed = self._typed()
        if not typed:
            self.adder.setFocus()
            return
        if typed not in self._elements:
            self.committed.emit((*self._elements, typed))
        else:
            self.clear_typed()

    def clear_typed(self) -> None:
        """Empty the place to add: what was typed is in the set now."""
        if isinstance(self.adder, QComboBox):
            self.adder.setCurrentIndex(-1)
            self.adder.clearEditText()
        else:
            self.adder.clear()

    def _on_removed(self) -> None:
        chip = self.sender()
        if isinstance(chip, FilterChip) and chip in self._chips:
            gone = self._elements[self._chips.index(chip)]
            self.adder.setFocus()
            self.committed.emit(tuple(each for each in self._elements if each != gone))

    def _on_more(self) -> None:
        self._at_once = len(self._elements)
        self._show_chips()

    def _show_chips(self) -> None:
        self._holder.hide()  # each chip put into a layout in view would lay the whole form out
        self._flow.clear()
        self._chips = []
        for element in self._elements[: self._at_once]:
            chip = FilterChip(value_text(self.field, element, limit=_CHIP_LETTERS), removable=True)
            chip.setAccessibleDescription(_("Press Delete to remove it."))
            if len(element) > _CHIP_LETTERS:
                chip.setToolTip(plain_tip(neutralise(element)))
            chip.removed.connect(self._on_removed)
            self._flow.addWidget(chip)
            self._chips.append(chip)
        hidden = max(0, len(self._elements) - self._at_once)
        self.more.setText(ngettext("Show {n} more", "Show {n} more", hidden).format(n=number(hidden)))
        show_if(self.more, hidden > 0)
        self._holder.setVisible(bool(self._elements))
        self._holder.updateGeometry()

    def _space(self) -> None:
        if isinstance(self.adder, CodeEdit):
            self.adder.refresh_look()  # it has a direction of its own and does not hear that ours changed
        theme = current_theme()
        self._column.setSpacing(theme.space("s"))
        self._flow.set_gap(theme.px(6))
