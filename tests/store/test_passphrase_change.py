"""A new passphrase: whatever cuts the change, exactly one of the two opens; afterwards nothing old opens any more."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop import files
from desktop.store import KeyringMissing, StoreError, WeakPassphrase, WrongPassphrase, vault
from tests.store.desks import CHEAP, PASSPHRASE, Drawer
from tests.store.test_vault import LONG, NoKeyring

NEW = "another passphrase"


class Secrets(Drawer):
    """A keyring in memory that makes a new secret each time, and says what it lacks."""

    def write(self, home: str) -> bytes | None:
        self[home] = os.urandom(32)
        return self[home]

    def read(self, home: str) -> bytes:
        if home not in self:
            raise KeyringMissing("no entry")
        return self[home]


class Cut(BaseException):
    """The end of the program, in the middle of something."""


STEPS: list[tuple[str, object, str]] = [
    ("the keyring is written", Secrets, "write"),
    ("a file is opened", os, "open"),
    ("it is flushed", os, "fsync"),
    ("it takes its name", Path, "replace"),
    ("its folder is flushed", files, "sync_folder"),
    ("the folder is flushed again", vault, "sync_folder"),
    ("the old secret goes", Secrets, "forget"),
]


def opens(home: Path, drawer: Drawer) -> list[str]:
    found = []
    for passphrase in (PASSPHRASE, NEW):
        try:
            vault.unlock(home, passphrase, drawer, CHEAP)
        except (WrongPassphrase, KeyringMissing):
            continue
        found.append(passphrase)
    return found


def cutting(original: Callable[..., object], error: BaseException, *, after: bool) -> Callable[..., object]:
    def cut(*arguments: object, **named: object) -> object:
        if after:
            original(*arguments, **named)
        raise error

    return cut


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("error", [Cut(), OSError(errno.ENOSPC, "full")], ids=repr)
@pytest.mark.parametrize(("step", "where", "name"), STEPS, ids=[step for step, _, _ in STEPS])
def test_whatever_cuts_a_change_exactly_one_passphrase_opens(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    where: object,
    name: str,
    error: BaseException,
    after: bool,
) -> None:
    drawer, home = Secrets(), tmp_path / "home"
    key = vault.create(home, PASSPHRASE, drawer, CHEAP).key
    done = False
    with monkeypatch.context() as patched:
        patched.setattr(where, name, cutting(getattr(where, name), error, after=after))
        try:
            vault.change_passphrase(home, PASSPHRASE, NEW, drawer, CHEAP)
            done = True
        except (Cut, StoreError, OSError):
            pass
    kept = dict(drawer)
    found = opens(home, drawer)
    assert len(found) == 1, step
    assert found == [NEW] or not done, "a change that was said to be done is done"
    assert vault.unlock(home, found[0], drawer, CHEAP).key == key
    assert [path.name for path in home.iterdir()] == [vault.VAULT_FILE], "no draft stays"
    assert set(drawer) <= set(kept)
    vault.change_passphrase(home, found[0], "a third passphrase", drawer, CHEAP)
    assert vault.unlock(home, "a third passphrase", drawer, CHEAP).key == key
    assert len(drawer) == 1


def test_an_old_copy_of_the_file_and_the_old_passphrase_open_nothing_any_more(tmp_path: Path) -> None:
    drawer, home = Secrets(), tmp_path / "home"
    vault.create(home, PASSPHRASE, drawer, CHEAP)
    copy = (home / vault.VAULT_FILE).read_bytes()
    vault.change_passphrase(home, PASSPHRASE, NEW, drawer, CHEAP)
    (home / vault.VAULT_FILE).write_bytes(copy)
    assert opens(home, drawer) == []


def test_without_a_keyring_the_new_passphrase_has_to_be_long_and_the_old_one_goes(tmp_path: Path) -> None:
    drawer, home = NoKeyring(), tmp_path / "home"
    key = vault.create(home, LONG, drawer, CHEAP).key
    with pytest.raises(WeakPassphrase):
        vault.change_passphrase(home, LONG, "fourteen chars", drawer, CHEAP)
    other = " ".join(reversed(LONG.split()))
    changed = vault.change_passphrase(home, LONG, other, drawer, CHEAP)
    assert changed.notice == vault.NO_KEYRING
    assert vault.unlock(home, other, drawer, CHEAP).key == key
    with pytest.raises(WrongPassphrase):
        vault.unlock(home, LONG, drawer, CHEAP)


def test_a_keyring_that_came_later_is_taken_as_the_second_factor(tmp_path: Path) -> None:
    home = tmp_path / "home"
    vault.create(home, LONG, NoKeyring(), CHEAP)
    drawer = Secrets()
    assert vault.change_passphrase(home, LONG, "shorter passphrase", drawer, CHEAP).notice == ""
    drawer.clear()
    with pytest.raises(KeyringMissing):
        vault.unlock(home, "shorter passphrase", drawer, CHEAP)


def test_a_keyring_that_keeps_nothing_new_leaves_the_old_passphrase(tmp_path: Path) -> None:
    class Full(Secrets):
        def write(self, home: str) -> bytes | None:
            return None if self else super().write(home)

    drawer, home = Full(), tmp_path / "home"
    vault.create(home, PASSPHRASE, drawer, CHEAP)
    with pytest.raises(KeyringMissing):
        vault.change_passphrase(home, PASSPHRASE, LONG, drawer, CHEAP)
    assert opens(home, drawer) == [PASSPHRASE]
