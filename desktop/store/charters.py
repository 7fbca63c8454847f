"""The charter as this desk has it: who the members are now, and with which roots each directory begins and goes on.

Its entries are kept beside the directories', under the empty name. `roots` keeps the root with which each directory
begins; the list of the installer, from which the charter starts, is kept with the first entry.
"""

from __future__ import annotations

from desktop.store.context import Context
from sync.wire.charter import NAME, Charter, MemberAdded, MemberRemoved, RootReplaced
from sync.wire.codec import MAX_CALL, decode, encode
from sync.wire.directory import Directory
from sync.wire.errors import NotEntitled

STRUCK_OUT = "charter"  # why a device is trusted no more whose own ministry did not revoke it
_GENESIS = "genesis"


class Charters:
    """One connection's view of the charter."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database
        self._loaded: Charter | None = None

    def count(self) -> int:
        """How many entries are here."""
        return int(self._database.value("SELECT coalesce(max(seq), 0) FROM directory WHERE ministry = ?", (NAME,)))

    def load(self) -> Charter:
        """The charter as it stands, verified again when this connection first needs it."""
        if self._loaded is None or self._loaded.sequence != self.count():
            database = self._database
            kept = database.value("SELECT value FROM meta WHERE key = ?", (_GENESIS,))
            roots = dict(database.all("SELECT ministry, root FROM roots"))
            charter = Charter(decode(dict[str, bytes], kept, MAX_CALL) if kept else roots)
            for (entry,) in database.all("SELECT entry FROM directory WHERE ministry = ? ORDER BY seq", (NAME,)):
                charter.append(entry)
            self._loaded = charter
        return self._loaded

    def directory(self, ministry: str) -> Directory:
        """An empty directory that trusts a ministry's roots. Raises NotEntitled for one that is no member."""
        root = self._database.value("SELECT root FROM roots WHERE ministry = ?", (ministry,))
        if root is None:
            raise NotEntitled("a ministry whose root this desk does not trust")
        if not self.count():
            return Directory(ministry, root)
        charter = self.load()
        if ministry in charter.removed:
            raise NotEntitled("a ministry that is a member no more")
        return Directory(ministry, root, charter.handovers.get(ministry))

    def take(self, data: bytes) -> str:
        """Verify and keep the next entry; returns whose directory has to be read again, if any. Raises WireError."""
        charter = self.load()
        genesis = encode(charter.genesis)
        try:
            entry = charter.append(data)
        except BaseException:
            self._loaded = None
            raise
        database = self._database
        database.run("INSERT OR IGNORE INTO meta VALUES (?, ?)", (_GENESIS, genesis))
        database.run("INSERT INTO directory VALUES (?, ?, ?)", (NAME, entry.sequence, data))
        match entry.event:
            case MemberAdded(ministry, root):
                database.run("INSERT INTO roots VALUES (?, ?)", (ministry, root))
            case MemberRemoved(ministry):
                self._revoke_beyond(ministry, frozenset())
            case RootReplaced(ministry, _, sequence):
                database.run("DELETE FROM directory WHERE ministry = ? AND seq > ?", (ministry, sequence))
                return ministry
        return ""

    def shorten(self, directory: Directory) -> None:
        """Trust no device of a ministry but those of its directory, of which the charter struck the end out."""
        self._revoke_beyond(directory.ministry, frozenset(directory.devices))

    def _revoke_beyond(self, ministry: str, kept: frozenset[bytes]) -> None:
        database = self._database
        end = database.value("SELECT coalesce(max(seq), 0) FROM directory WHERE ministry = ?", (ministry,))
        for (device,) in database.all("SELECT device FROM devices WHERE ministry = ?", (ministry,)):
            if device not in kept:
                database.run(
                    "UPDATE devices SET revoked = ?, reason = ? WHERE device = ? AND revoked = 0",
                    (end + 1, STRUCK_OUT, device),
                )
                database.run("DELETE FROM due WHERE device = ?", (device,))
