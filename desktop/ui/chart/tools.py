"""The tools above the chart: filter, colours, arrange, table; undo, redo, everything in view, more."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.ui.chart.canvas import ChartCanvas
from desktop.ui.chart.menus import ChartMenu, fill_filter, fill_style
from desktop.ui.chart.picture import more_words
from desktop.ui.kit import Button, IconButton, Living
from desktop.ui.theme import current_theme
from i18n import _, pgettext


class ChartTools(Living, QWidget):
    """Buttons and their menus. What needs a dialog is asked for by a signal."""

    dates_wanted = Signal()
    sheet_wanted = Signal()
    table_toggled = Signal(bool)

    def __init__(self, canvas: ChartCanvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._board = board = canvas.board
        self.filter_button = Button("", "secondary", "list-filter", menu=True)
        self.style_button = Button("", "quiet", "eye", menu=True)
        self.arrange_button = Button("", "quiet", "refresh-cw")
        self.table_button = Button("", "quiet", "menu")
        self.table_button.setCheckable(True)
        self.undo_button = IconButton("undo-2", size=32)
        self.redo_button = IconButton("redo-2", size=32)
        self.fit_button = IconButton("crosshair", size=32)
        self.more_button = IconButton("ellipsis", size=32)
        self.filter_menu = ChartMenu(partial(fill_filter, board, self.dates_wanted.emit), self)
        self.style_menu = ChartMenu(partial(fill_style, board), self)
        self.more_menu = ChartMenu(self._fill_more, self)
        self.filter_button.setMenu(self.filter_menu)
        self.style_button.setMenu(self.style_menu)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        for tool in (self.filter_button, self.style_button, self.arrange_button, self.table_button):
            self._row.addWidget(tool)
        self._row.addStretch(1)
        for button in (self.undo_button, self.redo_button, self.fit_button, self.more_button):
            self._row.addWidget(button)
        self.arrange_button.clicked.connect(board.arrange)
        self.table_button.toggled.connect(self._on_table)
        self.undo_button.clicked.connect(board.undo)
        self.redo_button.clicked.connect(board.redo)
        self.fit_button.clicked.connect(canvas.fit)
        self.more_button.clicked.connect(self._on_more)
        board.steps_changed.connect(self._on_steps)
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._space)

    def _on_steps(self) -> None:
        self.undo_button.setEnabled(self._board.can_undo())
        self.redo_button.setEnabled(self._board.can_redo())

    def _on_table(self, shown: bool) -> None:
        self._tell()
        self.table_toggled.emit(shown)

    def _on_more(self) -> None:
        self.more_menu.popup(self.more_button.mapToGlobal(QPoint(0, self.more_button.height())))

    def _fill_more(self, menu: ChartMenu) -> None:
        folded = len(self._board.now.folded)
        words = _("Show everything: {more}").format(more=more_words(folded))
        menu.entry(words, self._board.show_all, "eye", usable=bool(folded))
        menu.entry(_("Zoom in"), partial(self._canvas.zoom, 1.25))
        menu.entry(_("Zoom out"), partial(self._canvas.zoom, 0.8))
        menu.addSeparator()
        usable = bool(self._board.graph.nodes)
        menu.entry(_("Print or save the chart…"), self.sheet_wanted.emit, "printer", usable=usable)

    def _tell(self) -> None:
        self.filter_button.setText(_("Filter"))
        self.style_button.setText(pgettext("chart", "Colours"))
        self.arrange_button.setText(_("Arrange anew"))
        shown = self.table_button.isChecked()  # it says what the next press shows
        self.table_button.setText(_("Chart") if shown else _("Table"))
        self.table_button.set_icon("network" if shown else "menu")
        self.undo_button.set_name(_("Undo in the chart"))
        self.redo_button.set_name(_("Redo in the chart"))
        self.fit_button.set_name(_("Show everything in view"))
        self.more_button.set_name(_("More actions"))
        self._on_steps()

    def _space(self) -> None:
        self._row.setSpacing(current_theme().space("s"))
