"""Records as spots and routes of a map: read from rows, gathered where they lie close together at a scale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import acos, atan2, cos, degrees, hypot, radians, sin
from typing import NamedTuple

from desktop.casework.coordinates import degrees as read_degrees
from desktop.casework.views import ListRow
from desktop.ui.case_tones import group_of
from desktop.ui.map.world import Place, project, unproject

REACH = 40.0  # pixels at 100 % within which spots become one
_MOST_ROUTES = 1_500  # drawn at a time: those that most records follow
_ARC_STEP = 2.0  # degrees


class Spot(NamedTuple):
    """One record at one place; `end` says that it is where a route arrives."""

    record: int
    place: Place
    end: bool = False


@dataclass(slots=True)
class Cluster:
    """Spots that are drawn as one. `records` are numbers of rows, each once."""

    place: Place
    records: tuple[int, ...]
    color: str
    spread: float = 0.0  # of its places, a share of the world's width; 0: coming nearer parts nothing


class Route(NamedTuple):
    """A way between two clusters: its line on the map, how many follow it and which."""

    line: tuple[Place, ...]
    color: str
    records: tuple[int, ...]


class Layer(NamedTuple):
    """What a map draws at one scale."""

    clusters: list[Cluster]
    routes: list[Route]


class Spots:
    """The spots of a list of rows. `unplaced`: rows without a position; `refused`: those whose position is none."""

    def __init__(self, rows: Sequence[ListRow] = ()) -> None:
        self.rows = tuple(rows)
        self.spots: list[Spot] = []
        self.unplaced = self.refused = 0
        self._ways: list[tuple[int, int]] = []  # numbers of two spots
        self._layers: dict[tuple[int, float], Layer] = {}
        self._colors = [group_of(row.type).color for row in self.rows]
        for number, row in enumerate(self.rows):
            self._place(number, row)

    def places(self, records: Iterable[int] | None = None) -> list[Place]:
        """Every place, or those of some rows."""
        wanted = None if records is None else frozenset(records)
        return [spot.place for spot in self.spots if wanted is None or spot.record in wanted]

    def layer(self, level: int, scale: float, reach: float) -> Layer:
        """What is drawn where the world is `scale` pixels wide; kept for each level."""
        key = (level, reach)
        found = self._layers.get(key)
        if found is None:
            found = self._layers[key] = self._make_layer(reach / scale)
        return found

    def has_layer(self, level: int, reach: float) -> bool:
        """Whether `layer` would only have to hand over what it has."""
        return (level, reach) in self._layers

    def _place(self, number: int, row: ListRow) -> None:
        start = read_degrees(row.where) if row.where else None
        end = read_degrees(row.where_to) if row.where_to else None
        if start is None and end is None:
            if row.where or row.where_to:
                self.refused += 1
            else:
                self.unplaced += 1
            return
        if start is not None and end is not None:
            self._ways.append((len(self.spots), len(self.spots) + 1))
        if start is not None:
            self.spots.append(Spot(number, project(*start)))
        if end is not None:
            self.spots.append(Spot(number, project(*end), end=True))

    def _make_layer(self, reach: float) -> Layer:
        places = [spot.place for spot in self.spots]
        homes = gather(places, reach)
        members: list[list[int]] = [[] for _home in range(max(homes, default=-1) + 1)]
        for number, home in enumerate(homes):
            members[home].append(number)
        clusters = [self._cluster(numbers) for numbers in members]
        ways: dict[tuple[int, int, str], list[int]] = {}
        for start, end in self._ways:
            if homes[start] != homes[end]:
                record = self.spots[start].record
                ways.setdefault((homes[start], homes[end], self._colors[record]), []).append(record)
        busiest = sorted(ways.items(), key=lambda way: -len(way[1]))[:_MOST_ROUTES]
        routes = [
            Route(great_circle(clusters[start].place, clusters[end].place), color, tuple(records))
            for (start, end, color), records in busiest
        ]
        return Layer(clusters, routes)

    def _cluster(self, numbers: list[int]) -> Cluster:
        spots = self.spots
        record, first, _end = spots[numbers[0]]
        if len(numbers) == 1:
            return Cluster(first, (record,), self._colors[record])
        records = tuple(dict.fromkeys([spots[number][0] for number in numbers]))
        places = {spots[number][1] for number in numbers}
        color = Counter([self._colors[each] for each in records]).most_common(1)[0][0]
        x0 = first[0]
        xs = [(place[0] - x0 + 0.5) % 1 - 0.5 for place in places]
        ys = [place[1] for place in places]
        spread = max(max(xs) - min(xs), max(ys) - min(ys))
        return Cluster(((x0 + sum(xs) / len(xs)) % 1, sum(ys) / len(ys)), records, color, spread)


def gather(places: Sequence[Place], reach: float) -> list[int]:
    """For each place the number of the cluster that it belongs to; `reach` is a share of the world's width.

    Places of one cell of a grid belong together; then a cell takes in its neighbours whose middle lies within reach,
    the fullest first. Around the date line too.
    """
    across = max(1, int(1 / reach))
    cells: dict[tuple[int, int], list[float]] = {}
    keys = []
    for x, y in places:
        key = (int(x * across) % across, int(y * across))
        keys.append(key)
        cell = cells.get(key)
        if cell is None:
            cells[key] = [1, x, y]
        else:
            cell[0] += 1
            cell[1] += x
            cell[2] += y
    homes: dict[tuple[int, int], int] = {}
    made = 0
    for key, (count, sum_x, sum_y) in sorted(cells.items(), key=lambda item: (-item[1][0], item[0])):
        if key in homes:
            continue
        homes[key] = made
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                beside = ((key[0] + dx) % across, key[1] + dy)
                other = cells.get(beside)
                if other is None or beside in homes:
                    continue
                away = (other[1] / other[0] - sum_x / count + 0.5) % 1 - 0.5
                if hypot(away, other[2] / other[0] - sum_y / count) < reach:
                    homes[beside] = made
        made += 1
    return [homes[key] for key in keys]


def great_circle(start: Place, end: Place) -> tuple[Place, ...]:
    """The shortest way between two places of the map, as a line that may run on beyond its edge.

    Between antipodes every way is the shortest: then over the middle of their meridians.
    """
    (lat0, lon0), (lat1, lon1) = unproject(*start), unproject(*end)
    a, b = _vector(lat0, lon0), _vector(lat1, lon1)
    angle = acos(min(1.0, max(-1.0, sum(p * q for p, q in zip(a, b, strict=True)))))
    if sin(angle) < 1e-9:
        return start, end
    steps = max(2, int(degrees(angle) / _ARC_STEP) + 1)
    line = [start]
    for step in range(1, steps + 1):
        part = step / steps
        p, q = sin((1 - part) * angle) / sin(angle), sin(part * angle) / sin(angle)
        x, y, z = (p * u + q * v for u, v in zip(a, b, strict=True))
        place = project(degrees(atan2(z, hypot(x, y))), degrees(atan2(y, x)))
        # The nearest copy of each next point: a line does not jump over the map at the date line.
        line.append((line[-1][0] + (place[0] - line[-1][0] + 0.5) % 1 - 0.5, place[1]))
    return tuple(line)


def _vector(latitude: float, longitude: float) -> tuple[float, float, float]:
    phi, away = radians(latitude), radians(longitude)
    return cos(phi) * cos(away), cos(phi) * sin(away), sin(phi)
