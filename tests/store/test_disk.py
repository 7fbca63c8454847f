"""A home on a file system that is mounted read-only, or that has no room (needs the right to mount)."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.store import Identity, Store, StoreFull, StoreReadOnly, vault
from desktop.store.verify import verify
from sync.keys import new_device_keys
from tests.store.desks import CHEAP, PASSPHRASE, Alliance, Desk, Drawer


def mount(*arguments: str) -> bool:
    done = subprocess.run(["mount", *arguments], capture_output=True, check=False)
    return done.returncode == 0


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    if not mount("-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs", str(folder)):
        pytest.skip("may not mount")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill_up(desk: Desk, space: bytes, saved: list[str]) -> None:
    for number in range(100):
        title = f"{number} " + "x" * 20_000
        desk.set(space, space, "title", title)
        saved.append(title)


def identity() -> Identity:
    return Identity("SN", "Officer", "Desk", new_device_keys())


def test_a_home_without_room_is_not_half_made(small: Path) -> None:
    drawer = Drawer()
    (small / "ballast").write_bytes(b"x" * 200_000)
    with pytest.raises(StoreFull):
        Store.create(small / "home", PASSPHRASE, identity(), {}, place=drawer, cost=CHEAP)
    assert not Store.exists(small / "home")
    assert drawer == {}
    (small / "ballast").unlink()


def test_a_home_that_is_mounted_read_only_is_said_as_such(small: Path) -> None:
    drawer = Drawer()
    assert mount("-o", "remount,ro", str(small))
    with pytest.raises(StoreReadOnly):
        Store.create(small / "home", PASSPHRASE, identity(), {}, place=drawer, cost=CHEAP)
    assert drawer == {}


def test_a_disk_that_fills_up_keeps_what_was_saved(small: Path, alliance: Alliance) -> None:
    mount("-o", "remount,size=1m", str(small))
    store = Store.create(
        small / "home", PASSPHRASE, identity(), alliance.roots, place=alliance.drawer, cost=CHEAP, now_ms=alliance.clock
    )
    desk = Desk(alliance, store)
    space = desk.found()
    saved = ["Réseau de Dakar"]
    with pytest.raises(StoreFull):
        fill_up(desk, space, saved)
    assert desk.connection.reads.show(space.hex()).fields["title"].value == saved[-1]
    mount("-o", "remount,size=8m", str(small))
    desk.set(space, space, "title", "room again")
    assert desk.titles() == ["room again"]
    assert verify(desk.connection).problems == []
    desk.close()


def test_a_store_that_became_read_only_is_said_as_such(small: Path, alliance: Alliance) -> None:
    mount("-o", "remount,rw,size=8m", str(small))
    store = Store.create(
        small / "home", PASSPHRASE, identity(), alliance.roots, place=alliance.drawer, cost=CHEAP, now_ms=alliance.clock
    )
    desk = Desk(alliance, store)
    space = desk.found()
    desk.close()
    assert mount("-o", "remount,ro", str(small))
    with pytest.raises(StoreReadOnly):
        store.connect()
    with pytest.raises(StoreReadOnly):
        vault.change_passphrase(small / "home", PASSPHRASE, PASSPHRASE + "2", alliance.drawer, CHEAP)
    assert mount("-o", "remount,rw", str(small))
    desk.connection = store.connect()
    assert desk.titles() == ["Réseau de Dakar"]
    assert space
    desk.close()
