"""What the screens may do with evidence files: attach, ask for, save. Sealing and writing run beside the window."""

from __future__ import annotations

import threading
import time
from collections import deque
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, QThread, Signal

from desktop.casework.attachments import Attachment, clean_name
from desktop.casework.carry_views import FileView, FileWork
from desktop.desk import Opening, Refused, params_of
from desktop.desk.blobs import FilePlace, seal_file, write_file
from desktop.session.exhibiting import Exhibiting
from desktop.store import Store, StoreError
from desktop.store.blobs import Blobs

TELL_S = 0.1  # at least, between two words of how far a file is


class _StoppedError(Exception):
    """The desk is being locked."""


class FileThread(QThread):
    """Seals one file into the home, or writes one to the disk."""

    told = Signal(object)
    """FileWork: how far it is."""
    done = Signal(int)
    """Number of the work."""
    refused = Signal(int, str, object)
    """Number of the work, code of what stood in the way, and the parameters of its sentence."""

    def __init__(self, store: Store, work: FileWork, what: FilePlace | Attachment, path: Path, parent: QObject) -> None:
        """`what`: where the file at `path` goes, or the file that is written there."""
        super().__init__(parent)
        self.work = work
        self.what = what
        self.sealed: Attachment | None = None  # until it is named in its record
        self._store = store
        self._path = path
        self._stopped = threading.Event()
        self._told_s = 0.0

    def stop(self) -> None:
        """End it at the next part of the file, and wait for that. Nothing half is left."""
        self._stopped.set()
        self.wait()

    def run(self) -> None:
        """Qt's entry into the thread."""
        try:
            with self._store.connect() as connection:
                blobs = Blobs(connection.context, self._store.home)
                if isinstance(self.what, Attachment):
                    write_file(blobs, self.what, self._path, self._tell)
                else:
                    self.sealed = seal_file(blobs, self.what, self._path, self._tell)
        except _StoppedError:
            return
        except (StoreError, Refused) as error:
            self.refused.emit(self.work.number, error.code, params_of(error))
        else:
            self.done.emit(self.work.number)

    def _tell(self, done: int) -> None:
        if self._stopped.is_set():
            raise _StoppedError
        if time.monotonic() >= self._told_s + TELL_S:
            self._told_s = time.monotonic()
            self.told.emit(msgspec.structs.replace(self.work, done=done))


class Filing(Exhibiting):
    """The part of the session that handles files, one after the other."""

    file_worked = Signal(object)
    """FileWork: it waits, or how far it is."""
    file_done = Signal(object)
    """FileWork: it is attached, or it is where it was to be."""
    file_refused = Signal(object, str, object)
    """FileWork, and code and parameters of what stood in the way; `message(code, params)` is the text."""

    def __init__(self, home: Path, opening: Opening, parent: QObject | None = None) -> None:
        super().__init__(home, opening, parent)
        self._files: deque[FileThread] = deque()  # the first one runs
        self._last_work = 0

    def files(self, record: str) -> list[FileView]:
        """The files of a record, by name."""
        return self._look(lambda desk: desk.files(record), [])

    def file_works(self, record: str) -> list[FileWork]:
        """What is being done with files of a record, and what waits for it, in order."""
        return [thread.work for thread in self._files if thread.work.record == record]

    def attach_files(self, record: str, paths: list[Path]) -> None:
        """Seal files and name them in a record; each answers by `file_done` or `file_refused`."""
        if self._desk is None:
            return
        with self._reporting(record):
            place = self._desk.file_place(record)
            for path in paths:
                self._add_file(FileWork(record, "", clean_name(path.name), "attach", size=_size(path)), place, path)

    def fetch_file(self, record: str, file: str) -> None:
        """Ask for a file of a record by its id; `moved` tells how far it is."""
        if self._desk is None:
            return
        with self._reporting(record):
            self._desk.fetch_file(record, file)
            self._wake()

    def stop_fetching(self, record: str, file: str) -> None:
        """Ask for a file no longer."""
        if self._desk is not None:
            with self._reporting(record):
                self._desk.stop_fetching(record, file)

    def remove_file(self, record: str, file: str) -> bool:
        """Take a file out of a record; `undo` puts it back."""
        with self._reporting(record):
            self._told(self._open_desk().remove_file(record, file))
            return True
        return False

    def stop_work(self, number: int) -> None:
        """Give up a piece of work; nothing half is left of it. The others go on."""
        thread = next((each for each in self._files if each.work.number == number), None)
        if thread is None or self._desk is None:
            return
        runs = thread is self._files[0]
        self._files.remove(thread)
        thread.stop()
        if thread.sealed is not None:  # it was quicker, and its word is on the way
            with self._reporting(thread.work.record):
                self._desk.blobs.drop(thread.sealed.blob.id)
        if runs:
            self._next_file()
        else:
            thread.deleteLater()
        self.file_worked.emit(msgspec.structs.replace(thread.work, done=0))

    def save_file(self, record: str, file: str, target: Path) -> None:
        """Write a file that is here to the disk; answers by `file_done` or `file_refused`."""
        if self._desk is None:
            return
        with self._reporting(record):
            found = self._desk.attachment(record, file)
            self._add_file(FileWork(record, file, found.name, "save", size=found.blob.size), found, target)

    def on_file_told(self, work: FileWork) -> None:
        """The thread tells how far it is."""
        if self._runs(work.number):
            self._files[0].work = work
            self.file_worked.emit(work)

    def on_file_done(self, number: int) -> None:
        """The thread has sealed or written the file; a sealed one is named in its record here."""
        if not self._runs(number) or self._desk is None:
            return
        thread = self._files.popleft()
        with self._reporting(thread.work.record):
            if isinstance(thread.what, FilePlace) and thread.sealed is not None:
                self._told(self._desk.name_file(thread.what, thread.sealed))
        self.file_done.emit(thread.work)
        self._next_file()

    def on_file_refused(self, number: int, code: str, params: dict[str, object]) -> None:
        """The thread was refused; the files behind this one go on."""
        if not self._runs(number):
            return
        self.file_refused.emit(self._files.popleft().work, code, params)
        self._end_if_erased(code)
        self._next_file()

    def _runs(self, number: int) -> bool:
        """Whether this is the work that is waited for: a word of one that was given up may still be on its way."""
        return bool(self._files) and self._files[0].work.number == number

    def _add_file(self, work: FileWork, what: FilePlace | Attachment, path: Path) -> None:
        if self._desk is None:
            return
        self._last_work += 1
        work = msgspec.structs.replace(work, number=self._last_work)
        thread = FileThread(self._desk.store, work, what, path, self)
        thread.told.connect(self.on_file_told)
        thread.done.connect(self.on_file_done)
        thread.refused.connect(self.on_file_refused)
        thread.finished.connect(thread.deleteLater)
        self._files.append(thread)
        if len(self._files) == 1:
            thread.start()
        self.file_worked.emit(work)

    def _next_file(self) -> None:
        if self._files:
            self._files[0].start()

    def _stop_threads(self) -> None:
        """End every thread; a file that is being sealed or written is given up, one that was sealed is kept."""
        files, self._files = self._files, deque()
        for thread in files:
            thread.stop()
            if self._desk is not None and isinstance(thread.what, FilePlace) and thread.sealed is not None:
                with self._reporting(thread.work.record):
                    self._desk.name_file(thread.what, thread.sealed)
            thread.deleteLater()
        super()._stop_threads()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
