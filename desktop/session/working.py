"""What the screens ask of one's own work, of discussions and of who can be given something to do."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial

from PySide6.QtCore import Signal

from desktop.casework.mentions import mentioned, with_ids
from desktop.casework.views import Author
from desktop.casework.work_views import WorkView
from desktop.desk.requests import rules_or_shipped, timed
from desktop.refusals import Refused
from desktop.session.requesting import Requesting
from desktop.store import Connection, UnknownRecord

_WORK, _DISCUSSIONS = "work ", "discussion "


class Working(Requesting):
    """The part of the session that is about what waits for its officer."""

    work_ready = Signal(int, object)
    """Request id and WorkView."""
    discussion_ready = Signal(int, object)
    """Request id and DiscussionView."""

    def ask_work(self, channel: str) -> int:
        """Start to read what waits for the officer, on the query thread; answered by `work_ready`.

        Requests supersede as in `query`.
        """
        return self._read(partial(self._all_work, today=datetime.now().astimezone().date()), _WORK + channel)

    def ask_discussion(self, space: str, threads: int, channel: str) -> int:
        """Start to read the newest threads of a case; answered by `discussion_ready`. Requests supersede."""
        return self._read(lambda connection: connection.discussions.read(space, threads), _DISCUSSIONS + channel)

    def work_waits(self) -> bool:
        """Whether something that is not done is assigned to the officer; cheap."""
        return self._look(lambda desk: desk.work_waits(), otherwise=False)

    def desks_of(self, space: str) -> tuple[Author, ...]:
        """The enrolled desks that read a case: who can be mentioned, and whose officers can be given a task."""
        return self._look(lambda desk: desk.desks_of(space), ())

    def post_note(self, space: str, typed: str, answers: str = "", **marking: object) -> str:
        """Add a note to a discussion; `typed` names desks as `mentions.desk_label` does. Returns its id, or nothing."""
        text = with_ids(typed.strip(), self.desks_of(space))
        values: dict[str, object] = {"content": text, "mentions": mentioned(text), **marking}
        if answers:
            values["answers"] = answers
        return self.new_record("note", space, values) if text else ""

    def on_answered(self, number: int, channel: str, answer: object) -> None:
        """The query thread has an answer."""
        ours = {_WORK: self.work_ready, _DISCUSSIONS: self.discussion_ready}
        signal = next((each for word, each in ours.items() if channel.startswith(word)), None)
        if signal is None:
            super().on_answered(number, channel, answer)
        elif self._desk is not None and self._asked.get(channel) == number:
            signal.emit(number, answer)

    def _all_work(self, connection: Connection, *, today: date) -> WorkView:
        work = connection.work
        waiting = [each for each in work.open_requests() if self._waits(connection, each)]
        return WorkView(
            (work.assigned(), work.due(today), work.unread(), work.mentions(), work.conflicts(), work.concern(waiting))
        )

    def _waits(self, connection: Connection, record: str) -> bool:
        try:
            found = timed(connection, record, rules_or_shipped(self._home), datetime.now(UTC))
        except (UnknownRecord, Refused):
            return False
        return found.request.waits_for(connection.identity.ministry)
