"""Paints a chart in one go: lines, then nodes, then words as far as they have room. The coarser the farther away.

Words keep their size whatever the zoom; where two would lie on each other, the node with more links keeps its own. What
is chosen or current always has its words. Below `_DOTS` pixels a node is a dot of the colour of its state.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap, QPolygonF, QStaticText, QTextOption, QTransform

from desktop.ui.chart.picture import EMPTY, Picture, Spot, Tie, more_words
from desktop.ui.chart.view_port import ViewPort
from desktop.ui.icons import icon_pixmap
from desktop.ui.kit.painting import elide_data
from desktop.ui.theme import Theme, current_theme
from i18n.bidi import strip_isolates

At = dict[str, tuple[float, float]]  # pixels of the nodes in view, the best linked ones first
Offset = tuple[float, float, float, float]  # of words from the middle of their node, and their size
RADIUS = 18  # pixels at 100 % and zoom 1
_SMALLEST, _LARGEST = 0.34, 1.35  # times that
_DOTS = 0.16  # zoom below which nodes are dots
_ARROWS, _LINE_WORDS = 0.4, 0.7  # zoom from which lines have tips, and words
_ALWAYS = 60  # nodes that stand out and have their words wherever they lie
_ALONG = (0.5, 0.4, 0.6, 0.33, 0.67)  # of a line, where its words may lie
_LEFT = 64  # cells left of the view that are kept account of
_FINE = 1_500  # lines that are smoothed
_WORDS = 130  # pixels at 100 %
_CODES = 220
_MOST_WORDS = 420  # labels in one frame
_CELL = 12  # pixels of the grid that labels take room in


@dataclass
class Lit:
    """What stands out in a frame."""

    chosen: frozenset[str] = frozenset()
    current: str = ""
    way: tuple[str, ...] = ()
    focused: bool = False
    hovered: str = ""
    line_words: bool = True


class ChartPainter:
    """Keeps what can be kept between frames; `forget` when the picture, the language or the theme is another."""

    def __init__(self) -> None:
        self.picture = EMPTY
        self._lines: list[QLineF] = []
        self._ties: dict[str, list[Tie]] = {}
        self._words: dict[tuple[str, str], QStaticText] = {}
        self._placed: dict[str, Offset] = {}
        self._placed_ties: list[tuple[Tie, Offset]] = []
        self._placed_for: tuple[object, ...] = ()

    def show(self, picture: Picture) -> None:
        """Take another picture, and make ready what every frame of it needs."""
        self.picture = picture
        self._placed_for = ()
        places = picture.places
        self._lines = [QLineF(*places[tie.one], *places[tie.other]) for tie in picture.ties]
        self._ties = {}
        for tie in picture.ties:
            self._ties.setdefault(tie.one, []).append(tie)
            self._ties.setdefault(tie.other, []).append(tie)

    def forget(self) -> None:
        """Shape all words anew."""
        self._words.clear()
        self._placed_for = ()

    def paint(self, painter: QPainter, port: ViewPort, lit: Lit) -> None:
        """Paint everything in view; the ground is the caller's."""
        theme = current_theme()
        ax, bx, ay, by = port.factors()
        edge = theme.px(90)
        left, right = sorted(((-edge - bx) / ax, (port.size.width() + edge - bx) / ax))
        top, bottom = (-edge - by) / ay, (port.size.height() + edge - by) / ay
        at = {
            node: (x * ax + bx, y * ay + by)
            for node, (x, y) in self.picture.places.items()
            if left < x < right and top < y < bottom
        }
        dots = port.zoom < _DOTS and len(at) > _MOST_WORDS // 2
        frames = self._frames(painter, port, theme)
        self._draw_lines(painter, at, port, lit, theme)
        if dots:
            self._dots(painter, at, lit, theme)
        else:
            self._nodes(painter, at, port.zoom, lit, theme)
        self._labels(painter, at, port.zoom, radius_of(port.zoom, theme) if not dots else theme.px(5), lit, theme)
        self._frame_words(painter, frames, theme)

    # lines

    def _draw_lines(self, painter: QPainter, at: At, port: ViewPort, lit: Lit, theme: Theme) -> None:
        ax, bx, ay, by = port.factors()
        painter.save()
        painter.setTransform(QTransform(ax, 0, 0, ay, bx, by), combine=True)
        fine = len(self._lines) <= _FINE
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, fine)
        painter.setPen(_thin(theme.color("border_strong"), 1))
        painter.drawLines(self._lines)
        places = self.picture.places
        steps = [
            QLineF(*places[one], *places[other]) for one, other in pairwise(lit.way) if {one, other} <= places.keys()
        ]
        if steps:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            painter.setPen(_thin(theme.color("primary"), theme.px(3)))
            painter.drawLines(steps)
        painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        if port.zoom < _ARROWS or len(at) > _MOST_WORDS:
            return
        both = {(tie.one, tie.other): tie for node in at for tie in self._ties.get(node, ())}
        seen = [tie for tie in both.values() if tie.one in at and tie.other in at]
        self._arrows(painter, seen, at, radius_of(port.zoom, theme), theme)

    def _arrows(self, painter: QPainter, ties: list[Tie], at: At, radius: float, theme: Theme) -> None:
        path = QPainterPath()
        size = theme.px(7)
        for tie in ties:
            for head, tail, wanted in ((tie.other, tie.one, tie.towards), (tie.one, tie.other, tie.back)):
                if wanted:
                    _arrow(path, at[tail], at[head], radius + theme.px(2), size)
        painter.fillPath(path, theme.color("border_strong"))

    def _place_line_words(self, at: At, taken: Taken, theme: Theme) -> list[tuple[Tie, Offset]]:
        """Where the words of lines lie, relative to one end: in the middle or nearby, where nothing else lies."""
        high = float(theme.metrics("caption").height())
        placed: list[tuple[Tie, Offset]] = []
        both = {(tie.one, tie.other): tie for node in at for tie in self._ties.get(node, ())}
        for tie in both.values():
            if not tie.label or tie.one not in at or tie.other not in at:
                continue
            (x1, y1), (x2, y2) = at[tie.one], at[tie.other]
            wide = min(self._shaped(tie.label, "caption 400", theme.px(_WORDS), theme).size().width(), theme.px(_WORDS))
            if abs(x2 - x1) + abs(y2 - y1) < wide + theme.px(60):
                continue
            for part in _ALONG:
                left, top = x1 + (x2 - x1) * part - wide / 2, y1 + (y2 - y1) * part - high / 2
                if taken.is_free(left, top, wide, high):
                    taken.take(left, top, wide, high)
                    placed.append((tie, (left - x1, top - y1, wide, high)))
                    break
        return placed

    def _line_words(self, painter: QPainter, at: At, theme: Theme) -> None:
        painter.setFont(theme.font("caption"))
        painter.setPen(theme.color("text2"))
        for tie, (dx, dy, wide, high) in self._placed_ties:
            x, y = at[tie.one]
            painter.fillRect(QRectF(x + dx - 3, y + dy, wide + 6, high), theme.color("surface"))
            words = self._shaped(tie.label, "caption 400", theme.px(_WORDS), theme)
            painter.drawStaticText(QPointF(x + dx, y + dy), words)

    # nodes

    def _frames(self, painter: QPainter, port: ViewPort, theme: Theme) -> list[tuple[QRectF, str]]:
        boxes: list[tuple[QRectF, str]] = []
        places = self.picture.places
        for frame in self.picture.frames:
            points = [port.to_pixel(places[member]) for member in frame.group.members if member in places]
            if not points:
                continue
            side = theme.px(56)
            xs, ys = [x for x, _ in points], [y for _, y in points]
            box = QRectF(QPointF(min(xs) - side, min(ys) - side), QPointF(max(xs) + side, max(ys) + side))
            painter.setBrush(theme.color("violet_soft"))
            painter.setPen(QPen(theme.color("violet"), 1, Qt.PenStyle.DashLine))
            painter.drawRoundedRect(box, theme.px(10), theme.px(10))
            boxes.append((box, frame.label))
        return boxes

    def _frame_words(self, painter: QPainter, boxes: list[tuple[QRectF, str]], theme: Theme) -> None:
        """The names of groups, over everything else."""
        painter.setFont(theme.font("caption", 600))
        for box, label in boxes:
            words = self._shaped(label, "caption 600", max(theme.px(60), int(box.width()) - theme.px(24)), theme)
            size = words.size()
            place = QRectF(
                box.center().x() - size.width() / 2, box.top() - size.height() / 2, size.width(), size.height()
            )
            painter.fillRect(place.adjusted(-theme.px(8), 0, theme.px(8), 0), theme.color("violet_soft"))
            painter.setPen(theme.color("violet"))
            painter.drawStaticText(place.topLeft(), words)

    def _dots(self, painter: QPainter, at: At, lit: Lit, theme: Theme) -> None:
        spots, chosen, ratio = self.picture.spots, lit.chosen, painter.device().devicePixelRatio()
        draw, half = painter.drawPixmap, theme.px(8) // 2
        dots = {tone: _dot(tone, theme, ratio) for tone in {spots[node].tone for node in at}}
        for node, (x, y) in at.items():
            draw(int(x) - half, int(y) - half, dots[spots[node].tone])
        marked, half = _dot("primary", theme, ratio), theme.px(12) // 2
        for node in (*chosen, lit.current if lit.focused else ""):
            if node in at:
                draw(int(at[node][0]) - half, int(at[node][1]) - half, marked)

    def _nodes(self, painter: QPainter, at: At, zoom: float, lit: Lit, theme: Theme) -> None:
        radius = radius_of(zoom, theme)
        ratio = painter.device().devicePixelRatio()
        spots, chosen, way = self.picture.spots, lit.chosen, frozenset(lit.way)
        faces: dict[tuple[str, str, str, bool, bool], tuple[QPixmap, float]] = {}
        for node, (x, y) in reversed(at.items()):
            spot = spots[node]
            state = "chosen" if node in chosen else "way" if node in way else "plain"
            key = (spot.icon, state, spot.tone, spot.missing, spot.pinned)
            face = faces.get(key)
            if face is None:
                pixmap = _face(Face(*key, round(radius), ratio), theme)
                face = faces[key] = (pixmap, pixmap.width() / ratio / 2)
            painter.drawPixmap(QPointF(x - face[1], y - face[1]), face[0])
            if spot.more and zoom >= 0.3:
                self._badge(painter, x, y, radius, spot, theme)
        if lit.focused and lit.current in at:
            x, y = at[lit.current]
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("focus"), theme.control("ring")))
            painter.drawEllipse(QPointF(x, y), radius + theme.px(5), radius + theme.px(5))

    def _badge(self, painter: QPainter, x: float, y: float, radius: float, spot: Spot, theme: Theme) -> None:
        """How many neighbours are folded away, on the shoulder of the node."""
        words = self._shaped(f"+{spot.more}", "caption 600", theme.px(60), theme)
        size = words.size()
        box = QRectF(x + radius * 0.5, y - radius - size.height() * 0.6, size.width() + theme.px(10), size.height())
        painter.setPen(QPen(theme.color("surface"), 1))
        painter.setBrush(theme.color("primary"))
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        painter.setFont(theme.font("caption", 600))
        painter.setPen(theme.color("on_primary"))
        painter.drawStaticText(QPointF(box.left() + theme.px(5), box.top()), words)

    # words

    def _labels(self, painter: QPainter, at: At, zoom: float, radius: float, lit: Lit, theme: Theme) -> None:
        first = dict.fromkeys(node for node in (lit.current, lit.hovered, *lit.way, *lit.chosen) if node in at)
        first = dict.fromkeys(list(first)[:_ALWAYS])
        key = (zoom, radius, theme, tuple(first), tuple(at))
        if key != self._placed_for:
            taken = Taken(theme.px(_CELL))
            self._placed, self._placed_for = self._place(at, radius, first, taken, theme), key
            fine = lit.line_words and zoom >= _LINE_WORDS and len(at) <= _MOST_WORDS
            self._placed_ties = self._place_line_words(at, taken, theme) if fine else []
        self._line_words(painter, at, theme)
        for node, (dx, dy, wide, high) in self._placed.items():
            x, y = at[node]
            spot = self.picture.spots[node]
            words = self._shaped(spot.label, "caption 600", theme.px(_WORDS), theme)
            codes = self._shaped(spot.codes, "caption 400", theme.px(_CODES), theme) if spot.codes else None
            self._label(painter, QRectF(x + dx, y + dy, wide, high), words, codes, theme)

    def _place(self, at: At, radius: float, first: Collection[str], taken: Taken, theme: Theme) -> dict[str, Offset]:
        """Where the words of nodes lie, relative to each: kept while the same nodes are in view at the same zoom."""
        high, gap = theme.metrics("caption").height(), theme.px(3)
        few = len(at) <= _MOST_WORDS
        if few:
            for x, y in at.values():
                taken.take(x - radius, y - radius, 2 * radius, 2 * radius)
        placed: dict[str, Offset] = {}
        for node in list(dict.fromkeys([*first, *at]))[: _MOST_WORDS if few else _MOST_WORDS // 4]:
            spot = self.picture.spots[node]
            x, y = at[node]
            wide = self._shaped(spot.label, "caption 600", theme.px(_WORDS), theme).size().width()
            if spot.codes:
                wide = max(wide, self._shaped(spot.codes, "caption 400", theme.px(_CODES), theme).size().width())
            box = taken.room_for(x, y, radius + gap, wide, high * (2 if spot.codes else 1), always=node in first)
            if box is not None:
                placed[node] = (box.left() - x, box.top() - y, box.width(), box.height())
        return placed

    def _label(
        self, painter: QPainter, box: QRectF, words: QStaticText, codes: QStaticText | None, theme: Theme
    ) -> None:
        ground = QColor(theme.color("surface"))
        ground.setAlpha(225)
        painter.fillRect(box.adjusted(-2, 0, 2, 0), ground)
        painter.setFont(theme.font("caption", 600))
        painter.setPen(theme.color("text"))
        painter.drawStaticText(QPointF(box.center().x() - words.size().width() / 2, box.top()), words)
        if codes is not None:
            painter.setFont(theme.font("caption"))
            painter.setPen(theme.color("text2"))
            top = box.top() + theme.metrics("caption", 600).height()
            painter.drawStaticText(QPointF(box.center().x() - codes.size().width() / 2, top), codes)

    def _shaped(self, text: str, font: str, room: int, theme: Theme) -> QStaticText:
        key = (font, text)
        found = self._words.get(key)
        if found is None or found.size().width() > room + 1:
            role, _, weight = font.partition(" ")
            metrics = theme.metrics(role, int(weight))
            if metrics.horizontalAdvance(text) > room:
                text = elide_data(strip_isolates(text), metrics, room)
            found = QStaticText(text)
            found.setTextFormat(Qt.TextFormat.PlainText)
            option = QTextOption()
            option.setWrapMode(QTextOption.WrapMode.NoWrap)
            found.setTextOption(option)
            found.prepare(QTransform(), theme.font(role, int(weight)))
            self._words[key] = found
        return found

    def label_of(self, spot: Spot) -> str:
        """What a tool tip says of a node."""
        return "\n".join(part for part in (spot.label, spot.codes, more_words(spot.more) if spot.more else "") if part)


def radius_of(zoom: float, theme: Theme) -> float:
    """Pixels of a node's radius at a zoom."""
    return theme.px(RADIUS) * min(_LARGEST, max(_SMALLEST, zoom))


def paint_ground(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    """The sheet that a chart stands on."""
    painter.fillRect(rect, theme.color("surface"))


def _thin(color: QColor, width: int) -> QPen:
    """A pen whose width is in pixels whatever the zoom."""
    pen = QPen(color, width)
    pen.setCosmetic(True)
    return pen


@lru_cache(maxsize=64)
def _dot(tone: str, theme: Theme, ratio: float) -> QPixmap:
    """A node seen from afar."""
    side = theme.px(12 if tone == "primary" else 8)
    pixmap = QPixmap(round(side * ratio), round(side * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.color("surface"), 1))
    painter.setBrush(theme.color("primary") if tone == "primary" else theme.tone(tone or "neutral")[0])
    painter.drawEllipse(QRectF(0.5, 0.5, side - 1, side - 1))
    painter.end()
    return pixmap


class Face(NamedTuple):
    """What a node looks like, at a radius in pixels."""

    icon: str
    state: str  # plain, chosen, way
    tone: str
    missing: bool
    pinned: bool
    radius: int
    ratio: float


@lru_cache(maxsize=512)
def _face(face: Face, theme: Theme) -> QPixmap:
    """A node as a pixmap: a disc with its icon, ringed in its colour, dashed if it is not here, with a pin."""
    icon, state, tone, missing, pinned, radius, ratio = face
    side = 2 * radius + theme.px(8)
    pixmap = QPixmap(round(side * ratio), round(side * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    front, soft = theme.tone(tone) if tone else (theme.color("border_strong"), theme.color("surface"))
    ring, ground, width = front, soft, 1.4
    if state != "plain":
        ring, ground, width = theme.color("primary"), theme.color("sel"), 2.6
    elif tone:
        width = 2.0
    pen = QPen(ring, width * theme.scale)
    if missing:
        pen.setStyle(Qt.PenStyle.DashLine)
    painter.setPen(pen)
    painter.setBrush(ground)
    middle = QPointF(side / 2, side / 2)
    painter.drawEllipse(middle, radius, radius)
    inner = max(6, round(radius * 0.95))
    ink = theme.color("link" if state != "plain" else "text2")
    corner = QPointF(middle.x() - inner / 2, middle.y() - inner / 2)
    painter.drawPixmap(corner, icon_pixmap(icon, ink, inner, ratio=ratio))
    if pinned and radius > 8:
        painter.setPen(QPen(theme.color("surface"), 1))
        painter.setBrush(theme.color("gold"))
        painter.drawEllipse(QPointF(middle.x() - radius * 0.7, middle.y() - radius * 0.7), radius * 0.24, radius * 0.24)
    painter.end()
    return pixmap


def _arrow(
    path: QPainterPath, tail: tuple[float, float], head: tuple[float, float], radius: float, size: float
) -> None:
    """Add the tip of an arrow that ends at the rim of a node."""
    dx, dy = head[0] - tail[0], head[1] - tail[1]
    length = (dx * dx + dy * dy) ** 0.5
    if length < 2 * radius:
        return
    dx, dy = dx / length, dy / length
    tip = QPointF(head[0] - dx * radius, head[1] - dy * radius)
    back = QPointF(tip.x() - dx * size, tip.y() - dy * size)
    wing = size * 0.5
    path.addPolygon(
        QPolygonF(
            [
                tip,
                QPointF(back.x() - dy * wing, back.y() + dx * wing),
                QPointF(back.x() + dy * wing, back.y() - dx * wing),
            ]
        )
    )
    path.closeSubpath()


class Taken:
    """Which cells of the view words and nodes lie on: a row of bits for each row of cells."""

    def __init__(self, cell: int) -> None:
        self._cell = cell
        self._rows: dict[int, int] = {}

    def take(self, left: float, top: float, wide: float, high: float) -> None:
        """Lie there."""
        rows, mask = self._reach(left, top, wide, high)
        for row in rows:
            self._rows[row] = self._rows.get(row, 0) | mask

    def is_free(self, left: float, top: float, wide: float, high: float) -> bool:
        """Whether nothing lies there."""
        rows, mask = self._reach(left, top, wide, high)
        return not any(self._rows.get(row, 0) & mask for row in rows)

    def room_for(self, x: float, y: float, gap: float, wide: float, high: float, *, always: bool) -> QRectF | None:
        """Take room for the words of a node: below it, above it, at its sides; None if nowhere (`always`: below)."""
        cell = self._cell
        places = (
            (x - wide / 2, y + gap),
            (x - wide / 2, y - gap - high),
            (x + gap, y - high / 2),
            (x - gap - wide, y - high / 2),
        )
        for left, top in places:
            if self.is_free(left, top + cell, wide, high - 1.5 * cell):
                self.take(left, top, wide, high)
                return QRectF(left, top, wide, high)
        return QRectF(*places[0], wide, high) if always else None

    def _reach(self, left: float, top: float, wide: float, high: float) -> tuple[range, int]:
        """Rows, and the bits of the columns; columns begin far left of the view, so that none is below zero."""
        cell = self._cell
        first = max(0, int(left // cell) + _LEFT)
        count = int((left + wide) // cell) + _LEFT - first + 1
        return range(int(top // cell), int((top + high) // cell) + 1), ((1 << max(0, count)) - 1) << first


def nodes_in(rect: QRectF, at: dict[str, tuple[float, float]]) -> Collection[str]:
    """The nodes whose middle is inside a rectangle of pixels."""
    return [node for node, (x, y) in at.items() if rect.contains(x, y)]
