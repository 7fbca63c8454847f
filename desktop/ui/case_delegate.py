"""Paints a row of a list of records: reference, countries and time; title; state, marking and due date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.casework.views import ListRow
from desktop.ui.kit.painting import paint_ring
from desktop.ui.row_face import Face, lay_out
from desktop.ui.theme import Theme, current_theme
from i18n import Locale, current

# The model answers a ListRow under this role.
ROW_ROLE: Final = Qt.ItemDataRole.UserRole + 1
_CACHED_ROWS: Final = 600


class RowDelegate(QStyledItemDelegate):
    """Paints ListRow objects in the two lines and a row of badges of the design, mirrored in right-to-left.

    A row is laid out once for a width, language, theme and minute; painting it again only draws. `now` gives the
    present for relative times (tests give a fixed one).
    """

    def __init__(self, parent: QObject | None = None, now: Callable[[], datetime] | None = None) -> None:
        super().__init__(parent)
        self._now = now or _utc_now
        self._faces: dict[str, Face] = {}
        self._stamp: tuple[Theme, Locale, int, Qt.LayoutDirection, int, float] | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """The height of every row at the text scale."""
        return QSize(0, current_theme().control("row"))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one row; an index without a ListRow paints nothing."""
        row = index.data(ROW_ROLE)
        if isinstance(row, ListRow):
            self.paint_row(painter, row, option.rect, option.direction, option.state)

    def paint_row(
        self, painter: QPainter, row: ListRow, rect: QRect, direction: Qt.LayoutDirection, state: QStyle.StateFlag
    ) -> None:
        """Paint a row in a rectangle; `state` says whether it is selected, under the pointer or focused."""
        theme = current_theme()
        face = self._face(row, rect.size(), direction, theme, painter.device().devicePixelRatio())
        painter.save()
        painter.translate(rect.topLeft())
        box = QRect(QPoint(0, 0), rect.size())
        selected = bool(state & QStyle.StateFlag.State_Selected)
        over = bool(state & QStyle.StateFlag.State_MouseOver)
        painter.fillRect(box, theme.color("sel" if selected else "hover" if over else "surface"))
        painter.fillRect(QRect(0, box.height() - 1, box.width(), 1), theme.color("border"))
        if selected:
            bar = QRect(0, 0, theme.px(4), box.height())
            painter.fillRect(QStyle.visualRect(direction, box, bar), theme.color("link"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.unread:
            side = theme.px(7)
            dot = QRect(theme.px(7), theme.px(22) - side // 2, side, side)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("link"))
            painter.drawEllipse(QStyle.visualRect(direction, box, dot))
        for words in face.words:
            painter.setFont(words.font)
            painter.setPen(words.color)
            painter.drawStaticText(words.corner, words.text)
        for corner, pixmap in face.pixmaps:
            painter.drawPixmap(corner, pixmap)
        keyboard = QStyle.StateFlag.State_HasFocus | QStyle.StateFlag.State_KeyboardFocusChange
        if (state & keyboard) == keyboard:
            paint_ring(painter, box, theme.color("focus"), theme.px(4), theme)
        painter.restore()

    def _face(self, row: ListRow, size: QSize, direction: Qt.LayoutDirection, theme: Theme, ratio: float) -> Face:
        now = self._now()
        stamp = (theme, current(), size.width(), direction, int(now.timestamp() // 60), ratio)
        if stamp != self._stamp or len(self._faces) > _CACHED_ROWS:
            self._faces.clear()
            self._stamp = stamp
        face = self._faces.get(row.id)
        if face is None or (face.row is not row and face.row != row):
            face = self._faces[row.id] = lay_out(row, size, direction, theme, now, ratio)
        return face


def _utc_now() -> datetime:
    return datetime.now(UTC)
