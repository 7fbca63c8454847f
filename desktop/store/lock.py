"""A lock between processes on one file: held as long as its holder lives, and no longer."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from desktop.store.vault import translate_os_errors

LOOK_S = 0.05  # between looks whether a lock is free


@contextlib.contextmanager
def hold(path: Path, patience_s: float = 0.0) -> Iterator[bool]:
    """Hold the lock, or give False when somebody else still has it after `patience_s` seconds."""
    with translate_os_errors():
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    until = time.monotonic() + patience_s
    try:
        held = _take(descriptor)
        while not held and time.monotonic() < until:
            time.sleep(LOOK_S)
            held = _take(descriptor)
        yield held
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
