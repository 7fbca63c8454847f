"""Passing information on: what handling codes and TLP forbid, and permissions."""

from __future__ import annotations

from desktop.sentences.texts import Texts
from i18n import _

TEXTS: Texts = {
    "tlp_red": lambda: _(
        "{code} is for the named recipients only, and these are not named: {ministries}. Leave them out, or ask the "
        "provider to send it to them."
    ),
    "tlp_amber_strict": lambda: _(
        "{code} stays within the ministries that received it, and these did not: {ministries}. Leave them out, or ask "
        "the provider to send it to them."
    ),
    "tlp_amber": lambda: _(
        "{code} is for the ministries that received it and for who needs to know. Confirm that these need it: "
        "{ministries}."
    ),
    "tlp_outside": lambda: _("{code} may not leave the alliance. Leave out whoever is outside it."),
    "tlp_unknown": lambda: _(
        "This version does not know {code}, so it counts as the strictest. Leave these out, or install the newer "
        "version: {ministries}."
    ),
    "h1_judicial": lambda: _(
        "{code}: not in judicial proceedings without the provider's permission. Ask it of {providers}."
    ),
    "h2_onward": lambda: _(
        "{code}: not to be passed on without the provider's permission, and these do not have it yet: {ministries}. "
        "Ask it of {providers}."
    ),
    "h3_words": lambda: _("{code} restricts this in words: {words}. Read them and confirm that you keep to them."),
    "h3_wordless": lambda: _(
        "{code} restricts this, but not in words that are here. Ask {providers} what holds, and confirm that you "
        "keep to it."
    ),
    "handling_unknown": lambda: _(
        "This version does not know the handling code {code}, so it counts as the strictest. Ask {providers} for "
        "permission, or install the newer version."
    ),
}
