"""What the screens may do with exhibits: take files in, hand them on, look, report. What takes long runs beside."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, QThread, Signal

from desktop.casework.evidence_chain import Custody
from desktop.casework.evidence_report import CustodyReport
from desktop.casework.evidence_views import Handover, Intake, Officer
from desktop.desk import Desk, Opening, Refused, UnknownRecord, params_of
from desktop.desk.intake import OF_ONE_FILE, Found, look_into
from desktop.profile import Profile
from desktop.session.importing import Importing
from desktop.session.query_thread import QueryThread
from desktop.session.viewing import StoppedError, ViewThread
from desktop.store import Connection, Store, StoreError

_CUSTODY, _REPORT = "custody ", "custody-report"
TELL_S = 0.1  # at least, between two words of how far it is


class IntakeThread(QThread):
    """Takes files and folders into one case, one after the other."""

    told = Signal(object)
    """Intake."""
    made = Signal(object)
    """frozenset[str]: ids of the records that an exhibit was made of."""
    broke = Signal(str, object)
    """Code and parameters of a failure that ended the work."""

    def __init__(
        self, store: Store, profile: Profile, space: str, paths: Sequence[Path], *, only_new: bool, parent: QObject
    ) -> None:
        """`only_new`: leave out what was taken in from the same place before."""
        super().__init__(parent)
        self.state = Intake(space)
        self._store, self._profile = store, profile
        self._paths, self._only_new = list(paths), only_new
        self._stopped = threading.Event()
        self._told_s = 0.0

    def cancel(self) -> None:
        """End it at the next part of a file. What is made stays; of the file that is read, nothing does."""
        self._stopped.set()

    def stop(self) -> None:
        """The same, and wait for it."""
        self.cancel()
        self.wait()

    def run(self) -> None:
        """Qt's entry into the thread."""
        try:
            with self._store.connect() as connection:
                self._take_all(Desk(self._store, connection, self._profile))
        except StoppedError:
            self.state = msgspec.structs.replace(self.state, stopped=True)
        except (StoreError, Refused) as error:
            self.broke.emit(error.code, params_of(error))
        self.state = msgspec.structs.replace(self.state, ended=True)
        self.told.emit(self.state)

    def _take_all(self, desk: Desk) -> None:
        files: list[Found] = []
        for found in look_into(self._paths):
            self._check()
            if found.code:
                self._pass(found.code, {"path": str(found.path)})
            elif not self._only_new or desk.is_new_file(self.state.space, found):
                files.append(found)
        self.state = msgspec.structs.replace(self.state, files=len(files), size=sum(found.size for found in files))
        before = 0
        for found in files:
            self._check()
            self.state = msgspec.structs.replace(self.state, name=found.path.name, done=before)
            self.told.emit(self.state)
            self._take(desk, found, before)
            before += found.size

    def _take(self, desk: Desk, found: Found, before: int) -> None:
        space = self.state.space
        try:
            changed = desk.add_exhibit(space, found.path, {}, Handover(), partial(self._on_read, before))
        except Refused as wrong:
            if wrong.code not in OF_ONE_FILE:
                raise
            if wrong.code == "same_exhibit":
                desk.note_taken(space, found)
            self._pass(wrong.code, wrong.params)
            return
        desk.note_taken(space, found)
        self.state = msgspec.structs.replace(self.state, taken=self.state.taken + 1)
        self.made.emit(changed.records)

    def _on_read(self, before: int, done: int) -> None:
        self._check()
        if time.monotonic() >= self._told_s + TELL_S:
            self._told_s = time.monotonic()
            self.told.emit(msgspec.structs.replace(self.state, done=before + done))

    def _pass(self, code: str, params: dict[str, str | int]) -> None:
        self.state = msgspec.structs.replace(self.state, passed=(*self.state.passed, (code, params)))

    def _check(self) -> None:
        if self._stopped.is_set():
            raise StoppedError


