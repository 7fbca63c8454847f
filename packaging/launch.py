"""Where the frozen application begins: the same command as `tahaluf` in a checkout."""

from __future__ import annotations

import sys

from desktop.cli import main

if __name__ == "__main__":
    sys.exit(main())
