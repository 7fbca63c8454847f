"""The world as polygons, in Mercator's projection: made once a process from the set of boundaries, on a thread.

A place is a pair of numbers between 0 and 1, from the date line eastwards and from the north downwards. Latitudes
beyond 85.05° lie on the edge.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from math import asinh, atan, degrees, pi, radians, sinh, tan
from pathlib import Path

from PySide6.QtCore import QObject, QPointF, QRectF, Signal
from PySide6.QtGui import QPainterPath, QPolygonF

from desktop.casework.boundaries import BadBoundaries, Boundaries, Line, load_approved, load_boundaries
from desktop.ui.background import background

EDGE = 85.0511287798  # degrees; there the map is a square
DETAILS = (700.0, 2_800.0)
"""Widths of the world, in pixels, up to which a coarser drawing looks the same; beyond them all points are drawn."""

Place = tuple[float, float]
Approved = tuple[Path, str] | None
"""A file of boundaries, and the SHA-256 that it has to have."""


def project(latitude: float, longitude: float) -> Place:
    """A place on the map of one given in degrees."""
    held = min(max(latitude, -EDGE), EDGE)
    return (longitude + 180) / 360, 0.5 - asinh(tan(radians(held))) / (2 * pi)


def unproject(x: float, y: float) -> Place:
    """Latitude and longitude, in degrees, of a place on the map or on a neighbouring copy of it."""
    return degrees(atan(sinh((0.5 - y) * 2 * pi))), x % 1 * 360 - 180


@dataclass(slots=True)
class Land:
    """One country: its ground at each level of detail, and where its name stands."""

    code: str
    box: QRectF
    width: float  # of its largest piece
    grounds: list[QPainterPath]
    name_at: QPointF


@dataclass(slots=True)
class Stroke:
    """One line, at each level of detail; a boundary lies between two countries."""

    box: QRectF
    lines: list[QPolygonF]
    boundary: bool


@dataclass(slots=True)
class World:
    """Everything that is drawn under the records."""

    source: str
    lands: list[Land] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)


def level_for(scale: float) -> int:
    """The level of detail for a world `scale` pixels wide."""
    return next((level for level, most in enumerate(DETAILS) if scale <= most), len(DETAILS))


def make_world(boundaries: Boundaries) -> World:
    """Polygons of a checked set."""
    full = [_projected(line) for line in boundaries.lines]
    levels = [[_thinned(line, 1.0 / scale) for line in full] for scale in DETAILS] + [full]
    used = Counter(line if line >= 0 else ~line for country in boundaries.countries for line in _lines(country.rings))
    world = World(boundaries.source)
    for country in boundaries.countries:
        grounds = [_ground(country.rings, lines) for lines in levels]
        at = project(country.name_at[1] * 1e-4, country.name_at[0] * 1e-4)
        width = max(piece.boundingRect().width() for piece in grounds[0].toSubpathPolygons())
        world.lands.append(Land(country.code, grounds[-1].boundingRect(), width, grounds, QPointF(*at)))
    for number in range(len(full)):
        polygons = [QPolygonF([QPointF(*place) for place in lines[number]]) for lines in levels]
        world.strokes.append(Stroke(polygons[-1].boundingRect(), polygons, used[number] > 1))
    return world


class Shelf(QObject):
    """Has the world made beside the window, once a process."""

    loaded = Signal(object)
    failed = Signal(str)
    """Code of a set that cannot be used."""

    def __init__(self, approved: Approved) -> None:
        super().__init__()
        self._approved = approved
        self.world: World | None = None
        self.code = ""
        background().done.connect(self._on_done)
        background().do(self, self._make)

    def _make(self) -> World | str:
        try:
            return make_world(load_approved(*self._approved) if self._approved else load_boundaries())
        except (BadBoundaries, OSError) as error:
            return str(getattr(error, "code", "bad_boundaries"))

    def _on_done(self, ticket: object, result: object) -> None:
        if ticket is not self:
            return
        if isinstance(result, World):
            self.world = result
            self.loaded.emit(result)
        else:
            self.code = str(result)
            self.failed.emit(self.code)


@cache
def shelf(approved: Approved) -> Shelf:
    """Where the world of this process stands, or is being made; an approved set replaces the shipped one."""
    return Shelf(approved)


def bring(then: Callable[[World], object], refused: Callable[[str], object], approved: Approved = None) -> None:
    """Hand over the world: now if it is there, else when it is; `refused` gets the code if it never will be.

    Both are methods of QObjects; those that are gone meanwhile are left out.
    """
    kept = shelf(approved)
    if kept.world is not None:
        then(kept.world)
    elif kept.code:
        refused(kept.code)
    else:
        kept.loaded.connect(then)
        kept.failed.connect(refused)


def _lines(rings: list[list[int]]) -> Iterator[int]:
    for ring in rings:
        yield from ring


def _projected(line: Line) -> list[Place]:
    return [project(latitude, longitude) for latitude, longitude in zip(line.latitudes, line.longitudes, strict=True)]


def _thinned(line: list[Place], least: float) -> list[Place]:
    """Without the points that lie nearer than `least` to the last one that was kept; both ends stay."""
    kept = [line[0]]
    x0, y0 = line[0]
    for x, y in line[1:-1]:
        if abs(x - x0) >= least or abs(y - y0) >= least:
            kept.append((x, y))
            x0, y0 = x, y
    kept.append(line[-1])
    return kept


def _ground(rings: list[list[int]], lines: list[list[Place]]) -> QPainterPath:
    path = QPainterPath()
    for ring in rings:
        points: list[QPointF] = []
        for number in ring:
            line = lines[number] if number >= 0 else lines[~number][::-1]
            shift = round(points[-1].x() - line[0][0]) if points else 0  # a neighbour may begin on the next copy
            points += [QPointF(x + shift, y) for x, y in line]
        if abs(points[-1].x() - points[0].x()) > 0.5:  # around a pole: closed along the edge of the map
            edge = round(points[0].y())
            points += [QPointF(points[-1].x(), edge), QPointF(points[0].x(), edge)]
        path.addPolygon(QPolygonF(points))
        path.closeSubpath()
    return path
