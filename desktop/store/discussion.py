"""The discussion of a case: the newest threads of its notes, with who wrote each, read whole."""

from __future__ import annotations

from typing import Any

from desktop.casework.views import Author
from desktop.casework.work_views import DiscussionView, NoteView
from desktop.store.authors import Authors
from desktop.store.context import Context
from desktop.store.history import History
from desktop.store.numbers import parse_name
from desktop.store.projection import CARD_LIMIT, Card
from sync.merge import decode_state
from sync.wire.codec import decode

_NOTES = (
    "SELECT s.n, lower(hex(s.name)), s.card, r.updated FROM rows r JOIN records s ON s.n = r.n"
    " WHERE r.space = ? AND r.type = 'note' AND r.deleted = 0"
)
_WHOLE = (
    "SELECT lower(hex(s.name)), state_of(s.n, s.state), r.updated, r.unread, s.card FROM records s"
    " JOIN rows r ON r.n = s.n WHERE s.n = ?"
)
MOST_DESKS = 500


class Discussions:
    """The reads of one connection."""

    def __init__(self, context: Context, authors: Authors, history: History) -> None:
        self._database = context.database
        self._authors = authors
        self._history = history

    def read(self, space: str, threads: int) -> DiscussionView:
        """The threads of a space that moved last, so many of them, oldest first, each with all its answers.

        An answer to an answer belongs to the thread of that; one to a note that is not here begins a thread.
        """
        number = self._number(space)
        found = self._database.all(_NOTES, (number,))
        parents = {name: decode(Card, card, CARD_LIMIT).target for _, name, card, _ in found}
        groups: dict[str, list[tuple[int, int]]] = {}
        for note, name, _, updated in found:
            groups.setdefault(_root(name, parents), []).append((note, updated))
        newest = sorted(groups, key=lambda root: max(updated for _, updated in groups[root]))
        kept = newest[-threads:] if threads > 0 else []
        shown = [tuple(sorted((self._note(number, note) for note, _ in groups[root]), key=_order)) for root in kept]
        return DiscussionView(space, tuple(shown), len(newest) - len(kept), self.desks(space))

    def desks(self, space: str) -> tuple[Author, ...]:
        """The enrolled desks that read a space, by officer and desk; revoked ones are left out."""
        number = self._number(space)
        rows = self._database.all(
            "SELECT d.device FROM devices d WHERE d.revoked = 0 AND (d.ministry IN (SELECT ministry FROM members WHERE"
            " space = ?1) OR d.device IN (SELECT device FROM guests WHERE space = ?1)) ORDER BY d.device LIMIT ?2",
            (number, MOST_DESKS),
        )
        authors = [self._authors.author(row[0], 0) for row in rows]
        return tuple(sorted(authors, key=lambda each: (each.officer, each.desk, each.device)))

    def _number(self, space: str) -> int:
        return int(self._database.value("SELECT n FROM spaces WHERE id = ?", (parse_name(space) or b"",)) or 0)

    def _note(self, space: int, note: int) -> NoteView:
        name, data, updated, unread, card = self._database.one(_WHOLE, (note,)) or _gone()
        state, shown = decode_state(data), decode(Card, card, CARD_LIMIT)
        first = min((one.dot for one in state.types), key=lambda dot: (dot.sequence, dot.device), default=None)
        written = self._history.written_at(space, first) if first is not None else 0
        author = self._authors.author(first.device, written) if first is not None else Author("", "", "", "", 0)
        text = state.texts.get("content")
        return NoteView(
            name, author, text.plain if text else "", shown.target, shown.tlp, shown.handling, bool(unread),
            edited=updated > written, recalled=shown.recalled,
        )  # fmt: skip


def _order(note: NoteView) -> tuple[bool, int, str]:
    return (bool(note.answers), note.author.at_ms, note.id)


def _root(name: str, parents: dict[str, str]) -> str:
    """The first note of a thread; a circle of answers, which nobody honest makes, ends where it closes."""
    seen = {name}
    while (parent := parents.get(name, "")) in parents and parent not in seen:
        seen.add(parent)
        name = parent
    return min(seen) if parents.get(name, "") in seen and len(seen) > 1 else name


def _gone() -> tuple[Any, ...]:
    raise LookupError("a note went while its discussion was read")
