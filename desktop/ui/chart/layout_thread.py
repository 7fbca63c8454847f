"""Lays a graph out beside the window's thread; it can be stopped at any moment, and tells how far it is."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, QThread, Signal

from desktop.casework.graph_layout import Points, arrange

_TELL_S = 0.1
_WORK_S, _BREATH_S = 0.005, 0.0005  # of work, then the window takes its turn


class _StoppedError(Exception):
    """Nobody wants the layout any more."""


class LayoutThread(QThread):
    """One layout. `laid` comes once, or never if it was stopped."""

    progressed = Signal(int, int)
    laid = Signal(object)
    """dict of node id to (x, y)."""

    def __init__(self, beside: Mapping[str, Sequence[str]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._beside = beside
        self._stopping = threading.Event()
        self._told_s = self._breath_s = 0.0

    def stop(self) -> None:
        """End it and wait for it: a few milliseconds."""
        self._stopping.set()
        self.wait()

    def run(self) -> None:
        """Qt's entry into the thread."""
        try:
            points: Points = arrange(self._beside, self._tell)
        except _StoppedError:
            return
        self.laid.emit(points)

    def _tell(self, done: int, whole: int) -> None:
        if self._stopping.is_set():
            raise _StoppedError
        now = time.monotonic()
        if now - self._breath_s >= _WORK_S:
            time.sleep(_BREATH_S)
            self._breath_s = time.monotonic()
        if now - self._told_s >= _TELL_S:
            self._told_s = now
            self.progressed.emit(done, whole)
