"""`make bench`: every measure in a process of its own, a line of JSON each; names given narrow it."""

from __future__ import annotations

import os
import subprocess
import sys

WORKLOADS = {
    "limits": ["bench.workloads.limits"],
    "w1": ["bench.workloads.w1"],
    "w1-spaces": ["bench.workloads.w1", "spaces"],
    "snapshots": ["bench.workloads.snapshots"],
    "edits": ["bench.workloads.edits"],
    "blobs": ["bench.workloads.blobs"],
    "rotation": ["bench.workloads.rotation"],
    "window": ["bench.workloads.window"],
    "frames": ["bench.workloads.frames"],
    "arrivals": ["bench.workloads.arrivals"],
    "million": ["bench.workloads.million"],
    "chart": ["bench.workloads.chart"],
    "map": ["bench.workloads.map"],
    "peers": ["bench.peers"],
}


def main(chosen: list[str]) -> int:
    """Run the measures; the exit code says whether all of them ran."""
    unknown = set(chosen) - set(WORKLOADS)
    if unknown:
        sys.stderr.write(f"no such measure: {', '.join(sorted(unknown))}; there are {', '.join(WORKLOADS)}\n")
        return 2
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONHASHSEED": "0"}
    codes = [
        subprocess.run([sys.executable, "-m", *WORKLOADS[name]], check=False, env=environment).returncode
        for name in chosen or [each for each in WORKLOADS if each != "peers"]  # it installs programs
    ]
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
