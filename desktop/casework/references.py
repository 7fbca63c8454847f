"""References of cases: `SN-2026-00417`, given when a case is created and editable afterwards.

A reference is for people, not an identity: two desks of one ministry that are offline may give the same one, and the
record's own random id tells them apart.
"""

from __future__ import annotations

import re

_REFERENCE = re.compile(r"([A-Z]{2,3})-(\d{4})-(\d{5,9})\Z", re.ASCII)


def format_reference(ministry: str, year: int, number: int) -> str:
    """The reference of a ministry's case: code, year, and at least five digits."""
    return f"{ministry}-{year:04d}-{number:05d}"


def next_reference(ministry: str, year: int, known: list[str]) -> str:
    """The reference after the highest known one of that ministry and year; other texts are passed over."""
    numbers = [0]
    for reference in known:
        match = _REFERENCE.match(reference)
        if match and match.group(1) == ministry and int(match.group(2)) == year:
            numbers.append(int(match.group(3)))
    return format_reference(ministry, year, max(numbers) + 1)
