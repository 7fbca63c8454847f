"""What the screens show of receipts, ask for, and tell of what the officer reads."""

from __future__ import annotations

from PySide6.QtCore import Signal

from desktop.session.searching import Searching
from desktop.store.listing import parse_name

_RECEIPTS = "receipts "  # the first word of a channel


class Receipting(Searching):
    """The part of the session that is about receipts."""

    receipts_ready = Signal(int, object)
    """Request id and ReceiptsView, or None for a record that is not here."""

    def receipts(self, record: str, channel: str = "receipts") -> int:
        """Start to read who has a record; the request id comes back with `receipts_ready`. Supersedes as in `query`."""
        name = parse_name(record) or b""
        return self._read(lambda connection: connection.receipts.view(name), _RECEIPTS + channel)

    def ask_receipts(self, record: str, on: bool) -> bool:
        """Ask the desks that have a record to say so, or stop; refusals are told as by `edit`."""
        with self._reporting(record):
            self._told(self._open_desk().ask_receipts(record, on=on))
            return True
        return False

    def seen(self, record: str) -> None:
        """The officer has had a record open for a second: its receipt goes out if one was asked for. Cheap."""
        if self._look(lambda desk: desk.seen(record), otherwise=False):
            self._wake()

    def on_answered(self, number: int, channel: str, answer: object) -> None:
        """The query thread has an answer."""
        if not channel.startswith(_RECEIPTS):
            super().on_answered(number, channel, answer)
        elif self._desk is not None and self._asked.get(channel) == number:
            self.receipts_ready.emit(number, answer)
