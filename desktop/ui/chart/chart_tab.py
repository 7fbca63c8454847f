"""The tab «Chart» of a case: tools above, chips for what is filtered, the chart or the table that stands in for it."""

from __future__ import annotations

from functools import partial

import msgspec
from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.casework.handling import Marking, combine
from desktop.casework.views import RecordView
from desktop.session import Session
from desktop.ui.case_selection import Selection
from desktop.ui.chart.board import Board
from desktop.ui.chart.canvas import ChartCanvas
from desktop.ui.chart.dialogs import DatesDialog, GroupDialog
from desktop.ui.chart.foot import ChartFoot
from desktop.ui.chart.menus import ChartMenu, fill_link_types, fill_node
from desktop.ui.chart.sheet_dialog import SheetDialog
from desktop.ui.chart.sieve_chips import SieveChips
from desktop.ui.chart.table import LinkTable
from desktop.ui.chart.tools import ChartTools
from desktop.ui.kit import EmptyState, Living, Panel, announce
from desktop.ui.margins import set_margins
from desktop.ui.new_record_dialog import NewRecordDialog
from desktop.ui.scroll_page import BAR
from desktop.ui.theme import current_theme
from i18n import _


class ChartTab(Living, QWidget):
    """Shows the subjects and links of a case."""

    record_opened = Signal(str)
    add_requested = Signal(str)

    def __init__(self, session: Session, selection: Selection | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.board = Board(session, selection or Selection(self), self)
        self.canvas = ChartCanvas(self.board)
        self.table = LinkTable(self.board)
        self.empty = EmptyState("network")
        self.tools = ChartTools(self.canvas)
        self.foot = ChartFoot(self.board)
        self.node_menu = ChartMenu(partial(fill_node, self.canvas, self._ask_group), self)
        self.stack = QStackedWidget()
        for page in (self.canvas, self.table, self.empty):
            self.stack.addWidget(page)
        self.card = Panel("card")
        inner = QVBoxLayout(self.card)
        inner.setContentsMargins(1, 6, 1, 6)
        inner.addWidget(self.stack)
        self._column = QVBoxLayout(self)
        for part in (self.tools, SieveChips(self.board), self.card, self.foot):
            self._column.addWidget(part, 1 if part is self.card else 0)
        self._connect()
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._space)

    def show_case(self, view: RecordView) -> None:
        """Show a case, or the same one as it stands now."""
        self.board.show_space(view.space)

    def flush(self) -> None:
        """Keep the arrangement now."""
        self.board.flush()

    def show_table(self, shown: bool) -> None:
        """Show the table instead of the chart, or the chart again."""
        self.tools.table_button.setChecked(shown)

    def add_link(self, source: str, target: str, kind: str) -> NewRecordDialog:
        """Ask for a new link between two nodes; it inherits the strictest marking of both."""
        rows = [self.board.graph.nodes[node] for node in (source, target) if node in self.board.graph.nodes]
        marking = combine(Marking(row.tlp, row.handling) for row in rows if row.type)
        defaults = {"source": source, "target": target, "tlp": marking.tlp, "handling": marking.handling}
        dialog = NewRecordDialog(self._session, kind, self.board.space, defaults, self.window())
        dialog.open()
        return dialog

    def _connect(self) -> None:
        self.board.changed.connect(self._on_changed)
        self.canvas.opened.connect(self.record_opened)
        self.canvas.link_wanted.connect(self._on_link_wanted)
        self.canvas.menu_wanted.connect(self._on_menu_wanted)
        self.canvas.linking_changed.connect(self._on_linking)
        self.canvas.nothing_found.connect(self._on_nothing)
        self.table.opened.connect(self.record_opened)
        self.empty.action_clicked.connect(self._on_add)
        self.tools.dates_wanted.connect(self._ask_dates)
        self.tools.sheet_wanted.connect(self._ask_sheet)
        self.tools.table_toggled.connect(self._on_table)
        for keys, do in (("Ctrl+G", self._ask_group), ("Ctrl+J", self.canvas.find_ways), ("Ctrl+P", self._ask_sheet)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(do)

    def _on_changed(self) -> None:
        self._show_page()
        if self.table.isVisible():
            self.table.refresh()

    def _show_page(self) -> None:
        nothing = self.board.loaded and not self.board.whole.nodes
        page: QWidget = self.canvas
        if nothing or self.tools.table_button.isChecked():
            page = self.empty if nothing else self.table
        if page is not self.stack.currentWidget():
            self.stack.setCurrentWidget(page)

    def _on_table(self, on: bool) -> None:
        self._show_page()
        if on:
            self.table.refresh()

    def _on_linking(self, on: bool) -> None:
        words = _("Choose the other end with the arrows, then Enter.") if on else ""
        self.foot.say(words)
        announce(self.canvas, words)

    def _on_nothing(self) -> None:
        words = _("There is no way between the two.")
        self.foot.say(words)
        announce(self.canvas, words)

    def _on_link_wanted(self, source: str, target: str) -> None:
        menu = ChartMenu(partial(fill_link_types, partial(self.add_link, source, target)), self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        place = self.canvas.picture_painter.picture.places.get(target, (0.0, 0.0))
        x, y = self.canvas.port.to_pixel(place)
        menu.popup(self.canvas.mapToGlobal(QPoint(round(x), round(y))))

    def _on_menu_wanted(self, point: object) -> None:
        if isinstance(point, QPoint):
            self.node_menu.popup(point)

    def _on_add(self) -> None:
        self.add_requested.emit("person")

    def _ask_sheet(self) -> None:
        if self.board.graph.nodes and not self._session.is_locked():
            SheetDialog(self._session, self.board, self.canvas.picture_painter.picture, self.window()).open()

    def _ask_dates(self) -> None:
        dialog = DatesDialog(self._session, self.board.now.sieve, self.window())
        dialog.chosen.connect(self._on_dates)
        dialog.open()

    def _on_dates(self, since: str, until: str) -> None:
        self.board.set_sieve(msgspec.structs.replace(self.board.now.sieve, since=since, until=until))

    def _ask_group(self) -> None:
        if self.canvas.chosen_nodes() & self.board.graph.nodes.keys():
            dialog = GroupDialog(self._session, self.window())
            dialog.named.connect(self._on_group)
            dialog.open()

    def _on_group(self, name: str) -> None:
        chosen = self.canvas.chosen_nodes() & self.board.graph.nodes.keys()
        self.board.step(self.board.now.grouping(name, chosen))

    def _tell(self) -> None:
        self.empty.set_texts(
            _("Nothing to link yet"),
            _("Add the people and objects of the case; links between them are drawn here."),
            _("Add person…"),
        )

    def changeEvent(self, event: QEvent) -> None:
        """The words of the table follow the language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and self.table.isVisible():
            self.table.refresh()

    def _space(self) -> None:
        theme = current_theme()
        set_margins(self, self._column, 0, 0, theme.px(BAR), theme.px(12))
        self._column.setSpacing(theme.space("s"))
