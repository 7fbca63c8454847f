"""Desks and the real secretariat together, over a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.secretariat import Secretariat


@pytest.fixture
def secretariat(tmp_path: Path) -> Iterator[Secretariat]:
    """A secretariat's process in a folder of its own, not yet started."""
    made = Secretariat(tmp_path / "secretariat")
    with made:
        yield made
