"""Makes the custody report of one exhibit or of all, with every file read again first, and saves it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.casework.evidence_report import CustodyReport
from desktop.session import Session
from desktop.ui.custody_pdf import write_custody_pdf
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
        self.dialog: QFileDialog | None = None
        session.report_ready.connect(self._on_ready)
        session.locked.connect(self.close)

    def ask(self, space: str, exhibits: list[str] | None = None) -> None:
        """Begin the report of some exhibits of a case, or of all."""
        self._asked = self._session.ask_custody_report(space, exhibits, check=True)
        self.told.emit(_("The files are read again for the report…"))

    def close(self) -> None:
        """Ask no more where to save it."""
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.close()
            dialog.deleteLater()

    def _on_ready(self, asked: int, report: CustodyReport) -> None:
        if asked != self._asked or self._session.is_locked():
            return
        self._asked = 0
        if not report.whole:
            self.warned.emit(_("Something in these chains or files does not fit. The report says where."))
        self.close()
        self.dialog = QFileDialog(self._over, _("Save the custody report"))
        self.dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.dialog.setDefaultSuffix("pdf")
        self.dialog.selectFile("custody.pdf")
        self.dialog.fileSelected.connect(partial(self._write, report))
        self.dialog.open()

    def _write(self, report: CustodyReport, name: str) -> None:
        try:
            write_custody_pdf(report, Path(name))
        except OSError:
            self.warned.emit(self._session.message("file_unwritable", {"path": name}))
        else:
            self.told.emit(_("Saved: {path}").format(path=ltr(one_line(name, 120))))
