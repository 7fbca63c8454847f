"""Dates, times, numbers and sizes in the member's locale."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from i18n import Locale, set_language
from i18n.bidi import strip_isolates
from i18n.formats import (
    capped_number,
    clock,
    data_age,
    date_text,
    duration,
    local_time,
    moment,
    newer_by,
    number,
    percent,
    relative_time,
    short_date,
    size,
    urgency,
)

NOW = datetime(2026, 6, 12, 20, 26, tzinfo=UTC)


def ago(**span: float) -> int:
    return int((NOW - timedelta(**span)).timestamp() * 1000)


def plain(text: str) -> str:
    return strip_isolates(text).replace("\u202f", " ").replace("\xa0", " ")


@pytest.mark.parametrize(
    ("language", "minutes", "hours", "day", "earlier"),
    [
        ("fr_SN", "il y a 12 min", "il y a 2 h", "hier", "9 juin"),
        ("it", "12 min fa", "2 h fa", "ieri", "9 giu"),
        ("es", "hace 12 min", "hace 2 h", "ayer", "9 jun"),
        ("en", "12 min ago", "2 hr ago", "yesterday", "9 Jun"),
        ("ar_AE", "قبل 12 دقيقة", "قبل ساعتين", "أمس", "9 يونيو"),
    ],
)
def test_time_is_told_as_near_as_it_matters(language: str, minutes: str, hours: str, day: str, earlier: str) -> None:
    set_language(language)
    told = [
        relative_time(ago(**span), NOW, UTC) for span in ({"minutes": 12}, {"hours": 2.9}, {"days": 1}, {"days": 3})
    ]
    assert [plain(text) for text in told] == [minutes, hours, day, earlier]


def test_another_year_is_told_with_its_number() -> None:
    assert plain(relative_time(ago(days=365), NOW, UTC)) == "12/06/2025"


def test_a_time_ahead_of_this_clock_is_a_plain_date() -> None:
    assert relative_time(ago(seconds=-30), NOW, UTC) == "just now"
    assert relative_time(ago(days=-50), NOW, UTC) == "1 Aug"


def test_morocco_has_month_names_of_its_own() -> None:
    set_language("ar_MA")
    assert date_text("2026-08-14") == "14 غشت 2026"
    assert date_text("2026-07") == "يوليوز 2026"
    set_language("ar_AE")
    assert date_text("2026-08-14") == "14 أغسطس 2026"


def test_a_partial_date_stays_as_partial_as_it_is() -> None:
    set_language("fr")
    assert [plain(date_text(v)) for v in ("1987", "1987-04", "1987-04-03")] == ["1987", "avril 1987", "3 avril 1987"]
    assert [plain(date_text(v, numeric=True)) for v in ("1987", "1987-04", "1987-04-03")] == [
        "1987",
        "04/1987",
        "03/04/1987",
    ]


@pytest.mark.parametrize("value", ["1987-13-40", "demain", "", "1987-4", "\u202e1987", "٢٠٢٦"])
def test_what_is_no_date_is_shown_as_it_came(value: str) -> None:
    assert plain(date_text(value)) == value.replace("\u202e", "[U+202E]")


def test_figures_are_isolated_from_left_to_right() -> None:
    assert moment(ago(hours=1), NOW, UTC) == "\u206612/06 19:26\u2069"
    assert moment(ago(days=365), NOW, UTC) == "\u206612/06/2025 20:26\u2069"
    assert clock(ago(), UTC) == "\u206620:26\u2069"


def test_the_age_of_the_data_is_a_sentence() -> None:
    set_language("fr")
    assert plain(data_age(ago(minutes=12), NOW, UTC)) == "Données du 12/06 à 20:14"
    assert data_age(0, NOW) == "Jamais synchronisé"
    set_language("ar")
    assert plain(data_age(ago(minutes=12), NOW, UTC)) == "بيانات 12/06 الساعة 20:14"


def test_a_broken_clock_is_a_dash_and_no_crash() -> None:
    for ms in (10**18, -(10**18), 2**80):
        assert local_time(ms, UTC) is None
        assert relative_time(ms, NOW) == moment(ms, NOW) == clock(ms) == "—"


@settings(max_examples=100, deadline=None)
@given(st.integers(), st.text(max_size=12))
def test_no_time_and_no_date_crashes_the_display(ms: int, text: str) -> None:
    assert relative_time(ms, NOW, UTC)
    assert moment(ms, NOW, UTC)
    date_text(text)
    assert urgency(text, NOW) == "none" or len(text) == 10


def test_a_due_date_says_how_pressing_it_is() -> None:
    days = ["2026-06-11", "2026-06-12", "2026-06-14", "2026-06-19", "2026-06-20", "2026-06", ""]
    assert [urgency(day, NOW) for day in days] == ["late", "soon", "soon", "near", "later", "none", "none"]
    set_language("fr")
    told = [plain(short_date(day, NOW)) for day in [*days[:2], "2026-06-13", "2026-07-03", "2027-01-02"]]
    assert told == ["hier", "aujourd’hui", "demain", "3 juil.", "02/01/2027"]


@pytest.mark.parametrize(
    ("language", "thousands", "decimals", "share"),
    [
        ("fr_SN", "1 932", "3,14", "42 %"),
        ("it", "1.932", "3,14", "42%"),
        ("en", "1,932", "3.14", "42%"),
        ("ar_AE", "1,932", "3.14", "42%"),
        ("ar_MA", "1.932", "3,14", "42%"),
    ],
)
def test_numbers_have_the_members_separators(language: str, thousands: str, decimals: str, share: str) -> None:
    set_language(language)
    assert (plain(number(1932)), number(3.14159, 2)) == (thousands, decimals)
    assert plain(percent(0.42)).replace("\u200e", "") == share


def test_arabic_indic_digits_are_a_setting() -> None:
    set_language(Locale("ar", "BH", "arab"))
    assert number(1932) == "١٬٩٣٢"
    assert date_text("2026-06-14") == "١٤ يونيو ٢٠٢٦"
    assert plain(moment(ago(), NOW, UTC)) == "١٢/٠٦ ٢٠:٢٦"
    assert relative_time(ago(minutes=12), NOW, UTC) == "قبل ١٢ دقيقة"
    set_language(Locale("ar", "BH"))
    assert number(1932) == "1,932"


def test_counts_beyond_a_cap_say_so() -> None:
    assert capped_number(5000, 5000) == "5,000"
    assert capped_number(5001, 5000) == "5,000+"


def test_sizes_and_lengths_of_time_are_in_their_own_unit() -> None:
    set_language("fr")
    sizes = [plain(size(n)) for n in (0, 1, 999, 1000, 3_400_000, 12_000_000, 999_999)]
    assert sizes == ["0 octet", "1 octet", "999 octets", "1 ko", "3,4 Mo", "12 Mo", "1 Mo"]
    assert [plain(duration(s)) for s in (4, 240, 28_800, 259_200)] == ["4 secondes", "4 minutes", "8 heures", "3 jours"]
    assert plain(newer_by(600_000)) == "plus récente de 10 minutes"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_a_dash(value: float) -> None:
    assert number(value) == "—"
