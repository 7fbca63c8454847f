"""What every part of one connection shares: the database, who this desk is, the record types, the clock on the wall."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

from desktop.casework.record_types import RecordTypes
from desktop.store.bodies import Bodies
from desktop.store.database import Database
from desktop.store.numbers import change_number, split_number
from sync.keys import DeviceKeys

__all__ = ["Context", "Identity", "change_number", "split_number", "wall_clock_ms"]


class Identity(msgspec.Struct, frozen=True, array_like=True, dict=True):
    """Who this desk is: its ministry's code, the officer's name, the desk's label, and the device's keys."""

    ministry: str
    officer: str
    desk: str
    keys: DeviceKeys

    @property
    def device(self) -> bytes:
        """The device's 16-byte id."""
        return self.keys.device


class Context:
    """The parts that one connection's modules share."""

    def __init__(self, database: Database, identity: Identity, types: RecordTypes, now_ms: Callable[[], int]) -> None:
        self.database = database
        self.identity = identity
        self.types = types
        self.now_ms = now_ms
        self.device = identity.device
        self.bodies = Bodies(database)
        database.define("body_of", self.bodies.body_of)
        database.define("state_of", self.bodies.state_of)

    def meta(self, key: str) -> int:
        """Return a counter kept in `meta`."""
        return int(self.database.value("SELECT value FROM meta WHERE key = ?", (key,)) or 0)

    def set_meta(self, key: str, value: int | bytes) -> None:
        """Keep a value in `meta`, within the caller's transaction."""
        self.database.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def wall_clock_ms() -> int:
    """Return Unix milliseconds by this machine's clock."""
    return time.time_ns() // 1_000_000
