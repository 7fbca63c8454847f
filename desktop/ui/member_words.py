"""How members, roles and readers are called on screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from desktop.casework.trust_views import CandidateView, MemberView
from desktop.ui.presenter import countries_text
from i18n import _, ngettext
from i18n.bidi import isolate, one_line, strip_isolates
from i18n.formats import number
from i18n.names import country_name

ROLES: Mapping[str, Callable[[], str]] = {
    "lead": lambda: _("Lead"),
    "contributor": lambda: _("Contributor"),
    "reader": lambda: _("Reader"),
}
RIGHTS: Mapping[str, Callable[[], str]] = {
    "lead": lambda: _("Reads, writes, and decides who belongs to the case."),
    "contributor": lambda: _("Reads and writes."),
    "reader": lambda: _("Reads only."),
}


def member_title(member: MemberView | CandidateView) -> str:
    """The name that stands for a member, as data: the officer, else the country."""
    return member.officer or country_name(member.ministry)


def member_name(member: MemberView | CandidateView) -> str:
    """A ministry by its country; an officer with desk and country."""
    country = country_name(member.ministry)
    if not member.officer:
        return country
    officer, desk = isolate(one_line(member.officer, 80)), isolate(one_line(member.desk, 60))
    return _("{officer} ({desk}, {country})").format(officer=officer, desk=desk, country=country)


def in_order(members: Iterable[MemberView]) -> list[MemberView]:
    """One's own first, then by what they may do, then by name."""
    roles = list(ROLES)
    return sorted(members, key=lambda one: (not one.own, roles.index(one.role), strip_isolates(member_name(one))))


def readers_sentence(members: Sequence[MemberView]) -> str:
    """Who can read what is written here: how many desks, of which ministries."""
    desks = sum(member.desks for member in members)
    countries = countries_text(dict.fromkeys(member.ministry for member in members))
    return ngettext(
        "What is written here can be read on {n} desk: {countries}.",
        "What is written here can be read on {n} desks: {countries}.",
        desks,
    ).format(n=number(desks), countries=countries)
