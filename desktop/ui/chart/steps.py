"""The arrangement of a chart as it stands, and the steps back and forth; kept in the encrypted store as it changes."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from desktop.casework.arrangement import Arrangement, write
from desktop.casework.graph import Graph
from desktop.session import Session
from desktop.ui.case_selection import Selection

STEPS_KEPT = 40
SAVE_MS = 800


class Steps(QObject):
    """`changed` says that the picture must be made anew, `moved` that places alone are different."""

    changed = Signal()
    moved = Signal()
    steps_changed = Signal()
    """What can be undone or redone is different."""

    def __init__(self, session: Session, selection: Selection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.selection = selection
        self.whole = Graph(())
        self.graph = self.whole
        self.now = Arrangement()
        self.space = ""
        self._before: list[Arrangement] = []
        self._after: list[Arrangement] = []
        self._saving = QTimer(self)
        self._saving.setSingleShot(True)
        self._saving.setInterval(SAVE_MS)
        self._saving.timeout.connect(self.flush)

    def keep_soon(self) -> None:
        """Keep the arrangement when the officer's hand rests."""
        self._saving.start()

    def flush(self) -> None:
        """Keep the arrangement now, if something of it is not kept yet."""
        if self._saving.isActive() and self.space and not self.session.is_locked():
            self.session.set_draft(self.key(), write(self.now))
        self._saving.stop()

    def step(self, then: Arrangement) -> None:
        """Arrange anew; the arrangement before can be had back."""
        if then == self.now:
            return
        self._before = [*self._before[1 - STEPS_KEPT :], self.now]
        self._after = []
        self._show(then)

    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self._before)

    def can_redo(self) -> bool:
        """Whether a step was taken back."""
        return bool(self._after)

    def undo(self) -> None:
        """Take the last step back."""
        if self._before:
            self._after.append(self.now)
            self._show(self._before.pop())

    def redo(self) -> None:
        """Do again what was taken back."""
        if self._after:
            self._before.append(self.now)
            self._show(self._after.pop())

    def _show(self, then: Arrangement) -> None:
        only_places = msgspec.structs.replace(then, places=self.now.places) == self.now
        if then.sieve != self.now.sieve:
            self.graph = self.whole.sifted(then.sieve)
        self.now = then
        if only_places:
            self.moved.emit()
        else:
            self.place_new()
            self.changed.emit()
        self._saving.start()
        self.steps_changed.emit()

    def place_new(self) -> None:
        """Overridden where places are found: what is shown newly has none yet."""

    def key(self) -> str:
        """The name under which the store keeps the arrangement of the case; it goes with the case."""
        return f"{self.space}.chart"
