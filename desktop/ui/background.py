"""Work of drawings that takes longer than a frame, done one after the other on a thread beside the window.

The work touches no object that the window has. What is not wanted any more is computed all the same, and its answer
passed over by whoever asked: it knows its ticket.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from queue import SimpleQueue

from PySide6.QtCore import QObject, Signal

Work = Callable[[], object]


class Background(QObject):
    """One thread for all drawings of this process; it ends with the process."""

    done = Signal(object, object)
    """The ticket, and what the work returned."""

    def __init__(self) -> None:
        super().__init__()
        self._jobs: SimpleQueue[tuple[object, Work]] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="drawings", daemon=True)

    def do(self, ticket: object, work: Work) -> None:
        """Do this; `done` brings the answer on the window's thread."""
        if not self._thread.is_alive():
            self._thread.start()
        self._jobs.put((ticket, work))

    def _run(self) -> None:
        while True:
            ticket, work = self._jobs.get()
            result = work()
            with suppress(RuntimeError):  # the program ends, and with it who would hear
                self.done.emit(ticket, result)


@cache
def background() -> Background:
    """The one of this process."""
    return Background()
