"""The command on receipts: who has a record, as far as their desks said so."""

from __future__ import annotations

import argparse

from desktop.casework.trust_views import ReceiptsView, ReceiptView
from desktop.cli.desks import opened
from desktop.cli.output import columns, dump, say
from desktop.desk import Opening
from i18n import _
from i18n.bidi import one_line
from i18n.formats import moment

_SHOWN = 80  # characters of a name


def receipts(options: argparse.Namespace, opening: Opening) -> None:
    """`receipts RECORD`, with `--ask` and `--stop`."""
    with opened(options, opening) as desk:
        if options.ask or options.stop:
            desk.ask_receipts(options.record, on=options.ask)
        view = desk.receipts(options.record)
        if options.json:
            dump(view)
        else:
            _print(view)


def _print(view: ReceiptsView) -> None:
    say(_("Receipts asked for") if view.asked else _("No receipts are asked for."))
    for line in columns([_row(each) for each in view.receipts + view.silent]):
        say(line)
    if view.waiting:
        say(_("This desk's own receipt goes out with the next exchange."))


def _row(view: ReceiptView) -> tuple[str, ...]:
    said = [
        text.format(time=moment(at_ms))
        for text, at_ms in (
            (_("received {time}"), view.received_ms),
            (_("read {time}"), view.read_ms),
            (_("deleted {time}"), view.deleted_ms),
        )
        if at_ms
    ]
    if view.behind:
        said.append(_("an older version"))
    if not view.verified:
        said.append(_("claims what cannot be so"))
    name = one_line(f"{view.officer} ({view.desk})", _SHOWN)
    return view.ministry, name, ", ".join(said) or _("no answer yet")
