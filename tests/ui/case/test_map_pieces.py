"""What a map computes: where places lie, what part of the world is in view, which spots become one, how routes run."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.casework.boundaries import Country, decode, encode
from desktop.casework.views import ListRow
from desktop.ui.map.frame import CLOSEST, Frame
from desktop.ui.map.spots import Spots, gather, great_circle
from desktop.ui.map.world import EDGE, level_for, make_world, project, unproject

LATITUDES, LONGITUDES = st.floats(-85, 85), st.floats(-180, 180)


def rows(*places: tuple[str, str]) -> list[ListRow]:
    """A trip for each pair of positions."""
    return [ListRow(str(n), "s", "trip", where=start, where_to=end) for n, (start, end) in enumerate(places)]


@settings(max_examples=100)
@given(LATITUDES, st.floats(-180, 179.99))
def test_a_place_of_the_map_leads_back_to_its_degrees(latitude: float, longitude: float) -> None:
    assert unproject(*project(latitude, longitude)) == pytest.approx((latitude, longitude), abs=1e-6)


def test_the_poles_lie_on_the_edges_of_the_map() -> None:
    assert project(90, 0) == pytest.approx((0.5, 0.0), abs=1e-9)
    assert project(-90, 0) == pytest.approx((0.5, 1.0), abs=1e-9)
    assert project(EDGE, 180)[0] == 1.0


@settings(max_examples=60)
@given(st.floats(0.2, 0.8), st.floats(0.2, 0.8), st.floats(1.1, 8), st.floats(0, 900), st.floats(0, 600))
def test_what_is_under_the_pointer_stays_there(x: float, y: float, factor: float, px: float, py: float) -> None:
    frame = Frame(900, 600, x, y, 20_000.0)
    before = frame.to_place(px, py)
    frame.zoom(factor, px, py)
    assert frame.to_pixel(before) == pytest.approx((px, py), abs=0.01)


def test_nobody_comes_nearer_than_the_closest_nor_leaves_the_world() -> None:
    frame = Frame(900, 600)
    frame.zoom(1e12, 450, 300)
    assert frame.scale == CLOSEST
    frame.zoom(1e-12, 450, 300)
    assert frame.scale == 900
    frame.move(0, 100_000)
    assert frame.y == pytest.approx(300 / 900)


def test_what_lies_on_both_sides_of_the_date_line_is_fitted_by_the_shorter_way() -> None:
    frame = Frame(1000, 600)
    frame.fit([project(-17, 178), project(-18, -178)], 50)
    assert unproject(frame.x, frame.y)[1] == pytest.approx(180, abs=0.01) or frame.x == pytest.approx(0, abs=1e-4)
    first, second = frame.to_pixel(project(-17, 178)), frame.to_pixel(project(-18, -178))
    assert first[0] < second[0]
    assert all(50 <= x <= 950 for x in (first[0], second[0]))


def test_positions_that_are_none_are_counted_and_not_drawn() -> None:
    spots = Spots(rows(("36.8,10.18", ""), ("91,0", ""), ("", "nan,nan"), ("", ""), ("1e5,3", "36.8,10.18")))
    assert [spot.record for spot in spots.spots] == [0, 4]
    assert (spots.refused, spots.unplaced) == (2, 1)


def test_spots_that_lie_close_become_one_until_one_comes_nearer() -> None:
    spots = Spots(rows(("36.80,10.18", ""), ("36.81,10.19", ""), ("43.30,5.37", "")))
    far, near = spots.layer(1, 2_000, 40), spots.layer(30, 4_000_000, 40)
    assert sorted(cluster.records for cluster in far.clusters) == [(0, 1), (2,)]
    assert len(near.clusters) == 3


def test_spots_beside_the_date_line_become_one() -> None:
    places = [project(0, 179.99), project(0, -179.99)]
    assert gather(places, 0.01) == [0, 0]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=60), st.floats(0.001, 0.3))
def test_every_spot_belongs_to_one_cluster_and_clusters_are_numbered_in_a_row(
    places: list[tuple[float, float]], reach: float
) -> None:
    homes = gather(places, reach)
    assert len(homes) == len(places)
    assert set(homes) == set(range(len(set(homes))))


def test_ways_between_the_same_places_are_one_route_that_knows_them_all() -> None:
    spots = Spots(rows(*[("34.74,10.76", "35.50,12.61")] * 5))
    layer = spots.layer(20, 20_000, 40)
    assert [route.records for route in layer.routes] == [(0, 1, 2, 3, 4)]


def test_a_route_over_the_pacific_does_not_run_around_the_world() -> None:
    line = great_circle(project(35.68, 139.65), project(37.77, -122.42))
    assert all(abs(b[0] - a[0]) < 0.1 for a, b in pairwise(line))
    assert max(unproject(*place)[0] for place in line) > 45


@pytest.mark.parametrize(("start", "end"), [((90, 0), (-90, 0)), ((0, 0), (0, 180)), ((10, 10), (10, 10))])
def test_a_route_without_a_shortest_way_is_a_line_all_the_same(
    start: tuple[float, float], end: tuple[float, float]
) -> None:
    line = great_circle(project(*start), project(*end))
    assert line[0] == project(*start)
    assert len(line) >= 2


def test_land_over_the_date_line_is_one_piece() -> None:
    lines = [[(1_790_000, 0), (1_810_000, 0), (1_810_000, 20_000)], [(-1_790_000, 20_000), (-1_810_000, 0)]]
    world = make_world(decode(encode("ours", lines, [Country("FJ", [[0, 1]], (1_795_000, 5))])))
    assert world.lands[0].box.width() == pytest.approx(2 / 360)
    assert [stroke.boundary for stroke in world.strokes] == [False, False]


def test_a_coarser_drawing_serves_a_smaller_world() -> None:
    assert [level_for(scale) for scale in (300, 2_000, 9_000, 1e6)] == [0, 1, 2, 2]
