"""10,000 requests of three desks through a proxy that does everything wrong: nothing is lost, all desks end alike."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from bench.measure import emit
from tests.support.storm import run_storm

REQUESTS = int(os.environ.get("TAHALUF_STORM_REQUESTS", "10000"))


def main() -> int:
    """Let it rage; returns the exit code."""
    seed = int(os.environ.get("TAHALUF_SEED", str(time.time_ns() % 100_000)))
    with tempfile.TemporaryDirectory(prefix="tahaluf-storm-") as folder:
        outcome = run_storm(Path(folder), REQUESTS, seed)
    emit(
        "a proxy that cuts, delays, doubles, truncates and corrupts",
        seed=seed,
        requests=outcome.requests,
        befell={fault: count for fault, count in sorted(outcome.befell.items()) if fault},
        exchanges_cut=sum(outcome.failed.values()),
        changes_saved=outcome.saved,
        people_lost=outcome.lost,
        items_refused=outcome.refused,
        changes_unsent=outcome.unsent,
        desks_alike=outcome.same,
        stores_verify=outcome.verified,
    )
    held = outcome.same and outcome.verified and not (outcome.lost or outcome.refused or outcome.unsent)
    return 0 if held else 1
