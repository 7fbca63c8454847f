"""What a new version newly knows of what is here already: types, fields and operations that an earlier one only kept.

Told by a fingerprint of the declared record types and of the operations, kept in the store. What differs is queued
when the store is opened, and looked at again in slices: an upgrade keeps nobody waiting, and can be cut anywhere. A
space's log is applied again outside any transaction; only what it gives otherwise than before is written in one.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from desktop.casework.record_types import RecordType
from desktop.store.chains import Ordering, write_all
from desktop.store.context import Context
from desktop.store.projection import Card
from desktop.store.replay import Replayed, replay
from desktop.store.states import States
from sync.changes import VERSION, is_known, shapes
from sync.merge import decode_state, encode_state, new_state
from sync.wire.codec import NO_HASH, decode, digest, encode
from sync.wire.space import SUITE

BATCH = 100  # records that are looked at in one transaction
WRITTEN = 250  # records of a space that are written in one
MISSED = 3  # comparisons made void by others' writing; then one is made while nobody writes
TYPES, OPERATIONS = "types", "operations"  # keys of the fingerprints in `meta`
FINGERPRINT_LIMIT = 1 << 20


class _Compared(NamedTuple):
    """What a space's log gives, as long as nobody writes: `version` tells."""

    space: tuple[int, bytes]
    version: tuple[int, int]
    replayed: Replayed
    differing: list[bytes]  # records of which something else stands here


class Upgrade:
    """Brings what stands up to what this version knows. `refresh` when a store is opened, then `step` until it is done.

    Tables: `unknown` names the records that hold an operation of a later version; `again` the records to be projected
    again, `again_spaces` the spaces whose log is to be applied again.
    """

    def __init__(self, context: Context, states: States) -> None:
        self._context = context
        self._database = context.database
        self._states = states
        self._compared: _Compared | None = None
        self._missed = 0  # comparisons that somebody's writing made void

    def refresh(self) -> bool:
        """Queue what this version knows more of than the one before; returns whether there was another one."""
        types = {name: _fingerprint(kind) for name, kind in self._context.types.items()}
        operations = {name: ",".join(elements) for name, elements in shapes().items()} | {"": f"{VERSION}.{SUITE}"}
        wanted = encode(types), encode(operations)
        if (self._kept(TYPES), self._kept(OPERATIONS)) == wanted:
            return False
        with self._database.transaction():
            before, known = self._kept(TYPES), self._kept(OPERATIONS)
            self._queue_types(types, decode(dict[str, bytes], before, FINGERPRINT_LIMIT) if before else {})
            if known != wanted[1]:
                self._queue_operations(operations, decode(dict[str, str], known, FINGERPRINT_LIMIT) if known else {})
            self._context.set_meta(TYPES, wanted[0])
            self._context.set_meta(OPERATIONS, wanted[1])
        return True

    def waiting(self) -> int:
        """How many records and spaces are still to be looked at."""
        one = self._database.value
        return int(one("SELECT count(*) FROM again")) + int(one("SELECT count(*) FROM again_spaces"))

    def step(self) -> frozenset[bytes] | None:
        """Look at a slice in one transaction; returns the records that moved, None when nothing is left."""
        database = self._database
        if not database.value("SELECT EXISTS (SELECT 1 FROM again) OR EXISTS (SELECT 1 FROM again_spaces)"):
            return None
        if not database.value("SELECT EXISTS (SELECT 1 FROM again)") and self._missed < MISSED:
            self._compare()
        try:
            with database.transaction(durable=False):
                return self._project() or self._replay()
        finally:
            self._states.clear()

    def _kept(self, key: str) -> bytes:
        return self._database.value("SELECT value FROM meta WHERE key = ?", (key,)) or b""

    def _queue_types(self, types: dict[str, bytes], before: dict[str, bytes]) -> None:
        changed = [name for name in types.keys() | before.keys() if types.get(name) != before.get(name)]
        self._database.many(
            "INSERT OR IGNORE INTO again SELECT n FROM records WHERE type = ?", [(name,) for name in changed]
        )

    def _queue_operations(self, operations: dict[str, str], before: dict[str, str]) -> None:
        """New operations concern what was kept as unknown; an operation with more elements concerns every space."""
        run = self._database.run
        if any(operations.get(name) != shape for name, shape in before.items()):
            run("INSERT OR IGNORE INTO again_spaces SELECT n FROM spaces")
        run("INSERT OR IGNORE INTO again SELECT record FROM unknown")
        run(
            "INSERT OR IGNORE INTO again_spaces SELECT h.space FROM changes c JOIN chains h ON h.n = c.n >> 32"
            " WHERE c.refused = 'unknown_suite'"
        )
        # What could not even be read was set aside, and its chain broke there: the server is asked for it again.
        run(
            "UPDATE spaces SET behind = max(behind, seq, 1), seq = 0, head = ?"
            " WHERE id IN (SELECT space FROM aside WHERE code = 'unknown_suite')",
            (NO_HASH,),
        )
        run(
            "DELETE FROM aside WHERE code IN ('unknown_suite', 'broken_chain')"
            " AND space IN (SELECT space FROM aside WHERE code = 'unknown_suite')"
        )

    def _project(self) -> frozenset[bytes]:
        """Project some records again: lists and index follow from the types as they are declared now."""
        rows = self._database.all(
            "SELECT a.record, r.name, p.n, p.id FROM again a JOIN records r ON r.n = a.record"
            " JOIN spaces p ON p.n = r.space ORDER BY 1 LIMIT ?",
            (BATCH,),
        )
        for record, name, space, id_ in rows:
            held = self._states.get((space, id_), name[:16])
            held.dirty = True
            if any(is_known(kept.raw) for kept in held.state.unknown):
                self._database.run("INSERT OR IGNORE INTO again_spaces VALUES (?)", (space,))
            if not held.state.unknown:
                self._database.run("DELETE FROM unknown WHERE record = ?", (record,))
        self._states.flush()
        if rows:
            self._database.run("DELETE FROM again WHERE record <= ?", (rows[-1][0],))
        else:
            self._database.run("DELETE FROM again")
        return frozenset(row[1] for row in rows)

    def _next(self) -> tuple[int, bytes] | None:
        row: tuple[int, bytes] | None = self._database.one(
            "SELECT p.n, p.id FROM again_spaces a JOIN spaces p ON p.n = a.space LIMIT 1"
        )
        return row

    def _compare(self) -> _Compared | None:
        """Apply the log of the next space again and compare, unless that is done and nobody has written since."""
        space, version = self._next(), self._version()
        if space is None:
            return None
        found = self._compared
        if found is None or (found.space, found.version) != (space, version):
            found = _Compared(space, version, *compare(self._context, self._states, space))
        self._compared = found
        return found

    def _replay(self) -> frozenset[bytes]:
        """Write some of what the log of a space gives otherwise, and at last how far it was applied."""
        found = self._compared
        if self._next() is None:
            self._database.run("DELETE FROM again_spaces")
            return frozenset()
        if found is None or (found.space, found.version) != (self._next(), self._version()):
            self._missed += 1
            if self._missed <= MISSED:  # it is compared again, outside this transaction
                return frozenset()
            found = self._compare()
            assert found is not None  # noqa: S101 - there is a space, and nobody else writes now
        self._missed = 0
        slice_ = [found.differing.pop() for _ in found.differing[:WRITTEN]]
        moved = put(self._context, self._states, found.space, found.replayed, slice_)
        self._compared = found._replace(version=self._version())
        if not found.differing:
            moved |= settle(self._context, self._states, found.space, found.replayed)
            self._database.run("DELETE FROM again_spaces WHERE space = ?", (found.space[0],))
            self._compared = None
        return moved

    def _version(self) -> tuple[int, int]:
        """Tells whether anybody has written: other connections, or this one."""
        return self._database.value("PRAGMA data_version"), self._database.value("SELECT total_changes()")


