"""The editor of one code out of a list."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter, QVBoxLayout, QWidget

from desktop.casework.record_types import Field
from desktop.ui.editors.base import Editor, NoWheel
from desktop.ui.icons import icon_pixmap
from desktop.ui.kit import Living
from desktop.ui.presenter import choice_text
from desktop.ui.theme import current_theme
from i18n import pgettext
from i18n.bidi import neutralise, strip_isolates


class ChoiceBox(Living, QComboBox):
    """A combo box that cuts a long entry with an ellipsis and paints a chevron of ours."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setMaxVisibleItems(14)
        self.installEventFilter(NoWheel(self))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the frame, the entry with an ellipsis where it does not fit, and the chevron."""
        theme = current_theme()
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        room = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        option.currentText = self.fontMetrics().elidedText(
            option.currentText, Qt.TextElideMode.ElideRight, room.width() - theme.px(8)
        )
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        side = theme.px(16)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = theme.px(8) if rtl else self.width() - side - theme.px(8)
        color = theme.color("text2" if self.isEnabled() else "text3")
        painter.drawPixmap(left, (self.height() - side) // 2, icon_pixmap("chevron-down", color, side))


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
        if not (self.field.required or self.field.kind == "tlp"):
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
