"""One place that drives puppets: windows in processes of their own, told what to do line by line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class Strings:
    """A desk's window in its own process. Every attribute is a command of `bench.puppet`."""

    def __init__(self, home: Path, log: Path) -> None:
        self._log = log.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.puppet", str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env={**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")},
        )

    def tell(self, do: str, **what: Any) -> Any:
        """Have one command done; returns its answer. Raises RuntimeError with what went wrong."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the window has no strings")
        self._process.stdin.write(json.dumps({"do": do, **what}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the window died while asked to {do}: exit code {self._process.wait()}")
        answer = json.loads(line)
        if not answer["ok"]:
            raise RuntimeError(f"{do}: {answer['answer']}")
        return answer["answer"]

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        self._process.kill()
        self._end()

    def close(self) -> None:
        """Close the window in order."""
        if self._process.poll() is None and self._process.stdin is not None:
            self._process.stdin.close()
        self._end()

    def _end(self) -> None:
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._log):
            if pipe is not None and not pipe.closed:
                pipe.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
