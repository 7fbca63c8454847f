"""Numbers that stand on many marks of a drawing, written out once each."""

from __future__ import annotations

from functools import lru_cache

from i18n import Locale, current
from i18n.formats import number


def count_text(count: int) -> str:
    """A number in the language in use; kept, since writing it out costs more than painting it."""
    return _written(count, current())


@lru_cache(maxsize=2_048)
def _written(count: int, _locale: Locale) -> str:
    return number(count)
