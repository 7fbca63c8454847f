"""The menus of the chart: what can be done to nodes, what is filtered, how nodes are coloured, which link is added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

import msgspec
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from desktop.casework.arrangement import STYLES
from desktop.casework.record_types import RecordTypes
from desktop.ui.chart.board import Board
from desktop.ui.chart.canvas import ChartCanvas
from desktop.ui.chart.picture import more_words
from desktop.ui.icons import icon
from desktop.ui.theme import current_theme
from i18n import _, pgettext
from i18n.bidi import ltr
from i18n.formats import number

UNGRADED = "-"


def type_words(name: str, *, plural: bool = True) -> str:
    """A type's name; an end that is not here has none."""
    known = RecordTypes.load().get(name)
    return (known.plural if plural else known.label) if known else _("Not here")


def evaluation_words(code: str) -> str:
    """A 4x4 code, or that there is none."""
    return ltr(code) if code else _("Without evaluation")


def style_words(style: str) -> str:
    """What nodes are coloured by."""
    return {
        "type": pgettext("chart", "By type"),
        "evaluation": pgettext("chart", "By evaluation"),
        "role": pgettext("chart", "By role"),
    }[style]


class ChartMenu(QMenu):
    """A menu that is filled each time it opens."""

    def __init__(self, fill: Callable[[ChartMenu], object], parent: QWidget) -> None:
        super().__init__(parent)
        self._fill = fill
        self.aboutToShow.connect(self.refill)

    def refill(self) -> None:
        """Put the entries in, in the language in use."""
        self.clear()
        self._fill(self)

    def entry(self, text: str, do: Callable[[], object], name: str = "", *, usable: bool = True) -> QAction:
        """Add something to do."""
        theme = current_theme()
        action = QAction(text.replace("&", "&&"), self)
        if name:
            action.setIcon(icon(name, theme.color("text2"), theme.control("icon")))
        action.setEnabled(usable)
        action.triggered.connect(lambda _checked=False: do())
        self.addAction(action)
        return action

    def choice(self, text: str, chosen: bool, do: Callable[[], object]) -> QAction:
        """Add something that is on or off."""
        action = self.entry(text, do)
        action.setCheckable(True)
        action.setChecked(chosen)
        return action


def fill_filter(board: Board, ask_dates: Callable[[], object], menu: ChartMenu) -> None:
    """Types with their numbers, evaluations, dates."""
    sieve = board.now.sieve
    counts = Counter(row.type for row in board.whole.nodes.values() if row.type)
    links = Counter(link.type for link in board.whole.links())
    for found in (counts, links):
        menu.addSeparator()
        for name in sorted(found, key=type_words):
            hidden = name in sieve.hidden
            then = tuple(each for each in sieve.hidden if each != name) if hidden else (*sieve.hidden, name)
            words = f"{type_words(name)} ({number(found[name])})"
            menu.choice(words, not hidden, partial(board.set_sieve, msgspec.structs.replace(sieve, hidden=then)))
    menu.addSeparator()
    graded = ChartMenu(partial(_fill_evaluations, board), menu)
    graded.setTitle(_("Evaluation of links"))
    menu.addMenu(graded)
    menu.entry(_("Dates…"), ask_dates, "calendar-days")


def _fill_evaluations(board: Board, menu: ChartMenu) -> None:
    sieve = board.now.sieve
    for code in sorted({link.evaluation for link in board.whole.links()}):
        on = code in sieve.evaluations
        then = tuple(each for each in sieve.evaluations if each != code) if on else (*sieve.evaluations, code)
        menu.choice(
            evaluation_words(code), on, partial(board.set_sieve, msgspec.structs.replace(sieve, evaluations=then))
        )


def fill_style(board: Board, menu: ChartMenu) -> None:
    """What nodes are coloured by."""
    for style in STYLES:
        menu.choice(style_words(style), board.now.style == style, partial(board.set_style, style))


def fill_link_types(add: Callable[[str], object], menu: ChartMenu) -> None:
    """The types of links."""
    for each in sorted(RecordTypes.load().of_family("link"), key=lambda each: each.label):
        menu.entry(each.label, partial(add, each.name), each.icon)


def fill_node(canvas: ChartCanvas, ask_group: Callable[[], object], menu: ChartMenu) -> None:
    """What can be done to the current node and to those chosen."""
    board, node, chosen = canvas.board, canvas.lit.current, canvas.chosen_nodes()
    members = {each for group in board.now.groups for each in (group.id, *group.members)}
    if node in board.graph.nodes:
        menu.entry(_("Open"), canvas.open_current, "external-link")
        away = board.graph.folded_away(node, set(board.now.shown(board.graph)))
        for kind, nodes in away.items():
            words = _("Show {type}: {more}").format(type=type_words(kind), more=more_words(len(nodes)))
            menu.entry(words, partial(board.expand, node, kind), "plus")
        menu.entry(_("Fold its neighbours"), partial(board.collapse, node))
        menu.entry(_("Draw a link from here"), partial(canvas.start_linking, node), "link")
    pair = sorted(chosen & board.graph.nodes.keys())
    menu.entry(_("Ways between the two"), canvas.find_ways, "route", usable=len(pair) == 2)
    menu.addSeparator()
    pinned = chosen <= board.now.pinned
    menu.entry(
        _("Unpin") if pinned else _("Pin"),
        lambda: board.step(board.now.pinning(chosen & board.now.places.keys())),
        usable=bool(chosen),
    )
    menu.entry(_("Group…"), ask_group, "users", usable=bool(chosen & board.graph.nodes.keys()))
    if node in members:
        menu.entry(_("Fold or unfold the group"), lambda: board.step(board.now.folding_group(node)))
        menu.entry(_("Take out of the group"), lambda: board.step(board.now.ungrouping(canvas.with_members(chosen))))
    menu.entry(_("Fold away"), partial(board.hide, canvas.with_members(chosen)), "eye-off", usable=bool(chosen))
