"""Dates, times, numbers and sizes as the officer reads them: the one place that formats them, through Babel only.

    relative_time(row.updated_ms, now)   «il y a 12 min», «hier», «9 juin»
    date_text("1987-04")                 «avril 1987»; partial dates stay as partial as they are
    moment(ms)                           «12/06 08:14», isolated from left to right
    data_age(ms)                         «Données du 12/06 à 08:14»
    number(1932)  size(3_400_000)  duration(240)

Times are Unix milliseconds by somebody's clock, shown in this machine's time zone and never trusted. `now` and `zone`
exist for tests and default to the present. Numeric dates are day first for every member, and isolated.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Literal

from babel import Locale, dates, numbers, units

from i18n.bidi import LRI, PDI, ltr
from i18n.translations import _, current, ngettext, pgettext

Urgency = Literal["none", "late", "soon", "near", "later"]

_PARTIAL = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?\Z", re.ASCII)
_ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = ("", "digital-kilobyte", "digital-megabyte", "digital-gigabyte", "digital-terabyte")
_FIGURES = (
    ("dd", "{0.day:02}"),
    ("MM", "{0.month:02}"),
    ("yyyy", "{0.year:04}"),
    ("HH", "{0.hour:02}"),
    ("mm", "{0.minute:02}"),
)
_MINUTE, _HOUR, _DAY = 60, 3600, 86400  # seconds
_SOON_DAYS, _NEAR_DAYS = 2, 7


def number(value: float, decimals: int = 0) -> str:
    """A number with the member's separators: «1 932», "1,932"; `decimals` at most."""
    if not math.isfinite(value):
        return "—"
    pattern = "#,##0" + ("." + "#" * decimals if decimals else "")
    return _in_digits(numbers.format_decimal(value, pattern, locale=current().babel, numbering_system=_digits()))


def capped_number(value: int, cap: int) -> str:
    """An exact number up to a cap, "5,000+" beyond it."""
    return number(value) if value <= cap else number(cap) + "+"


def percent(fraction: float) -> str:
    """A share of one as per cent: 0.42 is «42 %»."""
    return _in_digits(numbers.format_percent(fraction, locale=current().babel, numbering_system=_digits()))


def size(octets: int) -> str:
    """A size in bytes, decimal units, at most one decimal: «3,4 Mo»."""
    value, step = float(octets), 0
    while abs(value) >= 999.5 and step < len(_UNITS) - 1:
        value, step = value / 1000, step + 1
    if not step:
        return ngettext("{n} byte", "{n} bytes", octets).format(n=number(octets))
    rounded = round(value, 1) if value < 10 else round(value)
    told = units.format_unit(rounded, _UNITS[step], "short", locale=current().babel, numbering_system=_digits())
    return _in_digits(told)


def duration(seconds: float) -> str:
    """A length of time in its largest unit: «4 minutes», «8 heures», «3 jours»."""
    span = timedelta(seconds=min(abs(seconds), 10_000 * _DAY))
    return _in_digits(dates.format_timedelta(span, threshold=1.5, granularity="second", locale=current().babel))


