"""What is filtered out of the chart, as chips that can be taken away."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import msgspec
from PySide6.QtWidgets import QWidget

from desktop.casework.graph import Sieve
from desktop.ui.chart.board import Board
from desktop.ui.chart.menus import evaluation_words, type_words
from desktop.ui.kit import FilterChip, FlowLayout, Living
from desktop.ui.presenter import listed
from i18n import _
from i18n.formats import date_text


class SieveChips(Living, QWidget):
    """Hidden while nothing is filtered."""

    def __init__(self, board: Board, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._board = board
        self._shown: Sieve | None = None
        self._row = FlowLayout(self)
        board.changed.connect(self._on_changed)
        self.bind(lambda _text: self.fill(), str)

    def fill(self) -> None:
        """Put the chips in."""
        while (item := self._row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._shown = self._board.now.sieve
        for words, then in _parts(self._shown):
            chip = FilterChip(words, removable=True)
            chip.removed.connect(partial(self._board.set_sieve, then))
            self._row.addWidget(chip)
        self.setVisible(self._shown != Sieve())

    def _on_changed(self) -> None:
        if self._board.now.sieve != self._shown:
            self.fill()


def _parts(sieve: Sieve) -> Iterator[tuple[str, Sieve]]:
    """Each thing that a sieve leaves out, in words, and the sieve without it."""
    without = partial(msgspec.structs.replace, sieve)
    for name in sieve.hidden:
        left = tuple(each for each in sieve.hidden if each != name)
        yield _("Without: {type}").format(type=type_words(name)), without(hidden=left)
    if sieve.since:
        yield _("Since {date}").format(date=date_text(sieve.since, numeric=True)), without(since="")
    if sieve.until:
        yield _("Until {date}").format(date=date_text(sieve.until, numeric=True)), without(until="")
    if sieve.evaluations:
        codes = listed(evaluation_words(each) for each in sieve.evaluations)
        yield _("Evaluation: {codes}").format(codes=codes), without(evaluations=())