def compare(context: Context, states: States, space: tuple[int, bytes]) -> tuple[Replayed, list[bytes]]:
    """Apply a space's log anew; returns what it gives, and the records of which something else stands here."""
    replayed = replay(context.database, space[0], partial(states.recalls.holds, space))
    missing, differing, last = set(replayed.states), list[bytes](), 0
    while rows := context.database.all(
        "SELECT n, name, state_of(n, state) FROM records WHERE space = ? AND n > ? ORDER BY n LIMIT ?",
        (space[0], last, BATCH),
    ):
        for _, name, state in rows:
            wanted = encode_state(replayed.states.get(name[:16]) or new_state())
            if wanted != state and wanted != encode_state(decode_state(state)):  # an earlier version encoded less
                differing.append(name[:16])
            missing.discard(name[:16])
        last = rows[-1][0]
    return replayed, differing + sorted(missing)


def put(
    context: Context, states: States, space: tuple[int, bytes], replayed: Replayed, records: list[bytes]
) -> frozenset[bytes]:
    """Put what a space's log gives in the place of what stands of some records, within the caller's transaction."""
    moved: set[bytes] = set()
    for record in records:
        held = states.get(space, record)
        held.state, held.dirty = replayed.states.get(record) or new_state(), True
        moved.add(held.name)
        if not held.state.unknown:
            context.database.run("DELETE FROM unknown WHERE record = ?", (held.n,))
    states.flush()
    return frozenset(moved)


def settle(context: Context, states: States, space: tuple[int, bytes], replayed: Replayed) -> frozenset[bytes]:
    """Note how far a space's log was applied, within the caller's transaction; returns the records that this moves.

    A change that by now waits for another one is not applied any more until that one is here, and one that can be read
    by now is.
    """
    moved = note_readable(context, states, space, replayed)
    ordering = Ordering(context, states, space)
    for chain in ordering.chains.values():
        if replayed.reached[chain.device] < chain.applied:
            chain.applied, chain.wait_chain, chain.wait_seq = replayed.reached[chain.device], None, None
            chain.dirty = True
    for chain in list(ordering.chains.values()):
        ordering.follow(chain)
    write_all(context.database, [ordering])
    states.flush()
    return frozenset(moved | ordering.records)


def note_readable(context: Context, states: States, space: tuple[int, bytes], replayed: Replayed) -> set[bytes]:
    """Note which changes can be read by now, and which cannot any more; returns the records of the former."""
    database, records = context.database, set()
    for number, found in replayed.readable.items():
        if isinstance(found, str):
            database.run("UPDATE changes SET refused = ? WHERE n = ?", (found, number))
        else:
            database.run(
                "UPDATE changes SET refused = NULL, stamp = ?, at_ms = ? WHERE n = ?",
                (found.stamp, found.at_ms, number),
            )
            held = [states.get(space, edit.record) for edit in found.edits]
            database.many("INSERT OR IGNORE INTO touches VALUES (?, ?)", [(each.n, number) for each in held])
            records |= {each.name for each in held}
    return records


def _fingerprint(kind: RecordType) -> bytes:
    """Tells a type's declaration, as far as lists, index and merge follow from it, from every other."""
    fields = [(each.name, each.kind, each.role, each.searched, each.listed) for each in kind.fields.values()]
    return digest(encode([kind.name, fields, list(Card.__struct_fields__)]), domain="tahaluf-types", size=16)
