"""A row of a card: an icon, two lines, and something short at the end; it can be pressed when it leads somewhere."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.ui.kit import ElidedLabel, IconLabel, Label, Living
from desktop.ui.kit.painting import hovered, keyboard_focus, paint_ring
from desktop.ui.theme import current_theme
from i18n.bidi import strip_isolates

_TOLD = ("warn", "bad")  # tones in which the caption is written


class Item(NamedTuple):
    """What a row shows: the name of its icon, two lines, something short at the end; the tone of icon and caption."""

    icon: str
    title: str
    caption: str
    end: str = ""
    tone: str = "neutral"


class ItemRow(Living, QAbstractButton):
    """Words are ready for display. Without `leads` it takes no focus and no clicks."""

    def __init__(
        self,
        icon: str,
        title: str,
        caption: str,
        end: str = "",
        *,
        tone: str = "neutral",
        leads: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._leads = leads
        self.title = ElidedLabel(title, "strong")
        self.caption = ElidedLabel(caption, "caption", tone if tone in _TOLD else "muted")
        self._row = QHBoxLayout(self)
        self._words = QVBoxLayout()
        self._words.addWidget(self.title)
        if caption:
            self._words.addWidget(self.caption)
        self._row.addWidget(IconLabel(icon, tone, boxed=True))
        self._row.addLayout(self._words, 1)
        if end:
            self._row.addWidget(Label(end, "caption", "muted"))
        for child in self.findChildren(QWidget):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setText(strip_isolates(", ".join(part for part in (title, caption, end) if part)).replace("&", "&&"))
        self.setAccessibleName(strip_isolates(", ".join(part for part in (title, caption, end) if part)))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if leads else Qt.FocusPolicy.NoFocus)
        if leads:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.follow(self._space)

    def sizeHint(self) -> QSize:
        """As high as its two lines."""
        return self._row.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """It may become narrow: the words end in an ellipsis."""
        return QSize(current_theme().px(120), self._row.minimumSize().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground under the pointer, and the focus ring; the labels paint themselves."""
        if not self._leads:
            return
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = theme.control("radius")
        if hovered(self) or self.isDown():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("hover"))
            painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
        if keyboard_focus(self):
            paint_ring(painter, self.rect(), theme.color("focus"), radius, theme)

    def _space(self) -> None:
        theme = current_theme()
        pad = theme.space("xs")
        self._row.setContentsMargins(pad, pad, pad, pad)
        self._row.setSpacing(theme.space("m"))
        self._words.setSpacing(1)
        self.updateGeometry()
