"""A QR code: dark modules on a light ground in every theme, since a camera reads no other."""

from __future__ import annotations

from functools import lru_cache

import segno
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.kit.binding import Living
from desktop.ui.theme import current_theme

DARK, LIGHT = QColor(0, 0, 0), QColor(255, 255, 255)
BORDER = 4  # modules of quiet around the code, as ISO 18004 asks
MODULE = 5  # pixels of one module at text scale 1


@lru_cache(maxsize=8)
def _modules(text: str) -> tuple[bytes, ...]:
    """The modules row by row; 20 ms for a fingerprint, and pages say everything again at each news."""
    return tuple(bytes(row) for row in segno.make_qr(text, error="m").matrix)


class QrCode(Living, QWidget):
    """Shows characters as a code. Its accessible name is the characters: whoever cannot see it hears them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[bytes, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.follow(self.updateGeometry)

    def show_characters(self, text: str) -> None:
        """Make the code of the characters."""
        self._rows = _modules(text)
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def rows(self) -> tuple[bytes, ...]:
        """The modules row by row, 1 for dark, without the border."""
        return self._rows

    def sizeHint(self) -> QSize:
        """Whole pixels for every module, border included."""
        side = (len(self._rows) + 2 * BORDER) * self._module()
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint module by module, without smoothing. A code is never mirrored."""
        del event
        painter = QPainter(self)
        painter.fillRect(self.rect(), LIGHT)
        side = self._module()
        for y, row in enumerate(self._rows):
            for x, dark in enumerate(row):
                if dark:
                    painter.fillRect(QRect((x + BORDER) * side, (y + BORDER) * side, side, side), DARK)

    def _module(self) -> int:
        return max(3, current_theme().px(MODULE))
