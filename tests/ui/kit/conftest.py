"""A look for a test: language, direction, scheme and scale, put back afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.kit import announce_language
from desktop.ui.theme import Theme, apply_theme
from i18n import set_language
from i18n.direction import is_rtl

Look = Callable[..., Theme]
Stage = Callable[..., QWidget]


@pytest.fixture
def look(qapp: QApplication) -> Iterator[Look]:
    """`look("ar", "dark", 1.5)` sets the application up and returns the theme."""

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
def stage(qtbot: QtBot) -> Iterator[Stage]:
    """`stage(one, two)` shows widgets side by side in an active window and keeps it until the test ends."""
    kept: list[QWidget] = []

    def show(*widgets: QWidget) -> QWidget:
        host = QWidget()
        kept.append(host)
        row = QHBoxLayout(host)
        for widget in widgets:
            row.addWidget(widget)
        host.show()
        host.activateWindow()
        qtbot.waitUntil(host.isActiveWindow)
        return host

    yield show
    for host in kept:
        host.close()
        host.deleteLater()
