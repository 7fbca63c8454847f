"""Paints a row of a list of records: reference, countries and time; title; state, marking and due date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, NamedTuple

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.casework.views import ListRow
from desktop.ui.icons import icon_pixmap
from desktop.ui.kit.painting import (
    LEADING,
    TRAILING,
    PillLook,
    elide_code,
    elide_data,
    handling_look,
    paint_pill,
    paint_ring,
    pill_height,
    pill_width,
    tlp_look,
    tone_look,
)
from desktop.ui.row_words import Mark, conflict_mark, due_mark, priority_mark, status_mark, type_label
from desktop.ui.theme import Theme, current_theme
from i18n import Locale, current
from i18n.bidi import ltr, one_line
from i18n.formats import relative_time, short_date

# The model answers a ListRow under this role.
ROW_ROLE: Final = Qt.ItemDataRole.UserRole + 1
_CACHED_ROWS: Final = 600


class _Words(NamedTuple):
    rect: QRect
    flags: int
    font: QFont
    color: QColor
    text: str


class _Badge(NamedTuple):
    text: str
    look: PillLook
    width: int


class _Face(NamedTuple):
    """A row laid out for one width and direction, relative to its own corner."""

    row: ListRow
    words: tuple[_Words, ...]
    badges: tuple[tuple[QRect, _Badge], ...]
    pixmaps: tuple[tuple[QPoint, QPixmap], ...]


class RowDelegate(QStyledItemDelegate):
    """Paints ListRow objects in the two lines and a row of badges of the design, mirrored in right-to-left.

    A row is laid out once for a width, language, theme and minute; painting it again only draws. `now` gives the
    present for relative times (tests give a fixed one).
    """

    def __init__(self, parent: QObject | None = None, now: Callable[[], datetime] | None = None) -> None:
        super().__init__(parent)
        self._now = now or _utc_now
        self._faces: dict[str, _Face] = {}
        self._stamp: tuple[Theme, Locale, int, Qt.LayoutDirection, int] | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """The height of every row at the text scale."""
        return QSize(0, current_theme().control("row"))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one row."""
        row = index.data(ROW_ROLE)
        if isinstance(row, ListRow):
            self.paint_row(painter, row, option.rect, option.direction, option.state)

    def paint_row(
        self, painter: QPainter, row: ListRow, rect: QRect, direction: Qt.LayoutDirection, state: QStyle.StateFlag
    ) -> None:
        """Paint a row in a rectangle; `state` says whether it is selected, under the pointer or focused."""
        theme = current_theme()
        face = self._face(row, rect.size(), direction, theme)
        painter.save()
        painter.setLayoutDirection(direction)
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
            painter.drawText(words.rect, words.flags, words.text)
        for place, badge in face.badges:
            paint_pill(painter, place, badge.text, badge.look, theme)
        for spot, pixmap in face.pixmaps:
            painter.drawPixmap(spot, pixmap)
        keyboard = QStyle.StateFlag.State_HasFocus | QStyle.StateFlag.State_KeyboardFocusChange
        if (state & keyboard) == keyboard:
            paint_ring(painter, box, theme.color("focus"), theme.px(4), theme)
        painter.restore()

    def _face(self, row: ListRow, size: QSize, direction: Qt.LayoutDirection, theme: Theme) -> _Face:
        now = self._now()
        stamp = (theme, current(), size.width(), direction, int(now.timestamp() // 60))
        if stamp != self._stamp or len(self._faces) > _CACHED_ROWS:
            self._faces.clear()
            self._stamp = stamp
        face = self._faces.get(row.id)
        if face is None or (face.row is not row and face.row != row):
            face = self._faces[row.id] = _lay_out(row, size, direction, theme, now)
        return face


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _lay_out(row: ListRow, size: QSize, direction: Qt.LayoutDirection, theme: Theme, now: datetime) -> _Face:
    box = QRect(QPoint(0, 0), size)
    left, right = theme.px(18), size.width() - theme.px(14)
    words: list[_Words] = []
    pixmaps: list[tuple[QPoint, QPixmap]] = []

    def put(rect: QRect, flags: int, role: str, weight: int, color: QColor, text: str) -> None:
        place = QStyle.visualRect(direction, box, rect)
        words.append(_Words(place, flags, theme.font(role, weight), color, text))

    def put_icon(name: str, color: QColor, rect: QRect) -> None:
        rtl = direction == Qt.LayoutDirection.RightToLeft
        place = QStyle.visualRect(direction, box, rect)
        pixmaps.append((place.topLeft(), icon_pixmap(name, color, rect.width(), rtl=rtl)))

    # First line: reference, countries, time.
    bold, plain = theme.metrics("caption", 600), theme.metrics("caption", 400)
    top, height = theme.px(12), theme.px(20)
    ago = relative_time(row.updated_ms, now) if row.updated_ms else ""
    room = right - left
    ago_width = min(plain.horizontalAdvance(ago) + 2, room // 2)
    put(QRect(right - ago_width, top, ago_width, height), TRAILING, "caption", 400, theme.color("text2"), ago)
    if row.unsent:
        side = theme.px(14)
        ago_width += side + theme.px(6)
        put_icon(
            "cloud-upload", theme.color("offline"), QRect(right - ago_width, top + (height - side) // 2, side, side)
        )
    room -= ago_width + theme.px(10)
    first = elide_code(row.reference, bold, room) if row.reference else type_label(row)
    first_width = bold.horizontalAdvance(first) + 2
    put(QRect(left, top, first_width, height), LEADING, "caption", 600, theme.color("text2"), first)
    column = max(first_width + theme.px(16), theme.px(118))
    beside = " · ".join(row.countries) if row.countries else one_line(row.subtitle)
    if beside and room - column > theme.px(24):
        text = (elide_code if row.countries else elide_data)(beside, plain, room - column)
        put(QRect(left + column, top, room - column, height), LEADING, "caption", 400, theme.color("text2"), text)
    # Second line: the title.
    title = elide_data(one_line(row.title, 300) or "—", theme.metrics("body", 600), right - left)
    put(QRect(left, theme.px(32), right - left, theme.px(22)), LEADING, "body", 600, theme.color("text"), title)
    # Third line: badges, and the due date at the end.
    badges, due, due_width = _third_line(row, right - left, theme, now)
    tall = pill_height(theme)
    middle = theme.px(58) + theme.px(24) // 2
    places: list[tuple[QRect, _Badge]] = []
    edge = left
    for badge in badges:
        place = QRect(edge, middle - tall // 2, badge.width, tall)
        places.append((QStyle.visualRect(direction, box, place), badge))
        edge += badge.width + theme.px(8)
    if due is not None:
        color = theme.tone(due.tone)[0] if due.tone else theme.color("text2")
        rect = QRect(right - due_width, middle - tall // 2, due_width, tall)
        put(rect, TRAILING, "caption", 600 if due.tone else 400, color, due.text)
    return _Face(row, tuple(words), tuple(places), tuple(pixmaps))


def _third_line(row: ListRow, room: int, theme: Theme, now: datetime) -> tuple[list[_Badge], Mark | None, int]:
    """Choose what fits: the marking always, then the due date, the state, the precedence."""
    gap = theme.px(8)

    def pill(mark: Mark | None) -> _Badge | None:
        look = tone_look(theme, mark.tone if mark else "neutral")
        return _Badge(mark.text, look, pill_width(theme, mark.text, look)) if mark else None

    marking: list[_Badge] = []
    for text, look in (
        (ltr(row.tlp), tlp_look(theme, row.tlp)),
        (ltr(" ".join(row.handling)), handling_look(theme)),
    ):
        if text:
            marking.append(_Badge(text, look, pill_width(theme, text, look)))
    state, status = pill(conflict_mark(row)), pill(status_mark(row))
    if state is None:
        state, status = status, None
    free = room - sum(badge.width + gap for badge in marking)
    due = due_mark(row, now)
    due_width = _due_width(due, theme)
    wanted = state.width + gap if state else 0
    if due is not None and free - due_width < wanted:
        # The date alone says less, but all of it is there; the accessible text keeps the sentence.
        due = Mark(short_date(row.due, now), due.tone)
        due_width = _due_width(due, theme)
        if free - due_width < theme.px(60):
            due, due_width = None, 0
    free -= due_width
    if state is not None:
        width = min(state.width, free - gap)
        state = state._replace(width=width) if width >= theme.px(48) else None
        free -= width + gap
    more: list[_Badge] = []
    for extra in (pill(priority_mark(row)), status):
        if extra is not None and extra.width + gap <= free:
            more.append(extra)
            free -= extra.width + gap
    return [*([state] if state else []), *marking, *more], due, due_width


def _due_width(due: Mark | None, theme: Theme) -> int:
    if due is None:
        return 0
    return theme.metrics("caption", 600 if due.tone else 400).horizontalAdvance(due.text) + 2
