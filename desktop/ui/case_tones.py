"""What a record looks like on a case's map and timeline: its group of types, with a colour, an icon and words."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from i18n import _


class Group(NamedTuple):
    """Types that are drawn alike. `color` is a token."""

    key: str
    caption: Callable[[], str]
    color: str
    icon: str
    types: tuple[str, ...]


GROUPS = (
    Group("contact", lambda: _("Communications"), "link", "phone", ("call", "message", "phone", "user_account")),
    Group(
        "movement",
        lambda: _("Movements"),
        "bad",
        "ship",
        ("trip", "vessel", "vehicle", "airplane", "located_at", "address"),
    ),
    Group("request", lambda: _("Requests"), "violet", "send", ("request", "permission", "exchange")),
    Group(
        "evidence", lambda: _("Evidence"), "warn", "paperclip", ("exhibit", "custody", "document", "seizure", "firearm")
    ),
    Group(
        "money",
        lambda: _("Money"),
        "ok",
        "banknote",
        ("payment", "bank_account", "crypto_wallet", "ownership", "directorship", "company"),
    ),
    Group("event", lambda: _("Events"), "offline", "calendar-days", ("event", "offence", "notice", "participates_in")),
    Group("work", lambda: _("Work"), "neutral", "square-check", ("task", "decision", "note")),
    Group("other", lambda: _("Other records"), "neutral", "users", ()),
)
"""In the order of the screen; the last one takes every type that no other names."""


@cache
def _by_type() -> dict[str, Group]:
    return {name: group for group in GROUPS for name in group.types}


def group_of(type_name: str) -> Group:
    """The group of a record type, of one that this version does not know too."""
    return _by_type().get(type_name, GROUPS[-1])
