"""What holds the window while 100,000 changes of another ministry arrive: the watchdog of its event loop."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEventLoop
from PySide6.QtWidgets import QApplication

from bench.alliance import PASSPHRASE
from bench.measure import emit, peak_mib, spread_ms
from bench.workloads.material import small_alliance
from bench.workloads.walk import is_usable
from bench.workloads.window import fill
from desktop.desk import Opening
from desktop.session import Session
from desktop.ui.collector import Collector
from desktop.ui.list_filter import ListFilter
from desktop.ui.main_window import MainWindow
from tests.support.heartbeat import Heartbeat

COUNT = 100_000
BEAT_MS = 2
LIMIT_MS = 50
ROOM_S = 3_600


def watch(home: Path, opening: Opening, count: int) -> bool:
    """Open the window of the receiving desk, let everything arrive, and say what held it; whether never too long."""
    application = QApplication([])
    session = Session(home, opening=opening)
    window = MainWindow(session)
    Collector(session, window)
    window.show()
    session.unlock(PASSPHRASE)
    while not is_usable(window):
        _turn(20)
    if window.workspace is not None:
        window.workspace.records().list.set_filter(ListFilter())  # closed cases too: all that arrives is listed
    heart = Heartbeat(window, BEAT_MS)
    begun = time.perf_counter()
    with heart.watching() as gap:
        while _arrived(window) < count and time.perf_counter() - begun < ROOM_S:
            _turn(1_000)
        _turn(2_000)
    longest_ms = max(gap.cpus) * 1000
    emit(
        "the window's thread between two beats while changes arrive",
        changes=count,
        arrived=_arrived(window),
        seconds=round(time.perf_counter() - begun, 1),
        beats=gap.beats,
        over_limit=sum(each * 1000 > LIMIT_MS for each in gap.walls),
        **{f"wall_{name}": value for name, value in spread_ms(gap.walls).items()},
        **{f"cpu_{name}": value for name, value in spread_ms(gap.cpus).items()},
        mib=peak_mib(),
    )
    session.close()
    window.deleteLater()
    application.processEvents()
    return longest_ms <= LIMIT_MS


def _arrived(window: MainWindow) -> int:
    """How many cases the list shows."""
    return window.workspace.records().list.view.rows.rowCount() if window.workspace is not None else 0


def _turn(milliseconds: int) -> None:
    end = time.monotonic() + milliseconds / 1000
    while time.monotonic() < end:
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, BEAT_MS)


def main(count: int) -> int:
    """Write on one desk, send, and watch the window of the other receive."""
    with small_alliance() as alliance:
        dakar = alliance.set_up("SN", "Cne A. Diop", "Dakar 1", "fr")
        abu_dhabi = alliance.set_up("AE", "Maj. F. Al Ameri", "Abu Dhabi 1", "ar")
        for home in (dakar, abu_dhabi):
            desk, _connection = alliance.open(home)
            desk.sync_once()
            desk.close()
        fill(alliance, dakar, count)
        desk, _connection = alliance.open(dakar)
        while desk.sync_once().unsent:
            pass
        desk.close()
        return 0 if watch(abu_dhabi, alliance.opening, count) else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else COUNT))
