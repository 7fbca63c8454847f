"""Surfaces: panels of a colour, thin lines, and the card with a title and one link."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.ui.kit.binding import Living
from desktop.ui.kit.buttons import Button
from desktop.ui.kit.labels import ElidedLabel
from desktop.ui.kit.visibility import show_if
from desktop.ui.theme import current_theme


class Panel(Living, QFrame):
    """A plain surface: surface, sunken, win, rail, top, bottom, card, choice or chosen."""

    def __init__(self, panel: str = "surface", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("panel", panel)

    def set_panel(self, panel: str) -> None:
        """Change the surface (a choice that was chosen)."""
        if self.property("panel") != panel:
            self.setProperty("panel", panel)
            self.style().unpolish(self)
            self.style().polish(self)


def line(kind: str = "plain") -> QFrame:
    """A one-pixel line: plain, rail (on navy), or upright."""
    frame = QFrame()
    frame.setProperty("line", kind)
    frame.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    if kind == "upright":
        frame.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
    else:
        frame.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return frame


class Card(Panel):
    """A white card: title, one link action at the end of its line, and a body to fill."""

    def __init__(self, title: str = "", action: str = "", parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self.title = ElidedLabel(title, "h3")
        self.action = Button(action, "link")
        show_if(self.action, bool(action))
        self.head = QHBoxLayout()
        self.head.addWidget(self.title, 1)
        self.head.addWidget(self.action)
        self.body = QVBoxLayout()
        self._outer = QVBoxLayout(self)
        self._outer.addLayout(self.head)
        self._outer.addLayout(self.body, 1)
        self.setAccessibleName(title)
        self.follow(self._space)

    def set_title(self, title: str) -> None:
        """Set the title, which is also the card's accessible name."""
        self.title.setText(title)
        self.setAccessibleName(title)

    def set_action(self, text: str) -> None:
        """Set the words of the link; none hides it."""
        self.action.setText(text)
        self.action.setVisible(bool(text))

    def add(self, item: QWidget | QLayout, stretch: int = 0) -> None:
        """Append to the body."""
        if isinstance(item, QWidget):
            self.body.addWidget(item, stretch)
        else:
            self.body.addLayout(item, stretch)

    def _space(self) -> None:
        theme = current_theme()
        margin = theme.px(18)
        self._outer.setContentsMargins(margin, theme.space("m"), margin, theme.space("l"))
        self._outer.setSpacing(theme.space("s"))
        self.body.setSpacing(theme.space("s"))
        self.head.setSpacing(theme.space("s"))
        self.title.setMinimumHeight(theme.control("control"))
