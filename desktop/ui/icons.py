"""Icons by name, drawn from vendored SVG files in a colour of the theme and mirrored where they point."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap, QTransform
from PySide6.QtSvg import QSvgRenderer

# Icons that point along the reading direction. Clocks, circular arrows and the search glass do not turn.
MIRRORED = frozenset(
    {
        "arrow-left",
        "arrow-right",
        "book-open",
        "chevron-left",
        "chevron-right",
        "circle-question-mark",
        "external-link",
        "file-text",
        "list-filter",
        "log-out",
        "message-square",
        "panel-left",
        "redo-2",
        "send",
        "undo-2",
    }
)
_NAME = re.compile(r"[a-z0-9-]{1,40}")


class UnknownIconError(KeyError):
    """No icon of that name is vendored."""


@lru_cache(maxsize=256)
def icon_source(name: str) -> str:
    """The SVG text of an icon, with `currentColor` still in it. Raises UnknownIconError."""
    if not _NAME.fullmatch(name):
        raise UnknownIconError(name)
    try:
        return resources.files("desktop.ui").joinpath("icons", f"{name}.svg").read_text("utf-8")
    except OSError as error:
        raise UnknownIconError(name) from error


@lru_cache(maxsize=1024)
def _render(name: str, color: str, pixels: int, ratio: float, mirrored: bool, stroke: float) -> QPixmap:
    svg = icon_source(name).replace("currentColor", color).replace('stroke-width="2"', f'stroke-width="{stroke}"')
    side = round(pixels * ratio)
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, side, side))
    painter.end()
    if mirrored:
        pixmap = pixmap.transformed(QTransform.fromScale(-1, 1))
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def icon_pixmap(
    name: str, color: QColor | str, pixels: int, *, rtl: bool | None = None, ratio: float | None = None
) -> QPixmap:
    """An icon as a square pixmap of `pixels` logical pixels, for the screen's device ratio unless given.

    `rtl` follows the application's direction when None. Cached; the caller must not paint on it.
    """
    if rtl is None:
        rtl = QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft
    if ratio is None:
        ratio = QGuiApplication.primaryScreen().devicePixelRatio() if QGuiApplication.screens() else 1.0
    # Lucide's stroke of 2 in 24 looks heavy beside text of this weight; the mocks use 1.75.
    code = QColor(color).name()
    return _render(name, code, max(1, pixels), ratio, rtl and name in MIRRORED, 1.75)


def icon(name: str, color: QColor | str, pixels: int = 18, *, rtl: bool | None = None) -> QIcon:
    """The same as a QIcon, for Qt's own widgets (menus, line edits)."""
    return QIcon(icon_pixmap(name, color, pixels, rtl=rtl))
