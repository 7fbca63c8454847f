"""The evidence of a case: its exhibits, what is taken in as one by a drop or from a folder, and their chains."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.casework.evidence_views import Intake
from desktop.casework.views import ListRow, Query, RecordView
from desktop.session import Session, UnknownRecord
from desktop.ui.custody_saver import CustodySaver
from desktop.ui.exhibit_panel import ExhibitPanel
from desktop.ui.files_card import FilesCard, dropped_files
from desktop.ui.intake_card import IntakeCard
from desktop.ui.kit import Banner, Button, CheckBox, EmptyState, FlowLayout, Label, Living, Panel, Toast
from desktop.ui.list_view import RecordListView
from desktop.ui.margins import set_margins
from desktop.ui.one_dialog import OneDialog
from desktop.ui.scroll_page import BAR, ScrollPage
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.bidi import ltr, one_line
from i18n.formats import number

_CHANNEL = "evidence"
WATCH_MS = 5_000  # between two looks into a watched folder


class EvidenceTab(Living, QWidget):
    """The list of exhibits and the one that is chosen; files and folders can be dropped anywhere on it."""

    record_opened = Signal(str)
    add_requested = Signal(str)

    def __init__(self, session: Session, over: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._over = session, over
        self._space_id = ""
        self._asked = 0
        self._folder: Path | None = None
        self.asking = OneDialog()
        self.count = Label("", "caption", "muted")
        self.add_files = Button("", "primary", "upload")
        self.add_folder = Button("", "secondary", "folder-kanban")
        self.add_thing = Button("", "secondary", "archive")
        self.report = Button("", "secondary", "printer")
        self.watch = CheckBox("")
        self.intake = IntakeCard(session)
        self.problem = Banner("bad")
        self.problem.quiet_clicked.connect(self.problem.hide)
        self.list = RecordListView(self._rows)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.empty = EmptyState("archive")
        self.panel = ExhibitPanel(session, over)
        self.loose = Banner("info")
        self.files = FilesCard(session, over=over)
        self.toast = Toast(over)
        self.saver = CustodySaver(session, over)
        self._timer = QTimer(self)
        self._timer.setInterval(WATCH_MS)
        self.setAcceptDrops(True)
        self.files.setAcceptDrops(False)  # what is dropped on it becomes an exhibit, as everywhere here
        self._lay_out()
        self._connect()
        self.bind(self.list.setAccessibleName, lambda: _("Exhibits of this case"))
        self.bind(self.files.set_title, lambda: _("Files without an exhibit"))
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._gaps)

    def show_case(self, view: RecordView) -> None:
        """Show the exhibits of a case, and the files that stand in it without one."""
        if view.space != self._space_id:
            self._space_id = view.space
            self.problem.hide()
            self.panel.clear()
            self._watch(None)
        self._asked = self._session.query(Query(type="exhibit", space=view.space, order="reference"), _CHANNEL)
        self.files.show_record(view)
        self._tell()

    def choose(self, record: str) -> None:
        """Show one exhibit beside the list."""
        try:
            view = self._session.show(record)
        except UnknownRecord:
            self.panel.clear()
            return
        self.list.set_current(record)
        self.panel.show_exhibit(view)
        self._session.mark_read(record)

    def take_in(self, paths: list[Path], *, only_new: bool = False) -> None:
        """Begin to take files and folders in."""
        if not self._space_id or not paths:
            return
        if self._session.intake() is not None:
            self._say(_("Other files are still being taken in. Add these when that is done."))
        else:
            self.problem.hide()
            self._session.take_in(self._space_id, paths, only_new=only_new)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and folders, nothing else."""
        if dropped_files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take in what is dropped."""
        event.acceptProposedAction()
        self.take_in([Path(name) for name in dropped_files(event)])

    # what the buttons do

    def ask_files(self) -> None:
        """Ask for files, and take them in."""
        dialog = QFileDialog(self, _("Take files in as exhibits"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda names: self.take_in([Path(name) for name in names]))
        self.asking.open(dialog)

    def ask_folder(self) -> None:
        """Ask for the folder of a camera or scanner, and take in what is new there."""
        dialog = QFileDialog(self, _("Take in what is new in a folder"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda name: self._on_folder(Path(name)))
        self.asking.open(dialog)

    def ask_report(self, exhibit: str = "") -> None:
        """Read every file again, then make the custody report, of one exhibit or of all."""
        self.saver.ask(self._space_id, [exhibit] if exhibit else None)

    def _on_folder(self, folder: Path) -> None:
        self._watch(folder)
        self.take_in([folder], only_new=True)

    def _watch(self, folder: Path | None) -> None:
        self._folder = folder
        self.watch.setVisible(folder is not None)
        self.watch.setChecked(False)
        self._tell()

    def _on_watch(self, wanted: bool) -> None:
        self._timer.start() if wanted else self._timer.stop()

    def _on_time(self) -> None:
        if self._session.is_locked() or self._folder is None:
            self.watch.setChecked(False)
        elif self._session.intake() is None:
            self._session.take_in(self._space_id, [self._folder], only_new=True)

    def _on_intake(self, state: Intake) -> None:
        if state.space != self._space_id:
            return
        quiet = self._timer.isActive() and not state.files
        if not quiet:
            self.intake.show_state(state)

    def _on_rows(self, asked: int, found: list[str]) -> None:
        if asked != self._asked or self._session.is_locked():
            return
        ids = found[::-1]  # by number
        self.list.rows.forget(frozenset(ids))
        self.list.show_ids(ids)
        shown = self.panel.exhibit()
        if shown in ids:
            self.choose(shown)
        elif ids:
            self.choose(ids[0])
        else:
            self.panel.clear()
        self._tell()

    def _rows(self, ids: list[str]) -> list[ListRow]:
        """Who holds an exhibit stands beside its name."""
        return [
            msgspec.structs.replace(row, title=f"{row.title} · {row.assignee}") if row.assignee else row
            for row in self._session.rows(ids)
        ]

    def _on_loose(self) -> None:
        """Make an exhibit of every file that stands in the case itself."""
        made = [self._session.exhibit_of_file(self._space_id, file.id) for file in self._session.files(self._space_id)]
        done = sum(bool(each) for each in made)
        self.toast.show_note(ngettext("{n} exhibit made", "{n} exhibits made", done).format(n=number(done)))

    def _on_report_all(self) -> None:
        self.ask_report()

    def _on_failed(self, code: str, params: dict[str, object]) -> None:
        if params.get("record") == self._space_id and self.isVisible():
            self._say(self._session.message(code, params))

    def _say(self, text: str) -> None:
        self.problem.set_text(text)
        self.problem.set_actions(_("Dismiss"))
        self.problem.show()

    def _on_locked(self) -> None:
        self._space_id = ""
        self._timer.stop()
        self.asking.close()
        self.list.show_ids([])
        self.list.rows.clear()
        self.problem.hide()

    def _tell(self) -> None:
        count = self.list.rows.rowCount()
        self.count.setText(ngettext("{n} exhibit", "{n} exhibits", count).format(n=number(count)))
        self.add_files.setText(_("Add files…"))
        self.add_folder.setText(_("From a folder…"))
        self.add_thing.setText(_("Add a thing…"))
        self.report.setText(_("Custody report…"))
        self.report.setVisible(count > 0)
        folder = ltr(one_line(str(self._folder), 60)) if self._folder is not None else ""
        self.watch.setText(_("Take in what appears in {folder}").format(folder=folder))
        self.empty.set_texts(
            _("No exhibits yet"),
            _("Drop files or folders here, or take them from a camera. Each gets its number, its hash and its chain."),
            _("Add files…"),
        )
        self._card.setVisible(count > 0)
        self._nothing.setVisible(not count)
        loose = len(self._session.files(self._space_id)) if self._space_id and not self._session.is_locked() else 0
        words = ngettext(
            "{n} file stands in the case without number and chain.",
            "{n} files stand in the case without number and chain.",
            loose,
        )
        self.loose.set_text(words.format(n=number(loose)))
        self.loose.set_actions("", _("Make exhibits of them"))
        self.loose.setVisible(loose > 0)

    def _connect(self) -> None:
        session = self._session
        self.add_files.clicked.connect(self.ask_files)
        self.add_folder.clicked.connect(self.ask_folder)
        self.add_thing.clicked.connect(partial(self.add_requested.emit, "exhibit"))
        self.report.clicked.connect(self._on_report_all)
        self.empty.action_clicked.connect(self.ask_files)
        self.watch.toggled.connect(self._on_watch)
        self.list.opened.connect(self.choose)
        self.loose.strong_clicked.connect(self._on_loose)
        self.panel.record_opened.connect(self.record_opened)
        self.panel.report_requested.connect(self.ask_report)
        self._timer.timeout.connect(self._on_time)
        session.rows_ready.connect(self._on_rows)
        session.intake_told.connect(self._on_intake)
        self.saver.told.connect(self.toast.show_note)
        self.saver.warned.connect(self._say)
        session.failed.connect(self._on_failed)
        session.locked.connect(self._on_locked)

    def _lay_out(self) -> None:
        self._head = FlowLayout()
        for button in (self.add_files, self.add_folder, self.add_thing, self.report):
            self._head.addWidget(button)
        self._card = Panel("card")
        inner = QVBoxLayout(self._card)
        inner.setContentsMargins(1, 6, 1, 6)
        inner.addWidget(self.list)
        self._nothing = ScrollPage(self.empty)
        left = QVBoxLayout()
        left.addWidget(self.count)
        left.addWidget(self._card, 1)
        left.addWidget(self._nothing, 1)
        side = QWidget()
        self._side = QVBoxLayout(side)
        for part in (self.panel, self.loose, self.files):
            self._side.addWidget(part)
        self._side.addStretch(1)
        self._panes = QHBoxLayout()
        self._panes.addLayout(left, 4)
        self._panes.addWidget(ScrollPage(side), 5)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._head)
        for strip in (self.watch, self.problem, self.intake):
            self._column.addWidget(strip)
        self._column.addLayout(self._panes, 1)
        self.watch.hide()
        self.problem.hide()

    def _gaps(self) -> None:
        theme = current_theme()
        set_margins(self, self._column, 0, 0, theme.px(BAR), 0)
        self._column.setSpacing(theme.space("s"))
        self._panes.setSpacing(theme.space("m"))
        self._side.setSpacing(theme.space("m"))
