"""How a timeline looks: lanes with their marks, axis, what is folded, today, and the overview with its window."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from desktop.ui.count_text import count_text
from desktop.ui.icons import icon_pixmap
from desktop.ui.kit.painting import CENTER, LEADING
from desktop.ui.theme import Theme
from desktop.ui.timeline.lanes import TRACKS, Item, Lane
from desktop.ui.timeline.scale import Fold, Mark
from i18n import _
from i18n.formats import axis_text

OVERVIEW, LANE, AXIS, NAMES, TRACK = 48, 52, 36, 166, 13  # pixels at 100 %
DOT = 8  # diameter of a mark
BARS = 56  # of the overview
_COUNTED = 4  # records of one mark from which their number is written on it


@dataclass(slots=True)
class Geometry:
    """Where things are, in pixels. Time runs from left to right, or from right to left where the language does."""

    width: int
    height: int
    theme: Theme
    rtl: bool = False
    left: float = 0.0  # place on the axis at the beginning of the view
    length: float = 1.0  # of the axis that is in view
    scroll: int = 0  # pixels that the lanes are moved upwards

    @property
    def names(self) -> int:
        """Width of the lanes' names."""
        return min(self.theme.px(NAMES), self.width // 3)

    @property
    def room(self) -> float:
        """Width of the marks' area."""
        return max(1.0, self.width - self.names)

    @property
    def top(self) -> int:
        """Where the lanes begin."""
        return self.theme.px(OVERVIEW + 10)

    @property
    def bottom(self) -> int:
        """Where the lanes end and the axis begins."""
        return self.height - self.theme.px(AXIS)

    @property
    def pixel(self) -> float:
        """Length of the axis that a pixel is wide."""
        return self.length / self.room

    def x(self, place: float) -> float:
        """The pixel of a place on the axis."""
        along = self.names + (place - self.left) / self.pixel
        return self.width - along if self.rtl else along

    def place(self, x: float) -> float:
        """The place on the axis under a pixel."""
        along = self.width - x if self.rtl else x
        return self.left + (along - self.names) * self.pixel

    def mirrored(self, rect: QRectF) -> QRectF:
        """A rectangle given for left to right."""
        if not self.rtl:
            return rect
        return QRectF(self.width - rect.right(), rect.top(), rect.width(), rect.height())

    def area(self) -> QRectF:
        """Where marks are painted."""
        return self.mirrored(QRectF(self.names, 0, self.room, self.height))

    def lane_y(self, number: int) -> int:
        """Upper edge of a lane."""
        return self.top + number * self.theme.px(LANE) - self.scroll

    def track_y(self, lane: int, track: int) -> float:
        """Middle of a track."""
        return self.lane_y(lane) + self.theme.px(TRACK) * (track + 1)


@dataclass(slots=True)
class Drawn:
    """The marks of a lane in the order of their left edges, and those edges."""

    lane: Lane
    items: list[Item]
    edges: list[float] = field(default_factory=list)
    widest: float = 0.0

    def __post_init__(self) -> None:
        self.items.sort(key=lambda item: item.left)
        self.edges = [item.left for item in self.items]
        self.widest = max((item.right - item.left for item in self.items), default=0.0)

    def between(self, left: float, right: float) -> list[Item]:
        """The marks that touch a stretch of the axis."""
        first = bisect_left(self.edges, left - self.widest)
        last = bisect_left(self.edges, right)
        return [item for item in self.items[first:last] if item.right >= left]


def paint_axis(painter: QPainter, at: Geometry, marks: Sequence[Mark], end: float) -> None:
    """Paint lines between units, and what each is called in the middle of it, as far as there is room."""
    theme = at.theme
    painter.setFont(theme.font("caption"))
    metrics = theme.metrics("caption")
    painter.setPen(QPen(theme.color("border"), 1))
    painter.drawLines([QLineF(at.x(mark.at), at.top, at.x(mark.at), at.bottom) for mark in marks])
    painter.setPen(theme.color("text2"))
    reached = None
    ends = [max(mark.at, at.left) for mark in marks] + [end]
    for mark, (begin, after) in zip(marks, pairwise(ends), strict=True):
        text = axis_text(mark.when, mark.unit)
        width = metrics.horizontalAdvance(text)
        cell = abs(at.x(after) - at.x(begin))
        if cell < width and mark.at < at.left:
            continue
        middle = at.x(begin) + (at.x(after) - at.x(begin)) / 2 if cell >= width else at.x(begin)
        box = QRectF(middle - width / 2, at.bottom, width, at.height - at.bottom).adjusted(-2, 0, 2, 0)
        if reached is None or not box.adjusted(-6, 0, 6, 0).intersects(reached):
            painter.drawText(box, CENTER, text)
            reached = box


def paint_folds(painter: QPainter, at: Geometry, folds: Sequence[Fold]) -> None:
    """Paint what is folded as a hatched strip."""
    theme = at.theme
    painter.setPen(Qt.PenStyle.NoPen)
    for fold in folds:
        ends = sorted((at.x(fold.left), at.x(fold.right)))
        box = QRectF(ends[0], at.top, max(ends[1] - ends[0], 2.0), at.bottom - at.top)
        painter.fillRect(box, theme.color("sunken"))
        painter.setBrush(QBrush(theme.color("border_strong"), Qt.BrushStyle.BDiagPattern))
        painter.drawRect(box)


def paint_lanes(
    painter: QPainter, at: Geometry, drawn: Sequence[Drawn], chosen: frozenset[int], current: Item | None
) -> None:
    """Paint the marks of the lanes in view."""
    theme = at.theme
    for row, lane in enumerate(drawn):
        y = at.lane_y(row)
        if y > at.bottom or y + theme.px(LANE) < at.top:
            continue
        painter.setPen(QPen(theme.color("border"), 1))
        painter.drawLine(QLineF(0, y, at.width, y))
        _paint_items(painter, at, row, lane, chosen, current)


def paint_names(painter: QPainter, at: Geometry, drawn: Sequence[Drawn]) -> None:
    """Paint icon and name of the lanes in view over what runs under them."""
    theme = at.theme
    side = theme.px(18)
    metrics = theme.metrics("caption", 500)
    painter.fillRect(at.mirrored(QRectF(0, 0, at.names, at.height)), theme.color("surface"))
    painter.setFont(theme.font("caption", 500))
    painter.setPen(QPen(theme.color("border"), 1))
    painter.drawLine(QLineF(at.x(at.left), at.top, at.x(at.left), at.bottom))
    for row, lane in enumerate(drawn):
        y = at.lane_y(row)
        if y > at.bottom or y + theme.px(LANE) < at.top:
            continue
        painter.setPen(QPen(theme.color("border"), 1))
        painter.drawLine(
            at.mirrored(QRectF(0, y, at.names, 0)).topLeft(), at.mirrored(QRectF(0, y, at.names, 0)).topRight()
        )
        middle = y + theme.px(LANE) / 2
        box = at.mirrored(QRectF(theme.px(14), middle - side / 2, side, side))
        painter.drawPixmap(box.topLeft(), icon_pixmap(lane.lane.icon, theme.color(lane.lane.color), side))
        words = at.mirrored(QRectF(theme.px(40), y, at.names - theme.px(46), theme.px(LANE)))
        painter.setPen(theme.color("text"))
        text = metrics.elidedText(lane.lane.title, Qt.TextElideMode.ElideRight, int(words.width()))
        painter.drawText(words, LEADING, text)


def paint_today(painter: QPainter, at: Geometry, place: float) -> None:
    """Paint the line of this moment with its word, if it is in view."""
    theme = at.theme
    if not at.left <= place <= at.left + at.length:
        return
    x = at.x(place)
    painter.setPen(QPen(theme.color("bad"), 1.5))
    painter.drawLine(QLineF(x, at.top - theme.px(6), x, at.bottom))
    painter.setFont(theme.font("caption", 600))
    text = _("Today")
    width = theme.metrics("caption", 600).horizontalAdvance(text) + theme.px(8)
    area = at.area()
    box = QRectF(min(max(x - width / 2, area.left()), area.right() - width), at.top - theme.px(22), width, theme.px(18))
    ground = QColor(theme.color("surface"))
    ground.setAlphaF(0.85)
    painter.fillRect(box, ground)
    painter.drawText(box, CENTER, text)


def paint_overview(painter: QPainter, at: Geometry, bars: Sequence[int], window: QRectF) -> None:
    """Paint how many records there are at each time, and the window over what is in view."""
    theme = at.theme
    most, area = max(bars, default=0), at.area()
    high = theme.px(OVERVIEW - 12)
    wide = area.width() / max(1, len(bars))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("link" if theme.scheme == "contrast" else "primary_soft"))
    for number_of, count in enumerate(bars):
        if count:
            tall = max(theme.px(3), high * count / most)
            left = number_of * wide
            box = QRectF(
                area.right() - left - wide if at.rtl else area.left() + left, theme.px(46) - tall, wide - 2, tall
            )
            painter.drawRect(box)
    ground = QColor(theme.color("link"))
    ground.setAlphaF(0.10)
    painter.setBrush(ground)
    painter.setPen(QPen(theme.color("link"), 1.5))
    painter.drawRoundedRect(window, theme.px(4), theme.px(4))


