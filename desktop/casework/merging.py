"""Records that were found to be one: a merge is a link that says so and names the one of the two that lists show.

Nothing of either record is changed. Merges of several desks come together: what they join is one group, and of each
group one record stands, the same on every desk whatever came first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

MERGE = "same_as"
"""The type of the link."""


class Merge(NamedTuple):
    """One link: the two records, and that of them which stands in lists."""

    source: str
    target: str
    stands: str


def parse_merge(text: str) -> Merge | None:
    """A merge as the table of rows has it; None for a link that joins nothing, or names a third record."""
    parts = text.split(" ")
    if len(parts) != 3 or parts[0] == parts[1] or parts[2] not in parts[:2]:
        return None
    return Merge(*parts)


def standing_records(merges: Iterable[Merge]) -> dict[str, str]:
    """Which record stands in the place of each that lists do not show.

    Of a group stands one that some merge named and none passed over; where several or none are like that, the one of
    the smallest id: no clock, and no order of arrival.
    """
    parents: dict[str, str] = {}
    named: set[str] = set()
    passed: set[str] = set()
    for merge in merges:
        one, other = _root(parents, merge.source), _root(parents, merge.target)
        parents[max(one, other)] = min(one, other)
        named.add(merge.stands)
        passed.add(merge.target if merge.stands == merge.source else merge.source)
    groups: dict[str, list[str]] = {}
    for record in parents:
        groups.setdefault(_root(parents, record), []).append(record)
    stands: dict[str, str] = {}
    for members in groups.values():
        chosen = [each for each in members if each in named]
        one = min([each for each in chosen if each not in passed] or chosen)
        stands.update((each, one) for each in members if each != one)
    return stands


def _root(parents: dict[str, str], record: str) -> str:
    parents.setdefault(record, record)
    while parents[record] != record:
        parents[record] = parents[parents[record]]
        record = parents[record]
    return record
