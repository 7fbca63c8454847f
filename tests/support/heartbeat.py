"""A pulse of the window's event loop: how long the longest thing was that kept it from beating."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, Qt, QTimer


class Gap:
    """The longest time between two beats and the CPU time that this thread spent in it, in seconds; how many beats.

    `walls`, `cpus`: of each of them.
    """

    def __init__(self) -> None:
        self.wall_s = 0.0
        self.cpu_s = 0.0
        self.beats = 0
        self.walls: list[float] = []
        self.cpus: list[float] = []


class Heartbeat(QObject):
    """Beats at every turn of the event loop while somebody watches, or each `every_ms`. Only for its own thread."""

    def __init__(self, parent: QObject | None = None, every_ms: int = 0) -> None:
        super().__init__(parent)
        self._gap: Gap | None = None
        self._last = (0.0, 0.0)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(every_ms)
        self._timer.timeout.connect(self.beat)

    @contextmanager
    def watching(self) -> Iterator[Gap]:
        """Give the longest gap while something goes on; what is done in the block itself counts too."""
        gap = self._gap = Gap()
        self._last = _clocks()
        self._timer.start()
        try:
            yield gap
        finally:
            self.beat()
            self._timer.stop()
            self._gap = None

    def beat(self) -> None:
        """Note how long it is since the last beat."""
        now, last = _clocks(), self._last
        self._last = now
        if self._gap is not None:
            self._gap.beats += 1
            self._gap.walls.append(now[0] - last[0])
            self._gap.cpus.append(now[1] - last[1])
        if self._gap is not None and now[0] - last[0] > self._gap.wall_s:
            self._gap.wall_s, self._gap.cpu_s = now[0] - last[0], now[1] - last[1]


def _clocks() -> tuple[float, float]:
    return time.perf_counter(), time.thread_time()
