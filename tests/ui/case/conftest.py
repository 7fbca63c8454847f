"""Case screens over a real session on a real store, alone or beside a second desk behind a real secretariat."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.session import Session
from i18n import set_language
from tests.support.desk import HomeOfDesk, set_up
from tests.support.session import unlocked_session
from tests.ui.case.two_desks import TwoDesks
from tests.ui.conftest import Look


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
