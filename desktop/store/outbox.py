"""What this desk has yet to send: its unsealed changes, segments as they will be sent, grants that are due."""

from __future__ import annotations

import json
from itertools import groupby
from time import monotonic

from desktop.store.context import Context, change_number
from desktop.store.entries import Entries
from desktop.store.given import Given
from desktop.store.intents import Intents
from desktop.store.states import States
from sync.keys import EpochKey
from sync.replica import GrantDue, Outgoing, Unsealed
from sync.seal import Sealed
from sync.wire.calls import MAX_PUSH_ITEMS, PushItem
from sync.wire.codec import MAX_CALL_CHANGES, MAX_ENTRY, MAX_GRANT_KEYS, MAX_HEADS, decode
from sync.wire.directory import Certificate, continuity_id
from sync.wire.receipt import read_receipt
from sync.wire.space import Head, read_entry, read_segment

SEGMENT_PLAIN = 700 * 1024  # bytes of changes in one segment: even what does not compress fits a call
RELAY_PATIENCE_S = 600.0  # until the server is asked again to take what it did not take

_HELD = "EXISTS (SELECT 1 FROM spaces s WHERE s.n = o.space AND s.behind > s.seq)"

_KEYS_DUE = (
    "SELECT s.id, e.key FROM due JOIN spaces s ON s.n = due.space"
    " JOIN epochs e ON e.space = s.n AND e.epoch = due.epoch WHERE due.device = ? ORDER BY s.n LIMIT ?"
)


