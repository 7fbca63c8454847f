"""The window on 100,000 cases: start to a usable list, search, scrolling, what holds it; beside an empty window."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEventLoop
from PySide6.QtWidgets import QApplication, QWidget

from bench.alliance import PASSPHRASE, Alliance
from bench.measure import emit, peak_mib, size_of, spread_ms
from bench.soak.writer import opening
from bench.workloads.walk import Walk, is_usable, write_heavy
from bench.world import invent
from desktop.casework.views import Query
from desktop.session import Session
from desktop.ui.case_list import FIRST_PAGE
from desktop.ui.collector import Collector
from desktop.ui.main_window import MainWindow
from desktop.ui.records_page import RecordsPage

COUNT = 100_000
BATCH = 1_000
WORDS = ("passeurs", "غسل", "+212 6", "Genova cont", "ليون", "SN-2026-0", "véhicules volés mars", "xyzzy")
PAGES = 200


def fill(alliance: Alliance, home: Path, count: int) -> None:
    """Write `count` different cases into a desk: ten to a space, as many records as that gives."""
    desk, connection = alliance.open(home)
    known = [case.values for case in invent(300)]
    space = ""
    start, cpu = time.perf_counter(), time.process_time()
    for first in range(0, count, BATCH):
        with connection.transaction():
            for number in range(first, min(first + BATCH, count)):
                values = dict(known[number % len(known)])
                values["reference"] = f"SN-2026-{number:06d}"
                values["title"] = f"{values['title']} {number}"
                if number % 10 and space:
                    desk.new_record("case", space, values)
                else:
                    space = desk.new_case(values).record
    desk.close()
    emit(
        "write cases on a desk, 1,000 a transaction",
        cases=count,
        cpu_s=round(time.process_time() - cpu, 1),
        wall_s=round(time.perf_counter() - start, 1),
        store_mb=round(size_of(home) / 1e6, 1),
    )


def empty_window() -> None:
    """A window of the same toolkit with nothing in it: the unit of the start."""
    application = QApplication([])
    window = QWidget()
    window.resize(1440, 900)
    window.show()
    window.grab()
    application.processEvents()
    report("empty window")


def start(home: Path, *, blocks: bool = False) -> None:
    """From the start of the process to the lock painted, and to the first rows painted; then search and scroll.

    `blocks`: then walk through the window and measure what holds its thread.
    """
    application = QApplication([])
    session = Session(home, opening=opening())
    window = MainWindow(session)
    Collector(session, window)
    window.show()
    window.grab()
    report("lock painted")
    if blocks:
        Walk(window, session).unlock()
    else:
        session.unlock(PASSPHRASE)
    page = wait_for_rows(window)
    window.grab()
    report("list usable")
    search(session)
    scroll(page)
    emit("window, 100,000 cases: peak memory", mib=peak_mib())
    if blocks:
        Walk(window, session).go()
    session.close()
    window.deleteLater()
    application.processEvents()


def wait_for_rows(window: MainWindow) -> RecordsPage:
    """Let the window work until its list is there."""
    while not is_usable(window):
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
    if window.workspace is None:
        raise RuntimeError("the desk is locked")
    return window.workspace.records()


def search(session: Session) -> None:
    """From a key to the first rows of what matches, on the query thread, as the list asks for them."""
    walls = []
    answers: dict[int, list[str]] = {}
    session.rows_ready.connect(answers.__setitem__)
    for word in WORDS:
        for length in range(2, len(word) + 1):
            begun = time.perf_counter()
            request = session.query(Query(text=word[:length], limit=FIRST_PAGE), "bench")
            while request not in answers:
                QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)
            session.rows(answers[request][:20])
            walls.append(time.perf_counter() - begun)
    emit("search while typing, 100,000 cases, key to first rows", keys=len(walls), **spread_ms(walls))


def scroll(page: RecordsPage) -> None:
    """A page down and its painting, through the whole list."""
    view = page.list.view
    bar = view.verticalScrollBar()
    walls = []
    for number in range(PAGES):
        begun = time.perf_counter()
        bar.setValue(bar.maximum() * number // PAGES)
        view.viewport().grab()
        walls.append(time.perf_counter() - begun)
    emit(
        "scroll to a place never seen and paint it", frames=len(walls), rows=view.model().rowCount(), **spread_ms(walls)
    )


def report(what: str) -> None:
    """Say how long this process has lived, and its CPU time, so far."""
    born = float(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]) / 100
    up = float(Path("/proc/uptime").read_text().split()[0])
    sys.stdout.write(json.dumps({"what": what, "wall_s": round(up - born, 3), "cpu_s": time.process_time()}) + "\n")
    sys.stdout.flush()


def child(*arguments: str) -> dict[str, dict[str, float]]:
    """Run a part in a process of its own; its reports by name, its measures straight through."""
    lines = subprocess.run(
        [sys.executable, "-m", "bench.workloads.window", *arguments], check=True, stdout=subprocess.PIPE, text=True
    ).stdout.splitlines()
    reports = {}
    for line in lines:
        told = json.loads(line)
        if "measure" in told:
            emit(told.pop("measure"), **told)
        else:
            reports[told.pop("what")] = told
    return reports


def main() -> None:
    """Fill a desk, start empty windows and the real one, print seconds and ratios."""
    with (
        tempfile.TemporaryDirectory(prefix="tahaluf-bench-") as folder,
        Alliance(Path(folder), opening(), members=("SN", "AE")) as alliance,
    ):
        home = alliance.set_up("SN", "Cne A. Diop", "Dakar 1", "fr")
        fill(alliance, home, COUNT)
        desk, connection = alliance.open(home)
        with connection.transaction():
            write_heavy(desk)
        desk.close()
        child("walk", str(home))
        for _ in range(3):
            unit = child("empty")["empty window"]
            real = child("start", str(home))
            for what, figures in real.items():
                ratio = round(figures["cpu_s"] / unit["cpu_s"], 2)
                emit(f"start: {what}", cases=COUNT, **figures, cpu_of_empty_windows=ratio, empty_cpu_s=unit["cpu_s"])


if __name__ == "__main__":
    if sys.argv[1:2] == ["empty"]:
        empty_window()
    elif sys.argv[1:2] in (["start"], ["walk"]):
        start(Path(sys.argv[2]), blocks=sys.argv[1] == "walk")
    else:
        main()
