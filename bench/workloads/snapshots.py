"""Snapshots of W1's 10,000 cases: made, taken by a new desk that can be used at once, and verified behind it."""

from __future__ import annotations

import sys

from bench.alliance import Alliance
from bench.measure import Clocks, emit, peak_mib, size_of
from bench.workloads.material import small_alliance
from bench.workloads.w1 import COUNT, write_cases
from desktop.casework.views import Query
from desktop.desk.syncing import http_transport
from sync.engine import Engine

LIMIT_CPU_S = 0.45  # of a new desk usable, client and server, before indexing


def run(alliance: Alliance, count: int) -> None:
    """Measure the making, the taking and the verification."""
    clocks = Clocks(alliance.secretariat.cpu_seconds)
    dakar = alliance.set_up("SN", "Cne A. Diop", "Dakar 1", "fr")
    abu_dhabi = alliance.set_up("AE", "Maj. F. Al Ameri", "Abu Dhabi 1", "ar")
    sender, at_sender = alliance.open(dakar)
    receiver, at_receiver = alliance.open(abu_dhabi)
    sender.sync_once()
    receiver.sync_once()
    write_cases(sender, at_sender, count, spaces=False)
    sender.sync_once()
    with clocks.measured() as made:
        transport = http_transport(sender.server_url, "")
        engine = Engine(at_sender.replica, transport, snapshots=at_sender.snapshots)
        parts = engine.snapshot(growth=1)
        engine.close()
        transport.close()
    emit("snapshots made", cases=count, snapshots=parts, **made)
    transport = http_transport(receiver.server_url, "")
    engine = Engine(at_receiver.replica, transport, snapshots=at_receiver.snapshots)
    with clocks.measured() as taken:
        figures = engine.run_once()
    emit(
        "snapshots usable",
        cases=count,
        shown=len(receiver.query(Query(limit=count))),
        requests=figures.requests,
        bytes=figures.bytes_received,
        limit_cpu_s=LIMIT_CPU_S,
        **taken,
    )
    with clocks.measured() as verified:
        while engine.backfill():
            pass
    engine.close()
    transport.close()
    emit("snapshots verified", cases=count, progress=at_receiver.snapshots.progress(), peak_mib=peak_mib(), **verified)
    sender.close()
    receiver.close()
    emit("snapshots size", client_mb=round(size_of(abu_dhabi) / 1e6, 2))


if __name__ == "__main__":
    with small_alliance() as members:
        run(members, int(sys.argv[1]) if len(sys.argv) > 1 else COUNT)
