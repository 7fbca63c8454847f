"""The composition root of the window: the only place that knows every part."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop.session import Session
from desktop.ui.main_window import MainWindow

_SIGNAL_LOOK_MS = 500


def run(home: Path) -> int:
    """Open the window on a home and run until it is closed; returns the exit code."""
    application = QApplication(sys.argv[:1])
    application.setApplicationName("Tahaluf")
    application.setDesktopFileName("tahaluf")
    session = Session(home)
    window = MainWindow(session)
    window.show()
    _end_on_signals(application)
    try:
        return application.exec()
    finally:
        session.close()


def _end_on_signals(application: QApplication) -> None:
    """Let the system and the terminal end the program in order: Python hears signals only while it runs."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: application.quit())
    timer = QTimer(application)
    timer.timeout.connect(_nothing)
    timer.start(_SIGNAL_LOOK_MS)


def _nothing() -> None:
    """Give Python a turn."""
