"""The frame of a dialog about one case or record: a heading, parts, a place for a refusal, the buttons."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.session import Session
from desktop.ui.kit import Banner, Button, Label, Living, announce
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
        """Put the parts below the heading, and the buttons at the end; one of the parts may take what is left."""
        self._buttons = QHBoxLayout()
        self._buttons.addStretch(1)
        self._buttons.addWidget(self.cancel_button)
        self._buttons.addWidget(self.button)
        self._column = QVBoxLayout(self)
        for part in (self.heading, *parts, self.problem):
            self._column.addWidget(part, 1 if part is grows else 0)
        if grows is None:
            self._column.addStretch(1)
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
        announce(self.problem, text)

    def _space(self) -> None:
        theme = current_theme()
        side = theme.space("xl")
        self._column.setContentsMargins(side, side, side, side)
        self._column.setSpacing(theme.space("m"))
        self._buttons.setSpacing(theme.space("s"))
        self.setMinimumWidth(min(theme.px(self._width), self.screen().availableGeometry().width() - _EDGE))
