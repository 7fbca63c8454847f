"""A tab that draws the records of a case: tools above, a count below, and a table that stands in for the drawing."""

from __future__ import annotations

from typing import Protocol, cast

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.casework.handling import Marking, combine
from desktop.casework.views import ListRow, RecordView
from desktop.session import Session
from desktop.ui.case_selection import Selection
from desktop.ui.kit import Button, EmptyState, FlowLayout, IconButton, Label, Living, Panel, announce
from desktop.ui.margins import set_margins
from desktop.ui.row_table import RowTable
from desktop.ui.scroll_page import BAR
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.formats import number


class Drawing(Protocol):
    """What the drawing of a tab can do; it is a QWidget."""

    opened: SignalInstance
    shown_anew: SignalInstance

    def set_rows(self, rows: list[ListRow]) -> object:
        """Show these records."""

    def fit(self) -> object:
        """Show everything that is chosen, or every record."""

    def zoom(self, factor: float) -> object:
        """Come nearer by a factor."""


class DrawnTab(Living, QWidget):
    """Reads the records of `families` beside the window whenever its case is shown. Subclasses give words and tools."""

    record_opened = Signal(str)
    add_requested = Signal(str)
    families: tuple[str, ...] = ()
    icon = ""

    def __init__(
        self,
        session: Session,
        selection: Selection,
        drawing: QWidget,
        table: RowTable,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.selection = selection
        self.drawing = drawing
        self.table = table
        self.rows: list[ListRow] = []
        self._space_shown = ""
        self._asked = 0
        self.count = Label("", "caption", "muted")
        self.table_button = Button("", "secondary", "table-2")
        self.table_button.setCheckable(True)
        self.fit_button = IconButton("maximize", size=36)
        self.nearer_button = IconButton("plus", size=36)
        self.away_button = IconButton("minus", size=36)
        self.empty = EmptyState(self.icon)
        self.stack = QStackedWidget()
        for page in (drawing, table, self.empty):
            self.stack.addWidget(page)
        bar = QWidget()
        self.tools = FlowLayout(bar)
        self.add_tools()
        for tool in (self.away_button, self.nearer_button, self.fit_button, self.table_button):
            self.tools.addWidget(tool)
        card = Panel("card")
        inner = QVBoxLayout(card)
        inner.setContentsMargins(1, 1, 1, 1)
        inner.addWidget(self.stack)
        self._column = QVBoxLayout(self)
        self._column.addWidget(bar)
        self._column.addWidget(card, 1)
        self._column.addWidget(self.count)
        self._connect()
        self.bind(lambda _text: self.tell(), str)
        self.follow(self._space)

    def add_tools(self) -> None:
        """Put tools of its own into `self.tools`."""

    def drawn(self) -> list[ListRow]:
        """The records that the drawing shows, and those that it would if it could, in the order of the table."""
        raise NotImplementedError

    def empty_words(self) -> tuple[str, str]:
        """Title and sentence of what stands where nothing can be drawn."""
        raise NotImplementedError

    def left_out(self) -> list[str]:
        """In words, what the drawing cannot show."""
        return []

    def show_case(self, view: RecordView) -> None:
        """Show a case, or the same one as it stands now."""
        if view.space != self._space_shown:
            self._asked = 0
            self._show([])
        self._space_shown = view.space
        self._asked = self.session.ask_records(view.space, self.families, f"{type(self).__name__} {id(self)}")

    def marking(self) -> Marking:
        """The strictest marking of what is drawn."""
        return combine(Marking(row.tlp, row.handling) for row in self.table.rows.rows)

    def show_table(self, *, shown: bool) -> None:
        """Show the table instead of the drawing, or the drawing again."""
        self.table_button.setChecked(shown)

    def tell(self) -> None:
        """Say again how many records there are, what is chosen, and what cannot be drawn."""
        self.table_button.setText(_("Table"))
        for button, words in (
            (self.fit_button, _("Show everything")),
            (self.nearer_button, _("Zoom in")),
            (self.away_button, _("Zoom out")),
        ):
            button.set_name(words)
        self.empty.set_texts(*self.empty_words())
        shown = len(self.table.rows.rows)
        parts = [ngettext("{n} record", "{n} records", shown).format(n=number(shown))]
        chosen = len(self.selection.ids)
        if chosen:
            parts.append(ngettext("{n} selected", "{n} selected", chosen).format(n=number(chosen)))
        self.count.setText(" · ".join(parts + self.left_out()))

    def _connect(self) -> None:
        drawing = cast("Drawing", self.drawing)
        drawing.shown_anew.connect(self._on_shown)
        drawing.opened.connect(self.record_opened)
        self.table.opened.connect(self.record_opened)
        self.fit_button.clicked.connect(drawing.fit)
        self.nearer_button.clicked.connect(lambda: drawing.zoom(1.5))
        self.away_button.clicked.connect(lambda: drawing.zoom(1 / 1.5))
        self.table_button.toggled.connect(self._on_table)
        self.selection.chosen.connect(self._on_chosen)
        self.session.records_ready.connect(self._on_records)
        shortcut = QShortcut(QKeySequence("Ctrl+Shift+T"), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.table_button.toggle)

    def _on_records(self, asked: int, rows: object) -> None:
        if asked != self._asked or not isinstance(rows, list):
            return
        self._show(rows)

    def _show(self, rows: list[ListRow]) -> None:
        self.rows = rows
        cast("Drawing", self.drawing).set_rows(rows)

    def _on_shown(self) -> None:
        self.table.show_rows(self.drawn())
        self._show_page()
        self.tell()

    def _show_page(self) -> None:
        nothing = not self.table.rows.rows and self._asked > 0
        page = self.empty if nothing else self.table if self.table_button.isChecked() else self.drawing
        if page is not self.stack.currentWidget():
            self.stack.setCurrentWidget(page)
        for button in (self.fit_button, self.nearer_button, self.away_button):
            button.setEnabled(page is self.drawing)

    def _on_table(self, on: bool) -> None:
        self._show_page()
        (self.table if on else self.drawing).setFocus()
        announce(self, _("Table") if on else self.drawing.accessibleName())

    def _on_chosen(self, _ids: object) -> None:
        self.tell()

    def _space(self) -> None:
        theme = current_theme()
        set_margins(self, self._column, 0, 0, theme.px(BAR), theme.px(14))
        self._column.setSpacing(theme.space("s"))
        self.tools.set_gap(theme.space("s"))
