"""The command line of exchanges and permissions."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from i18n import _


def add_exchanges(commands: Any, parser_class: type[argparse.ArgumentParser], ending: Callable[[Any], None]) -> None:
    """Add `exchange` and `permission`; `ending` adds what every command takes."""
    exchange = commands.add_parser(
        "exchange", help=_("send information under its codes, and pass it on")
    ).add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=parser_class)
    readers = exchange.add_parser("readers", help=_("who reads what is written in a case, by ministry and desk"))
    readers.add_argument("space", metavar="SPACE", help=_("id of the case"))
    check = exchange.add_parser("check", help=_("what holds for a record, and what stands in the way of an audience"))
    check.add_argument("record", metavar="RECORD", help=_("id of the record"))
    check.add_argument("--to", metavar="CODES", default="", help=_("codes of ministries, such as FR,IT"))
    check.add_argument("--judicial", action="store_true", help=_("for use in judicial proceedings"))
    send = exchange.add_parser("send", help=_("send an exchange into a case; it cannot be undone"))
    send.add_argument("space", metavar="SPACE", help=_("id of the case"))
    send.add_argument("--title", metavar="T", required=True, help=_("subject of the exchange"))
    send.add_argument("--original", metavar="RECORD", default="", help=_("the record that this passes on"))
    send.add_argument("--confirm", action="store_true", help=_("what is to be confirmed was read, and is kept to"))
    send.add_argument(
        "--set",
        metavar="FIELD=VALUE",
        action="append",
        default=[],
        dest="sets",
        help=_("a field's value; may be repeated"),
    )
    permission = commands.add_parser("permission", help=_("ask providers for permission, and answer")).add_subparsers(
        dest="action", metavar="ACTION", required=True, parser_class=parser_class
    )
    listed = permission.add_parser("list", help=_("list permission requests"))
    listed.add_argument("--waiting", action="store_true", help=_("only those that wait for our ministry"))
    listed.add_argument("--space", metavar="SPACE", default="", help=_("those of one case"))
    shown = permission.add_parser("show", help=_("show a permission request and its answers"))
    ask = permission.add_parser("ask", help=_("ask the provider of a record to lift handling codes"))
    ask.add_argument("record", metavar="RECORD", help=_("id of the record"))
    ask.add_argument("--codes", metavar="CODES", required=True, help=_("handling codes, such as H1,H2"))
    ask.add_argument("--for", metavar="CODES", required=True, dest="audience", help=_("for which ministries"))
    ask.add_argument("--reason", metavar="TEXT", required=True, help=_("why"))
    ask.add_argument("--provider", metavar="CODE", default="", help=_("whom to ask, where there are several"))
    grant = permission.add_parser("grant", help=_("grant it, as the provider"))
    grant.add_argument("--conditions", metavar="TEXT", default="", help=_("conditions, in words"))
    grant.add_argument("--until", metavar="DATE", default="", help=_("last day, such as 2027-01-31"))
    refuse = permission.add_parser("refuse", help=_("refuse it, or take a permission back"))
    refuse.add_argument("--reason", metavar="TEXT", required=True, help=_("why"))
    for command in (shown, grant, refuse):
        command.add_argument("record", metavar="PERMISSION", help=_("id of the permission request"))
    for command in (readers, check, send, listed, shown, ask, grant, refuse):
        ending(command)
