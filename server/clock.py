"""A clock that starts at the machine's time and then only runs forward, so that a corrected clock ends no token."""

from __future__ import annotations

import time


class SteadyClock:
    """Wall-clock time at the start, carried on by the monotonic clock."""

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()

    def now_s(self) -> float:
        """Seconds since 1970, by this clock."""
        return self._offset + time.monotonic()

    def now_ms(self) -> int:
        """Milliseconds since 1970, by this clock."""
        return int(self.now_s() * 1_000)
