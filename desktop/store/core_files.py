"""No core file of this process: it would hold the key of the store, and open cases, in the plain."""

from __future__ import annotations

import contextlib
import sys


def forbid_core_files() -> None:
    """Let a crash leave nothing on the disk. Not on Windows, where there is none unless somebody asks for it."""
    if sys.platform == "win32":
        return
    import resource

    with contextlib.suppress(OSError, ValueError):
        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        # One byte, not none: with none, Linux still gives the whole core to a program that collects them (core(5)).
        limit = 0 if hard == 0 else 1
        resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))
