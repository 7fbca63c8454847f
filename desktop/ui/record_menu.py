"""The "More" menu of a record."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from desktop.ui.icons import icon
from desktop.ui.theme import current_theme
from i18n import _


class RecordMenu(QMenu):
    """Filled each time it opens, so that it speaks the language in use and knows whether the record is in the bin."""

    history_chosen = Signal()
    copy_chosen = Signal()
    delete_chosen = Signal()
    restore_chosen = Signal()
    keep_chosen = Signal()
    remove_chosen = Signal()

    def __init__(self, in_bin: Callable[[], bool], parent: QWidget) -> None:
        super().__init__(parent)
        self._in_bin = in_bin
        self.of_case = False  # what can be chosen for a whole case
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """Put the actions in."""
        self.clear()
        self.setAccessibleName(_("More actions"))
        self._add("history", _("History"), self.history_chosen.emit)
        self._add("copy", _("Copy the reference"), self.copy_chosen.emit)
        self.addSeparator()
        if self.of_case:
            self._add("archive", _("Keep on this desk…"), self.keep_chosen.emit)
            self._add("cloud", _("Remove from this desk…"), self.remove_chosen.emit)
            self.addSeparator()
        if self._in_bin():
            self._add("rotate-ccw", _("Take out of the bin"), self.restore_chosen.emit)
        else:
            self._add("trash-2", _("Put into the bin"), self.delete_chosen.emit)

    def _add(self, name: str, text: str, do: Callable[[], object]) -> None:
        theme = current_theme()
        action = QAction(icon(name, theme.color("text2"), theme.control("icon")), text.replace("&", "&&"), self)
        action.triggered.connect(lambda _checked=False: do())
        self.addAction(action)
