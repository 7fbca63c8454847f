"""A filter as a value: what its query asks for, and that a line from outside becomes a filter or nothing."""

from __future__ import annotations

import base64
import zlib
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.casework.list_filter import (
    MAX_LINE,
    PREFIX,
    BadFilter,
    ListFilter,
    SavedFilter,
    clean_name,
    from_line,
    to_line,
)

SAVED = SavedFilter("À moi", "person", ListFilter(types=("vehicle",), due=("2026-11-01", ""), days=7, order="due"))


def line_of(**changes: object) -> str:
    """A line whose parts say something else."""
    plain = msgspec.json.decode(msgspec.json.encode(SAVED))
    for name, value in changes.items():
        (plain if name in plain else plain["filter"])[name] = value
    return PREFIX + base64.urlsafe_b64encode(zlib.compress(msgspec.json.encode(plain))).decode()


def test_a_filter_travels_as_a_line() -> None:
    assert from_line(f"  {to_line(SAVED)}\n") == SAVED
    assert from_line(line_of()) == SAVED
    assert to_line(SAVED).isascii()


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "x" * 61},
        {"name": "two\nlines"},
        {"name": "\u202eabc"},
        {"place": "../case"},
        {"order": "updated; DROP TABLE rows"},
        {"quick": ["open", "shut"]},
        {"types": ["x"] * 41},
        {"statuses": ["x" * 201]},
        {"assignees": ["\x00"]},
        {"text": "a" * 201},
        {"due": ["2026-11-31", ""]},
        {"due": ["9999-12-31", "9999-12-31"]},
        {"start": ["yesterday", ""]},
        {"days": -1},
        {"days": 10**9},
        {"days": "7"},
        {"extra": 1},
        {"countries": [""]},
    ],
)
def test_a_line_that_says_anything_else_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(BadFilter):
        from_line(line_of(**changes))


def test_a_line_that_would_unpack_to_a_mountain_or_is_too_long_is_refused() -> None:
    bomb = base64.urlsafe_b64encode(zlib.compress(b"[" * 2_000_000, 9)).decode()
    for line in (
        PREFIX + bomb,
        PREFIX + "A" * MAX_LINE,
        PREFIX + "é",
        PREFIX,
        "",
        "tahaluf-filter:2:AAAA",
        PREFIX + "%%",
    ):
        with pytest.raises(BadFilter):
            from_line(line)
    with pytest.raises(BadFilter):
        from_line(to_line(SAVED) + "AAAA")  # something behind it


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=200) | st.binary(max_size=200).map(lambda data: PREFIX + base64.urlsafe_b64encode(data).decode())
)
def test_whatever_is_pasted_is_a_filter_or_refused(line: str) -> None:
    try:
        assert from_line(line).name
    except BadFilter:
        return


def test_the_query_of_a_filter_says_the_days_that_are_meant() -> None:
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    query = SAVED.filter.query("person", now)
    assert (query.types, query.families, query.due_from, query.due_before) == (("vehicle",), (), "2026-11-01", "")
    assert query.updated_since_ms == int(datetime(2026, 11, 17, 12, tzinfo=UTC).timestamp() * 1000)
    assert ListFilter().query("person", now).families == ("subject",)
    assert ListFilter(types=("vehicle",)).query("case", now).type == "case"
    both = ListFilter(due=("", "2026-12-31"), quick=frozenset({"due"})).query("case", now)
    assert both.due_before == "2026-12-02"  # the nearer of the two
    assert ListFilter(due=("", "2026-11-25")).query("case", now).due_before == "2026-11-26"
    assert ListFilter(start=("2026-01-01", "2026-01-31")).query("case", now).start_before == "2026-02-01"


def test_a_name_is_one_line_without_anything_hidden() -> None:
    assert clean_name("  My \n filter\u202e ") == "My filter"
    assert len(clean_name("x" * 100)) == 60
