"""A page that scrolls upright, whose content keeps its edge whether there is a scroll bar or not."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from desktop.ui.kit import Living
from desktop.ui.margins import set_margins
from desktop.ui.theme import current_theme

BAR = 12  # pixels at 100 %: the width of a scroll bar in the style sheet


class ScrollPage(Living, QScrollArea):
    """Give it room for a scroll bar beyond the edge of what stands above: `BAR` pixels more."""

    def __init__(self, page: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.page = page
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it stays with what is in the page
        page.setProperty("scroll", "content")
        self.setWidget(page)
        self.verticalScrollBar().installEventFilter(self)
        self.follow(self._fit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A bar that was never shown tells nothing when it is found not to be needed."""
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Give up the free edge when the bar comes, take it back when it goes."""
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        theme = current_theme()
        layout = self.page.layout()
        if layout is not None:
            edge = 0 if self.verticalScrollBar().isVisibleTo(self) else theme.px(BAR)
            set_margins(self, layout, 0, 0, edge, theme.px(18))
