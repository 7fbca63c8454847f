"""A grid whose number of columns follows its width: rows of a form, cards of a page, sides of a conflict."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from desktop.ui.kit import Living
from desktop.ui.theme import current_theme


class ColumnGrid(Living, QWidget):
    """Takes widgets in reading order; a wide one has a line of its own.

    `most` columns at most, each at least `least` pixels wide at 100 %; `stretches` are their shares of the width.
    """

    def __init__(
        self,
        most: int = 2,
        least: int = 280,
        *,
        stretches: Sequence[int] = (),
        gaps: tuple[str, str] = ("l", "l"),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._most, self._least = most, least
        self._stretches = tuple(stretches) or (1,) * most
        self._gaps = gaps
        self._cells: list[tuple[QWidget, bool]] = []
        self._columns = 0
        self._next = (0, 0)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.follow(self._space)

    def add(self, widget: QWidget, *, wide: bool = False) -> None:
        """Append a widget."""
        self._cells.append((widget, wide))
        self._place(widget, wide=wide)

    def insert(self, place: int, widget: QWidget) -> None:
        """Put a widget before the one at `place`."""
        self._cells.insert(place, (widget, False))
        self._columns = 0
        self._arrange()

    def clear(self) -> None:
        """Throw away what is in it."""
        for widget, _wide in self._cells:
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._cells.clear()
        self._next = (0, 0)

    def columns(self) -> int:
        """Number of columns now."""
        return self._columns

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Change the number of columns with the width."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        columns = max(1, min(self._most, self.width() // current_theme().px(self._least)))
        if columns == self._columns:
            return
        self._columns = columns
        self._next = (0, 0)
        for widget, wide in self._cells:
            self._grid.removeWidget(widget)
            self._place(widget, wide=wide)
        for place in range(self._most):
            self._grid.setColumnStretch(place, self._stretches[place] if place < columns else 0)

    def _place(self, widget: QWidget, *, wide: bool) -> None:
        row, column = self._next
        span = self._columns if wide else 1
        if column + span > self._columns:
            row, column = row + 1, 0
        self._grid.addWidget(widget, row, column, 1, span)
        self._next = (row, column + span)

    def _space(self) -> None:
        theme = current_theme()
        self._grid.setHorizontalSpacing(theme.space(self._gaps[0]))
        self._grid.setVerticalSpacing(theme.space(self._gaps[1]))
        self._columns = 0
        self._arrange()
