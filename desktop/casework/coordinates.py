"""Coordinates: kept as "latitude,longitude" in decimal degrees (WGS 84), read as people write them.

parse("36°48′23″N 10°10′54″E")   "36.806389,10.181667"
parse("36.8, 10.18")             "36.8,10.18"
degrees("36.8,10.18")            (36.8, 10.18)
"""

from __future__ import annotations

import re

_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫", "01234567890123456789.")
_PAIR = re.compile(r"\s*([+-]?\d{1,3}(?:\.\d{1,15})?)\s*[,;،\s]\s*([+-]?\d{1,3}(?:\.\d{1,15})?)\s*\Z", re.ASCII)
_PART = r"(\d{1,3})\s*°\s*(?:(\d{1,2})\s*['′’]\s*)?(?:(\d{1,2}(?:\.\d{1,6})?)\s*(?:\"|″|”|'')\s*)?"
_SEXAGESIMAL = re.compile(rf"\s*{_PART}([NS])\s*[,;،]?\s*{_PART}([EWO])\s*\Z", re.ASCII | re.IGNORECASE)


class BadCoordinates(ValueError):
    """Not a place on Earth, or not written in a way that is understood."""


def parse(text: str) -> str:
    """The coordinates that somebody typed, in the form that is kept: at most six decimals, about 0.1 m.

    Takes decimal degrees (latitude first; a comma, a semicolon or a space between) and degrees, minutes and seconds
    with N or S and E, W or O. Raises BadCoordinates.
    """
    plain = text.translate(_DIGITS)
    if pair := _PAIR.match(plain):
        return _kept(float(pair[1]), float(pair[2]))
    if found := _SEXAGESIMAL.match(plain):
        return _kept(_decimal(*found.group(1, 2, 3, 4)), _decimal(*found.group(5, 6, 7, 8)))
    raise BadCoordinates(text[:60])


def degrees(kept: str) -> tuple[float, float] | None:
    """Latitude (-90 … 90) and longitude (-180 … 180) of what is kept; None for anything else, such as a stranger's."""
    try:
        latitude, longitude = (float(part) for part in parse(kept).split(","))
    except BadCoordinates:
        return None
    return latitude, longitude


def _decimal(whole: str, minutes: str | None, seconds: str | None, side: str) -> float:
    if float(minutes or 0) >= 60 or float(seconds or 0) >= 60:
        raise BadCoordinates(f"{minutes} {seconds}")
    value = int(whole) + float(minutes or 0) / 60 + float(seconds or 0) / 3600
    return -value if side in "SsWwOo" else value


def _kept(latitude: float, longitude: float) -> str:
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise BadCoordinates(f"{latitude} {longitude}")
    return ",".join(f"{value:.6f}".rstrip("0").rstrip(".") for value in (latitude, longitude))
