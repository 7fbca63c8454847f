"""The editor of a field that points to another record of the case."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from desktop.casework.record_types import Field
from desktop.casework.views import ListRow
from desktop.ui.editors.choice import ChoiceEditor
from desktop.ui.presenter import row_title
from i18n import pgettext


class ReferenceEditor(ChoiceEditor):
    """A list of the records of the case by their titles. The list is read again each time it is shown a value."""

    def __init__(self, field: Field, records: Callable[[], list[ListRow]], parent: QWidget | None = None) -> None:
        self._records = records
        super().__init__(field, parent)

    def show_value(self, value: object) -> None:
        self._fill()
        super().show_value(value)

    def _fill(self) -> None:
        self.box.clear()
        self.box.addItem(pgettext("choice", "Not set"), "")
        for row in self._records():
            self.box.addItem(row_title(row, limit=80), row.id)
