"""The one door to language: translated text, the language in use, and the member's own locale.

    from i18n import _, N_, ngettext, pgettext, npgettext, set_language, current, LANGUAGES, Locale

`_("Saved by {name}").format(name=…)` is right; `_(f"…")` is never extracted and the catalogue check refuses it.
Text is translated when it is read: read it again after `set_language`, which swaps the translations at run time.
"""

from __future__ import annotations

from i18n.locales import LANGUAGES, TERRITORIES, Language, Locale, locale_for, parse_locale
from i18n.translations import (
    N_,
    _,
    current,
    ngettext,
    npgettext,
    pgettext,
    set_language,
    translations_for,
)

__all__ = [
    "LANGUAGES",
    "N_",
    "TERRITORIES",
    "Language",
    "Locale",
    "_",
    "current",
    "locale_for",
    "ngettext",
    "npgettext",
    "parse_locale",
    "pgettext",
    "set_language",
    "translations_for",
]
