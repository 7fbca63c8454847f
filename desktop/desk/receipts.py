"""Who has a record, as far as their desks said so, and what this desk says of itself."""

from __future__ import annotations

from desktop.casework.record_types import RECEIPTS
from desktop.casework.trust_views import ReceiptsView
from desktop.desk.edits import Changed
from desktop.desk.trusting import DeskTrust
from desktop.store import UnknownRecord
from desktop.store.listing import parse_name


class DeskReceipts(DeskTrust):
    """The part of a desk that is about receipts."""

    def receipts(self, record: str) -> ReceiptsView:
        """Who said that they have a record, have read or destroyed it, and who said nothing. Raises UnknownRecord."""
        found = self._connection.receipts.view(parse_name(record) or b"")
        if found is None:
            raise UnknownRecord
        return found

    def ask_receipts(self, record: str, *, on: bool) -> Changed:
        """Ask the desks that have a record to say so, or stop; a change like any other. Raises Refused."""
        with self._connection.transaction():
            standing = self._connection.reads.standing(record)
            return self._write(record, standing, RECEIPTS, on or None)

    def seen(self, record: str) -> bool:
        """The officer had a record open: say so if that was asked for. Returns whether there is something to send."""
        return self._connection.receipts.owe_read(parse_name(record) or b"")
