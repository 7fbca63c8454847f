"""The clock of a request: limits as data, pauses that do not count, weekends and holidays of each member."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from desktop.casework.request_clock import (
    BadRules,
    Times,
    day_off,
    default_rules,
    knows,
    read_moment,
    read_rules,
    resumed_due,
    tell,
    working,
)
from i18n import set_language

RULES = default_rules()
TUESDAY = datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("precedence", "access", "hours"),
    [
        ("FLASH", "direct", 8),
        ("IMMEDIATE", "direct", 8),
        ("FLASH", "indirect", 72),
        ("IMMEDIATE", "", 72),
        ("PRIORITY", "direct", 168),
        ("ROUTINE", "indirect", 168),
        ("of a newer version", "", 168),
    ],
)
def test_the_limits_are_those_of_the_directive(precedence: str, access: str, hours: int) -> None:
    assert RULES.limit(precedence, access) == timedelta(hours=hours)


def test_a_ministry_changes_the_limits_as_data() -> None:
    rules = read_rules('urgent = ["PRIORITY"]\n[[limit]]\nurgent = true\nhours = 2\n[[limit]]\ndays = 1\nhours = 1\n')
    assert rules.limit("PRIORITY", "direct") == timedelta(hours=2)
    assert rules.limit("FLASH", "direct") == timedelta(hours=25)


@pytest.mark.parametrize(
    ("text", "key", "reason"),
    [
        ("[[limit]", "rules", "not_toml"),
        ("", "limit", "missing"),
        ("limit = 7", "limit", "missing"),
        ("limit = [7]", "limit", "wrong_type"),
        ("[[limit]]\ndays = 7\nsecunds = 1", "limit.secunds", "unknown_key"),
        ("[[limit]]\ndays = 7\n[colour]\nred = 1", "colour", "unknown_key"),
        ("[[limit]]\ndays = 0", "limit", "no_time"),
        ("[[limit]]\ndays = -1", "limit.days", "wrong_type"),
        ("[[limit]]\nhours = 1e9", "limit.hours", "wrong_type"),
        ("[[limit]]\nhours = true", "limit.hours", "wrong_type"),
        ("[[limit]]\ndays = 10_000_000_000_000", "limit.days", "wrong_type"),
        ('[[limit]]\nurgent = "yes"\ndays = 7', "limit", "wrong_type"),
        ("[[limit]]\nurgent = true\ndays = 7", "limit", "last_must_fit_all"),
        ('urgent = "FLASH"\n[[limit]]\ndays = 7', "urgent", "wrong_type"),
        ('[[limit]]\ndays = 7\n[office]\nfrom = "18:00"', "office.to", "before_its_start"),
        ('[[limit]]\ndays = 7\n[office]\nto = "late"', "office.to", "not_an_hour"),
        ("[[limit]]\ndays = 7\n[zones]\nES = 1", "zones", "wrong_type"),
        ("#" * 70_000, "rules", "too_large"),
    ],
)
def test_rules_that_nothing_would_honour_are_refused_by_their_name(text: str, key: str, reason: str) -> None:
    with pytest.raises(BadRules) as refused:
        read_rules(text)
    assert refused.value.params == {"key": key, "reason": reason}


@pytest.mark.parametrize("member", ["AE", "FR", "MA", "BH", "IT", "ES", "SN", "SG", "SK", "IL", "NL"])
def test_every_member_has_its_weekend_holidays_and_time_zone(member: str) -> None:
    assert knows(member)
    week = [date(2026, 11, 23) + timedelta(days=number) for number in range(7)]
    assert sum(day_off(member, day) is not None for day in week) == 2
    assert RULES.zone(member) is not UTC


def test_weekends_differ_by_member() -> None:
    friday, sunday = date(2026, 11, 27), date(2026, 11, 29)
    assert day_off("BH", friday) is not None
    assert day_off("FR", friday) is None
    assert day_off("BH", sunday) is None
    assert day_off("FR", sunday) is not None


def test_a_country_that_nobody_knows_has_no_days_off_and_no_zone() -> None:
    assert not knows("ZZ")
    assert day_off("ZZ", date(2026, 12, 25)) is None
    assert RULES.zone("../../etc/passwd") is UTC
    assert working(RULES, "ZZ", TUESDAY, TUESDAY + timedelta(days=7)) == timedelta(hours=56)


def test_a_holiday_is_named_in_the_language_of_the_officer_where_it_is_known() -> None:
    set_language("fr")
    fourteenth = day_off("FR", date(2026, 7, 14))
    assert fourteenth is not None
    assert (fourteenth.name, fourteenth.estimated) == ("Fête nationale", False)
    set_language("ar")
    national = day_off("AE", date(2026, 12, 2))
    assert national is not None
    assert national.name == "اليوم الوطني"
    set_language("es")
    other = day_off("AE", date(2026, 12, 2))
    assert other is not None
    assert other.name == "National Day", "the library has it in no Spanish"


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_a_feast_that_follows_the_moon_is_an_estimate_and_its_name_does_not_say_it_twice(language: str) -> None:
    set_language(language)
    feast = day_off("MA", date(2027, 3, 9))
    assert feast is not None
    assert feast.estimated
    assert feast.name
    assert "(" not in feast.name
    assert not day_off("MA", date(2027, 11, 18)).estimated  # type: ignore[union-attr]


def test_the_clock_counts_days_off_until_the_deadline_and_working_time() -> None:
    clock = tell(RULES, "MA", Times(TUESDAY, TUESDAY + timedelta(days=7)), TUESDAY + timedelta(days=3, hours=2))
    assert clock.state == "running"
    assert clock.left == timedelta(days=3, hours=22)
    assert [day.day.day for day in clock.days] == [28, 29]
    assert clock.ends_on is None
    # Friday 11 to 16 in Casablanca, Monday 8 hours, Tuesday until 9.
    assert clock.working == timedelta(hours=5 + 8 + 1)


def test_a_deadline_on_a_holiday_is_told_with_the_day() -> None:
    due = datetime(2026, 12, 2, 12, tzinfo=UTC)
    clock = tell(RULES, "AE", Times(due - timedelta(days=7), due), due - timedelta(hours=30))
    assert clock.ends_on is not None
    assert clock.ends_on.day == date(2026, 12, 2)
    assert clock.working == timedelta(hours=6), "what is left of Tuesday in Dubai; nothing of the holiday"


@pytest.mark.parametrize(("left", "state"), [(25, "running"), (24, "soon"), (0, "soon"), (-1, "late")])
def test_a_day_before_its_end_a_clock_is_pressing_and_then_late(left: int, state: str) -> None:
    due = TUESDAY + timedelta(days=7)
    assert tell(RULES, "FR", Times(TUESDAY, due), due - timedelta(hours=left)).state == state


def test_a_paused_clock_stands_still_however_long() -> None:
    times = Times(TUESDAY, TUESDAY + timedelta(days=7), paused=TUESDAY + timedelta(days=2))
    clocks = [tell(RULES, "FR", times, TUESDAY + timedelta(days=days)) for days in (3, 30, 300)]
    assert {clock.state for clock in clocks} == {"paused"}
    assert {clock.left for clock in clocks} == {timedelta(days=5)}


def test_time_paused_does_not_count() -> None:
    due = TUESDAY + timedelta(days=7)
    assert resumed_due(due, TUESDAY, TUESDAY + timedelta(days=40)) == due + timedelta(days=40)
    assert resumed_due(due, TUESDAY, TUESDAY - timedelta(days=1)) == due, "a clock that ran backwards takes no time"
    assert resumed_due(datetime.max.replace(tzinfo=UTC), TUESDAY, due).year == 9999


def test_a_clock_is_told_without_any_calendar() -> None:
    times = Times(TUESDAY, TUESDAY + timedelta(days=7))
    now = TUESDAY + timedelta(days=3)
    bare, full = tell(RULES, "MA", times, now, calendar=False), tell(RULES, "MA", times, now)
    assert (bare.state, bare.left, bare.due) == (full.state, full.left, full.due)
    assert (bare.working, bare.days) == (timedelta(), ())
    assert full.working
    paused = Times(TUESDAY, TUESDAY + timedelta(days=7), paused=now)
    assert tell(RULES, "MA", paused, now, calendar=False).left == timedelta(days=4)


def test_an_answered_request_has_no_clock_that_runs() -> None:
    times = Times(TUESDAY, TUESDAY + timedelta(days=7), stopped=TUESDAY + timedelta(days=1))
    clock = tell(RULES, "FR", times, TUESDAY + timedelta(days=100))
    assert (clock.state, clock.left) == ("stopped", timedelta(days=6))


@pytest.mark.parametrize(
    "times",
    [
        Times(TUESDAY, TUESDAY - timedelta(days=1)),
        Times(TUESDAY, TUESDAY),
        Times(TUESDAY + timedelta(days=4_000), TUESDAY + timedelta(days=4_007)),
        Times(TUESDAY - timedelta(days=9_000), TUESDAY),
        Times(TUESDAY, TUESDAY + timedelta(days=7), paused=TUESDAY - timedelta(days=800)),
    ],
)
def test_what_cannot_be_is_told_and_not_counted(times: Times) -> None:
    clock = tell(RULES, "FR", times, TUESDAY + timedelta(days=1))
    assert clock.state == "odd"
    assert clock.left == clock.working == timedelta()


def test_a_clock_without_receipt_shows_nothing() -> None:
    assert tell(RULES, "FR", Times(), TUESDAY).state == "none"
    assert tell(RULES, "FR", Times(due=TUESDAY), TUESDAY).state == "none"


def test_years_of_delay_cost_no_time() -> None:
    times = Times(TUESDAY, TUESDAY + timedelta(days=7))
    late = tell(RULES, "FR", times, TUESDAY + timedelta(days=100_000))
    assert (late.state, late.working, late.days) == ("late", timedelta(), ())


@pytest.mark.parametrize("value", ["", "soon", "2026-13-01T00:00", None, 7, True, "٢٠٢٦"])
def test_what_is_no_moment_is_none(value: object) -> None:
    assert read_moment(value) is None


def test_a_moment_without_a_zone_is_this_machines_time() -> None:
    found = read_moment("2026-11-24T08:14")
    assert found is not None
    assert found.tzinfo is not None
