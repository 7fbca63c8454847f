"""A wrong passphrase, a damaged store, a full disk, a home that cannot be written to: said in words, nothing lost."""

from __future__ import annotations

import random
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from i18n import LANGUAGES
from i18n.bidi import strip_isolates
from tests.cli.conftest import Commands
from tests.hostile.texts import OBEYED, faults
from tests.support.desk import PASSPHRASE, HomeOfDesk, set_up
from tests.ui.shell.conftest import OpenWindow, unlock, workspace

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows
PAGE = 4096
COMMANDS = (("list", "case"), ("case", "new", "--title", "x"), ("verify",), ("sync", "--once"), ("salvage",), ("undo",))


def in_words(err: str) -> None:
    """A sentence for people and nothing that only a programmer reads."""
    assert "Traceback" not in err
    assert 20 < len(err.strip()) < 600
    assert not OBEYED.search(err.replace("\n", " "))


@pytest.mark.parametrize("words", COMMANDS, ids=[words[0] for words in COMMANDS])
def test_a_wrong_passphrase_is_told_by_every_command_in_every_language(
    tahaluf: Commands, words: tuple[str, ...]
) -> None:
    case = tahaluf.case("Un")
    files = {path.name: path.read_bytes() for path in tahaluf.home.iterdir() if path.suffix in (".json", ".toml")}
    tahaluf.passphrase_file.write_text("not this one\u202e <b>\n")
    said = set()
    for language in LANGUAGES:
        result = tahaluf(*words, "--json", language=language)
        assert (result.code, result.json["error"]) == (1, "wrong_passphrase")
        in_words(result.err)
        assert "not this one" not in result.err
        said.add(result.err)
    assert len(said) == len(LANGUAGES)
    tahaluf.passphrase_file.write_text(PASSPHRASE + "\n")
    assert tahaluf.json("list", "case")["rows"][0]["id"] == case
    assert files == {name: (tahaluf.home / name).read_bytes() for name in files}


def wreck(home: Path, seed: int) -> None:
    """Overwrite some pages behind the first."""
    path = home / "store.db"
    data = bytearray(path.read_bytes())
    pages = len(data) // PAGE
    for page in random.Random(seed).sample(range(1, pages), max(2, pages // 12)):
        data[page * PAGE + 100 : page * PAGE + 160] = b"\xa5" * 60
    path.write_bytes(data)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_pages_are_damaged_every_command_names_it_or_works_and_salvage_keeps_the_old_store(
    tahaluf: Commands, seed: int
) -> None:
    case = tahaluf.case("Un")
    for number in range(12):
        tahaluf("record", "new", "person", "--space", case, "--set", f"name=P{number}", "--set", "address=" + "x" * 400)
    wreck(tahaluf.home, seed)
    damaged = (tahaluf.home / "store.db").read_bytes()
    for words in (("list", "case"), ("list", "person"), ("show", case), ("log", case), ("search", "P1"), ("verify",)):
        result = tahaluf(*words, "--json")
        assert result.code in (0, 1)
        assert "Traceback" not in result.err
        if result.code and "error" in result.json:
            assert result.json["error"] == "store_damaged"
            assert "tahaluf salvage --replace" in result.err
            assert "damaged (" in strip_isolates(result.err), "the damage has a name"
    saved = tahaluf("salvage", "--replace", "--json")
    if saved.code:
        assert saved.json["error"] == "store_damaged"
        assert (tahaluf.home / "store.db").exists()
        return
    (kept,) = tahaluf.home.glob("store.damaged-*.db")
    assert len(kept.read_bytes()) == len(damaged)
    assert tahaluf.json("verify")["ok"]
    shown = tahaluf.json("list", "person")["count"]
    assert shown == saved.json["records"] - tahaluf.json("list", "case")["count"]


def test_the_window_names_the_damage_and_saves_what_verifies(
    qtbot: QtBot, tmp_path: Path, open_window: OpenWindow
) -> None:
    home = set_up(tmp_path / "dakar", language="en")
    desk = home.open()
    cases = {desk.new_case({"title": f"Case {number}", "summary": "x" * 3_000}).record for number in range(30)}
    desk._connection.database.one("PRAGMA wal_checkpoint(TRUNCATE)")
    home.close()
    wreck(home.home, 7)
    window = open_window(home, locked=True)
    view = window.unlock_view
    told: list[str] = []
    window.session.failed.connect(lambda code, _params: told.append(code))
    view.field.setText(PASSPHRASE)
    view.submit()
    qtbot.waitUntil(lambda: window.workspace is not None or view.problem.isVisible(), timeout=10_000)
    if window.workspace is not None:
        for case in sorted(cases):
            workspace(window).open_record(case)
            qtbot.wait(20)
        window.session.tell_failure("store_damaged", {"where": "page"})
        banner = workspace(window).notices.banners()[0]
        assert "damaged" in banner.text.text()
        banner.strong.click()
    else:
        assert "damaged" in view.problem.text.text()
        view.problem.strong.click()
    assert faults(window) == []
    assert "kept beside the new one" in view.sentence.text()
    view.field.setText(PASSPHRASE)
    view.submit()
    qtbot.waitUntil(lambda: window.workspace is not None or view.problem.isVisible(), timeout=20_000)
    assert window.workspace is not None, view.problem.text.text()
    assert list(home.home.glob("store.damaged-*.db"))
    assert 0 < window.session.counts()["cases"] <= len(cases)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], check=False).returncode:
        pytest.skip("may not mount")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Leave no room; returns the file to delete."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as stream:
        try:
            while stream.write(b"x" * PAGE):
                pass
        except OSError:
            pass
    return ballast


