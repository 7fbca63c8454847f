"""Languages the desk speaks, and the locale of a member: language, territory, digits, first day of the week.

Languages are data: each folder of `catalogues/` is one, and what else there is to know of it (its name in itself, its
direction, its home) is in the locale data. A language without a territory (`ar`) is a trap, since libraries disagree on
what it means (Egypt's digits in one, none in another); a `Locale` always has both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Literal

import babel
from babel.core import UnknownLocaleError, get_global

Digits = Literal["latn", "arab"]

_CODE = re.compile(r"([a-z]{2,3})(?:[_-]([A-Za-z]{2}))?\Z")


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the catalogues: its code, its name in itself, and the territory used when none is told."""

    code: str
    own_name: str
    territory: str
    rtl: bool = False


SOURCE = "en"  # messages are written in it; it needs no catalogue
_FIRST = ("ar", "fr", "it", "es", SOURCE)
# Where the alliance differs from the locale data, whose Arabic lives in Egypt and English in the United States.
_HOMES = {"ar": "AE", "en": "GB"}


def find_languages(catalogues: Traversable) -> dict[str, Language]:
    """The languages that have a folder there, and the source language; the alliance's five first."""
    found = {entry.name for entry in catalogues.iterdir() if entry.is_dir() and _known(entry.name)} | {SOURCE}
    ordered = [code for code in _FIRST if code in found] + sorted(found.difference(_FIRST))
    return {code: _describe(code) for code in ordered}


def _known(code: str) -> bool:
    return _CODE.match(code) is not None and babel.localedata.exists(code)


def _describe(code: str) -> Language:
    data = babel.Locale(code)
    own_name = str(data.languages.get(code, code))
    home = _HOMES.get(code) or get_global("likely_subtags").get(code, f"{code}_GB").rpartition("_")[2]
    return Language(code, own_name[:1].upper() + own_name[1:], home, rtl=data.text_direction == "rtl")


LANGUAGES: dict[str, Language] = find_languages(resources.files("i18n").joinpath("catalogues"))

# The founding members' locales, offered first in the settings; any other territory that Babel knows works as well.
TERRITORIES: tuple[str, ...] = ("ar_AE", "ar_BH", "ar_MA", "fr_FR", "fr_SN", "fr_MA", "it_IT", "es_ES", "en_GB")


@dataclass(frozen=True, slots=True)
class Locale:
    """How one officer reads dates and numbers. `first_day`: 0 Monday … 6 Sunday, None for the territory's own."""

    language: str
    territory: str
    digits: Digits = "latn"
    first_day: int | None = None

    @property
    def code(self) -> str:
        """`fr_SN`."""
        return f"{self.language}_{self.territory}"

    @property
    def rtl(self) -> bool:
        """Whether the language is written from right to left."""
        language = LANGUAGES.get(self.language)
        return language.rtl if language else self.babel.text_direction == "rtl"

    @property
    def babel(self) -> babel.Locale:
        """Babel's locale; a territory that it does not know falls back to the language's default territory."""
        return _babel_locale(self.language, self.territory)

    @property
    def week_start(self) -> int:
        """First day of the week, 0 Monday … 6 Sunday: the setting, else the territory's."""
        return self.babel.first_week_day if self.first_day is None else self.first_day

    @property
    def weekend(self) -> tuple[int, ...]:
        """Days of the territory's weekend, 0 Monday … 6 Sunday."""
        start, end = self.babel.weekend_start, self.babel.weekend_end
        return tuple((start + step) % 7 for step in range((end - start) % 7 + 1))


@lru_cache(maxsize=64)
def _babel_locale(language: str, territory: str) -> babel.Locale:
    default = LANGUAGES[language].territory if language in LANGUAGES else "GB"
    candidates = ((language, territory), (language, default), ("en", "GB"))
    for candidate_language, candidate_territory in candidates:
        try:
            return babel.Locale(candidate_language, candidate_territory)
        except (UnknownLocaleError, ValueError):
            continue
    return babel.Locale("en")


def parse_locale(code: str) -> Locale:
    """Read `fr`, `fr_SN` or `fr-SN`; anything else, or a language without catalogue, is English as in GB."""
    match = _CODE.match(code.strip())
    language = LANGUAGES.get(match.group(1)) if match else None
    if match is None or language is None:
        return Locale("en", "GB")
    return Locale(language.code, (match.group(2) or language.territory).upper())


def locale_for(language: str, ministry: str, *, digits: Digits = "latn", first_day: int | None = None) -> Locale:
    """The locale of an officer who reads `language` at the ministry of a country (ISO code, `SN`).

    Where nobody writes that language in that country (Italian in Abu Dhabi) the language's own territory is used.
    """
    known = parse_locale(language)
    code = f"{known.language}_{ministry.upper()}"
    territory = ministry.upper() if code in _babel_codes() else known.territory
    return Locale(known.language, territory, digits, first_day)


@lru_cache(maxsize=1)
def _babel_codes() -> frozenset[str]:
    return frozenset(babel.localedata.locale_identifiers())
