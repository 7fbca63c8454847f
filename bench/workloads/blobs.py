"""An evidence file of 1 GiB: sealed, sent, fetched and opened, beside a plain copy over the same loopback."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from pathlib import Path

from bench.measure import Clocks, emit, peak_mib
from bench.workloads.material import small_alliance

SIZE = int(os.environ.get("TAHALUF_BLOB_MIB", "1024")) << 20
PART = 1 << 20
RECEIVER = """
import os, socket, sys
door = socket.socket(); door.bind(("127.0.0.1", 0)); door.listen(); print(door.getsockname()[1], flush=True)
peer, _ = door.accept()
with open(sys.argv[1], "wb") as out:
    buffer = memoryview(bytearray(1 << 20))
    while size := peer.recv_into(buffer):
        out.write(buffer[:size])
    out.flush(); os.fsync(out.fileno())
peer.sendall(b"k")
"""


def plain_copy(source: Path, target: Path) -> float:
    """Copy a file to another process over a socket, flushed to the disk there; returns seconds."""
    with subprocess.Popen([sys.executable, "-c", RECEIVER, str(target)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        port = int(process.stdout.readline())
        start = time.perf_counter()
        with socket.create_connection(("127.0.0.1", port)) as peer, source.open("rb") as stream:
            while part := stream.read(PART):
                peer.sendall(part)
            peer.shutdown(socket.SHUT_WR)
            peer.recv(1)
        seconds = time.perf_counter() - start
    target.unlink()
    return seconds


def main() -> None:
    """Print the measures."""
    with small_alliance() as alliance:
        film = alliance.folder / "film.mp4"
        with film.open("wb") as stream:
            for _ in range(SIZE // PART):
                stream.write(secrets.token_bytes(PART))
        copies = [plain_copy(film, alliance.folder / "copy")]
        sender, _ = alliance.open(alliance.set_up("SN", "Awa Diop", "Dakar 1", "fr"))
        receiver, _ = alliance.open(alliance.set_up("AE", "ليلى", "Abu Dhabi 1", "ar"))
        for desk in (sender, receiver):
            desk.sync_once()
        case = sender.new_case({"title": "Film"}, ("AE",)).record
        sender.sync_once()
        receiver.sync_once()
        clocks = Clocks(alliance.secretariat.cpu_seconds)
        with clocks.measured() as seal:
            sender.attach(case, film)
        with clocks.measured() as put:
            sender.sync_once()
        receiver.sync_once()
        receiver.fetch_file(case, film.name)
        with clocks.measured() as get:
            receiver.sync_once()
        with clocks.measured() as opened:
            receiver.open_file(case, film.name, alliance.folder / "out.mp4")
        copies.append(plain_copy(film, alliance.folder / "copy"))
        copy_s = sum(copies) / len(copies)
        emit(
            "blob, plain copy over loopback",
            mib=SIZE >> 20,
            wall_s=round(copy_s, 3),
            runs=[round(s, 3) for s in copies],
        )
        for name, figures in (("seal", seal), ("send", put), ("fetch", get), ("open and verify", opened)):
            times = round(copy_s / max(figures["wall_s"], 0.001), 2)
            emit(f"blob, {name}", mib=SIZE >> 20, of_plain_copy=times, least=0.5, **figures)
        emit("blob, peak of the desk's memory", mib=peak_mib())
        for desk in (sender, receiver):
            desk.close()


if __name__ == "__main__":
    main()
