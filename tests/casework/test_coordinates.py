"""Coordinates are read as people write them and kept in one form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.casework.coordinates import BadCoordinates, degrees, parse


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("36.8, 10.18", "36.8,10.18"),
        ("36.8;10.18", "36.8,10.18"),
        ("-33.86 151.2", "-33.86,151.2"),
        ("36°48′23″N 10°10′54″E", "36.806389,10.181667"),
        ("36° 48' 23\" S, 10° 10' 54\" O", "-36.806389,-10.181667"),
        ("14°41'N 17°26'W", "14.683333,-17.433333"),
        ("٣٦٫٨، ١٠٫١٨", "36.8,10.18"),
        ("0,0", "0,0"),
        ("90,-180", "90,-180"),
        ("5,10", "5,10"),
        ("100e1,2", None),
        ("91,0", None),
        ("0,181", None),
        ("36°61′N 10°0′E", None),
        ("nan,nan", None),
        ("36.8", None),
        ("", None),
        ("1,2,3", None),
    ],
)
def test_what_is_typed_is_kept_in_degrees(typed: str, kept: str | None) -> None:
    if kept is None:
        with pytest.raises(BadCoordinates):
            parse(typed)
        assert degrees(typed) is None
    else:
        assert parse(typed) == kept


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_what_is_kept_reads_as_itself(latitude: float, longitude: float) -> None:
    kept = parse(f"{latitude:.9f},{longitude:.9f}")
    assert parse(kept) == kept
    found = degrees(kept)
    assert found is not None
    assert found == pytest.approx((latitude, longitude), abs=1e-6)