class Outbox:
    """The sending half of the replica."""

    def __init__(self, context: Context, states: States) -> None:
        self._context = context
        self._database = context.database
        self._states = states
        self._own_entries = Entries(context)
        self._given = Given(context)
        self._intents = Intents(context, self._own_entries)
        self._relays_from = 0.0  # when they are tried again, on the monotonic clock

    def unsealed(self, limit: int) -> list[Unsealed]:
        """The oldest unsealed changes of at most `limit` spaces, those that have waited longest; a space once.

        Of a space whose log goes on beyond what is here, nothing: somebody may have been removed there.
        """
        rows = self._database.all(
            "SELECT c.n, c.space, s.id, c.last, c.hash, e.key FROM chains c JOIN spaces s ON s.n = c.space"
            " JOIN epochs e ON e.space = s.n AND e.epoch = s.epoch"
            " WHERE c.own = 1 AND c.applied > c.last AND s.sealing = 1 AND s.behind <= max(s.seq, 1)"
            " ORDER BY c.since LIMIT ?",
            (limit,),
        )
        return [
            Unsealed(id_, last, hash_, EpochKey(id_, key), self._heads(space), self._bodies(chain, last))
            for chain, space, id_, last, hash_, key in rows
        ]

    def _heads(self, space: int) -> list[Head]:
        rows = self._database.all(
            "SELECT device, last, hash FROM chains WHERE space = ? AND own = 0 AND last > named_head"
            " ORDER BY device LIMIT ?",
            (space, MAX_HEADS),
        )
        return [Head(*row) for row in rows]

    def _bodies(self, chain: int, last: int) -> list[bytes]:
        rows = self._database.all(
            "SELECT body_of(n, body) FROM changes WHERE n > ? AND n <= ? ORDER BY n LIMIT ?",
            (change_number(chain, last), change_number(chain, last + MAX_CALL_CHANGES), MAX_CALL_CHANGES),
        )
        bodies: list[bytes] = []
        size = 0
        for (body,) in rows:
            size += len(body)
            if bodies and size > SEGMENT_PLAIN:
                break
            bodies.append(body)
        return bodies

    def keep_segments(self, sealed: list[Sealed]) -> None:
        """Persist segments of our own with all that follows: outbox, chain, the heads they name. One transaction."""
        with self._database.transaction():  # flushed, so that `outbox` need not do it by a transaction of its own
            for each in sealed:
                self._keep_segment(each)

    def _keep_segment(self, sealed: Sealed) -> None:
        database = self._database
        row = database.one(
            "SELECT c.n, c.space FROM chains c JOIN spaces s ON s.n = c.space"
            " WHERE s.id = ? AND c.own = 1 AND c.last = ?",
            (sealed.space, sealed.first - 1),
        )
        if row is None:  # another connection of this desk sealed these changes meanwhile: one segment may leave
            return
        chain, space = row
        header = read_segment(sealed.data)[1]
        number = change_number(chain, sealed.first)
        database.run(
            "INSERT INTO segments VALUES (?, ?, ?, 0, ?, ?)",
            (number, sealed.last, sealed.hash, header.epoch, sealed.data),
        )
        database.run("UPDATE chains SET last = ?, hash = ? WHERE n = ?", (sealed.last, sealed.hash, chain))
        database.many(
            "UPDATE chains SET named_head = ? WHERE space = ? AND device = ?",
            [(head.sequence, space, head.device) for head in header.heads],
        )
        database.run(
            "INSERT INTO outbox (kind, space, segment, bytes, changes) VALUES ('segment', ?, ?, ?, ?)",
            (space, number, len(sealed.data), header.count),
        )

    def grants_due(self) -> list[GrantDue]:
        """Grants to make, at most MAX_GRANT_KEYS keys each; empty when there are none."""
        if self._database.value("SELECT 1 FROM due LIMIT 1") is None:
            return []
        due = self._continuity_due()
        rows = self._database.all(
            "SELECT due.device, d.certificate, s.id, e.key FROM due CROSS JOIN devices d ON d.device = due.device"
            " CROSS JOIN spaces s ON s.n = due.space CROSS JOIN epochs e ON e.space = s.n AND e.epoch = due.epoch"
            " ORDER BY due.device, due.space LIMIT ?",
            (MAX_GRANT_KEYS,),
        )
        last = rows[-1][0] if len(rows) == MAX_GRANT_KEYS else b""
        known: dict[tuple[bytes, bytes], EpochKey] = {}  # each makes its own epoch's id once
        for (device, certificate), keys in groupby(rows, lambda row: row[:2]):
            if device == last != rows[0][0]:  # whole, in the next round
                break
            granted = [known.setdefault(row[2:], EpochKey(*row[2:])) for row in keys]
            due.append(GrantDue(decode(Certificate, certificate, MAX_ENTRY), granted))
        return due

    def _continuity_due(self) -> list[GrantDue]:
        due: list[GrantDue] = []
        for id_, key in self._database.all(
            "SELECT DISTINCT c.id, c.key FROM continuity c WHERE EXISTS (SELECT 1 FROM due WHERE due.device = c.id)"
        ):
            keys = self._database.all(_KEYS_DUE, (id_, MAX_GRANT_KEYS))
            if keys:
                due.append(GrantDue(None, [EpochKey(*each) for each in keys], key))
        return due

    def entries_wait(self) -> bool:
        """Whether decisions about members wait, before which nothing may leave, or changes that are to be sealed.

        That shares a call with what is sealed already: the founding of a case goes with its first segment.
        """
        database = self._database
        if database.value("SELECT 1 FROM chains WHERE own = 1 AND applied > last LIMIT 1") is not None:
            return True
        return database.value("SELECT 1 FROM intents WHERE refused IS NULL LIMIT 1") is not None

    def entries_due(self, now_ms: int) -> list[Outgoing]:
        """Entries of our own to send, each signed on top of what is here of its space's log, and persisted."""
        return self._intents.due(now_ms)

    def take_entry(self, id_: int, sequence: int) -> None:
        """The server has an entry of ours as that item of the log: it counts, and what it promised is owed."""
        with self._database.transaction():
            self._own_entries.take_own(id_, sequence)

    def refuse_entry(self, id_: int, code: str) -> None:
        """Note an entry of ours that does not hold: kept, shown, not sent again."""
        self._intents.refuse(id_, code)

    def keep_grants(self, grants: list[tuple[GrantDue, bytes]]) -> None:
        """Persist grants for sending and note their keys as granted. One transaction."""
        granted: list[tuple[bytes, bytes, bytes]] = []
        for grant, _ in grants:
            device = grant.recipient.device if grant.recipient else continuity_id(grant.continuity)
            granted += [(device, key.space, key.epoch) for key in grant.keys]
        with self._database.transaction(durable=False):
            self._database.many(
                "INSERT INTO outbox (kind, body, bytes, changes) VALUES ('grant', ?, ?, 0)",
                [(data, len(data)) for _, data in grants],
            )
            self._database.many(
                "DELETE FROM due WHERE device = ? AND space = (SELECT n FROM spaces WHERE id = ?) AND epoch = ?",
                granted,
            )

    def outbox(self, limit_bytes: int, limit_changes: int, after: int = 0) -> list[Outgoing]:
        """Items to send behind number `after`, oldest first, within the limits (one that is larger comes alone).

        Flushed to the disk.
        """
        numbers = self._cut(limit_bytes, limit_changes, after)
        if not numbers:
            return []
        rows = self._database.all(
            "SELECT o.n, coalesce(s.id, x''), iif(o.kind = 'relay', iif(o.segment, 'segment', 'entry'), o.kind),"
            " coalesce(g.data, o.body, s.founding), o.changes, o.kind = 'relay' FROM outbox o"
            " LEFT JOIN spaces s ON s.n = o.space LEFT JOIN segments g ON g.n = o.segment"
            " WHERE o.refused IS NULL AND o.n > ? AND o.n <= ? ORDER BY o.n",
            (after, numbers[-1]),
        )
        if any(row[2] != "segment" for row in rows):  # those are flushed as they are kept, whoever kept them
            self._database.barrier()
        chosen = set(numbers)
        return [
            Outgoing(n, space, PushItem(kind, body), changes, bool(relayed))
            for n, space, kind, body, changes, relayed in rows
            if n in chosen
        ]

    def _cut(self, limit_bytes: int, limit_changes: int, after: int) -> list[int]:
        """The numbers of the items that fit."""
        numbers: list[int] = []
        size = count = 0
        for n, length, changes in self._database.all(
            "SELECT n, bytes, changes FROM outbox o WHERE refused IS NULL AND n > ?"  # noqa: S608 - a constant of ours
            f" AND (kind != 'relay' OR ? AND NOT {_HELD}) ORDER BY n LIMIT ?",
            (after, monotonic() >= self._relays_from, MAX_PUSH_ITEMS),
        ):
            size, count = size + length, count + changes
            if numbers and (size > limit_bytes or count > limit_changes):
                break
            numbers.append(n)
        return numbers

    def note_stored(self, times: dict[int, int]) -> None:
        """Note when the server stored segments that go out, by their item's id."""
        with self._database.transaction(durable=False):
            self._database.many(
                "INSERT OR REPLACE INTO had SELECT segment, ? FROM outbox WHERE n = ? AND segment IS NOT NULL",
                [(at_ms, item) for item, at_ms in times.items()],
            )

    def mark_sent(self, ids: list[int]) -> None:
        """Note items as stored by the server."""
        database = self._database
        with database.transaction(durable=False):
            sent = json.dumps(ids)
            for row in database.all(
                "SELECT o.space, c.n, max(g.last) FROM json_each(?) j CROSS JOIN outbox o ON o.n = j.value"
                " JOIN segments g ON g.n = o.segment JOIN chains c ON c.n = g.n >> 32 WHERE c.own = 1 GROUP BY c.n",
                (sent,),
            ):
                note_sent(self._context, *row)
            self._owe_relayed(sent)
            database.run("DELETE FROM outbox WHERE n IN (SELECT value FROM json_each(?))", (sent,))
            self._states.recalls.settle()
        self._states.recalls.empty_log()

    def _owe_relayed(self, sent: str) -> None:
        """Spaces that were founded by somebody who may never come are there now: give their keys in their place."""
        for (space,) in self._database.all(
            "SELECT DISTINCT space FROM outbox WHERE n IN (SELECT value FROM json_each(?))"
            " AND kind = 'relay' AND segment IS NULL",
            (sent,),
        ):
            self._own_entries.owe_of(space, everybody=True)

    def hold_relays(self) -> None:
        """The server does not take some of what other devices made yet: try it again in a while, not at each edit."""
        self._relays_from = monotonic() + RELAY_PATIENCE_S

    def relays_held(self) -> bool:
        """Whether what another device made waits to be sent until its space is as far here as at the server."""
        found = f"SELECT EXISTS (SELECT 1 FROM outbox o WHERE o.kind = 'relay' AND {_HELD})"  # noqa: S608 - as above
        return bool(self._database.value(found))

    def mark_refused(self, id_: int, code: str) -> None:
        """Note an item that the server refused for good: kept, shown, not sent again by itself.

        A receipt whose number the server has with other bytes (this store was put back) says the same under another.
        """
        with self._database.transaction(durable=False):
            receipt = self._database.one("SELECT space, body FROM outbox WHERE n = ? AND kind = 'receipt'", (id_,))
            if receipt is not None and code == "fork":
                self._given.give_way(receipt[0], read_receipt(receipt[1])[1].number)
            self._database.run("UPDATE outbox SET refused = ? WHERE n = ?", (code[:64], id_))

    def resend(self, space: bytes) -> int:
        """Put our own entry and segments of a space (empty: our grants) into the outbox again, also refused ones.

        They go in the order of their chain, before later changes. Returns how many.
        """
        with self._database.transaction(durable=False):
            if not space:
                return self._own_entries.owe_again()
            row = self._database.one("SELECT n, own, length(founding) FROM spaces WHERE id = ?", (space,))
            return self._resend(*row) if row is not None else 0

    def _resend(self, space: int, founded: int, size: int) -> int:
        database = self._database
        database.run("DELETE FROM outbox WHERE space = ? AND kind != 'relay'", (space,))
        if founded:
            database.run("INSERT INTO outbox (kind, space, bytes, changes) VALUES ('entry', ?, ?, 0)", (space, size))
        for (data,) in database.all("SELECT data FROM entries WHERE space = ? ORDER BY number", (space,)):
            if read_entry(data)[0].device == self._context.device:
                database.run(
                    "INSERT INTO outbox (kind, space, body, bytes, changes) VALUES ('entry', ?, ?, ?, 0)",
                    (space, data, len(data)),
                )
        segments = database.run(
            "INSERT INTO outbox (kind, space, segment, bytes, changes, refused)"
            " SELECT 'segment', c.space, g.n, length(g.data), g.last - (g.n & 4294967295) + 1,"
            " (SELECT 'recalled_since' FROM cut WHERE segment = g.n) FROM chains c"
            " JOIN segments g ON g.n > c.n << 32 AND g.n < (c.n + 1) << 32"
            " WHERE c.space = ? AND c.own = 1 ORDER BY g.n",
            (space,),
        )
        database.run("UPDATE chains SET sent = 0 WHERE space = ? AND own = 1", (space,))
        self._given.resend(space)
        return segments + founded

    def unsent(self) -> int:
        """Number of changes that the server has not acknowledged."""
        return int(
            self._database.value("SELECT coalesce(sum(applied - sent), 0) FROM chains WHERE own = 1 AND applied > sent")
        )


