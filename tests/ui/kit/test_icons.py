"""Vendored icons: every one draws, in the colour asked for, mirrored where it points."""

from __future__ import annotations

from importlib import resources

import pytest
from PySide6.QtGui import QColor, QTransform

from desktop.casework.record_types import RecordTypes
from desktop.ui.icons import MIRRORED, UnknownIconError, icon, icon_pixmap, icon_source
from tests.ui.conftest import Look

NAMES = sorted(
    entry.name.removesuffix(".svg")
    for entry in resources.files("desktop.ui").joinpath("icons").iterdir()
    if entry.name.endswith(".svg")
)


def test_every_icon_draws_something_in_the_colour_asked_for(look: Look) -> None:
    look()
    for name in NAMES:
        image = icon_pixmap(name, "#A61B1B", 24).toImage()
        inked = [
            image.pixelColor(x, y)
            for x in range(image.width())
            for y in range(image.height())
            if image.pixelColor(x, y).alpha() > 200
        ]
        assert inked, name
        assert all(abs(color.red() - 0xA6) < 6 and color.green() < 0x24 for color in inked), name


def test_no_icon_brings_scripts_links_or_colours_of_its_own() -> None:
    for name in NAMES:
        text = icon_source(name)
        assert "currentColor" in text
        assert not any(word in text for word in ("<script", "href", "<image", "<style", "url(")), name


def test_pointing_icons_are_mirrored_in_right_to_left_and_others_are_not(look: Look) -> None:
    look()
    for name in ("send", "search", "clock", "chevron-right"):
        straight = icon_pixmap(name, "#142033", 48, rtl=False).toImage()
        turned = icon_pixmap(name, "#142033", 48, rtl=True).toImage()
        mirror = straight.transformed(QTransform.fromScale(-1, 1))
        assert turned == (mirror if name in MIRRORED else straight), name
    assert set(NAMES) >= MIRRORED


def test_an_icon_follows_the_direction_of_the_application(look: Look) -> None:
    look("ar")
    arabic = icon_pixmap("send", "#142033", 24).toImage()
    look("fr")
    assert icon_pixmap("send", "#142033", 24).toImage() != arabic


def test_a_dense_screen_gets_more_pixels_not_a_larger_icon(look: Look) -> None:
    look()
    pixmap = icon_pixmap("bell", QColor("#142033"), 18, ratio=2.0)
    assert (pixmap.width(), pixmap.devicePixelRatio()) == (36, 2.0)
    assert pixmap.deviceIndependentSize().width() == 18


@pytest.mark.parametrize("name", ["nothing-like-it", "../../tokens", "BELL", "", "bell.svg", "a" * 90])
def test_a_name_that_is_not_an_icon_is_refused(name: str) -> None:
    with pytest.raises(UnknownIconError):
        icon_source(name)


def test_every_record_type_has_its_icon(look: Look) -> None:
    look()
    for record_type in RecordTypes.load().values():
        assert not icon(record_type.icon, "#142033").isNull()
