"""Asks for files by one dialog at a time: a newer one closes the one before, and the lock closes it."""

from __future__ import annotations

from PySide6.QtWidgets import QFileDialog


class OneDialog:
    """The file dialog of a part of a screen; it is thrown away when it closes."""

    def __init__(self) -> None:
        self.dialog: QFileDialog | None = None

    def open(self, dialog: QFileDialog) -> None:
        """Open a dialog in the place of the one before."""
        self.close()
        self.dialog = dialog
        dialog.finished.connect(self.close)
        dialog.open()

    def close(self, _result: int = 0) -> None:
        """Close what is open."""
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.close()
            dialog.deleteLater()
