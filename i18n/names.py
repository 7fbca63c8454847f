"""Names of countries and languages in the current language, from the locale data that Babel carries.

`country_name("SN")` is «السنغال» in Arabic. Members are data: their ministries' names come with their profiles.
"""

from __future__ import annotations

import re
from functools import lru_cache

import babel
from babel.core import get_global

from i18n.bidi import one_line
from i18n.locales import LANGUAGES
from i18n.translations import current

# Two-letter codes of the locale data that are not ISO 3166-1 countries: groupings, islands, tests, unknown.
_NOT_COUNTRIES = frozenset(("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"))
_ALPHA_2 = re.compile(r"[A-Z]{2}")


@lru_cache(maxsize=1)
def country_codes() -> tuple[str, ...]:
    """ISO 3166-1 alpha-2 codes (and XK), sorted."""
    known = [str(code) for code in babel.Locale("en").territories]
    return tuple(sorted(code for code in known if _ALPHA_2.fullmatch(code) and code not in _NOT_COUNTRIES))


def country_name(code: str) -> str:
    """The country's name in the current language; a code that is not known stays as it is, safe to show."""
    return _territories(str(current().babel)).get(code) or one_line(code, 40)


def country_list(codes: tuple[str, ...]) -> str:
    """Names of several countries as one piece of text, in the order given: «Sénégal, Italie»."""
    separator = "، " if current().language == "ar" else ", "
    return separator.join(country_name(code) for code in codes)


def time_zones(code: str) -> tuple[str, ...]:
    """Names of a country's time zones, as the locale data has them; none for a code that is no country's."""
    return tuple(get_global("territory_zones").get(code, ()))


def language_name(code: str) -> str:
    """A language's name in the current language («arabe»)."""
    return str(current().babel.languages.get(code, code))


def own_language_name(code: str) -> str:
    """A language's name in itself («العربية»), as the language menu shows it."""
    known = LANGUAGES.get(code)
    return known.own_name if known else code


@lru_cache(maxsize=16)
def _territories(locale_code: str) -> dict[str, str]:
    return dict(babel.Locale.parse(locale_code).territories)
