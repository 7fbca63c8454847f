"""Commands on exchanges and permissions: who reads, what stands in the way, send, ask, answer."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

import msgspec

from desktop.casework.handling import code_line
from desktop.casework.passing_on import Obstacle, describe, forbidden
from desktop.casework.provenance import PermissionView
from desktop.casework.record_types import RecordTypes
from desktop.cli.desks import opened
from desktop.cli.edits import tell, values_of
from desktop.cli.output import columns, dump, say
from desktop.desk import Desk, Opening
from i18n import _, ngettext
from i18n.bidi import one_line
from i18n.formats import moment, number

_SHOWN = 80  # characters of a name


def exchange(options: argparse.Namespace, opening: Opening) -> None:
    """`exchange readers|check|send`."""
    with opened(options, opening) as desk:
        match options.action:
            case "readers":
                _readers(options, desk)
            case "check":
                _check(options, desk)
            case _:
                _send(options, desk)


def permission(options: argparse.Namespace, opening: Opening) -> None:
    """`permission list|show|ask|grant|refuse`."""
    with opened(options, opening) as desk:
        match options.action:
            case "list":
                found = desk.waiting_permissions() if options.waiting else desk.permissions(options.space)
                _show_all(options, [each for each in found if options.space in ("", each.space)])
            case "show":
                _show(options, desk.permission(options.record))
            case "ask":
                codes, audience = _codes(options.codes), _codes(options.audience)
                asked = desk.ask_permission(options.record, codes, audience, options.reason, options.provider.upper())
                tell(options, asked, desk)
            case "grant":
                given = desk.answer_permission(
                    options.record, granted=True, words=options.conditions, until=options.until
                )
                tell(options, given, desk)
            case _:
                tell(options, desk.answer_permission(options.record, granted=False, words=options.reason), desk)


def _readers(options: argparse.Namespace, desk: Desk) -> None:
    found = desk.readers(options.space)
    if options.json:
        dump({"readers": found})
        return
    for each in found:
        names = ", ".join(one_line(f"{officer} ({label})", _SHOWN) for officer, label in each.desks)
        count = ngettext("{n} desk", "{n} desks", len(each.desks)).format(n=number(len(each.desks)))
        say(f"{each.ministry}  {count}  {names}".rstrip())


def _check(options: argparse.Namespace, desk: Desk) -> None:
    held = desk.handling(options.record)
    purpose = "judicial" if options.judicial else "police"
    audience = _codes(options.to) or held.receiving
    found = desk.passing([options.record], audience, purpose).obstacles
    if options.json:
        dump(
            {
                "marking": _marking(held.marking),
                "providers": held.providers,
                "receiving": held.receiving,
                "obstacles": _told(found),
            }
        )
        return
    say(_("Marking: {codes}").format(codes=code_line(held.marking)))
    say(_("Provided by: {codes}").format(codes=", ".join(held.providers)))
    say(_("Read by: {codes}").format(codes=", ".join(held.receiving)))
    _say_obstacles(found)


def _send(options: argparse.Namespace, desk: Desk) -> None:
    values = {**values_of(desk.type("exchange"), options.sets), "title": options.title}
    found = desk.sending(options.space, values, options.original)
    if not options.json and (forbidden(found.obstacles) or not options.confirm):
        _say_obstacles(found.obstacles)
    tell(options, desk.send(options.space, values, options.original, confirmed=options.confirm), desk)


def _say_obstacles(obstacles: Iterable[Obstacle]) -> None:
    for each in obstacles:
        say("- " + describe(each))


def _told(obstacles: Iterable[Obstacle]) -> list[dict[str, object]]:
    return [
        {
            "code": each.code,
            "way": each.way,
            "ministries": each.ministries,
            "providers": each.providers,
            "rule": each.rule,
            "message": describe(each),
        }
        for each in obstacles
    ]


def _marking(marking: object) -> object:
    return msgspec.to_builtins(marking)


def _show_all(options: argparse.Namespace, found: list[PermissionView]) -> None:
    if options.json:
        dump({"permissions": found})
        return
    for line in columns([_row(each) for each in found]):
        say(line)


def _row(view: PermissionView) -> tuple[str, ...]:
    asked, whom = ", ".join(view.codes), ", ".join(view.audience)
    return view.id, _status(view.status), view.requesting, view.provider, asked, whom, one_line(view.reason, _SHOWN)


def _show(options: argparse.Namespace, view: PermissionView) -> None:
    if options.json:
        dump(view)
        return
    _show_all(options, [view])
    for answer in view.answers:
        by = one_line(f"{answer.author.officer}, {answer.author.ministry}", _SHOWN)
        words = one_line(answer.conditions, _SHOWN)
        line = f"{moment(answer.author.at_ms)}  {by}: {_status(answer.status)} {words} {answer.until}".rstrip()
        say(line if answer.counts else line + " " + _("(void: overtaken, or not given by the provider)"))


def _status(code: str) -> str:
    return RecordTypes.load()["permission"].fields["status"].choice_label(code)


def _codes(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (each.strip().upper() for each in text.split(","))))
