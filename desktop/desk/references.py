"""The reference that a new case gets: one that no other desk of the ministry gives, connected or not.

A desk's place in its ministry's directory is unique, so it is a part of the number: `SN-2026-03007` is the seventh case
of the desk with the third place. See docs/decisions/0040-references-by-desk.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from desktop.casework.references import format_reference
from desktop.store import Connection

SHORT_DIGITS, LONG_DIGITS = 5, 9
BLOCK = 1_000  # cases a year in the short form
SHORT_RANKS = 99  # desks that have the short form
LONG_BLOCK = 100_000  # cases a year in the long form
ENROLLED_RANKS = 5_000  # beyond them, and before enrolment, a desk takes a number from its key
_NOTE = "reference."


class ReferenceBook:
    """Gives references out. It notes the last one, since to look through 100,000 cases takes a third of a second."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, year: int) -> str:
        """The next reference of this desk; call it within the transaction that opens the case."""
        own, notes = self._connection.identity, self._connection.notes
        rank = self._connection.replica.directory_place()
        note = f"{_NOTE}{year}.{rank}"
        last = notes.get(note)
        known = [last.decode()] if last else self._connection.listing.references(f"{own.ministry}-{year:04d}-")
        reference = next_case_reference(own.ministry, year, rank, own.device, known)
        while self._connection.listing.has_reference(reference):
            known.append(reference)
            reference = next_case_reference(own.ministry, year, rank, own.device, known)
        notes.put(note, reference.encode())
        return reference


def next_case_reference(ministry: str, year: int, rank: int, device: bytes, known: Iterable[str]) -> str:
    """The desk's next reference of the year. `rank`: its place in the directory, 0 while it is not enrolled.

    It follows the highest known one of the desk's own: a number is not given again, whatever became of its case.
    """
    prefix = f"{ministry}-{year:04d}-"
    digits = [each.removeprefix(prefix) for each in known if each.startswith(prefix)]
    numbers = [each for each in digits if each.isascii() and each.isdecimal()]
    in_short = [int(each) for each in numbers if len(each) == SHORT_DIGITS]
    in_long = [int(each) for each in numbers if len(each) == LONG_DIGITS]
    place = rank if 0 < rank < ENROLLED_RANKS else _place_from_key(device)
    long = range(place * LONG_BLOCK + 1, (place + 1) * LONG_BLOCK)
    short = range((rank - 1) * BLOCK + 1, rank * BLOCK) if 0 < rank <= SHORT_RANKS else range(0)
    in_long = [number for number in in_long if number in long]
    following = max((number for number in in_short if number in short), default=(rank - 1) * BLOCK) + 1
    if following in short and not in_long:
        return format_reference(ministry, year, following)
    return f"{prefix}{max(in_long, default=long.start - 1) + 1:0{LONG_DIGITS}d}"


def _place_from_key(device: bytes) -> int:
    digest = hashlib.blake2b(device, digest_size=4).digest()
    return ENROLLED_RANKS + int.from_bytes(digest, "big") % ENROLLED_RANKS
