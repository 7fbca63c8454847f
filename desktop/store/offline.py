"""Which cases this desk keeps, and for how long. What is dropped stays at the secretariat and is fetched on demand.

A case that is dropped leaves a row: that it exists, its reference, since when it is not here. Nothing else of it stays:
no record, no change, no segment, no evidence file, no text of a form, no step of undo, no word in the index.
"""

from __future__ import annotations

import re
from pathlib import Path

from desktop.casework.carry_views import OfflineView
from desktop.store.context import Context
from desktop.store.given import Given
from desktop.store.keeping import remove_records
from desktop.store.kept_files import KeptFiles
from desktop.store.projection import CARD_LIMIT, Card
from desktop.store.stepping import UNTIL_COMPLETE
from sync.wire.codec import NO_HASH, decode

DAY_MS = 24 * 3600 * 1000
_PARTS = re.compile("[^0-9a-f]+")
_UNSENT = (
    "SELECT EXISTS (SELECT 1 FROM chains c WHERE c.space = ?1 AND c.own = 1"
    " AND (c.applied != c.sent OR c.floor > c.last))"
    " OR EXISTS (SELECT 1 FROM outbox o WHERE o.space = ?1) OR EXISTS (SELECT 1 FROM intents i WHERE i.space = ?1"
    " AND i.refused IS NULL)"
)

_CASES = (
    "SELECT s.id, r.card, o.dropped_ms, o.until_ms, o.reference,"
    " (SELECT count(*) FROM records n WHERE n.space = s.n) FROM spaces s {join} offline o ON o.space = s.n"
    " LEFT JOIN records r ON r.name = s.id AND r.space = s.n WHERE s.kind = 'case' ORDER BY s.n"
)


class Offline:
    """The choice of one store."""

    def __init__(self, context: Context, home: Path) -> None:
        self._context = context
        self._database = context.database
        self._files = KeptFiles(context, home)

    def cases(self) -> tuple[OfflineView, ...]:
        """Every case: here, for how long, or dropped."""
        return tuple(_view(*row) for row in self._database.all(_CASES.format(join="LEFT JOIN")))

    def limited(self) -> tuple[OfflineView, ...]:
        """The cases that were dropped, the last one first, then those kept for a time, the next to go first."""
        found = [_view(*row) for row in self._database.all(_CASES.format(join="JOIN"))]
        return tuple(sorted(found, key=lambda one: (one.kept, one.until_ms, -one.dropped_ms)))

    def unsent(self, space: bytes) -> bool:
        """Whether something of a case is on this desk alone: a change, a key, what is done to members, a file."""
        return bool(self._database.value(_UNSENT, (self._number(space),))) or self._files.unsent(space)

    def drop(self, space: bytes) -> frozenset[bytes] | None:
        """Take a case off this desk; returns the records that were here, or None, and nothing is done, for `unsent`."""
        number, database = self._number(space), self._database
        with database.transaction():
            if self.unsent(space):
                return None
            found = database.all("SELECT name, card FROM records WHERE space = ?", (number,))
            card = next((card for name, card in found if name == space), None)
            reference = decode(Card, card, CARD_LIMIT).reference if card else ""
            remove_records(self._context, number)
            Given(self._context).forget(number)
            self._files.forget(space)
            database.run(
                "UPDATE chains SET last = 0, hash = ?, applied = 0, sent = 0, wait_chain = NULL, wait_seq = NULL,"
                " named = 0, named_head = 0, floor = ? WHERE space = ? AND own = 1",
                (NO_HASH, UNTIL_COMPLETE, number),
            )
            database.run("DELETE FROM snapshots WHERE space = ?", (number,))
            database.run("DELETE FROM aside WHERE space = ?", (space,))
            database.run("UPDATE entries SET seq = NULL WHERE space = ?", (number,))
            database.run(
                "UPDATE spaces SET behind = max(behind, seq), seq = 0, head = ? WHERE n = ?", (NO_HASH, number)
            )
            database.run("DELETE FROM notes WHERE key LIKE 'undo%'")
            self._forget_drafts({name.hex() for name, _ in found})
            database.run(
                "INSERT OR REPLACE INTO offline VALUES (?, ?, 0, ?)", (number, self._context.now_ms(), reference)
            )
        self._files.sweep()
        return frozenset(name for name, _ in found)

    def keep(self, space: bytes, days: int) -> bool:
        """Keep a case, for so many days or (0) for good; one that was dropped is fetched by the next exchange.

        Returns whether it was dropped.
        """
        number, now = self._number(space), self._context.now_ms()
        with self._database.transaction():
            dropped = self._database.value("SELECT dropped_ms FROM offline WHERE space = ?", (number,)) or 0
            self._database.run("DELETE FROM offline WHERE space = ?", (number,))
            if days:
                self._database.run("INSERT INTO offline VALUES (?, 0, ?, '')", (number, now + days * DAY_MS))
        return dropped > 0

    def sweep(self) -> None:
        """Delete the evidence files that were forgotten."""
        self._files.sweep()

    def expire(self) -> frozenset[bytes]:
        """Drop the cases whose time is over and of which everything was sent."""
        rows = self._database.all(
            "SELECT s.id FROM offline o JOIN spaces s ON s.n = o.space WHERE o.dropped_ms = 0 AND o.until_ms <= ?",
            (self._context.now_ms(),),
        )
        self._files.sweep()
        return frozenset(name for (space,) in rows for name in self.drop(space) or ())

    def has(self, space: bytes) -> bool:
        """Whether there is such a case."""
        return self._database.one("SELECT 1 FROM spaces WHERE id = ? AND kind = 'case'", (space,)) is not None

    def _forget_drafts(self, records: set[str]) -> None:
        """What was being typed on records; a draft's key names its record between its other parts."""
        keys = [key for (key,) in self._database.all("SELECT key FROM notes WHERE key LIKE 'draft.%'")]
        gone = [(key,) for key in keys if not records.isdisjoint(_PARTS.split(key))]
        self._database.many("DELETE FROM notes WHERE key = ?", gone)

    def _number(self, space: bytes) -> int:
        return int(self._database.value("SELECT n FROM spaces WHERE id = ?", (space,)))


def _view(
    space: bytes, card: bytes | None, dropped_ms: int | None, until_ms: int | None, reference: str | None, records: int
) -> OfflineView:
    shown = decode(Card, card, CARD_LIMIT) if card else Card(reference=reference or "")
    return OfflineView(
        space.hex(), shown.reference, shown.title, not dropped_ms, dropped_ms or 0, until_ms or 0, records
    )
