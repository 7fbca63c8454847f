"""Squares of the grid agree with places that are published, and lead back to them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.casework.coordinates import BadCoordinates, parse, written
from desktop.casework.mgrs import from_mgrs, to_mgrs


@pytest.mark.parametrize(
    ("latitude", "longitude", "square"),
    [
        (48.85820, 2.29450, "31U DQ 48251 11932"),
        (0.0, 0.0, "31N AA 66021 00000"),
        (-33.85678, 151.21530, "56H LH 34900 52290"),
        (60.0, 4.0, "32V KM 21288 61953"),
        (78.2, 15.6, "33X WG 13696 80760"),
        (83.99, 20.0, "33X WP 58374 29512"),
        (90.0, 0.0, "Z AH 00000 00000"),
        (-90.0, 0.0, "B AN 00000 00000"),
        (0.0, 180.0, "01N AA 66021 00000"),
    ],
)
def test_a_place_has_its_square(latitude: float, longitude: float, square: str) -> None:
    assert to_mgrs(latitude, longitude) == square


@settings(max_examples=150)
@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_square_metre_leads_back_to_where_it_lies(latitude: float, longitude: float) -> None:
    back = from_mgrs(to_mgrs(latitude, longitude))
    east = ((back[1] - longitude + 540) % 360 - 180) * math.cos(math.radians(latitude))
    assert math.hypot(back[0] - latitude, east) * 111_320 < 1.5


@pytest.mark.parametrize(
    "typed",
    [
        "32S PF 123 4567",
        "32S PF 123456 123456",
        "61S PF 1 1",
        "00S PF 1 1",
        "32I PF 1 1",
        "32S ZZ 1 1",
        "Z ZZ 1 1",
        "32S PF ١x",
        "32S",
        "S PF 1 1",
    ],
)
def test_what_is_no_square_is_refused(typed: str) -> None:
    with pytest.raises(BadCoordinates):
        parse(typed)


def test_a_square_may_be_typed_as_it_comes() -> None:
    kept = parse("31u dq 4825111932")
    assert kept == parse("31UDQ4825111932") == parse(" 31U DQ 48251 11932 ")
    assert written(kept, "mgrs") == "31U DQ 48251 11932"
    assert parse("31UDQ") != parse("31UDQ41")


def test_a_place_is_written_in_three_forms_that_are_read_again() -> None:
    kept = "-36.806389,10.181667"
    assert written(kept, "dd") == "-36.80639, 10.18167"
    assert written(kept, "dms") == "36°48′23.0″S 10°10′54.0″E"
    assert parse(written(kept, "dms")) == kept
    assert written("59.999999,0", "dms") == "60°00′00.0″N 0°00′00.0″E"
    assert written("nowhere", "mgrs") == "nowhere"
