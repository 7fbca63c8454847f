"""What the command line takes of exhibits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from i18n import _


def add_exhibits(commands: Any, parser: Any, ending: Callable[[Any], None]) -> None:
    """Add `exhibit` and its actions. `ending` adds the options that every command takes."""
    exhibit = commands.add_parser("exhibit", help=_("exhibits of a case, and who held them")).add_subparsers(
        dest="action", metavar="ACTION", required=True, parser_class=parser
    )
    _add_taking_in(exhibit, ending)
    _add_steps(exhibit, ending)
    _add_reading(exhibit, ending)


def _add_taking_in(exhibit: Any, ending: Callable[[Any], None]) -> None:
    add = exhibit.add_parser("add", help=_("take files or folders in as exhibits; without one, a thing"))
    add.add_argument("space", metavar="SPACE", help=_("id of the case"))
    add.add_argument(
        "files", type=Path, metavar="FILE", nargs="*", help=_("files, or folders with all that is in them")
    )
    add.add_argument("--title", metavar="T", default="", help=_("what it is; without it, the name of the file"))
    add.add_argument("--new", action="store_true", help=_("only what was not taken in from there before"))
    _said(add, ending)


def _add_steps(exhibit: Any, ending: Callable[[Any], None]) -> None:
    texts = {
        "transfer": _("hand an exhibit over; it is open until the other confirms on their own desk"),
        "confirm": _("confirm that you received what was handed over to you"),
        "decline": _("say that you did not receive it; or take it back"),
        "examine": _("write down that you examined an exhibit"),
        "seal": _("put a seal on an exhibit"),
        "unseal": _("open the seal of an exhibit"),
        "return": _("give an exhibit back; its chain ends"),
        "destroy": _("write down that an exhibit was destroyed; its chain ends"),
    }
    for name, text in texts.items():
        step = exhibit.add_parser(name, help=text)
        step.add_argument("exhibit", metavar="EXHIBIT", help=_("id of the exhibit"))
        if name == "transfer":
            step.add_argument("--to", metavar="NAME", required=True, help=_("the officer who receives it"))
            step.add_argument("--ministry", metavar="CODE", default="", help=_("code of that officer's ministry"))
        if name in ("seal", "unseal"):
            step.add_argument("--number", metavar="N", required=True, help=_("number of the seal"))
        step.add_argument("--at", metavar="TIME", default="", help=_("when it was, in ISO format; without it, now"))
        step.add_argument(
            "--previous",
            metavar="ID",
            default="",
            help=_("of two entries that nothing follows, the one that counts"),
        )
        _said(step, ending)


def _add_reading(exhibit: Any, ending: Callable[[Any], None]) -> None:
    show = exhibit.add_parser("show", help=_("show an exhibit with its chain, and what does not fit in it"))
    show.add_argument("exhibit", metavar="EXHIBIT", help=_("id of the exhibit"))
    listed = exhibit.add_parser("list", help=_("list the exhibits of a case"))
    check = exhibit.add_parser("check", help=_("read every file of a case's exhibits through, and compare its hash"))
    report = exhibit.add_parser("report", help=_("the custody report of a case, as text, HTML or JSON"))
    for each in (listed, check, report):
        each.add_argument("space", metavar="SPACE", help=_("id of the case"))
    for each in (check, report):
        each.add_argument(
            "--exhibit", metavar="ID", action="append", default=[], dest="exhibits", help=_("this one; may be repeated")
        )
    report.add_argument("--check", action="store_true", help=_("read every file through first"))
    report.add_argument("--file", type=Path, metavar="FILE", help=_("file to write; HTML if its name ends so"))
    for each in (show, listed, check, report):
        ending(each)


def _said(parser: Any, ending: Callable[[Any], None]) -> None:
    parser.add_argument("--why", metavar="TEXT", default="", help=_("why"))
    parser.add_argument("--place", metavar="TEXT", default="", help=_("where"))
    ending(parser)
