"""Wrong passphrases: counted in two places, waited for by the machine's own time, and the end of the keys if asked."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from desktop.store import TryLater, WrongPassphrase, unlocking, vault
from desktop.store.attempts import ATTEMPTS_FILE, LONGEST_WAIT_S, Tally, machine_uptime, peek, wait_after
from desktop.store.destruction import erased
from desktop.store.errors import Erased, KeyringMissing, StoreError
from tests.store.desks import CHEAP, PASSPHRASE, Drawer

WRONG = "not this one, certainly"


class Uptime:
    """A machine whose time a test moves."""

    def __init__(self) -> None:
        self.now = 5_000.0

    def __call__(self) -> float:
        return self.now


class Home:
    """A home with a vault, and somebody who tries passphrases."""

    def __init__(self, folder: Path, drawer: Drawer | None = None) -> None:
        self.path = folder / "home"
        self.drawer = Drawer() if drawer is None else drawer
        self.uptime = Uptime()
        self.key = vault.create(self.path, PASSPHRASE, self.drawer, CHEAP).key

    def attempt(self, passphrase: str) -> bytes:
        return unlocking.unlock(self.path, passphrase, self.drawer, CHEAP, self.uptime).key

    def fail(self, times: int = 1) -> None:
        for _ in range(times):
            with pytest.raises(WrongPassphrase):
                self.attempt(WRONG)
            self.uptime.now += LONGEST_WAIT_S

    def wait_s(self) -> float:
        """How long a try is refused for; 0 when it is made."""
        try:
            self.attempt(PASSPHRASE)
        except TryLater as error:
            return error.wait_s
        return 0.0


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home whose passphrase is PASSPHRASE."""
    return Home(tmp_path)


def test_waits_grow_and_end() -> None:
    assert [wait_after(tries) for tries in (1, 2, 3, 4, 5, 12, 13, 10_000)] == [0, 0, 1, 2, 4, 512, 900, 900]


def test_after_the_third_wrong_one_not_even_the_right_one_is_tried(home: Home) -> None:
    home.fail(2)
    with pytest.raises(WrongPassphrase) as caught:
        home.attempt(WRONG)
    assert (caught.value.wait_s, caught.value.left) == (1.0, 0)
    assert home.wait_s() == 1.0
    home.uptime.now += 0.75
    assert home.wait_s() == 0.25
    home.uptime.now += 0.25
    assert home.wait_s() == 0.0


def test_the_right_one_begins_anew_and_leaves_nothing_behind(home: Home) -> None:
    home.fail(6)
    assert home.attempt(PASSPHRASE) == home.key
    assert not (home.path / ATTEMPTS_FILE).exists()
    assert not [name for name in home.drawer if name.endswith("attempts")]
    home.fail(2)
    assert home.wait_s() == 0.0


@pytest.mark.parametrize("lost", ["file", "keyring", "file set back", "file garbled"])
def test_neither_copy_of_the_count_can_be_set_back_alone(home: Home, lost: str) -> None:
    home.fail(1)
    file = home.path / ATTEMPTS_FILE
    early = file.read_bytes()
    home.fail(6)
    with pytest.raises(WrongPassphrase):
        home.attempt(WRONG)
    if lost == "file":
        file.unlink()
    elif lost == "file set back":
        file.write_bytes(early)
    elif lost == "file garbled":
        file.write_bytes(b'{"tries": -5, "wait_s": NaN}')
    else:
        home.drawer.pop(next(name for name in home.drawer if name.endswith("attempts")))
    assert home.wait_s() == 32.0


@pytest.mark.parametrize("years", [-10, 10])
def test_the_wall_clock_has_no_say(home: Home, monkeypatch: pytest.MonkeyPatch, years: int) -> None:
    home.fail(4)
    with pytest.raises(WrongPassphrase):
        home.attempt(WRONG)
    monkeypatch.setattr("time.time", lambda: 1.8e9 + years * 3.2e7)
    monkeypatch.setattr("time.time_ns", lambda: int(1.8e18 + years * 3.2e16))
    assert home.wait_s() == 4.0


