"""Trying a passphrase: one at a time, counted before it is made; after too many the keys go, if that was asked for.

The only door to the vault of a home: whoever opens, salvages or changes the passphrase comes through it.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

from desktop.store import vault
from desktop.store.attempts import Attempts, Tally, Uptime, machine_uptime
from desktop.store.destruction import check_erased, destroy
from desktop.store.errors import Erased, StoreBusy, StoreError, StoreFull, StoreReadOnly, TryLater, WrongPassphrase
from desktop.store.keyring_secret import SecretPlace
from desktop.store.lock import hold
from desktop.store.vault import Cost, DataKey

LOCK_FILE = "unlock.lock"
PATIENCE_S = 60.0  # for another program's try, which takes seconds on a slow machine


def unlock(
    home: Path, passphrase: str, place: SecretPlace, cost: Cost | None = None, uptime: Uptime = machine_uptime
) -> DataKey:
    """Return a home's key. Raises TryLater, Erased, and what `vault.unlock` raises. Takes about a second."""
    return _try(home, place, uptime, lambda: vault.unlock(home, passphrase, place, cost))


def change_passphrase(
    home: Path, old: str, new: str, place: SecretPlace, cost: Cost | None = None, uptime: Uptime = machine_uptime
) -> DataKey:
    """Wrap a home's key under a new passphrase. Raises TryLater, Erased, and what `vault.change_passphrase` raises."""
    vault.check_passphrase(new, keyring=True)  # before a try is counted
    return _try(home, place, uptime, lambda: vault.change_passphrase(home, old, new, place, cost))


def limit_attempts(home: Path, place: SecretPlace, limit: int, uptime: Uptime = machine_uptime) -> None:
    """Destroy the keys after so many wrong passphrases in a row, 0 for never. Call it only while unlocked.

    Raises StoreReadOnly when the choice cannot be kept.
    """
    if not _attempts(home, place, uptime).clear(limit):
        raise StoreReadOnly("attempts")


def attempts_limit(home: Path, place: SecretPlace, uptime: Uptime = machine_uptime) -> int:
    """After how many wrong passphrases in a row the keys are destroyed; 0 for never."""
    return _attempts(home, place, uptime).read().limit


def _try(home: Path, place: SecretPlace, uptime: Uptime, attempt: Callable[[], DataKey]) -> DataKey:
    check_erased(home, place)
    if not vault.exists(home):
        return attempt()
    with _turn(home):
        attempts = _attempts(home, place, uptime)
        before = attempts.read()
        if before.wait_s > 0:
            raise TryLater(before.wait_s)
        begun = attempts.begin(before)
        try:
            key = attempt()
        except WrongPassphrase as error:
            _refuse(home, place, attempts.wrong(begun), error)
        except StoreError:
            attempts.put_back(before)
            raise
        attempts.clear(before.limit)
    return key


def _refuse(home: Path, place: SecretPlace, tally: Tally, error: WrongPassphrase) -> NoReturn:
    if tally.limit and tally.wrong >= tally.limit:
        at_ms = time.time_ns() // 1_000_000
        destroy(home, place, "attempts", at_ms)
        raise Erased("attempts", at_ms) from error
    raise WrongPassphrase(error.detail, wait_s=tally.wait_s, left=tally.tries_left) from error


def _attempts(home: Path, place: SecretPlace, uptime: Uptime) -> Attempts:
    return Attempts(home, vault.read_generation(home)[0], place, uptime)


@contextlib.contextmanager
def _turn(home: Path) -> Iterator[None]:
    """One try at a time, or several programs would try several passphrases under one count."""
    with contextlib.ExitStack() as stack:
        try:
            held = stack.enter_context(hold(home / LOCK_FILE, PATIENCE_S))
        except (StoreFull, StoreReadOnly):  # a full disk must not shut its owner out
            held = True
        if not held:
            raise StoreBusy("unlocking")
        yield
