"""How far this desk has come: in the feed, in its inbox of grants, in each space's log and each device's chain."""

from __future__ import annotations

from collections.abc import Mapping

from desktop.store.context import Context
from desktop.store.entries import Entries
from sync.errors import BadReply
from sync.replica import SpaceStanding
from sync.wire.calls import Cursor
from sync.wire.codec import NO_HASH
from sync.wire.membership import Membership
from sync.wire.space import Head, read_founding

LONG = 64  # items of a log that are not fetched before a key is here
FEW = 64  # spaces that are looked up one by one
MAX_BARE = 100_000  # spaces of which nothing came yet; a server that names more of them is filling the disk


class Positions:
    """What the engine asks before it asks the server, and checks what came against."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database
        self._entries = Entries(context)

    def feed(self) -> tuple[bytes, int]:
        """The feed position and the sequence of the last grant taken."""
        return self._database.value("SELECT value FROM meta WHERE key = 'feed'") or b"", self._context.meta("grants")

    def keep_feed(self, feed: bytes, as_of_ms: int | None) -> None:
        """Keep the feed position; `as_of_ms` when the desk now has all that the server has."""
        with self._database.transaction(durable=False):
            self._context.set_meta("feed", feed)
            if as_of_ms is not None:
                self._context.set_meta("as_of_ms", as_of_ms)

    def note_behind(self, heads: list[tuple[bytes, int]]) -> set[bytes]:
        """Note where logs end at the server; one beyond our cursor is to be pulled. The last note of a space rules.

        Returns the spaces of which more is here than that. Raises BadReply for far more spaces than there can be.
        """
        if len(heads) <= FEW:  # news that are here already need no writing
            heads = [(space, end) for space, end in heads if not self._reached(space, end)]
        if not heads:
            return set()
        with self._database.transaction(durable=False):
            self._database.many(
                "INSERT INTO spaces (id, head, behind) VALUES (?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET behind = excluded.behind",
                [(space, NO_HASH, sequence) for space, sequence in heads],
            )
            if len(heads) > FEW:
                bare = "SELECT count(*) FROM spaces WHERE founding IS NULL AND seq = 0"
                if self._database.value(bare) > MAX_BARE:  # none of them was ever given
                    raise BadReply("more spaces named than there can be")
        if len(heads) > FEW:
            beyond = {row[0] for row in self._database.all("SELECT id FROM spaces WHERE seq > behind")}
            return beyond.intersection(space for space, _ in heads)
        return {space for space, end in heads if self._sequence(space) > end}

    def _reached(self, space: bytes, end: int) -> bool:
        row = self._database.one("SELECT seq, behind FROM spaces WHERE id = ?", (space,))
        return row is not None and row[0] == end >= row[1]

    def _sequence(self, space: bytes) -> int:
        return int(self._database.value("SELECT seq FROM spaces WHERE id = ?", (space,)) or 0)

    def behind(self, limit: int) -> list[Cursor]:
        """Cursors of spaces to pull: not of cases that were dropped, nor yet of a long log that no key is here for.

        Such a one begins from a snapshot when the key comes, and nothing of it would be shown before.
        """
        rows = self._database.all(
            "SELECT s.id, s.seq, s.head FROM spaces s WHERE s.behind > s.seq AND NOT EXISTS"
            " (SELECT 1 FROM offline o WHERE o.space = s.n AND o.dropped_ms > 0) AND (s.seq > 0 OR s.behind < ?"
            " OR EXISTS (SELECT 1 FROM epochs e WHERE e.space = s.n)) ORDER BY s.n LIMIT ?",
            (LONG, limit),
        )
        return [Cursor(*row) for row in rows]

    def cursors(self, after: bytes, limit: int) -> list[Cursor]:
        """Cursors of all spaces here, in order of id, after the given one (empty: from the start)."""
        rows = self._database.all("SELECT id, seq, head FROM spaces WHERE id > ? ORDER BY id LIMIT ?", (after, limit))
        return [Cursor(*row) for row in rows]

    def standing(self, space: bytes) -> SpaceStanding:
        """What the desk has of a space; an empty standing for an unknown one."""
        row = self._database.one("SELECT n, seq, head, founding, entered FROM spaces WHERE id = ?", (space,))
        if row is None:
            return SpaceStanding(Cursor(space, 0, NO_HASH), None, {})
        number, sequence, head, founding, entered = row
        chains = self._database.all("SELECT device, last, hash FROM chains WHERE space = ? AND last > 0", (number,))
        body = read_founding(founding)[0] if founding else None
        members = None
        if body is not None:
            members = Membership(space, founding, body)
            if entered > 1:
                for (data,) in self._database.all(
                    "SELECT data FROM entries WHERE space = ? AND seq <= ? ORDER BY number", (number, sequence)
                ):
                    members.restore(data)
        return SpaceStanding(
            Cursor(space, sequence, head),
            body,
            {device: Head(device, last, hash_) for device, last, hash_ in chains},
            members,
        )

    def membership(self, space: bytes) -> Membership | None:
        """The members of a space by all that is here of its log, in whatever way it came."""
        number = self._database.value("SELECT n FROM spaces WHERE id = ?", (space,))
        return self._entries.membership(number) if number is not None else None

    def entry(self, space: bytes, number: int) -> bytes | None:
        """The entry here with that number of a space's own log."""
        found: bytes | None = self._database.value(
            "SELECT e.data FROM spaces s JOIN entries e ON e.space = s.n WHERE s.id = ? AND e.number = ?",
            (space, number),
        )
        return found

    def revocations(self, ministry: str) -> Mapping[bytes, int]:
        """A ministry's revoked devices, each with the number of the directory entry that says so."""
        return self._entries.books.revoked(ministry)

    def cutoff(self, space: bytes, device: bytes) -> int | None:
        """Behind which item of the log a revoked device's items are late here; None where it is not known."""
        found: int | None = self._database.value(
            "SELECT c.seq FROM spaces s JOIN cutoffs c ON c.space = s.n WHERE s.id = ? AND c.device = ?",
            (space, device),
        )
        return found

    def segment_hash(self, space: bytes, device: bytes, first: int) -> bytes | None:
        """The hash of the segment here of that device that begins with change `first`."""
        found: bytes | None = self._database.value(
            "SELECT g.hash FROM spaces s JOIN chains c ON c.space = s.n AND c.device = ?"
            " JOIN segments g ON g.n = c.n << 32 | ? WHERE s.id = ?",
            (device, first, space),
        )
        return found

    def end_hash(self, space: bytes, device: bytes, last: int) -> bytes | None:
        """The hash of the segment here of that device that ends with change `last`."""
        found = self._database.one(
            "SELECT g.last, g.hash FROM spaces s JOIN chains c ON c.space = s.n AND c.device = ?"
            " JOIN segments g ON g.n > c.n << 32 AND g.n <= c.n << 32 | ? WHERE s.id = ? ORDER BY g.n DESC LIMIT 1",
            (device, last, space),
        )
        return found[1] if found and found[0] == last else None

    def epoch_key(self, space: bytes, epoch: bytes) -> bytes | None:
        """The key of an epoch, if it was granted."""
        key: bytes | None = self._database.value(
            "SELECT e.key FROM spaces s JOIN epochs e ON e.space = s.n WHERE s.id = ? AND e.epoch = ?", (space, epoch)
        )
        return key

    def rewind(self, space: bytes) -> None:
        """The server's log is not the one our cursor was taken from: start over at 0 (applied changes stay applied)."""
        with self._database.transaction(durable=False):
            self._database.run(
                "UPDATE spaces SET behind = max(behind, seq, 1), seq = 0, head = ? WHERE id = ?", (NO_HASH, space)
            )
            self._database.run(
                "UPDATE entries SET seq = NULL WHERE space = (SELECT n FROM spaces WHERE id = ?)", (space,)
            )
