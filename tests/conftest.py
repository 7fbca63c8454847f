"""What every test gets: no screen, and a failure for each log record that nobody declared."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

pytest_plugins = ("tests.plugins.logfail",)
