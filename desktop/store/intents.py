"""Entries of spaces' own logs that this desk is to sign: what its officer decided, and rotations that are due.

An entry is signed on top of the log as it stands here, and kept before it is sent. Where the log moved on meanwhile,
it is judged and signed anew; one that no longer holds is kept with the code of why, and shown.
"""

from __future__ import annotations

import contextlib

import msgspec

from desktop.store.context import Context
from desktop.store.entries import Entries
from sync.entries import make_entry
from sync.keys import commitment, new_epoch_key
from sync.replica import Outgoing
from sync.wire.calls import PushItem
from sync.wire.codec import MAX_ENTRY, decode, encode
from sync.wire.errors import NotEntitled, WireError
from sync.wire.membership import Membership
from sync.wire.space import Event, Invited, Removed, Rotated, read_entry

SPACES_AT_ONCE = 200
KEY_PATIENCE_MS = 10 * 60_000
"""How long the newest epoch's key is waited for before a new epoch is begun: who began it may never grant it."""

_DUE = (
    "SELECT s.n, s.id FROM spaces s WHERE s.n IN (SELECT space FROM intents WHERE refused IS NULL"
    " UNION SELECT s.n FROM spaces s INDEXED BY spaces_stale CROSS JOIN chains c ON c.space = s.n"
    " WHERE s.stale = 1 AND c.own = 1 AND c.applied > c.last AND (s.missing_ms = 0 OR s.missing_ms < ?1)"
    " UNION SELECT o.space FROM owing o JOIN spaces s ON s.n = o.space"
    " WHERE s.stale = 1 AND (s.missing_ms = 0 OR s.missing_ms < ?1))"
    " AND NOT EXISTS (SELECT 1 FROM outbox WHERE space = s.n AND refused IS NULL"
    " AND (kind = 'entry' OR kind = 'relay' AND segment IS NULL)) LIMIT ?"
)


class _Intent(msgspec.Struct, frozen=True):
    n: int
    at_ms: int
    event: bytes
    key: bytes | None
    data: bytes | None


