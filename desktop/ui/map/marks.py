"""What lies on the ground of a map: places, routes, spots with their numbers and names, the scale and the notice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import cos, log10, radians

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from desktop.casework.places import list_places, place_near
from desktop.ui.count_text import count_text
from desktop.ui.kit.painting import CENTER, LEADING
from desktop.ui.map.frame import Frame
from desktop.ui.map.spots import Cluster, Route
from desktop.ui.map.world import project, unproject
from desktop.ui.theme import Theme
from i18n import _
from i18n.bidi import isolate, one_line
from i18n.formats import number

_MOST_NAMES = 60  # beside spots
_RANKS = (2_200.0, 5_000.0, 11_000.0, 24_000.0)  # widths of the world, in pixels, from which places of a rank are named
_MOST_ROUTES, _MANY_ROUTES = 600, 120
_NARROW = 0.001  # of the world's width, about 40 km
_EARTH = 40_075.0  # kilometres around the equator


def radius_of(count: int, theme: Theme) -> int:
    """Radius of a spot with so many records, in pixels."""
    return theme.px(11 if count < 3 else 12 if count < 5 else 13 if count < 10 else 15 if count < 100 else 18)


def paint_routes(
    painter: QPainter, frame: Frame, routes: list[Route], theme: Theme, stands_out: Callable[[Route], bool]
) -> None:
    """Paint dashed great circles; those that stand out last, thick and whole.

    Where very many run through one view, those that most records follow are painted, whole and thin.
    """
    painter.setBrush(Qt.BrushStyle.NoBrush)
    lines = [(route, pieces) for route in routes if (pieces := _in_view(frame, route))]
    lines = sorted(lines[:_MOST_ROUTES], key=lambda line: stands_out(line[0]))
    many = len(lines) > _MANY_ROUTES
    for route, pieces in lines:
        chosen = stands_out(route)
        pen = QPen(theme.color(route.color), theme.px(3 if chosen else 1 if many else 2))
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        if not chosen and not many:
            pen.setDashPattern([4.0, 2.0])
        painter.setPen(pen)
        for piece in pieces:
            painter.drawPolyline(piece)


def paint_spots(
    painter: QPainter,
    shown: list[tuple[Cluster, float, float]],
    theme: Theme,
    is_chosen: Callable[[Cluster], bool],
    *,
    current: bool = False,
) -> list[QRectF]:
    """Paint spots at their pixels, with the ring of the keyboard if it is `current`; returns where they are."""
    taken = []
    painter.setFont(theme.font("caption", 600))
    for cluster, x, y in shown:
        chosen = is_chosen(cluster)
        radius = radius_of(len(cluster.records), theme)
        box = QRectF(x - radius, y - radius, 2 * radius, 2 * radius)
        taken.append(box)
        if chosen or current:
            around = theme.px(4)
            painter.setPen(QPen(theme.color("focus" if current else "text"), theme.px(2)))
            painter.setBrush(theme.color("surface"))
            painter.drawEllipse(box.adjusted(-around, -around, around, around))
        painter.setPen(QPen(theme.color("surface"), theme.px(2)))
        painter.setBrush(theme.color(cluster.color))
        painter.drawEllipse(box)
        painter.setPen(theme.color("surface"))
        painter.drawText(box.adjusted(-6, 0, 6, 0), CENTER, count_text(len(cluster.records)))
    return taken


def paint_names(
    painter: QPainter,
    shown: list[tuple[Cluster, float, float]],
    taken: list[QRectF],
    theme: Theme,
    title: Callable[[Cluster], str],
) -> None:
    """Name the spots beside them, the fullest first, as far as there is room."""
    metrics = theme.metrics("caption", 600)
    painter.setFont(theme.font("caption", 600))
    for cluster, x, y in sorted(shown, key=lambda spot: -len(spot[0].records))[:_MOST_NAMES]:
        name = title(cluster)
        if not name:
            continue
        width = min(metrics.horizontalAdvance(name), theme.px(180)) + theme.px(14)
        gap = radius_of(len(cluster.records), theme) + theme.px(8)
        height = theme.px(20)
        sides = (x + gap, x - gap - width)
        for left in sides if painter.layoutDirection() == Qt.LayoutDirection.LeftToRight else sides[::-1]:
            box = QRectF(left, y - height / 2, width, height)
            if not any(box.intersects(other) for other in taken):
                taken.append(box)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(_glass(theme))
                painter.drawRoundedRect(box, theme.px(4), theme.px(4))
                painter.setPen(theme.color("text"))
                elided = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(width) - theme.px(12))
                painter.drawText(box, CENTER, elided)
                break


def paint_places(painter: QPainter, frame: Frame, taken: list[QRectF], theme: Theme) -> None:
    """Paint the known places of this scale where nothing else is."""
    most = sum(frame.scale >= least for least in _RANKS)
    metrics = theme.metrics("caption")
    painter.setFont(theme.font("caption"))
    for place in list_places():
        if place.rank > most:
            break
        x, y = frame.to_pixel(project(place.latitude, place.longitude))
        if not (0 <= x <= frame.width and 0 <= y <= frame.height):
            continue
        width = metrics.horizontalAdvance(place.name)
        dot = theme.px(2)
        rtl = painter.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = x - theme.px(6) - width if rtl else x + theme.px(6)
        box = QRectF(left, y - metrics.height() / 2, width, metrics.height())
        whole = box.united(QRectF(x - dot, y - dot, 2 * dot, 2 * dot))
        if any(whole.intersects(other) for other in taken):
            continue
        taken.append(whole)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("text3"))
        painter.drawEllipse(QPointF(x, y), dot, dot)
        painter.setPen(theme.color("text3"))
        painter.drawText(box, LEADING, place.name)


def paint_edges(painter: QPainter, frame: Frame, theme: Theme, source: str) -> None:
    """Paint the notice about the boundaries of a source, and the scale, each in its corner."""
    metrics = theme.metrics("caption")
    painter.setFont(theme.font("caption"))
    notice = _("{source}: indicative boundaries, no legal value").format(source=source) if source else ""
    kilometres, width = _bar(frame)
    words = _("{n} km").format(n=number(kilometres, 2))
    rtl = painter.layoutDirection() == Qt.LayoutDirection.RightToLeft
    high, edge = metrics.height() + theme.px(4), theme.px(10)
    bottom = frame.height - high - theme.px(6)
    notice_wide = metrics.horizontalAdvance(notice) + theme.px(8)
    bar_wide = width + metrics.horizontalAdvance(words) + theme.px(16)
    boxes = []
    for wide, at_left in ((notice_wide, rtl), (bar_wide, not rtl)):
        boxes.append(QRectF(edge if at_left else frame.width - edge - wide, bottom, wide, high))
    if boxes[0].intersects(boxes[1]):
        boxes[1].translate(0, -high - theme.px(4))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_glass(theme))
    for box in boxes if notice else boxes[1:]:
        painter.drawRoundedRect(box, theme.px(4), theme.px(4))
    painter.setPen(theme.color("text2"))
    painter.drawText(boxes[0], CENTER, notice)
    bar = boxes[1]
    line = bar.bottom() - theme.px(6)
    start = bar.right() - theme.px(4) - width if rtl else bar.left() + theme.px(4)
    painter.setPen(QPen(theme.color("text2"), theme.px(2)))
    painter.drawPolyline(
        QPolygonF(
            [
                QPointF(start, line - theme.px(4)),
                QPointF(start, line),
                QPointF(start + width, line),
                QPointF(start + width, line - theme.px(4)),
            ]
        )
    )
    rest = bar.adjusted(0, 0, -width - theme.px(8), 0) if rtl else bar.adjusted(width + theme.px(10), 0, 0, 0)
    painter.drawText(rest, CENTER, words)


def name_of(cluster: Cluster, titles: Callable[[int], str]) -> str:
    """A known place near by, else the title of the record that stands alone; ready for display.

    Spots that lie wide apart have no name.
    """
    near = place_near(*unproject(*cluster.place)) if cluster.spread < _NARROW else None
    if near is not None:
        return near.name
    return isolate(one_line(titles(cluster.records[0]), 60)) if len(cluster.records) == 1 else ""


def in_view(clusters: Iterable[Cluster], frame: Frame, margin: int) -> list[tuple[Cluster, float, float]]:
    """The clusters of a frame with their pixels."""
    found = []
    for cluster in clusters:
        x, y = frame.to_pixel(cluster.place)
        if -margin <= x <= frame.width + margin and -margin <= y <= frame.height + margin:
            found.append((cluster, x, y))
    return found


def _in_view(frame: Frame, route: Route) -> list[QPolygonF]:
    """The pieces of a route that touch the view: a dashed line of 100,000 pixels would take its time."""
    line, scale = route.line, frame.scale
    x, y = frame.to_pixel(line[0])
    x, y = x - line[0][0] * scale, y - line[0][1] * scale
    pieces, piece = [], [QPointF(x + line[0][0] * scale, y + line[0][1] * scale)]
    for place in line[1:]:
        after, before = QPointF(x + place[0] * scale, y + place[1] * scale), piece[-1]
        outside = (
            max(before.x(), after.x()) < 0
            or min(before.x(), after.x()) > frame.width
            or max(before.y(), after.y()) < 0
            or min(before.y(), after.y()) > frame.height
        )
        if not outside:
            piece.append(after)
            continue
        if len(piece) > 1:
            pieces.append(QPolygonF(piece))
        piece = [after]
    if len(piece) > 1:
        pieces.append(QPolygonF(piece))
    return pieces


def _bar(frame: Frame) -> tuple[float, float]:
    """Kilometres of a round length and its width in pixels, true in the middle of the view."""
    latitude, _longitude = unproject(frame.x, frame.y)
    a_pixel = _EARTH * max(cos(radians(latitude)), 0.01) / frame.scale
    power = 10 ** int(log10(120 * a_pixel) // 1)
    length = max(power * step for step in (1, 2, 5) if power * step <= 120 * a_pixel)
    return length, length / a_pixel


def _glass(theme: Theme) -> QColor:
    color = QColor(theme.color("surface"))
    color.setAlphaF(1.0 if theme.scheme == "contrast" else 0.88)
    return color
