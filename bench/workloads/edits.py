"""W2 a thousand small edits in a batch, W3 an idle sync, W4 one edit from save on A to applied on B while connected."""

from __future__ import annotations

import time
from pathlib import Path

from bench.alliance import Alliance
from bench.measure import Clocks, emit, spread_ms
from bench.workloads.live import live
from bench.workloads.material import cases, small_alliance
from desktop.desk import Desk
from sync.engine import Engine
from sync.transport import HttpTransport

EDITS = 1_000
IDLE = 200
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
