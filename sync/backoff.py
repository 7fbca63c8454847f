"""How long to wait before trying again: exponential with full jitter, so that desks do not come back all at once."""

from __future__ import annotations

from collections.abc import Callable
from secrets import SystemRandom

from sync.errors import SyncError

FIRST_S = 1.0
LONGEST_S = 300.0

_random = SystemRandom().random


class Backoff:
    """Counts failures in a row. Full jitter after M. Brooker, "Exponential Backoff And Jitter", 2015."""

    def __init__(self, random: Callable[[], float] = _random) -> None:
        """Take a source of numbers in [0, 1)."""
        self.failures = 0
        self._random = random

    def wait_s(self, error: SyncError) -> float:
        """Note a failure and return the seconds to wait: 1 to 300, and not less than the server asked for.

        What trying again cannot mend (`retry` is false) is tried at the longest interval.
        """
        self.failures += 1
        doubled = FIRST_S * 2.0 ** min(self.failures, 16)
        longest = min(LONGEST_S, doubled) if error.retry else LONGEST_S
        return max(FIRST_S, longest * self._random(), error.retry_after_s)

    def reset(self) -> None:
        """Note a success."""
        self.failures = 0
