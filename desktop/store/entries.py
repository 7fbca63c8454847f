"""The spaces' own logs here: their entries, the members and epochs that follow, and entries that this desk is to sign.

What the tables `members`, `guests` and the columns of `spaces` say always follows from the entries, by
`sync.wire.membership`; it is written anew whenever an entry, a key or a revocation comes.
"""

from __future__ import annotations

from collections.abc import Mapping

from desktop.store.context import Context
from desktop.store.grants import owe
from sync.replica import Entered
from sync.wire.codec import MAX_ENTRY, decode
from sync.wire.directory import Certificate
from sync.wire.errors import NotEntitled
from sync.wire.membership import Membership
from sync.wire.space import Invited, Known, Rotated, Subject, read_entry, read_founding


class Books:
    """The directories here, as entries of spaces are judged by them (sync.wire.membership.Devices)."""

    def __init__(self, context: Context) -> None:
        self._database = context.database

    def find(self, device: bytes) -> tuple[str, bytes]:
        """The ministry and the key of a device. Raises NotEntitled for one that is not enrolled."""
        row = self._database.one("SELECT ministry, certificate FROM devices WHERE device = ?", (device,))
        if row is None:
            raise NotEntitled("a device that no directory names")
        return row[0], decode(Certificate, row[1], MAX_ENTRY).sign_key

    def revoked(self, ministry: str) -> Mapping[bytes, int]:
        """The revoked devices of a ministry."""
        return dict(
            self._database.all("SELECT device, revoked FROM devices WHERE ministry = ? AND revoked > 0", (ministry,))
        )

    def known(self, ministry: str) -> int | None:
        """The number of entries of a directory; None for a ministry that is not trusted here."""
        row = self._database.one(
            "SELECT coalesce((SELECT max(seq) FROM directory WHERE ministry = r.ministry), 0) FROM roots r"
            " WHERE r.ministry = ?",
            (ministry,),
        )
        return int(row[0]) if row else None


