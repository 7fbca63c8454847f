"""What the screens ask of requests for assistance, and the steps that they take."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from PySide6.QtCore import Signal

from desktop.casework.request_views import Deadline, Given, TimedRequest
from desktop.desk.requests import all_requests, rules_or_shipped, timed
from desktop.refusals import Refused
from desktop.session.filing import Filing
from desktop.store import Connection, UnknownRecord

_REQUESTS = "requests "


class Requesting(Filing):
    """The part of the session that handles requests. Clocks are read beside the window: calendars take their time."""

    requests_ready = Signal(int, object)
    """Request id and list[TimedRequest], the last changed first."""

    def ask_requests(self, space: str, channel: str, *, ended: bool = False) -> int:
        """Start to read the requests of a space, or of all (empty), with their clocks, on the query thread.

        `ended`: closed and withdrawn ones too.

        Returns the request id that comes back with `requests_ready`. Requests supersede as in `query`.
        """
        return self._read(partial(self._all_requests, space=space, ended=ended), _REQUESTS + channel)

    def ask_request(self, record: str, channel: str) -> int:
        """Start to read one request, as `ask_requests` reads many; an empty list when it is not there (any more)."""
        return self._read(partial(self._one_request, record=record), _REQUESTS + channel)

    def request_step(self, record: str, step: str, given: Given | None = None) -> bool:
        """Take a step of a request; `failed` or `edit_refused` says why it cannot be taken."""
        with self._reporting(record):
            self._told(self._open_desk().request_step(record, step, given))
            return True
        return False

    def deadlines(self, within_s: int = 0) -> list[Deadline]:
        """What is due of open requests that concern this ministry, the most pressing first: for reminders."""
        return self._look(lambda desk: desk.deadlines(within_s), [])

    def on_answered(self, number: int, channel: str, answer: object) -> None:
        """The query thread has an answer."""
        if not channel.startswith(_REQUESTS):
            super().on_answered(number, channel, answer)
        elif self._desk is not None and self._asked.get(channel) == number:
            self.requests_ready.emit(number, answer)

    def _all_requests(self, connection: Connection, *, space: str, ended: bool) -> list[TimedRequest]:
        return all_requests(connection, self._home, datetime.now(UTC), space, ended=ended)

    def _one_request(self, connection: Connection, *, record: str) -> list[TimedRequest]:
        try:
            return [timed(connection, record, rules_or_shipped(self._home), datetime.now(UTC))]
        except (UnknownRecord, Refused):
            return []
