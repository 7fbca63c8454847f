"""The command that destroys a desk: its keys first, then its files."""

from __future__ import annotations

import argparse
import sys

from desktop.cli.desks import opened
from desktop.cli.output import complain, dump, say
from desktop.desk import Opening
from i18n import _, ngettext
from i18n.bidi import one_line
from i18n.formats import number

_SHOWN = 128  # characters of a desk's name


def erase(options: argparse.Namespace, opening: Opening) -> None:
    """`erase`: the desk's name is typed, or given with `--desk`. Raises Refused (erase_not_confirmed)."""
    with opened(options, opening) as desk:
        named = options.desk
        if named is None:
            unsent = desk.unsent()
            complain(
                _(
                    "This destroys the keys and the files of this desk, for good. What was sent stays with the"
                    " secretariat, and what others have stays with them."
                )
            )
            if unsent:
                lost = ngettext(
                    "{n} change was never sent and is lost.", "{n} changes were never sent and are lost.", unsent
                )
                complain(lost.format(n=number(unsent)))
            name = one_line(desk.identity().desk, _SHOWN)
            complain(_("To go on, type the name of this desk: {desk}").format(desk=name))
            named = sys.stdin.readline()
        desk.erase(named)
    if options.json:
        dump({"home": str(options.home), "erased": True})
    else:
        say(_("The keys and the files of this desk were destroyed."))
