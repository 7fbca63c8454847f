"""What every test gets: no screen, and a failure for each log record that nobody declared."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# How long an example takes says more of the machine than of the code.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")

pytest_plugins = ("tests.plugins.logfail", "tests.attacks.ledger")


def pytest_collection_finish() -> None:
    """Take what was imported out of the collections to come: they then cost what a test left behind."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def collected_here(request: pytest.FixtureRequest) -> Iterator[None]:
    """Collect the garbage of tests with windows on this thread, as desktop.ui.collector does in the application."""
    if "qapp" not in request.fixturenames:
        yield
        return
    gc.disable()
    yield
    gc.collect()
    gc.enable()


def pytest_unconfigure() -> None:
    """Empty the clipboard: what a test put there would be deleted after the interpreter is gone, and crash."""
    gui = sys.modules.get("PySide6.QtGui")
    if gui is not None and gui.QGuiApplication.instance() is not None:
        gui.QGuiApplication.clipboard().clear()
