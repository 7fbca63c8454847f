"""Opening the desk of a command, with the passphrase that its options name."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from desktop.cli.output import complain
from desktop.cli.passphrase import read_passphrase
from desktop.desk import Desk, Opening, desk_exists, missing_desk
from desktop.messages import describe


@contextmanager
def opened(options: argparse.Namespace, opening: Opening) -> Iterator[Desk]:
    """The desk of `--home`, closed afterwards. Notices (the clock, a missing keyring) go to the standard error."""
    if not desk_exists(options.home):
        raise missing_desk(options.home)
    desk = opening.open(options.home, read_passphrase(options.passphrase_file))
    try:
        for code, params in desk.notices():
            complain(describe(code, params))
        yield desk
    finally:
        desk.mark()
        desk.close()
