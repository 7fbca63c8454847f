"""The set of boundaries that a map is drawn from: read from a file that the secretariat can replace, as a stranger's.

A set is one Zstandard frame around MessagePack: `format` (1), `source` (a line of words), `lines` and `countries`. A
line is bytes: longitude and latitude of its first point in units of 1/10000 degree as two signed 32-bit numbers, then
the steps to each next point as pairs of signed 16-bit numbers, all little-endian; over the date line it runs on beyond
180 degrees. A country is its ISO 3166-1 alpha-2
code (or nothing), its rings, each a list of lines (~n is line n turned around), and a place for its name. Neighbours
share lines: a line that two countries have is a boundary, one that a single country has is a coast.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import struct
import sys
from array import array
from collections.abc import Sequence
from importlib import resources
from itertools import accumulate, chain, pairwise
from pathlib import Path

import msgspec
import zstandard

UNIT = 0.0001  # degrees
MAX_FILE, MAX_UNPACKED = 8 << 20, 24 << 20  # bytes
_MAX_LINES, _MAX_COUNTRIES, _MAX_POINTS = 50_000, 1_000, 1_000_000
_CODE = re.compile(r"(?:[A-Z]{2})?\Z", re.ASCII)
_SHIPPED = "natural_earth_50m.map"
_FORMAT = 1

Point = tuple[int, int]


class BadBoundaries(ValueError):
    """A file that is no set of boundaries, or a set that lies about itself; `reason` is a stable word."""

    code = "bad_boundaries"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.params = {"reason": reason}


class Country(msgspec.Struct, frozen=True, array_like=True):
    """One country of a set: its code, its rings as numbers of lines, and where its name stands (units)."""

    code: str
    rings: list[list[int]]
    name_at: Point


class _Packed(msgspec.Struct, frozen=True):
    format: int
    source: str
    lines: list[bytes]
    countries: list[Country]


class Line(msgspec.Struct, frozen=True):
    """One line of a map, in degrees; a line that crosses the date line runs on beyond 180."""

    longitudes: array[float]
    latitudes: array[float]


class Boundaries(msgspec.Struct, frozen=True):
    """A checked set. Every number of a line names one, every place lies on Earth."""

    source: str
    lines: list[Line]
    countries: list[Country]


def encode(source: str, lines: Sequence[Sequence[Point]], countries: list[Country]) -> bytes:
    """A set as the bytes of its file. Raises struct.error where a step does not fit its two bytes."""
    packed = [
        struct.pack("<ii", *points[0])
        + b"".join(struct.pack("<hh", b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points))
        for points in lines
    ]
    plain = msgspec.msgpack.encode(_Packed(_FORMAT, source, packed, countries))
    return zstandard.ZstdCompressor(level=19).compress(plain)


def load_boundaries(path: Path | None = None) -> Boundaries:
    """The set of a file, or the one that the application carries. Raises BadBoundaries and OSError."""
    if path is None:
        return decode(resources.files("desktop.casework").joinpath("maps", _SHIPPED).read_bytes())
    with path.open("rb") as file:
        return decode(file.read(MAX_FILE + 1))


def load_approved(path: Path, digest: str) -> Boundaries:
    """The set of a file, if its SHA-256 is the one approved (hexadecimal). Raises BadBoundaries and OSError."""
    with path.open("rb") as file:
        raw = file.read(MAX_FILE + 1)
    if not hmac.compare_digest(hashlib.sha256(raw).hexdigest(), digest):
        raise BadBoundaries("not_approved")
    return decode(raw)


def decode(raw: bytes) -> Boundaries:
    """A set out of the bytes of its file, checked in every part. Raises BadBoundaries."""
    if len(raw) > MAX_FILE:
        raise BadBoundaries("too_large")
    try:
        size = zstandard.frame_content_size(raw)
        if not 0 < size <= MAX_UNPACKED:
            raise BadBoundaries("too_large")
        plain = zstandard.ZstdDecompressor().decompress(raw, max_output_size=MAX_UNPACKED)
        packed = msgspec.msgpack.decode(plain, type=_Packed)
    except (zstandard.ZstdError, msgspec.MsgspecError, RecursionError) as error:
        raise BadBoundaries("malformed") from error
    if packed.format != _FORMAT:
        raise BadBoundaries("format")
    if len(packed.lines) > _MAX_LINES or len(packed.countries) > _MAX_COUNTRIES:
        raise BadBoundaries("too_large")
    if sum(map(len, packed.lines)) > 4 * _MAX_POINTS:
        raise BadBoundaries("too_large")
    for country in packed.countries:
        _check_country(country, len(packed.lines))
    return Boundaries(packed.source[:200], [_line(each) for each in packed.lines], packed.countries)


def _check_country(country: Country, count: int) -> None:
    if not _CODE.match(country.code):
        raise BadBoundaries("code")
    numbers = list(chain.from_iterable(country.rings))
    if len(numbers) > 4 * _MAX_LINES or any(not -count <= number < count for number in numbers):
        raise BadBoundaries("line")
    if not all(country.rings):
        raise BadBoundaries("ring")
    if not _on_earth([country.name_at[0]], 180) or not _on_earth([country.name_at[1]], 90):
        raise BadBoundaries("range")


def _line(raw: bytes) -> Line:
    if len(raw) < 8 or len(raw) % 4:
        raise BadBoundaries("line")
    first = struct.unpack_from("<ii", raw)
    steps = array("h", raw[8:])
    if sys.byteorder == "big":
        steps.byteswap()
    columns = [list(accumulate(steps[axis::2], initial=first[axis])) for axis in (0, 1)]
    if not _on_earth(columns[0], 540) or not _on_earth(columns[1], 90):
        raise BadBoundaries("range")
    return Line(*(array("d", [value * UNIT for value in column]) for column in columns))


def _on_earth(units: list[int], most: int) -> bool:
    return max(units) <= most / UNIT + 1 and min(units) >= -most / UNIT - 1
