"""The Military Grid Reference System on WGS 84, both ways, with polar squares: no strings of strangers reach C code.

Formulas: L. Krüger's series in the third flattening as given by C. F. F. Karney, "Transverse Mercator with an accuracy
of a few nanometers" (2011); polar stereographic after J. P. Snyder, "Map Projections" (1987), 21; letters after
NGA.STND.0037, "Universal Grids" (2014). Accuracy: far below the metre that the system tells.
"""

from __future__ import annotations

import re
from math import asinh, atan, atan2, atanh, cos, cosh, degrees, floor, hypot, pi, radians, sin, sinh, sqrt, tan
from typing import Final

_A: Final = 6_378_137.0  # metres
_F: Final = 1 / 298.257223563
_E: Final = sqrt(_F * (2 - _F))
_N: Final = _F / (2 - _F)
_RADIUS: Final = _A / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64 + _N**6 / 256)
_ALPHA: Final = (
    _N / 2 - 2 * _N**2 / 3 + 5 * _N**3 / 16 + 41 * _N**4 / 180,
    13 * _N**2 / 48 - 3 * _N**3 / 5 + 557 * _N**4 / 1440,
    61 * _N**3 / 240 - 103 * _N**4 / 140,
    49561 * _N**4 / 161280,
)
_BETA: Final = (
    _N / 2 - 2 * _N**2 / 3 + 37 * _N**3 / 96 - _N**4 / 360,
    _N**2 / 48 + _N**3 / 15 - 437 * _N**4 / 1440,
    17 * _N**3 / 480 - 37 * _N**4 / 840,
    4397 * _N**4 / 161280,
)
_UTM, _UPS = 0.9996, 0.994  # scale at the central meridian, at the pole
_SQUARE: Final = 100_000  # metres
_CYCLE: Final = 2_000_000  # metres after which the letters of rows begin anew
_BANDS: Final = "CDEFGHJKLMNPQRSTUVWX"
_COLUMNS: Final = ("ABCDEFGH", "JKLMNPQR", "STUVWXYZ")
_ROWS: Final = "ABCDEFGHJKLMNPQRSTUV"
_POLAR_ROWS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_POLAR: Final = {  # letters of columns, easting and northing of the first square, number of rows
    "A": ("JKLPQRSTUXYZ", 800_000, 800_000, 24),
    "B": ("ABCFGHJKLPQR", 2_000_000, 800_000, 24),
    "Y": ("JKLPQRSTUXYZ", 800_000, 1_300_000, 14),
    "Z": ("ABCFGHJ", 2_000_000, 1_300_000, 14),
}
_GRID = re.compile(
    r"\s*(?:([0-5]?\d|60)\s*([C-HJ-NP-X])|([ABYZ]))\s*([A-HJ-NP-Z]{2})\s*([\d\s]*)\Z", re.ASCII | re.IGNORECASE
)


def to_mgrs(latitude: float, longitude: float) -> str:
    """The square metre of a place given in degrees, `32S PF 12345 67890`; beyond 84° N and 80° S a polar one."""
    if -80 <= latitude < 84:
        zone = _zone(latitude, longitude)
        band = _BANDS[min(floor((latitude + 80) / 8), 19)]
        east, north = _to_utm(latitude, longitude, zone)
        column = _COLUMNS[(zone - 1) % 3][floor(east / _SQUARE) - 1]
        row = _ROWS[(floor(north % _CYCLE / _SQUARE) + (0 if zone % 2 else 5)) % 20]
        return f"{zone:02}{band} {column}{row} {_figures(east)} {_figures(north)}"
    east, north = _to_ups(latitude, longitude)
    letter = ("AB" if latitude < 0 else "YZ")[east >= 2_000_000]
    columns, first_east, first_north, _count = _POLAR[letter]
    column = columns[floor((east - first_east) / _SQUARE)]
    row = _POLAR_ROWS[floor((north - first_north) / _SQUARE)]
    return f"{letter} {column}{row} {_figures(east)} {_figures(north)}"


def from_mgrs(text: str) -> tuple[float, float]:
    """Latitude and longitude, in degrees, of the middle of a square of 1 m to 100 km. Raises ValueError."""
    found = _GRID.match(text)
    if not found:
        raise ValueError(text[:40])
    number, band, polar, square, figures = found.groups()
    digits = "".join(figures.split())
    if len(digits) % 2 or len(digits) > 10:
        raise ValueError(text[:40])
    half = len(digits) // 2
    step = 10 ** (5 - half)
    east = int(digits[:half] or "0") * step + step / 2
    north = int(digits[half:] or "0") * step + step / 2
    square = square.upper()
    if polar:
        return _polar_place(polar.upper(), square, east, north)
    return _grid_place(int(number), band.upper(), square, east, north)


