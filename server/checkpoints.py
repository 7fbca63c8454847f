"""What the storage gives and keeps for checkpoints of the server's log."""

from __future__ import annotations

from dataclasses import dataclass

from sync.wire.checkpoint import Included, Witnessed


@dataclass(frozen=True, slots=True)
class LogView:
    """What a desk asked of the server's log, all in one snapshot."""

    size: int
    root: bytes
    path: list[bytes]
    included: list[Included]
    witnessed: list[Witnessed]


@dataclass(frozen=True, slots=True)
class WitnessRow:
    """A checkpoint of this size that a desk of the ministry cosigned."""

    ministry: str
    size: int
    body: bytes
