"""The line below the chart: how much is shown, the ways that were found, a layout that runs."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from desktop.ui.chart.board import Board
from desktop.ui.kit import Button, IconButton, Label, Living
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.bidi import isolate
from i18n.formats import number


class ChartFoot(Living, QWidget):
    """Follows a board."""

    def __init__(self, board: Board, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._board = board
        self._hint = ""
        self.count = Label("", "caption", "muted")
        self.ways = Label("", "caption")
        self.previous_way = IconButton("chevron-left", size=28)
        self.next_way = IconButton("chevron-right", size=28)
        self.end_ways = IconButton("x", size=28)
        self.progress = QProgressBar()
        self.stop_button = Button("", "link")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.count)
        self._row.addStretch(1)
        for part in (self.previous_way, self.ways, self.next_way, self.end_ways, self.progress, self.stop_button):
            self._row.addWidget(part)
            part.hide()
        self.progress.setTextVisible(False)
        self.previous_way.clicked.connect(self._on_previous)
        self.next_way.clicked.connect(self._on_next)
        self.end_ways.clicked.connect(self._on_end)
        self.stop_button.clicked.connect(board.stop_layout)
        board.changed.connect(self.tell)
        board.progressed.connect(self._on_progress)
        board.selection.chosen.connect(self._on_chosen)
        self.bind(lambda _text: self._tell_names(), str)
        self.follow(self._space)

    def say(self, hint: str) -> None:
        """Put a sentence in place of the numbers; none shows them again."""
        self._hint = hint
        self.tell()

    def tell(self) -> None:
        """Say how much is shown and chosen, and which way."""
        board = self._board
        nodes = len(board.now.shown(board.graph))
        away = len(board.graph.nodes) - nodes
        parts = [ngettext("{n} node", "{n} nodes", nodes).format(n=number(nodes))]
        if away:
            parts.append(ngettext("{n} folded away", "{n} folded away", away).format(n=number(away)))
        if loose := board.graph.loose:
            parts.append(ngettext("{n} link without an end", "{n} links without an end", loose).format(n=number(loose)))
        if chosen := len(board.selection.ids & board.graph.nodes.keys()):
            parts.append(ngettext("{n} chosen", "{n} chosen", chosen).format(n=number(chosen)))
        self.count.setText(self._hint or " · ".join(parts))
        ways = board.ways
        for part in (self.previous_way, self.ways, self.next_way, self.end_ways):
            part.setVisible(bool(ways))
        if ways:
            steps = len(ways[board.way]) - 1
            text = ngettext("Way {i} of {n}: {k} step", "Way {i} of {n}: {k} steps", steps)
            self.ways.setText(isolate(text.format(i=number(board.way + 1), n=number(len(ways)), k=number(steps))))

    def _on_chosen(self, _ids: object) -> None:
        self._hint = ""
        self.tell()

    def _on_progress(self, done: int, whole: int) -> None:
        running = self._board.is_laying_out()
        self.progress.setRange(0, max(1, whole))
        self.progress.setValue(done)
        self.progress.setVisible(running)
        self.stop_button.setVisible(running)

    def _on_previous(self) -> None:
        self._board.show_way((self._board.way or len(self._board.ways)) - 1)

    def _on_next(self) -> None:
        self._board.show_way(self._board.way + 1)

    def _on_end(self) -> None:
        self._board.show_way(-1)

    def _tell_names(self) -> None:
        self.previous_way.set_name(_("Previous way"))
        self.next_way.set_name(_("Next way"))
        self.end_ways.set_name(_("Show no way any more"))
        self.stop_button.setText(_("Stop"))
        self.progress.setAccessibleName(_("Arranging the chart"))
        self.tell()

    def _space(self) -> None:
        theme = current_theme()
        self._row.setSpacing(theme.space("s"))
        self.progress.setFixedWidth(theme.px(160))
