"""Many records at once, from a table: several share a change, as far as one change goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from desktop.casework.validation import Value
from desktop.desk import operations
from desktop.desk.edits import Changed, DeskEdits
from desktop.refusals import Refused
from desktop.store.listing import parse_name
from sync.changes import RecordEdit
from sync.recall import record_id
from sync.wire.codec import MAX_OPERATIONS, new_id

_CHARACTERS = 100_000  # of values in one change, far below what it may weigh

Told = Callable[[int], bool]
"""Told how many are written; false ends it, and what was written stays."""


class DeskImports(DeskEdits):
    """The part of a desk that takes in tables."""

    def import_records(
        self, kind: str, space: str, rows: Iterable[Mapping[str, Value]], told: Told = lambda _count: True
    ) -> Changed:
        """Add records of a type to a space, whose values were judged (`casework.csv_import`); returns what came to be.

        It is no step of undo: they are too many. Raises Refused, StoreError; what was written before stays.
        """
        record_type = self.type(kind)
        place = parse_name(space)
        if place is None or not self._connection.reads.members(space):
            raise Refused("unknown_space", space=space[:64])
        self.check_writer(space)
        made: set[str] = set()
        device = self._connection.identity.device
        for batch in _batches(rows):
            edits = []
            for values in batch:
                nonce = new_id()
                edits.append(RecordEdit(record_id(device, nonce), operations.create_record(record_type, values, nonce)))
            made |= self._connection.log.append(place, edits).records
            if not told(len(made)):
                break
        return Changed("", frozenset(made))


def _batches(rows: Iterable[Mapping[str, Value]]) -> Iterator[list[Mapping[str, Value]]]:
    batch: list[Mapping[str, Value]] = []
    count = weight = 0
    for values in rows:
        size = 1 + sum(len(each) if isinstance(each, tuple) else 1 for each in values.values())
        letters = sum(len(str(each)) for each in values.values())
        if batch and (count + size > MAX_OPERATIONS or weight + letters > _CHARACTERS):
            yield batch
            batch, count, weight = [], 0, 0
        batch.append(values)
        count, weight = count + size, weight + letters
    if batch:
        yield batch
