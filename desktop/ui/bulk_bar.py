"""What can be done with several chosen rows of a list; there as long as more than one is chosen."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.ui.kit import Button, Label, Panel
from desktop.ui.list_view import MOST_CHOSEN
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.formats import number


class BulkBar(Panel):
    """How many are chosen, the way to change them, and to choose none."""

    change_wanted = Signal()
    none_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("band", parent)
        self._count = 0
        self.count = Label("", "caption")
        self.change_button = Button("", "link", "pencil")
        self.none_button = Button("", "link")
        self.change_button.clicked.connect(self.change_wanted)
        self.none_button.clicked.connect(self.none_wanted)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.count, 1)
        self._row.addWidget(self.change_button)
        self._row.addWidget(self.none_button)
        self.bind(self.change_button.setText, lambda: _("Change them…"))
        self.bind(self.none_button.setText, lambda: _("Choose none"))
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._space)
        self.hide()

    def show_count(self, count: int) -> None:
        """Say how many are chosen; one is no choice of several."""
        self._count = count
        self._tell()
        self.setVisible(count > 1)

    def _tell(self) -> None:
        words = ngettext("{n} chosen", "{n} chosen", self._count).format(n=number(self._count))
        self.count.setText(
            words if self._count < MOST_CHOSEN else _("{n} chosen, the most").format(n=number(MOST_CHOSEN))
        )

    def _space(self) -> None:
        theme = current_theme()
        self._row.setContentsMargins(theme.px(18), theme.px(4), theme.px(14), theme.px(4))
        self._row.setSpacing(theme.space("s"))
