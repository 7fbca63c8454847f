"""What a list does beside listing: dialogs of its filter, filters kept and shared, many rows changed at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject

from desktop.casework.handling import Marking
from desktop.casework.list_filter import SavedFilter, to_line
from desktop.session import Session
from desktop.ui.bulk_dialog import BulkDialog
from desktop.ui.clipboard import copy_marked
from desktop.ui.filter_dialogs import LineDialog, NameDialog, RangeDialog

if TYPE_CHECKING:
    from desktop.ui.case_list import ListPane

_LOOKED_AT = 200  # of the chosen rows, for their types


class ListDeeds(QObject):
    """Ties the wishes of a list's menus and its bar to dialogs."""

    def __init__(self, pane: ListPane, session: Session, place: str) -> None:
        super().__init__(pane)
        self._pane = pane
        self._session = session
        self._place = place
        menu = pane.filter_menu
        menu.range_wanted.connect(self.ask_range)
        menu.name_wanted.connect(self.ask_name)
        menu.line_wanted.connect(self.ask_line)
        menu.line_copied.connect(self.copy_line)
        pane.view.chosen_changed.connect(self.on_chosen)
        pane.bulk.change_wanted.connect(self.change_chosen)
        pane.bulk.none_wanted.connect(pane.view.choose_none)

    def ask_range(self, span: str) -> RangeDialog:
        """Ask between which days."""
        dialog = RangeDialog(self._session, span, getattr(self._pane.filter(), span), self._pane)
        dialog.chosen.connect(
            lambda days: self._pane.set_filter(msgspec.structs.replace(self._pane.filter(), **{span: days}))
        )
        dialog.open()
        return dialog

    def ask_name(self) -> NameDialog:
        """Ask for the name under which the filter is kept."""
        dialog = NameDialog(self._session, self._place, self._pane.filter(), self._pane)
        dialog.open()
        return dialog

    def ask_line(self) -> LineDialog:
        """Ask for the line of a shared filter, and use it if it is one of this list."""
        dialog = LineDialog(self._session, self._pane)
        dialog.taken.connect(self._use)
        dialog.open()
        return dialog

    def copy_line(self, saved: SavedFilter) -> str:
        """Put the line of a filter on the clipboard."""
        return copy_marked(to_line(saved), Marking())

    def on_chosen(self) -> None:
        """Tell how many rows are chosen."""
        self._pane.bulk.show_count(len(self._pane.view.chosen()))

    def change_chosen(self) -> BulkDialog | None:
        """Change a field of the chosen rows."""
        ids = self._pane.view.chosen()
        types = dict.fromkeys(row.type for row in self._session.rows(ids[:_LOOKED_AT]) if row.type)
        if len(ids) < 2 or not types:
            return None
        dialog = BulkDialog(self._session, ids, list(types), self._pane)
        dialog.open()
        return dialog

    def _use(self, taken: SavedFilter) -> None:
        if taken.place == self._place:
            self._pane.set_filter(taken.filter)
