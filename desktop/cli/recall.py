"""The command that takes a record back for good."""

from __future__ import annotations

import argparse
import sys

from desktop.cli.desks import opened
from desktop.cli.edits import tell
from desktop.cli.output import complain
from desktop.desk import Desk, Opening, Refused
from i18n import _
from i18n.bidi import one_line

_SHOWN = 80  # characters of a title
CONSENT = "recall"  # what is typed to go on; it is no word of a language


def recall(options: argparse.Namespace, opening: Opening) -> None:
    """`recall RECORD --reason TEXT`; asks unless `--yes`."""
    with opened(options, opening) as desk:
        if not options.yes:
            _confirm(desk, options.record)
        tell(options, desk.recall(options.record, options.reason), desk)


def _confirm(desk: Desk, record: str) -> None:
    """Say what is about to happen and ask. Raises Refused."""
    view = desk.show(record)
    title = next((row.title for row in desk.rows([record])), "")
    complain(one_line(title, _SHOWN) or record)
    complain(_("Read by: {ministries}").format(ministries=", ".join(view.readers)))
    complain(
        _(
            "Every desk that hears of the recall destroys what it has of this record, and so does this one. The history"
            " keeps who wrote when, and your reason. It cannot be undone, and it does not reach copies made elsewhere."
        )
    )
    complain(_("To recall it, type {word}:").format(word=CONSENT))
    if sys.stdin.readline().strip() != CONSENT:
        raise Refused("recall_not_confirmed", option="--yes")
