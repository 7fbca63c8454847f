"""A closed desk on a disk without one free page: open for reading only, said as such, and whole again with room."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.store import StoreFull, StoreReadOnly
from desktop.store.database import DATABASE_FILE, Database
from tests.cli.conftest import Commands
from tests.hostile.test_surroundings import fill, small
from tests.hostile.texts import faults
from tests.support.desk import PASSPHRASE, set_up
from tests.ui.shell.conftest import OpenWindow, listed, unlock, workspace

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows
__all__ = ["small"]


def fill_wholly(folder: Path) -> Path:
    """Leave not one page, and no room for a name."""
    ballast = fill(folder)
    with ballast.open("ab", buffering=0) as stream:
        for size in (1024, 64, 1):
            try:
                while stream.write(b"x" * size):
                    pass
            except OSError:
                continue
    return ballast


def test_a_closed_desk_on_a_full_disk_is_open_for_reading_and_says_so(
    tahaluf: Commands, small: Path, profile: Path
) -> None:
    tahaluf.home = small / "home"
    assert tahaluf("init", "--profile", profile).code == 0
    case = tahaluf.case("Un")
    ballast = fill_wholly(small)
    reading: list[tuple[str, ...]] = [("show", case), ("list", "case"), ("log", case), ("search", "Un"), ("verify",)]
    for words in reading:
        result = tahaluf(*words, "--json")
        assert result.code == 0, (words, result.err)
        assert "reading only" in result.err
    for words in (("set", case, "title", "Deux"), ("case", "new", "--title", "Deux"), ("delete", case)):
        result = tahaluf(*words, "--json")
        assert (result.code, result.json["error"]) == (1, "disk_full"), (words, result.err)
    ballast.unlink()
    assert tahaluf.json("set", case, "title", "Deux")["changed"]
    assert tahaluf.json("verify")["ok"]


def test_the_window_opens_for_reading_on_a_full_disk(qtbot: QtBot, small: Path, open_window: OpenWindow) -> None:
    home = set_up(small / "home", language="en")
    desk = home.open()
    case = desk.new_case({"title": "Un"}).record
    home.close()
    ballast = fill_wholly(small)
    window = open_window(home, locked=True)
    space = unlock(qtbot, window)
    assert listed(space) == [case]
    assert "reading only" in space.notices.banners()[0].text.text()
    space.open_record(case)
    qtbot.wait(100)
    assert not window.session.edit(case, "title", "Deux")
    assert window.session.show(case).fields["title"].value == "Un"
    assert faults(window) == []
    window.lock()
    ballast.unlink()
    unlock(qtbot, window)
    assert window.session.edit(case, "title", "Deux")
    assert workspace(window).notices.codes() == []


def test_a_log_that_waits_is_not_passed_over(tmp_path: Path) -> None:
    home = set_up(tmp_path / "home", language="en")
    desk = home.open()
    desk.new_case({"title": "Un"})
    store = home.opening.unlock(home.home, PASSPHRASE)
    with pytest.raises(StoreFull):
        Database(home.home / DATABASE_FILE, store.key.key, read_only=True)
    home.close()
    reading = Database(home.home / DATABASE_FILE, store.key.key, read_only=True)
    assert reading.value("SELECT count(*) FROM records") == 1
    with pytest.raises(StoreFull), reading.transaction():
        pass
    with pytest.raises(StoreReadOnly):
        reading.run("DELETE FROM records")
    reading.close()
    store.lock()
