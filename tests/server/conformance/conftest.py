"""Every implementation of Storage passes these tests: add one here, and nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.sqlite_storage import SqliteStorage
from server.storage import Storage
from tests.server.conformance.bench import Bench

IMPLEMENTATIONS: dict[str, Callable[[Path], Storage]] = {"sqlite": SqliteStorage}


@pytest.fixture(params=sorted(IMPLEMENTATIONS))
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """An opened storage with three ministries, their devices, and ways to push to it and read from it."""
    kind = IMPLEMENTATIONS[request.param]
    with asyncio.Runner() as runner:
        made = Bench(runner, lambda: kind(tmp_path))
        yield made
        made.close()
