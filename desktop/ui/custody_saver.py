"""Makes the custody report of one exhibit or of all, with every file read again first, and saves it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.casework.evidence_report import CustodyReport
from desktop.session import Session
from desktop.ui.custody_contents import compose_custody
from desktop.ui.one_dialog import OneDialog
from desktop.ui.report_thread import ReportThread
from i18n import _
from i18n.bidi import ltr, one_line


class CustodySaver(QObject):
    """One report at a time; a newer one supersedes it."""

    told = Signal(str)
    """What goes well, for a short note."""
    warned = Signal(str)
    """What does not fit, or stood in the way."""

    def __init__(self, session: Session, over: QWidget) -> None:
        super().__init__(over)
        self._session, self._over = session, over
        self._asked = 0
        self._name = ""
        self._thread: ReportThread | None = None
        self.asking = OneDialog()
        session.report_ready.connect(self._on_ready)
        session.locked.connect(self.close)

    def ask(self, space: str, exhibits: list[str] | None = None) -> None:
        """Begin the report of some exhibits of a case, or of all."""
        self._asked = self._session.ask_custody_report(space, exhibits, check=True)
        self.told.emit(_("The files are read again for the report…"))

    def close(self) -> None:
        """Ask no more where to save it, and end what is being written: half a report is none."""
        self._stop()
        self.asking.close()

    def _on_ready(self, asked: int, report: CustodyReport) -> None:
        if asked != self._asked or self._session.is_locked():
            return
        self._asked = 0
        if not report.whole:
            self.warned.emit(_("Something in these chains or files does not fit. The report says where."))
        dialog = QFileDialog(self._over, _("Save the custody report"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("pdf")
        dialog.selectFile("custody.pdf")
        dialog.fileSelected.connect(partial(self._write, report))
        self.asking.open(dialog)

    def _write(self, report: CustodyReport, name: str) -> None:
        self._stop()
        self._name = name
        compose = partial(compose_custody, report)
        self._thread = ReportThread(compose, self._session.alliance_marking(), Path(name), self)
        self._thread.done.connect(self._on_done)
        self._thread.start()

    def _on_done(self, there: bool) -> None:
        self._stop()
        if there:
            self.told.emit(_("Saved: {path}").format(path=ltr(one_line(self._name, 120))))
        else:
            self.warned.emit(self._session.message("file_unwritable", {"path": self._name}))

    def _stop(self) -> None:
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.stop()
            thread.deleteLater()
