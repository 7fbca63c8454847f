"""The clock of a request for assistance: how long there is, what of that is working time, and what stands in the way.

    rules = read_rules(text)                         raises BadRules; `default_rules()` ships with the desk
    rules.limit("FLASH", "direct")                   8 hours
    clock = tell(rules, "AE", Times(received, due), now)
    clock.state, clock.left, clock.working           "running", 5 hours, 2 hours
    clock.days                                       the holidays and weekends on which it ends, or that it runs through

A moment is an aware `datetime`; a clock decides nothing but the words and the colour that are shown. Time paused does
not count: while the clock is paused what was left at that moment is left, and `resumed_due` moves the deadline on.

Weekends and holidays are data of the library `holidays`, by country code. Those that follow the moon are estimates
until they are announced; then `Day.estimated` is true, and whoever shows the day says so.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache, lru_cache
from importlib import resources
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from i18n import current
from i18n.names import time_zones

if TYPE_CHECKING:
    from holidays import HolidayBase

MAX_RULES_BYTES = 64 * 1024
MAX_LIMIT = timedelta(days=3_650)
FAR = timedelta(days=400)  # a deadline beyond it is nobody's working time: somebody's clock is off by years
SOON = timedelta(hours=24)
_DAYS_SHOWN = 8
_KEYS = {"urgent", "limit", "office", "zones"}
_LIMIT_KEYS = {"urgent", "access", "hours", "days"}

State = Literal["none", "running", "soon", "late", "paused", "stopped", "odd"]
"""`odd`: what stands there cannot be (a deadline before its start, a clock off by years), and nothing is counted."""


class BadRules(Exception):
    """A file of rules that is none; `key` names the place, `reason` is a stable word for why."""

    code = "bad_request_clock"

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.params = {"key": key, "reason": reason}


@dataclass(frozen=True, slots=True)
class Limit:
    """A length of time from receipt, and for which requests it holds."""

    length: timedelta
    urgent: bool | None = None
    access: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """How long requests have, and the office hours by which working time is counted."""

    urgent: frozenset[str]
    limits: tuple[Limit, ...]
    opens: time
    closes: time
    zones: Mapping[str, str]

    def limit(self, precedence: str, access: str) -> timedelta:
        """The length of time from receipt that a request has."""
        urgent = precedence in self.urgent
        fits = (each.length for each in self.limits if each.urgent in (None, urgent) and each.access in ("", access))
        return next(fits, self.limits[-1].length)

    def zone(self, member: str) -> tzinfo:
        """The time zone of a member's ministry; UTC for a code that is no country's."""
        for name in (self.zones.get(member, ""), *time_zones(member)):
            try:
                return ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                continue
        return UTC


@dataclass(frozen=True, slots=True)
class Day:
    """A day on which a member's ministry does not work: a weekend, or a holiday with its name."""

    day: date
    member: str
    name: str = ""  # empty: a weekend
    estimated: bool = False  # it follows the moon and was not announced yet


@dataclass(frozen=True, slots=True)
class Times:
    """The moments of a request that its clock goes by; None for what is not there."""

    received: datetime | None = None
    due: datetime | None = None
    paused: datetime | None = None
    stopped: datetime | None = None  # answered, refused, closed or withdrawn


@dataclass(frozen=True, slots=True)
class Clock:
    """What a clock shows at one moment. `left` is negative when it is late; both are zero where nothing is counted."""

    state: State = "none"
    due: datetime | None = None
    left: timedelta = timedelta()
    working: timedelta = timedelta()
    days: tuple[Day, ...] = ()  # without work until the deadline, in order, at most eight
    ends_on: Day | None = None  # the day of the deadline, if nobody works on it


def read_rules(text: str) -> Rules:
    """Rules from TOML. Raises BadRules that names the key: one that nothing honours must not pass for a rule."""
    if len(text) > MAX_RULES_BYTES:
        raise BadRules("rules", "too_large")
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as wrong:
        raise BadRules("rules", "not_toml") from wrong
    if unknown := sorted(set(tables) - _KEYS):
        raise BadRules(unknown[0][:40], "unknown_key")
    rows = tables.get("limit")
    if not isinstance(rows, list) or not rows:
        raise BadRules("limit", "missing")
    limits = tuple(_limit(row) for row in rows)
    if limits[-1].urgent is not None or limits[-1].access:
        raise BadRules("limit", "last_must_fit_all")
    office, zones = tables.get("office", {}), tables.get("zones", {})
    urgent = tables.get("urgent", [])
    if not isinstance(urgent, list) or not all(isinstance(each, str) for each in urgent):
        raise BadRules("urgent", "wrong_type")
    if not isinstance(zones, dict) or not all(isinstance(each, str) for each in zones.values()):
        raise BadRules("zones", "wrong_type")
    if not isinstance(office, dict):
        raise BadRules("office", "wrong_type")
    opens, closes = _hour(office, "from", "08:00"), _hour(office, "to", "16:00")
    if opens >= closes:
        raise BadRules("office.to", "before_its_start")
    return Rules(frozenset(urgent), limits, opens, closes, zones)


@cache
def default_rules() -> Rules:
    """The rules that ship with the desk."""
    return read_rules(resources.files("desktop.casework").joinpath("clocks", "request.toml").read_text("utf-8"))


def read_moment(value: object) -> datetime | None:
    """A moment as a field holds it; None for what is none. One without a zone is this machine's time."""
    if not isinstance(value, str):
        return None
    try:
        when = datetime.fromisoformat(value)
        return when if when.tzinfo is not None else when.astimezone()
    except (ValueError, OverflowError, OSError):
        return None


