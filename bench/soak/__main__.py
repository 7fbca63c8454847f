"""`make soak`: every long run, one after another."""

from __future__ import annotations

import sys

from bench.soak import kills, storm

if __name__ == "__main__":
    codes = [kills.main(), storm.main()]
    sys.exit(max(codes))
