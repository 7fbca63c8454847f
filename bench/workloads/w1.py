"""W1: push and pull of 10,000 cases of 1 KB: as records of one space, and as 10,000 spaces with keys of their own."""

from __future__ import annotations

import sys
import time

from bench.alliance import Alliance
from bench.measure import Clocks, emit, peak_mib, size_of
from bench.workloads.material import cases, small_alliance
from desktop.casework.views import Query
from desktop.desk import Desk
from desktop.store import Connection

COUNT = 10_000
BATCH = 500  # cases in one transaction while the material is made; that part is not measured


def write_cases(desk: Desk, connection: Connection, count: int, *, spaces: bool) -> None:
    """Write cases into a desk: each in a space of its own, or all in the space of the first one."""
    values = cases(count)
    space = ""
    for start in range(0, count, BATCH):
        with connection.transaction():
            for each in values[start : start + BATCH]:
                if spaces or not space:
                    space = desk.new_case(each).record
                else:
                    desk.new_record("case", space, each)


def time_indexing(connection: Connection) -> list[float]:
    """Let a connection note the CPU-seconds of each slice of indexing, which follows when the lists can be used."""
    spent: list[float] = []
    index = connection.index.index_pending

    def timed(*arguments: int) -> int:
        start = time.process_time()
        try:
            return index(*arguments)
        finally:
            spent.append(time.process_time() - start)

    connection.index.index_pending = timed  # type: ignore[method-assign, assignment]
    return spent


def run(alliance: Alliance, name: str, count: int, *, spaces: bool) -> None:
    """Measure the push from Dakar and the pull to Abu Dhabi."""
    clocks = Clocks(alliance.secretariat.cpu_seconds)
    dakar = alliance.set_up("SN", "Cne A. Diop", "Dakar 1", "fr")
    abu_dhabi = alliance.set_up("AE", "Maj. F. Al Ameri", "Abu Dhabi 1", "ar")
    sender, at_sender = alliance.open(dakar)
    receiver, at_receiver = alliance.open(abu_dhabi)
    sender.sync_once()
    receiver.sync_once()
    write_cases(sender, at_sender, count, spaces=spaces)
    with clocks.measured() as push:
        sent = sender.sync_once()
    emit(f"{name} push", cases=count, changes=sent.pushed, bytes=sent.bytes_sent + sent.bytes_received, **push)
    indexing = time_indexing(at_receiver)
    with clocks.measured() as pull:
        got = receiver.sync_once()
    emit(
        f"{name} pull",
        usable_cpu_s=round(pull["cpu_s"] - sum(indexing), 3),
        indexing_cpu_s=round(sum(indexing), 3),
        cases=count,
        changes=got.applied,
        found=len(receiver.query(Query(text="Dakar"))),
        bytes=got.bytes_sent + got.bytes_received,
        peak_mib=peak_mib(),
        server_peak_mib=round(alliance.secretariat.peak_bytes() / (1 << 20), 1),
        **pull,
    )
    sender.close()
    receiver.close()
    emit(
        f"{name} size",
        client_mb=round(size_of(abu_dhabi) / 1e6, 2),
        server_mb=round(size_of(alliance.secretariat.data) / 1e6, 2),
    )


if __name__ == "__main__":
    with small_alliance() as members:
        run(members, "W1 one space", COUNT, spaces=False) if "spaces" not in sys.argv else run(
            members, "W1 own spaces", COUNT, spaces=True
        )