def _grid_place(zone: int, band: str, square: str, east: float, north: float) -> tuple[float, float]:
    if zone < 1 or square[0] not in _COLUMNS[(zone - 1) % 3] or square[1] not in _ROWS:
        raise ValueError(square)
    east += (_COLUMNS[(zone - 1) % 3].index(square[0]) + 1) * _SQUARE
    north += (_ROWS.index(square[1]) - (0 if zone % 2 else 5)) % 20 * _SQUARE
    low = _BANDS.index(band) * 8 - 80
    high = low + (12 if band == "X" else 8)
    # A square is the one of its letters that lies in the band; the edge of a band is no straight line of northing.
    for cycle in range(6):
        latitude, longitude = _from_utm(east, north + cycle * _CYCLE, zone, south=low < 0)
        if low - 0.95 <= latitude <= high + 0.95:
            return latitude, longitude
    raise ValueError(square)


def _polar_place(letter: str, square: str, east: float, north: float) -> tuple[float, float]:
    columns, first_east, first_north, rows = _POLAR[letter]
    row = _POLAR_ROWS.index(square[1])
    if square[0] not in columns or row >= rows:
        raise ValueError(square)
    east += first_east + columns.index(square[0]) * _SQUARE - 2_000_000
    north += first_north + row * _SQUARE - 2_000_000
    south = letter in "AB"
    t = hypot(east, north) * sqrt((1 + _E) ** (1 + _E) * (1 - _E) ** (1 - _E)) / (2 * _A * _UPS)
    latitude = pi / 2 - 2 * atan(t)
    for _turn in range(8):
        latitude = pi / 2 - 2 * atan(t * ((1 - _E * sin(latitude)) / (1 + _E * sin(latitude))) ** (_E / 2))
    longitude = atan2(east, north if south else -north)
    return (-degrees(latitude) if south else degrees(latitude)), degrees(longitude)


def _figures(metres: float) -> str:
    return f"{floor(metres) % _SQUARE:05}"


def _zone(latitude: float, longitude: float) -> int:
    """The zone, with the wider ones of Norway and Svalbard."""
    zone = floor((longitude + 180) / 6) % 60 + 1
    if 56 <= latitude < 64 and 3 <= longitude < 12:
        return 32
    if latitude >= 72 and 0 <= longitude < 42:
        return 31 + 2 * floor((longitude + 3) / 12)
    return zone


def _to_utm(latitude: float, longitude: float, zone: int) -> tuple[float, float]:
    away = radians((longitude - (zone * 6 - 183) + 540) % 360 - 180)
    sine = sin(radians(latitude))
    t = sinh(atanh(sine) - _E * atanh(_E * sine))
    xi, eta = atan2(t, cos(away)), asinh(sin(away) / hypot(t, cos(away)))
    x = eta + sum(a * cos(2 * k * xi) * sinh(2 * k * eta) for k, a in enumerate(_ALPHA, 1))
    y = xi + sum(a * sin(2 * k * xi) * cosh(2 * k * eta) for k, a in enumerate(_ALPHA, 1))
    return 500_000 + _UTM * _RADIUS * x, (10_000_000 if latitude < 0 else 0) + _UTM * _RADIUS * y


def _from_utm(east: float, north: float, zone: int, *, south: bool) -> tuple[float, float]:
    x = (east - 500_000) / (_UTM * _RADIUS)
    y = (north - (10_000_000 if south else 0)) / (_UTM * _RADIUS)
    xi = y - sum(b * sin(2 * k * y) * cosh(2 * k * x) for k, b in enumerate(_BETA, 1))
    eta = x - sum(b * cos(2 * k * y) * sinh(2 * k * x) for k, b in enumerate(_BETA, 1))
    conformal = sin(xi) / hypot(sinh(eta), cos(xi))
    tangent = conformal
    for _turn in range(6):
        root = sqrt(1 + tangent**2)
        bent = sinh(_E * atanh(_E * tangent / root))
        reached = tangent * sqrt(1 + bent**2) - bent * root
        tangent += (conformal - reached) / sqrt(1 + reached**2) * (1 + (1 - _E**2) * tangent**2) / ((1 - _E**2) * root)
    longitude = degrees(atan2(sinh(eta), cos(xi))) + zone * 6 - 183
    return degrees(atan(tangent)), (longitude + 540) % 360 - 180


def _to_ups(latitude: float, longitude: float) -> tuple[float, float]:
    angle, away = radians(abs(latitude)), radians(longitude)
    t = tan(pi / 4 - angle / 2) / ((1 - _E * sin(angle)) / (1 + _E * sin(angle))) ** (_E / 2)
    distance = 2 * _A * _UPS * t / sqrt((1 + _E) ** (1 + _E) * (1 - _E) ** (1 - _E))
    side = 1 if latitude < 0 else -1
    return 2_000_000 + distance * sin(away), 2_000_000 + side * distance * cos(away)
