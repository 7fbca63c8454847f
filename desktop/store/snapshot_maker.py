"""Snapshots for others: what stands of a space that grew, read in one view, sealed and signed."""

from __future__ import annotations

from collections.abc import Iterator

from desktop.store.context import Context
from desktop.store.keeping import FALSE, VERIFIED
from sync.merge import decode_state
from sync.snapshot import Placed, Snapshot, Standing, meanings, seal_parts, sign_snapshot
from sync.wire.errors import Malformed
from sync.wire.snapshot import SnapshotHeader
from sync.wire.space import SUITE, VERSION, Head, Rotated, entry_hash, read_entry

_WAITS = (
    "SELECT EXISTS (SELECT 1 FROM chains c WHERE c.space = ?1 AND (c.applied != c.last OR c.floor > c.last"
    " OR c.own = 1 AND c.sent != c.last)) OR EXISTS (SELECT 1 FROM outbox o WHERE o.space = ?1 AND o.kind = 'relay')"
    " OR EXISTS (SELECT 1 FROM chains c JOIN segments g"
    " ON g.n > c.n << 32 AND g.n < (c.n + 1) << 32 WHERE c.space = ?1 AND g.locked = 1)"
)
_GROWN = (
    "SELECT s.n, s.id, s.seq, s.epoch, s.entered, coalesce(m.seq, 0), m.epoch FROM spaces s"
    " LEFT JOIN snapshots_made m ON m.space = s.n LEFT JOIN snapshots p ON p.space = s.n"
    " WHERE (s.seq >= coalesce(m.seq, 0) + ?1 OR s.entered > 1 AND m.epoch IS NOT s.epoch)"
    " AND s.seq >= s.behind AND s.sealing = 1 AND s.stale = 0"
    " AND s.epoch IS NOT NULL AND (p.phase IS NULL OR p.phase IN (?2, ?3))"
    " AND EXISTS (SELECT 1 FROM chains c WHERE c.space = s.n AND c.own = 1)"
)


class SnapshotMaker:
    """Makes snapshots of one store's spaces."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database

    def make(self, growth: int) -> Iterator[Snapshot]:
        """Snapshots of spaces that grew by so many items since the last one, or whose epoch this desk began."""
        for number, space, sequence, epoch, entered, last, before in self._database.all(
            _GROWN, (growth, VERIFIED, FALSE)
        ):
            wanted = sequence >= last + growth or (entered > 1 and before != epoch and self._rotated(number))
            made = self._make(number, space) if wanted else None
            if made is not None or not wanted:
                self._note(number, sequence if wanted else last, epoch)
            if made is not None:
                yield made

    def _note(self, number: int, sequence: int, epoch: bytes) -> None:
        with self._database.transaction(durable=False):
            self._database.run("INSERT OR REPLACE INTO snapshots_made VALUES (?, ?, ?)", (number, sequence, epoch))

    def _rotated(self, number: int) -> bool:
        """Whether the newest epoch was begun by this desk."""
        for (data,) in self._database.all("SELECT data FROM entries WHERE space = ? ORDER BY number DESC", (number,)):
            entry = read_entry(data)[0]
            if isinstance(entry.read_event(), Rotated):
                return entry.device == self._context.device
        return False

    def _make(self, number: int, space: bytes) -> Snapshot | None:
        """A snapshot, unless something of the space waits to be sent, to be read, or for something else."""
        self._database.run("BEGIN")
        try:
            return None if self._database.value(_WAITS, (number,)) else self._seal(number, space)
        except Malformed:  # a record too large for a part: this space goes without
            return None
        finally:
            self._database.run("COMMIT")

    def _seal(self, number: int, space: bytes) -> Snapshot:
        database = self._database
        sequence, head, epoch, key = database.one(
            "SELECT s.seq, s.head, s.epoch, e.key FROM spaces s"
            " JOIN epochs e ON e.space = s.n AND e.epoch = s.epoch WHERE s.n = ?",
            (number,),
        )
        entries = self._entries(number)
        heads = database.all(
            "SELECT device, last, hash FROM chains WHERE space = ? AND last > 0 ORDER BY device", (number,)
        )
        standing = self._standing(number)
        place = SnapshotHeader(
            version=VERSION,
            suite=SUITE,
            space=space,
            device=self._context.device,
            at_ms=self._context.now_ms(),
            sequence=sequence,
            head=head,
            entries=len(entries),
            entries_hash=entry_hash(entries[-1].entry),
            epoch=epoch,
            heads=[Head(*row) for row in heads],
            records=len(standing),
            parts=[],
            meanings=meanings(),
        )
        return sign_snapshot(self._context.identity.keys, place, seal_parts(place, key, entries, standing))

    def _entries(self, number: int) -> list[Placed]:
        founding = self._database.value("SELECT founding FROM spaces WHERE n = ?", (number,))
        later = self._database.all(
            "SELECT seq, data FROM entries WHERE space = ? AND seq IS NOT NULL ORDER BY number", (number,)
        )
        return [Placed(1, founding), *(Placed(*row) for row in later)]

    def _standing(self, number: int) -> list[Standing]:
        rows = self._database.all(
            "SELECT r.name, state_of(r.n, r.state), w.updated FROM records r JOIN rows w ON w.n = r.n"
            " WHERE r.space = ? ORDER BY r.name",
            (number,),
        )
        return [Standing(name[:16], state, updated) for name, state, updated in rows if decode_state(state).touched]
