"""Sessions of these tests: over a desk of their own, closed at the end whatever happened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.session import Session
from tests.support.desk import HomeOfDesk, set_up
from tests.support.session import unlocked_session


@pytest.fixture
def home(tmp_path: Path) -> HomeOfDesk:
    """A desk that was set up, without a server."""
    return set_up(tmp_path / "home", language="en")


@pytest.fixture
def locked(home: HomeOfDesk, qapp: object) -> Iterator[Session]:
    """A session that was not unlocked yet."""
    assert qapp is not None
    session = Session(home.home, opening=home.opening)
    yield session
    session.close()


@pytest.fixture
def session(qtbot: QtBot, home: HomeOfDesk) -> Iterator[Session]:
    """An unlocked session."""
    made = unlocked_session(qtbot, home)
    yield made
    made.close()
