"""Commands on the members of a case: who they are, what happened to them, invite, give a role, remove, leave."""

from __future__ import annotations

import argparse
from collections.abc import Callable

import msgspec

from desktop.casework.trust_views import MemberEvent, MembersView, MemberView
from desktop.casework.views import Author
from desktop.cli.desks import opened
from desktop.cli.output import columns, dump, say
from desktop.desk import Desk, Opening
from desktop.messages import describe
from i18n import _, ngettext
from i18n.bidi import one_line
from i18n.formats import moment, number

_SHOWN = 80  # characters of a name


def member(options: argparse.Namespace, opening: Opening) -> None:
    """`member list|log|invite|role|remove|leave`."""
    with opened(options, opening) as desk:
        match options.action:
            case "list":
                _show(options, desk)
            case "log":
                _log(options, desk)
            case "invite":
                desk.invite(options.space, options.subject, options.role, from_start=not options.from_now)
                _done(options, desk)
            case "role":
                desk.set_role(options.space, options.subject, options.role)
                _done(options, desk)
            case "remove":
                desk.remove_member(options.space, options.subject)
                _done(options, desk)
            case _:
                desk.leave(options.space)
                _done(options, desk)


def _done(options: argparse.Namespace, desk: Desk) -> None:
    if options.json:
        dump(desk.space_members(options.space))
    else:
        say(_("Kept here; it counts from the next exchange on."))


def _show(options: argparse.Namespace, desk: Desk) -> None:
    view = desk.space_members(options.space)
    if options.json:
        dump(view)
        return
    for line in columns([_row(each) for each in view.members]):
        say(line)
    _say_standing(view)


def _say_standing(view: MembersView) -> None:
    if view.waiting:
        say(_("What was decided here, or a new key, waits for the next exchange."))
    if not view.role:
        say(describe("no_member"))


def _row(view: MemberView) -> tuple[str, ...]:
    name = one_line(f"{view.officer} ({view.desk})", _SHOWN) if view.officer else ""
    desks = ngettext("{n} desk", "{n} desks", view.desks).format(n=number(view.desks))
    since = moment(view.since_ms) if view.since_ms else _("from the start")
    return view.subject, view.ministry, _ROLES.get(view.role, _role_as_it_is)(), name, desks, since


def _role_as_it_is() -> str:
    return ""


_ROLES: dict[str, Callable[[], str]] = {
    "lead": lambda: _("Lead"),
    "contributor": lambda: _("Contributor"),
    "reader": lambda: _("Reader"),
}


def _log(options: argparse.Namespace, desk: Desk) -> None:
    events = desk.member_events(options.space)
    if options.json:
        dump({"events": [msgspec.to_builtins(each) for each in events]})
        return
    for event in events:
        say(f"{moment(event.author.at_ms)}  {_author(event.author)}: {_words(event)}")
        if event.late:
            say("    " + _("It came after its desk was revoked."))
        if event.refused:
            say("    " + describe(event.refused))


def _author(author: Author) -> str:
    return one_line(f"{author.officer}, {author.ministry}", _SHOWN)


def _words(event: MemberEvent) -> str:
    whom = one_line(f"{event.officer}, {event.ministry}", _SHOWN) if event.officer else event.ministry
    role = _ROLES.get(event.role, _role_as_it_is)()
    match event.what:
        case "invite" if event.from_start:
            return _("invited {member} as {role}, with the history").format(member=whom, role=role)
        case "invite":
            return _("invited {member} as {role}, without the history").format(member=whom, role=role)
        case "role":
            return _("made {member} {role}").format(member=whom, role=role)
        case "remove":
            return _("removed {member}").format(member=whom)
        case "leave":
            return _("{member} left").format(member=whom)
        case "rotate":
            return _("began a new key")
        case _:
            return _("something that needs a newer version of the desk")