class Entries:
    """Reads and writes the spaces' own logs, within the caller's transaction."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database
        self.books = Books(context)

    def membership(self, number: int, *, at: int | None = None) -> Membership | None:
        """The members of a space by all that is here, or by the items of the server's log up to number `at`."""
        row = self._database.one("SELECT id, founding FROM spaces WHERE n = ?", (number,))
        if row is None or not row[1]:
            return None
        found = Membership(row[0], row[1])
        sql = "SELECT data FROM entries WHERE space = ?"
        values: tuple[object, ...] = (number,)
        if at is not None:
            sql, values = sql + " AND seq <= ?", (number, at)
        for (data,) in self._database.all(sql + " ORDER BY number", values):
            found.restore(data)
        return found

    def known(self, membership: Membership) -> list[Known]:
        """How far the directories of a space's members are here, as an entry says it."""
        ministries = {each for each in membership.roles if isinstance(each, str)} | set(membership.known)
        ministries |= {self.books.find(each)[0] for each in membership.roles if isinstance(each, bytes)}
        ministries.add(self._context.identity.ministry)
        heads = [(each, self.books.known(each)) for each in sorted(ministries)]
        return [Known(ministry, head) for ministry, head in heads if head]

    def take(self, number: int, entered: list[Entered]) -> None:
        """Keep entries that were verified; ones that are here are given their place in the server's log."""
        for each in entered:
            self._database.run(
                "INSERT INTO entries VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (space, number) DO UPDATE SET seq = coalesce(excluded.seq, seq)",
                (number, each.number, each.sequence or None, int(each.late), each.data),
            )
            own = self._database.one("SELECT n, key FROM intents WHERE space = ? AND data = ?", (number, each.data))
            if own is not None:
                self._adopt(number, each, *own)
        self.refresh(number)

    def take_own(self, intent: int, sequence: int) -> None:
        """Keep an entry of ours that the server has stored as that item of the log."""
        row = self._database.one("SELECT space, data FROM intents WHERE n = ?", (intent,))
        if row is not None:
            entry = read_entry(row[1])[0]
            self.take(row[0], [Entered(entry.number, sequence, row[1])])

    def _adopt(self, number: int, entered: Entered, intent: int, key: bytes | None) -> None:
        """An entry that this desk signed stands: keep its key, and owe what it promised."""
        entry = read_entry(entered.data)[0]
        membership = self.membership(number)
        self._database.run("DELETE FROM intents WHERE n = ?", (intent,))
        if membership is None:
            return
        match entry.read_event():
            case Rotated():
                epoch = next(each.id for each in membership.epochs if each.number == entry.number)
                self._database.run("INSERT OR IGNORE INTO epochs VALUES (?, ?, ?)", (number, epoch, key))
                owe(self._context, number, self.recipients(list(membership.roles)), [epoch])
            case Invited(subject) if subject in membership.roles:
                epochs = [each.id for each in membership.epochs[membership.since[subject] :]]
                owe(self._context, number, self.recipients([subject]), epochs)

    def recipients(self, subjects: list[Subject]) -> list[bytes]:
        """Devices and continuity keys of members: whom an epoch's key is owed to."""
        found: list[bytes] = []
        for each in subjects:
            if isinstance(each, bytes):
                rows = self._database.all("SELECT device FROM devices WHERE device = ? AND revoked = 0", (each,))
            else:
                rows = self._database.all(
                    "SELECT device FROM devices WHERE ministry = ?1 AND revoked = 0"
                    " UNION ALL SELECT id FROM continuity WHERE ministry = ?1"
                    " AND seq = (SELECT max(seq) FROM continuity WHERE ministry = ?1)",
                    (each,),
                )
            found += [row[0] for row in rows]
        return found

    def refresh(self, number: int) -> Membership | None:
        """Write anew what follows from a space's entries, its keys here and the directories."""
        membership = self.membership(number)
        if membership is None:
            return None
        database, identity = self._database, self._context.identity
        keys = {row[0] for row in database.all("SELECT epoch FROM epochs WHERE space = ?", (number,))}
        readable = next((each.id for each in reversed(membership.epochs) if each.id in keys), None)
        writes = membership.writes(identity.device, identity.ministry)
        stale = writes and membership.stale(self.books)
        missing = writes and not stale and readable != membership.epoch.id
        database.run(
            "UPDATE spaces SET entered = ?, epoch = ?, stale = ?, sealing = ?,"
            " missing_ms = iif(?, iif(missing_ms, missing_ms, ?), 0) WHERE n = ?",
            (
                membership.number,
                readable,
                int(stale or missing),  # the few to look at: nothing is sealed there until somebody acts
                int(writes and not stale and not missing),
                int(missing),
                self._context.now_ms(),
                number,
            ),
        )
        database.run("DELETE FROM members WHERE space = ?", (number,))
        database.run("DELETE FROM guests WHERE space = ?", (number,))
        for subject, role in membership.roles.items():
            table = "members" if isinstance(subject, str) else "guests"
            database.run(f"INSERT INTO {table} VALUES (?, ?, ?)", (number, subject, role))  # noqa: S608 - two names of ours
        return membership

    def hidden(self, number: int) -> list[bytes]:
        """Epochs of a space that this desk was never given and will not be: it was invited without the history."""
        membership, identity = self.membership(number), self._context.identity
        first = membership.keys_from(identity.device, identity.ministry) if membership is not None else None
        if membership is None or not first:
            return []
        keys = {row[0] for row in self._database.all("SELECT epoch FROM epochs WHERE space = ?", (number,))}
        return [each.id for each in membership.epochs[:first] if each.id not in keys]

    def note_enrolled(self, recipient: bytes, ministry: str) -> None:
        """Owe a new device or continuity key what it may read of spaces whose own log has gone on."""
        if recipient == self._context.device:
            return
        identity = self._context.identity
        for number, own in self._database.all(
            "SELECT s.n, s.own FROM members m JOIN spaces s ON s.n = m.space WHERE m.ministry = ? AND s.entered > 1",
            (ministry,),
        ):
            membership = self.membership(number)
            if membership is None:
                continue
            lead = membership.role_of(identity.device, identity.ministry) == "lead"
            if own or lead or ministry == identity.ministry:
                first = membership.since.get(ministry, len(membership.epochs))
                owe(self._context, number, [recipient], [each.id for each in membership.epochs[first:]])

    def note_revoked(self, device: bytes, ministry: str, sequence: int) -> None:
        """From now on nothing is sealed under what a revoked device can read, and what comes from it is late."""
        rows = self._database.all(
            "SELECT space FROM members WHERE ministry = ? UNION SELECT space FROM guests WHERE device = ?",
            (ministry, device),
        )
        self._database.many(
            "INSERT OR IGNORE INTO cutoffs SELECT ?, n, max(seq, behind) FROM spaces WHERE n = ?",
            [(device, number) for (number,) in rows],
        )
        for (number,) in rows:
            known = self._first_known(number)
            if known is None or sequence > known.get(ministry, 0):
                self.refresh(number)

    def _first_known(self, number: int) -> dict[str, int] | None:
        """What the founder knew of the directories, where no entry has followed; else None."""
        row = self._database.one("SELECT entered, founding FROM spaces WHERE n = ?", (number,))
        if row is None or row[0] > 1 or not row[1]:
            return None
        return {each.ministry: each.sequence for each in read_founding(row[1])[0].known}

    def owe_again(self) -> int:
        """Owe every key again that was ours to grant, because the server lost what we sent; returns how many."""
        before = int(self._database.value("SELECT count(*) FROM due"))
        for (number,) in self._database.all("SELECT n FROM spaces WHERE epoch IS NOT NULL"):
            self.owe_of(number)
        return int(self._database.value("SELECT count(*) FROM due")) - before

    def owe_of(self, number: int, *, everybody: bool = False) -> None:
        """Owe the keys of a space that are ours to grant: all, if we founded or lead it; else those of our sisters.

        `everybody`: in the place of a founder who may never come.
        """
        identity = self._context.identity
        membership = self.membership(number)
        if membership is None:
            return
        own = self._database.value("SELECT own FROM spaces WHERE n = ?", (number,))
        lead = everybody or own or membership.role_of(identity.device, identity.ministry) == "lead"
        for subject, first in membership.since.items():
            if lead or subject == identity.ministry:
                epochs = [each.id for each in membership.epochs[first:]]
                owe(self._context, number, self.recipients([subject]), epochs)
