"""What painted widgets have in common: words taken literally, and sizes that are never less than what is painted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QAbstractButton, QWidget

from desktop.ui.kit.binding import Living
from desktop.ui.theme import current_theme
from i18n.bidi import strip_isolates

if TYPE_CHECKING:
    _Widget = QWidget
    _Button = QAbstractButton
else:
    _Widget = _Button = object


class Whole(_Widget):
    """Mixin before a QWidget class: the widget is never smaller than its size hint."""

    def minimumSizeHint(self) -> QSize:
        """The size hint: what is painted stays whole."""
        return self.sizeHint()


class Square(Whole):
    """Mixin before a QWidget class: a square of `_size` pixels at a text size of 100 %."""

    _size: int

    def sizeHint(self) -> QSize:
        """A square."""
        side = current_theme().px(self._size)
        return QSize(side, side)


class Captioned(Living, Whole, _Button):
    """Mixin before a QAbstractButton class: an ampersand in its words is an ampersand, never a mnemonic."""

    _caption = ""

    def setText(self, text: str) -> None:
        """Set the words, literally; without isolates they are the accessible name."""
        self._caption = text
        super().setText(text.replace("&", "&&"))
        self.setAccessibleName(strip_isolates(text))
        self.updateGeometry()
        self.update()

    def caption(self) -> str:
        """The words as they were set."""
        return self._caption
