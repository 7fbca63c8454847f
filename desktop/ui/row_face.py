"""Where everything in a list row goes, for one width, direction and theme: laid out once, drawn many times."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPixmap, QStaticText, QTextOption, QTransform
from PySide6.QtWidgets import QStyle

from desktop.casework.views import ListRow
from desktop.ui.icons import icon_pixmap
from desktop.ui.kit.painting import (
    PillLook,
    elide_code,
    elide_data,
    handling_look,
    paint_pill,
    pill_height,
    pill_width,
    tlp_look,
    tone_look,
)
from desktop.ui.row_words import Mark, conflict_mark, due_day, due_mark, priority_mark, status_mark, type_label
from desktop.ui.theme import Theme
from i18n import _
from i18n.bidi import ltr, one_line
from i18n.formats import relative_time


class Words(NamedTuple):
    """Shaped text at its place."""

    corner: QPointF
    font: QFont
    color: QColor
    text: QStaticText


class Badge(NamedTuple):
    """A pill with its width in pixels."""

    text: str
    look: PillLook
    width: int


class Face(NamedTuple):
    """A row laid out, relative to its own corner."""

    row: ListRow
    words: tuple[Words, ...]
    pixmaps: tuple[tuple[QPoint, QPixmap], ...]


class _Pen:
    """Collects what a row shows, mirroring every place for right-to-left."""

    def __init__(self, size: QSize, direction: Qt.LayoutDirection, theme: Theme, ratio: float) -> None:
        self.box = QRect(QPoint(0, 0), size)
        self.direction = direction
        self.theme = theme
        self.ratio = ratio
        self.words: list[Words] = []
        self.pixmaps: list[tuple[QPoint, QPixmap]] = []
        self._option = QTextOption()
        self._option.setTextDirection(direction)
        self._option.setWrapMode(QTextOption.WrapMode.NoWrap)

    def write(self, rect: QRect, role: str, color: QColor, text: str, *, trailing: bool = False) -> None:
        """Put a line of text in a rectangle given for left-to-right; `role` may name a weight: "caption 600"."""
        name, _, weight = role.partition(" ")
        font = self.theme.font(name, int(weight))
        shaped = QStaticText(text)
        shaped.setTextFormat(Qt.TextFormat.PlainText)
        shaped.setTextOption(self._option)
        shaped.prepare(QTransform(), font)
        place = QStyle.visualRect(self.direction, self.box, rect)
        size = shaped.size()
        at_right = trailing != (self.direction == Qt.LayoutDirection.RightToLeft)
        left = place.left() + (place.width() - size.width() if at_right else 0)
        self.words.append(Words(QPointF(left, place.top() + (place.height() - size.height()) / 2), font, color, shaped))

    def draw(self, rect: QRect, pixmap: QPixmap) -> None:
        """Put a pixmap in a rectangle given for left-to-right."""
        self.pixmaps.append((QStyle.visualRect(self.direction, self.box, rect).topLeft(), pixmap))


def lay_out(
    row: ListRow, size: QSize, direction: Qt.LayoutDirection, theme: Theme, now: datetime, ratio: float
) -> Face:
    """Lay a row out for a size, a direction and a device pixel ratio."""
    pen = _Pen(size, direction, theme, ratio)
    left, right = theme.px(18), size.width() - theme.px(14)
    room = right - left
    badges, due = choose_badges(row, room, theme, now)
    _first_line(pen, row, left, right, now, due_day(row, now) if due is None else None)
    words = _("Nothing of it is left") if row.recalled else one_line(row.title, 300) or type_label(row)
    title = elide_data(words, theme.metrics("body", 600), room)
    pen.write(QRect(left, theme.px(32), room, theme.px(22)), "body 600", theme.color("text"), title)
    _third_line(pen, left, right, badges, due)
    return Face(row, tuple(pen.words), tuple(pen.pixmaps))


def _first_line(pen: _Pen, row: ListRow, left: int, right: int, now: datetime, due: Mark | None) -> None:
    """Reference, countries and time; beside the time the due date that had no room beside the state."""
    theme = pen.theme
    bold, plain, ink = theme.metrics("caption", 600), theme.metrics("caption", 400), theme.color("text2")
    top, height = theme.px(12), theme.px(20)
    ago = relative_time(row.updated_ms, now) if row.updated_ms else ""
    taken = min(plain.horizontalAdvance(ago) + 2, (right - left) // 2)
    pen.write(QRect(right - taken, top, taken, height), "caption 400", ink, ago, trailing=True)
    for marked, name, color in ((row.unsent, "cloud-upload", "offline"), (row.until_ms > 0, "clock", "text2")):
        if marked:
            side = theme.px(14)
            taken += side + theme.px(6)
            mark = icon_pixmap(name, theme.color(color), side, ratio=pen.ratio)
            pen.draw(QRect(right - taken, top + (height - side) // 2, side, side), mark)
    first = one_line(row.reference) if row.reference else type_label(row)
    width = min(bold.horizontalAdvance(first) + 2, right - left - taken - theme.px(10))
    if due is not None and right - left - taken - _due_width(due, theme) - theme.px(24) >= width:
        taken += theme.px(12) + _due_width(due, theme)
        _write_due(pen, QRect(right - taken, top, _due_width(due, theme), height), due)
    room = right - left - taken - theme.px(10)
    shown = elide_code(row.reference, bold, room) if row.reference else first
    pen.write(QRect(left, top, width, height), "caption 600", ink, shown)
    column = max(width + theme.px(16), theme.px(118))
    beside = " · ".join(row.countries) if row.countries else one_line(row.subtitle)
    if beside and room - column > theme.px(24):
        text = (elide_code if row.countries else elide_data)(beside, plain, room - column)
        pen.write(QRect(left + column, top, room - column, height), "caption 400", ink, text)


def _write_due(pen: _Pen, rect: QRect, due: Mark) -> None:
    color = pen.theme.tone(due.tone)[0] if due.tone else pen.theme.color("text2")
    pen.write(rect, "caption 600" if due.tone else "caption 400", color, due.text, trailing=True)


def _third_line(pen: _Pen, left: int, right: int, badges: list[Badge], due: Mark | None) -> None:
    theme = pen.theme
    tall, middle = pill_height(theme), theme.px(70)
    for badge in badges:
        rect = QRect(left, middle - tall // 2, badge.width, tall)
        pen.draw(rect, _pill_pixmap(badge, tall, theme, pen.direction, pen.ratio))
        left += badge.width + theme.px(8)
    if due is not None:
        width = _due_width(due, theme)
        _write_due(pen, QRect(right - width, middle - tall // 2, width, tall), due)


def choose_badges(row: ListRow, room: int, theme: Theme, now: datetime) -> tuple[list[Badge], Mark | None]:
    """Choose what fits in `room` pixels: the marking always; then the state, the due date, the precedence.

    A due date gives way before a state is cut: it then stands in the row's first line, if there is room.

    A conflict stands in the place of the status, which follows when there is room for both.
    """
    gap = theme.px(8)
    marking = [
        Badge(text, look, pill_width(theme, text, look))
        for text, look in (
            (ltr(row.tlp), tlp_look(theme, row.tlp)),
            (ltr(" ".join(row.handling)), handling_look(theme)),
        )
        if text
    ]
    conflict, status = _pill(conflict_mark(row), theme), _pill(status_mark(row), theme)
    state, second = (conflict, status) if conflict else (status, None)
    free = room - sum(badge.width + gap for badge in marking)
    due = due_mark(row, now)
    wanted = state.width + gap if state else 0
    if due is not None and free - _due_width(due, theme) < wanted:
        # The date alone says less, but all of it is there; the accessible text keeps the sentence.
        due = due_day(row, now)
        if due is not None and free - _due_width(due, theme) < max(wanted, theme.px(60)):
            due = None
    free -= _due_width(due, theme) if due else 0
    first: list[Badge] = []
    if state is not None and free - gap >= theme.px(48):
        first.append(state._replace(width=min(state.width, free - gap)))
        free -= first[0].width + gap
    more: list[Badge] = []
    for extra in (_pill(priority_mark(row), theme), second):
        if extra is not None and extra.width + gap <= free:
            more.append(extra)
            free -= extra.width + gap
    return [*first, *marking, *more], due


def _pill(mark: Mark | None, theme: Theme) -> Badge | None:
    if mark is None:
        return None
    look = tone_look(theme, mark.tone)
    return Badge(mark.text, look, pill_width(theme, mark.text, look))


def _due_width(due: Mark, theme: Theme) -> int:
    return theme.metrics("caption", 600 if due.tone else 400).horizontalAdvance(due.text) + 2


class _PillKey(NamedTuple):
    text: str
    size: tuple[int, int]
    colors: tuple[str, str, str]
    dot: bool
    radius: float
    direction: Qt.LayoutDirection
    ratio: float


def _pill_pixmap(badge: Badge, height: int, theme: Theme, direction: Qt.LayoutDirection, ratio: float) -> QPixmap:
    look = badge.look
    border = look.border.name() if look.border is not None else ""
    colors = (look.text.name(), look.ground.name(), border)
    size = (badge.width, height)
    return _cached_pill(_PillKey(badge.text, size, colors, look.dot, look.radius, direction, ratio), theme)


@lru_cache(maxsize=256)
def _cached_pill(key: _PillKey, theme: Theme) -> QPixmap:
    width, height = key.size
    pixmap = QPixmap(round(width * key.ratio), round(height * key.ratio))
    pixmap.setDevicePixelRatio(key.ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setLayoutDirection(key.direction)
    ink, ground, border = key.colors
    look = PillLook(QColor(ink), QColor(ground), QColor(border) if border else None, key.dot, key.radius)
    paint_pill(painter, QRect(0, 0, width, height), key.text, look, theme)
    painter.end()
    return pixmap
