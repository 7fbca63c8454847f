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
    "held_back": lambda: _(
        "Something stands in the way of passing this on. Nothing was sent; leave out who may not have it, or ask for "
        "permission."
    ),
    "to_confirm": lambda: _("This is restricted: read what is said of it and confirm it. Nothing was sent."),
    "own_information": lambda: _("This is your ministry's own information: nobody else's permission is needed."),
    "not_the_provider": lambda: _("Only {ministry} can answer this: the information is theirs. Nothing was changed."),
    "nothing_to_ask": lambda: _("Say which handling codes are to be lifted, and for which ministries."),
    "provider_not_here": lambda: _(
        "{ministry} reads neither this case nor the one this came from, so the request would not reach it. Ask who "
        "passed it on to you to ask, or invite {ministry}."
    ),
    "no_permission_request": lambda: _("This is no permission request. Nothing was changed."),
    "refusal_without_reason": lambda: _("A refusal needs a reason. Nothing was changed."),
    "permission_end_past": lambda: _("The last day of a permission cannot be in the past. Nothing was changed."),
    "permission_fixed": lambda: _(
        "A permission request stays as it was signed. Answer it, or ask anew; nothing was changed."
    ),
    "only_the_provider_loosens": lambda: _(
        "This may be made stricter, but only who provided it can make it less strict: {providers}. Nothing was changed."
    ),
}
