"""The menus of a list: what to filter by, and the order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from desktop.ui.list_filter import ORDERS, Facet, ListFilter, facet_choices, facet_label, facet_text
from i18n import _
from i18n.bidi import strip_isolates
from i18n.names import country_name


class FilterMenu(QMenu):
    """A submenu for each facet, filled when it opens, so that it speaks the language in use."""

    changed = Signal(object)

    def __init__(self, shown: Callable[[], ListFilter], members: Callable[[], Sequence[str]], parent: QWidget) -> None:
        super().__init__(parent)
        self._shown = shown
        self._members = members
        self.with_status = True
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """Put the submenus in."""
        self.clear()
        self.setAccessibleName(_("Filter"))
        now = self._shown()
        facets: list[Facet] = ["statuses", "tlps", "countries"] if self.with_status else ["tlps"]
        for facet in facets:
            menu = self.addMenu(facet_label(facet).replace("&", "&&"))
            if facet == "countries":
                codes = sorted(self._members(), key=lambda code: strip_isolates(country_name(code)))
            else:
                codes = [choice.code for choice in facet_choices(facet)]
            for code in codes:
                self._add(menu, facet_text(facet, code), now.has(facet, code), now.toggled(facet, code))
        self._add(self, _("In conflict"), now.conflicts, msgspec.structs.replace(now, conflicts=not now.conflicts))
        if not now.is_empty():
            self.addSeparator()
            clear = self.addAction(_("Clear all filters"))
            clear.triggered.connect(lambda: self.changed.emit(ListFilter(order=now.order)))

    def _add(self, menu: QMenu, text: str, checked: bool, then: ListFilter) -> None:
        action = QAction(text.replace("&", "&&"), menu)
        action.setCheckable(True)
        action.setChecked(checked)
        action.triggered.connect(lambda: self.changed.emit(then))
        menu.addAction(action)


class OrderMenu(QMenu):
    """The orders of a list, one of them chosen."""

    changed = Signal(object)

    def __init__(self, shown: Callable[[], ListFilter], orders: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._shown = shown
        self._orders = tuple(orders)
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """Put the orders in."""
        self.clear()
        self.setAccessibleName(_("Order"))
        group = QActionGroup(self)
        now = self._shown()
        for order in self._orders:
            action = QAction(ORDERS[order](), self)
            action.setCheckable(True)
            action.setChecked(order == now.order)
            action.triggered.connect(
                lambda _checked=False, order=order: self.changed.emit(msgspec.structs.replace(now, order=order))
            )
            group.addAction(action)
            self.addAction(action)
