"""A new key for a space of 200 devices: one is revoked, the next to write begins an epoch, granted to the others."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.measure import Clocks, emit
from sync.transport import HttpTransport
from sync.wire.calls import EnrolReply, EnrolRequest
from sync.wire.directory import DeviceRevoked, make_entry
from tests.support.desk import quick_opening, set_up
from tests.support.secretariat import AT_MS, Secretariat

CODES = ("AE", "BH", "ES", "FR", "IT", "MA", "SN")
DEVICES = 200
ROUNDS = 5
LIMIT_CPU_S = 0.100
LIMIT_BYTES = 250_000


def main() -> None:
    """Measure some rotations, each after a revocation, against a real server."""
    with tempfile.TemporaryDirectory(prefix="tahaluf-bench-") as folder, Secretariat(Path(folder) / "server") as server:
        ministries = server.provision(list(CODES))
        home = set_up(
            Path(folder) / "desk",
            trust={code: each.keys.root for code, each in ministries.items()},
            url=server.url,
            opening=quick_opening(),
        )
        ministries["SN"].enrol(home.request())
        others = [ministries[CODES[number % len(CODES)]].new_device() for number in range(DEVICES - 1 + ROUNDS)]
        server.publish(*ministries.values())
        desk = home.open()
        desk.sync_once()
        case = desk.new_case({"title": "Réseau"}, CODES).record
        desk.sync_once()
        clocks = Clocks(server.cpu_seconds)
        transport = HttpTransport(server.url)
        for number in range(ROUNDS):
            member = ministries[CODES[number % len(CODES)]]
            event = DeviceRevoked(others[number].device, "lost", wipe=False)
            entry = make_entry(member.keys.administrator_seed, member.directory, event, AT_MS)
            member.directory.append(entry)
            member.entries.append(entry)
            transport.call("enrol", EnrolRequest(member.code, len(member.entries), [entry]), EnrolReply)
            desk.edit(case, "title", f"Réseau {number}")
            with clocks.measured() as figures:
                report = desk.sync_once()
            emit(
                "rotation in a space of 200 devices",
                devices=DEVICES - 1 + ROUNDS - number - 1,
                bytes_sent=report.bytes_sent,
                limit_bytes=LIMIT_BYTES,
                limit_cpu_s=LIMIT_CPU_S,
                **figures,
            )
        transport.close()
        home.close()


if __name__ == "__main__":
    main()
