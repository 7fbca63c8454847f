"""From the chart's places to pixels and back: zoom, pan, and the mirror for languages read from right to left."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QSizeF

from desktop.casework.graph_layout import STEP_X, STEP_Y, Point, bounds

LEAST, MOST = 0.01, 3.0


class ViewPort:
    """`zoom`: pixels a unit; `middle`: the place in the middle of the widget."""

    def __init__(self) -> None:
        self.zoom = 1.0
        self.middle: Point = (0.0, 0.0)
        self.size = QSizeF(1, 1)
        self.mirrored = False

    def to_pixel(self, place: Point) -> tuple[float, float]:
        """Where a place is on the widget."""
        dx = (place[0] - self.middle[0]) * self.zoom
        x = self.size.width() / 2 + (-dx if self.mirrored else dx)
        return (x, self.size.height() / 2 + (place[1] - self.middle[1]) * self.zoom)

    def to_place(self, pixel: QPointF) -> Point:
        """Which place a pixel shows."""
        dx = (pixel.x() - self.size.width() / 2) / self.zoom
        return (
            self.middle[0] + (-dx if self.mirrored else dx),
            self.middle[1] + (pixel.y() - self.size.height() / 2) / self.zoom,
        )

    def factors(self) -> tuple[float, float, float, float]:
        """(ax, bx, ay, by) with x = ax · place + bx and likewise y: for loops over thousands of nodes."""
        ax = -self.zoom if self.mirrored else self.zoom
        return (
            ax,
            self.size.width() / 2 - self.middle[0] * ax,
            self.zoom,
            self.size.height() / 2 - self.middle[1] * self.zoom,
        )

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom, keeping the place under a pixel (or in the middle) where it is."""
        pixel = at or QPointF(self.size.width() / 2, self.size.height() / 2)
        before = self.to_place(pixel)
        self.zoom = min(MOST, max(LEAST, self.zoom * factor))
        after = self.to_place(pixel)
        self.middle = (self.middle[0] + before[0] - after[0], self.middle[1] + before[1] - after[1])

    def pan(self, dx: float, dy: float) -> None:
        """Push the picture by pixels."""
        side = dx / self.zoom
        self.middle = (self.middle[0] + (side if self.mirrored else -side), self.middle[1] - dy / self.zoom)

    def fit(self, places: Iterable[Point], most: float = 1.2) -> None:
        """Show all of these places, no larger than `most`."""
        left, top, right, bottom = bounds(places)
        self.middle = ((left + right) / 2, (top + bottom) / 2)
        wide, high = right - left + STEP_X * 1.4, bottom - top + STEP_Y * 1.6
        self.zoom = min(most, max(LEAST, min(self.size.width() / wide, self.size.height() / high)))

    def show(self, place: Point, edge: float) -> bool:
        """Pan as little as it takes for a place to be `edge` pixels inside; whether anything moved."""
        x, y = self.to_pixel(place)
        dx = max(edge - x, 0.0) or min(self.size.width() - edge - x, 0.0)
        dy = max(edge - y, 0.0) or min(self.size.height() - edge - y, 0.0)
        if dx or dy:
            self.pan(dx, dy)
        return bool(dx or dy)
