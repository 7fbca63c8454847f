"""A hybrid logical clock: it orders history for display and never decides a merge (Kulkarni et al., 2014)."""

from __future__ import annotations

COUNTER_BITS = 16
MAX_LEAD_MS = 24 * 3600 * 1000  # how far a remote clock may pull ours forward


def advance(last: int, wall_ms: int) -> int:
    """Return the stamp of the next local change: after `last`, and at the wall clock if that is later."""
    return max(last + 1, wall_ms << COUNTER_BITS)


def observe(last: int, seen: int, wall_ms: int) -> int:
    """Return our stamp after seeing `seen`, unless that clock runs more than a day ahead of ours."""
    if seen >> COUNTER_BITS > wall_ms + MAX_LEAD_MS:
        return last
    return max(last, seen)


def wall_ms(stamp: int) -> int:
    """Return the milliseconds in a stamp."""
    return stamp >> COUNTER_BITS
