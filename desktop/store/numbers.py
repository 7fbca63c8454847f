"""Numbers of changes and segments in the database, and names of records there."""

from __future__ import annotations

SEQUENCE_BITS = 32


def change_number(chain: int, sequence: int) -> int:
    """Return the number of a change or segment in the database: its chain's, then its place in the chain."""
    return chain << SEQUENCE_BITS | sequence


def split_number(number: int) -> tuple[int, int]:
    """Return the chain's number and the place in the chain."""
    return number >> SEQUENCE_BITS, number & ((1 << SEQUENCE_BITS) - 1)


def parse_name(text: str) -> bytes | None:
    """A record's name in the database from its id on screens: 32 hexadecimal digits, or 64 (see `States`)."""
    try:
        name = bytes.fromhex(text)
    except ValueError:
        return None
    return name if len(name) in (16, 32) and len(text) == 2 * len(name) else None
