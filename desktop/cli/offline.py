"""Commands that say which cases this desk keeps."""

from __future__ import annotations

import argparse

from desktop.casework.carry_views import OfflineView
from desktop.cli.desks import opened
from desktop.cli.output import dump, say
from desktop.desk import Desk, Opening
from i18n import _, ngettext
from i18n.bidi import one_line
from i18n.formats import moment, number


def offline(options: argparse.Namespace, opening: Opening) -> None:
    """`offline list`, `offline keep` and `offline drop`."""
    with opened(options, opening) as desk:
        if options.action == "list":
            _list(options, desk)
            return
        keep = options.action == "keep"
        view = desk.offline_keep(options.space, options.days) if keep else desk.offline_drop(options.space)
        if options.json:
            dump(view)
        else:
            _print(view)


def _list(options: argparse.Namespace, desk: Desk) -> None:
    cases = desk.offline()
    if options.json:
        dump({"cases": cases})
        return
    for each in cases:
        _print(each)
    say(ngettext("{n} case", "{n} cases", len(cases)).format(n=number(len(cases))))


def _print(view: OfflineView) -> None:
    if not view.kept:
        state = _("not on this desk since {time}").format(time=moment(view.dropped_ms))
    elif view.until_ms:
        state = _("kept until {time}").format(time=moment(view.until_ms))
    else:
        state = _("kept for good")
    say(f"{view.space}  {one_line(view.reference, 40)}  {one_line(view.title, 60)}  {state}")
