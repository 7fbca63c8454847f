"""How often one address may make the calls that need no token: a bucket of tokens each, in bounded memory."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

ADDRESSES = 10_000  # whose buckets are kept, those that called last


class Throttle:
    """A bucket that fills evenly and holds what an address may call in one minute."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Take the calls a minute, and a clock in seconds that never goes back."""
        self._rate = per_minute / 60
        self._most = float(per_minute)
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, address: str) -> float:
        """Take one call of an address out of its bucket; returns 0, or the seconds until it holds one again."""
        now = self._clock()
        left, at = self._buckets.pop(address, (self._most, now))
        left = min(self._most, left + (now - at) * self._rate)
        allowed = left >= 1
        self._buckets[address] = (left - 1 if allowed else left, now)
        if len(self._buckets) > ADDRESSES:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - left) / self._rate
