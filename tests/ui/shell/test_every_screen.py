"""What holds on every screen: names for the keyboard's stops, plain text, nothing clipped; and pictures of each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QDialog, QLabel, QWidget
from pytestqt.exceptions import TimeoutError as WaitedTooLongError
from pytestqt.qtbot import QtBot

from desktop.ui.main_window import MainWindow
from desktop.ui.shortcuts_sheet import ShortcutsSheet
from desktop.ui.workspace import Workspace
from i18n import LANGUAGES, set_language
from tests.support.desk import HomeOfDesk
from tests.ui.kit.clipping import clipped
from tests.ui.shell.conftest import OpenWindow, listed, unlock, workspace

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows
OUT = Path(__file__).resolve().parents[3] / "out" / "gallery"
PLACES = ("cases", "requests", "people", "conflicts", "bin", "sync", "integrity", "settings")


def each_place(qtbot: QtBot, window: MainWindow) -> Iterator[str]:
    """Show every place in turn, with a case open and something in the bin."""
    space = workspace(window)
    space.open_record(listed(space)[1])
    window.session.delete(listed(space)[3])
    for key in PLACES:
        space.show_page(key)
        rest(qtbot, space)
        yield key


def rest(qtbot: QtBot, space: Workspace) -> None:
    """Wait until lists are filled and layouts done."""
    qtbot.wait(150)
    page = space.stack.currentWidget()
    assert page is not None


def reachable(root: QWidget) -> list[QWidget]:
    """Every widget that the Tab key stops at."""
    return [
        widget
        for widget in root.findChildren(QWidget)
        if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]


def nameless(root: QWidget) -> list[str]:
    """Stops of the keyboard without an accessible name or a role that says what they are."""
    found = []
    for widget in reachable(root):
        face = QAccessible.queryAccessibleInterface(widget)
        plain = face.role() in (QAccessible.Role.NoRole, QAccessible.Role.Client)
        if not face.text(QAccessible.Text.Name) or plain:
            found.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}: role {face.role()}")
    return found


def test_every_stop_of_the_keyboard_has_a_name_and_a_role(
    qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow
) -> None:
    window = open_window(home, locked=True)
    assert nameless(window) == []
    unlock(qtbot, window)
    for key in each_place(qtbot, window):
        assert nameless(window) == [], key


def test_every_label_is_plain_text(qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow) -> None:
    window = open_window(home)
    record = listed(workspace(window))[1]
    window.session.edit(record, "title", "<b>bold</b> & <img src=x>")
    for _key in each_place(qtbot, window):
        marked = [label for label in window.findChildren(QLabel) if label.textFormat() != Qt.TextFormat.PlainText]
        assert [type(label).__name__ for label in marked if label.text()] == []


@pytest.mark.parametrize(
    ("size", "scale", "language"),
    [
        ((1280, 720), 1.0, "fr"),
        ((1280, 720), 1.5, "it"),
        ((1280, 720), 2.0, "ar"),
        ((1440, 900), 1.0, "ar"),
        ((1440, 900), 2.0, "es"),
        ((1024, 640), 1.0, "en"),
    ],
)
def test_no_text_is_clipped(
    qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow, size: tuple[int, int], scale: float, language: str
) -> None:
    window = open_window(home, size=size, locked=True, text_scale=scale, language=language)
    comes_to_rest(qtbot, window)
    unlock(qtbot, window)
    for _key in each_place(qtbot, window):
        assert (window.width(), window.height()) == size
        comes_to_rest(qtbot, window)


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_no_english_is_left_over(qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow, language: str) -> None:
    window = open_window(home, language=language)
    words = {language: spoken(qtbot, window)}
    window.session.settings.set(language="en")
    window.look.apply()
    words["en"] = spoken(qtbot, window)
    set_language(language)
    same = words["en"] & words[language]
    assert {each for each in same if " " in each and not each[:1].isdigit()} == set()


def comes_to_rest(qtbot: QtBot, window: MainWindow) -> None:
    """Pages are laid out in steps: wait for the last of them, then nothing may be cut."""
    with suppress(WaitedTooLongError):
        qtbot.waitUntil(lambda: not clipped(window), timeout=2_000)
    assert clipped(window) == []


def spoken(qtbot: QtBot, window: MainWindow) -> set[str]:
    """Names of every stop of the keyboard on every place, without those of rows and of what is typed."""
    space = workspace(window)
    found: set[str] = {command.text() for command in window.commands}
    for key in PLACES:
        space.show_page(key)
        rest(qtbot, space)
        found |= {widget.accessibleName() for widget in reachable(window)}
    return found - {""}


@pytest.mark.parametrize(
    ("language", "theme", "size"),
    [
        ("fr", "light", (1440, 900)),
        ("ar", "dark", (1440, 900)),
        ("fr", "contrast", (1440, 900)),
        ("fr", "light", (1280, 768)),
    ],
)
def test_every_screen_is_pictured(
    qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow, language: str, theme: str, size: tuple[int, int]
) -> None:
    window = open_window(home, locked=True, language=language, theme=theme, size=size)
    name = f"{language}_{theme}_{size[0]}"
    save(window, f"shell_unlock_{name}")
    unlock(qtbot, window)
    for key in each_place(qtbot, window):
        save(window, f"shell_{key}_{name}")
    space = workspace(window)
    space.show_page("cases")
    space.show_command_bar()
    save(window, f"shell_commands_{name}")
    window.show_shortcuts()
    sheet = window.findChild(ShortcutsSheet)
    assert isinstance(sheet, QDialog)
    qtbot.wait(50)
    assert clipped(sheet) == []
    save(sheet, f"shell_shortcuts_{name}")


def save(widget: QWidget, name: str) -> None:
    """Keep a picture."""
    OUT.mkdir(parents=True, exist_ok=True)
    assert widget.grab().save(str(OUT / f"{name}.png"))