class Intents:
    """What waits to be signed, space by space."""

    def __init__(self, context: Context, entries: Entries) -> None:
        self._context = context
        self._database = context.database
        self._entries = entries

    def add(self, space: bytes, event: Event) -> None:
        """Note what the officer decided. Raises a WireError if it would not hold after all that waits already."""
        with self._database.transaction():
            number = self._database.value("SELECT n FROM spaces WHERE id = ?", (space,))
            membership = self.expected(number)
            if membership is None:
                raise NotEntitled("a space that is not here")
            now = self._context.now_ms()
            self._sign(membership, event, now)
            self._database.run(
                "INSERT INTO intents (space, at_ms, event) VALUES (?, ?, ?)", (number, now, encode(event))
            )

    def expected(self, number: int) -> Membership | None:
        """The members of a space once all that waits here is done, as far as it would hold."""
        membership = self._entries.membership(number)
        for each in self._waiting(number) if membership is not None else ():
            with contextlib.suppress(WireError):  # it will be found when it is its turn
                self._sign(membership, decode(Event, each.event, MAX_ENTRY), each.at_ms)  # type: ignore[arg-type]
        return membership

    def any_waiting(self, number: int) -> bool:
        """Whether something waits to be signed or answered for."""
        return bool(self._waiting(number))

    def refused(self, number: int) -> list[tuple[Event, int, str]]:
        """What did not hold when its turn came: the event, when it was decided, and the code."""
        rows = self._database.all(
            "SELECT event, at_ms, refused FROM intents WHERE space = ? AND refused IS NOT NULL ORDER BY n", (number,)
        )
        return [(decode(Event, event, MAX_ENTRY), at_ms, code) for event, at_ms, code in rows]  # type: ignore[arg-type]

    def due(self, now_ms: int) -> list[Outgoing]:
        """Entries to send, each signed on top of what is here of its space's log, in the order of sending. Flushed."""
        spaces = self._database.all(_DUE, (now_ms - KEY_PATIENCE_MS, SPACES_AT_ONCE))
        if not spaces:
            return []
        with self._database.transaction():
            return [one for number, space in spaces for one in self._due_in(number, space)]

    def refuse(self, intent: int, code: str) -> None:
        """Keep an entry that does not hold, with the code of why; a rotation of ours is simply dropped."""
        with self._database.transaction(durable=False):
            self._database.run("DELETE FROM intents WHERE n = ? AND key IS NOT NULL", (intent,))
            self._database.run("UPDATE intents SET refused = ? WHERE n = ?", (code[:64], intent))

    def _due_in(self, number: int, space: bytes) -> list[Outgoing]:
        membership = self._entries.membership(number)
        if membership is None:
            return []
        sent: list[Outgoing] = []
        excludes = False
        for intent in self._waiting(number):
            data = self._signed(membership, intent)
            if data:
                event = read_entry(data)[0].read_event()
                excludes |= isinstance(event, Removed) or (isinstance(event, Invited) and event.history == "now")
                sent.append(Outgoing(intent.n, space, PushItem("entry", data), 0))
        rotation = self._rotation(number, membership, wanted=excludes)
        return sent if rotation is None else [*sent, Outgoing(rotation[0], space, PushItem("entry", rotation[1]), 0)]

    def _waiting(self, number: int) -> list[_Intent]:
        rows = self._database.all(
            "SELECT n, at_ms, event, key, data FROM intents WHERE space = ? AND refused IS NULL ORDER BY n", (number,)
        )
        return [_Intent(*row) for row in rows]

    def _signed(self, membership: Membership, intent: _Intent) -> bytes | None:
        """An intent as signed on top of the log, which goes on with it; None for one that does not hold any more."""
        data = intent.data
        if data is not None and read_entry(data)[0].previous == membership.head:
            membership.restore(data)
            return data
        if intent.key is not None and not self._excludes(membership):
            self._database.run("DELETE FROM intents WHERE n = ?", (intent.n,))
            return None
        event: Event = decode(Event, intent.event, MAX_ENTRY)  # type: ignore[arg-type]  # a union is no class to mypy
        try:
            data = self._sign(membership, event, intent.at_ms)
        except WireError as error:
            self._database.run("DELETE FROM intents WHERE n = ? AND key IS NOT NULL", (intent.n,))
            self._database.run("UPDATE intents SET refused = ?, data = NULL WHERE n = ?", (error.code, intent.n))
            return None
        self._database.run("UPDATE intents SET data = ? WHERE n = ?", (data, intent.n))
        return data

    def _rotation(self, number: int, membership: Membership, *, wanted: bool) -> tuple[int, bytes] | None:
        """A new epoch where the newest is stale or its key never came, and something waits to be sealed here.

        `wanted`: it was our own doing, so it is ours to mend at once.
        """
        identity, database = self._context.identity, self._database
        if not membership.writes(identity.device, identity.ministry):
            return None
        if not membership.stale(self._entries.books):
            missing = database.value("SELECT missing_ms FROM spaces WHERE n = ?", (number,))
            if not missing or missing > self._context.now_ms() - KEY_PATIENCE_MS or not self._has_unsealed(number):
                return None
        elif not wanted and not self._has_unsealed(number):
            return None
        key, now = new_epoch_key(), self._context.now_ms()
        event = Rotated(commitment(key))
        data = self._sign(membership, event, now)
        database.run(
            "INSERT INTO intents (space, at_ms, event, key, data) VALUES (?, ?, ?, ?, ?)",
            (number, now, encode(event), key, data),
        )
        return int(database.value("SELECT last_insert_rowid()")), data

    def _has_unsealed(self, number: int) -> bool:
        found = self._database.value(
            "SELECT 1 FROM chains WHERE space = ?1 AND own = 1 AND applied > last"
            " UNION ALL SELECT 1 FROM owing WHERE space = ?1 LIMIT 1",
            (number,),
        )
        return found is not None

    def _excludes(self, membership: Membership) -> bool:
        return membership.stale(self._entries.books)

    def _sign(self, membership: Membership, event: Event, at_ms: int) -> bytes:
        """Sign an entry and let `membership` go on with it. Raises a WireError if it does not hold."""
        known = self._entries.known(membership)
        data = make_entry(self._context.identity.keys, membership, event, known, at_ms)
        membership.append(data, self._entries.books)
        return data
