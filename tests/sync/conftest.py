"""An alliance in memory: two ministries, a server, and desks made on demand."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from sync.engine import Engine
from sync.wire.space import Member, Role
from tests.support.secretariat import Ministry, make_ministry
from tests.sync.memory_replica import MemoryReplica
from tests.sync.memory_server import Fault, Line, MemoryServer

RECORD = b"r" * 16


@dataclass
class Desk:
    """A replica, its line to the server and its engine."""

    replica: MemoryReplica
    line: Line
    engine: Engine


@dataclass
class Alliance:
    """Dakar (SN) and Abu Dhabi (AE) and the server between them."""

    ministries: dict[str, Ministry] = field(default_factory=lambda: {c: make_ministry(c) for c in ("AE", "SN", "IT")})
    server: MemoryServer = field(init=False)

    def __post_init__(self) -> None:
        self.server = MemoryServer(list(self.ministries.values()))

    def desk(self, code: str, fault: Fault = lambda _: "") -> Desk:
        """Enrol a new device of a ministry."""
        keys = self.ministries[code].new_device()
        replica = MemoryReplica(keys, code, {code: one.keys.root for code, one in self.ministries.items()})
        line = Line(self.server, fault)
        return Desk(replica, line, Engine(replica, line))


def members(lead: str = "SN", other: str = "AE", role: Role = "contributor") -> list[Member]:
    """Return a lead and another member."""
    return [Member(lead, "lead"), Member(other, role)]


@pytest.fixture
def alliance() -> Alliance:
    """Three ministries and a server in memory."""
    return Alliance()
