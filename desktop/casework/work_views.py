"""What the page of one's own work, the discussion of a case and the reminders are shown: rows with no Qt and no SQL."""

from __future__ import annotations

import msgspec

from desktop.casework.views import Author, ListRow

SECTIONS = ("assigned", "due", "unread", "mentions", "conflicts", "requests")
"""Of the page of one's own work, in its order."""
ENDED = ("done", "cancelled", "closed", "archived", "refused", "withdrawn")
"""Statuses of cases, tasks and requests for which nothing is to be done any more."""
DUE_DAYS = 7  # from today: what is due until then is due soon


class WorkSection(msgspec.Struct, frozen=True):
    """What waits for an officer in one way: the first of it, the most pressing first, and how much there is."""

    key: str  # one of SECTIONS
    count: int
    rows: tuple[ListRow, ...] = ()
    whole: bool = True  # whether all were counted; otherwise there are at least so many


class WorkView(msgspec.Struct, frozen=True):
    """What waits for an officer, in the order of SECTIONS."""

    sections: tuple[WorkSection, ...] = ()

    def section(self, key: str) -> WorkSection:
        """The section of a key; an empty one where nothing was read."""
        return next((each for each in self.sections if each.key == key), WorkSection(key, 0))


class NoteView(msgspec.Struct, frozen=True):
    """A note of a discussion. `author`: who wrote it first; text is data, with mentions as "@" and a device's id."""

    id: str
    author: Author
    text: str
    answers: str = ""  # id of the note that it answers
    tlp: str = ""
    handling: tuple[str, ...] = ()
    unread: bool = False
    edited: bool = False
    recalled: bool = False


class DiscussionView(msgspec.Struct, frozen=True):
    """The newest threads of a case, oldest first; each is a note and its answers."""

    space: str
    threads: tuple[tuple[NoteView, ...], ...] = ()
    earlier: int = 0  # threads before those
    desks: tuple[Author, ...] = ()  # who can be mentioned


class Deadline(msgspec.Struct, frozen=True):
    """Something that is due and concerns this officer."""

    row: ListRow
    overdue: bool


def is_over(due: str, today: str) -> bool:
    """Whether an ISO date or time is before a day (ISO)."""
    return due[:10] < today
