"""What a desk remembers of the server's log, as its witness asks for it (`sync.witness.Book`)."""

from __future__ import annotations

from desktop.casework.trust_views import WitnessView
from desktop.store.context import Context
from desktop.store.replica import DeskReplica
from sync.evidence import Finding
from sync.wire.calls import Cursor
from sync.wire.codec import NO_HASH
from sync.wire.directory import Certificate
from sync.witness import Notes

_NAMES = ("log_key", "log_checkpoint", "log_due", "log_sent_ms", "log_looked_ms", "log_swept", "log_cosigned")
CARRIED = "carried.checkpoint"  # the note in which a bundle leaves the checkpoint that it carried


class LogBook:
    """The witness's notes, beside what the replica knows."""

    def __init__(self, context: Context, replica: DeskReplica) -> None:
        self._context = context
        self._database = context.database
        self._replica = replica

    def notes(self) -> Notes:
        """What was remembered. Cheap."""
        rows = self._database.all("SELECT key, value FROM meta WHERE key IN (?, ?, ?, ?, ?, ?, ?)", _NAMES)
        found = dict(rows)
        return Notes(
            found.get("log_key", b""),
            found.get("log_checkpoint", b""),
            found.get("log_due", b""),
            found.get("log_sent_ms", 0),
            found.get("log_looked_ms", 0),
            found.get("log_swept", b""),
            found.get("log_cosigned", b""),
        )

    def keep_notes(self, notes: Notes) -> None:
        """Remember."""
        values: list[int | bytes] = [notes.key, notes.checkpoint, notes.due]
        values += [notes.sent_ms, notes.looked_ms, notes.swept, notes.cosigned]
        with self._database.transaction(durable=False):
            for name, value in zip(_NAMES, values, strict=True):
                self._context.set_meta(name, value)

    def carried(self) -> bytes:
        """A cosigned checkpoint that a bundle brought and that was not heard yet; empty: none."""
        return self._database.value("SELECT value FROM notes WHERE key = ?", (CARRIED,)) or b""

    def forget_carried(self) -> None:
        """It was heard."""
        with self._database.transaction(durable=False):
            self._database.run("DELETE FROM notes WHERE key = ?", (CARRIED,))

    def moved(self) -> set[bytes]:
        """Spaces whose cursors moved since the last look; the set itself, to be emptied."""
        return self._replica.moved

    def cursors(self, after: bytes, limit: int) -> list[Cursor]:
        """Cursors of all spaces here, in order of id, after the given one (empty: from the start)."""
        return self._replica.cursors(after, limit)

    def cursor(self, space: bytes) -> Cursor:
        """The cursor of a space."""
        row = self._database.one("SELECT seq, head FROM spaces WHERE id = ?", (space,))
        return Cursor(space, *(row or (0, NO_HASH)))

    def belongs(self, space: bytes) -> bool:
        """Whether this desk is a member of the space, as far as it knows."""
        found = self._database.value(
            "SELECT 1 FROM spaces s WHERE s.id = ? AND ("
            "EXISTS (SELECT 1 FROM members WHERE space = s.n AND ministry = ?)"
            " OR EXISTS (SELECT 1 FROM guests WHERE space = s.n AND device = ?))",
            (space, self._context.identity.ministry, self._context.device),
        )
        return found is not None

    def note_behind(self, heads: list[tuple[bytes, int]]) -> None:
        """Note where logs end at the server."""
        self._replica.note_behind(heads)

    def certificate(self, device: bytes) -> tuple[str, Certificate] | None:
        """The ministry and certificate of an enrolled device."""
        return self._replica.certificate(device)

    def witnesses(self) -> dict[str, int]:
        """The size of the newest checkpoint that a desk of each other ministry confirmed."""
        return dict(self._database.all("SELECT ministry, size FROM witnesses"))

    def confirmed(self) -> tuple[WitnessView, ...]:
        """Which ministries confirmed the history that this desk was shown, and when, by their own clocks."""
        rows = self._database.all("SELECT ministry, size, at_ms FROM witnesses ORDER BY at_ms DESC")
        return tuple(WitnessView(*row) for row in rows)

    def keep_witness(self, ministry: str, device: bytes, size: int, at_ms: int, cosigned: bytes) -> None:
        """Remember that a desk of another ministry confirmed a checkpoint that ours goes on from."""
        with self._database.transaction(durable=False):
            self._database.run(
                "INSERT OR REPLACE INTO witnesses VALUES (?, ?, ?, ?, ?)", (ministry, device, size, at_ms, cosigned)
            )

    def forget_witnesses(self) -> None:
        """The server began another log: what was confirmed of the old one says nothing of it."""
        with self._database.transaction(durable=False):
            self._database.run("DELETE FROM witnesses")

    def keep_finding(self, finding: Finding) -> None:
        """Keep what shows that somebody did not keep to the protocol."""
        self._replica.keep_finding(finding)