def _paint_items(
    painter: QPainter, at: Geometry, row: int, lane: Drawn, chosen: frozenset[int], current: Item | None
) -> None:
    theme = at.theme
    color, soft = QColor(theme.color(lane.lane.color)), QColor(theme.color(lane.lane.color))
    soft.setAlphaF(0.35)
    if theme.scheme != "contrast":
        color.setAlphaF(0.85)
    thin, half = theme.px(DOT), theme.px(DOT) / 2
    # A thousand marks are a thousand turns of this loop: what Geometry says is worked out once.
    ys = [at.track_y(row, track) - half for track in range(TRACKS)]
    factor, begin = (-1 if at.rtl else 1) / at.pixel, at.x(0.0)
    far = at.width + 50.0
    marked, counted = [], []
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    for item in lane.between(at.left, at.left + at.length):
        left, right = begin + item.left * factor, begin + item.right * factor
        if right < left:
            left, right = right, left
        left, right = max(left, -50.0), min(right, far)
        box = QRectF(left, ys[item.track], max(right - left, thin), thin)
        if item.vague:
            painter.setBrush(soft)
            painter.drawRoundedRect(box, half, half)
            painter.setBrush(color)
        else:
            painter.drawRoundedRect(box, half, half)
        if (chosen and not chosen.isdisjoint(item.records)) or item is current:
            marked.append((box, item is current))
        if len(item.records) >= _COUNTED:
            counted.append((item.track, box.center(), len(item.records)))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for box, is_current in marked:
        painter.setPen(QPen(theme.color("focus" if is_current else "text"), 2))
        painter.drawRoundedRect(box.adjusted(-3, -3, 3, 3), thin, thin)
    _paint_counts(painter, at, counted, theme.color(lane.lane.color))


