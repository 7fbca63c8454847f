"""Where nodes go: each has room, the same graph looks the same, and what stands never moves for what is new."""

from __future__ import annotations

import itertools
import math
import random

import pytest

from desktop.casework.graph_layout import STEP_X, STEP_Y, Points, arrange, bounds, place_beside


def made(nodes: int, links: int) -> dict[str, set[str]]:
    chance = random.Random(1)
    beside: dict[str, set[str]] = {f"{n:04d}": set() for n in range(nodes)}
    for _ in range(links):
        one, other = (f"{chance.randrange(nodes):04d}" for _end in range(2))
        if one != other:
            beside[one].add(other)
            beside[other].add(one)
    return beside


def nearest(points: Points) -> float:
    """The least distance of two nodes, in steps."""
    cells: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for x, y in points.values():
        cells.setdefault((int(x // STEP_X), int(y // STEP_Y)), []).append((x / STEP_X, y / STEP_Y))
    pairs = (
        math.dist(one, other)
        for (column, row), here in cells.items()
        for dx, dy in itertools.product((-1, 0, 1), repeat=2)
        for one in here
        for other in cells.get((column + dx, row + dy), ())
        if one is not other
    )
    return min(pairs, default=math.inf)


@pytest.mark.parametrize(("nodes", "links"), [(1, 0), (2, 1), (40, 0), (40, 60), (300, 500), (700, 650)])
def test_every_node_has_a_place_of_its_own(nodes: int, links: int) -> None:
    points = arrange(made(nodes, links))
    assert len(points) == nodes
    assert nearest(points) > 0.4


def test_the_same_graph_looks_the_same() -> None:
    assert arrange(made(90, 140)) == arrange(made(90, 140))


def test_a_star_of_a_thousand_and_a_chain_of_a_thousand_end() -> None:
    star: dict[str, set[str]] = {"hub": {f"{n}" for n in range(1000)}, **{f"{n}": {"hub"} for n in range(1000)}}
    chain = {f"{n}": {f"{n + step}" for step in (-1, 1) if 0 <= n + step < 1000} for n in range(1000)}
    assert len(arrange(star)) == 1001
    assert len(arrange(chain)) == 1000


def test_neighbours_are_nearer_than_others() -> None:
    beside = made(200, 210)
    points = arrange(beside)
    linked = [math.dist(points[one], points[other]) for one, others in beside.items() for other in others]
    everyone = [math.dist(points[one], points[other]) for one, other in itertools.combinations(points, 2)]
    assert sum(linked) / len(linked) < 0.6 * sum(everyone) / len(everyone)


def test_a_layout_tells_how_far_it_is_and_ends_when_told_to() -> None:
    told: list[tuple[int, int]] = []

    def tell(done: int, whole: int) -> None:
        told.append((done, whole))
        if len(told) > 5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        arrange(made(700, 900), tell)
    assert all(whole == 700 and 0 <= done <= 700 for done, whole in told)


def test_new_nodes_stand_beside_their_neighbours_and_nothing_moves() -> None:
    beside = made(60, 90)
    points = arrange(beside)
    before = dict(points)
    beside |= {"new": {"0003"}, "newer": {"new"}}
    found = place_beside(["newer", "new"], beside, points)
    assert points == before
    assert set(found) == {"new", "newer"}
    assert math.dist(found["new"], points["0003"]) < 4 * STEP_X
    assert nearest({**points, **found}) > 0.3


def test_hundreds_of_new_nodes_around_one_get_places_apart() -> None:
    beside: dict[str, set[str]] = {"hub": set(), **{f"{n}": {"hub"} for n in range(400)}}
    found = place_beside([f"{n}" for n in range(400)], beside, {"hub": (0.0, 0.0)})
    assert len(set(found.values())) == 400
    assert (0.0, 0.0) not in found.values()


def test_a_new_node_that_nothing_joins_stands_below_the_others() -> None:
    points = {"a": (0.0, 0.0), "b": (300.0, 200.0)}
    assert place_beside(["c"], {"c": ()}, points)["c"][1] > bounds(points.values())[3]
