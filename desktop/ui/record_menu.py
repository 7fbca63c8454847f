"""The "More" menu of a record."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from desktop.ui.icons import icon
from desktop.ui.record_deeds import RecordDeeds
from desktop.ui.theme import current_theme
from i18n import _


class RecordMenu(QMenu):
    """Filled each time it opens, so that it speaks the language in use and knows how the record stands."""

    keep_chosen = Signal()
    remove_chosen = Signal()
    import_chosen = Signal()

    def __init__(self, deeds: RecordDeeds, parent: QWidget) -> None:
        super().__init__(parent)
        self._deeds = deeds
        self.of_case = False  # what can be chosen for a whole case
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """Put the actions in."""
        deeds = self._deeds
        self.clear()
        self.setAccessibleName(_("More actions"))
        self._add("history", _("History"), deeds.show_history)
        self._add("eye", _("Receipts…"), deeds.show_receipts)
        if deeds.stands():
            self._add("copy", _("Copy the reference"), deeds.copy)
            self._add("merge", _("Duplicates…"), deeds.show_duplicates)
        if deeds.is_merged():
            self._add("rotate-ccw", _("Take the merge back"), deeds.separate)
        self.addSeparator()
        if self.of_case:
            self._add("upload", _("Records from a table…"), self.import_chosen.emit)
            self._add("archive", _("Keep on this desk…"), self.keep_chosen.emit)
            self._add("cloud", _("Remove from this desk…"), self.remove_chosen.emit)
            self.addSeparator()
        if deeds.in_bin():
            self._add("rotate-ccw", _("Take out of the bin"), deeds.restore)
        elif deeds.stands():
            self._add("trash-2", _("Put into the bin"), deeds.delete)
        if deeds.can_recall():
            self._add("circle-x", _("Recall for ever…"), deeds.recall)

    def _add(self, name: str, text: str, do: Callable[[], object]) -> None:
        theme = current_theme()
        action = QAction(icon(name, theme.color("text2"), theme.control("icon")), text.replace("&", "&&"), self)
        action.triggered.connect(lambda _checked=False: do())
        self.addAction(action)
