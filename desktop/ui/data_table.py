"""Tables that are read and not edited: whole rows, opened by key and mouse; and the delegate of two-line cells.

    class People(DataTable):
        def __init__(self, …): super().__init__(model, parent)
        def record_at(self, index): return id of what Enter, Space or a double click opens

A model with two-line cells gives `Cell` under CELL, and how far a row is set in under INDENT.
"""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop.ui.kit import Living
from desktop.ui.kit.painting import LEADING
from desktop.ui.presenter import NOTHING
from desktop.ui.theme import current_theme

CELL = Qt.ItemDataRole.UserRole + 1
INDENT = Qt.ItemDataRole.UserRole + 2
LEADING_CENTRE = int(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
_OPENS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_STEP = 18  # pixels at 100 % that a level is set in
_Index = QModelIndex | QPersistentModelIndex


class Cell(NamedTuple):
    """Two lines: what counts, and what is to be known of it. A tone never stands without its words."""

    words: str
    caption: str = ""
    tone: str = ""


def row_height() -> int:
    """The height of a row of two lines at the text scale, in pixels."""
    theme = current_theme()
    return theme.metrics("body", 600).height() + theme.metrics("caption").height() + theme.px(16)


class CellDelegate(QStyledItemDelegate):
    """Paints the two lines of a cell. The tone colours the words of the columns in `loud`, the captions of others."""

    def __init__(self, parent: QWidget, *, heavy: frozenset[int] = frozenset({0}), loud: frozenset[int]) -> None:
        """`heavy`: columns whose words are bold."""
        super().__init__(parent)
        self._heavy = heavy
        self._loud = loud

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Room for both lines."""
        theme, cell = current_theme(), index.data(CELL)
        if not isinstance(cell, Cell):
            return QSize()
        words = theme.metrics("body", 600).horizontalAdvance(cell.words)
        caption = theme.metrics("caption").horizontalAdvance(cell.caption)
        return QSize(max(words, caption) + 2 * theme.px(8) + 2, row_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint ground, line, words and caption."""
        cell = index.data(CELL)
        if not isinstance(cell, Cell):
            return
        theme, box = current_theme(), QRect(option.rect)
        painter.save()
        paint_ground(painter, option)
        edge, indent = theme.px(8), theme.px(_STEP) * int(index.data(INDENT) or 0)
        rtl = option.direction == Qt.LayoutDirection.RightToLeft
        room = box.adjusted(edge if rtl else edge + indent, 0, -(edge + indent if rtl else edge), 0)
        heavy, loud = 600 if index.column() in self._heavy else 400, index.column() in self._loud
        words, caption = theme.metrics("body", heavy), theme.metrics("caption")
        tall = words.height() + (caption.height() if cell.caption else 0)
        line = QRect(room.left(), room.top() + (room.height() - tall) // 2, room.width(), words.height())
        tone = theme.tone(cell.tone)[0] if cell.tone and cell.tone != "neutral" else None
        plain = theme.color("text2" if cell.words == NOTHING else "text")
        write_line(painter, theme.font("body", heavy), line, cell.words, tone if tone and loud else plain)
        if cell.caption:
            below = QRect(room.left(), line.top() + words.height(), room.width(), caption.height())
            front = tone if tone and not loud else theme.color("text2")
            write_line(painter, theme.font("caption"), below, cell.caption, front)
        painter.restore()


def paint_ground(painter: QPainter, option: QStyleOptionViewItem) -> None:
    """The ground of a cell, and the line below it."""
    theme, box = current_theme(), option.rect
    selected = bool(option.state & QStyle.StateFlag.State_Selected)
    painter.fillRect(box, theme.color("sel" if selected else "surface"))
    painter.fillRect(QRect(box.left(), box.bottom(), box.width(), 1), theme.color("border"))


def write_line(painter: QPainter, font: QFont, room: QRect, text: str, front: QColor) -> None:
    """One line of text, with an ellipsis where it has no room."""
    painter.setFont(font)
    painter.setPen(front)
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, LEADING, shown)


class DataTable(Living, QTableView):
    """Rows are chosen whole; arrows move; Enter, Space or a double click opens what `record_at` names."""

    opened = Signal(str)

    def __init__(self, model: QAbstractTableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)
        self.doubleClicked.connect(self.open_at)

    def record_at(self, index: QModelIndex) -> str:
        """Id of what a cell opens; empty where it opens nothing."""
        del index
        return ""

    def open_at(self, index: QModelIndex) -> None:
        """Open what a cell names."""
        record = self.record_at(index) if index.isValid() else ""
        if record:
            self.opened.emit(record)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open by the keyboard, on every platform."""
        if event.key() in _OPENS and self.currentIndex().isValid() and self.record_at(self.currentIndex()):
            self.open_at(self.currentIndex())
            return
        super().keyPressEvent(event)
