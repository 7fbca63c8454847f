"""What is chosen in a case: one selection, shared by its chart, its timeline, its map and their tables."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal


class Selection(QObject):
    """The ids of the records that are chosen now; one for each page of a case."""

    chosen = Signal(object)
    """The ids, a frozenset, whenever they have changed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.ids: frozenset[str] = frozenset()

    def choose(self, ids: Iterable[str]) -> None:
        """Choose these and nothing else."""
        wanted = frozenset(ids)
        if wanted != self.ids:
            self.ids = wanted
            self.chosen.emit(wanted)

    def toggle(self, record: str) -> None:
        """Choose one more, or one less."""
        self.choose(self.ids ^ {record})

    def clear(self) -> None:
        """Choose nothing."""
        self.choose(())
