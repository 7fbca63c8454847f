"""Languages, locales, names and direction."""

from __future__ import annotations

from pathlib import Path

import pytest

from i18n import (
    LANGUAGES,
    TERRITORIES,
    Language,
    Locale,
    _,
    current,
    locale_for,
    ngettext,
    parse_locale,
    pgettext,
    set_language,
)
from i18n.direction import is_rtl, text_is_rtl
from i18n.locales import find_languages
from i18n.names import country_codes, country_list, country_name, language_name, own_language_name


def test_five_languages_name_themselves() -> None:
    own = ["العربية", "Français", "Italiano", "Español", "English"]
    assert [own_language_name(code) for code in LANGUAGES] == own
    assert [language.territory for language in LANGUAGES.values()] == ["AE", "FR", "IT", "ES", "GB"]
    assert list(LANGUAGES) == ["ar", "fr", "it", "es", "en"]
    assert [language.code for language in LANGUAGES.values() if language.rtl] == ["ar"]


def test_a_new_language_is_a_folder_and_no_code(tmp_path: Path) -> None:
    for name in ("sk", "ar", "he", "__pycache__", "not-one", "xx"):
        (tmp_path / name).mkdir()
    (tmp_path / "tahaluf.pot").write_text("")
    found = find_languages(tmp_path)
    assert list(found) == ["ar", "en", "he", "sk"]
    assert found["sk"] == Language("sk", "Slovenčina", "SK")
    assert found["he"] == Language("he", "עברית", "IL", rtl=True)


@pytest.mark.parametrize(
    ("code", "expected"),
    [("fr", "fr_FR"), ("fr_SN", "fr_SN"), ("ar-MA", "ar_MA"), ("ar", "ar_AE"), ("tlh", "en_GB"), ("../etc", "en_GB")],
)
def test_a_locale_always_has_a_territory(code: str, expected: str) -> None:
    assert parse_locale(code).code == expected


def test_the_founders_locales_are_known_to_the_locale_data() -> None:
    assert [str(parse_locale(code).babel) for code in TERRITORIES] == list(TERRITORIES)


def test_a_language_that_a_country_does_not_use_takes_its_own_territory() -> None:
    assert locale_for("fr", "SN").code == "fr_SN"
    assert locale_for("it", "AE").code == "it_IT"
    assert locale_for("ar", "BH", digits="arab").digits == "arab"


def test_an_unknown_territory_still_gives_a_locale() -> None:
    assert str(Locale("ar", "ZZ").babel) == "ar_AE"
    assert str(Locale("xx", "YY").babel) == "en_GB"


def test_the_week_follows_the_territory_unless_the_officer_says_otherwise() -> None:
    assert Locale("fr", "FR").week_start == 0
    assert Locale("ar", "BH").week_start == 5
    assert Locale("ar", "BH").weekend == (4, 5)
    assert Locale("ar", "AE").weekend == (5, 6)
    assert Locale("fr", "FR", first_day=6).week_start == 6


def test_the_language_is_switched_while_running() -> None:
    set_language("fr_SN")
    assert (_("Cases"), current().territory) == ("Dossiers", "SN")
    set_language("ar")
    assert (_("Cases"), is_rtl()) == ("القضايا", True)
    set_language("en")
    assert (_("Cases"), is_rtl()) == ("Cases", False)


def test_a_context_tells_a_state_from_an_order() -> None:
    set_language("fr")
    assert pgettext("case_status", "Open") == "Ouvert"


def test_an_empty_message_is_empty_and_not_the_catalogues_header() -> None:
    set_language("fr")
    assert _("") == ""
    assert pgettext("tlp", "") == ""


def test_a_message_without_translation_is_shown_in_english() -> None:
    set_language("fr")
    assert _("No such message anywhere") == "No such message anywhere"
    assert ngettext("{n} nothing", "{n} nothings", 2) == "{n} nothings"


def test_countries_are_named_in_the_language_in_use() -> None:
    set_language("ar")
    assert country_name("SN") == "السنغال"
    assert country_list(("FR", "MA")) == "فرنسا، المغرب"
    set_language("it")
    assert country_list(("FR", "MA")) == "Francia, Marocco"
    assert language_name("ar") == "arabo"
    assert country_name("QQ") == "QQ"


def test_countries_are_iso_codes_and_hold_every_member() -> None:
    codes = country_codes()
    assert {"AE", "FR", "MA", "BH", "IT", "ES", "SN", "SG", "SK", "IL", "NL"} <= set(codes)
    assert not {"EU", "UN", "ZZ", "XA"} & set(codes)
    assert 245 <= len(codes) <= 255


def test_a_text_has_the_direction_of_its_first_letter() -> None:
    assert text_is_rtl("12 قضية")
    assert not text_is_rtl("(Sfax) قضية")
    set_language("ar")
    assert text_is_rtl("123")
