"""Holds Python's cyclic collector off while a batch runs: it makes many objects and no cycles, and all for nothing."""

from __future__ import annotations

import contextlib
import gc
import threading
from collections.abc import Iterator

_lock = threading.Lock()
_holding = 0
_was_on = False


@contextlib.contextmanager
def without_collecting() -> Iterator[None]:
    """Run a batch of at most a second or so; with several at once the last to end lets the collector go on."""
    global _holding, _was_on  # noqa: PLW0603 - the collector is the process's, and so is this count
    with _lock:
        if _holding == 0:
            _was_on = gc.isenabled()
            gc.disable()
        _holding += 1
    try:
        yield
    finally:
        with _lock:
            _holding -= 1
            if _holding == 0 and _was_on:
                gc.enable()
