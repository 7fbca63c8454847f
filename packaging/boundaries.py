"""Make the set of boundaries that the application carries out of a TopoJSON file of countries (world-atlas).

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python packaging/boundaries.py package/countries-50m.json desktop/casework/maps/natural_earth_50m.map

A secretariat that approves other boundaries makes its own set in the same way, from any TopoJSON whose objects
`countries` carry an ISO 3166-1 numeric code as `id`. The format is said in desktop/casework/boundaries.py.
"""

from __future__ import annotations

import json
import sys
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from babel.core import get_global

from desktop.casework.boundaries import UNIT, Country, encode

SOURCE = "Natural Earth, 4.1.0, 1:50m (public domain), by way of world-atlas 2.0.2 (ISC)"
_STEP = 3.0  # degrees: a longer side is divided, so that each delta fits its two bytes


def main(source: str, target: str) -> int:
    """Convert; prints how large the set is."""
    topology = json.loads(Path(source).read_text("utf-8"))
    arcs = [_degrees(arc, topology["transform"]) for arc in topology["arcs"]]
    countries = [_country(each, arcs) for each in topology["objects"]["countries"]["geometries"]]
    packed = encode(SOURCE, [[_units(point) for point in _divided(arc)] for arc in arcs], countries)
    Path(target).write_bytes(packed)
    print(f"{len(countries)} countries, {len(arcs)} lines, {len(packed)} bytes")
    return 0


def _degrees(arc: list[list[int]], transform: dict[str, list[float]]) -> list[tuple[float, float]]:
    scale, move = transform["scale"], transform["translate"]
    xs, ys = accumulate(step[0] for step in arc), accumulate(step[1] for step in arc)
    points = [(x * scale[0] + move[0], y * scale[1] + move[1]) for x, y in zip(xs, ys, strict=True)]
    line = points[:1]
    for x, y in points[1:]:
        before = line[-1][0]
        line.append((before + (x - before + 540) % 360 - 180, y))  # over the date line, not around the world
    return line


def _divided(arc: list[tuple[float, float]]) -> list[tuple[float, float]]:
    points = arc[:1]
    for (x0, y0), (x1, y1) in pairwise(arc):
        parts = max(1, round(max(abs(x1 - x0), abs(y1 - y0)) / _STEP + 0.5))
        points += [(x0 + (x1 - x0) * k / parts, y0 + (y1 - y0) * k / parts) for k in range(1, parts + 1)]
    return points


def _units(point: tuple[float, float]) -> tuple[int, int]:
    return round(point[0] / UNIT), round(point[1] / UNIT)


def _country(geometry: dict[str, Any], arcs: list[list[tuple[float, float]]]) -> Country:
    polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
    rings = [ring for polygon in polygons for ring in polygon]
    outlines = [_outline(polygon[0], arcs) for polygon in polygons]
    largest = max(outlines, key=lambda outline: abs(_area(outline)[0]))
    return Country(_alpha(geometry.get("id")), rings, _units(_inside(largest)))


def _alpha(numeric: str | None) -> str:
    """ISO 3166-1 alpha-2 of a numeric code, from the locale data; empty for an area that has none."""
    found = get_global("territory_aliases").get(numeric or "", [""])
    return found[0] if len(found) == 1 else ""


def _outline(ring: list[int], arcs: list[list[tuple[float, float]]]) -> list[tuple[float, float]]:
    outline: list[tuple[float, float]] = []
    for arc in ring:
        line = arcs[arc] if arc >= 0 else arcs[~arc][::-1]
        shift = 360 * round((outline[-1][0] - line[0][0]) / 360) if outline else 0
        outline += [(x + shift, y) for x, y in line]
    return outline


def _area(outline: list[tuple[float, float]]) -> tuple[float, float, float]:
    closed = [*outline, outline[0]]
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(closed)) / 2
    if not area:
        return 0.0, *outline[0]
    x = sum((a[0] + b[0]) * (a[0] * b[1] - b[0] * a[1]) for a, b in pairwise(closed)) / (6 * area)
    y = sum((a[1] + b[1]) * (a[0] * b[1] - b[0] * a[1]) for a, b in pairwise(closed)) / (6 * area)
    return area, x, y


def _inside(outline: list[tuple[float, float]]) -> tuple[float, float]:
    """A place for the name: the middle of the widest stretch that lies inside, near the height of the centroid."""
    _size, _x, middle = _area(outline)
    low, high = min(y for _x, y in outline), max(y for _x, y in outline)
    best = (0.0, 0.0, outline[0])
    for part in (0.0, -0.12, 0.12, -0.22, 0.22):
        level = middle + part * (high - low)
        crossings = sorted(
            a[0] + (level - a[1]) * (b[0] - a[0]) / (b[1] - a[1])
            for a, b in pairwise([*outline, outline[0]])
            if (a[1] > level) != (b[1] > level)
        )
        for left, right in zip(crossings[::2], crossings[1::2], strict=False):
            worth = (right - left) * (1 - abs(part))
            if worth > best[0]:
                best = (worth, left, ((left + right) / 2, level))
    x, y = best[2]
    return (x + 540) % 360 - 180, y


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
