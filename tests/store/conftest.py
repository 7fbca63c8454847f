"""Fixtures of the store's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.desks import Alliance, Desk


@pytest.fixture
def alliance(tmp_path: Path) -> Alliance:
    """Two ministries, SN and AE, without desks yet."""
    return Alliance(tmp_path)


@pytest.fixture
def dakar(alliance: Alliance) -> Iterator[Desk]:
    """A desk of SN."""
    desk = alliance.desk("SN", "Dakar 1")
    yield desk
    desk.close()


@pytest.fixture
def abu_dhabi(alliance: Alliance, dakar: Desk) -> Iterator[Desk]:
    """A desk of AE; both desks know both devices."""
    desk = alliance.desk("AE", "Abu Dhabi 1")
    dakar.learn()
    yield desk
    desk.close()
