"""What is chosen in a case: one selection, shared by its chart, timeline, map and tables."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal


class Selection(QObject):
    """Ids of records. `chosen` is emitted with the new frozenset, once a change, and never for what stands already."""

    chosen = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.ids: frozenset[str] = frozenset()

    def choose(self, ids: Iterable[str]) -> None:
        """Choose these records and no others."""
        wanted = frozenset(ids)
        if wanted != self.ids:
            self.ids = wanted
            self.chosen.emit(wanted)

    def toggle(self, record: str) -> None:
        """Add a record to what is chosen, or take it out."""
        self.choose(self.ids ^ {record})

    def clear(self) -> None:
        """Choose nothing."""
        self.choose(())
