"""Two records that are one: a link says so and which of them lists show. Nothing of either is changed or lost."""

from __future__ import annotations

import msgspec

from desktop.casework.duplicates import Candidate
from desktop.casework.merging import MERGE, Merge
from desktop.desk.bulk import DeskBulk
from desktop.desk.edits import Changed
from desktop.desk.saved_filters import DeskFilters
from desktop.desk.undo import Step
from desktop.refusals import Refused
from desktop.store import Connection

_APART = "apart"  # note: pairs that the officer said are two, on this desk alone
MOST_APART = 2_000


class DeskMerging(DeskBulk, DeskFilters):
    """A desk that finds, merges and separates."""

    def duplicates(self, space: str, *, elsewhere: bool = False) -> list[Candidate]:
        """Pairs of records that may be one: in a case, or one of it and one of another case that this desk reads."""
        return find_duplicates(self._connection, space, elsewhere=elsewhere)

    def merge(self, stands: str, other: str) -> Changed:
        """Let a record stand in lists for another one of the same case and type, by a link of one change.

        Raises Refused: merge_other_case, merge_other_type, merged_already, recalled, reader_only.
        """
        one, two = self._connection.reads.standing(stands), self._connection.reads.standing(other)
        if one.space != two.space:
            raise Refused("merge_other_case")
        kind = self.types.get(one.state.type)
        if one.state.type != two.state.type or kind is None or kind.family != "subject" or stands == other:
            raise Refused("merge_other_type")
        self.check_standing(one)
        self.check_standing(two)
        now = self._connection.listing.merges.stands()
        if now.get(stands, stands) == now.get(other, other):
            raise Refused("merged_already")
        values = {"source": other, "target": stands, "stands": stands}
        return self.new_record(MERGE, one.space.hex(), values)

    def merges_of(self, record: str) -> list[tuple[str, Merge]]:
        """The merges that join a record with others: ids of the links, and what they say."""
        space = self._connection.reads.standing(record).space.hex()
        return self._connection.listing.merges.of_record(space, record)

    def separate(self, record: str) -> Changed:
        """Take back every merge of a record, as one step. Raises Refused (not_merged)."""
        links = [link for link, _ in self.merges_of(record)]
        if not links:
            raise Refused("not_merged")
        return self._whole(self.step_slices([[Step("delete", link, MERGE) for link in links]], len(links)))

    def link_across(self, here: str, there: str) -> Changed:
        """Link a record of a case with the same subject in another case, in the first case.

        Only where everybody who reads the first case reads the other too: a link tells that the other is there.
        Raises Refused (link_not_theirs).
        """
        one, two = self._connection.reads.show(here), self._connection.reads.show(there)
        if one.type != two.type or one.space == two.space:
            raise Refused("merge_other_type")
        missing = sorted(set(one.readers) - set(two.readers))
        if missing:
            raise Refused("link_not_theirs", ministries=", ".join(missing))
        return self.new_record(MERGE, one.space, {"source": here, "target": there})

    def keep_apart(self, one: str, other: str) -> None:
        """Note that two records are two: they are no candidates on this desk any more."""
        pairs = sorted(apart(self._connection))
        pair = "".join(sorted((one, other)))
        self._connection.notes.put(
            _APART, msgspec.json.encode([*(each for each in pairs if each != pair), pair][-MOST_APART:])
        )


def apart(connection: Connection) -> frozenset[str]:
    """Pairs of ids that the officer said are two records."""
    kept = connection.notes.get(_APART)
    return frozenset(msgspec.json.decode(kept, type=list[str])) if kept else frozenset()


def find_duplicates(connection: Connection, space: str, *, elsewhere: bool = False) -> list[Candidate]:
    """What `DeskMerging.duplicates` returns, by a connection of another thread."""
    find = connection.duplicates.elsewhere if elsewhere else connection.duplicates.within
    return find(space, apart(connection))
