"""Changes of a passphrase that are killed at each of their steps, in processes of their own, over the real keyring.

Reads the home's folder and the two passphrases as JSON; answers, for each step and side, which of the two opens then.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desktop import files
from desktop.store import StoreError, vault
from desktop.store.keyring_secret import SystemKeyring
from desktop.store.vault import Cost

QUICK = Cost(1, 1 << 20)
STEPS: tuple[tuple[object, str], ...] = (
    (SystemKeyring, "write"),
    (os, "open"),
    (os, "fdopen"),
    (os, "fsync"),
    (Path, "replace"),
    (files, "sync_folder"),
    (vault, "sync_folder"),
    (SystemKeyring, "forget"),
)


def killing(original: Callable[..., Any], *, after: bool) -> Callable[..., Any]:
    """The step, with the end of the process before or behind it."""

    def cut(*arguments: Any, **named: Any) -> Any:
        if after:
            original(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    return cut


def run_and_kill(where: object, name: str, *, after: bool, change: Callable[[], object]) -> bool:
    """Change in a child that dies there; whether it was killed."""
    child = os.fork()
    if child == 0:
        setattr(where, name, killing(getattr(where, name), after=after))
        change()
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def opening(home: Path, passphrases: list[str]) -> list[str]:
    """Which passphrases open."""
    found = []
    for passphrase in passphrases:
        try:
            vault.unlock(home, passphrase, SystemKeyring(), QUICK)
        except StoreError:
            continue
        found.append(passphrase)
    return found


def main() -> None:
    """Kill at every step, on both sides of it, each time in a home of its own."""
    order = json.loads(sys.stdin.read())
    told = []
    for number, (where, name) in enumerate(STEPS):
        for after in (False, True):
            home = Path(order["folder"]) / f"{number}{after}"
            vault.create(home, order["old"], SystemKeyring(), QUICK)
            killed = run_and_kill(
                where,
                name,
                after=after,
                change=lambda home=home: vault.change_passphrase(  # type: ignore[misc]
                    home, order["old"], order["new"], SystemKeyring(), QUICK
                ),
            )
            open_ = opening(home, [order["old"], order["new"]])
            left = sorted(path.name for path in home.iterdir())
            told.append({"step": name, "after": after, "killed": killed, "opens": open_, "files": left})
            SystemKeyring().forget(vault.read_generation(home)[0])
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
