"""Places that a map names: capitals and ports, with their names in the five languages, from a table of ours.

A line of `maps/places.tsv`: country, latitude, longitude, rank (1 for what a map of the world shows, 4 for what only a
map of a coast does), then the name in English, French, Italian, Spanish and Arabic.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from math import cos, hypot, radians
from typing import NamedTuple

from i18n import current

_LANGUAGES = ("en", "fr", "it", "es", "ar")
NEAR_KM = 25.0
_KM_A_DEGREE = 111.2


class Place(NamedTuple):
    """One place; `names` by language."""

    country: str
    latitude: float
    longitude: float
    rank: int
    names: dict[str, str]

    @property
    def name(self) -> str:
        """Its name in the current language."""
        return self.names.get(current().language, self.names["en"])


@cache
def list_places() -> tuple[Place, ...]:
    """Every place of the table, the most important first."""
    table = resources.files("desktop.casework").joinpath("maps", "places.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in table.splitlines()]
    places = [
        Place(row[0], float(row[1]), float(row[2]), int(row[3]), dict(zip(_LANGUAGES, row[4:], strict=True)))
        for row in rows
    ]
    return tuple(sorted(places, key=lambda place: place.rank))


def place_near(latitude: float, longitude: float) -> Place | None:
    """The nearest known place within NEAR_KM of a point given in degrees; None where there is none."""
    reach = NEAR_KM / _KM_A_DEGREE
    near = [
        (hypot(place.latitude - latitude, (place.longitude - longitude) * cos(radians(latitude))), place)
        for place in list_places()
        if abs(place.latitude - latitude) <= reach
    ]
    best = min(near, key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] <= reach else None
