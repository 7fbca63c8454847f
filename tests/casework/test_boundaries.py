"""The set of boundaries that comes with the application is whole, and one from elsewhere is checked in every part."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.casework.boundaries import (
    MAX_UNPACKED,
    BadBoundaries,
    Country,
    decode,
    encode,
    load_approved,
    load_boundaries,
)
from desktop.casework.places import list_places, place_near
from i18n import set_language
from i18n.names import country_codes

_SQUARE = [[(0, 0), (20_000, 0), (20_000, 20_000)], [(20_000, 20_000), (0, 20_000), (0, 0)]]
MEMBERS = {"AE", "FR", "MA", "BH", "IT", "ES", "SN", "SG", "SK", "IL", "NL"}


def packed(**changes: object) -> bytes:
    """A file of one country, with parts of it replaced."""
    plain = msgspec.msgpack.decode(zstandard.decompress(encode("ours", _SQUARE, [Country("SN", [[0, 1]], (9, 9))])))
    return zstandard.compress(msgspec.msgpack.encode({**plain, **changes}))


def test_the_set_that_is_shipped_names_every_member() -> None:
    shipped = load_boundaries()
    codes = {country.code for country in shipped.countries}
    assert codes >= MEMBERS
    assert codes - {""} <= set(country_codes())
    assert "Natural Earth" in shipped.source
    assert sum(len(line.longitudes) for line in shipped.lines) > 80_000


def test_a_set_is_read_as_it_was_made(tmp_path: Path) -> None:
    file = tmp_path / "approved.map"
    file.write_bytes(encode("ours", _SQUARE, [Country("SN", [[0, 1]], (9, 9))]))
    read = load_boundaries(file)
    assert read.countries == [Country("SN", [[0, 1]], (9, 9))]
    assert [list(line.latitudes) for line in read.lines] == [[0.0, 0.0, 2.0], [2.0, 2.0, 0.0]]


def test_an_approved_set_is_the_one_whose_digest_was_named(tmp_path: Path) -> None:
    file = tmp_path / "boundaries.map"
    file.write_bytes(packed())
    digest = hashlib.sha256(packed()).hexdigest()
    assert load_approved(file, digest).source == "ours"
    file.write_bytes(packed(source="theirs"))
    with pytest.raises(BadBoundaries, match="not_approved"):
        load_approved(file, digest)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"format": 2}, "format"),
        ({"countries": [["SN", [[0, 2]], [9, 9]]]}, "line"),
        ({"countries": [["SN", [[-3]], [9, 9]]]}, "line"),
        ({"countries": [["../", [[0, 1]], [9, 9]]]}, "code"),
        ({"countries": [["SN", [[]], [9, 9]]]}, "ring"),
        ({"countries": [["SN", [[0, 1]], [9, 900_002]]]}, "range"),
        ({"countries": [["SN", [[0, 1]], [1.5, 9]]]}, "malformed"),
        ({"lines": [b"\0" * 7]}, "line"),
        ({"lines": [b"\0\0\0\x70" + b"\0" * 8] * 2}, "range"),
        ({"lines": [b""] * 50_001}, "too_large"),
        ({"source": 1}, "malformed"),
    ],
)
def test_a_set_that_lies_is_refused(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(BadBoundaries) as refused:
        decode(packed(**changes))
    assert refused.value.reason == reason


def test_a_set_that_unpacks_without_end_is_refused() -> None:
    with pytest.raises(BadBoundaries, match="too_large"):
        decode(zstandard.compress(b"\0" * (MAX_UNPACKED + 1)))


@settings(max_examples=60)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_set_or_are_refused(raw: bytes) -> None:
    for each in (raw, zstandard.compress(raw)):
        with pytest.raises(BadBoundaries):
            decode(each)


def test_places_lie_on_earth_and_have_a_name_in_every_language() -> None:
    places = list_places()
    assert len(places) > 150
    assert {place.country for place in places} >= MEMBERS
    for place in places:
        assert abs(place.latitude) <= 90
        assert abs(place.longitude) <= 180
        assert all(place.names.values())
        assert len(place.names) == 5


def test_a_point_is_named_after_the_place_where_it_lies() -> None:
    near = place_near(35.51, 12.62)
    assert near is not None
    set_language("ar")
    assert near.name == "لامبيدوزا"
    assert place_near(34.0, 13.5) is None
