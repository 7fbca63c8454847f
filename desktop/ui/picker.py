"""A list to choose from that opens under a button or a field: type to narrow it, arrows and Enter to choose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop.ui.icons import icon_pixmap
from desktop.ui.kit import Label, Panel, SearchBox, announce
from desktop.ui.kit.painting import LEADING
from desktop.ui.theme import current_theme
from i18n.bidi import strip_isolates

_ENTRY = Qt.ItemDataRole.UserRole
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8, Qt.Key.Key_PageDown: 8}
_ROWS = 11  # in view
_WIDE, _ROW, _HEADING = 360, 36, 30  # pixels at 100 %


class Pick(NamedTuple):
    """Something to choose: its key, words ready for display, smaller words at their end. Without a key: a heading."""

    key: str
    text: str
    icon: str = ""
    aside: str = ""


class PickDelegate(QStyledItemDelegate):
    """Paints one line; the words at the end never push the first ones out."""

    def sizeHint(self, option: QStyleOptionViewItem, index: object) -> QSize:
        """A heading is lower than what can be chosen."""
        pick: Pick = index.data(_ENTRY)  # type: ignore[attr-defined]
        return QSize(0, current_theme().px(_ROW if pick.key else _HEADING))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: object) -> None:
        """Paint one line."""
        pick: Pick = index.data(_ENTRY)  # type: ignore[attr-defined]
        theme, rect = current_theme(), QRect(option.rect)
        edge, side = theme.px(14), theme.control("icon")
        painter.save()
        if not pick.key:
            inside = rect.adjusted(edge, theme.px(6), -edge, 0)
            self._write(painter, inside, "caption", theme.color("text2"), pick.text, 600)
            painter.restore()
            return
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.color("sel" if chosen else "hover"))

        def place(left: int, width: int) -> QRect:
            return QStyle.visualRect(
                option.direction, rect, QRect(rect.left() + left, rect.top(), width, rect.height())
            )

        if pick.icon:
            middle = rect.top() + (rect.height() - side) // 2
            picture = icon_pixmap(pick.icon, theme.color("text2"), side, rtl=option.direction.name == "RightToLeft")
            painter.drawPixmap(place(edge, side).left(), middle, picture)
        small = theme.metrics("caption")
        room = rect.width() - 3 * edge - side
        aside = small.elidedText(pick.aside, Qt.TextElideMode.ElideRight, room // 2)
        wide = small.horizontalAdvance(aside)
        self._write(painter, place(rect.width() - edge - wide, wide + 1), "caption", theme.color("text2"), aside)
        left = 2 * edge + side
        room = rect.width() - left - edge - wide - (edge if wide else 0)
        self._write(painter, place(left, room + 1), "body", theme.color("text"), pick.text)
        painter.restore()

    def _write(self, painter: QPainter, rect: QRect, role: str, color: QColor, text: str, weight: int = 0) -> None:
        theme = current_theme()
        painter.setFont(theme.font(role, weight))
        painter.setPen(color)
        shown = theme.metrics(role, weight).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, LEADING, shown)


class Picker(Panel):
    """A pop-up. `typed` asks its owner for what matches; `show_picks` is the answer; `picked` is the choice."""

    picked = Signal(str)
    typed = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__("card", parent)
        self.setWindowFlags(Qt.WindowType.Popup)
        self._below: QWidget = parent
        self.box = SearchBox()
        self.list = QListWidget()
        self.list.setItemDelegate(PickDelegate(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.note = Label("", "caption", "muted", wrap=True)
        self._column = QVBoxLayout(self)
        for widget in (self.box, self.list, self.note):
            self._column.addWidget(widget)
        self.box.textEdited.connect(self.typed)
        self.box.installEventFilter(self)
        self.list.itemClicked.connect(self._on_item)
        self.follow(self._space)

    def set_names(self, placeholder: str, name: str) -> None:
        """What can be typed, and what stands in the list."""
        self.box.set_placeholder(placeholder)
        self.list.setAccessibleName(name)

    def open_under(self, widget: QWidget, text: str = "") -> None:
        """Open under a widget, or above it where there is no room below, with words to look for."""
        self._below = widget
        self.setLayoutDirection(widget.layoutDirection())
        self.box.setText(text)
        self._place()
        self.show()
        self.box.setFocus(Qt.FocusReason.PopupFocusReason)
        self.typed.emit(text)

    def show_picks(self, picks: Sequence[Pick], note: str = "") -> None:
        """Show what can be chosen; the first of it is the current one. `note`: words below the list."""
        self.list.clear()
        for pick in picks:
            item = QListWidgetItem()
            item.setData(_ENTRY, pick)
            spoken = f"{pick.text}, {pick.aside}" if pick.aside else pick.text
            item.setData(Qt.ItemDataRole.AccessibleTextRole, strip_isolates(spoken))
            if not pick.key:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(item)
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self._move(1, start=-1)
        if self.isVisible():
            self._place()

    def choices(self) -> list[str]:
        """Keys of what can be chosen now, in order."""
        return [pick.key for pick in map(self._pick, range(self.list.count())) if pick.key]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows and Enter in the field go to the list."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = Qt.Key(event.key())
            if key in _STEPS:
                self._move(_STEPS[key])
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._on_item(self.list.currentItem())
                return True
        return super().eventFilter(watched, event)

    def _pick(self, row: int) -> Pick:
        found: Pick = self.list.item(row).data(_ENTRY)
        return found

    def _move(self, step: int, *, start: int | None = None) -> None:
        """To another line, past headings; to the end where there are fewer."""
        row = self.list.currentRow() if start is None else start
        way = 1 if step > 0 else -1
        rows = range(self.list.count())
        left, found = abs(step), row
        while left and (row := row + way) in rows:
            if self._pick(row).key:
                found, left = row, left - 1
        if found in rows:
            self.list.setCurrentRow(found)
            if self.isVisible() and start is None:
                announce(self.list, self.list.item(found).data(Qt.ItemDataRole.AccessibleTextRole))

    def _on_item(self, item: QListWidgetItem | None) -> None:
        pick: Pick | None = item.data(_ENTRY) if item is not None else None
        if pick is not None and pick.key:
            self.close()
            self.picked.emit(pick.key)

    def _place(self) -> None:
        theme = current_theme()
        below, screen = self._below, self._below.screen().availableGeometry()
        width = min(max(below.width(), theme.px(_WIDE)), screen.width())
        lines = sum(self.list.sizeHintForRow(row) for row in range(min(self.list.count(), _ROWS)))
        note = self.note.heightForWidth(width - theme.px(28)) if self.note.text() else 0
        height = theme.control("control") + lines + note + theme.px(32)
        corner = below.mapToGlobal(QPoint(below.width() - width if below.isRightToLeft() else 0, below.height()))
        top = below.mapToGlobal(QPoint(0, 0)).y()
        if corner.y() + height > screen.bottom() and top - screen.top() > screen.bottom() - corner.y():
            height = min(height, top - screen.top())
            corner.setY(top - height)
        left = max(screen.left(), min(corner.x(), screen.right() - width))
        self.setGeometry(left, corner.y(), width, min(height, max(screen.bottom() - corner.y(), theme.px(120))))

    def _space(self) -> None:
        theme = current_theme()
        edge = theme.px(8)
        self._column.setContentsMargins(edge, edge, edge, edge)
        self._column.setSpacing(theme.px(6))
