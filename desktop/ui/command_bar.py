"""What opens under the search box: records of every type with the reason of each hit, and the commands that match."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, QTimer, Signal
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

from desktop.casework.record_types import RecordType, RecordTypes
from desktop.casework.views import Hit, ListRow
from desktop.session import Session
from desktop.ui.commands import Commands, keys_text
from desktop.ui.icons import icon_pixmap
from desktop.ui.kit import Label, Panel, SearchBox, announce
from desktop.ui.kit.painting import LEADING
from desktop.ui.presenter import row_title
from desktop.ui.row_words import type_label
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.bidi import isolate, ltr, neutralise, one_line, strip_isolates
from i18n.formats import number

MOST_RECORDS = 24
MOST_OF_A_TYPE = 8
_TYPING_MS = 60
_CHANNEL = "command bar"
_ENTRY = Qt.ItemDataRole.UserRole
_KEYS = frozenset(
    {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Return, Qt.Key.Key_Enter}
)


class Entry(NamedTuple):
    """One line: an icon, words, smaller words at its end, and what it does; a heading does nothing."""

    icon: str
    text: str
    aside: str = ""
    run: Callable[[], object] | None = None


class EntryDelegate(QStyledItemDelegate):
    """Paints an entry; the words at the end never push the first ones out."""

    def sizeHint(self, option: QStyleOptionViewItem, index: object) -> QSize:
        """A row."""
        return QSize(0, current_theme().px(38))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: object) -> None:
        """Paint one entry."""
        entry = index.data(_ENTRY)  # type: ignore[attr-defined]
        theme = current_theme()
        rect: QRect = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.color("sel" if chosen else "hover"))
        side, edge = theme.control("icon"), theme.px(14)
        heading = entry.run is None

        def place(left: int, width: int) -> QRect:
            spot = QRect(rect.left() + left, rect.top(), width, rect.height())
            return QStyle.visualRect(option.direction, rect, spot)

        if heading:
            self._write(painter, place(edge, rect.width() - 2 * edge), "caption 600", theme.color("text2"), entry.text)
            painter.restore()
            return
        spot = place(edge, side)
        picture = icon_pixmap(entry.icon, theme.color("text2"), side)
        painter.drawPixmap(spot.left(), rect.top() + (rect.height() - side) // 2, picture)
        small = theme.metrics("caption")
        room = rect.width() - 3 * edge - side
        aside = small.elidedText(entry.aside, Qt.TextElideMode.ElideRight, room * 3 // 5)
        wide = small.horizontalAdvance(aside)
        self._write(painter, place(rect.width() - edge - wide, wide + 1), "caption", theme.color("text2"), aside)
        left = 2 * edge + side
        room = rect.width() - left - edge - wide - (edge if wide else 0)
        text = theme.metrics("body").elidedText(entry.text, Qt.TextElideMode.ElideRight, room)
        self._write(painter, place(left, room + 1), "body", theme.color("text"), text)
        painter.restore()

    def _write(self, painter: QPainter, rect: QRect, role: str, color: QColor, text: str) -> None:
        name, _space, weight = role.partition(" ")
        painter.setFont(current_theme().font(name, int(weight or 400)))
        painter.setPen(color)
        painter.drawText(rect, LEADING, text)


class CommandBar(Panel):
    """Hangs under the search box of a window while that has the focus. Up, Down and Enter go to the list."""

    record_chosen = Signal(str, str)  # record, type

    def __init__(self, session: Session, commands: Commands, box: SearchBox, window: QWidget) -> None:
        super().__init__("card", window)
        self._session = session
        self._commands = commands
        self._box = box
        self._window = window
        self._asked = 0
        self._found: list[Hit] = []
        self.list = QListWidget()
        self.list.setItemDelegate(EntryDelegate(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.note = Label("", "caption", "muted", wrap=True)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.list, 1)
        self._column.addWidget(self.note)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(self._search)
        self.list.itemClicked.connect(self._run)
        session.hits_ready.connect(self._on_hits)
        box.textEdited.connect(self.open)
        box.installEventFilter(self)
        self.bind(self.list.setAccessibleName, lambda: _("Commands and records found"))
        self.follow(self._space)
        self.hide()

    def open(self, _text: str = "") -> None:
        """Show what matches what is typed now."""
        self._typing.start()
        if not self._box.text().strip():
            self._found = []
        self._fill()
        self._place()
        self.show()
        self.raise_()

    def close_list(self) -> None:
        """Close without doing anything."""
        self._typing.stop()
        self._found = []
        self.hide()
        self.list.clear()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys and clicks of the search box."""
        kind = event.type()
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._on_key(event)
        if kind == QEvent.Type.MouseButtonPress:
            self.open()
        elif kind == QEvent.Type.FocusOut:
            self.close_list()
        return super().eventFilter(watched, event)

    def _on_key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape and self.isVisible():
            self._box.clear()
            self.close_list()
            return True
        if key not in _KEYS:
            return False
        if not self.isVisible():
            self.open()
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            item = self.list.currentItem()
            if item is not None:
                self._run(item)
            return True
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8}.get(key, 8)
        row = self._entry_from(self.list.currentRow() + step, 1 if step > 0 else -1)
        self.list.setCurrentRow(row)
        item = self.list.item(row)
        if item is not None:
            announce(self.list, item.data(Qt.ItemDataRole.AccessibleTextRole))
        return True

    def _entry_from(self, row: int, way: int) -> int:
        """The entry at a row, or the next one in a direction that is no heading; else the last one before it."""
        last = self.list.count() - 1
        row = max(0, min(last, row))
        rows = [*(range(row, last + 1) if way > 0 else range(row, -1, -1))]
        rows += reversed(range(row)) if way > 0 else range(row, last + 1)
        return next((each for each in rows if self._runs(each)), row)

    def _runs(self, row: int) -> bool:
        return 0 <= row < self.list.count() and self.list.item(row).data(_ENTRY).run is not None

    def _run(self, item: QListWidgetItem) -> None:
        entry = item.data(_ENTRY)
        if entry.run is None:
            return
        self._box.clear()
        self.close_list()
        entry.run()

    def _search(self) -> None:
        text = self._box.text().strip()
        if text:
            self._asked = self._session.ask_hits(text, _CHANNEL, limit=MOST_RECORDS)

    def _on_hits(self, request: int, hits: list[Hit]) -> None:
        if request == self._asked and self.isVisible():
            self._found = [hit for hit in hits if hit.row.type]
            self._fill()
            words = ngettext("{n} record found", "{n} records found", len(self._found))
            announce(self.list, words.format(n=number(len(self._found))))

    def _fill(self) -> None:
        types = RecordTypes.load()
        self.list.clear()
        groups: dict[str, list[Hit]] = {}
        for hit in self._found:
            groups.setdefault(hit.row.type, []).append(hit)
        for kind, hits in groups.items():
            known = types.get(kind)
            self._append(Entry("", known.plural if known else type_label(hits[0].row)))
            for hit in hits[:MOST_OF_A_TYPE]:
                run = _emitting(self, hit.row)
                self._append(Entry(known.icon if known else "file-text", row_title(hit.row), _aside(hit, known), run))
        matching = [command for command in self._commands.matching(self._box.text()) if command.key != "bar"]
        if groups and matching:
            self._append(Entry("", _("Commands")))
        for command in matching:  # but for the one that opened this
            run = _running(self._commands, command.key)
            self._append(Entry(command.icon, command.text(), keys_text(command.keys[:1]), run))
        self.list.setCurrentRow(self._entry_from(0, 1) if self.list.count() else -1)
        nothing = self.list.count() == 0
        self.note.setText(_("Neither a command nor a record matches.") if nothing else _("Enter opens · Esc closes"))
        if self.isVisible():
            self._place()

    def _append(self, entry: Entry) -> None:
        item = QListWidgetItem()
        item.setData(_ENTRY, entry)
        spoken = strip_isolates(f"{entry.text}, {entry.aside}" if entry.aside else entry.text)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
        if entry.run is None:
            item.setFlags(Qt.ItemFlag.NoItemFlags)
        self.list.addItem(item)

    def _place(self) -> None:
        theme = current_theme()
        window = self._window
        corner = self._box.mapTo(window, QPoint(0, self._box.height() + theme.px(4)))
        rows = min(max(self.list.count(), 1), 12)
        height = rows * theme.px(38) + self.note.heightForWidth(self._box.width()) + theme.px(28)
        room = window.height() - corner.y() - theme.px(20)
        self.setGeometry(corner.x(), corner.y(), self._box.width(), min(height, room))

    def _space(self) -> None:
        theme = current_theme()
        self._column.setContentsMargins(1, theme.px(6), 1, theme.px(8))
        self._column.setSpacing(theme.px(4))
        self.note.setContentsMargins(theme.px(14), 0, theme.px(14), 0)
        if self.isVisible():
            self._place()


def _running(commands: Commands, key: str) -> Callable[[], object]:
    return lambda: commands.run(key)


def _emitting(bar: CommandBar, row: ListRow) -> Callable[[], object]:
    return lambda: bar.record_chosen.emit(row.id, row.type)


def _aside(hit: Hit, known: RecordType | None) -> str:
    """Why a record was found, its reference and its marking."""
    row = hit.row
    field = known.get(hit.field) if known and hit.field else None
    reason = ""
    if field is not None and field.role not in ("title", "reference"):
        said = one_line(hit.excerpt, 160)
        reason = _("{field}: {value}").format(field=field.label, value=ltr(said) if field.verbatim else isolate(said))
    reference = ltr(one_line(row.reference, 40)) if row.reference else ""
    merged = _("merged") if hit.stands else ""
    marking = ltr(neutralise(" ".join((row.tlp, *row.handling))).strip())
    return "  ".join(part for part in (reason, merged, reference, marking) if part)
