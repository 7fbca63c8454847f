"""Frames of the map and of the timeline with 10,000 records: moving, coming nearer, and the first of each."""

from __future__ import annotations

import gc
import random
import sys
import time
from collections.abc import Callable

from PySide6.QtWidgets import QApplication, QWidget

from bench.measure import emit, spread_ms
from desktop.casework.views import ListRow
from desktop.ui.case_selection import Selection
from desktop.ui.map.map_view import MapView
from desktop.ui.theme import apply_theme
from desktop.ui.timeline.timeline_view import TimelineView

COUNT = 10_000
FRAMES = 200
SIZE = (1180, 600)
PORTS = (
    (34.74, 10.76),
    (35.50, 12.61),
    (37.51, 15.08),
    (36.83, -2.46),
    (35.70, -0.63),
    (14.72, -17.47),
    (25.27, 55.31),
)


def invented() -> list[ListRow]:
    """Records of a large case: half of them around ports, half anywhere; each tenth travels; two years of dates."""
    chance = random.Random(7)
    rows = []
    for number in range(COUNT):
        port = chance.choice(PORTS)
        near = number % 2 == 0
        latitude = chance.gauss(port[0], 0.2) if near else chance.uniform(-40, 60)
        longitude = chance.gauss(port[1], 0.2) if near else chance.uniform(-170, 170)
        goes = chance.choice(PORTS) if number % 10 == 0 else None
        month, day, hour = chance.randint(1, 12), chance.randint(1, 27), chance.randint(0, 23)
        start = f"{chance.choice((2025, 2026))}-{month:02}-{day:02}"
        rows.append(
            ListRow(
                f"{number:032x}",
                "s",
                chance.choice(("call", "trip", "request", "exhibit", "event", "payment")),
                title=f"Fact {number}",
                tlp="TLP:AMBER",
                where=f"{latitude:.5f},{longitude:.5f}",
                where_to=f"{goes[0]},{goes[1]}" if goes else "",
                start=f"{start}T{hour:02}:15" if number % 3 else start,
                end=f"{start[:8]}{day + 1:02}" if number % 3 == 0 else "",
            )
        )
    return rows


def frames(widget: QWidget, step: Callable[[int], object]) -> list[float]:
    """Seconds of each frame: the step, and the painting that it brings."""
    taken = []
    gc.disable()
    for number in range(FRAMES):
        began = time.perf_counter()
        step(number)
        widget.repaint()
        taken.append(time.perf_counter() - began)
    gc.enable()
    return taken


def settle(ready: Callable[[], bool]) -> None:
    """Let the window go on until something is there."""
    while not ready():
        QApplication.processEvents()


def measure_map(rows: list[ListRow]) -> None:
    """Print the figures of the map."""
    view = MapView(Selection())
    view.resize(*SIZE)
    view.show()
    while view.base.world is None:
        QApplication.processEvents()
    began = time.perf_counter()
    view.set_rows(rows)
    settle(view.spots_ready)
    view.repaint()
    first = time.perf_counter() - began
    for name, scale in (("world", 0.0), ("sea", 15_000.0), ("coast", 120_000.0)):
        view.frame.x, view.frame.y = 0.53, 0.395
        view.frame.scale = max(scale, view.frame.least_scale())
        began = time.perf_counter()
        view.gather()
        settle(view.spots_ready)
        gathered = time.perf_counter() - began
        view.repaint()
        moving = frames(view, lambda number: view.pan(3 if number % 100 < 50 else -3, 0))
        emit(
            f"map, {name}: a frame while moving",
            records=COUNT,
            gathered_beside_ms=round(gathered * 1000, 1),
            **spread_ms(moving),
        )
    zooming = frames(view, lambda number: view.zoom(1.05 if number % 80 < 40 else 1 / 1.05))
    emit("map: a frame while coming nearer", records=COUNT, first_ms=round(first * 1000, 1), **spread_ms(zooming))


def measure_timeline(rows: list[ListRow]) -> None:
    """Print the figures of the timeline."""
    view = TimelineView(Selection())
    view.resize(*SIZE)
    view.show()
    QApplication.processEvents()
    began = time.perf_counter()
    view.set_rows(rows)
    settle(lambda: len(view.sheet.rows) == COUNT)
    view.repaint()
    first = time.perf_counter() - began
    moving = frames(view, lambda number: view.shift(0.01 if number % 100 < 50 else -0.01))
    emit(
        "timeline, everything: a frame while moving",
        records=COUNT,
        first_ms=round(first * 1000, 1),
        **spread_ms(moving),
    )
    view.zoom(12)
    view.arrange()
    moving = frames(view, lambda number: view.shift(0.01 if number % 100 < 50 else -0.01))
    emit("timeline, two months: a frame while moving", records=COUNT, **spread_ms(moving))
    zooming = frames(view, lambda number: view.zoom(1.05 if number % 80 < 40 else 1 / 1.05))
    began = time.perf_counter()
    view.arrange()
    laid = time.perf_counter() - began
    emit("timeline: a frame while coming nearer", records=COUNT, arrange_ms=round(laid * 1000, 1), **spread_ms(zooming))


def main() -> int:
    """Measure both."""
    application = QApplication([])
    apply_theme(application)
    rows = invented()
    measure_map(rows)
    measure_timeline(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
