"""The lanes of a timeline: one for each kind of records, or one for each person and object that they touch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from desktop.casework.record_types import RecordTypes
from desktop.casework.views import ListRow
from desktop.ui.case_tones import GROUPS, group_of
from desktop.ui.presenter import row_title
from desktop.ui.timeline.spans import Span
from i18n import _

TRACKS = 3
_GAP = 3.0  # pixels between two marks of a track
_NEAR = 30.0  # pixels within which short marks of a track that is full become one
_ALIKE = frozenset({"person", "organization", "company", "vehicle", "vessel", "airplane", "phone", "bank_account"})


@dataclass(slots=True)
class Lane:
    """One lane: its words (ready for display), how it is drawn, and its spans in the order of time."""

    key: str
    title: str
    icon: str
    color: str
    spans: list[Span] = field(default_factory=list)


@dataclass(slots=True)
class Item:
    """What is drawn as one mark of a track, from place to place on the axis. `records` are numbers of rows."""

    left: float
    right: float
    track: int
    records: list[int]
    vague: bool = False


def lanes_by_kind(rows: Sequence[ListRow], spans: Sequence[Span]) -> list[Lane]:
    """A lane for each group of types that has something, in the order of the groups."""
    lanes = {group.key: Lane(group.key, group.caption(), group.icon, group.color) for group in GROUPS}
    for span in spans:
        lanes[group_of(rows[span.record].type).key].spans.append(span)
    return [lane for lane in lanes.values() if lane.spans]


def lanes_by_subject(rows: Sequence[ListRow], spans: Sequence[Span]) -> list[Lane]:
    """A lane for each subject that dated records touch, directly or by a link; the fullest first, the rest at the end.

    A record that touches two subjects stands in both lanes.
    """
    known = {row.id: row for row in rows}
    touches: dict[str, set[str]] = {}
    for row in rows:
        if row.source and row.target:
            for here, there in ((row.source, row.target), (row.target, row.source)):
                touches.setdefault(here, set()).add(there)
                touches.setdefault(row.id, set()).add(there)
    lanes: dict[str, Lane] = {}
    rest = Lane("", _("Without a subject"), "file-text", "neutral")
    for span in spans:
        row = rows[span.record]
        homes = {row.id} | touches.get(row.id, set())
        subjects = [known[home] for home in homes if home in known and known[home].type in _ALIKE]
        for subject in subjects:
            lanes.setdefault(subject.id, _lane_of(subject)).spans.append(span)
        if not subjects:
            rest.spans.append(span)
    ordered = sorted(lanes.values(), key=lambda lane: (-len(lane.spans), lane.title, lane.key))
    return ordered + ([rest] if rest.spans else [])


def arrange(lane: Lane, places: Sequence[tuple[float, float]], pixel: float, least: float) -> list[Item]:
    """The marks of a lane: `places` of its spans on the axis, `pixel` seconds wide each; none narrower than `least`.

    A span takes the first track that is free, else the one that is free soonest, over what is there. Short marks that
    would touch become one.
    """
    items: list[Item] = []
    last: list[Item | None] = [None] * TRACKS
    ends = [float("-inf")] * TRACKS
    gap, near, shortest = _GAP * pixel, _NEAR * pixel, least * pixel
    for span, (begin, end) in zip(lane.spans, places, strict=True):
        short = end - begin <= shortest
        widened = (shortest - (end - begin)) / 2 if short else 0.0
        left, right = begin - widened, end + widened
        track = next((each for each in range(TRACKS) if ends[each] + gap <= left), -1)
        if track < 0:
            track = min(range(TRACKS), key=ends.__getitem__)
            before = last[track]
            if short and before is not None and not before.vague and left - before.left <= near + shortest:
                before.records.append(span.record)
                before.right = max(before.right, right)
                ends[track] = max(ends[track], right)
                continue
        item = Item(left, right, track, [span.record], span.vague)
        items.append(item)
        last[track] = item
        ends[track] = max(ends[track], right)
    return items


def _lane_of(subject: ListRow) -> Lane:
    record_type = RecordTypes.load().get(subject.type)
    icon = record_type.icon if record_type else "file-text"
    return Lane(subject.id, row_title(subject, limit=80), icon, group_of(subject.type).color)