class Exhibiting(Importing):
    """The part of the session that is about exhibits."""

    intake_told = Signal(object)
    """Intake: how far the files are that are being taken in, and at the end what was passed over."""
    custody_ready = Signal(int, object)
    """Request id and Custody."""
    report_ready = Signal(int, object)
    """Request id and CustodyReport."""
    report_progressed = Signal(int, int)
    """How many exhibits of a report are done, of how many."""

    def __init__(self, home: Path, opening: Opening, parent: QObject | None = None) -> None:
        super().__init__(home, opening, parent)
        self._intake: IntakeThread | None = None
        self._views: set[ViewThread] = set()
        self._reports: QueryThread | None = None

    def take_in(self, space: str, paths: Sequence[Path], *, only_new: bool = False) -> bool:
        """Begin to take files and folders into a case; `intake_told` tells. False while others are taken in."""
        if self._desk is None or self.intake() is not None:
            return False
        with self._reporting(space):
            self._desk.exhibit_place(space)
            thread = IntakeThread(self._desk.store, self._desk.profile, space, paths, only_new=only_new, parent=self)
            self._intake = thread
            thread.told.connect(self.on_intake_told)
            thread.made.connect(self.on_exhibit_made)
            thread.broke.connect(self.on_thread_failed)
            thread.start()
            return True
        return False

    def intake(self) -> Intake | None:
        """How far the files are that are being taken in; None when there are none."""
        return self._intake.state if self._intake is not None else None

    def stop_intake(self) -> None:
        """Give up what is not taken in yet."""
        if self._intake is not None:
            self._intake.cancel()

    def exhibit_count(self, space: str) -> int:
        """How many exhibits a case has."""
        return self._look(lambda desk: desk.types_of(space).get("exhibit", 0), 0)

    def add_thing(self, space: str, values: dict[str, object]) -> str:
        """Take a thing in that is no file; returns the exhibit's id."""
        with self._reporting(space):
            return self._told(self._open_desk().add_exhibit(space, None, values, Handover()))
        return ""

    def exhibit_of_file(self, space: str, file: str) -> str:
        """Make an exhibit of a file of the case itself; returns its id."""
        with self._reporting(space):
            return self._told(self._open_desk().exhibit_of_file(space, file, Handover()))
        return ""

    def custody_step(self, exhibit: str, action: str, said: Handover) -> bool:
        """Write an entry of a chain; `failed` says why it cannot be."""
        with self._reporting(exhibit, "action"):
            self._told(self._open_desk().custody_step(exhibit, action, said))
            return True
        return False

    def officers(self, space: str) -> list[Officer]:
        """To whom an exhibit of a case can be handed over."""
        return self._look(lambda desk: desk.officers(space), [])

    def ask_custody(self, exhibit: str, channel: str) -> int:
        """Start to read a chain; the request id comes back with `custody_ready`."""
        return self._beside(lambda desk: desk.custody(exhibit), _CUSTODY + channel)

    def ask_custody_report(self, space: str, exhibits: list[str] | None = None, *, check: bool = False) -> int:
        """Start a custody report; the request id comes back with `report_ready`."""
        desk = self._desk
        if desk is None:
            return 0
        reports = self._reports
        if reports is None:
            reports = self._reports = QueryThread(desk.store, self)
            reports.answered.connect(self.on_answered)
            reports.broke.connect(self.on_thread_failed)
            reports.progressed.connect(self.on_report_progressed)
            reports.start()
        store, profile = desk.store, desk.profile

        def read(connection: Connection) -> object:
            made = Desk(store, connection, profile)
            return made.custody_report(space, exhibits, check=check, tell=reports.tell)

        self._asked[_REPORT] = reports.ask(read, _REPORT)
        return self._asked[_REPORT]

    def view_file(self, record: str, file: str) -> ViewThread | None:
        """A thread that opens a file of a record; connect its signals, then start it. End it with `end_view`."""
        if self._desk is None:
            return None
        thread = ViewThread(self._desk.store, self._desk.profile, record, file, self)
        self._views.add(thread)
        return thread

    def end_view(self, thread: ViewThread) -> None:
        """Nobody looks at the file any more."""
        if thread in self._views:
            self._views.discard(thread)
            thread.stop()
            thread.deleteLater()

    # answers of the threads, on the main thread

    def on_answered(self, number: int, channel: str, answer: object) -> None:
        """A chain or a report is read; all else goes on to whom it belongs."""
        if not channel.startswith((_CUSTODY, _REPORT)):
            super().on_answered(number, channel, answer)
        elif self._desk is not None and self._asked.get(channel) == number:
            if isinstance(answer, Custody):
                self.custody_ready.emit(number, answer)
            elif isinstance(answer, CustodyReport):
                self.report_ready.emit(number, answer)

    def on_report_progressed(self, _number: int, done: int, whole: int) -> None:
        """A report is so far."""
        self.report_progressed.emit(done, whole)

    def on_intake_told(self, state: Intake) -> None:
        """The thread that takes files in tells how far it is."""
        if self._intake is None:
            return
        if state.ended:
            thread, self._intake = self._intake, None
            thread.wait()
            thread.deleteLater()
        self.intake_told.emit(state)

    def on_exhibit_made(self, records: frozenset[str]) -> None:
        """An exhibit was made on the thread's own connection."""
        if self._desk is not None:
            self._announce(records)
            self._wake()

    def _beside(self, ask: Callable[[Desk], object], channel: str) -> int:
        desk = self._desk
        if desk is None:
            return 0
        store, profile = desk.store, desk.profile

        def read(connection: Connection) -> object:
            try:
                return ask(Desk(store, connection, profile))
            except (Refused, UnknownRecord):  # it is no exhibit, or is not here any more
                return None

        return self._read(read, channel)

    def _stop_threads(self) -> None:
        """End every thread; what is being read in is given up."""
        intake, self._intake = self._intake, None
        reports, self._reports = self._reports, None
        for thread in (intake, reports):
            if thread is not None:
                thread.stop()
                thread.deleteLater()
        for view in list(self._views):
            self.end_view(view)
        super()._stop_threads()
