"""The one family of every script on screen: IBM Plex Sans, with its Arabic companion behind it."""

from __future__ import annotations

from functools import cache
from importlib import resources

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QFont, QFontDatabase

FAMILIES = ("IBM Plex Sans", "IBM Plex Sans Arabic")
_FILES = tuple(
    f"{family}-{weight}.ttf"
    for family in ("IBMPlexSans", "IBMPlexSansArabic")
    for weight in ("Regular", "Medium", "SemiBold")
)


class FontMissingError(RuntimeError):
    """A font file of the installation is absent or unreadable."""


@cache
def load_fonts() -> tuple[str, ...]:
    """Register the vendored faces with Qt once and return the families found.

    Needs a QGuiApplication. Raises FontMissingError when a file cannot be loaded, because a desk without
    Arabic glyphs would show empty boxes instead of names.
    """
    found: set[str] = set()
    for name in _FILES:
        try:
            data = resources.files("desktop.ui").joinpath("fonts", name).read_bytes()
        except OSError as error:
            raise FontMissingError(name) from error
        handle = QFontDatabase.addApplicationFontFromData(QByteArray(data))
        if handle < 0:
            raise FontMissingError(name)
        found.update(QFontDatabase.applicationFontFamilies(handle))
    return tuple(sorted(found))


def make_font(pixels: int, weight: int = 400) -> QFont:
    """A font of both families at a size in pixels and a CSS weight (400, 500 or 600)."""
    font = QFont()
    font.setFamilies(list(FAMILIES))
    font.setPixelSize(max(1, pixels))
    font.setWeight(QFont.Weight(weight))
    return font
