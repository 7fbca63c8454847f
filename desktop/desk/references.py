"""The reference that a new case gets: one that no other desk of the ministry gives, connected or not.

A desk's place in its ministry's directory is unique, so it is a part of the number: `SN-2026-03007` is the seventh case
of the desk with the third place. See docs/decisions/0040-references-by-desk.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from desktop.casework.references import format_reference

BLOCK = 1_000  # cases a year in the short form
SHORT_RANKS = 99  # desks that have the short form, five digits
LONG_BLOCK = 100_000  # cases a year in the long form, nine digits
ENROLLED_RANKS = 5_000  # beyond them, and before enrolment, a desk takes a number from its key


def next_case_reference(ministry: str, year: int, rank: int, device: bytes, known: Iterable[str]) -> str:
    """The desk's next reference of the year. `rank`: its place in the directory, 0 while it is not enrolled."""
    taken = set(known)
    if 0 < rank <= SHORT_RANKS:
        block = range((rank - 1) * BLOCK + 1, rank * BLOCK)
        used = [number for number in block if format_reference(ministry, year, number) in taken]
        number = max(used) + 1 if used else block.start
        if number in block:
            return format_reference(ministry, year, number)
    if not 0 < rank < ENROLLED_RANKS:
        rank = ENROLLED_RANKS + int.from_bytes(hashlib.blake2b(device, digest_size=4).digest(), "big") % ENROLLED_RANKS
    number = rank * LONG_BLOCK + 1
    while (reference := f"{ministry}-{year:04d}-{number:09d}") in taken:
        number += 1
    return reference
