"""The graph of a case: what is beside what, what a filter leaves, what is folded away, the ways between two."""

from __future__ import annotations

import itertools
import time

import pytest

from desktop.casework.graph import Graph, Sieve
from desktop.casework.views import ListRow


def subject(name: str, kind: str = "person", **more: str) -> ListRow:
    return ListRow(name, "s", kind, title=name, **more)  # type: ignore[arg-type]


def link(number: int, source: str, target: str, kind: str = "uses", **more: str) -> ListRow:
    return ListRow(f"link{number}", "s", kind, source=source, target=target, **more)  # type: ignore[arg-type]


def chain(names: str) -> list[ListRow]:
    links = [link(n, one, other) for n, (one, other) in enumerate(itertools.pairwise(names))]
    return [*(subject(name) for name in names), *links]


def test_all_links_between_two_are_one_edge_however_many() -> None:
    graph = Graph([subject("a"), subject("b"), *(link(n, "ab"[n % 2], "ba"[n % 2]) for n in range(10_000))])
    assert [len(links) for links in graph.edges.values()] == [10_000]
    assert graph.paths("a", "b") == [["a", "b"]]
    assert len(graph.links_of("a")) == 10_000


def test_a_circle_and_a_link_to_itself_are_walked_once() -> None:
    graph = Graph([*chain("abc"), link(7, "c", "a"), link(8, "a", "a")])
    assert graph.beside == {"a": {"b", "c"}, "b": {"a", "c"}, "c": {"a", "b"}}
    assert [each.id for each in graph.loops["a"]] == ["link8"]
    assert graph.paths("a", "c") == [["a", "c"]]


def test_an_end_that_is_not_here_becomes_a_node_and_says_so() -> None:
    graph = Graph([subject("a"), link(1, "a", "gone")])
    assert graph.is_missing("gone")
    assert not graph.is_missing("a")
    assert graph.paths("a", "gone") == [["a", "gone"]]


def test_a_link_without_an_end_joins_nothing_and_is_counted() -> None:
    graph = Graph([subject("a"), link(1, "a", ""), link(2, "", "a")])
    assert (graph.loose, list(graph.links())) == (2, [])


def test_a_type_of_a_later_version_stays_node_or_link_as_its_ends_say() -> None:
    graph = Graph([subject("a"), subject("b", "submarine"), link(1, "a", "b", "telepathy")])
    assert graph.beside["a"] == {"b"}


def test_what_belongs_to_another_family_is_no_node() -> None:
    assert Graph([subject("t", "task"), subject("n", "note")]).nodes == {}


def test_several_ways_of_the_same_length_are_found_and_no_longer_ones() -> None:
    rows = [subject(name) for name in "abcdef"]
    ends = ("ab", "bd", "ac", "cd", "ae", "ef", "fd")
    graph = Graph([*rows, *(link(n, *pair) for n, pair in enumerate(ends))])
    assert graph.paths("a", "d") == [["a", "b", "d"], ["a", "c", "d"]]
    assert graph.paths("a", "d", most=1) == [["a", "b", "d"]]


@pytest.mark.parametrize("ends", [("a", "z"), ("z", "a"), ("a", "x")])
def test_without_a_way_there_is_none(ends: tuple[str, str]) -> None:
    assert Graph([*chain("abc"), subject("x")]).paths(*ends) == []


def test_a_thousand_ways_do_not_take_for_ever() -> None:
    layers = [[f"{layer}.{place}" for place in range(10)] for layer in range(12)]
    rows = [subject(name) for layer in layers for name in layer]
    pairs = [(one, other) for here, there in itertools.pairwise(layers) for one in here for other in there]
    graph = Graph([*rows, *(link(n, *pair) for n, pair in enumerate(pairs))])
    begun = time.process_time()
    assert len(graph.paths("0.0", "11.0")) == 8
    assert time.process_time() - begun < 1


def test_a_type_that_is_filtered_out_takes_its_links_along() -> None:
    graph = Graph([subject("a"), subject("p", "phone"), link(1, "a", "p"), subject("b"), link(2, "a", "b", "family")])
    assert set(graph.sifted(Sieve(hidden=("phone",))).nodes) == {"a", "b"}
    assert [each.id for each in graph.sifted(Sieve(hidden=("phone",))).links()] == ["link2"]
    assert [each.id for each in graph.sifted(Sieve(hidden=("family",))).links()] == ["link1"]
    assert set(graph.sifted(Sieve(hidden=("family",))).nodes) == {"a", "b", "p"}


@pytest.mark.parametrize(
    ("start", "end", "stays"),
    [
        ("2026-03-01", "2026-04-01", True),
        ("2025-01-01", "2025-12-31", False),
        ("2027", "", False),
        ("2026", "", True),
        ("", "2026-03", True),
        ("", "2025", False),
        ("2025-05-01T10:00", "2026-02-01", True),
        ("", "", True),
    ],
)
def test_a_link_stays_if_it_held_at_some_time_between_the_dates(start: str, end: str, stays: bool) -> None:
    each = link(1, "a", "b", start=start, end=end)
    assert Sieve(since="2026-02", until="2026-06-30").takes(each) is stays


def test_links_are_filtered_by_their_evaluation() -> None:
    graph = Graph([*chain("ab"), link(5, "a", "b", evaluation="A1"), link(6, "a", "b", evaluation="X4")])
    assert [each.id for each in graph.sifted(Sieve(evaluations=("A1",))).links()] == ["link5"]
    assert [each.id for each in graph.sifted(Sieve(evaluations=("", "X4"))).links()] == ["link0", "link6"]


def test_the_best_linked_nodes_are_shown_first_and_never_too_many() -> None:
    rows = [subject(f"n{n:03d}") for n in range(500)]
    graph = Graph([*rows, *(link(n, "n000", f"n{n:03d}") for n in range(1, 400))])
    shown = graph.first_shown(300)
    assert len(shown) == 300
    assert "n000" in shown
    assert all(graph.beside[node] for node in shown)
    assert Graph(rows[:20]).first_shown(300) == {f"n{n:03d}" for n in range(20)}


def test_what_is_folded_away_is_told_by_type() -> None:
    graph = Graph([subject("a"), subject("b"), subject("p", "phone"), link(1, "a", "b"), link(2, "a", "p")])
    assert graph.folded_away("a", {"a"}) == {"person": ["b"], "phone": ["p"]}
    assert graph.folded_away("a", {"a", "p"}) == {"person": ["b"]}


def test_only_what_hangs_on_a_node_alone_is_folded_with_it() -> None:
    graph = Graph([*chain("abc"), subject("d"), link(9, "b", "d")])
    assert graph.hanging_on("b", ["a", "b", "c", "d"]) == {"a", "c", "d"}
    assert graph.hanging_on("a", ["a", "b", "c", "d"]) == frozenset()
