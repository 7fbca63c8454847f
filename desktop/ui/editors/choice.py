"""The editor of one code out of a list."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QComboBox, QStyleOptionComboBox, QVBoxLayout, QWidget

from desktop.casework.record_types import Field
from desktop.ui.editors.base import Editor
from desktop.ui.kit import DropDown
from desktop.ui.presenter import choice_text
from desktop.ui.theme import current_theme
from i18n import pgettext
from i18n.bidi import neutralise, strip_isolates


class ChoiceBox(DropDown):
    """A drop-down list as narrow as its form, that cuts a long entry with an ellipsis."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setMaxVisibleItems(14)
        self.follow(self._fit_popup)

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        """Shorten what does not fit."""
        super().initStyleOption(option)
        room = self.width() - current_theme().px(44)
        option.currentText = self.fontMetrics().elidedText(option.currentText, Qt.TextElideMode.ElideRight, room)

    def showPopup(self) -> None:
        """Open the list wide enough for its entries."""
        wide = self.view().sizeHintForColumn(0) + current_theme().px(32)
        self.view().setMinimumWidth(min(max(wide, self.width()), self.screen().availableGeometry().width()))
        super().showPopup()

    def _fit_popup(self) -> None:
        self.view().setTextElideMode(Qt.TextElideMode.ElideRight)


class ChoiceEditor(Editor):
    """A list to choose from: commits as soon as something is chosen. A code of a newer version keeps its place."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self._shown: str | None = None
        self.box = ChoiceBox()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.box)
        self.setFocusProxy(self.box)
        self._fill()
        self.box.activated.connect(self._on_activated)

    def show_value(self, value: object) -> None:
        self._shown = str(value) if value else None
        self.restore(self._shown or "")

    def value(self) -> object:
        code = self.box.currentData()
        return str(code) if code else None

    def text(self) -> str:
        return str(self.box.currentData() or "")

    def restore(self, text: str) -> None:
        place = self.box.findData(text)
        if place < 0:
            self.box.addItem(neutralise(text), text)
            place = self.box.count() - 1
        self.box.setCurrentIndex(place)

    def main_widget(self) -> QComboBox:
        return self.box

    def is_dirty(self) -> bool:
        return self.value() != self._shown

    def changeEvent(self, event: QEvent) -> None:
        """Name the choices in the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            code = self.text()
            self._fill()
            self.restore(code)

    def _fill(self) -> None:
        self.box.clear()
        if not self.field.required and (self.field.kind != "tlp" or self.field.noted is not None):
            self.box.addItem(pgettext("choice", "Not set"), "")
        for choice in self.field.choices:
            self.box.addItem(choice_text(self.field, choice.code), choice.code)
            place = self.box.count() - 1
            spoken = strip_isolates(self.box.itemText(place))
            self.box.setItemData(place, spoken, Qt.ItemDataRole.AccessibleTextRole)
            if choice.help:
                self.box.setItemData(place, choice.help, Qt.ItemDataRole.AccessibleDescriptionRole)

    def _on_activated(self) -> None:
        if self.is_dirty():
            self.committed.emit(self.value())
