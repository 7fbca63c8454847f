"""Numbers of changes and segments in the database: their chain's, then their place in the chain."""

from __future__ import annotations

SEQUENCE_BITS = 32


def change_number(chain: int, sequence: int) -> int:
    """Return the number of a change or segment in the database: its chain's, then its place in the chain."""
    return chain << SEQUENCE_BITS | sequence


def split_number(number: int) -> tuple[int, int]:
    """Return the chain's number and the place in the chain."""
    return number >> SEQUENCE_BITS, number & ((1 << SEQUENCE_BITS) - 1)
