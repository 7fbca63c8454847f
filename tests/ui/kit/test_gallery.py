"""The kit as one page in several looks; the pictures go to out/gallery for eyes."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Look
from tests.ui.kit.gallery import Gallery

OUT = Path("out/gallery")
# The offscreen platform says this of every window.


@pytest.mark.parametrize(
    ("language", "scheme", "scale"),
    [
        ("fr_FR", "light", 1.0),
        ("ar_AE", "dark", 1.0),
        ("fr_FR", "contrast", 1.0),
        ("ar_AE", "light", 1.5),
        ("it_IT", "dark", 2.0),
    ],
)
def test_the_whole_kit_shows_in_every_look(look: Look, qtbot: QtBot, language: str, scheme: str, scale: float) -> None:
    look(language, scheme, scale)
    page = Gallery(arabic=language.startswith("ar"))
    qtbot.addWidget(page)
    page.resize(round(1640 * scale), round(1080 * scale))
    page.show()
    qtbot.waitExposed(page)
    QApplication.processEvents()
    picture = page.grab()
    OUT.mkdir(parents=True, exist_ok=True)
    assert picture.save(str(OUT / f"kit_{language[:2]}_{scheme}_{round(scale * 100)}.png"))
    colors = {picture.toImage().pixelColor(x, 500).name() for x in range(0, picture.width(), 7)}
    assert len(colors) > 5
    nameless = [child for child in page.findChildren(QWidget) if _reachable(child) and not child.accessibleName()]
    assert nameless == []


def _reachable(widget: QWidget) -> bool:
    return (
        widget.isVisible()
        and not widget.objectName().startswith("qt_")
        and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    )
