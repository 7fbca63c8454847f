"""The window as a program: `tahaluf` without a command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.desk import HomeOfDesk

ROOT = Path(__file__).parents[2]


def listens_to(pid: int, number: signal.Signals) -> bool:
    """Whether a process has a handler of its own for a signal."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) >> (number - 1) & 1)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads what a process listens to from /proc")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_window_opens_and_ends_in_order_when_it_is_told_to(home: HomeOfDesk, number: signal.Signals) -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "desktop.cli", "--home", str(home.home)],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not listens_to(program.pid, signal.SIGTERM):
        assert program.poll() is None, program.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.1)
    program.send_signal(number)
    out, err = program.communicate(timeout=60)
    assert (program.returncode, out, err) == (0, "", "")
