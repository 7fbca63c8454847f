"""Looks for records that may be one: within a case by comparing all of it, over cases through the search index."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from desktop.casework.duplicates import (
    MOST_OF_A_KEY,
    Candidate,
    Trait,
    by_name_only,
    contradict,
    reasons_for,
    traits_of,
)
from desktop.casework.record_types import RecordType
from desktop.casework.views import ListRow, Query
from desktop.store.context import Context
from desktop.store.listing import Listing, parse_name
from desktop.store.projection import elements_of
from sync.merge import RecordState, decode_state

MOST_PAIRS = 500
MOST_ASKED = 1_000  # records of a case that are looked for in others
_HITS = 20  # in other cases, for one value
Progress = Callable[[int, int], None]


class _Known(NamedTuple):
    row: ListRow
    values: dict[str, list[str]]
    traits: list[Trait]


class Duplicates:
    """Finds pairs. Those that a merge joins already are left out; `apart` are pairs of ids that an officer parted."""

    def __init__(self, context: Context, listing: Listing) -> None:
        self._database = context.database
        self._types = context.types
        self._listing = listing

    def within(
        self, space: str, apart: frozenset[str] = frozenset(), progress: Progress | None = None
    ) -> list[Candidate]:
        """Pairs of records of one case, those with most reasons first, at most MOST_PAIRS."""
        known = self._subjects(space, progress)
        by_key: dict[tuple[str, str], list[_Known]] = {}
        for each in known:
            for key in {trait.key for trait in each.traits}:
                by_key.setdefault((each.row.type, key), []).append(each)
        pairs: dict[tuple[str, str], tuple[_Known, _Known]] = {}
        for some in by_key.values():
            if 1 < len(some) <= MOST_OF_A_KEY:
                for place, one in enumerate(some):
                    pairs.update({_pair(one, other): (one, other) for other in some[place + 1 :]})
            if len(pairs) > MOST_PAIRS * 4:
                break
        return self._judged((one, other, True) for key, (one, other) in pairs.items() if "".join(key) not in apart)

    def elsewhere(
        self, space: str, apart: frozenset[str] = frozenset(), progress: Progress | None = None
    ) -> list[Candidate]:
        """Pairs of a record of a case and one of another case that this desk can read, at most MOST_PAIRS."""
        known = [each for each in self._subjects(space, None) if each.traits][:MOST_ASKED]
        pairs: dict[tuple[str, str], tuple[_Known, _Known, bool]] = {}
        for done, one in enumerate(known):
            if progress is not None:
                progress(done, len(known))
            for value in dict.fromkeys(trait.value for trait in one.traits):
                found = self._listing.query(Query(type=one.row.type, text=value, limit=_HITS))
                for row in self._listing.rows([each for each in found if each != one.row.id]):
                    other = self._know(row) if row.space != space else None
                    if other is not None and "".join(_pair(one, other)) not in apart:
                        pairs[_pair(one, other)] = (one, other, False)
            if len(pairs) > MOST_PAIRS:
                break
        return self._judged(pairs.values())

    def _judged(self, pairs: Iterable[tuple[_Known, _Known, bool]]) -> list[Candidate]:
        stands = self._listing.merges.stands()
        found: list[Candidate] = []
        for one, other, same_space in pairs:
            reasons = reasons_for(one.traits, other.traits)
            ids = one.row.id, other.row.id
            if not reasons or stands.get(ids[0], ids[0]) == stands.get(ids[1], ids[1]):
                continue
            if by_name_only(reasons) and contradict(one.values, other.values):
                continue
            found.append(Candidate(one.row, other.row, reasons, same_space))
        found.sort(key=lambda pair: (-sum(1 if by_name_only([why]) else 3 for why in pair.reasons), pair.one.id))
        return found[:MOST_PAIRS]

    def _subjects(self, space: str, progress: Progress | None) -> list[_Known]:
        types = tuple(each.name for each in self._types.of_family("subject"))
        rows = self._listing.of_space(space, types)
        found: list[_Known] = []
        for done, row in enumerate(rows):
            if progress is not None and done % 100 == 0:
                progress(done, len(rows))
            if not row.recalled and (known := self._know(row)) is not None:
                found.append(known)
        return found

    def _know(self, row: ListRow) -> _Known | None:
        known = self._types.get(row.type)
        state = self._database.value(
            "SELECT state_of(n, state) FROM records WHERE name = ?", (parse_name(row.id) or b"",)
        )
        if known is None or state is None:
            return None
        values = _values(decode_state(state), known)
        return _Known(row, values, traits_of(known, values))


def _values(state: RecordState, known: RecordType) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for field in known.fields.values():
        if field.merge == "set":
            found = elements_of(state.sets.get(field.name, {}))
        else:
            found = [str(one.value) for one in state.registers.get(field.name, ()) if one.value is not None]
        if found:
            values[field.name] = found
    return values


def _pair(one: _Known, other: _Known) -> tuple[str, str]:
    first, second = sorted((one.row.id, other.row.id))
    return first, second
