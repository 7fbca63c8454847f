"""Search while typing among 100,000 and 1,000,000 records, and a case of 10,000 opened, as the window asks for them."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEventLoop
from PySide6.QtWidgets import QApplication

from bench.alliance import PASSPHRASE, Alliance
from bench.measure import emit, peak_mib, spread_ms
from bench.soak.writer import opening
from bench.workloads.walk import is_usable
from bench.workloads.window import WORDS, fill
from desktop.casework.list_filter import FACETS, ListFilter
from desktop.casework.views import Query
from desktop.session import Session
from desktop.store import Connection
from desktop.ui.case_list import FIRST_PAGE
from desktop.ui.command_bar import MOST_RECORDS
from desktop.ui.main_window import MainWindow
from desktop.ui.summary_tab import SummaryTab

COUNT = 100_000
TIMES = 10
LARGE = 10_000  # records of one case
BATCH = 5_000
_SHOWN = (
    "type", "space", "status", "tlp", "due", "countries", "reference", "title", "priority", "evaluation", "handling",
    "assignee", "start", "merge"
)  # fmt: skip
_MARKS = ("updated", "deleted", "conflicts", "revived", "unread", "unsent", "mine")
_ROWS = (
    f"INSERT INTO rows (n, name, {', '.join(_SHOWN + _MARKS)})"  # noqa: S608 - our own words
    f" SELECT s.n, s.name, {', '.join(f'r.{each}' for each in _SHOWN + _MARKS)}"
    " FROM records s JOIN rows r ON r.n = s.n - ? WHERE s.n > ? AND s.n <= ?"
)
SETTLE_MS = 400


def multiply(connection: Connection, times: int) -> int:
    """Put `times - 1` copies of every record beside it, under ids of their own, listed and found; returns the number.

    Writing a million records as officers do takes a quarter of an hour, and lists and search cannot tell the two apart.
    """
    database = connection.database
    first = int(database.value("SELECT max(n) FROM records"))
    for copy in range(1, times):
        shift = copy * first
        with database.transaction(durable=False):
            for start in range(0, first, BATCH):
                end = start + BATCH
                database.run(
                    "INSERT INTO records (n, name, space, type, card, state)"
                    " SELECT n + ?, randomblob(16), space, type, card, state FROM records WHERE n > ? AND n <= ?",
                    (shift, start, min(end, first)),
                )
                database.run(_ROWS, (shift, shift + start, shift + min(end, first)))
    database.run("INSERT OR IGNORE INTO index_queue SELECT n FROM records WHERE n > ?", (first,))
    while connection.index.index_pending(BATCH):
        pass
    return int(database.value("SELECT count(*) FROM records"))


def search(home: Path) -> None:
    """From a key to the first rows of what matches, through the query thread, as the list asks."""
    application = QApplication.instance() or QApplication([])
    session = Session(home, opening=opening())
    session.set_connected(False)
    session.unlock(PASSPHRASE)
    while session.is_locked():
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)
    answers: dict[int, object] = {}
    session.rows_ready.connect(answers.__setitem__)
    session.hits_ready.connect(answers.__setitem__)
    session.facets_ready.connect(answers.__setitem__)
    records = int(session.counts()["cases"])

    def wait(request: int) -> object:
        while request not in answers:
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)
        return answers[request]

    def list_rows(text: str) -> None:
        ids = wait(session.query(Query(text=text, limit=FIRST_PAGE), "bench"))
        session.rows(ids[:20] if isinstance(ids, list) else [])

    def box(text: str) -> None:
        wait(session.ask_hits(text, "bench", limit=MOST_RECORDS))

    def facets(text: str) -> None:
        wait(session.ask_facets(ListFilter(text=text).query("case"), FACETS, "bench"))

    for what, ask in (("search while typing, key to first rows", list_rows), ("box, key to reasons", box)):
        _timed(what, ask, [word[:length] for word in WORDS for length in range(2, len(word) + 1)], records)
    _timed("facets of the list", facets, ["", *(word[:3] for word in WORDS)], records)
    session.close()
    application.processEvents()


def _timed(what: str, ask: Callable[[str], None], texts: list[str], records: int) -> None:
    """Ask for each text and emit how long it took, by the wall and by the processor."""
    walls: list[float] = []
    cpus: list[float] = []
    for text in texts:
        begun, cpu = time.perf_counter(), time.process_time()
        ask(text)
        walls.append(time.perf_counter() - begun)
        cpus.append(time.process_time() - cpu)
    processor = {f"cpu_{name}": value for name, value in spread_ms(cpus).items()}
    emit(what, records=records, keys=len(walls), **spread_ms(walls), **processor, mib=peak_mib())


def open_large(home: Path, case: str) -> None:
    """Open a case of many records in the window, and its list of them: from the click until both are painted."""
    application = QApplication([])
    session = Session(home, opening=opening())
    window = MainWindow(session)
    session.set_connected(False)
    window.show()
    session.unlock(PASSPHRASE)
    while not is_usable(window):
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
    _settle()
    space = window.workspace
    if space is None:
        raise RuntimeError("the desk is locked")
    other = next(each for each in space.records().list.view.rows.ids() if each != case)
    spent: dict[str, list[float]] = {"summary": [], "people": []}
    for _ in range(5):
        space.open_record(other)
        _settle()
        begun = time.perf_counter()
        space.open_record(case)
        page = space.records().detail.case_page
        if page is None:
            raise RuntimeError("no case is shown")
        while not isinstance(summary := page.widget("summary"), SummaryTab) or not summary.people.rows():
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 1)
        window.grab()
        spent["summary"].append(time.perf_counter() - begun)
        _settle()
        begun = time.perf_counter()
        page.show_tab("subjects")
        window.grab()
        spent["people"].append(time.perf_counter() - begun)
        page.show_tab("summary")
        _settle()
    for what, walls in spent.items():
        emit(f"open a case of {LARGE} records: {what} painted", records=LARGE, **spread_ms(walls))
    session.close()
    window.deleteLater()
    application.processEvents()


def _settle() -> None:
    end = time.monotonic() + SETTLE_MS / 1000
    while time.monotonic() < end:
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)


def main(count: int = COUNT) -> None:
    """Fill a desk, search, open the large case, multiply the records, search again."""
    with (
        tempfile.TemporaryDirectory(prefix="tahaluf-bench-") as folder,
        Alliance(Path(folder), opening(), members=("SN", "AE")) as alliance,
    ):
        home = alliance.set_up("SN", "Cne A. Diop", "Dakar 1", "fr")
        fill(alliance, home, count)
        desk, connection = alliance.open(home)
        large = desk.new_case({"title": "Filière large"}).record
        with connection.transaction():
            for number in range(LARGE):
                desk.new_record("person", large, {"name": f"Personne {number}", "case_role": "suspect"})
        desk.close()
        open_large(home, large)
        search(home)
        desk, connection = alliance.open(home)
        records = multiply(connection, TIMES)
        desk.close()
        emit("records multiplied", records=records)
        search(home)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
