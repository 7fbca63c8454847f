"""What hostile tests share: commands, windows, what is painted, and an attack from a real member over a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QPainter

from tests.cli.conftest import Commands, bare, language, profile, tahaluf
from tests.hostile.member import Attack, running_attack
from tests.ui.shell.conftest import empty_home, open_window

__all__ = ["Commands", "bare", "empty_home", "language", "open_window", "profile", "tahaluf"]


@pytest.fixture
def attack(tmp_path: Path) -> Iterator[Attack]:
    """A hostile member with an ordinary name."""
    with running_attack(tmp_path) as running:
        yield running


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that our own painting code hands to a painter, as long as the test runs."""
    texts: list[str] = []
    draw: Callable[..., object] = QPainter.drawText

    def listen(painter: QPainter, *arguments: object) -> object:
        texts.extend(each for each in arguments if isinstance(each, str))
        return draw(painter, *arguments)

    monkeypatch.setattr(QPainter, "drawText", listen)
    return texts
