"""The log: where this desk's own changes begin, and the spaces it founds. One call, one flushed transaction."""

from __future__ import annotations

import msgspec

from desktop.store.chains import Chain, Ordering, write_all
from desktop.store.context import Context, change_number
from desktop.store.entries import Books
from desktop.store.errors import OwnChangesMissing, UnknownSpace
from desktop.store.grants import note_founded
from desktop.store.states import States
from sync.changes import VERSION, Change, Dependency, RecordEdit, encode_change
from sync.clock import advance
from sync.keys import commitment, new_epoch_key
from sync.seal import found_space
from sync.wire.codec import MAX_HEADS, NO_HASH
from sync.wire.space import Known, Member, SpaceKind, epoch_id


class Appended(msgspec.Struct, frozen=True):
    """A change of our own: its number in our chain of the space, and the records it moved (hexadecimal ids)."""

    sequence: int
    records: frozenset[str]


class Log:
    """Appends own changes. To do several things at once, wrap them in the connection's `transaction()`."""

    def __init__(self, context: Context, states: States) -> None:
        self._context = context
        self._database = context.database
        self._states = states

    def found_space(self, kind: SpaceKind, members: list[Member]) -> bytes:
        """Found a space that we have the first key of; queues its entry and the grants that are due. Returns its id."""
        key = new_epoch_key()
        database, keys = self._database, self._context.identity.keys
        with database.transaction():
            now, known = self._context.now_ms(), self._known(members)
            space, founding = found_space(keys, kind, members, key, now, known)
            epoch = epoch_id(commitment(key))
            database.run(
                "INSERT INTO spaces (id, founding, kind, epoch, own, head) VALUES (?, ?, ?, ?, 1, ?)",
                (space, founding, kind, epoch, NO_HASH),
            )
            number = int(database.value("SELECT last_insert_rowid()"))
            database.many(
                "INSERT INTO members VALUES (?, ?, ?)", [(number, each.ministry, each.role) for each in members]
            )
            database.run("INSERT INTO epochs VALUES (?, ?, ?)", (number, epoch, key))
            database.run(
                "INSERT INTO outbox (kind, space, bytes, changes) VALUES ('entry', ?, ?, 0)", (number, len(founding))
            )
            note_founded(self._context, number, epoch)
        return space

    def _known(self, members: list[Member]) -> list[Known]:
        """How far the directories of the members are here."""
        books = Books(self._context)
        heads = [(each.ministry, books.known(each.ministry)) for each in members]
        return [Known(ministry, head) for ministry, head in heads if head]

    def next_sequence(self, space: bytes) -> int:
        """The number that the next own change in a space will have; hold a transaction until it is appended."""
        applied = self._database.value(
            "SELECT c.applied FROM chains c JOIN spaces s ON s.n = c.space WHERE s.id = ? AND c.device = ?",
            (space, self._context.device),
        )
        return int(applied or 0) + 1

    def is_sent(self, space: bytes, sequence: int) -> bool:
        """Whether the server has acknowledged an own change."""
        sent = self._database.value(
            "SELECT c.sent FROM chains c JOIN spaces s ON s.n = c.space WHERE s.id = ? AND c.device = ?",
            (space, self._context.device),
        )
        return sequence <= int(sent or 0)

    def append(self, space: bytes, edits: list[RecordEdit]) -> Appended:
        """Write one change: numbered, encoded, applied by the function that applies foreign ones, indexed.

        Raises UnknownSpace, OwnChangesMissing, and Malformed for edits that no change may hold: nothing was written.
        """
        database = self._database
        with database.transaction():
            row = database.one("SELECT n FROM spaces WHERE id = ? AND epoch IS NOT NULL", (space,))
            if row is None:
                raise UnknownSpace
            place = (int(row[0]), space)
            chain = self._own_chain(place)
            if chain.applied < max(chain.floor, chain.last):  # numbers that are given already
                raise OwnChangesMissing
            sequence = chain.applied + 1
            now = self._context.now_ms()
            stamp = advance(self._context.meta("stamp"), now)
            change = Change(VERSION, now, stamp, self._news(place[0]), edits)
            body = encode_change(change)
            try:
                held = self._states.apply(place, change_number(chain.n, sequence), sequence, chain.device, edits)
                self._states.mark(held, now, unsent=sequence)
                names = frozenset(each.name.hex() for each in held)
                self._states.flush(index_now=True)
            finally:
                self._states.clear()
            database.run(
                "INSERT INTO changes VALUES (?, ?, ?, NULL, ?)", (change_number(chain.n, sequence), stamp, now, body)
            )
            self._advance(chain, sequence, stamp)
        return Appended(sequence, names)

    def _own_chain(self, space: tuple[int, bytes]) -> Chain:
        """Our chain in a space, begun if this is the first change there."""
        ordering = Ordering(self._context, self._states, space)
        chain = ordering.chain(self._context.device)
        if chain.fresh:
            write_all(self._database, [ordering])
        return chain

    def _news(self, space: int) -> list[Dependency]:
        """What other devices wrote here that our changes have not named yet; noted as named."""
        rows = self._database.all(
            "SELECT device, applied FROM chains WHERE space = ? AND own = 0 AND applied > named ORDER BY 1 LIMIT ?",
            (space, MAX_HEADS),
        )
        self._database.many(
            "UPDATE chains SET named = ? WHERE space = ? AND device = ?",
            [(applied, space, device) for device, applied in rows],
        )
        return [Dependency(device, applied) for device, applied in rows]

    def _advance(self, chain: Chain, sequence: int, stamp: int) -> None:
        since = stamp if chain.applied == chain.last else None  # a chain waits since its first unsealed change
        self._database.run(
            "UPDATE chains SET applied = ?, since = coalesce(?, since) WHERE n = ?", (sequence, since, chain.n)
        )
        self._context.set_meta("stamp", stamp)
