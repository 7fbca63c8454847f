"""What a new version newly knows of what is here already: types, fields and operations that an earlier one only kept.

Told by a fingerprint of the declared record types and of the operations, kept in the store. What differs is queued
when the store is opened, and looked at again in slices: an upgrade keeps nobody waiting, and can be cut anywhere.
"""

from __future__ import annotations

from functools import partial

from desktop.casework.record_types import RecordType
from desktop.store.chains import Ordering, write_all
from desktop.store.context import Context
from desktop.store.projection import Card
from desktop.store.replay import Replayed, replay
from desktop.store.states import States
from sync.changes import VERSION, is_known, shapes
from sync.merge import encode_state, new_state
from sync.wire.codec import NO_HASH, decode, digest, encode
from sync.wire.space import SUITE

BATCH = 100  # records that are looked at in one transaction
TYPES, OPERATIONS = "types", "operations"  # keys of the fingerprints in `meta`
FINGERPRINT_LIMIT = 1 << 20


class Upgrade:
    """Brings what stands up to what this version knows. `refresh` when a store is opened, then `step` until it is done.

    Tables: `unknown` names the records that hold an operation of a later version; `again` the records to be projected
    again, `again_spaces` the spaces whose log is to be applied again.
    """

    def __init__(self, context: Context, states: States) -> None:
        self._context = context
        self._database = context.database
        self._states = states

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

    def _replay(self) -> frozenset[bytes]:
        """Apply the log of one space again."""
        row = self._database.one("SELECT p.n, p.id FROM again_spaces a JOIN spaces p ON p.n = a.space LIMIT 1")
        if row is None:
            self._database.run("DELETE FROM again_spaces")
            return frozenset()
        moved = rebuild(self._context, self._states, row)
        self._database.run("DELETE FROM again_spaces WHERE space = ?", (row[0],))
        return moved


def rebuild(context: Context, states: States, space: tuple[int, bytes]) -> frozenset[bytes]:
    """Apply a space's log anew, and put what it gives in the place of what stands; returns the records that moved.

    Within the caller's transaction. A change that by now waits for another one is not applied any more until that one
    is here, and one that can be read by now is.
    """
    replayed = replay(context.database, space[0], partial(states.recalls.holds, space))
    moved = note_readable(context, states, space, replayed)
    names = context.database.all("SELECT name FROM records WHERE space = ?", (space[0],))
    for record in {row[0][:16] for row in names} | replayed.states.keys():
        wanted, held = replayed.states.get(record) or new_state(), states.get(space, record)
        if encode_state(wanted) != encode_state(held.state):
            held.state, held.dirty = wanted, True
            moved.add(held.name)
            if not wanted.unknown:
                context.database.run("DELETE FROM unknown WHERE record = ?", (held.n,))
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
