"""The scale of a timeline: years to minutes, long empty stretches folded, and the marks of its axis.

A place on the axis is a number of seconds too, in which a folded stretch counts as a short one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from desktop.ui.timeline.spans import DAY, Span, as_datetime, as_seconds

NEAREST = 300.0  # seconds: the least that a view shows
_ROOM = 0.04  # of the unfolded length: what stays free around records
_FOLDED = 0.02  # of the unfolded length: how long a folded stretch looks
_WORTH_FOLDING = 0.08  # of the whole: an empty stretch shorter than that stays

Unit = Literal["year", "month", "day", "hour", "minute"]
_STEPS: tuple[tuple[Unit, int, float], ...] = (
    ("minute", 1, 60.0),
    ("minute", 5, 300.0),
    ("minute", 15, 900.0),
    ("hour", 1, 3600.0),
    ("hour", 3, 10_800.0),
    ("hour", 6, 21_600.0),
    ("day", 1, DAY),
    ("day", 2, 2 * DAY),
    ("day", 7, 7 * DAY),
    ("month", 1, 30 * DAY),
    ("month", 3, 91 * DAY),
    ("year", 1, 365 * DAY),
    ("year", 2, 731 * DAY),
    ("year", 5, 1826 * DAY),
    ("year", 10, 3652 * DAY),
    ("year", 50, 18_262 * DAY),
    ("year", 100, 36_525 * DAY),
    ("year", 1000, 365_250 * DAY),
)


class Fold(NamedTuple):
    """An empty stretch that is folded: when, and where it lies on the axis."""

    begin: float
    end: float
    left: float
    right: float


class Mark(NamedTuple):
    """A line of the axis: where it lies, when it is and in what unit it is said."""

    at: float
    when: datetime
    unit: Unit


class Scale:
    """Places of times. Folds what is empty if it is told to."""

    def __init__(self, spans: Sequence[Span], *, fold: bool = True) -> None:
        if spans:
            first, last = spans[0].begin, max(span.end for span in spans)
        else:
            first = last = as_seconds(datetime.now())  # noqa: DTZ005 - the wall clock's
        empty = _empty_stretches(spans, max((last - first) * _WORTH_FOLDING, DAY)) if fold else []
        told = last - first - sum(end - begin for begin, end in empty)
        room = max(told * _ROOM, DAY / 2)
        self.begin, self.end = first - room, last + room
        self.folds: list[Fold] = []
        self._times, self._places = [self.begin], [0.0]
        self._build([(begin + room, end - room) for begin, end in empty], max(told * _FOLDED, DAY / 4))
        self.length = self._places[-1]

    def place(self, time: float) -> float:
        """Where a time lies; beyond both ends the scale runs on unfolded."""
        return _along(time, self._times, self._places)

    def time(self, place: float) -> float:
        """When a place is."""
        return _along(place, self._places, self._times)

    def marks(self, left: float, right: float, least: float) -> list[Mark]:
        """The lines between two places and the last one before, in the finest unit that keeps them `least` apart."""
        unit, step, _length = next((each for each in _STEPS if each[2] >= least), _STEPS[-1])
        found: list[Mark] = []
        for begin, end in self._open(left, right):
            first, last = as_datetime(begin), as_datetime(end)
            for when in _lines(first, last, unit, step):
                if when >= first or not found:
                    found.append(Mark(self.place(as_seconds(when)), when, unit))
        return found

    def _open(self, left: float, right: float) -> Iterator[tuple[float, float]]:
        """The stretches of time between two places, without those that are folded."""
        begin = self.time(left)
        for fold in self.folds:
            if left < fold.right and fold.left < right:
                if fold.begin > begin:
                    yield begin, fold.begin
                begin = fold.end
        yield begin, self.time(right)

    def _build(self, empty: list[tuple[float, float]], short: float) -> None:
        for begin, end in empty:
            if end - begin <= 2 * short:
                continue
            left = self._places[-1] + begin - self._times[-1]
            self.folds.append(Fold(begin, end, left, left + short))
            self._times += [begin, end]
            self._places += [left, left + short]
        self._places.append(self._places[-1] + self.end - self._times[-1])
        self._times.append(self.end)


def _empty_stretches(spans: Sequence[Span], least: float) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    reached = spans[0].end if spans else 0.0
    for span in spans:
        if span.begin - reached > least:
            found.append((reached, span.begin))
        reached = max(reached, span.end)
    return found


def _along(value: float, keys: list[float], values: list[float]) -> float:
    at = bisect_right(keys, value)
    if at == 0:
        return values[0] + value - keys[0]
    if at == len(keys):
        return values[-1] + value - keys[-1]
    part = (value - keys[at - 1]) / (keys[at] - keys[at - 1])
    return values[at - 1] + part * (values[at] - values[at - 1])


def _lines(begin: datetime, end: datetime, unit: Unit, step: int) -> Iterator[datetime]:
    """From the last line before `begin` to `end`."""
    when = begin.replace(second=0, microsecond=0)
    if unit == "minute":
        when = when.replace(minute=when.minute - when.minute % step)
    else:
        when = when.replace(minute=0, hour=when.hour - when.hour % step if unit == "hour" else 0)
    if unit == "month":
        when = when.replace(day=1, month=when.month - (when.month - 1) % step)
    elif unit == "year":
        when = when.replace(day=1, month=1, year=max(1, when.year - when.year % step))
    elif unit == "day" and step > 1:
        when -= timedelta(days=min(when.toordinal() % step, when.toordinal() - 1))
    for _line in range(400):
        if when > end:
            return
        yield when
        try:
            when = _next(when, unit, step)
        except (ValueError, OverflowError):
            return


def _next(when: datetime, unit: Unit, step: int) -> datetime:
    if unit == "year":
        return when.replace(year=when.year + step - (when.year % step if step > 1 else 0))
    if unit == "month":
        months = when.year * 12 + when.month - 1 + step
        return when.replace(year=months // 12, month=months % 12 + 1)
    return when + timedelta(**{unit + "s": step})