def relative_time(at_ms: int, now: datetime | None = None, zone: tzinfo | None = None) -> str:
    """When something happened, as near as it tells: minutes and hours today, "yesterday", a day, a date with its year.

    A time in the future (another desk's clock is wrong) is shown as a plain date.
    """
    at = local_time(at_ms, zone)
    if at is None:
        return "—"
    present = (now or datetime.now(UTC)).astimezone(zone)
    seconds = (present - at).total_seconds()
    if -_MINUTE < seconds < _MINUTE:
        return _("just now")
    if 0 < seconds < _HOUR or (seconds > 0 and at.date() == present.date()):
        granularity: Literal["minute", "hour"] = "minute" if seconds < _HOUR else "hour"
        return _in_digits(_ago(int(seconds // (_MINUTE if seconds < _HOUR else _HOUR)), granularity, current().babel))
    if at.date() == present.date() - timedelta(days=1):
        return _("yesterday")
    return _day(at.date(), present.date())


def date_text(value: str, *, numeric: bool = False) -> str:
    """An ISO date, whole or partial, in words («14 juin 2026», «juin 2026», "2026") or in figures (14/06/2026).

    What is not such a date is shown as it came, isolated.
    """
    match = _PARTIAL.match(value)
    if not match:
        return ltr(value)
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        when = date(year or 1, month or 1, day or 1)
    except ValueError:
        return ltr(value)
    if month is None:
        return _in_digits(f"{LRI}{value}{PDI}")
    if numeric:
        return _figures(when, "dd/MM/yyyy" if day else "MM/yyyy")
    locale = current().babel
    # The skeleton, not a stand-alone month: ar_MA has its own names in the first only.
    return _in_digits(
        dates.format_date(when, "long", locale) if day else dates.format_skeleton("yMMMM", when, locale=locale)
    )


def short_date(value: str, now: datetime | None = None) -> str:
    """A day for lists: "today", "tomorrow", "yesterday", «14 juin», or with its year when it is another one."""
    when = _whole_date(value)
    if when is None:
        return date_text(value)
    today = (now or datetime.now(UTC)).astimezone(now.tzinfo if now else None).date()
    near = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}.get((when - today).days)
    return near or _day(when, today)


def urgency(value: str, now: datetime | None = None) -> Urgency:
    """How pressing a due date is: late, soon (within 2 days), near (within 7), later; none without a whole date."""
    when = _whole_date(value)
    if when is None:
        return "none"
    today = (now or datetime.now(UTC)).astimezone(now.tzinfo if now else None).date()
    days = (when - today).days
    if days < 0:
        return "late"
    return "soon" if days <= _SOON_DAYS else "near" if days <= _NEAR_DAYS else "later"


def moment(at_ms: int, now: datetime | None = None, zone: tzinfo | None = None) -> str:
    """A day and a time in figures, with the year when it is another one: «12/06 08:14», isolated."""
    at = local_time(at_ms, zone)
    if at is None:
        return "—"
    present = (now or datetime.now(UTC)).astimezone(zone)
    return _figures(at, "dd/MM HH:mm" if at.year == present.year else "dd/MM/yyyy HH:mm")


def clock(at_ms: int, zone: tzinfo | None = None) -> str:
    """A time of day, 24 hours: «08:14», isolated."""
    at = local_time(at_ms, zone)
    return _figures(at, "HH:mm") if at else "—"


def axis_text(when: datetime, unit: Literal["year", "month", "day", "hour", "minute"]) -> str:
    """A mark of a time axis: "2026", «juin 2026», «14 juin», «08:14»; hours of another day begin with that day."""
    if unit in ("hour", "minute"):
        return _figures(when, "HH:mm") if when.hour or when.minute else _words(when.date(), _day_pattern())
    if unit == "day":
        return _words(when.date(), _day_pattern())
    return _words(when.date(), f"{_day_pattern()[2:]} y") if unit == "month" else _figures(when, "yyyy")


def data_age(as_of_ms: int, now: datetime | None = None, zone: tzinfo | None = None) -> str:
    """How old what one sees is: «Données du 12/06 à 08:14»; 0 is «never synced»."""
    at = local_time(as_of_ms, zone) if as_of_ms > 0 else None
    if at is None:
        return _("Never synced yet")
    present = (now or datetime.now(UTC)).astimezone(zone)
    day = _figures(at, "dd/MM" if at.year == present.year else "dd/MM/yyyy")
    return _("Data of {date} at {time}").format(date=day, time=_figures(at, "HH:mm"))


def newer_by(ms: int) -> str:
    """How much newer one version is than another: «plus récente de 10 minutes»."""
    return pgettext("version", "newer by {duration}").format(duration=duration(ms / 1000))


def local_time(at_ms: int, zone: tzinfo | None = None) -> datetime | None:
    """Unix milliseconds as local time; None for what no calendar holds (a hostile or broken clock)."""
    try:
        return (_EPOCH + timedelta(milliseconds=at_ms)).astimezone(zone)
    except (OverflowError, OSError, ValueError):
        return None


def _whole_date(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if len(value) == len("yyyy-mm-dd") else None
    except ValueError:
        return None


def _day(when: date, today: date) -> str:
    return _words(when, _day_pattern()) if when.year == today.year else _figures(when, "dd/MM/yyyy")


def _day_pattern() -> str:
    # The short months of ar_MA are the Gulf's in the locale data; the long ones are Morocco's own.
    return "d MMMM" if current().language == "ar" else "d MMM"


def _words(when: date, pattern: str) -> str:
    return _in_digits(dates.format_date(when, pattern, locale=current().babel))


def _figures(when: date, pattern: str) -> str:
    """Figures in the order of a pattern, day first for every member: without Babel, which takes 100 times as long."""
    for field, figures in _FIGURES:
        if field in pattern:
            pattern = pattern.replace(field, figures.format(when))
    return f"{LRI}{_in_digits(pattern)}{PDI}"


@lru_cache(maxsize=256)
def _ago(units_ago: int, unit: Literal["minute", "hour"], locale: Locale) -> str:
    """Kept, since a list says the same few of them in every row: a millisecond each."""
    span = timedelta(seconds=units_ago * (_MINUTE if unit == "minute" else _HOUR))
    return dates.format_timedelta(
        -span, granularity=unit, threshold=24, add_direction=True, format="short", locale=locale
    )


def _digits() -> Literal["arab", "latn"]:
    locale = current()
    return "arab" if locale.language == "ar" and locale.digits == "arab" else "latn"


def _in_digits(text: str) -> str:
    return text.translate(_ARABIC_DIGITS) if _digits() == "arab" else text
