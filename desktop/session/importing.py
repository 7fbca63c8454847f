"""What the screens may do with tables from elsewhere: read, judge and write them beside the window."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal

from desktop.casework.csv_import import MAX_BYTES, BadTable, Judged, Table, judge, read_table, suggest
from desktop.casework.record_types import RecordType
from desktop.casework.validation import Value
from desktop.desk import Changed, Opening, Refused, params_of
from desktop.desk.importing import DeskImports
from desktop.profile import Profile
from desktop.session.carrying import Carrying
from desktop.store import Store, StoreError

Answer = tuple[str, object, dict[str, object]]  # code of what stood in the way or "", what came of it, parameters


@dataclass(frozen=True, slots=True)
class JudgedTable:
    """A table, the field of each column, and what every row gives."""

    table: Table
    mapping: Mapping[int, str]
    judged: tuple[Judged, ...]

    @property
    def good(self) -> list[Mapping[str, Value]]:
        """The values of the rows that can be written."""
        return [each.values for each in self.judged if not each.refused]


class TableThread(QThread):
    """Does one piece of work and keeps its answer; the newest is the one that counts."""

    answered = Signal(object)
    """The thread itself."""
    told = Signal(int)
    """How many records are written."""

    def __init__(self, work: Callable[[TableThread], object], parent: QObject) -> None:
        super().__init__(parent)
        self.answer: Answer = ("", None, {})
        self.stopped = threading.Event()
        self._work = work

    def tell(self, count: int) -> bool:
        """Tell how many are written; false when nobody waits any more."""
        self.told.emit(count)
        return not self.stopped.is_set()

    def run(self) -> None:
        """Qt's entry into the thread."""
        try:
            self.answer = ("", self._work(self), {})
        except (BadTable, Refused, StoreError) as error:
            self.answer = (error.code, None, {} if isinstance(error, BadTable) else params_of(error))
        self.answered.emit(self)


class Importing(Carrying):
    """The part of the session that takes in tables, one at a time."""

    table_judged = Signal(object)
    """JudgedTable."""
    table_refused = Signal(str, object)
    """Code and parameters of what stood in the way; `message(code, params)` is the text."""
    import_told = Signal(int)
    """How many records are written so far."""
    imported = Signal(object)
    """frozenset[str]: ids of the records that came to be."""

    def __init__(self, home: Path, opening: Opening, parent: QObject | None = None) -> None:
        super().__init__(home, opening, parent)
        self._tables: list[TableThread] = []  # the last one counts; those before it are ending
        self._table_path = ""

    def judge_table(
        self, path: Path, kind: str, mapping: Mapping[int, str] | None = None, encoding: str = "", delimiter: str = ""
    ) -> None:
        """Read a table and judge its rows as records of a type; answers by `table_judged` or `table_refused`.

        `mapping`: the field of each column; found by the columns' names when None. A newer request supersedes.
        """
        record_type = self.types[kind]
        self._table_path = str(path)
        self._start_table(lambda _thread: _judged(path, record_type, mapping, encoding, delimiter))

    def import_table(self, kind: str, space: str, table: JudgedTable) -> None:
        """Write the rows that were not refused; answers by `imported` or `table_refused`."""
        if self._desk is None:
            return
        store, profile, rows = self._desk.store, self._desk.profile, table.good
        self._start_table(lambda thread: _write(store, profile, kind, space, rows, thread))

    def stop_import(self) -> None:
        """Give up what runs; records that are written stay."""
        for thread in self._tables:
            thread.stopped.set()

    def on_table_answered(self, thread: TableThread) -> None:
        """The thread has an answer; that of one that was superseded is dropped, unless it wrote something."""
        if thread not in self._tables:  # the desk was locked meanwhile
            return
        newest = thread is self._tables[-1]
        self._tables.remove(thread)
        thread.wait()
        code, answer, params = thread.answer
        thread.deleteLater()
        if isinstance(answer, Changed):
            self._told(answer)
            self.imported.emit(answer.records)
        elif not newest:
            return
        elif isinstance(answer, JudgedTable):
            self.table_judged.emit(answer)
        else:
            self.table_refused.emit(code, {"path": self._table_path, **params})

    def _start_table(self, work: Callable[[TableThread], object]) -> None:
        self.stop_import()
        thread = TableThread(work, self)
        self._tables.append(thread)
        thread.answered.connect(self.on_table_answered)
        thread.told.connect(self.import_told)
        thread.start()

    def _stop_threads(self) -> None:
        self.stop_import()
        for thread in self._tables:
            thread.wait()
            thread.deleteLater()
        self._tables.clear()
        super()._stop_threads()


def _judged(
    path: Path, record_type: RecordType, mapping: Mapping[int, str] | None, encoding: str, delimiter: str
) -> JudgedTable:
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise Refused("file_unreadable", path=str(path)) from error
    table = read_table(data, encoding, delimiter)
    chosen = suggest(table.header, record_type) if mapping is None else mapping
    return JudgedTable(table, chosen, tuple(judge(table, chosen, record_type)))


def _write(
    store: Store, profile: Profile, kind: str, space: str, rows: list[Mapping[str, Value]], thread: TableThread
) -> Changed:
    with store.connect() as connection:
        return DeskImports(store, connection, profile).import_records(kind, space, rows, thread.tell)