def test_on_a_full_disk_every_command_says_so_and_what_was_saved_is_kept(
    tahaluf: Commands, small: Path, profile: Path
) -> None:
    tahaluf.home = small / "home"
    assert tahaluf("init", "--profile", profile).code == 0
    case = tahaluf.case("Un")
    ballast = fill(small)
    for words in (
        ("case", "new", "--title", "Deux"),
        ("set", case, "title", "Deux"),
        ("set", case, "summary", "x" * 60_000),
        ("record", "new", "person", "--space", case, "--set", "name=P"),
        ("delete", case),
    ):
        result = tahaluf(*words, "--json")
        if result.code == 0:
            continue  # there was room within the store's own file
        assert result.json["error"] == "disk_full", (words, result.err)
        assert "Make room" in result.err
        in_words(result.err)
    full = tahaluf("set", case, "summary", "y" * 99_000, "--json")
    assert (full.code, full.json["error"]) == (1, "disk_full")
    shown = tahaluf("show", case, "--json")  # a page to spare or none: it can be read
    assert (shown.code, shown.json["fields"]["title"]["values"][0]["value"]) == (0, "Un")
    another = tahaluf("init", "--profile", profile, "--json")
    assert another.json["error"] == "store_exists"
    tahaluf.home = small / "second"
    refused = tahaluf("init", "--profile", profile, "--json")
    assert (refused.code, refused.json["error"]) == (1, "disk_full")
    assert not (small / "second" / "vault.json").exists(), "no half-made desk"
    tahaluf.home = small / "home"
    ballast.unlink()
    assert tahaluf.json("set", case, "summary", "room again")["changed"]
    assert tahaluf.json("verify")["ok"]


def test_a_home_that_is_mounted_read_only_can_be_named_by_every_command(
    tahaluf: Commands, small: Path, profile: Path
) -> None:
    tahaluf.home = small / "home"
    assert tahaluf("init", "--profile", profile).code == 0
    case = tahaluf.case("Un")
    subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
    try:
        for words in (("set", case, "title", "Deux"), ("case", "new", "--title", "x"), ("list", "case"), ("verify",)):
            result = tahaluf(*words, "--json")
            assert (result.code, result.json["error"]) == (1, "home_read_only")
            in_words(result.err)
        tahaluf.home = small / "second"
        refused = tahaluf("init", "--profile", profile, "--json")
        assert (refused.code, refused.json["error"]) == (1, "read_only")
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(small)], check=True)
    tahaluf.home = small / "home"
    assert tahaluf.json("show", case)["fields"]["title"]["values"][0]["value"] == "Un"


def test_the_form_keeps_what_was_typed_while_the_disk_is_full(
    qtbot: QtBot, small: Path, open_window: OpenWindow
) -> None:
    home = set_up(small / "home", language="en")
    window = open_window(home)
    case = window.session.new_case({"title": "Un"})
    ballast = fill(small)
    space = workspace(window)
    space.open_record(case)
    qtbot.wait(100)
    text = "z" * 90_000
    written = window.session.edit(case, "summary", text)
    assert not written
    qtbot.waitUntil(lambda: bool(space.notices.banners()), timeout=5_000)
    assert "disk is full" in space.notices.banners()[0].text.text()
    assert "safe" in space.notices.banners()[0].text.text()
    assert faults(window) == []
    ballast.unlink()
    assert window.session.edit(case, "summary", text)
    assert window.session.show(case).fields["summary"].text == text


def test_the_window_says_when_the_home_is_read_only(qtbot: QtBot, small: Path, open_window: OpenWindow) -> None:
    home = set_up(small / "home", language="ar")
    subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
    try:
        window = open_window(home, locked=True)
        view = window.unlock_view
        view.field.setText(PASSPHRASE)
        view.submit()
        qtbot.waitUntil(view.problem.isVisible, timeout=10_000)
        words = view.problem.text.text()
        assert re.search("[\u0600-\u06ff]", words)
        assert words == window.session.message("home_read_only")
        assert window.workspace is None
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(small)], check=True)
    unlock(qtbot, window)


def test_the_window_tells_a_wrong_passphrase_in_the_language_of_the_desk(
    qtbot: QtBot, empty_home: HomeOfDesk, open_window: OpenWindow
) -> None:
    for language in LANGUAGES:
        window = open_window(empty_home, locked=True, language=language)
        view = window.unlock_view
        view.field.setText("<b>\u202e</b>")
        with qtbot.waitSignal(window.session.unlock_failed):
            view.submit()
        assert view.problem.text.text().startswith(window.session.message("wrong_passphrase"))
        assert faults(window) == []