def tell(rules: Rules, member: str, times: Times, now: datetime, *, calendar: bool = True) -> Clock:
    """What the clock of a requested member shows at a moment; without `calendar`, nothing of working time and days off.

    The first calendar of a country takes a quarter of a second: too long for the window's thread.
    """
    if times.received is None or times.due is None:
        return Clock()
    if times.due <= times.received or times.due - times.received > MAX_LIMIT or times.received - now > SOON:
        return Clock("odd", times.due)
    if times.stopped is not None:
        return Clock("stopped", times.due, times.due - times.stopped)
    if times.paused is not None:
        if times.paused < times.received - SOON:
            return Clock("odd", times.due)
        if not calendar:
            return Clock("paused", times.due, times.due - times.paused)
        return Clock("paused", times.due, times.due - times.paused, working(rules, member, times.paused, times.due))
    left = times.due - now
    state: State = "late" if left < timedelta() else "soon" if left <= SOON else "running"
    if not calendar:
        return Clock(state, times.due, left)
    zone = rules.zone(member)
    days = tuple(islice(days_off(rules, member, now, times.due), _DAYS_SHOWN))
    return Clock(
        state, times.due, left, working(rules, member, now, times.due), days, day_off(member, _local(times.due, zone))
    )


def resumed_due(due: datetime, paused: datetime, resumed: datetime) -> datetime:
    """The deadline after a pause: as much later as the pause was long. Nothing moves if a clock ran backwards."""
    try:
        return due + max(resumed - paused, timedelta())
    except OverflowError:
        return due


def working(rules: Rules, member: str, start: datetime, end: datetime) -> timedelta:
    """The office hours between two moments, in the member's own time, without its weekends and holidays."""
    if end <= start or end - start > FAR:
        return timedelta()
    zone = rules.zone(member)
    total = timedelta()
    for day in _days(_local(start, zone), _local(end, zone)):
        if day_off(member, day) is None:
            opens = datetime.combine(day, rules.opens, zone)
            closes = datetime.combine(day, rules.closes, zone)
            # Between moments, not hours of a wall clock: a day on which the clocks change is longer or shorter.
            first, last = max(opens.astimezone(UTC), start), min(closes.astimezone(UTC), end)
            total += max(last - first, timedelta())
    return total


def days_off(rules: Rules, member: str, start: datetime, end: datetime) -> Iterator[Day]:
    """The weekends and holidays of a member from one moment to another, in order."""
    if end - start > FAR:
        return
    zone = rules.zone(member)
    for day in _days(_local(start, zone), _local(end, zone)):
        found = day_off(member, day)
        if found is not None:
            yield found


def day_off(member: str, day: date) -> Day | None:
    """Why a member's ministry does not work on a day; None when it does, or when nothing is known of the country."""
    calendar = _calendar(member, current().language)
    if calendar is None:
        return None
    plain = _calendar(member, "en")
    if day in calendar:
        estimated = "estimated" in (plain.get(day, "") if plain is not None else "")
        return Day(day, member, _bare(calendar, calendar.get(day, "")), estimated)
    return Day(day, member) if calendar.is_weekend(day) else None


def knows(member: str) -> bool:
    """Whether weekends and holidays of a member are known."""
    return _calendar(member, "en") is not None


@lru_cache(maxsize=256)
def _calendar(member: str, language: str) -> HolidayBase | None:
    """A country's calendar with names in a language, else in English; None for a code that the library has not."""
    import holidays  # 0.1 s, and only whoever shows a clock needs it

    wanted = {"ar": "ar", "fr": "fr", "it": "it", "es": "es"}.get(language, "en_US")
    try:
        found = holidays.country_holidays(member)
        known = found.supported_languages
        name = next((each for each in known if each.split("_")[0] == wanted.split("_")[0] and language != "en"), "")
        return holidays.country_holidays(member, language=name or ("en_US" if "en_US" in known else None))
    except (NotImplementedError, KeyError):
        return None


def _bare(calendar: HolidayBase, name: str) -> str:
    """A holiday's name without the library's own word for an estimate: ours is said in the officer's language."""
    tail = calendar.tr(getattr(calendar, "estimated_label", "%s")).replace("%s", "").strip()
    return "; ".join(part.replace(tail, "").strip() if tail else part for part in name.split("; "))


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _local(moment: datetime, zone: tzinfo) -> date:
    try:
        return moment.astimezone(zone).date()
    except OverflowError:
        return moment.date()


def _limit(row: object) -> Limit:
    if not isinstance(row, dict):
        raise BadRules("limit", "wrong_type")
    if unknown := sorted(set(row) - _LIMIT_KEYS):
        raise BadRules(f"limit.{unknown[0][:40]}", "unknown_key")
    urgent, access = row.get("urgent"), row.get("access", "")
    if not isinstance(urgent, bool | None) or not isinstance(access, str):
        raise BadRules("limit", "wrong_type")
    length = timedelta()
    for key in ("days", "hours"):
        given = row.get(key, 0)
        if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= MAX_LIMIT.days * 24:
            raise BadRules(f"limit.{key}", "wrong_type")
        length += timedelta(**{key: given})
    if not timedelta() < length <= MAX_LIMIT:
        raise BadRules("limit", "no_time")
    return Limit(length, urgent, access)


def _hour(office: dict[str, Any], key: str, otherwise: str) -> time:
    given = office.get(key, otherwise)
    try:
        return time.fromisoformat(given)
    except (TypeError, ValueError) as wrong:
        raise BadRules(f"office.{key}", "not_an_hour") from wrong
