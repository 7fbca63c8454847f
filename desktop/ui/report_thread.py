"""Makes a report beside the window: put together, laid out and painted on a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QSaveFile, QThread, Signal
from PySide6.QtPrintSupport import QPrinter

from desktop.ui.report_contents import Report
from desktop.ui.report_pages import paint, write_pdf


class ReportThread(QThread):
    """Writes one report into a file that appears only when it is whole, or prints it."""

    told = Signal(int, int)
    """Pages painted, of how many."""
    done = Signal(bool)
    """Whether it is there; false when it was stopped or there was no room for it."""

    def __init__(
        self, compose: Callable[[], Report], alliance: str, target: Path | QPrinter, parent: QObject | None = None
    ) -> None:
        """`compose` runs here too; `alliance` is the alliance's own marking."""
        super().__init__(parent)
        self._compose = compose
        self._alliance = alliance
        self._target = target
        self._stopped = threading.Event()

    def stop(self) -> None:
        """End it at the next page and wait for that."""
        self._stopped.set()
        self.wait()

    def run(self) -> None:
        """Qt's entry into the thread."""
        report = self._compose()
        try:
            if isinstance(self._target, QPrinter):
                self.done.emit(paint(self._target, report, self._alliance, self._tell))
            else:
                self.done.emit(self._write(self._target, report))
        except OSError:
            self.done.emit(False)

    def _write(self, path: Path, report: Report) -> bool:
        file = QSaveFile(str(path))
        if not file.open(QSaveFile.OpenModeFlag.WriteOnly):
            return False
        if not write_pdf(file, report, self._alliance, self._tell):
            file.cancelWriting()
        return file.commit()

    def _tell(self, done: int, whole: int) -> bool:
        self.told.emit(done, whole)
        return not self._stopped.is_set()
