"""Translated text in the language in use: gettext catalogues, swapped at run time without observers.

The screens rerun their bound setters when Qt says that the language changed; here one object is replaced, which is
atomic, so any thread may translate at any time.
"""

from __future__ import annotations

import gettext as _gettext
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from i18n.locales import LANGUAGES, SOURCE, Locale, parse_locale

DOMAIN = "tahaluf"


@dataclass(frozen=True, slots=True)
class _Active:
    locale: Locale
    translations: _gettext.NullTranslations


@lru_cache(maxsize=16)
def translations_for(language: str) -> _gettext.NullTranslations:
    """The compiled catalogue of a language; English, and a catalogue that is not there, give the source text."""
    if language not in LANGUAGES or language == SOURCE:
        return _gettext.NullTranslations()
    compiled = resources.files("i18n").joinpath("catalogues", language, "LC_MESSAGES", f"{DOMAIN}.mo")
    try:
        with compiled.open("rb") as stream:
            return _gettext.GNUTranslations(stream)
    except FileNotFoundError:
        return _gettext.NullTranslations()


_active = _Active(Locale("en", "GB"), _gettext.NullTranslations())


def set_language(language: str | Locale) -> Locale:
    """Use a language from now on, in every thread: a code (`fr`, `ar_AE`) or a whole locale. Returns the locale."""
    global _active  # noqa: PLW0603 - the one swap that this module exists for
    locale = language if isinstance(language, Locale) else parse_locale(language)
    _active = _Active(locale, translations_for(locale.language))
    return locale


def current() -> Locale:
    """The locale in use."""
    return _active.locale


def _(message: str) -> str:
    """Translate a message. Placeholders are named: `_("{count} of {total}").format(…)`."""
    return _active.translations.gettext(message) if message else ""


def ngettext(singular: str, plural: str, n: int) -> str:
    """Translate a message with a number: `ngettext("{n} case", "{n} cases", n).format(n=…)`."""
    return _active.translations.ngettext(singular, plural, n)


def pgettext(context: str, message: str) -> str:
    """Translate a message that reads differently in another context (`Open`, a state or an order)."""
    return _active.translations.pgettext(context, message) if message else ""


def npgettext(context: str, singular: str, plural: str, n: int) -> str:
    """Translate a message with both a context and a number."""
    return _active.translations.npgettext(context, singular, plural, n)


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark a message for the catalogues and return it as it is; translate it where it is shown."""
    return message
