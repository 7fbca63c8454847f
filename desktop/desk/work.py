"""What a desk tells of its officer's own work, and what it keeps of reminders that were given."""

from __future__ import annotations

import msgspec

from desktop.casework.views import Author
from desktop.desk.reads import DeskReads

_REMINDED = "reminded"
MOST = 2_000  # reminders that are remembered, the newest


class DeskWork(DeskReads):
    """The part of a desk that is about its officer's work."""

    def work_waits(self) -> bool:
        """Whether something that is not done is assigned to the officer; cheap."""
        return self._connection.work.waits()

    def desks_of(self, space: str) -> tuple[Author, ...]:
        """The enrolled desks that read a space, by officer and desk."""
        return self._connection.discussions.desks(space)

    def reminded(self) -> dict[str, str]:
        """What the officer was reminded of on this desk: a due date by record. An unreadable memory is an empty one."""
        try:
            return msgspec.json.decode(self._connection.notes.get(_REMINDED) or b"{}", type=dict[str, str])
        except msgspec.DecodeError:
            return {}

    def set_reminded(self, told: dict[str, str]) -> None:
        """Keep what the officer was reminded of."""
        if not self._connection.database.read_only:
            self._connection.notes.put(_REMINDED, msgspec.json.encode(dict(list(told.items())[-MOST:])))
