"""The menus of a list: what to filter by, with how many there are of each, the filters kept by name, and the order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from desktop.casework.list_filter import FACETS, RANGES
from desktop.casework.views import Facets
from desktop.session import Session
from desktop.ui.list_filter import ORDERS, Facet, ListFilter, facet_choices, facet_label, facet_text
from i18n import _, ngettext
from i18n.bidi import isolate, one_line, strip_isolates
from i18n.formats import capped_number, number
from i18n.names import country_name

MOST_COUNTED = 5_000  # of a code; beyond it the menu says "5,000+"
_LONGEST = 40  # entries of a facet that has no list of its own
_WITHIN_DAYS = (1, 7, 30, 365)
_OPEN = frozenset({"types", "assignees"})  # facets whose codes are those that are there


class FilterMenu(QMenu):
    """A submenu for each facet, filled when it opens, so that it speaks the language in use; counts come a bit later.

    The wishes that need a dialog are signals: a range of dates of "due" or "start", a name for the filter, a line.
    """

    changed = Signal(object)
    range_wanted = Signal(str)
    name_wanted = Signal()
    line_wanted = Signal()
    line_copied = Signal(object)

    def __init__(self, session: Session, shown: Callable[[], ListFilter], place: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._shown = shown
        self._place = place
        self._asked: dict[int, tuple[Facet, ...]] = {}
        self._menus: dict[Facet, QMenu] = {}
        self.aboutToShow.connect(self.fill)
        session.facets_ready.connect(self._on_facets)

    def fill(self) -> None:
        """Put the submenus in, and ask how many there are of each."""
        self.clear()
        self._menus.clear()
        self.setAccessibleName(_("Filter"))
        now = self._shown()
        for facet in FACETS:
            if facet != "types" or self._place != "case":
                self._menus[facet] = menu = self.addMenu(_plain(facet_label(facet)))
                self._fill_facet(menu, facet, {}, whole=True)
        due = self.addMenu(_("Dates"))
        for days in _WITHIN_DAYS:
            words = ngettext("Changed within {n} day", "Changed within {n} days", days).format(n=number(days))
            wanted = msgspec.structs.replace(now, days=0 if now.days == days else days)
            self._add(due, words, now.days == days, wanted)
        for span, words in zip(RANGES, (_("Due between…"), _("Start between…")), strict=True):
            due.addAction(words).triggered.connect(_calling(partial(self.range_wanted.emit, span)))
        self._add(self, _("In conflict"), now.conflicts, msgspec.structs.replace(now, conflicts=not now.conflicts))
        self.addSeparator()
        self._fill_saved(self.addMenu(_("Saved filters")), now)
        if not now.is_empty():
            clear = self.addAction(_("Clear all filters"))
            clear.triggered.connect(lambda: self.changed.emit(ListFilter(order=now.order)))
        self._ask(now)

    def _ask(self, now: ListFilter) -> None:
        """A facet's counts are among what the other parts of the filter leave."""
        chosen = [facet for facet in self._menus if now.chosen(facet)]
        rest = tuple(facet for facet in self._menus if facet not in chosen)
        asked: list[tuple[ListFilter, tuple[Facet, ...]]] = [(now, rest)]
        asked += [(now.without(facet), (facet,)) for facet in chosen]
        self._asked.clear()
        for shown, facets in asked:
            channel = f"{self._place} {' '.join(facets)}"
            self._asked[self._session.ask_facets(shown.query(self._place), facets, channel)] = facets

    def _on_facets(self, request: int, facets: Facets) -> None:
        for facet in self._asked.pop(request, ()):
            self._fill_facet(self._menus[facet], facet, facets.counts.get(facet, {}), whole=facets.whole)

    def _fill_facet(self, menu: QMenu, facet: Facet, counts: dict[str, int], *, whole: bool) -> None:
        menu.clear()
        now = self._shown()
        codes = [choice.code for choice in facet_choices(facet)]
        if facet == "countries":
            codes = sorted(self._session.members(), key=lambda code: strip_isolates(country_name(code)))
        known = set(codes)
        codes += [code for code in (*now.chosen(facet), *counts) if code not in known][:_LONGEST]
        if facet == "evaluations":
            codes = [code for code in codes if code in counts or now.has(facet, code)]
        for code in dict.fromkeys(codes):
            words = facet_text(facet, code)
            if code in counts:
                count = counts[code]
                shown = capped_number(count, MOST_COUNTED) if count > MOST_COUNTED or whole else f"{number(count)}+"
                words = f"{_plain(words)}\t{shown}"
            self._add(menu, words, now.has(facet, code), now.toggled(facet, code))
        if menu.isEmpty():
            menu.addAction(_("Nothing here")).setEnabled(False)

    def _fill_saved(self, menu: QMenu, now: ListFilter) -> None:
        for saved in self._session.saved_filters(self._place):
            one = menu.addMenu(_plain(isolate(one_line(saved.name, 60))))
            one.addAction(_("Use it")).triggered.connect(_calling(partial(self.changed.emit, saved.filter)))
            one.addAction(_("Copy as a line to share")).triggered.connect(
                _calling(partial(self.line_copied.emit, saved))
            )
            forget = partial(self._session.forget_filter, self._place, saved.name)
            one.addAction(_("Forget")).triggered.connect(_calling(forget))
        menu.addSeparator()
        save = menu.addAction(_("Save this filter…"))
        save.setEnabled(not now.is_empty())
        save.triggered.connect(_calling(self.name_wanted.emit))
        menu.addAction(_("Take a shared line…")).triggered.connect(_calling(self.line_wanted.emit))

    def _add(self, menu: QMenu, text: str, checked: bool, then: ListFilter) -> None:
        action = QAction(text if "\t" in text else _plain(text), menu)
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


def _plain(text: str) -> str:
    """Words without the sign that would name a key, and without what would put them into a second column."""
    return text.replace("&", "&&").replace("\t", " ")


def _calling(do: Callable[[], object]) -> Callable[..., object]:
    """What a signal may call that says more than is wanted."""

    def call(*_said: object) -> None:
        do()

    return call
