"""The dialog that makes a report of a case: what is in it, for what purpose, what stands in the way, where it goes."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QButtonGroup, QDialog, QFileDialog, QProgressBar, QWidget

from desktop.casework.attachments import safe_file_name
from desktop.casework.handling import code_line
from desktop.casework.passing_on import PURPOSES, Obstacle, check, describe, forbidden, inherited
from desktop.casework.record_types import FAMILIES
from desktop.casework.views import RecordView
from desktop.session import Session
from desktop.ui.desk_dialog import DeskDialog
from desktop.ui.kit import Banner, Button, CheckBox, Label, RadioButton, announce
from desktop.ui.kit.visibility import show_if
from desktop.ui.presenter import role_value
from desktop.ui.report_contents import SECTIONS, compose, count, providers, section_title
from desktop.ui.report_thread import ReportThread
from i18n import _
from i18n.bidi import strip_isolates
from i18n.formats import number

_CHANNEL = "report"


class ReportDialog(DeskDialog):
    """Reads the case beside the window, and then makes the report there. Stays open until the report is there."""

    def __init__(self, session: Session, case: RecordView, parent: QWidget | None = None) -> None:
        super().__init__(session, parent, Button("", "primary", "file-text"))
        self._case = case
        self._author = session.identity()
        self._views: list[RecordView] = []
        self._thread: ReportThread | None = None
        self.reading = Label("", "body", "muted", wrap=True)
        self.sections = {key: CheckBox() for key in SECTIONS}
        self.purposes = {key: RadioButton() for key in PURPOSES}
        self._purposes = QButtonGroup(self)
        for choice in self.purposes.values():
            self._purposes.addButton(choice)
        self.purposes["police"].setChecked(True)
        self.marking = Label("", "strong", wrap=True)
        self.obstacles = Banner("warn")
        self.confirmed = CheckBox()
        self.bar = QProgressBar()
        self.print_button = Button("", "secondary", "printer")
        self.print_button.clicked.connect(self._on_print)
        for box in (*self.sections.values(), *self.purposes.values(), self.confirmed):
            box.toggled.connect(self._on_choice)
        parts = [self.reading, *self.sections.values(), *self.purposes.values(), self.marking]
        self.lay_out([*parts, self.obstacles, self.confirmed, self.bar])
        self._buttons.insertWidget(1, self.print_button)
        for part in (self.obstacles, self.confirmed, self.bar, self.marking):
            part.hide()
        session.views_ready.connect(self._on_views)
        self._asked = session.ask_views(case.space, FAMILIES, _CHANNEL)
        self.bind(lambda _text: self._tell(), str)

    def chosen(self) -> list[str]:
        """Keys of the sections that are to be in it."""
        return [key for key, box in self.sections.items() if box.isChecked() and not box.isHidden()]

    def purpose(self) -> str:
        """What it is for."""
        return next(key for key, choice in self.purposes.items() if choice.isChecked())

    def submit(self) -> None:
        """Ask where it goes and write it."""
        name = str(role_value(self.session.types.get(self._case.type), self._case, "reference") or "")
        suggested = f"{safe_file_name(name or _('Report'))}.pdf"
        path, _filter = QFileDialog.getSaveFileName(self, _("Save the report"), suggested, "PDF (*.pdf)")
        if path:
            self._begin(Path(path))

    def done(self, result: int) -> None:
        """Stop what is being made: half a report is none."""
        if self._thread is not None:
            self._thread.stop()
            self._thread = None
        super().done(result)

    def _on_print(self) -> None:
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        if QPrintDialog(printer, self).exec() == QDialog.DialogCode.Accepted:
            self._begin(printer)

    def _begin(self, target: Path | QPrinter) -> None:
        made = partial(
            compose,
            self.session.types,
            self._case,
            [view for view in self._views if view.id != self._case.id],
            self.chosen(),
            self._author,
            time.time_ns() // 1_000_000,
        )
        self.problem.hide()
        self.bar.setRange(0, 0)
        self.bar.show()
        self._thread = ReportThread(made, self.session.alliance_marking(), target, self)
        self._thread.told.connect(self._on_told)
        self._thread.done.connect(self._on_done)
        self._thread.start()
        self._tell()

    def _on_views(self, request: int, views: object) -> None:
        if request == self._asked and isinstance(views, list):
            self._views = views
            for key, found in count(self.session.types, views).items():
                self.sections[key].setChecked(found > 0)
                show_if(self.sections[key], found > 0)
            self._tell()
            self.fit()

    def _on_choice(self, _on: bool = False) -> None:
        self._tell()

    def _on_told(self, done: int, whole: int) -> None:
        self.bar.setRange(0, whole)
        self.bar.setValue(done)

    def _on_done(self, there: bool) -> None:
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.wait()
        self.bar.hide()
        if there:
            announce(self, _("The report is ready."))
            self.accept()
        else:
            self.show_problem(_("The report could not be written there. Choose another place."))
            self._tell()

    def _in_it(self) -> list[RecordView]:
        types, wanted = self.session.types, self.chosen()
        return [
            view
            for view in self._views
            if not view.deleted and (known := types.get(view.type)) is not None and known.family in wanted
        ]

    def _stands_in_the_way(self, views: list[RecordView]) -> list[Obstacle]:
        own = self._author.ministry
        others = providers(views) - {own}
        if not others:  # one's own information
            return []
        return check(inherited(views), others, (own,), self.purpose(), receiving=(own,))

    def _tell(self) -> None:
        self.name(_("Report of the case"))
        self.button.setText(_("Save as PDF…"))
        self.print_button.setText(_("Print…"))
        counts = count(self.session.types, self._views)
        for key, box in self.sections.items():
            box.setText(_("{section} ({n})").format(section=section_title(key), n=number(counts[key])))
        self.purposes["police"].setText(_("For police work"))
        self.purposes["judicial"].setText(_("For judicial proceedings"))
        self.confirmed.setText(_("I have read this and keep to it"))
        self.reading.setText(
            _("Every page carries the strictest handling of what is in it, your name, this desk and the time.")
            if self._views
            else _("Reading the case…")
        )
        views = self._in_it()
        obstacles = self._stands_in_the_way(views)
        self.obstacles.set_text("\n".join(describe(each) for each in obstacles))
        show_if(self.obstacles, bool(obstacles))
        show_if(self.confirmed, bool(obstacles) and not forbidden(obstacles))
        show_if(self.marking, bool(views))
        self.marking.setText(_("Handling of the report: {codes}").format(codes=code_line(inherited(views))))
        ready = bool(views) and self._thread is None and not forbidden(obstacles)
        ready = ready and (not obstacles or self.confirmed.isChecked())
        for button in (self.button, self.print_button):
            button.setEnabled(ready)
        self.bar.setAccessibleName(strip_isolates(_("Report of the case")))
