"""Direction of the language in use, and of a piece of text."""

from __future__ import annotations

import unicodedata

from i18n.translations import current


def is_rtl() -> bool:
    """Whether the language in use is written from right to left."""
    return current().rtl


def text_is_rtl(text: str) -> bool:
    """Whether a text's first strong letter is right to left; a text without letters follows the language in use."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind == "L":
            return False
        if kind in ("R", "AL"):
            return True
    return is_rtl()
