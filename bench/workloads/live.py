"""W4: one edit, from save on one desk to applied on another while both are connected; each desk is a process.

As in the window, an edit is written on one thread and sent by another. The stamps are of the clock that all processes
of a machine share, and the parts of the way follow from them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

import msgspec

from bench.alliance import PASSPHRASE, Alliance
from bench.measure import emit, spread_ms
from desktop.casework.views import SyncState
from desktop.desk import Desk, Opening
from desktop.desk.opening import PROFILE_FILE
from desktop.desk.syncer import Listeners, Syncer
from desktop.profile import read_profile
from desktop.store import StoreError
from sync.transport import CALL_S, HttpTransport
from tests.support.desk import MemoryKeyring, quick_opening

T = TypeVar("T", bound=msgspec.Struct)
EDITS = 200
PAUSE_S = 0.03  # between edits: each alone, not a batch
PATIENCE_S = 20.0
PAGE = 4_096


class Stamped(HttpTransport):
    """The way to the server, which notes when a push leaves, what it costs, and when a long poll is answered."""

    def __init__(self, url: str, *, ca_file: str = "") -> None:
        super().__init__(url, ca_file=ca_file)
        self.pushes: SimpleQueue[tuple[int, int, int]] = SimpleQueue()
        self.answered = 0

    def call(
        self, name: str, request: msgspec.Struct, reply: type[T], *, token: str = "", timeout_s: float = CALL_S
    ) -> T:
        begun, sent, received = time.monotonic_ns(), self.traffic.sent, self.traffic.received
        answer = super().call(name, request, reply, token=token, timeout_s=timeout_s)
        if name == "push":
            self.pushes.put((begun, self.traffic.sent - sent, self.traffic.received - received))
        elif name == "poll":
            self.answered = time.monotonic_ns()
        return answer


class Connected:
    """A desk as the window has it: its store, and the thread that syncs."""

    def __init__(self, told: dict[str, Any]) -> None:
        opening = quick_opening()
        keyring_of(opening).secrets.update({name: bytes.fromhex(value) for name, value in told["secrets"].items()})
        home = Path(told["home"])
        self.store = opening.unlock(home, PASSPHRASE)
        self.profile = read_profile(home / PROFILE_FILE)
        self.way = Stamped(told["url"])
        self._online = threading.Event()
        listeners = Listeners(self._on_state, self._on_records, self._on_broke)
        self._syncer = Syncer(self.store, self.profile, told["url"], listeners, make_transport=lambda *_: self.way)
        self.wake = self._syncer.wake
        self._thread = threading.Thread(target=self._syncer.run)
        self._thread.start()
        self._online.wait(PATIENCE_S)
        say("ready")

    def close(self) -> None:
        """End the syncing."""
        self._syncer.stop()
        self._thread.join()

    def _on_state(self, state: SyncState) -> None:
        if state.phase == "online":
            self._online.set()

    def _on_records(self, _: frozenset[str]) -> None:
        say((self.way.answered, time.monotonic_ns()))

    def _on_broke(self, error: StoreError) -> None:
        raise error


def keyring_of(opening: Opening) -> MemoryKeyring:
    """The keyring in memory that `quick_opening` made: another process needs the secrets in it."""
    if not isinstance(opening.place, MemoryKeyring):
        raise TypeError("not a quick opening")
    return opening.place


def say(what: object) -> None:
    """Tell the process that measures."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def write(told: dict[str, Any]) -> None:
    """Save an edit for each line that comes, and say when it began, was saved and left, and its bytes."""
    connected = Connected(told)
    with connected.store.connect() as connection:
        desk = Desk(connected.store, connection, connected.profile)
        desk.sealing = True  # as in the window while it is connected
        for number, _ in enumerate(sys.stdin):
            time.sleep(PAUSE_S)
            begun = time.monotonic_ns()
            desk.edit(told["case"], "lead", f"Insp. L. Romero {number}")
            saved = time.monotonic_ns()
            connected.wake()
            say((begun, saved, *connected.way.pushes.get(timeout=PATIENCE_S)))
    connected.close()


def read(told: dict[str, Any]) -> None:
    """Say when each edit's poll was answered and when it was applied, until nothing more is asked."""
    connected = Connected(told)
    sys.stdin.read()
    connected.close()


class Process:
    """A desk in a process of its own."""

    def __init__(self, role: str, alliance: Alliance, home: Path, case: str) -> None:
        secrets = {name: value.hex() for name, value in keyring_of(alliance.opening).secrets.items()}
        command = [sys.executable, "-m", "bench.workloads.live", role]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._in, self._out = self._process.stdin, self._process.stdout
        self.tell(json.dumps({"home": str(home), "url": alliance.secretariat.url, "secrets": secrets, "case": case}))
        self.hear()

    def tell(self, line: str) -> None:
        """Send a line."""
        if self._in:
            self._in.write(line + "\n")
            self._in.flush()

    def hear(self) -> Any:
        """What it says next."""
        return json.loads(self._out.readline()) if self._out else None

    def end(self) -> None:
        """Let it end."""
        self._process.communicate(timeout=PATIENCE_S)


def flush_ms(folder: Path) -> float:
    """What one flush to this disk takes, in milliseconds: an edit waits for two, one on the desk, one at the server."""
    walls = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(EDITS):
            file.write(bytes(PAGE))
            file.flush()
            start = time.perf_counter()
            os.fdatasync(file.fileno())
            walls.append(time.perf_counter() - start)
    return float(spread_ms(walls)["median_ms"])


def live(alliance: Alliance, sender: Path, receiver: Path, case: str, where: str) -> None:
    """Measure W4, its parts, and the bytes of one edit alone; `where` says on what its files are."""
    reader = Process("read", alliance, receiver, case)
    writer = Process("write", alliance, sender, case)
    parts: dict[str, list[float]] = {name: [] for name in ("save", "send", "relay", "apply", "all")}
    sizes: list[tuple[int, int]] = []
    for _ in range(EDITS):
        writer.tell("")
        begun, saved, left, sent, received = writer.hear()
        answered, applied = reader.hear()
        stamps = [begun, saved, left, answered, applied]
        for name, start, end in zip(parts, [*stamps[:-1], begun], [*stamps[1:], applied], strict=True):
            parts[name].append((end - start) / 1e9)
        sizes.append((sent, received))
    writer.end()
    reader.end()
    for name in ("save", "send", "relay", "apply"):
        emit(f"W4 part: {name}, {where}", **spread_ms(parts[name]))
    flush = flush_ms(alliance.folder)
    emit(f"W4 one edit from save on A to applied on B, {where}", edits=EDITS, flush_ms=flush, **spread_ms(parts["all"]))
    sent, received = sorted(sizes)[len(sizes) // 2]
    emit("small edit alone on the wire, headers included", sent=sent, reply=received, bytes=sent + received)


if __name__ == "__main__":
    {"write": write, "read": read}[sys.argv[1]](json.loads(sys.stdin.readline()))
