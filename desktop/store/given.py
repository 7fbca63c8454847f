"""Receipts in the store: ours made and kept, others' taken, and what both say of records. PROTOCOL.md, "Receipts"."""

from __future__ import annotations

from desktop.store.context import Context
from desktop.store.entries import Entries
from desktop.store.owing import DELETED, READ, put
from sync.changes import Dependency, Dot
from sync.keys import EpochKey
from sync.receipts import (
    KINDS,
    DeletedRecord,
    MadeReceipt,
    OpenedReceipt,
    ReadRecord,
    ReceiptDue,
    ReceivedRecord,
    Statement,
    fitting,
    open_receipt,
)
from sync.wire.codec import MAX_CALL, decode, encode
from sync.wire.errors import WireError
from sync.wire.receipt import MAX_STATEMENTS, read_receipt

SPACES_AT_ONCE = 64
SPARE = 1_000  # statements of one device in a space that are kept beside three for each record there

_OWING = (
    "SELECT DISTINCT o.space, s.id FROM owing o JOIN spaces s ON s.n = o.space WHERE s.behind <= max(s.seq, 1)"
    " AND NOT EXISTS (SELECT 1 FROM outbox b WHERE b.space = o.space AND b.kind = 'receipt') LIMIT ?"
)


class Given:
    """The receipts of all devices, within the caller's transaction unless said otherwise."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database
        self._entries = Entries(context)

    # ours
    def due(self) -> list[ReceiptDue]:
        """What this desk has to say, one receipt a space at most."""
        return [
            one
            for number, space in self._database.all(_OWING, (SPACES_AT_ONCE,))
            if (one := self._due_in(number, space)) is not None
        ]

    def _due_in(self, number: int, space: bytes) -> ReceiptDue | None:
        """None where this desk has no role, or the newest epoch is not here or is stale: a writer's desk rotates."""
        membership, identity = self._entries.membership(number), self._context.identity
        if membership is None or membership.role_of(identity.device, identity.ministry) is None:
            return None
        epoch = membership.epoch.id
        key = self._database.value("SELECT key FROM epochs WHERE space = ? AND epoch = ?", (number, epoch))
        statements = fitting(self._owed(number)) if key is not None else []
        if not statements or membership.stale(self._entries.books):
            return None
        last = self._database.value("SELECT number FROM given WHERE space = ?", (number,)) or 0
        return ReceiptDue(space, last + 1, EpochKey(space, key), statements)

    def _owed(self, number: int) -> list[Statement]:
        rows = self._database.all(
            "SELECT record, kind, at_ms, upto FROM owing WHERE space = ? ORDER BY at_ms, record, kind LIMIT ?",
            (number, MAX_STATEMENTS),
        )
        return [_statement(*row) for row in rows]

    def keep(self, made: list[MadeReceipt]) -> None:
        """Persist receipts of ours; what they say is owed no more. One transaction."""
        with self._database.transaction():
            for one in made:
                self._keep(one)

    def _keep(self, made: MadeReceipt) -> None:
        due, database = made.due, self._database
        number = database.value("SELECT n FROM spaces WHERE id = ?", (due.space,))
        last = database.value("SELECT number FROM given WHERE space = ?", (number,)) or 0
        if last != due.number - 1:  # another connection of this desk gave the number meanwhile
            return
        header = read_receipt(made.data)[1]
        self._store(number, OpenedReceipt(made.data, made.hash, header, due.statements))
        for one in due.statements:
            database.run(
                "DELETE FROM owing WHERE space = ? AND record = ? AND kind = ? AND upto = ?",
                (number, one.record, KINDS[type(one)], _named(one)),
            )
        self._send(number, made.data)

    def _send(self, number: int, data: bytes) -> None:
        self._database.run(
            "INSERT INTO outbox (kind, space, body, bytes, changes) VALUES ('receipt', ?, ?, ?, 0)",
            (number, data, len(data)),
        )

    def resend(self, number: int) -> None:
        """Put our receipts of a space into the outbox, in the order of their numbers."""
        for (data,) in self._database.all(
            "SELECT data FROM receipts WHERE space = ? AND device = ? ORDER BY number", (number, self._context.device)
        ):
            self._send(number, data)

    def give_way(self, space: int, number: int) -> None:
        """Another receipt of ours has this number: what this one says is owed again, under a new one."""
        device, database = self._context.device, self._database
        for record, kind, at_ms, upto in database.all(
            "SELECT record, kind, at_ms, upto FROM statements WHERE space = ? AND device = ? AND number = ?",
            (space, device, number),
        ):
            if database.one("SELECT 1 FROM owing WHERE space = ? AND record = ? AND kind = ?", (space, record, kind)):
                continue  # it has more to say by now
            put(self._context, space, record, kind, at_ms, upto)
        for (data,) in database.all(
            "SELECT data FROM receipts WHERE space = ? AND device = ? AND number = ?", (space, device, number)
        ):
            database.run("DELETE FROM outbox WHERE kind = 'receipt' AND space = ? AND body = ?", (space, data))
        database.run("DELETE FROM statements WHERE space = ? AND device = ? AND number = ?", (space, device, number))
        database.run("DELETE FROM receipts WHERE space = ? AND device = ? AND number = ?", (space, device, number))

    # everybody's
    def hash(self, space: bytes, device: bytes, number: int) -> bytes | None:
        """The hash of the receipt here of that device with that number."""
        found: bytes | None = self._database.value(
            "SELECT r.hash FROM spaces s JOIN receipts r ON r.space = s.n AND r.device = ? AND r.number = ?"
            " WHERE s.id = ?",
            (device, number, space),
        )
        return found

    def take(self, number: int, receipts: list[OpenedReceipt]) -> set[bytes]:
        """Keep receipts that were verified; returns the names of the records that they speak of."""
        names: set[bytes] = set()
        for one in receipts:
            header = one.header
            here = self._database.value(
                "SELECT hash FROM receipts WHERE space = ? AND device = ? AND number = ?",
                (number, header.device, header.number),
            )
            if here is not None:
                if here == one.hash or header.device != self._context.device:
                    continue
                self.give_way(number, header.number)
            names |= self._store(number, one)
        return names

    def unlock(self, number: int, key: EpochKey) -> set[bytes]:
        """Open the receipts that waited for a key; returns the names of the records that they speak of."""
        names: set[bytes] = set()
        for data, hash_, late in self._database.all(
            "SELECT data, hash, late FROM receipts WHERE epoch = ? AND locked = 1 AND space = ? ORDER BY n",
            (key.epoch, number),
        ):
            receipt, header = read_receipt(data)
            try:
                statements = open_receipt(receipt, key.key)
            except WireError:
                statements = []
            names |= self._say(number, OpenedReceipt(data, hash_, header, statements, late=bool(late)))
        self._database.run(
            "UPDATE receipts SET locked = 0 WHERE epoch = ? AND locked = 1 AND space = ?", (key.epoch, number)
        )
        return names

    def forget(self, number: int) -> None:
        """Take out what was said and owed of a space that leaves this desk; numbers are not given anew."""
        for table in ("receipts", "statements", "owing"):
            self._database.run(f"DELETE FROM {table} WHERE space = ?", (number,))  # noqa: S608 - our own words

    def _store(self, number: int, one: OpenedReceipt) -> set[bytes]:
        header = one.header
        self._database.run(
            "INSERT INTO receipts (space, device, number, hash, locked, late, epoch, data)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (number, header.device, header.number, one.hash, int(one.locked), int(one.late), header.epoch, one.data),
        )
        if header.device == self._context.device:
            self._database.run(
                "INSERT INTO given VALUES (?, ?) ON CONFLICT (space) DO UPDATE SET number = max(number, ?2)",
                (number, header.number),
            )
        return self._say(number, one)

    def _say(self, space: int, one: OpenedReceipt) -> set[bytes]:
        """Note the statements of a receipt: of one device, record and kind, those of the highest number stand."""
        header, database = one.header, self._database
        for each in one.statements:
            database.run(
                "INSERT INTO statements VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (space, record, device, kind)"
                " DO UPDATE SET number = excluded.number, at_ms = excluded.at_ms, upto = excluded.upto,"
                " late = excluded.late WHERE excluded.number >= number",
                (
                    space,
                    each.record,
                    header.device,
                    KINDS[type(each)],
                    header.number,
                    each.at_ms,
                    _named(each),
                    int(one.late),
                ),
            )
        if one.statements and header.device != self._context.device:
            self._bound(space, header.device)
        names: set[bytes] = set()
        for record in {each.record for each in one.statements}:
            for (name,) in database.all(
                "SELECT name FROM records WHERE space = ?2"
                " AND name IN (?1, ?1 || (SELECT id FROM spaces WHERE n = ?2))",
                (record, space),
            ):
                names.add(name)
        return names

    def _bound(self, space: int, device: bytes) -> None:
        """A device that speaks of records that nobody has does not fill this disk."""
        records = self._database.value("SELECT count(*) FROM rows WHERE space = ?", (space,))
        self._database.run(
            "DELETE FROM statements WHERE space = ?1 AND device = ?2 AND number <= coalesce((SELECT number FROM"
            " statements WHERE space = ?1 AND device = ?2 ORDER BY number DESC LIMIT 1 OFFSET ?3), -1)",
            (space, device, 3 * records + SPARE),
        )


def _statement(record: bytes, kind: str, at_ms: int, upto: bytes) -> Statement:
    if kind == DELETED:
        return DeletedRecord(record, decode(Dot, upto, MAX_CALL), at_ms)
    changes = decode(list[Dependency], upto, MAX_CALL)
    return (ReadRecord if kind == READ else ReceivedRecord)(record, changes, at_ms)


def _named(statement: Statement) -> bytes:
    return encode(statement.recall if isinstance(statement, DeletedRecord) else statement.upto)
