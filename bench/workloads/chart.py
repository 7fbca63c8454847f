"""The link chart: frames of 300 and of 5,000 nodes, and 5,000 nodes laid out beside the window's thread."""

from __future__ import annotations

import gc
import random
import threading
import time

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from bench.measure import emit, peak_mib, spread_ms
from desktop.casework.arrangement import Arrangement
from desktop.casework.graph import Graph
from desktop.casework.graph_layout import Points, arrange, bounds
from desktop.casework.views import ListRow
from desktop.ui.chart.layout_thread import LayoutThread
from desktop.ui.chart.painter import ChartPainter, Lit, paint_ground
from desktop.ui.chart.picture import Picture, draw
from desktop.ui.chart.view_port import ViewPort
from desktop.ui.theme import apply_theme, current_theme

SIZE = (980, 640)
FRAMES = 200
KINDS = ("person",) * 5 + ("phone",) * 3 + ("vehicle", "vehicle", "vessel", "company", "bank_account", "address")
LINKS = ("uses", "ownership", "associate", "family", "located_at", "related")
CODES = (("H0",), ("H1",), ("H0", "H2"))


def invent_rows(nodes: int, links: int) -> list[ListRow]:
    """Subjects and links of a made-up case: clusters, hubs, and some that nothing joins."""
    chance = random.Random(3)
    rows = []
    for number in range(nodes):
        kind = chance.choice(KINDS)
        title = f"+39 351 204 {number:05d}" if kind == "phone" else f"DIALLO Fatou {number}"
        tlp = chance.choice(("TLP:AMBER", "TLP:GREEN", "TLP:RED"))
        rows.append(ListRow(f"{number:032x}", "", kind, title=title, tlp=tlp, handling=chance.choice(CODES)))
    for number in range(links):
        one = chance.randrange(1, nodes)
        near = chance.random() < 0.7
        other = chance.randrange(max(0, one - 40), one) if near else int(one * chance.random() ** 3)
        name, kind = f"{10**9 + number:032x}", chance.choice(LINKS)
        rows.append(ListRow(name, "", kind, tlp="TLP:AMBER", source=f"{one:032x}", target=f"{other:032x}"))
    return rows


def placed(rows: list[ListRow]) -> Picture:
    """Everything unfolded, laid out and drawn."""
    graph = Graph(rows)
    return draw(graph, Arrangement(places=arrange(graph.beside)))


def frames(what: str, picture: Picture, zoom: float | None = None) -> None:
    """Pan across the chart and paint it, each frame somewhere else; without a zoom all of it is in view."""
    painter, port = ChartPainter(), ViewPort()
    painter.show(picture)
    image = QImage(*SIZE, QImage.Format.Format_ARGB32_Premultiplied)
    port.size = image.size().toSizeF()
    port.fit(picture.places.values())
    port.zoom = zoom or port.zoom
    left, _top, right, _bottom = bounds(picture.places.values())
    spent = []
    for number in range(FRAMES + 10):
        across = left + (right - left) * number / FRAMES  # from one end to the other
        port.middle = (across if zoom else port.middle[0] + number % 3, port.middle[1])
        begun = time.thread_time()
        with_painter(image, painter, port)
        spent.append(time.thread_time() - begun)
    emit(f"frame of the chart, {what}", nodes=len(picture.spots), lines=len(picture.ties), **spread_ms(spent[10:]))


def with_painter(image: QImage, painter: ChartPainter, port: ViewPort) -> None:
    """Paint one frame on an image, as the widget does."""
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QPainter

    on = QPainter(image)
    paint_ground(on, QRectF(image.rect()), current_theme())
    painter.paint(on, port, Lit())
    on.end()


class Waiter(QObject):
    """Hears of the layout."""

    def __init__(self) -> None:
        super().__init__()
        self.points: Points = {}

    def on_laid(self, points: Points) -> None:
        """Keep it."""
        self.points = points


def layout(rows: list[ListRow]) -> None:
    """Lay out in the thread, while this one looks how long it is kept from turning."""
    graph = Graph(rows)
    waiter = Waiter()
    thread = LayoutThread({node: sorted(beside) for node, beside in graph.beside.items()})
    thread.laid.connect(waiter.on_laid)
    held, last = 0.0, time.perf_counter()
    begun = last
    thread.start()
    while not waiter.points:
        QCoreApplication.processEvents()
        threading.Event().wait(0.001)
        now = time.perf_counter()
        held, last = max(held, now - last), now
    thread.wait()
    emit(
        "lay out a chart beside the window",
        nodes=len(waiter.points),
        wall_s=round(time.perf_counter() - begun, 2),
        held_ms=round(held * 1000, 1),
    )


def main() -> None:
    """Print the figures."""
    application = QApplication([])
    apply_theme(application)
    few, many = invent_rows(300, 400), invent_rows(5_000, 6_500)
    layout(many)
    rows = invent_rows(10_000, 12_000)
    begun = time.thread_time()
    draw(graph := Graph(rows), Arrangement().adopt(graph))
    emit("read a graph of 10,000 nodes on the window's thread", cpu_ms=round((time.thread_time() - begun) * 1000, 1))
    picture = placed(few)
    gc.freeze()
    frames("300 nodes, all in view", picture)
    frames("300 nodes, near", picture, 0.8)
    picture = placed(many)
    frames("5,000 nodes, all in view", picture)
    frames("5,000 nodes, nearer", picture, 0.2)
    emit("chart: peak memory", mib=peak_mib())


if __name__ == "__main__":
    main()
