"""Turns at a database among the connections of this process: a long batch learns that somebody waits, and makes room.

SQLite lets one connection write at a time, and tells nobody that others wait. Other processes are not seen here.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

PATIENCE_S = 0.2  # that a batch leaves to those who wait; SQLite looks again every 25 ms at first, then more seldom


class Turns:
    """Who waits to write to one database. May be used by every thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting = 0

    @contextlib.contextmanager
    def wanted(self) -> Iterator[None]:
        """Count among those who wait, until it is one's turn."""
        with self._changed:
            self._waiting += 1
        try:
            yield
        finally:
            with self._changed:
                self._waiting -= 1
                self._changed.notify_all()

    @property
    def waited_for(self) -> bool:
        """Whether somebody waits."""
        return self._waiting > 0

    def give_way(self) -> None:
        """Wait until nobody waits any more, at most PATIENCE_S."""
        if self._waiting:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting == 0, PATIENCE_S)


_lock = threading.Lock()
_known: dict[Path, Turns] = {}


def turns_at(path: Path) -> Turns:
    """The turns at the database in that file, the same for every connection of this process."""
    with _lock:
        return _known.setdefault(path.absolute(), Turns())
