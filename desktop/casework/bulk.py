"""One value for one field of many records: what is asked, and what would become of each before anything is written."""

from __future__ import annotations

from typing import Literal

import msgspec

from desktop.casework.views import ListRow, Scalar

MOST_RECORDS = 5_000
Mode = Literal["set", "add", "remove"]


class BulkOrder(msgspec.Struct, frozen=True):
    """`set`: the field holds this value alone afterwards; `add`, `remove`: elements of a set, beside the others."""

    field: str
    value: Scalar | tuple[str, ...]
    mode: Mode = "set"


class BulkRow(msgspec.Struct, frozen=True):
    """A record, what stands in the field and what would stand there; `refused`: why it is left as it is."""

    row: ListRow
    before: tuple[Scalar, ...] = ()
    after: tuple[Scalar, ...] = ()
    refused: str = ""  # a code with a sentence, or of an invalid value,
    reason: str = ""  # which is said here, in the language in use

    @property
    def changes(self) -> bool:
        """Whether anything would be written."""
        return not self.refused and self.before != self.after


class BulkPlan(msgspec.Struct, frozen=True):
    """What an order would do to each record."""

    order: BulkOrder
    rows: tuple[BulkRow, ...]

    @property
    def changing(self) -> tuple[BulkRow, ...]:
        """The records that would be written."""
        return tuple(row for row in self.rows if row.changes)

    @property
    def refused(self) -> tuple[BulkRow, ...]:
        """The records that cannot be."""
        return tuple(row for row in self.rows if row.refused)


class BulkProgress(msgspec.Struct, frozen=True):
    """A part of the work was written: the records that moved, how many were looked at, of how many, and passed over."""

    records: frozenset[str]
    done: int
    whole: int
    passed: int = 0  # somebody wrote there since the preview, or since what is taken back
