"""What a timeline shows now: its records, the scale, the lanes with their marks and the stretch that is in view."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF

from desktop.casework.views import ListRow
from desktop.ui.theme import current_theme
from desktop.ui.timeline.lanes import Item, arrange, lanes_by_kind, lanes_by_subject
from desktop.ui.timeline.marks import BARS, DOT, LANE, OVERVIEW, Drawn, Geometry, item_rect
from desktop.ui.timeline.scale import NEAREST, Scale
from desktop.ui.timeline.spans import Known

Found = tuple[int, Item]
"""The number of a lane, and a mark in it."""


class Sheet:
    """Knows no events: the view asks it to move, and paints it."""

    def __init__(self) -> None:
        self.rows: tuple[ListRow, ...] = ()
        self.known = Known([])
        self.scale = Scale([])
        self.by_subject = False
        self.fold = True
        self.at = Geometry(1, 1, current_theme())
        self.lanes: list[Drawn] = []
        self.bars: list[int] = []

    def set_rows(self, rows: Sequence[ListRow], known: Known) -> None:
        """Take other records and when they were; the stretch in view stays if there was something before."""
        window = self.stretch() if self.known.spans else None
        self.rows = tuple(rows)
        self.known = known
        self.rebuild(window)

    def stretch(self) -> tuple[float, float]:
        """The times between which the view is."""
        return self.scale.time(self.at.left), self.scale.time(self.at.left + self.at.length)

    def rebuild(self, window: tuple[float, float] | None = None) -> None:
        """Make the scale anew and show a stretch of time, or everything."""
        self.scale = Scale(self.known.spans, fold=self.fold)
        self.bars = [0] * BARS
        for span in self.known.spans:
            place = self.scale.place((span.begin + span.end) / 2)
            self.bars[min(BARS - 1, max(0, int(place / self.scale.length * BARS)))] += 1
        self.at.left, self.at.length = 0.0, self.scale.length
        if window is not None:
            self.show(self.scale.place(window[0]), self.scale.place(window[1]))
        self.arrange()

    def show(self, left: float, right: float) -> bool:
        """Show the axis between two places, minutes at least; returns whether the scale has changed."""
        length = min(max(right - left, NEAREST), self.scale.length)
        changed = abs(length - self.at.length) > 1e-6 * length
        middle = (left + right) / 2
        self.at.length = length
        self.at.left = min(max(middle - length / 2, -length * 0.4), self.scale.length - length * 0.6)
        return changed

    def zoom(self, factor: float, x: float | None = None) -> bool:
        """Come nearer by a factor; what is under the pixel, else in the middle, stays there."""
        at = self.at
        place = at.place(x) if x is not None else at.left + at.length / 2
        length = min(max(at.length / factor, NEAREST), self.scale.length)
        left = place - (place - at.left) * length / at.length
        return self.show(left, left + length)

    def show_records(self, records: frozenset[int]) -> bool:
        """Show the stretch of some records, or everything."""
        spans = [span for span in self.known.spans if span.record in records]
        if not spans:
            return self.show(0.0, self.scale.length)
        left = self.scale.place(spans[0].begin)
        right = self.scale.place(max(span.end for span in spans))
        room = max((right - left) * 0.06, NEAREST)
        return self.show(left - room, right + room)

    def arrange(self) -> None:
        """Lay the marks out for the scale of now."""
        lanes = (lanes_by_subject if self.by_subject else lanes_by_kind)(self.rows, self.known.spans)
        place, least = self.scale.place, current_theme().px(DOT)
        self.lanes = []
        for lane in lanes:
            places = [(place(span.begin), place(span.end)) for span in lane.spans]
            self.lanes.append(Drawn(lane, arrange(lane, places, self.at.pixel, least)))

    def marks_in_view(self) -> list[Found]:
        """The marks in view, in the order of time."""
        at = self.at
        found = [
            (number, item)
            for number, lane in enumerate(self.lanes)
            for item in lane.between(at.left, at.left + at.length)
        ]
        return sorted(found, key=lambda pair: (pair[1].left, pair[0], pair[1].track))

    def item_at(self, point: QPointF) -> Found | None:
        """The mark under a pixel."""
        at = self.at
        if not (at.top <= point.y() <= at.bottom and at.area().contains(point)):
            return None
        number = int((point.y() - at.top + at.scroll) // at.theme.px(LANE))
        if not 0 <= number < len(self.lanes):
            return None
        near, place = at.theme.px(12) * at.pixel, at.place(point.x())
        for item in reversed(self.lanes[number].between(place - near, place + near)):
            if item_rect(at, number, item).contains(point.toPoint()):
                return number, item
        return None

    def find(self, record: int) -> Found | None:
        """The mark of a record."""
        for number, lane in enumerate(self.lanes):
            for item in lane.items:
                if record in item.records:
                    return number, item
        return None

    def ids_between(self, left: float, right: float) -> frozenset[str]:
        """The ids of the records that touch a stretch of the axis."""
        begin, end = self.scale.time(left), self.scale.time(right)
        return frozenset(
            self.rows[span.record].id for span in self.known.spans if span.begin <= end and span.end >= begin
        )

    def window(self) -> QRectF:
        """The window of the overview, in pixels."""
        at = self.at
        part = at.room / self.scale.length
        left, right = max(0.0, at.left * part), min(at.room, (at.left + at.length) * part)
        wide = max(right - left, at.theme.px(12))
        return at.mirrored(QRectF(at.names + min(left, at.room - wide) + 1, 2, wide - 2, at.theme.px(OVERVIEW - 2)))

    def overview_place(self, x: float) -> float:
        """The place on the axis under a pixel of the overview."""
        along = self.at.width - x if self.at.rtl else x
        return (along - self.at.names) / self.at.room * self.scale.length

    def height_of_lanes(self) -> int:
        """Pixels that all lanes take."""
        return len(self.lanes) * self.at.theme.px(LANE)
