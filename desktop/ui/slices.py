"""Work of the window in pieces, one at each turn of the event loop, so that painting and keys get between them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

Piece = Callable[[], object]


class Slices(QObject):
    """Newer work replaces what is left of the older: what is to be shown now is all that counts."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pieces: deque[Piece] = deque()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_turn)

    def start(self, *pieces: Piece) -> None:
        """Do these, one a turn, beginning with the next one."""
        self._pieces = deque(pieces)
        if pieces:
            self._timer.start(0)

    def finish(self) -> None:
        """Do at once what is left."""
        while self._pieces:
            self._pieces.popleft()()
        self._timer.stop()

    def stop(self) -> None:
        """Forget what is left."""
        self._pieces.clear()
        self._timer.stop()

    def _on_turn(self) -> None:
        if self._pieces:
            self._pieces.popleft()()
        if self._pieces:
            self._timer.start(0)
