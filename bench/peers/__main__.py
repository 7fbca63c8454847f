"""`python -m bench peers`: Anki's row sync and PouchDB with pouchdb-server on W1's cases, beside our own figures.

Installs both into a folder of their own on the first run (`TAHALUF_PEERS`, else under `out/`): pip's `anki`, npm's
`pouchdb` and `pouchdb-server`. A peer that cannot be installed or started is told, and the others go on.
"""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.measure import emit
from bench.peers.wire import CountingProxy
from bench.workloads.material import cases
from tests.support.secretariat import cpu_seconds_of, free_port

COUNT = 10_000
INSTALL_S = 600
START_S = 30
PHASE_S = 300  # after which a phase is given up
FOLDER = Path(os.environ.get("TAHALUF_PEERS") or Path(__file__).resolve().parents[2] / "out" / "peers")
HERE = Path(__file__).parent
PHASES = ("push", "pull", "one edit up", "thousand edits up", "thousand edits down", "whole download")


class PeerMissing(Exception):
    """A peer could not be installed, started, or did not answer in time."""


def install_anki() -> Path:
    """Anki's own environment; returns its interpreter."""
    home = FOLDER / "anki"
    python = home / "bin" / "python"
    if not (home / "done").exists():
        venv.create(home, with_pip=True, clear=True)
        _run([str(python), "-m", "pip", "install", "--quiet", "anki"])
        (home / "done").touch()
    return python


def install_pouch() -> Path:
    """PouchDB and its server; returns the folder whose node_modules they are in."""
    home = FOLDER / "pouch"
    if not (home / "done").exists():
        home.mkdir(parents=True, exist_ok=True)
        (home / "package.json").write_text('{"name": "peers", "private": true}', encoding="utf-8")
        _run(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "pouchdb", "pouchdb-server"], home)
        (home / "done").touch()
    return home


def _run(command: list[str], where: Path | None = None) -> None:
    try:
        subprocess.run(command, cwd=where, check=True, timeout=INSTALL_S, stdout=subprocess.DEVNULL)
    except (OSError, subprocess.SubprocessError) as error:
        raise PeerMissing(f"{command[0]}: {type(error).__name__}") from error


@contextmanager
def server(command: list[str], port: int, where: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a peer's server until it answers on its port, and end it afterwards."""
    with (where / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=where, stdout=log, stderr=log, env={**os.environ, **environment})
    try:
        end = time.monotonic() + START_S
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > end:
                raise PeerMissing(
                    f"{Path(command[0]).name} does not start: {(where / 'server.log').read_text()[-500:]}"
                )
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait(START_S)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True


def measure(peer: str, client: list[str], serving: subprocess.Popen[bytes], proxy: CountingProxy) -> None:
    """Ask a peer's client for one phase after the other; print CPU-seconds of both sides and bytes between them."""
    with subprocess.Popen(client, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            for phase in PHASES:
                if phase == "whole download" and peer != "Anki":
                    continue
                _ask(process, f"prepare {phase}")
                sent, received = proxy.counts()
                cpu = cpu_seconds_of(serving.pid)
                told = _ask(process, f"run {phase}")
                server_cpu = cpu_seconds_of(serving.pid) - cpu
                now = proxy.counts()
                emit(
                    f"peer {peer}: {phase}",
                    cases=COUNT,
                    client_cpu_s=round(told["cpu_s"], 3),
                    server_cpu_s=round(server_cpu, 3),
                    cpu_s=round(told["cpu_s"] + server_cpu, 3),
                    wall_s=round(told["wall_s"], 3),
                    sent=now[0] - sent,
                    received=now[1] - received,
                )
        finally:
            process.kill()


def _ask(process: subprocess.Popen[bytes], line: str) -> dict[str, Any]:
    if process.stdin is None or process.stdout is None:
        raise PeerMissing("no pipes")
    process.stdin.write(f"{line}\n".encode())
    process.stdin.flush()
    if not select.select([process.stdout], [], [], PHASE_S)[0]:
        raise PeerMissing(f"no answer to {line!r}")
    answer = process.stdout.readline()
    if not answer:
        raise PeerMissing(f"ended at {line!r}")
    told: dict[str, Any] = json.loads(answer)
    return told


def anki(folder: Path, material: Path) -> None:
    """Anki's row sync with its own server."""
    python, port = install_anki(), free_port()
    settings = {"SYNC_USER1": "bench:bench", "SYNC_BASE": str(folder), "SYNC_HOST": "127.0.0.1", "SYNC_PORT": str(port)}
    with server([str(python), "-m", "anki.syncserver"], port, folder, **settings) as serving:
        proxy = CountingProxy(port)
        script = [str(HERE / "anki_client.py"), str(folder), f"http://127.0.0.1:{proxy.port}/", str(material)]
        measure("Anki", [str(python), *script], serving, proxy)
        proxy.close()


def pouch(folder: Path, material: Path) -> None:
    """PouchDB with pouchdb-server, both on LevelDB."""
    home, port = install_pouch(), free_port()
    program = home / "node_modules" / "pouchdb-server" / "bin" / "pouchdb-server"
    command = ["node", str(program), "--port", str(port), "--dir", str(folder), "--no-stdout-logs", "--no-color"]
    with server(command, port, folder) as serving:
        proxy = CountingProxy(port)
        script = [str(home), str(folder), f"http://127.0.0.1:{proxy.port}/", str(material)]
        measure("PouchDB", ["node", str(HERE / "pouch_client.js"), *script], serving, proxy)
        proxy.close()


def ours() -> None:
    """The same phases of ours, in this run."""
    for workload in ("w1", "edits"):
        subprocess.run([sys.executable, "-m", f"bench.workloads.{workload}"], check=False)


def main() -> None:
    """Measure each peer, then ourselves."""
    for peer in (anki, pouch):
        with tempfile.TemporaryDirectory(prefix="tahaluf-peers-", ignore_cleanup_errors=True) as folder:
            material = Path(folder) / "cases.json"
            material.write_text(json.dumps(cases(COUNT), ensure_ascii=False), encoding="utf-8")
            try:
                peer(Path(folder), material)
            except PeerMissing as missing:
                emit(f"peer {peer.__name__}: not measured", reason=str(missing))
    ours()


if __name__ == "__main__":
    main()
