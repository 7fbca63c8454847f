"""Case screens over a real session on a real store, alone or beside a second desk behind a real secretariat."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.session import Session
from desktop.ui.kit import announce_language
from desktop.ui.theme import Theme, apply_theme
from i18n import set_language
from i18n.direction import is_rtl
from tests.support.desk import HomeOfDesk, set_up
from tests.support.session import unlocked_session
from tests.ui.case.two_desks import TwoDesks

Look = Callable[..., Theme]


@pytest.fixture
def look(qapp: QApplication) -> Iterator[Look]:
    """`look("ar", "dark", 1.5)` sets language, direction, scheme and text scale; they are put back afterwards."""

    def choose(language: str = "en", scheme: str = "light", scale: float = 1.0) -> Theme:
        set_language(language)
        theme = apply_theme(qapp, scheme, scale)
        announce_language(qapp, rtl=is_rtl())
        return theme

    choose()
    yield choose
    set_language("en")
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    apply_theme(qapp)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[HomeOfDesk]:
    """The home of an officer in Dakar."""
    made = set_up(tmp_path / "dakar", officer="Cne L. Mansour", desk="Dakar 1", language="en")
    yield made
    made.close()


@pytest.fixture
def session(qtbot: QtBot, home: HomeOfDesk, look: Look) -> Iterator[Session]:
    """An unlocked session of that officer, in English."""
    opened = unlocked_session(qtbot, home)
    opened.set_connected(False)
    set_language("en")
    yield opened
    opened.close()


@pytest.fixture
def pair(qtbot: QtBot, tmp_path: Path, look: Look) -> Iterator[TwoDesks]:
    """The officer in Dakar with a window, and an officer in Rome, who sync when told to."""
    desks = TwoDesks(tmp_path, qtbot)
    set_language("en")
    yield desks
    desks.close()
