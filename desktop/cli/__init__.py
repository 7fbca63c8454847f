"""The use cases without a window: `tahaluf …`. Commands, options and JSON are described in docs/cli.md."""

from __future__ import annotations

from desktop.cli.main import main

__all__ = ["main"]
