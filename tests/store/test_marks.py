"""Marks: an older database is found, whatever was cut is not, and edits do not pay for it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from desktop.store import StoreFull
from desktop.store.marks import Marker, finding, forget_finding
from desktop.store.salvage import adopt, salvage
from tests.store.desks import Alliance, Desk, Drawer
from tests.store.test_vault import LONG, NoKeyring


class Cut(BaseException):
    """The end of the program, in the middle of something."""


@pytest.fixture
def desk(dakar: Desk) -> Desk:
    """A desk with a case, marked once."""
    dakar.space = dakar.found()  # type: ignore[attr-defined]
    assert marker(dakar).check() is None
    return dakar


def marker(desk: Desk) -> Marker:
    made = desk.store.marker()
    assert made is not None
    return made


def work(desk: Desk, times: int = 1) -> None:
    space: bytes = desk.space  # type: ignore[attr-defined]
    for number in range(times):
        desk.set(space, space, "title", f"Title {number}")


def copy_of(desk: Desk, folder: Path) -> Path:
    """A copy of the closed home."""
    desk.close()
    shutil.copytree(desk.home, folder)
    desk.connection = desk.alliance.reopen(desk.home).connect()
    return folder


def put_back(desk: Desk, copy: Path) -> None:
    desk.connection.close()
    shutil.rmtree(desk.home)
    shutil.copytree(copy, desk.home)
    desk.store = desk.alliance.reopen(desk.home)
    desk.connection = desk.store.connect()


def test_an_older_database_is_found_with_what_is_missing(desk: Desk, tmp_path: Path) -> None:
    work(desk)
    marker(desk).mark()
    copy = copy_of(desk, tmp_path / "copy")
    work(desk, 3)
    assert marker(desk).mark()
    put_back(desk, copy)
    found = marker(desk).check()
    assert found is not None
    assert (found.missing, found.forked) == (3, False)
    assert found.since_ms < found.found_ms
    assert finding(desk.connection.database) == found
    assert marker(desk).check() is None, "it is found once"
    assert finding(desk.connection.database) == found, "and stays until it was read"
    forget_finding(desk.connection.database)
    assert finding(desk.connection.database) is None


def test_an_older_write_ahead_log_is_found(desk: Desk, tmp_path: Path) -> None:
    work(desk)
    shutil.copy(desk.home / "store.db", tmp_path / "early.db")  # as it is on the disk, without what the log holds
    work(desk, 2)
    marker(desk).mark()
    desk.close()
    shutil.copy(tmp_path / "early.db", desk.home / "store.db")
    desk.store = desk.alliance.reopen(desk.home)
    desk.connection = desk.store.connect()
    assert marker(desk).check() is not None


def test_a_copy_that_went_on_by_itself_is_found(desk: Desk, tmp_path: Path) -> None:
    copy = copy_of(desk, tmp_path / "copy")
    kept = dict(desk.alliance.drawer)
    work(desk)
    marker(desk).mark()
    theirs = copy_of(desk, tmp_path / "theirs")
    here = dict(desk.alliance.drawer)
    put_back(desk, copy)
    desk.alliance.drawer.update(kept)
    work(desk)
    marker(desk).mark()
    desk.alliance.drawer.update(here)
    found = marker(desk).check()
    assert found is not None
    assert found.forked
    assert theirs.exists()


def test_a_program_that_ends_between_the_two_alarms_nobody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*_: object) -> bool:
        raise Cut

    for _ in range(3):
        work(desk)
        with monkeypatch.context() as patched:
            patched.setattr(Drawer, "keep", cut)
            with pytest.raises(Cut):
                marker(desk).mark()
        assert marker(desk).check() is None


def test_a_keyring_that_refuses_for_a_while_alarms_nobody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Drawer, "keep", lambda *_: False)
        for _ in range(4):
            work(desk)
            assert not marker(desk).mark()
            assert marker(desk).check() is None
    work(desk)
    assert marker(desk).mark()
    assert marker(desk).check() is None


@pytest.mark.parametrize("kept", [b"", b"garbage", bytes(2_000)])
def test_a_keyring_without_a_mark_or_with_an_older_one_alarms_nobody(desk: Desk, kept: bytes) -> None:
    (name,) = [name for name in desk.alliance.drawer if name.endswith(".marks")]
    early = desk.alliance.drawer[name]
    for _ in range(3):
        work(desk)
        marker(desk).mark()
    desk.alliance.drawer[name] = early
    assert marker(desk).check() is None
    desk.alliance.drawer[name] = kept
    assert marker(desk).check() is None
    assert desk.alliance.drawer[name] != kept, "and it is marked again"


def test_without_a_change_nothing_is_written_and_an_edit_writes_no_mark(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    keep = Drawer.keep

    def count(drawer: Drawer, name: str, value: bytes) -> bool:
        written.append(name)
        return keep(drawer, name, value)

    monkeypatch.setattr(Drawer, "keep", count)
    size = desk.connection.database.value("PRAGMA data_version")
    assert marker(desk).check() is None
    assert not marker(desk).mark()
    assert desk.connection.database.value("PRAGMA data_version") == size
    work(desk, 20)
    assert written == []
    assert marker(desk).mark()
    assert len(written) == 1


def test_a_full_disk_keeps_nobody_out_and_the_finding_comes_again(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = copy_of(desk, tmp_path / "copy")
    work(desk)
    marker(desk).mark()
    put_back(desk, copy)

    def full(*_: object) -> None:
        raise StoreFull("SQLITE_FULL")

    with monkeypatch.context() as patched:
        patched.setattr(Marker, "_make", full)
        assert marker(desk).check() is not None
        assert not marker(desk).mark()
    assert marker(desk).check() is not None


def test_a_salvage_carries_the_marks_and_a_rollback_behind_it_is_still_found(desk: Desk, tmp_path: Path) -> None:
    work(desk)
    marker(desk).mark()
    copy = copy_of(desk, tmp_path / "copy")
    rescue(desk)
    assert marker(desk).check() is None
    work(desk)
    marker(desk).mark()
    put_back(desk, copy)
    rescue(desk)
    found = marker(desk).check()
    assert found is not None
    assert found.missing == 1


def rescue(desk: Desk) -> None:
    desk.connection.close()
    salvage(desk.store)
    kept = adopt(desk.home)
    kept.unlink()
    desk.connection = desk.store.connect()


def test_a_salvage_that_could_not_read_the_marks_begins_anew(desk: Desk) -> None:
    work(desk)
    marker(desk).mark()
    desk.connection.database.run("DELETE FROM meta WHERE key = 'marks'")
    rescue(desk)
    assert marker(desk).check() is None
    work(desk)
    assert marker(desk).mark()
    assert marker(desk).check() is None


def test_without_a_keyring_there_are_no_marks(alliance: Alliance, monkeypatch: pytest.MonkeyPatch) -> None:
    alliance.drawer = NoKeyring()
    monkeypatch.setattr("tests.store.desks.PASSPHRASE", LONG)
    desk = alliance.desk()
    assert desk.store.marker() is None
    desk.close()
