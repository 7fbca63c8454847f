"""The evidence files of a record: what each is and where, a way to attach more, and a way to save one to the disk."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop.casework.attachments import safe_file_name
from desktop.casework.carry_views import BlobMove, FileView, FileWork
from desktop.casework.views import RecordView
from desktop.session import Session
from desktop.ui.file_viewer import FileViewer
from desktop.ui.kit import Banner, Button, Card, IconButton, Label, Living, Toast, announce
from desktop.ui.kit.visibility import show_if
from desktop.ui.one_dialog import OneDialog
from desktop.ui.presenter import SEPARATOR
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.bidi import isolate, ltr, one_line, strip_isolates
from i18n.formats import number, percent, size

_AT_ONCE = 30  # rows
_STEPS = 1_000


class FileRow(Living, QWidget):
    """One file: its name, what it is doing or where it is, a bar while it moves, and the way to save it."""

    save_requested = Signal(object)
    remove_requested = Signal(object)
    """FileView."""
    view_requested = Signal(object)
    stop_requested = Signal(object)
    """FileWork that is given up, or FileView that is not fetched any more."""

    def __init__(self, session: Session, *, editable: bool = True) -> None:
        super().__init__()
        self._session, self._editable = session, editable
        self.file: FileView | None = None
        self._move: BlobMove | None = None
        self._work: FileWork | None = None
        self._asked = False
        self.name = Label("", "strong", wrap=True)
        self.state = Label("", "caption", "muted", wrap=True)
        self.bar = QProgressBar()
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        show_if(self.bar, False)
        self.save_button = Button("", "secondary", "download")
        self.view_button = IconButton("eye")
        self.stop_button = IconButton("x")
        self.remove_button = IconButton("trash-2")
        self._words = QVBoxLayout()
        for widget in (self.name, self.bar, self.state):
            self._words.addWidget(widget)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addLayout(self._words, 1)
        for button in (self.stop_button, self.view_button, self.save_button, self.remove_button):
            self._row.addWidget(button)
        self.save_button.clicked.connect(self._on_save)
        self.view_button.clicked.connect(self._on_view)
        self.stop_button.clicked.connect(self._on_stop)
        self.remove_button.clicked.connect(self._on_remove)
        show_if(self.stop_button, False)
        self.bind(lambda _text: self._show(), str)
        self.follow(self._space)

    def show_file(self, file: FileView | None, move: BlobMove | None, work: FileWork | None, *, asked: bool) -> None:
        """Show a file of the record, or one that is being sealed (`file` is None). `asked`: it is to be saved."""
        self.file, self._move, self._work, self._asked = file, move, work, asked
        self._show()

    def show_progress(self, news: BlobMove | FileWork) -> None:
        """Show how far the same file is now."""
        if isinstance(news, FileWork):
            self._work = news
        else:
            self._move = news
        self._show_state()  # no more: it comes ten times a second

    def _show(self) -> None:
        name = self.file.name if self.file else self._work.name if self._work else ""
        shown = one_line(name, 100)
        self.name.setText(isolate(shown))
        self.bar.setAccessibleName(strip_isolates(shown))
        self.save_button.setText(_("Save as…"))
        self.save_button.setAccessibleName(strip_isolates(_("Save {file} as…").format(file=shown)))
        self.save_button.setVisible(self.file is not None)
        self.remove_button.set_name(_("Remove {file} from the case").format(file=isolate(shown)))
        self.remove_button.setVisible(self.file is not None and self._editable)
        self.view_button.set_name(_("Look at {file}").format(file=isolate(shown)))
        self.stop_button.set_name(_("Stop {file}").format(file=isolate(shown)))
        self._show_state()

    def _show_state(self) -> None:
        fetched = self._move is not None and self._move.way == "fetch"
        self.save_button.setEnabled(self._work is None and not self._asked)
        self.remove_button.setEnabled(self._work is None)
        self.stop_button.setVisible(self._work is not None or fetched or self._asked)
        self.view_button.setVisible(self.file is not None and self.file.here and self._work is None)
        done, whole = self._progress()
        self.bar.setVisible(done > 0)
        self.bar.setValue(int(done / whole * _STEPS) if whole else _STEPS)
        parts = [size(self.file.size if self.file else whole), self._words_of_state()]
        if done:
            parts += [_("{done} of {all}").format(done=size(done), all=size(whole)), percent(done / max(whole, 1))]
        self.state.setText(SEPARATOR.join(parts))
        self.state.set_tone("bad" if self._work is None and self._refused() else "muted")

    def _refused(self) -> str:
        return self._move.refused if self._move else self.file.refused if self.file else ""

    def _progress(self) -> tuple[int, int]:
        if self._work is not None:
            return self._work.done, max(self._work.size, self._work.done)
        if self._move is not None and self._move.way != "none":
            return self._move.moved, self._move.size
        return 0, 0

    def _words_of_state(self) -> str:
        if self._work is not None:
            return _("being attached") if self._work.way == "attach" else _("being saved")
        if self._refused():
            return self._session.message(self._refused())
        move, file = self._move, self.file
        if move is not None and move.way != "none":
            if self._session.sync_state().phase != "online":
                return _("waits for the secretariat")
            return _("being sent") if move.way == "send" else _("being fetched")
        if file is None or not file.here:
            return _("not on this desk")
        return _("on this desk and at the secretariat") if file.sent else _("not sent yet")

    def _on_save(self) -> None:
        if self.file is not None:
            self.save_requested.emit(self.file)

    def _on_remove(self) -> None:
        if self.file is not None:
            self.remove_requested.emit(self.file)

    def _on_view(self) -> None:
        if self.file is not None:
            self.view_requested.emit(self.file)

    def _on_stop(self) -> None:
        self.stop_requested.emit(self._work or self.file)

    def _space(self) -> None:
        theme = current_theme()
        self._row.setSpacing(theme.space("s"))
        self._words.setSpacing(theme.space("xs"))


class FilesCard(Card):
    """A list, and Attach; files can be dropped on it. Saving fetches first what is not here, then asks where."""

    def __init__(
        self, session: Session, parent: QWidget | None = None, *, over: QWidget | None = None, editable: bool = True
    ) -> None:
        """`over`: where the note of a removal is shown, else the card itself. `editable`: files may come and go."""
        super().__init__(parent=parent)
        self._session, self._editable = session, editable
        self._record = ""
        self._asked: set[str] = set()  # ids of files that are fetched to be saved
        self._limit = _AT_ONCE
        self.asking = OneDialog()
        self.rows: list[FileRow] = []
        self.words = Label("", "body", "muted", wrap=True)
        self.problem = Banner("bad")
        self.problem.hide()
        self.attach_button = Button("", "secondary", "paperclip")
        self.more = Button("", "quiet", "plus")
        show_if(self.more, False)
        self._list = QVBoxLayout()
        top = QHBoxLayout()
        top.addWidget(self.words, 1)
        top.addWidget(self.attach_button)
        for item in (top, self.problem, self._list, self.more):
            self.add(item)
        self.toast = Toast(over or self)
        self.toast.action_clicked.connect(session.undo)
        self.setAcceptDrops(editable)
        show_if(self.attach_button, editable)
        self.attach_button.clicked.connect(self.ask_to_attach)
        self.more.clicked.connect(self._on_more)
        session.moved.connect(self._on_moved)
        session.file_worked.connect(self._on_worked)
        session.file_done.connect(self._on_done)
        session.file_refused.connect(self._on_refused)
        session.sync_state_changed.connect(self._on_state)
        session.locked.connect(self._on_locked)
        session.undo_changed.connect(self.toast.hide)  # what it would undo is not the last edit any more
        self.bind(self.set_title, lambda: _("Evidence files"))
        self.bind(self.attach_button.setText, lambda: _("Attach…"))
        self.bind(lambda _text: self.refresh(), str)
        self.follow(self._gaps)

    def show_record(self, view: RecordView) -> None:
        """Show the files of a record, or the same one as it stands now."""
        if view.id != self._record:
            self._record, self._limit = view.id, _AT_ONCE
            self._asked.clear()
            self.problem.hide()
        self.refresh()

    def refresh(self) -> None:
        """Look again which files there are and where they are."""
        if not self._record or self._session.is_locked():
            return
        works = self._session.file_works(self._record)
        saved = {work.file: work for work in works if work.way == "save"}
        moves = {move.id: move for move in self._session.moves()}
        files = self._session.files(self._record)
        sealed = [work for work in works if work.way == "attach"]
        shown = files[: self._limit]
        self._keep_rows(len(sealed) + len(shown))
        for row, work in zip(self.rows, sealed, strict=False):
            row.show_file(None, None, work, asked=False)
        for row, file in zip(self.rows[len(sealed) :], shown, strict=True):
            row.show_file(file, moves.get(file.id), saved.get(file.id), asked=file.id in self._asked)
        count = len(files)
        text = ngettext("{n} file", "{n} files", count).format(n=number(count))
        nothing = _("No files yet. Attach some, or drop them here.") if self._editable else _("No files.")
        self.words.setText(text if count or sealed else nothing)
        rest = count - len(shown)
        self.more.setVisible(rest > 0)
        self.more.setText(ngettext("{n} more", "{n} more", rest).format(n=number(rest)))

    def ask_to_attach(self) -> None:
        """Ask for files, and attach them."""
        dialog = QFileDialog(self, _("Attach files"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self._attach)
        self.asking.open(dialog)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files, nothing else."""
        if dropped_files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Attach what is dropped."""
        event.acceptProposedAction()
        self._attach(dropped_files(event))

    def _attach(self, names: list[str]) -> None:
        self.problem.hide()
        self._session.attach_files(self._record, [Path(name) for name in names])

    def _on_save(self, file: FileView) -> None:
        self.problem.hide()
        if file.here:
            self._ask_where(file)
            return
        self._asked.add(file.id)
        self._session.fetch_file(self._record, file.id)
        self.refresh()

    def _on_view(self, file: FileView) -> None:
        FileViewer(self._session, file, self).open()

    def _on_remove(self, file: FileView) -> None:
        self.problem.hide()
        self._asked.discard(file.id)
        if self._session.remove_file(self._record, file.id):
            self.refresh()
            self.attach_button.setFocus()
            words = _("Removed from the case: {file}. It stays in the history, and with those who have it.")
            self.toast.show_note(words.format(file=isolate(one_line(file.name, 60))), _("Undo"))

    def _on_stop(self, what: FileWork | FileView) -> None:
        if isinstance(what, FileWork):
            self._session.stop_work(what.number)
        else:
            self._asked.discard(what.id)
            self._session.stop_fetching(self._record, what.id)
            self.refresh()
        announce(self, _("Stopped: {file}").format(file=one_line(what.name, 100)))

    def _ask_where(self, file: FileView) -> None:
        """The name is only suggested: it came from outside, and is made one that is no path."""
        record = self._record
        dialog = QFileDialog(self, _("Save {file} as").format(file=ltr(one_line(file.name, 60))))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(safe_file_name(file.name))
        dialog.fileSelected.connect(lambda name: self._session.save_file(record, file.id, Path(name)))
        self.asking.open(dialog)

    def _on_moved(self, move: object) -> None:
        if not isinstance(move, BlobMove):
            return
        row = next((each for each in self.rows if each.file is not None and each.file.id == move.id), None)
        if row is None:
            return
        if move.way != "none":
            row.show_progress(move)
            return
        wanted = move.id in self._asked
        self._asked.discard(move.id)
        self.refresh()
        if wanted and move.here and row.file is not None and self.asking.dialog is None and self.isVisible():
            self._ask_where(row.file)

    def _on_state(self, _state: object) -> None:
        if self.isVisible():
            self.refresh()

    def _on_worked(self, work: FileWork) -> None:
        if work.record != self._record:
            return
        if not work.done:
            self.refresh()
            return
        found = [row for row in self.rows if (row.file.id if row.file else "") == work.file]
        for row in found[:1]:  # of those that are sealed, the first one is worked on
            row.show_progress(work)

    def _on_done(self, work: FileWork) -> None:
        if work.record == self._record:
            self.refresh()
            told = _("{file} is attached.") if work.way == "attach" else _("{file} is saved.")
            announce(self, told.format(file=one_line(work.name, 100)))

    def _on_refused(self, work: FileWork, code: str, params: dict[str, object]) -> None:
        if work.record == self._record:
            self.refresh()
            self.problem.set_text(self._session.message(code, params))
            self.problem.show()

    def _on_more(self) -> None:
        self._limit += _AT_ONCE
        self.refresh()

    def _on_locked(self) -> None:
        self._record = ""
        self._asked.clear()
        self.asking.close()
        self._keep_rows(0)
        self.words.setText("")
        self.problem.hide()

    def _keep_rows(self, count: int) -> None:
        while len(self.rows) > count:
            row = self.rows.pop()
            row.hide()
            row.deleteLater()
        while len(self.rows) < count:
            row = FileRow(self._session, editable=self._editable)
            row.save_requested.connect(self._on_save)
            row.view_requested.connect(self._on_view)
            row.remove_requested.connect(self._on_remove)
            row.stop_requested.connect(self._on_stop)
            self.rows.append(row)
            self._list.addWidget(row)

    def _gaps(self) -> None:
        self._list.setSpacing(current_theme().space("m"))


def dropped_files(event: QDropEvent) -> list[str]:
    """Paths of the local files that are dropped; what else may be dropped with them is left."""
    urls = event.mimeData().urls() if event.mimeData().hasUrls() else []
    return [url.toLocalFile() for url in urls if url.isLocalFile()]
