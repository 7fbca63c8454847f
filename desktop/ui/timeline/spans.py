"""When records were, on one line of seconds: read from rows as precisely as they say it, and no more.

Seconds are counted from 1970-01-01 by the wall clock of this machine's zone, so that a day begins at its midnight. A
date without a time is the whole day, one without a day the whole month, one without a month the whole year.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from desktop.casework.views import ListRow
from i18n.formats import local_time

DAY = 86_400.0
_EPOCH = date(1970, 1, 1).toordinal()
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?\Z", re.ASCII)
FIRST, LAST = (date.min.toordinal() - _EPOCH) * DAY, (date.max.toordinal() + 1 - _EPOCH) * DAY


class Span(NamedTuple):
    """From when to when a record was, in seconds. `record` is the number of its row."""

    begin: float
    end: float
    record: int
    vague: bool = False  # a month or a year is all that is known of when it began
    turned: bool = False  # its end lies before its beginning: shown at its beginning


class Known(NamedTuple):
    """The spans of some rows in the order of time, and how many rows have none."""

    spans: list[Span]
    undated: int = 0
    refused: int = 0  # rows with a date that no calendar knows


def read_moment(text: str) -> tuple[float, float] | None:
    """The beginning and the end of what a stored date or time tells; None for what is none."""
    found = _DATE.match(text)
    try:
        if found:
            year, month, day = (int(part) if part else 0 for part in found.groups())
            first = date(year, month or 1, day or 1)
            return _seconds(first), _seconds(first) + _length(first, month=bool(month), day=bool(day))
        if "T" not in text or len(text) > 40:
            return None
        when = datetime.fromisoformat(text)
        if when.tzinfo is not None:
            local = local_time(round((when - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1)))
            if local is None:
                return None
            when = local
        at = _seconds(when.date()) + when.hour * 3600 + when.minute * 60 + when.second
    except (ValueError, OverflowError):
        return None
    return at, at


def read_spans(rows: Sequence[ListRow]) -> Known:
    """When each row was. A row with an end alone is shown at its end."""
    spans, undated, refused = [], 0, 0
    for number, row in enumerate(rows):
        if not row.start and not row.end:
            undated += 1
            continue
        start, end = read_moment(row.start), read_moment(row.end)
        if start is None and end is None:
            refused += 1
            continue
        begin, last = start or end or (0.0, 0.0)
        vague = last - begin > DAY
        turned = bool(start and end and end[1] < start[0])
        if start and end and not turned:
            last = max(end[1], begin)
        spans.append(Span(begin, last, number, vague, turned))
    spans.sort()
    return Known(spans, undated, refused)


def as_datetime(seconds: float) -> datetime:
    """The wall clock's time at a place on the line; the ends of the calendar where it lies beyond them."""
    held = min(max(seconds, FIRST), LAST - DAY)
    return datetime(1970, 1, 1) + timedelta(seconds=held)  # noqa: DTZ001 - the wall clock's, which has no zone


def as_seconds(when: datetime) -> float:
    """The place on the line of a wall clock's time."""
    return (when.replace(tzinfo=None) - datetime(1970, 1, 1)) / timedelta(seconds=1)  # noqa: DTZ001


def _seconds(day: date) -> float:
    return (day.toordinal() - _EPOCH) * DAY


def _length(first: date, *, month: bool, day: bool) -> float:
    if day:
        return DAY
    year, number = (first.year + (first.month == 12), first.month % 12 + 1) if month else (first.year + 1, 1)
    return (LAST if year > date.max.year else _seconds(date(year, number, 1))) - _seconds(first)
