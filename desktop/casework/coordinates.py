"""Coordinates: kept as "latitude,longitude" in decimal degrees (WGS 84), read as people write them.

parse("36°48′23″N 10°10′54″E")   "36.806389,10.181667"
parse("36.8, 10.18")             "36.8,10.18"
parse("32S PF 0526 7333")        "36.799996,10.179964", the middle of that square of the grid
degrees("36.8,10.18")            (36.8, 10.18)
written("36.8,10.18", "dms")     "36°48′00.0″N 10°10′48.0″E"
"""

from __future__ import annotations

import re
from typing import Literal

from desktop.casework.mgrs import from_mgrs, to_mgrs

Form = Literal["dd", "dms", "mgrs"]
FORMS: tuple[Form, ...] = ("dd", "dms", "mgrs")

_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫", "01234567890123456789.")
_PAIR = re.compile(r"\s*([+-]?\d{1,3}(?:\.\d{1,15})?)\s*[,;،\s]\s*([+-]?\d{1,3}(?:\.\d{1,15})?)\s*\Z", re.ASCII)
_PART = r"(\d{1,3})\s*°\s*(?:(\d{1,2})\s*['′’]\s*)?(?:(\d{1,2}(?:\.\d{1,6})?)\s*(?:\"|″|”|'')\s*)?"
_SEXAGESIMAL = re.compile(rf"\s*{_PART}([NS])\s*[,;،]?\s*{_PART}([EWO])\s*\Z", re.ASCII | re.IGNORECASE)


class BadCoordinates(ValueError):
    """Not a place on Earth, or not written in a way that is understood."""


def parse(text: str) -> str:
    """The coordinates that somebody typed, in the form that is kept: at most six decimals, about 0.1 m.

    Takes decimal degrees (latitude first; a comma, a semicolon or a space between), degrees, minutes and seconds with
    N or S and E, W or O, and squares of the Military Grid Reference System. Raises BadCoordinates.
    """
    plain = text.translate(_DIGITS)
    if pair := _PAIR.match(plain):
        return _kept(float(pair[1]), float(pair[2]))
    if found := _SEXAGESIMAL.match(plain):
        return _kept(_decimal(*found.group(1, 2, 3, 4)), _decimal(*found.group(5, 6, 7, 8)))
    try:
        return _kept(*from_mgrs(plain))
    except ValueError:
        raise BadCoordinates(text[:60]) from None


def degrees(kept: str) -> tuple[float, float] | None:
    """Latitude (-90 … 90) and longitude (-180 … 180) of what is kept; None for anything else, such as a stranger's."""
    try:
        latitude, longitude = (float(part) for part in parse(kept).split(","))
    except BadCoordinates:
        return None
    return latitude, longitude


def written(kept: str, form: Form) -> str:
    """What is kept as people write it: decimal degrees, degrees with minutes and seconds, or a square of the grid.

    What is no place stays as it came.
    """
    place = degrees(kept)
    if place is None:
        return kept
    if form == "mgrs":
        return to_mgrs(*place)
    if form == "dms":
        return f"{_sexagesimal(place[0], 'NS')} {_sexagesimal(place[1], 'EW')}"
    return f"{place[0]:.5f}, {place[1]:.5f}"


def _sexagesimal(value: float, sides: str) -> str:
    tenths = round(abs(value) * 36_000)
    minutes, seconds = divmod(tenths, 600)
    return f"{minutes // 60}°{minutes % 60:02}′{seconds / 10:04.1f}″{sides[value < 0]}"


def _decimal(whole: str, minutes: str | None, seconds: str | None, side: str) -> float:
    if float(minutes or 0) >= 60 or float(seconds or 0) >= 60:
        raise BadCoordinates(f"{minutes} {seconds}")
    value = int(whole) + float(minutes or 0) / 60 + float(seconds or 0) / 3600
    return -value if side in "SsWwOo" else value


def _kept(latitude: float, longitude: float) -> str:
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise BadCoordinates(f"{latitude} {longitude}")
    return ",".join(f"{value:.6f}".rstrip("0").rstrip(".") for value in (latitude, longitude))
