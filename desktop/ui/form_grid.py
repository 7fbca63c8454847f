"""A layout for the rows of a form: two columns where there is room, one where there is not."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.ui.kit import Living
from desktop.ui.theme import current_theme


class FormGrid(Living, QWidget):
    """Takes widgets that are narrow (half a line) or wide (a whole one), in reading order."""

    def __init__(self, parent: QWidget | None = None, *, two_from: int = 560) -> None:
        super().__init__(parent)
        self._two_from = two_from
        self._cells: list[tuple[QWidget, bool]] = []
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self.follow(self._space)

    def add(self, widget: QWidget, *, wide: bool) -> None:
        """Append a widget."""
        self._cells.append((widget, wide))
        self._columns = 0
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Change the number of columns with the width."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        columns = 2 if self.width() >= current_theme().px(self._two_from) else 1
        if columns == self._columns:
            return
        self._columns = columns
        row, column = 0, 0
        for widget, wide in self._cells:
            self._grid.removeWidget(widget)
            span = columns if wide else 1
            if column + span > columns:
                row, column = row + 1, 0
            self._grid.addWidget(widget, row, column, 1, span)
            column += span
        for place in range(2):
            self._grid.setColumnStretch(place, 1 if place < columns else 0)

    def _space(self) -> None:
        theme = current_theme()
        self._grid.setHorizontalSpacing(theme.space("xl"))
        self._grid.setVerticalSpacing(theme.space("l"))
        self._columns = 0
        self._arrange()
