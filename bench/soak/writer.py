"""A desk that writes and syncs without pause, and says what it saved and what the server acknowledged, until killed."""

from __future__ import annotations

import contextlib
import sys
from itertools import count
from pathlib import Path

from bench.alliance import PASSPHRASE
from desktop.desk import Opening
from desktop.store.vault import Cost
from sync.errors import SyncError

SYNC_EVERY = 5  # edits


class KnownPlace:
    """A vault's secret that every process of this run knows."""

    def write(self, home: str) -> bytes | None:
        """The same for every home."""
        return home.encode().ljust(32, b"\0")[:32]

    def read(self, home: str) -> bytes:
        """The same as was written."""
        return home.encode().ljust(32, b"\0")[:32]

    def forget(self, home: str) -> None:
        """Nothing is kept."""

    def keep(self, name: str, value: bytes) -> bool:  # noqa: ARG002 - the place's interface
        """Nothing is kept."""
        return False

    def kept(self, name: str) -> bytes | None:  # noqa: ARG002 - the place's interface
        """Nothing is kept."""
        return None


def opening() -> Opening:
    """How all processes of this run open desks."""
    return Opening(place=KnownPlace(), cost=Cost(1, 1 << 20))


def say(word: str, number: int) -> None:
    """Tell the one who kills; a line that arrives was true when it was written."""
    sys.stdout.write(f"{word} {number}\n")
    sys.stdout.flush()


def main(home: Path, case: str, first: int) -> None:
    """Write `edit N` into the case from number `first` on; never returns."""
    desk = opening().open(home, PASSPHRASE)
    say("ready", first)
    for number in count(first):
        desk.edit(case, "lead", f"edit {number}")
        say("saved", number)
        if number % SYNC_EVERY == 0:
            with contextlib.suppress(SyncError):
                if desk.sync_once().unsent == 0:
                    say("acknowledged", number)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
