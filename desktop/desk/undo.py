"""Steps that can be undone and done again: what one's own edits changed, kept in the encrypted store.

Undoing is a new change like any other, seen by everybody; nothing is ever rewritten. A step remembers what it changed
and no more, so that undoing it leaves alone what others did to the same record meanwhile.
"""

from __future__ import annotations

import hashlib
from typing import Literal

import msgspec

from desktop.casework.views import Scalar
from desktop.store.notes import Notes
from sync.text import common_ends

MAX_STEPS = 100
_PREFIX = "undo."
_RANGE = "undo-range"

Kind = Literal["create", "delete", "restore", "register", "set", "text", "many", "bulk"]
_INVERSE: dict[Kind, Kind] = {"create": "delete", "delete": "restore", "restore": "delete"}


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One edit of one record. The pairs are what was there before and what is there after it."""

    kind: Kind
    record: str
    type: str = ""
    field: str = ""
    before: tuple[Scalar, ...] = ()  # values of a register; the part of a text that differs
    after: tuple[Scalar, ...] = ()
    added: tuple[str, ...] = ()  # elements of a set
    removed: tuple[str, ...] = ()
    head: int = 0  # characters of a text that stayed as they were, at its start and at its end
    tail: int = 0
    digests: tuple[str, str] = ("", "")  # of the whole text, before and after
    parts: tuple[Step, ...] = ()  # of `many`: edits of fields of the record that are one change, and one step
    space: str = ""  # of what can be undone only until it is sent: where it was written, and its number there
    change: int = 0

    def inverse(self) -> Step:
        """The step that takes this one back."""
        return msgspec.structs.replace(
            self,
            kind=_INVERSE.get(self.kind, self.kind),
            before=self.after,
            after=self.before,
            added=self.removed,
            removed=self.added,
            digests=self.digests[::-1],
            parts=tuple(part.inverse() for part in self.parts),
        )


class UndoStack:
    """The steps of this desk: numbered notes, and one note that says which are done and which were undone."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def push(self, step: Step) -> None:
        """Note a new edit: what was undone before it can no longer be done again, and the oldest is forgotten."""
        at, top = self._range()
        for number in range(at + 1, top + 1):
            self._notes.remove(_key(number))
        self._notes.remove(_key(at + 1 - MAX_STEPS))
        self._notes.put(_key(at + 1), msgspec.json.encode(step))
        self._keep(at + 1, at + 1)

    def done(self) -> Step | None:
        """The step to undo next."""
        return self._step(self._last())

    def undone(self) -> Step | None:
        """The step to do again next."""
        return self._step(self._next())

    def back(self) -> None:
        """Note that the last step was undone."""
        self._keep(self._last() - 1, self._range()[1])

    def forward(self) -> None:
        """Note that a step was done again."""
        self._keep(self._next(), self._range()[1])

    def amend(self, step: Step) -> None:
        """Keep the last step that is done as it is now."""
        self._notes.put(_key(self._last()), msgspec.json.encode(step))

    def drop(self) -> None:
        """Forget the last step that is done: it cannot be undone any more."""
        self._notes.remove(_key(self._last()))

    def records(self) -> set[str]:
        """What the steps that are kept are about."""
        top = self._range()[1]
        steps = (self._step(number) for number in range(max(1, top - MAX_STEPS), top + 1))
        return {step.record for step in steps if step is not None}

    def _last(self) -> int:
        """Number of the last step that is done; those of a record that was recalled are gone. 0: there is none."""
        at = self._range()[0]
        least = max(0, at - MAX_STEPS)
        return next((each for each in range(at, least, -1) if self._notes.get(_key(each)) is not None), 0)

    def _next(self) -> int:
        """Number of the step that was undone last; 0: there is none."""
        at, top = self._range()
        return next((each for each in range(at + 1, top + 1) if self._notes.get(_key(each)) is not None), 0)

    def _range(self) -> tuple[int, int]:
        """Numbers of the last step done and of the last one there is."""
        kept = self._notes.get(_RANGE)
        at, top = msgspec.json.decode(kept, type=tuple[int, int]) if kept else (0, 0)
        return at, top

    def _keep(self, at: int, top: int) -> None:
        self._notes.put(_RANGE, msgspec.json.encode((at, top)))

    def _step(self, number: int) -> Step | None:
        data = self._notes.get(_key(number))
        return msgspec.json.decode(data, type=Step) if data else None


def text_step(record: str, kind: str, field: str, before: str, after: str) -> Step:
    """The step of a text's edit: only what differs is kept, and digests that tell whether it can be undone."""
    head, tail = common_ends(before, after)
    return Step(
        "text",
        record,
        kind,
        field,
        (before[head : len(before) - tail],),
        (after[head : len(after) - tail],),
        head=head,
        tail=tail,
        digests=(digest(before), digest(after)),
    )


def digest(text: str) -> str:
    """A short name of a text, to know it again."""
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def _key(number: int) -> str:
    return f"{_PREFIX}{number:09d}"
