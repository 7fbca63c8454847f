"""`make soak`: every long run, one after another."""

from __future__ import annotations

import sys

from bench.soak import kills

if __name__ == "__main__":
    sys.exit(kills.main())
