"""The tab «Chart» of a case: tools above, chips for what is filtered, the chart or the table that stands in for it."""

from __future__ import annotations

from functools import partial

import msgspec
from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from desktop.casework.graph import Sieve
from desktop.casework.handling import Marking, combine
from desktop.casework.views import RecordView
from desktop.session import Session
from desktop.ui.case_selection import Selection
from desktop.ui.chart.board import Board
from desktop.ui.chart.canvas import ChartCanvas
from desktop.ui.chart.dialogs import DatesDialog, GroupDialog
from desktop.ui.chart.menus import (
    ChartMenu,
    evaluation_words,
    fill_filter,
    fill_link_types,
    fill_node,
    fill_style,
    type_words,
)
from desktop.ui.chart.sheet_dialog import SheetDialog
from desktop.ui.chart.table import LinkTable
from desktop.ui.kit import Button, EmptyState, FilterChip, FlowLayout, IconButton, Label, Living, Panel, announce
from desktop.ui.margins import set_margins
from desktop.ui.new_record_dialog import NewRecordDialog
from desktop.ui.scroll_page import BAR
from desktop.ui.theme import current_theme
from i18n import _, ngettext, pgettext
from i18n.bidi import isolate
from i18n.formats import date_text, number


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
        self.count = Label("", "caption", "muted")
        self.progress = QProgressBar()
        self.stop_button = Button("", "link")
        self.ways = Label("", "caption")
        self._make_tools()
        self._chips = QWidget()
        self._chip_row = FlowLayout(self._chips)
        self.stack = QStackedWidget()
        for page in (self.canvas, self.table, self.empty):
            self.stack.addWidget(page)
        self._lay_out()
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
        self.table_button.setChecked(shown)
        self._show_page()

    def add_link(self, source: str, target: str, kind: str) -> NewRecordDialog:
        """Ask for a new link between two nodes; it inherits the strictest marking of both."""
        rows = [self.board.graph.nodes[node] for node in (source, target) if node in self.board.graph.nodes]
        marking = combine(Marking(row.tlp, row.handling) for row in rows if row.type)
        defaults = {"source": source, "target": target, "tlp": marking.tlp, "handling": marking.handling}
        dialog = NewRecordDialog(self._session, kind, self.board.space, defaults, self.window())
        dialog.open()
        return dialog

    # making

    def _make_tools(self) -> None:
        self.filter_button = Button("", "secondary", "list-filter", menu=True)
        self.style_button = Button("", "quiet", "eye", menu=True)
        self.arrange_button = Button("", "quiet", "network")
        self.table_button = Button("", "quiet", "menu")
        self.table_button.setCheckable(True)
        self.undo_button = IconButton("undo-2", size=32)
        self.redo_button = IconButton("redo-2", size=32)
        self.fit_button = IconButton("crosshair", size=32)
        self.more_button = IconButton("ellipsis", size=32)
        self.filter_menu = ChartMenu(partial(fill_filter, self.board, self._ask_dates), self)
        self.style_menu = ChartMenu(partial(fill_style, self.board), self)
        self.node_menu = ChartMenu(partial(fill_node, self.canvas, self._ask_group), self)
        self.more_menu = ChartMenu(self._fill_more, self)
        self.filter_button.setMenu(self.filter_menu)
        self.style_button.setMenu(self.style_menu)
        self.previous_way = IconButton("chevron-left", size=28)
        self.next_way = IconButton("chevron-right", size=28)
        self.end_ways = IconButton("x", size=28)

    def _lay_out(self) -> None:
        self._tools = QHBoxLayout()
        for tool in (self.filter_button, self.style_button, self.arrange_button, self.table_button):
            self._tools.addWidget(tool)
        self._tools.addStretch(1)
        for button in (self.undo_button, self.redo_button, self.fit_button, self.more_button):
            self._tools.addWidget(button)
        self._foot = QHBoxLayout()
        self._foot.addWidget(self.count)
        self._foot.addStretch(1)
        self._foot.addWidget(self.previous_way)
        self._foot.addWidget(self.ways)
        self._foot.addWidget(self.next_way)
        self._foot.addWidget(self.end_ways)
        self._foot.addWidget(self.progress)
        self._foot.addWidget(self.stop_button)
        self.card = Panel("card")
        inner = QVBoxLayout(self.card)
        inner.setContentsMargins(1, 6, 1, 6)
        inner.addWidget(self.stack)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._tools)
        self._column.addWidget(self._chips)
        self._column.addWidget(self.card, 1)
        self._column.addLayout(self._foot)
        self.progress.setTextVisible(False)
        self.progress.hide()
        self.stop_button.hide()

    def _connect(self) -> None:
        board = self.board
        board.changed.connect(self._on_changed)
        board.steps_changed.connect(self._on_steps)
        board.progressed.connect(self._on_progress)
        board.selection.chosen.connect(self._on_chosen)
        self.canvas.opened.connect(self.record_opened)
        self.table.opened.connect(self.record_opened)
        self.canvas.link_wanted.connect(self._on_link_wanted)
        self.canvas.menu_wanted.connect(self._on_menu_wanted)
        self.canvas.linking_changed.connect(self._on_linking)
        self.empty.action_clicked.connect(self._on_add)
        self.arrange_button.clicked.connect(board.arrange)
        self.stop_button.clicked.connect(board.stop_layout)
        self.table_button.toggled.connect(self._on_table)
        self.undo_button.clicked.connect(board.undo)
        self.redo_button.clicked.connect(board.redo)
        self.fit_button.clicked.connect(self.canvas.fit)
        self.more_button.clicked.connect(self._on_more)
        self.previous_way.clicked.connect(lambda: board.show_way(board.way - 1 if board.way else len(board.ways) - 1))
        self.next_way.clicked.connect(lambda: board.show_way(board.way + 1))
        self.end_ways.clicked.connect(lambda: board.show_way(-1))
        for keys, do in (("Ctrl+G", self._ask_group), ("Ctrl+J", self.canvas.find_ways), ("Ctrl+P", self._export)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(do)

    # answers

    def _on_changed(self) -> None:
        self._show_page()
        self._fill_chips()
        self._tell_count()
        if self.table.isVisible():
            self.table.refresh()

    def _show_page(self) -> None:
        nothing = self.board.loaded and not self.board.whole.nodes
        page: QWidget = self.empty if nothing else self.table if self.table_button.isChecked() else self.canvas
        if page is not self.stack.currentWidget():
            self.stack.setCurrentWidget(page)

    def _on_table(self, on: bool) -> None:
        self._show_page()
        if on:
            self.table.refresh()

    def _on_steps(self) -> None:
        self.undo_button.setEnabled(self.board.can_undo())
        self.redo_button.setEnabled(self.board.can_redo())

    def _on_progress(self, done: int, whole: int) -> None:
        running = self.board.is_laying_out()
        self.progress.setRange(0, max(1, whole))
        self.progress.setValue(done)
        self.progress.setVisible(running)
        self.stop_button.setVisible(running)
        self._tell_count()

    def _on_chosen(self, _ids: object) -> None:
        self._tell_count()

    def _on_linking(self, on: bool) -> None:
        if on:
            announce(self.canvas, _("Choose the other end with the arrows, then Enter."))
        self._tell_count()

    def _on_link_wanted(self, source: str, target: str) -> None:
        menu = ChartMenu(partial(fill_link_types, partial(self.add_link, source, target)), self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        place = self.canvas.picture_painter.picture.places.get(target, (0.0, 0.0))
        x, y = self.canvas.port.to_pixel(place)
        menu.popup(self.canvas.mapToGlobal(QPoint(round(x), round(y))))

    def _on_menu_wanted(self, point: object) -> None:
        if isinstance(point, QPoint):
            self.node_menu.popup(point)

    def _on_more(self) -> None:
        self.more_menu.popup(self.more_button.mapToGlobal(QPoint(0, self.more_button.height())))

    def _on_add(self) -> None:
        self.add_requested.emit("person")

    def _fill_more(self, menu: ChartMenu) -> None:
        folded = len(self.board.now.folded)
        words = _("Show everything: {more}").format(
            more=ngettext("{n} more", "{n} more", folded).format(n=number(folded))
        )
        menu.entry(words, self.board.show_all, "eye", usable=bool(folded))
        menu.entry(_("Zoom in"), partial(self.canvas.zoom, 1.25))
        menu.entry(_("Zoom out"), partial(self.canvas.zoom, 0.8))
        menu.addSeparator()
        menu.entry(_("Print or save the chart…"), self._export, "printer", usable=bool(self.board.graph.nodes))

    def _export(self) -> None:
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

    # words

    def _fill_chips(self) -> None:
        while (item := self._chip_row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        sieve = self.board.now.sieve
        for name in sieve.hidden:
            left = tuple(each for each in sieve.hidden if each != name)
            self._chip(_("Without: {type}").format(type=type_words(name)), msgspec.structs.replace(sieve, hidden=left))
        if sieve.since:
            words = _("Since {date}").format(date=date_text(sieve.since, numeric=True))
            self._chip(words, msgspec.structs.replace(sieve, since=""))
        if sieve.until:
            words = _("Until {date}").format(date=date_text(sieve.until, numeric=True))
            self._chip(words, msgspec.structs.replace(sieve, until=""))
        if sieve.evaluations:
            words = _("Evaluation: {codes}").format(
                codes=", ".join(evaluation_words(each) for each in sieve.evaluations)
            )
            self._chip(words, msgspec.structs.replace(sieve, evaluations=()))
        self._chips.setVisible(sieve != Sieve())

    def _chip(self, words: str, then: Sieve) -> None:
        chip = FilterChip(words, removable=True)
        chip.removed.connect(partial(self.board.set_sieve, then))
        self._chip_row.addWidget(chip)

    def _tell(self) -> None:
        self.filter_button.setText(_("Filter"))
        self.style_button.setText(pgettext("chart", "Colours"))
        self.arrange_button.setText(_("Arrange anew"))
        self.table_button.setText(_("Table"))
        self.undo_button.set_name(_("Undo in the chart"))
        self.redo_button.set_name(_("Redo in the chart"))
        self.fit_button.set_name(_("Show everything in view"))
        self.more_button.set_name(_("More actions"))
        self.previous_way.set_name(_("Previous way"))
        self.next_way.set_name(_("Next way"))
        self.end_ways.set_name(_("Show no way any more"))
        self.stop_button.setText(_("Stop"))
        self.progress.setAccessibleName(_("Arranging the chart"))
        self.empty.set_texts(
            _("Nothing to link yet"),
            _("Add the people and objects of the case; links between them are drawn here."),
            _("Add person…"),
        )
        self._fill_chips()
        self._on_steps()
        self._tell_count()

    def _tell_count(self) -> None:
        board = self.board
        nodes = len(board.now.shown(board.graph))
        away = len(board.graph.nodes) - nodes
        parts = [ngettext("{n} node", "{n} nodes", nodes).format(n=number(nodes))]
        if away:
            parts.append(ngettext("{n} folded away", "{n} folded away", away).format(n=number(away)))
        if board.graph.loose:
            loose = board.graph.loose
            parts.append(ngettext("{n} link without an end", "{n} links without an end", loose).format(n=number(loose)))
        chosen = len(board.selection.ids & board.graph.nodes.keys())
        if chosen:
            parts.append(ngettext("{n} chosen", "{n} chosen", chosen).format(n=number(chosen)))
        if self.canvas.linking:
            parts = [_("Choose the other end with the arrows, then Enter.")]
        self.count.setText(" · ".join(parts))
        self._tell_ways()

    def _tell_ways(self) -> None:
        ways = self.board.ways
        for part in (self.previous_way, self.ways, self.next_way, self.end_ways):
            part.setVisible(bool(ways))
        if not ways:
            return
        steps = len(ways[self.board.way]) - 1
        text = ngettext("Way {i} of {n}: {k} step", "Way {i} of {n}: {k} steps", steps)
        self.ways.setText(isolate(text.format(i=number(self.board.way + 1), n=number(len(ways)), k=number(steps))))

    def changeEvent(self, event: QEvent) -> None:
        """Words of the nodes follow the language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and self.table.isVisible():
            self.table.refresh()

    def _space(self) -> None:
        theme = current_theme()
        set_margins(self, self._column, 0, 0, theme.px(BAR), theme.px(12))
        self._column.setSpacing(theme.space("s"))
        self._tools.setSpacing(theme.space("s"))
        self._foot.setSpacing(theme.space("s"))
        self.progress.setFixedWidth(theme.px(160))
