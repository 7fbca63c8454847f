"""The composition root of the window: the only place that knows every part."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from desktop.session import Session
from desktop.ui.collector import Collector
from desktop.ui.main_window import MainWindow

_LOOK_MS = 300


def run(home: Path) -> int:
    """Open the window on a home and run until it is closed; returns the exit code."""
    application = QApplication(sys.argv[:1])
    application.setApplicationName("Tahaluf")
    application.setDesktopFileName("tahaluf")
    session = Session(home)
    window = MainWindow(session)
    signals = Signals(window)
    collector = Collector(session, window)
    window.show()
    try:
        return application.exec()
    finally:
        signals.stop()
        collector.stop()
        session.close()


class Signals(QObject):
    """Lets the system and the terminal close the window in order.

    Python runs a handler inside whatever of ours is running, painting too: it only takes a note, and the loop's next
    turn closes. The timer also gives Python its turn, without which it would not hear a signal at all.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._told = False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.on_look)
        self._timer.start(_LOOK_MS)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    def on_look(self) -> None:
        """Close the window if a signal came."""
        if self._told:
            self._told = False
            self._window.close()

    def stop(self) -> None:
        """Listen no longer."""
        self._timer.stop()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)

    def _note(self, _number: int, _frame: object) -> None:
        self._told = True