def relay(context: Context, space: int, segment: int | None) -> None:
    """Put what another device made, and what came by hand, into the outbox: a segment, or a founding entry."""
    context.database.run(
        "INSERT INTO outbox (kind, space, segment, bytes, changes) SELECT 'relay', s.n, g.n,"
        " coalesce(length(g.data), length(s.founding)), coalesce(g.last - (g.n & 4294967295) + 1, 0)"
        " FROM spaces s LEFT JOIN segments g ON g.n = ? WHERE s.n = ?",
        (segment, space),
    )


def drop_relays(context: Context, space: int, segments: list[int]) -> None:
    """The server has these segments of a space (0: its founding entry): nobody need bring them."""
    context.database.run(
        "DELETE FROM outbox WHERE kind = 'relay' AND space = ? AND coalesce(segment, 0) IN"
        " (SELECT value FROM json_each(?))",
        (space, str(segments)),
    )


def note_sent(context: Context, space: int, chain: int, last: int) -> None:
    """Note that the server has our changes up to number `last` of a chain."""
    context.database.run("UPDATE chains SET sent = max(sent, ?) WHERE n = ?", (last, chain))
    context.database.run("UPDATE rows SET unsent = 0 WHERE space = ? AND unsent > 0 AND unsent <= ?", (space, last))
