"""The frame of a page of cards: its heading, a column that scrolls, a note; news are told while it is in view."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.ui.kit import Label, Living, Toast
from desktop.ui.scroll_page import BAR, ScrollPage
from desktop.ui.theme import current_theme

_NEWS_MS = 150  # news come in bursts
_WIDE = 860  # pixels at 100 %: lines that are longer are hard to read


class CardPage(Living, QWidget):
    """Cards go into `column`; `refresh` says everything again, at once when it is shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = Label("", "h1")
        self.toast = Toast(self)
        self._page = QWidget()
        self.column = QVBoxLayout(self._page)
        self._outer = QVBoxLayout(self)
        self._outer.addWidget(self.title)
        self._outer.addWidget(ScrollPage(self._page, self), 1)
        self._news = QTimer(self)
        self._news.setSingleShot(True)
        self._news.setInterval(_NEWS_MS)
        self._news.timeout.connect(self.refresh)
        self.follow(self._frame)

    def refresh(self) -> None:
        """Say everything again."""
        raise NotImplementedError

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened while it was hidden."""
        super().showEvent(event)
        self.refresh()

    def on_news(self, _news: object) -> None:
        """Something moved: say everything again soon, if anybody looks."""
        if self.isVisible() and not self._news.isActive():
            self._news.start()

    def _frame(self) -> None:
        theme = current_theme()
        side = theme.px(28)
        self._outer.setContentsMargins(side, theme.px(18), side - theme.px(BAR), theme.px(18))
        self._outer.setSpacing(theme.space("m"))
        self.column.setSpacing(theme.space("l"))
        self._page.setMaximumWidth(theme.px(_WIDE))
