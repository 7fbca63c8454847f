"""An arrangement is a value: what is gone leaves it, what is new joins it, what is written comes back the same."""

from __future__ import annotations

import msgspec
import pytest

from desktop.casework.arrangement import LIMIT, Arrangement, Group, read, write
from desktop.casework.graph import Graph, Sieve
from desktop.casework.views import ListRow


def graph_of(count: int) -> Graph:
    return Graph(ListRow(f"n{n:05d}", "s", "person", title=str(n)) for n in range(count))


def test_what_is_written_comes_back_the_same() -> None:
    made = Arrangement(
        {"a": (1.5, -2.0)}, frozenset({"b"}), frozenset({"a"}), (Group("شبكة", ("a",), folded=True),), Sieve(("phone",))
    )
    assert read(write(made)) == made


@pytest.mark.parametrize("text", ["", "{", "[]", '{"places": {"a": ["x", 1]}}', '{"places": 7}', "null"])
def test_what_cannot_be_read_counts_as_no_arrangement(text: str) -> None:
    assert read(text) == Arrangement()


def test_places_beyond_all_measure_and_unknown_styles_are_left_out() -> None:
    found = read('{"places": {"a": [1e300, 0], "b": [1, 2]}, "style": "glitter"}')
    assert (found.places, found.style) == ({"b": (1.0, 2.0)}, "type")


def test_an_arrangement_that_is_too_long_loses_what_is_folded_away_first() -> None:
    places = {f"{n:032x}": (n + 0.5, n + 0.5) for n in range(12_000)}
    shown = frozenset(list(places)[:300])
    kept = read(write(Arrangement(places, frozenset(places) - shown)))
    assert len(write(Arrangement(places, frozenset(list(places)[300:9_000])))) <= LIMIT
    assert kept.places.keys() >= shown or kept == Arrangement()


def test_of_a_large_case_three_hundred_are_shown_and_the_rest_is_folded_away() -> None:
    graph = graph_of(1_000)
    made = Arrangement().adopt(graph)
    assert len(made.shown(graph)) == 300
    assert len(made.folded) == 700


def test_new_nodes_are_shown_while_there_is_room() -> None:
    placed = Arrangement({f"n{n:05d}": (n * 10.0, 0.0) for n in range(298)})
    graph = graph_of(310)
    made = placed.adopt(graph)
    assert len(made.shown(graph)) == 300
    assert made.folded.isdisjoint(placed.places)


def test_new_nodes_get_places_and_nothing_that_stands_moves() -> None:
    graph = graph_of(5)
    before = Arrangement({"n00000": (0.0, 0.0), "n00001": (200.0, 0.0)}).adopt(graph)
    after = before.placing(graph, before.unplaced(graph))
    assert after.unplaced(graph) == []
    assert {node: after.places[node] for node in before.places} == before.places


def test_what_is_gone_leaves_places_pins_and_groups() -> None:
    made = Arrangement(
        {"n00000": (0, 0), "gone": (1, 1)},
        frozenset({"gone"}),
        frozenset({"gone", "n00000"}),
        (Group("x", ("gone",)), Group("y", ("gone", "n00000"))),
    )
    kept = made.adopt(graph_of(1))
    assert set(kept.places) == kept.pinned == {"n00000"}
    assert kept.groups == (Group("y", ("n00000",)),)


def test_what_is_pinned_is_not_folded_away() -> None:
    made = Arrangement(pinned=frozenset({"a"})).folding(["a", "b"])
    assert made.folded == {"b"}


def test_pinning_what_is_pinned_lets_it_go() -> None:
    made = Arrangement().pinning({"a"})
    assert made.pinned == {"a"}
    assert made.pinning({"a", "b"}).pinned == {"a", "b"}
    assert made.pinning({"a"}).pinned == frozenset()


def test_a_node_is_in_one_group_at_a_time() -> None:
    made = Arrangement().grouping("one", ["a", "b"]).grouping("two", ["b", "c"])
    assert [(group.name, group.members) for group in made.groups] == [("one", ("a",)), ("two", ("b", "c"))]
    assert made.ungrouping(["a"]).groups == (Group("two", ("b", "c")),)
    folded = made.folding_group("c")
    assert [group.folded for group in folded.groups] == [False, True]
    assert folded.folding_group(folded.groups[1].id) == made


def test_an_arrangement_cannot_be_changed_in_place() -> None:
    with pytest.raises(AttributeError):
        Arrangement().style = "role"  # type: ignore[misc]
    assert msgspec.structs.replace(Arrangement(), style="role") != Arrangement()
