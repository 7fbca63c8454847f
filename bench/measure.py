"""Figures of a measure: CPU-seconds of client and server, peak memory, bytes on the wire; one JSON line each."""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Figures = dict[str, Any]


class Clocks:
    """Reads this process's CPU time, a server's CPU time and the wall before and after a piece of work."""

    def __init__(self, server_cpu_s: Callable[[], float] | None = None) -> None:
        self._server = server_cpu_s or (lambda: 0.0)

    @contextmanager
    def measured(self) -> Iterator[Figures]:
        """Give figures that are filled when the work is done, in seconds."""
        figures: Figures = {}
        server, cpu, wall = self._server(), time.process_time(), time.perf_counter()
        yield figures
        figures["client_cpu_s"] = round(time.process_time() - cpu, 3)
        figures["server_cpu_s"] = round(self._server() - server, 3)
        figures["cpu_s"] = round(figures["client_cpu_s"] + figures["server_cpu_s"], 3)
        figures["wall_s"] = round(time.perf_counter() - wall, 3)


def emit(name: str, **figures: Any) -> None:
    """Print one figure as a line of JSON."""
    sys.stdout.write(json.dumps({"measure": name, **figures}, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def peak_mib() -> float:
    """Largest resident memory of this process so far, in MiB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def spread_ms(seconds: list[float]) -> Figures:
    """Median, 95th and 99th percentile and maximum of durations, in milliseconds."""
    ordered = sorted(seconds)
    return {
        "median_ms": round(statistics.median(ordered) * 1000, 3),
        "p95_ms": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))] * 1000, 3),
        "p99_ms": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000, 3),
        "max_ms": round(ordered[-1] * 1000, 3),
    }


def size_of(folder: Path) -> int:
    """Bytes of all files under a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
