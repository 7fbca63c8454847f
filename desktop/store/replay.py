"""Replay: the states that a space's log gives when it is applied anew, by the order that the log itself asks for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import msgspec

from desktop.store.context import change_number
from desktop.store.database import Database
from desktop.store.errors import StoreDamaged
from desktop.store.states import RecordTooLarge
from sync.changes import Change, Recall, decode_change, dependencies
from sync.merge import RecordState, apply, decode_state, encode_state, new_state
from sync.wire.errors import WireError

Holds: TypeAlias = Callable[[bytes, bytes, Recall], bool]
"""Whether a recall of a record by a device holds (desktop.store.recall)."""


READ_AHEAD = 64  # changes at most


class Replayed(msgspec.Struct):
    """What came out: states by record id, and how many changes were applied, unreadable, or waiting."""

    states: dict[bytes, RecordState] = {}
    changes: int = 0
    refused: int = 0
    pending: int = 0
    problems: list[str] = []
    reached: dict[bytes, int] = {}  # by device, the last change that was applied
    readable: dict[int, Change | str] = {}  # changes that can be read now and could not, or why they cannot


class _Chain(msgspec.Struct):
    n: int
    device: bytes
    applied: int
    at: int = 0


class _Log:
    """Reads the changes of a space ahead: the more, the longer one chain goes on."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows: dict[int, tuple[bytes, str | None]] = {}  # by number
        self._last = 0  # number of the change that was read last
        self._ahead = 1

    def next(self, chain: _Chain) -> tuple[bytes, str | None] | None:
        """The next change of a chain and the code of why it could not be read; None if it is not to be had."""
        number = change_number(chain.n, chain.at + 1)
        if number not in self._rows:
            self._ahead = min(2 * self._ahead, READ_AHEAD) if number == self._last + 1 else 1
            self._rows = self._read(number, min(self._ahead, chain.applied - chain.at))
        self._last = number
        return self._rows.get(number)

    def _read(self, first: int, count: int) -> dict[int, tuple[bytes, str | None]]:
        sql = "SELECT n, body_of(n, body), refused FROM changes WHERE n >= ? AND n < ? ORDER BY n"
        try:
            return {number: (body, code) for number, body, code in self._database.all(sql, (first, first + count))}
        except StoreDamaged:  # a segment cannot be read, nor what follows from it; what stands before it can
            return self._read(first, count // 2) if count > 1 else {}


def replay(
    database: Database,
    space: int,
    holds: Holds,
    upto: dict[bytes, int] | None = None,
) -> Replayed:
    """Apply a space's log anew, as far as the store says that it was applied; or `upto`: by device, so far."""
    outcome = Replayed()
    chains = [
        _Chain(*row)
        for row in database.all("SELECT n, device, applied FROM chains WHERE space = ? ORDER BY n", (space,))
    ]
    if upto is not None:
        for chain in chains:
            chain.applied = min(chain.applied, upto.get(chain.device, 0))
    at = {chain.device: chain for chain in chains}
    log, moved = _Log(database), True
    while moved:
        moved = False
        for chain in chains:
            while chain.at < chain.applied and _step(log, outcome, at, chain, holds):
                moved = True
    for chain in chains:
        outcome.reached[chain.device] = chain.at
        if chain.at < chain.applied:
            outcome.problems.append(f"{chain.device.hex()} {chain.at + 1}")
        beyond = (change_number(chain.n, chain.applied), change_number(chain.n + 1, 0))
        outcome.pending += int(database.value("SELECT count(*) FROM changes WHERE n > ? AND n < ?", beyond))
    return outcome


def _step(log: _Log, outcome: Replayed, at: dict[bytes, _Chain], chain: _Chain, holds: Holds) -> bool:
    """Apply a chain's next change, unless it waits for another chain."""
    sequence = chain.at + 1
    row = log.next(chain)
    if row is None:
        return False
    if row[1] == RecordTooLarge.code:
        outcome.refused += 1
        chain.at = sequence
        return True
    try:
        change = decode_change(row[0])
        needed = dependencies(change, chain.device, sequence)
        if any(device not in at or at[device].at < last for device, last in needed):
            return False
        _apply(outcome, change, chain.device, sequence, holds)
        outcome.changes += 1
        found: Change | str = change
    except WireError as error:
        outcome.refused += 1
        found = error.code
    if isinstance(found, str) is (row[1] is None):
        outcome.readable[change_number(chain.n, sequence)] = found
        outcome.problems.append(f"{chain.device.hex()} {sequence}")
    chain.at = sequence
    return True


def _apply(outcome: Replayed, change: Change, device: bytes, sequence: int, holds: Holds) -> None:
    """Apply all of a change or none of it."""
    before = {edit.record: outcome.states.get(edit.record) for edit in change.edits}
    kept = {record: encode_state(state) for record, state in before.items() if state is not None}
    place = 0
    try:
        for edit in change.edits:
            state = outcome.states.setdefault(edit.record, new_state())
            apply(state, device, sequence, place, edit.operations, partial(holds, edit.record, device))
            place += len(edit.operations)
    except WireError:
        for record in before:
            outcome.states.pop(record, None)
        outcome.states.update({record: decode_state(state) for record, state in kept.items()})
        raise
