"""A look for a test: language, direction, scheme and text scale, put back afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop.ui.kit import announce_language
from desktop.ui.theme import Theme, apply_theme
from i18n import set_language
from i18n.direction import is_rtl

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
