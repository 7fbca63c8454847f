"""W2 a thousand small edits in a batch, W3 an idle sync, W4 one edit from save on A to applied on B while connected."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from pathlib import Path
from queue import SimpleQueue

from bench.alliance import Alliance
from bench.measure import Clocks, emit, spread_ms
from bench.workloads.material import cases, small_alliance
from desktop.desk import Desk
from sync.engine import Engine
from sync.replica import Applied
from sync.transport import HttpTransport

EDITS = 1_000
IDLE = 200
LIVE = 200
PATIENCE_S = 10.0
PAGE = 4_096
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder in memory, where there is one


def batch(alliance: Alliance, sender: Desk, receiver: Desk, case: str) -> None:
    """W2: a thousand edits of one field, up and down, and the bytes of one edit alone."""
    clocks = Clocks(alliance.secretariat.cpu_seconds)
    for number in range(EDITS):
        sender.edit(case, "lead", f"Cne A. Diop {number}")
    with clocks.measured() as up:
        sent = sender.sync_once()
    emit("W2 up", edits=sent.pushed, bytes_per_edit=round(sent.bytes_sent / EDITS, 1), **up)
    with clocks.measured() as down:
        got = receiver.sync_once()
    emit("W2 down", edits=got.applied, bytes_per_edit=round(got.bytes_received / EDITS, 1), **down)


def idle(alliance: Alliance, desk: Desk) -> None:
    """W3: a sync that finds nothing to do, authentication included every time as `sync_once` does it, then without."""
    clocks = Clocks(alliance.secretariat.cpu_seconds)
    walls = []
    with clocks.measured() as figures:
        for _ in range(IDLE):
            start = time.perf_counter()
            desk.sync_once()
            walls.append(time.perf_counter() - start)
    emit("W3 idle sync, new connection and sign-in each time", cpu_ms_each=_each(figures["cpu_s"]), **spread_ms(walls))


def idle_signed_in(alliance: Alliance, home: Path) -> None:
    """W3 as the window does it: one engine that is signed in already."""
    clocks = Clocks(alliance.secretariat.cpu_seconds)
    desk, connection = alliance.open(home)
    engine = Engine(connection.replica, HttpTransport(desk.server_url))
    engine.run_once()
    walls = []
    with clocks.measured() as figures:
        for _ in range(IDLE):
            start = time.perf_counter()
            engine.run_once()
            walls.append(time.perf_counter() - start)
    emit("W3 idle sync, signed in", cpu_ms_each=_each(figures["cpu_s"]), **spread_ms(walls))
    engine.close()
    desk.close()


class Watcher(threading.Thread):
    """Desk B, connected: notes the moment at which each edit is applied."""

    def __init__(self, alliance: Alliance, home: Path) -> None:
        super().__init__(daemon=True)
        self._alliance = alliance
        self._home = home
        self.applied: SimpleQueue[float] = SimpleQueue()
        self.ready = threading.Event()
        self.ended = False

    def run(self) -> None:
        """Listen until told to end."""
        desk, connection = self._alliance.open(self._home)
        engine = Engine(connection.replica, HttpTransport(desk.server_url), on_applied=self._on_applied)
        engine.run_once()
        self.ready.set()
        while not self.ended:
            engine.listen(0.5)
        engine.close()
        desk.close()

    def _on_applied(self, applied: Applied) -> None:
        for _ in range(applied.changes):
            self.applied.put(time.perf_counter())


def flush_ms(folder: Path) -> float:
    """What one flush to this disk takes, in milliseconds: W4 waits for two, one on the desk and one at the server."""
    walls = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(LIVE):
            file.write(bytes(PAGE))
            file.flush()
            start = time.perf_counter()
            os.fdatasync(file.fileno())
            walls.append(time.perf_counter() - start)
    return float(spread_ms(walls)["median_ms"])


def live(alliance: Alliance, sender_home: Path, receiver_home: Path, case: str, where: str) -> None:
    """W4: from the save on A, through seal, push, long poll and verification, to applied on B."""
    watcher = Watcher(alliance, receiver_home)
    watcher.start()
    watcher.ready.wait(PATIENCE_S)
    desk, connection = alliance.open(sender_home)
    engine = Engine(connection.replica, HttpTransport(desk.server_url))
    engine.run_once()
    desk.sealing = True  # as in the window while it is connected
    while not watcher.applied.empty():
        watcher.applied.get()
    walls: list[float] = []
    sizes: list[tuple[int, int]] = []
    for number in range(LIVE):
        time.sleep(0.01)  # an edit alone, not a batch
        start = time.perf_counter()
        desk.edit(case, "lead", f"Insp. L. Romero {number}")
        engine.wake()
        while not (run := engine.listen(0.2)).pushed:
            pass
        walls.append(watcher.applied.get(timeout=PATIENCE_S) - start)
        if run.requests == 1:
            sizes.append((run.bytes_sent, run.bytes_received))
    flush = flush_ms(alliance.folder)
    emit(f"W4 one edit from save on A to applied on B, {where}", edits=LIVE, flush_ms=flush, **spread_ms(walls))
    sent, received = sorted(sizes)[len(sizes) // 2] if sizes else (0, 0)
    emit("small edit alone on the wire, headers included", sent=sent, reply=received, bytes=sent + received)
    watcher.ended = True
    engine.close()
    desk.close()
    watcher.join(PATIENCE_S)


def on_two_desks(where: str, within: Path | None) -> None:
    """Run the measures on two desks; without a disk only the one that waits for it."""
    with small_alliance(within) as alliance:
        dakar = alliance.set_up("SN", "Cne A. Diop", "Dakar 1", "fr")
        abu_dhabi = alliance.set_up("AE", "Maj. F. Al Ameri", "Abu Dhabi 1", "ar")
        sender, _ = alliance.open(dakar)
        receiver, _ = alliance.open(abu_dhabi)
        sender.sync_once()
        receiver.sync_once()
        case = sender.new_case(cases(1)[0]).record
        sender.sync_once()
        receiver.sync_once()
        if within is None:
            batch(alliance, sender, receiver, case)
            idle(alliance, receiver)
        sender.close()
        receiver.close()
        if within is None:
            idle_signed_in(alliance, abu_dhabi)
        live(alliance, dakar, abu_dhabi, case, where)


def main() -> None:
    """Run the measures where temporary files are, and the last one in memory too: what software alone takes."""
    on_two_desks("on disk", None)
    if MEMORY.is_dir():
        on_two_desks("in memory", MEMORY)


def _each(cpu_s: float) -> float:
    return round(cpu_s / IDLE * 1000, 2)


if __name__ == "__main__":
    main()
