"""Desks of these tests: one home of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.desk import Desk
from tests.support.desk import HomeOfDesk, set_up


@pytest.fixture
def home(tmp_path: Path) -> Iterator[HomeOfDesk]:
    """A desk that was set up, and is not open yet."""
    made = set_up(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture
def desk(home: HomeOfDesk) -> Desk:
    """An open desk."""
    return home.open()
