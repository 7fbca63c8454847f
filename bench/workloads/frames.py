"""Frames of the list of 100,000 records beside those of Qt's own table on Qt's own C++ model, in the same process."""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from pathlib import Path

import msgspec
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QApplication, QTableView

from bench.alliance import PASSPHRASE, Alliance
from bench.measure import emit, spread_ms
from bench.soak.writer import opening
from bench.world import invent
from desktop.casework.views import ListRow, Query
from desktop.session import Session
from desktop.ui.kit import announce_language
from desktop.ui.list_view import RecordListView
from desktop.ui.theme import apply_theme
from i18n.direction import is_rtl

COUNT = 100_000
KNOWN = 3_000  # different records; the list repeats them under ids of its own
FRAMES = 400
STEP = 97  # pixels between two frames: a turn of the wheel
SIZE = (480, 780)


def rows_of(session: Session) -> list[ListRow]:
    """The rows of the desk's cases."""
    answers: dict[int, list[str]] = {}
    session.rows_ready.connect(answers.__setitem__)
    request = session.query(Query(), "bench")
    while request not in answers:
        QCoreApplication.processEvents()
    return session.rows(answers[request])


def ours(rows: list[ListRow]) -> RecordListView:
    """The list as the window has it: rows are fetched a screenful at a time and painted by our delegate."""
    known = {row.id: row for row in rows}
    ids = [f"{number:06d}{rows[number % len(rows)].id}" for number in range(COUNT)]

    def fetch(wanted: list[str]) -> list[ListRow]:
        return [msgspec.structs.replace(known[each[6:]], id=each) for each in wanted]

    view = RecordListView(fetch)
    view.show_ids(ids)
    return view


def theirs(rows: list[ListRow]) -> QTableView:
    """What the same list shows, as a table of Qt: a standard model in C++, and the delegate of the style."""
    model = QStandardItemModel()
    for number in range(COUNT):
        row = rows[number % len(rows)]
        words = (row.reference, row.title, row.status, row.tlp, row.due, str(row.updated_ms))
        model.appendRow([QStandardItem(each) for each in words])
    view = QTableView()
    model.setParent(view)
    view.setModel(model)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.verticalHeader().hide()
    view.horizontalHeader().hide()
    view.setColumnWidth(1, 200)
    return view


def frames(view: QAbstractItemView, *, new: bool) -> list[float]:
    """Seconds of CPU to scroll on and repaint, FRAMES times; `new`: each time to rows that were never shown."""
    bar = view.verticalScrollBar()
    step = (bar.maximum() - bar.minimum()) // (FRAMES + 1) if new else STEP
    bar.setValue(0)
    view.viewport().repaint()
    spent = []
    for number in range(1, FRAMES + 1):
        begun = time.thread_time()
        bar.setValue(number * step)
        view.viewport().repaint()
        spent.append(time.thread_time() - begun)
    return spent


def run(home: Path) -> None:
    """Paint both lists, each in the look of the application, and print how they compare."""
    application = QApplication([])
    session = Session(home, opening=opening())
    apply_theme(application)
    announce_language(application, rtl=is_rtl())
    session.unlock(PASSPHRASE)
    while session.is_locked():
        QCoreApplication.processEvents()
    session.set_connected(False)
    rows = rows_of(session)
    figures = {}
    for name, view in (("qt", theirs(rows)), ("ours", ours(rows))):
        view.resize(*SIZE)
        view.show()
        application.processEvents()
        frames(view, new=False)  # the first round loads glyphs
        gc.freeze()  # a million cells of Qt's model are garbage of this measure, not of the window
        for what, new in (("scrolled on", False), ("never seen", True)):
            figures[name, what] = spread_ms(frames(view, new=new))
        view.close()
        view.deleteLater()
    for what in ("scrolled on", "never seen"):
        mine, unit = figures["ours", what], figures["qt", what]
        emit(
            f"frame of the list beside Qt's table, rows {what}",
            rows=COUNT,
            frames=FRAMES,
            p50_ratio=round(mine["median_ms"] / unit["median_ms"], 2),
            p99_ratio=round(mine["p99_ms"] / unit["p99_ms"], 2),
            **{f"ours_{key}": value for key, value in mine.items()},
            **{f"qt_{key}": value for key, value in unit.items()},
        )
    session.close()
    application.processEvents()


def main() -> None:
    """Fill a desk and compare."""
    with (
        tempfile.TemporaryDirectory(prefix="tahaluf-bench-") as folder,
        Alliance(Path(folder), opening(), members=("SN", "AE")) as alliance,
    ):
        home = alliance.set_up("SN", "Cne A. Diop", "Dakar 1", "fr")
        desk, connection = alliance.open(home)
        known = [case.values for case in invent(300)]
        with connection.transaction():
            for number in range(KNOWN):
                desk.new_case(known[number % len(known)])
        desk.close()
        run(home)


if __name__ == "__main__":
    if sys.argv[1:]:
        run(Path(sys.argv[1]))
    else:
        main()
