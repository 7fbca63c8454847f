"""What the screens may do to records. Each edit is one change on disk before the method returns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from desktop.desk import Changed, Desk
from desktop.session.watching import Watching


class Editing(Watching):
    """The writing half of the session.

    A refused value is told by `edit_refused`, a failure of the environment by `failed`; the method then returns False
    or an empty string, and nothing was written.
    """

    def new_case(
        self,
        values: Mapping[str, object],
        members: Iterable[str] | None = None,
        template: str = "",
        roles: Mapping[str, str] | None = None,
    ) -> str:
        """Open a case in a space of its own; returns its id. `members`: codes of the ministries that can read it.

        `template`: the key of what it begins with (see `templates`); `roles`: names of officers by role.
        """
        chosen = None if members is None else tuple(members)
        with self._reporting():
            return self._told(self._open_desk().new_case(values, chosen, template, roles))
        return ""

    def new_record(self, type: str, space: str, values: Mapping[str, object]) -> str:  # noqa: A002
        """Add a record to a space; returns its id."""
        with self._reporting():
            return self._told(self._open_desk().new_record(type, space, values))
        return ""

    def edit(self, record: str, field: str, value: object) -> bool:
        """Write a field: a scalar, an iterable of strings for a set, the whole text for a long text."""
        with self._reporting(record, field):
            self._told(self._open_desk().edit(record, field, value))
            return True
        return False

    def resolve(self, record: str, field: str, value: object) -> bool:
        """Write the value that supersedes all those side by side in a field."""
        with self._reporting(record, field):
            self._told(self._open_desk().resolve(record, field, value))
            return True
        return False

    def delete(self, record: str) -> bool:
        """Put a record into the bin."""
        with self._reporting(record):
            self._told(self._open_desk().delete(record))
            return True
        return False

    def restore(self, record: str) -> bool:
        """Take a record out of the bin, or keep one that came back by itself."""
        with self._reporting(record):
            self._told(self._open_desk().restore(record))
            return True
        return False

    def recall(self, record: str, reason: str) -> bool:
        """Recall a record for good; `failed` says why it cannot be."""
        with self._reporting(record):
            self._told(self._open_desk().recall(record, reason))
            return True
        return False

    def may_recall(self, record: str) -> bool:
        """Whether this desk can recall a record; cheap."""
        return self._look(lambda desk: desk.may_recall(record), otherwise=False)

    def undo(self) -> bool:
        """Undo one's last edit by a new change."""
        with self._reporting():
            self._told(self._open_desk().undo())
            return True
        return False

    def redo(self) -> bool:
        """Do again what was undone last, by a new change."""
        with self._reporting():
            self._told(self._open_desk().redo())
            return True
        return False

    def mark_read(self, record: str) -> None:
        """Note that the officer has looked at a record."""
        if self._desk is None:
            return
        with self._reporting(record):
            if self._desk.mark_read(record):
                self._announce(frozenset({record}))

    def set_draft(self, key: str, text: str) -> None:
        """Keep text that is typed and not yet saved, in the encrypted store; an empty one forgets it."""
        if self._desk is None:
            return
        with self._reporting():
            self._desk.set_draft(key, text)

    def tell_undo(self) -> None:
        """Emit what would be undone and redone; call it again when the language changed."""
        self.undo_changed.emit(*self._look(Desk.undo_texts, ("", "")))

    def _told(self, changed: Changed) -> str:
        """Let the screens hear of an edit of our own, and the worker send it. Returns the record's id."""
        self._announce(changed.records)
        self.tell_undo()
        self._wake()
        return changed.record

    def _announce(self, records: frozenset[str]) -> None:
        """Tell that records moved, and the numbers that follow."""
        self._listed = ("", [])
        if records:
            self.records_changed.emit(records)
        conflicts, unread = self.attention()
        self.conflicts_changed.emit(conflicts)
        self.unread_changed.emit(unread)

    def _wake(self) -> None:
        """Overridden where the worker is: something waits to be sent."""