def _paint_counts(painter: QPainter, at: Geometry, counted: list[tuple[int, QPointF, int]], color: QColor) -> None:
    """How many records are one mark, where the number has room after the one before it."""
    theme = at.theme
    metrics = theme.metrics("caption", 600)
    painter.setFont(theme.font("caption", 600))
    painter.setBrush(color)
    high, round_, edge = theme.px(14), theme.px(7), theme.px(8)
    reached = [float("-inf")] * TRACKS
    for track, middle, count in sorted(counted, key=lambda each: each[1].x()):
        text = count_text(count)
        width = metrics.horizontalAdvance(text) + edge
        box = QRectF(middle.x() - width / 2, middle.y() - high / 2, width, high)
        if box.left() < reached[track]:
            continue
        reached[track] = box.right() + 2
        painter.setPen(QPen(theme.color("surface"), 1))
        painter.drawRoundedRect(box, round_, round_)
        painter.drawText(box, CENTER, text)


def item_rect(at: Geometry, lane: int, item: Item) -> QRect:
    """Where a mark is, as large as a target has to be."""
    ends = sorted((at.x(item.left), at.x(item.right)))
    least = at.theme.px(12)
    middle, half = (ends[0] + ends[1]) / 2, max((ends[1] - ends[0]) / 2, least)
    y = at.track_y(lane, item.track)
    high = at.theme.px(TRACK)
    return QRectF(middle - half, y - high / 2, 2 * half, high).toRect()
