"""The list of tasks: one line each with a box that is ticked, and keys for every state.

Enter or a double click opens a task. Space or a click on the box ticks it; 1 to 5 give it a state; A and D ask for who
does it and until when. Ten thousand rows cost what is in view.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QMenu, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.casework.record_types import Choice, RecordTypes
from desktop.casework.views import ListRow
from desktop.ui.case_delegate import ROW_ROLE
from desktop.ui.icons import icon_pixmap
from desktop.ui.kit.painting import LEADING, TRAILING, elide_data, paint_ring
from desktop.ui.lazy_list import FetchRows
from desktop.ui.list_view import RecordListView
from desktop.ui.row_words import conflict_mark, due_mark, priority_mark, status_mark
from desktop.ui.theme import Theme, current_theme
from i18n import _
from i18n.bidi import ltr

_HEIGHT, _BOX, _EDGE = 56, 22, 16  # pixels at 100 %
_MARKS = {
    "done": ("circle-check", "ok"), "in_progress": ("clock", "info"), "on_hold": ("minus", "warn"),
    "cancelled": ("x", "neutral"),
}  # fmt: skip


def states() -> tuple[Choice, ...]:
    """The states of a task, in the order of their keys."""
    field = RecordTypes.load().field("task", "status")
    return field.choices if field else ()


class TaskDelegate(QStyledItemDelegate):
    """Paints a task: its box, its words, its marking; under them state, officer and due date."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """The same height for all."""
        return QSize(0, current_theme().px(_HEIGHT))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one task."""
        row = index.data(ROW_ROLE)
        if not isinstance(row, ListRow):
            return
        theme, rect = current_theme(), QRect(option.rect)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        over = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.fillRect(rect, theme.color("sel" if chosen else "hover" if over else "surface"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme.color("border"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

        def place(left: int, top: int, width: int, height: int) -> QRect:
            inside = QRect(rect.left() + left, rect.top() + top, width, height)
            return QStyle.visualRect(option.direction, rect, inside)

        self._paint_box(painter, box_rect(rect, option.direction), row.status)
        left = theme.px(_EDGE + _BOX + 14)
        room = rect.width() - left - theme.px(_EDGE)
        codes = " ".join(part for part in (row.tlp, *row.handling) if part)
        small = theme.metrics("caption", 600)
        wide = min(small.horizontalAdvance(codes) + theme.px(8), room // 2) if codes else 0
        ended = row.status in ("done", "cancelled")
        painter.setFont(theme.font("body", 600))
        painter.setPen(theme.color("text2" if ended else "text"))
        title = elide_data(row.title or _("Without a title"), theme.metrics("body", 600), room - wide)
        painter.drawText(place(left, theme.px(6), room - wide, theme.px(22)), LEADING, title)
        painter.setFont(theme.font("caption", 600))
        painter.setPen(theme.color("text2"))
        painter.drawText(place(left + room - wide, theme.px(6), wide, theme.px(22)), TRAILING, ltr(codes))
        self._paint_second(painter, row, place(left, theme.px(29), room, theme.px(20)), option.direction)
        keyboard = QStyle.StateFlag.State_HasFocus | QStyle.StateFlag.State_KeyboardFocusChange
        if (option.state & keyboard) == keyboard:
            paint_ring(painter, rect, theme.color("focus"), theme.px(4), theme)
        painter.restore()

    def _paint_box(self, painter: QPainter, box: QRect, status: str) -> None:
        theme = current_theme()
        name, tone = _MARKS.get(status, ("", "neutral"))
        painter.setPen(theme.color("border_strong"))
        painter.setBrush(theme.color("surface"))
        painter.drawRoundedRect(box, theme.px(4), theme.px(4))
        if name:
            side = box.width() - theme.px(6)
            painter.drawPixmap(
                box.center().x() - side // 2 + 1, box.center().y() - side // 2 + 1,
                icon_pixmap(name, theme.tone(tone)[0], side),
            )  # fmt: skip

    def _paint_second(self, painter: QPainter, row: ListRow, rect: QRect, direction: Qt.LayoutDirection) -> None:
        """State, officer, due date; each keeps its own tone."""
        theme = current_theme()
        due = due_mark(row, datetime.now(UTC))
        marks = [
            *(((mark.text, mark.tone),) if (mark := status_mark(row)) else ()),
            *(((mark.text, mark.tone),) if (mark := conflict_mark(row)) else ()),
            *(((mark.text, mark.tone),) if (mark := priority_mark(row)) else ()),
            *(((row.assignee, ""),) if row.assignee else ()),
            *(((due.text, due.tone),) if due else ()),
        ]
        painter.setFont(theme.font("caption"))
        at = 0
        for text, tone in marks:
            shown, wide = _fitted(text, rect.width() - at, theme)
            if wide <= 0:
                return
            spot = QStyle.visualRect(direction, rect, QRect(rect.left() + at, rect.top(), wide, rect.height()))
            painter.setPen(theme.tone(tone)[0] if tone else theme.color("text2"))
            painter.drawText(spot, LEADING, shown)
            at += wide + theme.px(14)


class TaskList(RecordListView):
    """The list; its signals ask for what its owner does."""

    state_asked = Signal(str, str)
    """Record and code of a state."""
    officer_asked = Signal(str)
    due_asked = Signal(str)

    def __init__(self, fetch: FetchRows, parent: QWidget | None = None) -> None:
        super().__init__(fetch, parent)
        self.setItemDelegate(TaskDelegate(self))
        self.clicked.disconnect()  # one click chooses a task, and may tick it
        self.doubleClicked.connect(self._open)

    def tick(self, record: str) -> None:
        """Ask for a task to be done, or to be done again."""
        place = self.rows.place(record)
        row = self.rows.row(place) if place is not None else None
        if row is not None:
            self.state_asked.emit(record, "todo" if row.status == "done" else "done")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space ticks, digits give a state, A and D ask."""
        record = self.current()
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        digit = event.text() if plain and event.text() in ("1", "2", "3", "4", "5") else ""
        if not record or not plain:
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Space:
            self.tick(record)
        elif digit and int(digit) <= len(states()):
            self.state_asked.emit(record, states()[int(digit) - 1].code)
        elif event.key() == Qt.Key.Key_A:
            self.officer_asked.emit(record)
        elif event.key() == Qt.Key.Key_D:
            self.due_asked.emit(record)
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tick where the box is."""
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            box = box_rect(self.visualRect(index), self.layoutDirection())
            if box.adjusted(-6, -6, 6, 6).contains(event.position().toPoint()):
                self.tick(self.rows.record(index.row()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Every deed in a menu."""
        record = self.current()
        if record:
            self.menu(record).popup(event.globalPos())

    def menu(self, record: str) -> QMenu:
        """What can be done to a task."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for number, state in enumerate(states(), 1):
            action = menu.addAction(f"{state.label}\t{number}".replace("&", "&&"))
            action.triggered.connect(lambda _on=False, code=state.code: self.state_asked.emit(record, code))
        menu.addSeparator()
        menu.addAction(_("Assign…") + "\tA").triggered.connect(lambda: self.officer_asked.emit(record))
        menu.addAction(_("Due date…") + "\tD").triggered.connect(lambda: self.due_asked.emit(record))
        menu.addAction(_("Open")).triggered.connect(lambda: self.opened.emit(record))
        return menu


@lru_cache(maxsize=2_048)
def _fitted(text: str, room: int, theme: Theme) -> tuple[str, int]:
    """Small words as they fit into so many pixels, and their width; kept, since rows say the same few of them."""
    metrics = theme.metrics("caption")
    shown = elide_data(text, metrics, room)
    return shown, min(metrics.horizontalAdvance(shown) + 2, room)


def box_rect(row: QRect, direction: Qt.LayoutDirection) -> QRect:
    """Where the box of a row stands."""
    theme = current_theme()
    side = theme.px(_BOX)
    box = QRect(row.left() + theme.px(_EDGE), row.top() + (row.height() - side) // 2, side, side)
    return QStyle.visualRect(direction, row, box)
