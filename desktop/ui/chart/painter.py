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

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap, QPolygonF, QStaticText, QTextOption, QTransform

from desktop.casework.graph import pair_of
from desktop.ui.chart.picture import EMPTY, Spot, Tie, more_words
from desktop.ui.chart.view_port import ViewPort
from desktop.ui.icons import icon_pixmap
from desktop.ui.kit.painting import elide_data
from desktop.ui.theme import Theme, current_theme
from i18n.bidi import strip_isolates

RADIUS = 18  # pixels at 100 % and zoom 1
_SMALLEST, _LARGEST = 0.34, 1.35  # times that
_DOTS = 0.16  # zoom below which nodes are dots
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


class ChartPainter:
    """Keeps what can be kept between frames; `forget` when the picture, the language or the theme is another."""

    def __init__(self) -> None:
        self.picture = EMPTY
        self._words: dict[tuple[str, str], QStaticText] = {}

    def forget(self) -> None:
        """Shape all words anew."""
        self._words.clear()

    def paint(self, painter: QPainter, port: ViewPort, lit: Lit) -> None:
        """Paint everything in view; the ground is the caller's."""
        theme = current_theme()
        ax, bx, ay, by = port.factors()
        at = {node: (x * ax + bx, y * ay + by) for node, (x, y) in self.picture.places.items()}
        edge = theme.px(90)
        wide, high = port.size.width() + edge, port.size.height() + edge
        inside = [node for node in self.picture.spots if -edge < at[node][0] < wide and -edge < at[node][1] < high]
        frames = self._frames(painter, at, theme)
        self._lines(painter, at, port, lit.way, theme)
        if port.zoom < _DOTS and len(inside) > _MOST_WORDS // 2:
            self._dots(painter, inside, at, lit, theme)
        else:
            self._nodes(painter, inside, at, port.zoom, lit, theme)
        self._labels(painter, inside, at, port, lit, theme)
        self._frame_words(painter, frames, theme)

    # lines

    def _lines(
        self, painter: QPainter, at: dict[str, tuple[float, float]], port: ViewPort, way: tuple[str, ...], theme: Theme
    ) -> None:
        ties, wide, high = self.picture.ties, port.size.width(), port.size.height()
        lines: list[QLineF] = []
        marked: list[QLineF] = []
        seen: list[Tie] = []
        steps = {pair_of(*pair) for pair in pairwise(way)}
        for tie in ties:
            (x1, y1), (x2, y2) = at[tie.one], at[tie.other]
            if (x1 < 0 and x2 < 0) or (y1 < 0 and y2 < 0) or (x1 > wide and x2 > wide) or (y1 > high and y2 > high):
                continue
            on_way = bool(steps) and (tie.one, tie.other) in steps
            (marked if on_way else lines).append(QLineF(x1, y1, x2, y2))
            seen.append(tie)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(seen) <= _FINE)
        painter.setPen(QPen(theme.color("border_strong"), 1))
        painter.drawLines(lines)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        if marked:
            painter.setPen(QPen(theme.color("primary"), theme.px(3)))
            painter.drawLines(marked)
        if port.zoom >= 0.4 and len(seen) <= _FINE:
            self._arrows(painter, seen, at, radius_of(port.zoom, theme), theme)
        if port.zoom >= 0.7 and len(seen) <= _MOST_WORDS:
            self._line_words(painter, seen, at, theme)

    def _arrows(
        self, painter: QPainter, ties: list[Tie], at: dict[str, tuple[float, float]], radius: float, theme: Theme
    ) -> None:
        path = QPainterPath()
        size = theme.px(7)
        for tie in ties:
            for head, tail, wanted in ((tie.other, tie.one, tie.towards), (tie.one, tie.other, tie.back)):
                if wanted:
                    _arrow(path, at[tail], at[head], radius + theme.px(2), size)
        painter.fillPath(path, theme.color("border_strong"))

    def _line_words(self, painter: QPainter, ties: list[Tie], at: dict[str, tuple[float, float]], theme: Theme) -> None:
        painter.setFont(theme.font("caption"))
        metrics = theme.metrics("caption")
        for tie in ties:
            (x1, y1), (x2, y2) = at[tie.one], at[tie.other]
            room = abs(x2 - x1) + abs(y2 - y1) - theme.px(90)
            if not tie.label or room < theme.px(50):
                continue
            words = self._shaped(tie.label, "caption 400", min(theme.px(_WORDS), int(room)), theme)
            size = words.size()
            corner = QPointF((x1 + x2) / 2 - size.width() / 2, (y1 + y2) / 2 - metrics.height() / 2)
            ground = QRectF(corner.x() - 3, corner.y(), size.width() + 6, size.height())
            painter.fillRect(ground, theme.color("surface"))
            painter.setPen(theme.color("text2"))
            painter.drawStaticText(corner, words)

    # nodes

    def _frames(self, painter: QPainter, at: dict[str, tuple[float, float]], theme: Theme) -> list[tuple[QRectF, str]]:
        boxes: list[tuple[QRectF, str]] = []
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for frame in self.picture.frames:
            points = [at[member] for member in frame.group.members if member in at]
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

    def _dots(
        self, painter: QPainter, nodes: list[str], at: dict[str, tuple[float, float]], lit: Lit, theme: Theme
    ) -> None:
        spots = self.picture.spots
        by_color: dict[str, list[QPointF]] = {}
        for node in nodes:
            tone = "primary" if node in lit.chosen else spots[node].tone or "neutral"
            x, y = at[node]
            by_color.setdefault(tone, []).append(QPointF(x, y))
        for tone, points in by_color.items():
            color = theme.color("primary") if tone == "primary" else theme.tone(tone)[0]
            painter.setPen(QPen(color, theme.px(9 if tone == "primary" else 6), c=Qt.PenCapStyle.RoundCap))
            painter.drawPoints(points)

    def _nodes(
        self,
        painter: QPainter,
        nodes: list[str],
        at: dict[str, tuple[float, float]],
        zoom: float,
        lit: Lit,
        theme: Theme,
    ) -> None:
        radius = radius_of(zoom, theme)
        ratio = painter.device().devicePixelRatio()
        spots, chosen, way = self.picture.spots, lit.chosen, frozenset(lit.way)
        for node in reversed(nodes):
            spot = spots[node]
            state = "chosen" if node in chosen else "way" if node in way else "plain"
            look = Face(spot.icon, state, spot.tone, spot.missing, spot.pinned, round(radius), ratio)
            face = _face(look, theme)
            x, y = at[node]
            half = face.width() / ratio / 2
            painter.drawPixmap(QPointF(x - half, y - half), face)
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

    def _labels(
        self,
        painter: QPainter,
        nodes: list[str],
        at: dict[str, tuple[float, float]],
        port: ViewPort,
        lit: Lit,
        theme: Theme,
    ) -> None:
        radius = radius_of(port.zoom, theme) if port.zoom >= _DOTS else theme.px(5)
        high = theme.metrics("caption").height()
        room, gap, cell = theme.px(_WORDS), theme.px(3), theme.px(_CELL)
        taken: set[tuple[int, int]] = set()
        for node in nodes if len(nodes) <= _MOST_WORDS else ():
            x, y = at[node]
            taken |= _cells(QRectF(x - radius, y - radius, 2 * radius, 2 * radius), cell)
        first = [node for node in (lit.current, lit.hovered, *lit.way, *lit.chosen) if node in at][:60]
        painted = 0
        for node in list(dict.fromkeys([*first, *nodes]))[: 2 * _MOST_WORDS]:
            spot = self.picture.spots[node]
            x, y = at[node]
            words = self._shaped(spot.label, "caption 600", room, theme)
            codes = self._shaped(spot.codes, "caption 400", theme.px(_CODES), theme) if spot.codes else None
            size = QSizeF(max(words.size().width(), codes.size().width() if codes else 0.0), high * (2 if codes else 1))
            box = _room_for(x, y, radius + gap, size, cell, taken, always=node in first)
            if box is not None:
                taken |= _cells(box, cell)
                self._label(painter, box, words, codes, theme)
                painted += 1
                if painted >= _MOST_WORDS:
                    break

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


def _room_for(
    x: float, y: float, gap: float, size: QSizeF, cell: int, taken: set[tuple[int, int]], *, always: bool
) -> QRectF | None:
    """Where the words of a node have room: below it, above it, at its sides; None if nowhere (`always`: below)."""
    half = size.width() / 2
    for left, top in (
        (x - half, y + gap),
        (x - half, y - gap - size.height()),
        (x + gap, y - size.height() / 2),
        (x - gap - size.width(), y - size.height() / 2),
    ):
        box = QRectF(QPointF(left, top), size)
        inner = box.adjusted(0, min(cell, size.height() / 3), 0, -cell / 2)
        if taken.isdisjoint(_cells(inner, cell)):
            return box
    return QRectF(QPointF(x - half, y + gap), size) if always else None


def _cells(box: QRectF, cell: int) -> set[tuple[int, int]]:
    left, right = int(box.left() // cell), int(box.right() // cell)
    top, bottom = int(box.top() // cell), int(box.bottom() // cell)
    return {(x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)}


def nodes_in(rect: QRectF, at: dict[str, tuple[float, float]]) -> Collection[str]:
    """The nodes whose middle is inside a rectangle of pixels."""
    return [node for node, (x, y) in at.items() if rect.contains(x, y)]