def test_after_a_restart_of_the_machine_only_the_time_since_counts(home: Home) -> None:
    home.fail(7)
    with pytest.raises(WrongPassphrase):
        home.attempt(WRONG)
    home.uptime.now = 10.0
    assert home.wait_s() == 22.0
    home.uptime.now = 32.0
    assert home.wait_s() == 0.0


def test_a_try_that_is_cut_counts(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(vault, "unlock", cut)
        for _ in range(3):
            with pytest.raises(KeyboardInterrupt):
                home.attempt(WRONG)
    assert home.wait_s() == 1.0


def test_a_passphrase_that_could_not_be_tried_does_not_count(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    name = next(iter(home.drawer))
    secret = home.drawer.pop(name)

    def read(_drawer: Drawer, missing: str) -> bytes:
        raise KeyringMissing(missing)

    monkeypatch.setattr(Drawer, "read", read)
    for _ in range(5):
        with pytest.raises(KeyringMissing):
            home.attempt(PASSPHRASE)
    assert peek(home.path, home.uptime) == Tally(uptime_s=home.uptime.now)
    monkeypatch.undo()
    home.drawer[name] = secret
    assert home.attempt(PASSPHRASE) == home.key


def test_several_at_once_are_counted_one_by_one(home: Home) -> None:
    said: list[str] = []

    def attempt() -> None:
        try:
            home.attempt(WRONG)
        except StoreError as error:
            said.append(error.code)

    threads = [threading.Thread(target=attempt) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["try_later"] * 3 + ["wrong_passphrase"] * 3


def test_a_change_of_the_passphrase_is_no_way_around_the_wait(home: Home) -> None:
    home.fail(2)
    with pytest.raises(WrongPassphrase):
        unlocking.change_passphrase(home.path, WRONG, "another passphrase", home.drawer, CHEAP, home.uptime)
    with pytest.raises(TryLater):
        unlocking.change_passphrase(home.path, PASSPHRASE, "another passphrase", home.drawer, CHEAP, home.uptime)


def test_the_file_is_small_and_private_and_a_screen_can_read_it(home: Home) -> None:
    unlocking.limit_attempts(home.path, home.drawer, 12, home.uptime)
    home.fail(4)
    assert (home.path / ATTEMPTS_FILE).stat().st_mode & 0o777 == 0o600
    with pytest.raises(WrongPassphrase) as caught:
        home.attempt(WRONG)
    assert caught.value.left == 7
    home.uptime.now += 1.5
    told = peek(home.path, home.uptime)
    assert (told.wait_s, told.wrong, told.tries_left) == (2.5, 5, 7)


def test_the_keys_end_with_the_last_try_of_the_limit_and_not_before(home: Home) -> None:
    unlocking.limit_attempts(home.path, home.drawer, 5, home.uptime)
    home.fail(4)
    assert home.attempt(PASSPHRASE) == home.key
    home.fail(4)
    with pytest.raises(Erased) as caught:
        home.attempt(WRONG)
    assert caught.value.code == "erased_attempts"
    assert home.drawer == {}
    assert not vault.exists(home.path)
    assert erased(home.path) is not None
    with pytest.raises(Erased):
        home.attempt(PASSPHRASE)


def test_the_limit_cannot_be_taken_out_of_one_copy(home: Home) -> None:
    unlocking.limit_attempts(home.path, home.drawer, 5, home.uptime)
    (home.path / ATTEMPTS_FILE).unlink()
    assert unlocking.attempts_limit(home.path, home.drawer, home.uptime) == 5
    unlocking.limit_attempts(home.path, home.drawer, 0, home.uptime)
    assert unlocking.attempts_limit(home.path, home.drawer, home.uptime) == 0
    home.fail(7)
    assert home.attempt(PASSPHRASE) == home.key


def test_tries_that_were_only_cut_destroy_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    unlocking.limit_attempts(home.path, home.drawer, 5, home.uptime)

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(vault, "unlock", cut)
        for _ in range(9):
            with pytest.raises(KeyboardInterrupt):
                home.attempt(PASSPHRASE)
            home.uptime.now += LONGEST_WAIT_S
    home.fail(1)
    assert home.attempt(PASSPHRASE) == home.key


def test_the_machines_own_time_goes_on() -> None:
    first = machine_uptime()
    assert 0 < first <= machine_uptime()
