"""What part of the world a map shows: its middle, its scale, and the way between places and pixels."""

from __future__ import annotations

from dataclasses import dataclass
from math import log2

from desktop.ui.map.world import Place

CLOSEST = 256 * 2.0**18  # pixels; about 0.6 m a pixel at the equator
STEP = 2.0**0.5


@dataclass(slots=True)
class Frame:
    """A view of `width` by `height` pixels; `x`, `y` is the place in its middle, `scale` the world's width."""

    width: int = 1
    height: int = 1
    x: float = 0.5
    y: float = 0.4
    scale: float = 1_000.0

    def least_scale(self) -> float:
        """The scale at which the world fills the view."""
        return max(256.0, float(self.width), float(self.height))

    def to_pixel(self, place: Place) -> tuple[float, float]:
        """Where a place is in the view; of its copies around the world, the one nearest to the middle."""
        away = (place[0] - self.x + 0.5) % 1 - 0.5
        return self.width / 2 + away * self.scale, self.height / 2 + (place[1] - self.y) * self.scale

    def to_place(self, x: float, y: float) -> Place:
        """The place under a pixel; its x may lie on a neighbouring copy of the world."""
        return self.x + (x - self.width / 2) / self.scale, self.y + (y - self.height / 2) / self.scale

    def resize(self, width: int, height: int) -> None:
        """Show more or less of the world around the same middle."""
        self.width, self.height = max(1, width), max(1, height)
        self._hold()

    def move(self, dx: float, dy: float) -> None:
        """Move what is shown by pixels."""
        self.x -= dx / self.scale
        self.y -= dy / self.scale
        self._hold()

    def zoom(self, factor: float, x: float, y: float) -> None:
        """Come nearer by a factor; what is under the pixel stays there."""
        before = self.to_place(x, y)
        self.scale = min(max(self.scale * factor, self.least_scale()), CLOSEST)
        after = self.to_place(x, y)
        self.x += before[0] - after[0]
        self.y += before[1] - after[1]
        self._hold()

    def fit(self, places: list[Place], margin: float) -> None:
        """Show all of these, `margin` pixels from the edges; around the date line by the shorter way."""
        if not places:
            self.x, self.y, self.scale = 0.5, 0.42, self.least_scale()
            self._hold()
            return
        xs, ys = sorted(place[0] % 1 for place in places), [place[1] for place in places]
        # The widest gap between neighbours around the world is what need not be shown.
        gaps = [(after - before, after) for before, after in zip(xs, [*xs[1:], xs[0] + 1], strict=True)]
        gap, start = max(gaps)
        span = 1 - gap
        self.x = (start + span / 2) % 1
        self.y = (min(ys) + max(ys)) / 2
        wide = max(1.0, self.width - 2 * margin) / max(span, 1e-9)
        high = max(1.0, self.height - 2 * margin) / max(max(ys) - min(ys), 1e-9)
        self.scale = min(max(min(wide, high), self.least_scale()), 256 * 2.0**11)
        self._hold()

    def level(self) -> int:
        """Steps of half an octave: what is clustered alike."""
        return round(2 * log2(self.scale / 256))

    def _hold(self) -> None:
        self.x %= 1
        self.scale = min(max(self.scale, self.least_scale()), CLOSEST)
        half = self.height / 2 / self.scale
        self.y = min(max(self.y, half), 1 - half) if half < 0.5 else 0.5
