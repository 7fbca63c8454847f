"""What every test gets: no screen, and a failure for each log record that nobody declared."""

from __future__ import annotations

import os
import sys

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

pytest_plugins = ("tests.plugins.logfail", "tests.attacks.ledger")


def pytest_unconfigure() -> None:
    """Empty the clipboard: what a test put there would be deleted after the interpreter is gone, and crash."""
    gui = sys.modules.get("PySide6.QtGui")
    if gui is not None and gui.QGuiApplication.instance() is not None:
        gui.QGuiApplication.clipboard().clear()
