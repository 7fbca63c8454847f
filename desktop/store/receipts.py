"""Who has a record: what the members' desks said of it, held against what is known here. PROTOCOL.md, "Receipts"."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from desktop.casework.trust_views import ReceiptsView, ReceiptView
from desktop.store.authors import Authors
from desktop.store.context import Context
from desktop.store.owing import DELETED, READ, RECEIVED, asks, owe
from sync.changes import Dependency, Dot
from sync.merge import RecordState, decode_state
from sync.wire.codec import MAX_CALL, decode

AHEAD_MS = 10 * 60_000  # that another clock may be before ours; a later time has not come

_MEMBERS = (
    "SELECT d.device FROM devices d WHERE d.revoked = 0"
    " AND (EXISTS (SELECT 1 FROM members m WHERE m.space = ?1 AND m.ministry = d.ministry)"
    " OR EXISTS (SELECT 1 FROM guests g WHERE g.space = ?1 AND g.device = d.device)) ORDER BY d.ministry, d.device"
)


class _Said(msgspec.Struct, frozen=True):
    kind: str
    at_ms: int
    upto: bytes
    late: int


class Receipts:
    """The receipts of one store."""

    def __init__(self, context: Context, authors: Authors) -> None:
        self._context = context
        self._database = context.database
        self._authors = authors

    def view(self, name: bytes) -> ReceiptsView | None:
        """Who said what of a record; None for one that is not here."""
        row = self._row(name)
        if row is None:
            return None
        space, state = row
        record = name[:16]
        said: dict[bytes, list[_Said]] = {}
        for device, *rest in self._database.all(
            "SELECT device, kind, at_ms, upto, late FROM statements WHERE space = ? AND record = ? ORDER BY device",
            (space, record),
        ):
            said.setdefault(device, []).append(_Said(*rest))
        found = [self._told(state, device, each) for device, each in said.items()]
        return ReceiptsView(
            name.hex(),
            asked=asks(state),
            may_ask=self._writes(space),
            receipts=tuple(sorted(found, key=lambda one: (one.ministry, one.officer, one.device))),
            silent=tuple(self._silent(space, state, said)),
            waiting=bool(
                self._database.value("SELECT 1 FROM owing WHERE space = ? AND record = ? LIMIT 1", (space, record))
            ),
        )

    def owe_read(self, name: bytes) -> bool:
        """The officer had a record open: owe it if that was asked for; whether there is something to send."""
        row = self._row(name)
        if row is None or not asks(row[1]):
            return False
        with self._database.transaction():
            return owe(self._context, row[0], name[:16], row[1], READ)

    def _row(self, name: bytes) -> tuple[int, RecordState] | None:
        row = self._database.one("SELECT space, state_of(n, state) FROM records WHERE name = ?", (name,))
        return (row[0], decode_state(row[1])) if row else None

    def _writes(self, space: int) -> bool:
        identity = self._context.identity
        found = self._database.value(
            "SELECT EXISTS (SELECT 1 FROM members WHERE space = ?1 AND ministry = ?2 AND role != 'reader')"
            " OR EXISTS (SELECT 1 FROM guests WHERE space = ?1 AND device = ?3 AND role != 'reader')",
            (space, identity.ministry, identity.device),
        )
        return bool(found)

    def _told(self, state: RecordState, device: bytes, said: list[_Said]) -> ReceiptView:
        at = {one.kind: one.at_ms for one in said}
        reached: dict[bytes, int] = {}
        for one in said:
            for each in _changes(one):
                reached[each.device] = max(reached.get(each.device, 0), each.sequence)
        missing = any(one.sequence > reached.get(one.device, 0) for one in state.touched if one.device != device)
        return self._about(
            device,
            received_ms=at.get(RECEIVED, 0),
            read_ms=at.get(READ, 0),
            deleted_ms=at.get(DELETED, 0),
            behind=missing and DELETED not in at,
            verified=all(self._holds(state, one) for one in said),
        )

    def _about(
        self,
        device: bytes,
        *,
        received_ms: int = 0,
        read_ms: int = 0,
        deleted_ms: int = 0,
        behind: bool = False,
        verified: bool = True,
    ) -> ReceiptView:
        who = self._authors.author(device, 0)
        return ReceiptView(
            who.device,
            who.officer,
            who.desk,
            who.ministry,
            received_ms,
            read_ms,
            deleted_ms,
            behind=behind,
            verified=verified,
            mine=who.mine,
        )

    def _holds(self, state: RecordState, said: _Said) -> bool:
        """Whether a claim can be true as far as this desk can tell."""
        if said.late or said.at_ms > self._context.now_ms() + AHEAD_MS:
            return False
        if said.kind == DELETED:
            return any(one.dot == decode(Dot, said.upto, MAX_CALL) for one in state.recalls)
        touched = {one.device: one.sequence for one in state.touched}
        return all(one.sequence <= touched.get(one.device, 0) for one in _changes(said))

    def _silent(self, space: int, state: RecordState, said: Iterable[bytes]) -> list[ReceiptView]:
        """Desks that can read a record in which others wrote, and said nothing of it."""
        answered = {*said, self._context.device}
        return [
            self._about(device)
            for (device,) in self._database.all(_MEMBERS, (space,))
            if device not in answered and any(one.device != device for one in state.touched)
        ]


def _changes(said: _Said) -> list[Dependency]:
    return decode(list[Dependency], said.upto, MAX_CALL) if said.kind in (RECEIVED, READ) else []
