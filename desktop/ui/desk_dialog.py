"""The frame of a dialog about one case or record: a heading, parts, a place for a refusal, the buttons."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.session import Session
from desktop.ui.kit import Banner, Button, Label, Living, announce
from desktop.ui.margins import set_margins
from desktop.ui.scroll_page import BAR, ScrollPage
from desktop.ui.theme import current_theme
from i18n import _

_WIDTH = 480  # pixels at 100 %
_EDGE = 40  # pixels of the screen that stay free


class DeskDialog(Living, QDialog):
    """It is modal, is thrown away when it closes, and closes when the desk locks."""

    def __init__(self, session: Session, parent: QWidget | None, button: Button, *, width: int = _WIDTH) -> None:
        """`button` does what the dialog is for. `width`: pixels at 100 %."""
        super().__init__(parent)
        self.session = session
        self._width = width
        self.heading = Label("", "h2")
        self.problem = Banner("bad")
        self.problem.hide()
        self.button = button
        self.cancel_button = Button("", "secondary")
        self.button.clicked.connect(self.submit)
        self.cancel_button.clicked.connect(self.reject)
        session.locked.connect(self.reject)
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def submit(self) -> None:
        """Do it."""
        raise NotImplementedError

    def lay_out(self, parts: Sequence[QWidget], grows: QWidget | None = None) -> None:
        """Put the parts below the heading, and the buttons at the end; one of the parts may take what is left.

        Where the screen is low for the text size, the parts scroll.
        """
        holder = QWidget()
        self._parts = QVBoxLayout(holder)
        for part in parts:
            self._parts.addWidget(part, 1 if part is grows else 0)
        if grows is None:
            self._parts.addStretch(1)
        self._buttons = QHBoxLayout()
        self._buttons.addStretch(1)
        self._buttons.addWidget(self.cancel_button)
        self._buttons.addWidget(self.button)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.heading)
        self._column.addWidget(ScrollPage(holder), 1)
        self._column.addWidget(self.problem)
        self._column.addLayout(self._buttons)
        self.bind(self.cancel_button.setText, lambda: _("Cancel"))
        self.follow(self._space)

    def name(self, text: str) -> None:
        """Name the dialog."""
        self.heading.setText(text)
        self.setWindowTitle(text)
        self.setAccessibleName(text)

    def show_problem(self, text: str) -> None:
        """Say what stood in the way."""
        self.problem.set_text(text)
        self.problem.show()
        self.fit()
        announce(self.problem, text)

    def showEvent(self, event: QShowEvent) -> None:
        """Be as high as the parts, as far as the screen goes."""
        self.fit()
        super().showEvent(event)

    def fit(self) -> None:
        """Grow to the height that the parts want now."""
        theme, width = current_theme(), self.minimumWidth()
        inner = width - 2 * theme.space("xl") + theme.px(BAR)
        wanted = self._parts.heightForWidth(inner) if self._parts.hasHeightForWidth() else 0
        wanted = max(wanted, self._parts.minimumSize().height())
        rest = self.heading.sizeHint().height() + self._buttons.sizeHint().height()
        rest += 2 * theme.space("xl") + 2 * self._column.spacing()
        if not self.problem.isHidden():
            rest += self.problem.sizeHint().height() + self._column.spacing()
        room = self.screen().availableGeometry().height() - _EDGE
        height = max(self.height() if self.isVisible() else 0, min(wanted + rest, room))
        self.resize(max(self.width(), width), height)

    def _space(self) -> None:
        theme = current_theme()
        side = theme.space("xl")
        set_margins(self, self._column, side, side, side - theme.px(BAR), side)
        set_margins(self, self._buttons, 0, 0, theme.px(BAR), 0)
        self._column.setSpacing(theme.space("m"))
        self._parts.setSpacing(theme.space("m"))
        self._buttons.setSpacing(theme.space("s"))
        self.setMinimumWidth(min(theme.px(self._width), self.screen().availableGeometry().width() - _EDGE))
