"""Destroying the keys of a home: nothing that opens it stays, whatever cuts it, and what is left says why."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

import pytest

from desktop.store import Erased, Store, destruction, vault
from desktop.store.database import DATABASE_FILE
from desktop.store.destruction import ERASED_FILE, check_erased, destroy, erased, forget_erased
from desktop.store.errors import StoreError
from tests.store.desks import CHEAP, DAY, PASSPHRASE, Alliance, Desk, Drawer


class Cut(BaseException):
    """The end of the program, in the middle of something."""


@pytest.fixture
def home(dakar: Desk) -> Path:
    """A closed home with a case in it, a copy that a salvage kept, and a sealed file."""
    dakar.found()
    dakar.store.marker().mark()  # type: ignore[union-attr]
    dakar.close()
    (dakar.home / "store.damaged-20260101-000000.db").write_bytes((dakar.home / DATABASE_FILE).read_bytes())
    (dakar.home / "store.db-wal").write_bytes(b"frames" * 2_000)
    (dakar.home / f".{vault.VAULT_FILE}.deadbeef").write_bytes((dakar.home / vault.VAULT_FILE).read_bytes())
    (dakar.home / "blobs").mkdir()
    (dakar.home / "blobs" / "sealed").write_bytes(b"sealed")
    (dakar.home / "settings.toml").write_text("")
    (dakar.home / "letter.odt").write_text("not ours")
    return dakar.home


def no_longer_opens(home: Path, drawer: Drawer) -> None:
    with pytest.raises((StoreError, KeyError)):
        vault.unlock(home, PASSPHRASE, drawer, CHEAP)


def test_nothing_that_opens_it_stays_and_what_is_not_ours_does(home: Path, alliance: Alliance) -> None:
    destroy(home, alliance.drawer, "order", DAY)
    assert alliance.drawer == {}
    assert sorted(path.name for path in home.iterdir()) == [ERASED_FILE, "letter.odt", "settings.toml"]
    told = erased(home)
    assert told is not None
    assert (told.code, told.at_ms) == ("erased_order", DAY)
    with pytest.raises(Erased):
        Store.open(home, PASSPHRASE, place=alliance.drawer, cost=CHEAP)


def test_headers_are_overwritten_before_files_go(
    home: Path, alliance: Alliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path.name: path.read_bytes() for path in home.iterdir() if path.is_file()}
    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", lambda *_args, **_named: (_ for _ in ()).throw(PermissionError()))
        destroy(home, alliance.drawer, "attempts", DAY)
    for name in (
        "vault.json",
        ".vault.json.deadbeef",
        DATABASE_FILE,
        "store.db-wal",
        "store.damaged-20260101-000000.db",
    ):
        now = (home / name).read_bytes()
        length = min(len(now), destruction.HEADER_BYTES)
        assert now[:length] != before[name][:length], name
        assert len(now) == len(before[name])
    no_longer_opens(home, alliance.drawer)
    with pytest.raises(Erased):
        check_erased(home, alliance.drawer)
    assert not (home / DATABASE_FILE).exists(), "what could not be done then is done at the next start"


STEPS = [
    (destruction, "_overwrite"),
    (Drawer, "forget"),
    (Path, "unlink"),
    (shutil, "rmtree"),
    (destruction, "sync_folder"),
]


@pytest.mark.parametrize(("where", "name"), STEPS, ids=[name for _, name in STEPS])
@pytest.mark.parametrize("nth", [1, 3])
def test_whatever_cuts_it_the_next_start_finishes(
    home: Path, alliance: Alliance, monkeypatch: pytest.MonkeyPatch, where: object, name: str, nth: int
) -> None:
    original, count = getattr(where, name), iter(range(1, 100))

    def cut(*arguments: object, **named: object) -> object:
        if next(count) >= nth:
            raise Cut
        return original(*arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr(where, name, cut)
        with contextlib.suppress(Cut):
            destroy(home, alliance.drawer, "order", DAY)
    with pytest.raises(Erased) as caught:
        Store.open(home, PASSPHRASE, place=alliance.drawer, cost=CHEAP)
    assert caught.value.at_ms == DAY
    assert alliance.drawer == {}
    assert sorted(path.name for path in home.iterdir()) == [ERASED_FILE, "letter.odt", "settings.toml"]


def test_after_a_change_of_the_passphrase_both_secrets_go(home: Path, alliance: Alliance) -> None:
    vault.change_passphrase(home, PASSPHRASE, PASSPHRASE + "2", alliance.drawer, CHEAP)
    home_id = vault.read_generation(home)[0]
    alliance.drawer[vault.secret_name(home_id, 0)] = b"left by a cut"
    destroy(home, alliance.drawer, "attempts", DAY)
    assert alliance.drawer == {}


def test_a_disk_that_takes_nothing_still_loses_the_keyrings_secret(
    home: Path, alliance: Alliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "full")

    with monkeypatch.context() as patched:
        for name in ("write_private", "sync_folder"):
            patched.setattr(destruction, name, full)
        patched.setattr(Path, "unlink", full)
        patched.setattr(destruction, "_overwrite", lambda _path: None)
        destroy(home, alliance.drawer, "order", DAY)
    assert alliance.drawer == {}
    no_longer_opens(home, alliance.drawer)


def test_an_unlocked_store_forgets_its_key_and_destroys_it(alliance: Alliance) -> None:
    desk = alliance.desk()
    desk.connection.close()
    desk.store.destroy("order")
    with pytest.raises(StoreError):
        desk.store.connect()
    assert alliance.drawer == {}


def test_a_desk_can_be_set_up_anew_where_one_was_destroyed(home: Path, alliance: Alliance) -> None:
    destroy(home, alliance.drawer, "order", DAY)
    made = vault.create(home, PASSPHRASE, alliance.drawer, CHEAP)
    check_erased(home, alliance.drawer)
    assert vault.unlock(home, PASSPHRASE, alliance.drawer, CHEAP).key == made.key
    forget_erased(home)
    assert erased(home) is None


@pytest.mark.parametrize("data", [b"", b"{", b'{"reason": "order"}', b'{"reason": "x", "at_ms": 1}'])
def test_a_note_that_is_none_destroys_nothing(home: Path, alliance: Alliance, data: bytes) -> None:
    (home / ERASED_FILE).write_bytes(data)
    check_erased(home, alliance.drawer)
    assert vault.unlock(home, PASSPHRASE, alliance.drawer, CHEAP).key
