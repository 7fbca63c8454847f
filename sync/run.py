"""The figures of one run of the engine."""

from __future__ import annotations

import msgspec

from sync.replica import Applied


class Run(msgspec.Struct):
    """What one run did. Counts of changes unless said otherwise."""

    pushed: int = 0  # acknowledged by the server
    pulled: int = 0  # items received
    applied: int = 0
    pending: int = 0  # received, waiting for what they depend on
    refused: int = 0  # received, set aside as unreadable
    rejected: int = 0  # items received that did not verify
    locked: int = 0  # segments received whose key is not here yet
    unsent: int = 0  # left to push
    requests: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0
    seconds: float = 0.0
    complete: bool = False  # the desk has all that the server has
    refused_items: list[str] = []  # codes of our own items that the server refused
    problems: list[str] = []  # codes of what did not hold and was gone around

    def add(self, applied: Applied) -> None:
        """Count what the replica did."""
        self.applied += applied.changes
        self.pending += applied.pending
        self.refused += applied.refused
