"""What stands in the way of passing something on: a strip for each, with what to do."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.casework.passing_on import Obstacle, describe
from desktop.ui.kit import Banner, Living
from desktop.ui.theme import current_theme
from i18n import _


class ObstacleList(Living, QWidget):
    """Red strips hold it back, amber ones are to be confirmed. `ask_requested` is the way to a permission."""

    ask_requested = Signal(object)
    """Obstacle."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._obstacles: Sequence[Obstacle] = ()
        self._may_ask = True
        self.banners: list[Banner] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._space)

    def show_obstacles(self, obstacles: Sequence[Obstacle], *, may_ask: bool = True) -> None:
        """Show them; those that stand already are not said again."""
        if (obstacles, may_ask) != (self._obstacles, self._may_ask):
            self._obstacles, self._may_ask = obstacles, may_ask
            self._tell()

    def _tell(self) -> None:
        for banner in self.banners:
            self._column.removeWidget(banner)
            banner.hide()
            banner.deleteLater()
        self.banners = []
        for each in self._obstacles:
            banner = Banner("warn" if each.way == "confirm" else "bad", describe(each))
            if each.way == "permission" and each.providers and self._may_ask:
                banner.set_actions("", _("Ask for permission…"))
                banner.strong_clicked.connect(partial(self.ask_requested.emit, each))
            self._column.addWidget(banner)
            self.banners.append(banner)
        self.setVisible(bool(self.banners))

    def _space(self) -> None:
        self._column.setSpacing(current_theme().space("s"))
