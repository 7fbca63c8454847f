"""Garbage with widgets in it is collected on the window's thread, whoever allocates."""

from __future__ import annotations

import gc
import threading
import weakref
from pathlib import Path

from PySide6.QtCore import QThread
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.session import Session
from desktop.ui.collector import Collector
from tests.support.desk import HomeOfDesk
from tests.ui.shell.conftest import OpenWindow


class Looped(QWidget):
    """A widget that refers to itself, so that only a collection ends it."""

    def __init__(self) -> None:
        super().__init__()
        self.itself = self


def test_a_widget_in_a_cycle_outlives_another_threads_allocations_and_is_collected_by_the_windows(
    qtbot: QtBot, tmp_path: Path
) -> None:
    collector = Collector(Session(tmp_path))
    ended_on: list[QThread] = []
    widget = Looped()
    weakref.finalize(widget, lambda: ended_on.append(QThread.currentThread()))
    del widget
    kept: list[list[int]] = []
    busy = threading.Thread(target=lambda: kept.extend([number] for number in range(300_000)))
    busy.start()
    busy.join()
    assert not ended_on
    qtbot.waitUntil(lambda: bool(ended_on))
    assert ended_on == [QThread.currentThread()]
    collector.stop()
    assert gc.isenabled()


def test_what_stands_is_left_alone_until_the_desk_locks(empty_home: HomeOfDesk, open_window: OpenWindow) -> None:
    window = open_window(empty_home)
    collector = Collector(window.session)
    widget = Looped()
    gone = weakref.ref(widget)
    collector.on_settled()
    del widget
    gc.collect()
    assert gone() is not None
    window.session.lock()
    assert gone() is None
    collector.stop()
    gc.freeze()  # as it was when the tests began
