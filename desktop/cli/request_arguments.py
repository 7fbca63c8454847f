"""The command line of requests for assistance."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.casework.requests import RULES
from i18n import _

if TYPE_CHECKING:
    from desktop.cli.arguments import Commands, Parser

_OPTIONS: dict[str, tuple[str, Callable[[], str]]] = {
    "reason": ("TEXT", lambda: _("why; - reads the standard input")),
    "until": ("DAY", lambda: _("day until which the delay is expected to last, such as 2026-12-24")),
    "answer": ("TEXT", lambda: _("the answer in words; - reads the standard input")),
    "at": ("TIME", lambda: _("when it happened, such as 2026-11-24T08:14+01:00; without it, now")),
    "due": ("TIME", lambda: _("the deadline, instead of what the rules give")),
}


def add_requests(commands: Commands, parser: type[Parser], ending: Callable[[Parser], None]) -> None:
    """Add `request` with its actions."""
    actions = commands.add_parser(
        "request", help=_("requests for assistance: steps, clocks, deadlines")
    ).add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=parser)
    listed = actions.add_parser("list", help=_("list the requests, each with its clocks"))
    listed.add_argument("--space", metavar="ID", default="", help=_("of one case only"))
    which = listed.add_mutually_exclusive_group()
    which.add_argument("--for-us", action="store_true", help=_("those that ask our ministry"))
    which.add_argument("--from-us", action="store_true", help=_("those that our ministry asks"))
    ending(listed)
    show = actions.add_parser("show", help=_("show a request: states, clocks, stamps, and the steps possible now"))
    show.add_argument("record", metavar="RECORD", help=_("id of the request"))
    ending(show)
    deadlines = actions.add_parser("deadlines", help=_("list what is due, the most pressing first"))
    deadlines.add_argument("--hours", metavar="N", type=int, default=0, help=_("within so many hours only"))
    ending(deadlines)
    clock = actions.add_parser("clock", help=_("show how long requests have, or change it"))
    change = clock.add_mutually_exclusive_group()
    change.add_argument("--use", type=Path, metavar="FILE", help=_("take the rules from this file from now on"))
    change.add_argument("--shipped", action="store_true", help=_("go back to the rules that ship with the desk"))
    ending(clock)
    for rule in RULES.values():
        _add_step(actions, rule.name, (*rule.needs, *rule.may), ending)


def _add_step(actions: Commands, name: str, takes: tuple[str, ...], ending: Callable[[Parser], None]) -> None:
    helps = {
        "send": _("send a request to the members that it asks"),
        "receive": _("confirm that a request was received; its clock begins"),
        "accept": _("accept a request"),
        "answer": _("answer a request, in words or by the files attached to it"),
        "refuse": _("refuse a request; the reason is needed"),
        "pause": _("pause the clock for a judicial authorisation; reason and expected end are needed"),
        "resume": _("resume the clock; the time paused does not count"),
        "close": _("close an answered or refused request"),
        "withdraw": _("withdraw a request that is still open"),
    }
    step = actions.add_parser(name, help=helps[name])
    step.add_argument("record", metavar="RECORD", help=_("id of the request"))
    for option in takes:
        metavar, help_ = _OPTIONS[option]
        step.add_argument(f"--{option}", metavar=metavar, default="", help=help_())
    step.set_defaults(**{each: "" for each in _OPTIONS if each not in takes})
    ending(step)
