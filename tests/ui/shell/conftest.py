"""The whole window over a real session on a real store with a few dozen invented cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bench.world import invent
from desktop.session import Session
from desktop.ui.main_window import MainWindow
from desktop.ui.theme import apply_theme
from desktop.ui.workspace import Workspace
from i18n import set_language
from tests.support.desk import PASSPHRASE, HomeOfDesk, set_up

CASES = 24
OFFICER = "Cne L. Mansour"

OpenWindow = Callable[..., MainWindow]


@pytest.fixture(scope="session")
def filled_home(tmp_path_factory: pytest.TempPathFactory) -> HomeOfDesk:
    """The home of an officer in Dakar, with cases in five languages and their people. Tests get copies."""
    made = set_up(tmp_path_factory.mktemp("shell") / "dakar", officer=OFFICER, desk="Dakar 1", language="en")
    desk = made.open()
    for case in invent(CASES):
        space = desk.new_case(case.values).record
        for person in case.persons:
            desk.new_record("person", space, person.values)
    made.close()
    return made


@pytest.fixture
def home(filled_home: HomeOfDesk, tmp_path: Path) -> Iterator[HomeOfDesk]:
    """A home with cases that the test may change."""
    made = filled_home.copied(tmp_path / "dakar")
    yield made
    made.close()


@pytest.fixture
def empty_home(tmp_path: Path) -> Iterator[HomeOfDesk]:
    """The same officer's home on the first day."""
    made = set_up(tmp_path / "new", officer=OFFICER, desk="Dakar 1", language="en")
    yield made
    made.close()


@pytest.fixture
def open_window(qtbot: QtBot, qapp: QApplication) -> Iterator[OpenWindow]:
    """`open_window(home, locked=…, size=…, language=…, theme=…, text_scale=…)` shows a window on a home."""
    windows: list[MainWindow] = []

    def show(
        home: HomeOfDesk, *, locked: bool = False, size: tuple[int, int] = (1440, 900), **settings: object
    ) -> MainWindow:
        session = Session(home.home, opening=home.opening)
        if settings:
            session.settings.set(**settings)
        window = MainWindow(session)
        windows.append(window)
        window.resize(*size)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        if not locked:
            unlock(qtbot, window)
        return window

    yield show
    for window in windows:
        window.close()
        window.deleteLater()
    windows.clear()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # what is gone need not learn the next look
    set_language("en")
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    apply_theme(qapp)


def unlock(qtbot: QtBot, window: MainWindow, *, typed: bool = False) -> Workspace:
    """Type the passphrase, unless it was, and wait for the first page to be filled."""
    if not typed:
        qtbot.keyClicks(window.unlock_view.field, PASSPHRASE)
    qtbot.keyClick(window.unlock_view.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.workspace is not None, timeout=10_000)
    space = workspace(window)
    qtbot.waitUntil(space.records().list.is_loaded)
    return space


def workspace(window: MainWindow) -> Workspace:
    """The workspace of an unlocked window."""
    assert window.workspace is not None
    return window.workspace


def listed(space: Workspace) -> list[str]:
    """Ids in the list in view."""
    return space.records().list.view.rows.ids()
