"""The dialog before a chart leaves the desk: what it is marked with, what for, what stands in the way."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from desktop.casework.handling import code_line
from desktop.casework.passing_on import PURPOSES, Obstacle, check, describe, forbidden
from desktop.session import Session
from desktop.ui.chart.board import Board
from desktop.ui.chart.picture import Picture
from desktop.ui.chart.sheet import Sheet
from desktop.ui.desk_dialog import DeskDialog
from desktop.ui.kit import Banner, Button, CheckBox, Label, RadioButton, announce
from i18n import _
from i18n.formats import moment


class SheetDialog(DeskDialog):
    """Saves the chart as an image or a PDF, or prints it."""

    def __init__(self, session: Session, board: Board, picture: Picture, parent: QWidget | None = None) -> None:
        super().__init__(session, parent, Button("", "primary", "download"))
        self._board = board
        self._author = session.identity()  # a desk that locks meanwhile tells nobody any more
        self._alliance = session.alliance_marking()
        self._picture = picture
        self.marking = Label("", "strong", wrap=True)
        self.purposes = {key: RadioButton() for key in PURPOSES}
        self.purposes["police"].setChecked(True)
        self.obstacles = Banner("warn")
        self.confirmed = CheckBox()
        self.print_button = Button("", "secondary", "printer")
        self.print_button.clicked.connect(self._on_print)
        for choice in (*self.purposes.values(), self.confirmed):
            choice.toggled.connect(self._on_choice)
        self.lay_out([self.marking, *self.purposes.values(), self.obstacles, self.confirmed])
        self._buttons.insertWidget(1, self.print_button)
        self.bind(lambda _text: self._tell(), str)

    def standing(self) -> list[Obstacle]:
        """What stands in the way of a sheet for one's own ministry, for the chosen purpose."""
        own = (self._author.ministry,)
        purpose = next(key for key, choice in self.purposes.items() if choice.isChecked())
        return check(self._board.marking(), (), own, purpose, receiving=own)

    def submit(self) -> None:
        """Ask where it goes and write it."""
        name = _("Link chart")
        path, _filter = QFileDialog.getSaveFileName(
            self, _("Save the chart"), f"{name}.png", "PNG (*.png);;PDF (*.pdf)"
        )
        if path and self.may_go():
            self.write(Path(path))

    def write(self, path: Path) -> None:
        """Write the sheet there, or say that it could not be."""
        if self.sheet().save(path):
            announce(self, _("The chart is saved."))
            self.accept()
        else:
            self.show_problem(_("The chart could not be written there. Choose another place."))

    def sheet(self) -> Sheet:
        """The chart with its marking and who made it."""
        mark = f"{self._author.officer} · {self._author.desk} · {moment(time.time_ns() // 1_000_000)}"
        return Sheet(self._picture, self._board.marking(), self._alliance, mark)

    def may_go(self) -> bool:
        """Whether nothing stands in the way that was not answered for."""
        standing = self.standing()
        return not forbidden(standing) and (not standing or self.confirmed.isChecked())

    def _on_print(self) -> None:
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        if QPrintDialog(printer, self).exec() == QDialog.DialogCode.Accepted and self.may_go():
            self.sheet().print_on(printer)
            self.accept()

    def _on_choice(self, _on: bool = False) -> None:
        self._tell()

    def _tell(self) -> None:
        self.name(_("Print or save the chart"))
        self.button.setText(_("Save…"))
        self.print_button.setText(_("Print…"))
        self.purposes["police"].setText(_("For police work"))
        self.purposes["judicial"].setText(_("For judicial proceedings"))
        codes = code_line(self._board.marking())
        self.marking.setText(_("It inherits the strictest marking of what it shows: {codes}").format(codes=codes))
        standing = self.standing()
        self.obstacles.set_text("\n".join(describe(each) for each in standing))
        self.obstacles.setVisible(bool(standing))
        self.confirmed.setText(_("I have read this and answer for it"))
        self.confirmed.setVisible(bool(standing) and not forbidden(standing))
        self.button.setEnabled(self.may_go())
        self.print_button.setEnabled(self.may_go())
