"""What a timeline computes: when records were and how precisely, what is folded, where the lines and marks are."""

# ruff: noqa: DTZ001 - the wall clock's times have no zone

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.casework.views import ListRow
from desktop.ui.timeline.lanes import Lane, arrange, lanes_by_kind, lanes_by_subject
from desktop.ui.timeline.scale import Scale
from desktop.ui.timeline.spans import DAY, Span, as_datetime, as_seconds, read_moment, read_spans
from desktop.ui.timeline.words import period_text, when_text
from i18n import set_language
from i18n.bidi import strip_isolates


def row(number: int, start: str, end: str = "", kind: str = "call") -> ListRow:
    """A record with dates."""
    return ListRow(str(number), "s", kind, title=f"Fact {number}", start=start, end=end)


@pytest.mark.parametrize(
    ("text", "first", "days"),
    [
        ("2026", datetime(2026, 1, 1), 365),
        ("2024", datetime(2024, 1, 1), 366),
        ("2026-02", datetime(2026, 2, 1), 28),
        ("2026-12", datetime(2026, 12, 1), 31),
        ("2026-06-14", datetime(2026, 6, 14), 1),
        ("2026-06-14T08:30", datetime(2026, 6, 14, 8, 30), 0),
        ("9999-12-31", datetime(9999, 12, 31), 1),
        ("0001", datetime(1, 1, 1), 365),
    ],
)
def test_a_date_lasts_as_long_as_it_is_vague(text: str, first: datetime, days: int) -> None:
    read = read_moment(text)
    assert read is not None
    assert as_datetime(read[0]) == first
    assert read[1] - read[0] == days * DAY


@pytest.mark.parametrize(
    "text", ["", "0000", "2026-13", "2026-02-30", "soon", "2026-06-14T99:00", "20260614", "1" * 90 + "T"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_moment(text) is None


def test_rows_without_a_date_and_with_a_false_one_are_counted_apart() -> None:
    known = read_spans([row(0, "2026-05"), row(1, ""), row(2, "2026-55"), row(3, "", "2026-01-02")])
    assert [span.record for span in known.spans] == [3, 0]
    assert (known.undated, known.refused) == (1, 1)
    assert known.spans[1].vague


def test_an_end_before_the_beginning_is_said_and_shown_at_the_beginning() -> None:
    bad = row(0, "2026-05-10", "2026-05-01")
    (span,) = read_spans([bad]).spans
    assert span.turned
    assert as_datetime(span.begin) == datetime(2026, 5, 10)
    assert "before it begins" in period_text(bad)


def test_a_long_empty_stretch_is_folded_and_found_again() -> None:
    spans = read_spans([row(0, "2020-01-05"), row(1, "2020-01-09"), row(2, "2026-06-01"), row(3, "2026-06-20")]).spans
    folded, whole = Scale(spans), Scale(spans, fold=False)
    assert len(folded.folds) == 1
    assert whole.folds == []
    assert folded.length < whole.length / 2
    assert folded.place(spans[2].begin) > folded.folds[0].right


@settings(max_examples=80)
@given(st.lists(st.integers(0, 20_000), min_size=1, max_size=30), st.booleans(), st.floats(0, 1))
def test_a_place_and_its_time_belong_together(days: list[int], fold: bool, part: float) -> None:
    spans = [Span(day * DAY, (day + 1) * DAY, 0) for day in sorted(days)]
    scale = Scale(spans, fold=fold)
    place = part * scale.length
    assert scale.place(scale.time(place)) == pytest.approx(place, abs=1.0)
    order = [scale.place(span.begin) for span in spans]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("length", "unit"),
    [(600.0, "minute"), (6 * 3600.0, "hour"), (8 * DAY, "day"), (200 * DAY, "month"), (9000 * DAY, "year")],
)
def test_the_axis_speaks_in_the_unit_of_what_is_in_view(length: float, unit: str) -> None:
    scale = Scale([Span(0, 20_000 * DAY, 0)])
    left = scale.place(as_seconds(datetime(2000, 1, 1, 10, 2)))
    marks = scale.marks(left, left + length, length / 12)
    assert {mark.unit for mark in marks} == {unit}
    assert 2 <= len(marks) <= 13
    assert marks[0].at <= left
    assert all(left <= mark.at <= left + length for mark in marks[1:])


def test_between_two_lines_the_axis_still_says_when_it_is() -> None:
    scale = Scale([Span(0, 20_000 * DAY, 0)])
    left = scale.place(as_seconds(datetime(2000, 1, 1, 10, 2, 10)))
    (mark,) = scale.marks(left, left + 20, 300)
    assert mark.when == datetime(2000, 1, 1, 10, 0)


def test_nothing_is_marked_inside_a_fold() -> None:
    spans = read_spans([row(0, "1950-01-05"), row(1, "2026-06-01"), row(2, "2026-06-20")]).spans
    scale = Scale(spans)
    marks = scale.marks(0, scale.length, scale.length / 10)
    assert all(mark.when.year in (1949, 1950, 2026) for mark in marks)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 40)), min_size=1, max_size=80))
def test_no_record_is_lost_where_marks_are_dense(given_spans: list[tuple[int, int]]) -> None:
    spans = [Span(begin, begin + length, n) for n, (begin, length) in enumerate(sorted(given_spans))]
    items = arrange(Lane("k", "k", "phone", "link", list(spans)), [(span.begin, span.end) for span in spans], 1.0, 8)
    assert sorted(record for item in items for record in item.records) == list(range(len(spans)))
    assert {item.track for item in items} <= {0, 1, 2}


def test_lanes_by_subject_follow_the_links() -> None:
    rows = [
        ListRow("p", "s", "person", title="BA Awa"),
        row(1, "2026-05-01", kind="trip"),
        row(2, "2026-05-02", kind="call"),
        ListRow("l", "s", "participates_in", source="p", target="1"),
    ]
    spans = read_spans(rows).spans
    assert [lane.key for lane in lanes_by_kind(rows, spans)] == ["contact", "movement"]
    by_subject = lanes_by_subject(rows, spans)
    assert [(lane.key, [span.record for span in lane.spans]) for lane in by_subject] == [("p", [1]), ("", [2])]


def test_dates_are_told_as_vague_as_they_are() -> None:
    set_language("fr")
    assert strip_isolates(when_text("2026-05")) == "mai 2026"
    assert strip_isolates(when_text("2026")) == "2026"
    assert strip_isolates(when_text("soon")) == "soon"
    set_language("en")
