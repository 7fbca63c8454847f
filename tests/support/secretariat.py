"""A real secretariat in its own process, and an alliance of invented ministries for it to serve."""

from __future__ import annotations

import io
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from server.cli import main as run_cli
from sync.keys import DeviceKeys, make_request, new_device_keys
from sync.ministry import MinistryKeys, enrol, new_ministry, open_directory, order
from sync.wire.calls import EnrolRequest
from sync.wire.codec import encode
from sync.wire.directory import Certificate, Directory, Event

ROOT = Path(__file__).resolve().parents[2]
AT_MS = 1_795_000_000_000
START_S = 30
_DUMP = "PYTHONFAULTHANDLER"
STOP_S = 20
PORTS = range(12_000, 30_000)  # below those that Linux gives out by itself


@dataclass
class Ministry:
    """A ministry of the test's alliance: its keys, its directory, and the directory's entries in order."""

    keys: MinistryKeys
    directory: Directory
    entries: list[bytes] = field(default_factory=list)

    @property
    def code(self) -> str:
        """The member's code, such as AE."""
        return self.keys.ministry

    def enrol(self, request: bytes) -> bytes:
        """Enrol the device of a certificate request; returns the signed entry."""
        entry = enrol(self.keys, self.directory, request, AT_MS)
        self.entries.append(entry)
        return entry

    def say(self, event: Event) -> bytes:
        """Sign any event as the root or the administrator; returns the signed entry."""
        entry = order(self.keys, self.directory, event, AT_MS)
        self.entries.append(entry)
        return entry

    def new_device(self, officer: str = "Officer", desk: str = "Desk") -> DeviceKeys:
        """Make a device's keys and enrol it; `Secretariat.publish` tells the server."""
        keys = new_device_keys()
        self.enrol(make_request(keys, self.code, officer, desk, AT_MS))
        return keys

    def certificate(self, keys: DeviceKeys) -> Certificate:
        """Return the certificate of an enrolled device."""
        return self.directory.devices[keys.device]


def make_ministry(code: str) -> Ministry:
    """Make a ministry whose directory names one administrator."""
    keys = new_ministry(code, f"Administrator of {code}")
    directory, entry = open_directory(keys, AT_MS)
    return Ministry(keys, directory, [entry])


class Secretariat:
    """`tahaluf-secretariat serve` on a loopback port, started, stopped and killed as a test needs it."""

    def __init__(self, data: Path, *, options: tuple[str, ...] = ()) -> None:
        self.data = data
        self.log = data.parent / f"{data.name}.log"
        self._options = options
        self._port = free_port()
        self._process: subprocess.Popen[str] | None = None
        self._spent_s = 0.0
        self.url = ""

    def start(self) -> Secretariat:
        """Start it and wait until it listens; every start takes the same port."""
        command = [sys.executable, "-m", "server.cli", "serve", "--data", str(self.data)]
        command += ["--listen", f"127.0.0.1:{self._port}", *self._options]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True, env=os.environ | {_DUMP: "1"}
            )
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], START_S)[0]:
            self._end(signal.SIGABRT)  # where it stands goes into its log
            raise RuntimeError(f"the secretariat does not start: {self.log.read_text()[-8000:]}")
        line = self._process.stdout.readline()
        if not line.startswith("listening on "):
            self.kill()
            raise RuntimeError(f"the secretariat did not start: {self.log.read_text()[-2000:]}")
        self.url = line.removeprefix("listening on ").strip()
        self._port = int(self.url.rpartition(":")[2])
        return self

    @property
    def pid(self) -> int:
        """The process id."""
        return self._running().pid

    def stop(self) -> int:
        """End it in order (SIGTERM); returns its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once (SIGKILL), as a power cut would."""
        self._end(signal.SIGKILL)

    def restart(self) -> Secretariat:
        """Stop it if it runs, and start it on the same port."""
        if self._process is not None:
            self.stop()
        return self.start()

    def cpu_seconds(self) -> float:
        """CPU time, user and system, of all processes of this secretariat so far."""
        if self._process is None:
            return self._spent_s
        return self._spent_s + cpu_seconds_of(self.pid)

    def peak_bytes(self) -> int:
        """Largest resident memory of the running process."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        return 0

    def admit(self, *ministries: Ministry) -> None:
        """Make ministries members and publish their directories, by the operator's command."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        _run("admin", "init", "--data", str(self.data))
        for ministry in ministries:
            _run("admin", "member", "add", "--data", str(self.data), ministry.code, ministry.keys.root.hex())
        self.publish(*ministries)

    def publish(self, *ministries: Ministry) -> None:
        """Import the whole directories of members; what is there already is skipped."""
        file = self.data.parent / f"{self.data.name}.directory"
        for ministry in ministries:
            for start in range(0, len(ministry.entries), 1_000):
                part = ministry.entries[start : start + 1_000]
                file.write_bytes(encode(EnrolRequest(ministry.code, start + 1, part)))
                _run("admin", "directory", "import", "--data", str(self.data), str(file))

    def provision(self, codes: list[str]) -> dict[str, Ministry]:
        """Make ministries with these codes, admit them, and return them by code."""
        ministries = {code: make_ministry(code) for code in codes}
        self.admit(*ministries.values())
        return ministries

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it if it still runs."""
        if self._process is not None:
            self.stop()

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            raise RuntimeError("the secretariat does not run")
        return self._process

    def _end(self, number: signal.Signals) -> int:
        process = self._running()
        self._spent_s = self.cpu_seconds() if process.poll() is None else self._spent_s
        process.send_signal(number)
        try:
            code = process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        finally:
            assert process.stdout is not None
            process.stdout.close()
            self._process = None
        return code


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on now.

    It is none of those that the system gives out by itself: another process would get it while the server of a test is
    away, and a desk that calls there could get it for its own end of the line.
    """
    for _ in range(1_000):
        port = PORTS[secrets.randbelow(len(PORTS))]
        with socket.socket() as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
            try:
                door.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no port is free")


def cpu_seconds_of(pid: int) -> float:
    """CPU time, user and system, of a running process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _run(*arguments: str) -> None:
    """Run the operator's command in this process; its answer on standard output is of no interest here."""
    with redirect_stdout(io.StringIO()):
        code = run_cli(list(arguments))
    if code:
        raise RuntimeError(f"{' '.join(arguments[:3])} ended with {code}")
