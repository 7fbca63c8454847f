"""Changes: what goes through the codec comes out, and hostile bytes raise nothing but a WireError."""

from __future__ import annotations

import contextlib

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync import merge
from sync.changes import (
    Add,
    Change,
    Create,
    Delete,
    Dependency,
    Dot,
    Edit,
    Recall,
    RecordEdit,
    Remove,
    Restore,
    Set,
    Unknown,
    Write,
    decode_change,
    dependencies,
    encode_change,
)
from sync.wire.codec import MAX_CHANGE, MAX_OPERATIONS, encode
from sync.wire.errors import Malformed, UnknownSuite, WireError

A, B = b"a" * 16, b"b" * 16
RECORD = b"r" * 16

ids = st.binary(min_size=16, max_size=16)
names = st.from_regex(r"\A[a-z][a-z0-9_]{0,20}\Z")
texts = st.text(max_size=20)
dots = st.builds(Dot, ids, st.integers(1, 1 << 50), st.integers(0, MAX_OPERATIONS - 1))
overs = st.lists(dots, max_size=3)
seen = st.lists(st.builds(Dependency, ids, st.integers(1, 1 << 50)), max_size=3)
values = texts | st.integers(-(1 << 63), (1 << 63) - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.none()
operations = st.one_of(
    st.builds(Create, names),
    st.builds(Set, names, values | st.booleans(), overs),
    st.builds(Write, names, texts),
    st.builds(Edit, names, st.binary(max_size=20)),
    st.builds(Add, names, texts, overs),
    st.builds(Remove, names, texts, overs),
    st.builds(Delete, seen),
    st.builds(Restore, overs),
    st.builds(Unknown, st.builds(lambda tag, rest: encode([f"later_{tag}", rest]), names, values)),
)
edits = st.lists(
    st.builds(RecordEdit, ids, st.lists(operations, min_size=1, max_size=4)),
    min_size=1,
    max_size=3,
    unique_by=lambda edit: edit.record,
)
moments = st.integers(-(1 << 52), 1 << 52)
changes = st.builds(Change, st.just(1), moments, st.integers(0, (1 << 63) - 1), seen, edits)


@settings(max_examples=200, deadline=None)
@given(changes)
def test_a_change_goes_through_its_bytes(change: Change) -> None:
    data = encode_change(change)
    again = decode_change(data)
    assert encode_change(again) == data
    assert [[type(op) for op in edit.operations] for edit in again.edits] == [
        [type(op) for op in edit.operations] for edit in change.edits
    ]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=80))
def test_any_bytes_are_a_change_or_a_wire_error(data: bytes) -> None:
    with contextlib.suppress(WireError):
        decode_change(data)


@settings(max_examples=200, deadline=None)
@given(changes, st.data())
def test_a_damaged_change_raises_nothing_but_a_wire_error(change: Change, data: st.DataObject) -> None:
    damaged = bytearray(encode_change(change))
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(WireError):
        decoded = decode_change(bytes(damaged))
        dependencies(decoded, A, 5)
        for edit in decoded.edits:
            merge.apply(merge.new_state(), A, 5, 0, edit.operations)


def raw(*operations_: object, version: int = 1, records: int = 1) -> bytes:
    return encode([version, 0, 0, [], [[bytes([n]) * 16, list(operations_)] for n in range(records)]])


@pytest.mark.parametrize(
    "data",
    [
        raw(),  # no operation
        raw(records=0),
        raw(["set", "title"]),
        raw(["set", "title", 1, [], "x"][:2]),
        raw(["set", "Title", 1, []]),
        raw(["set", "title\n", 1, []]),
        raw(["set", "title; drop table", 1, []]),
        raw(["set", "", 1, []]),
        raw(["set", "title", float("nan"), []]),
        raw(["set", "title", float("inf"), []]),
        raw(["set", "title", b"bytes", []]),
        raw(["set", "title", [1], []]),
        raw(["set", "title", {"a": 1}, []]),
        raw(["set", "title", 1, [[A, 0, 0]]]),
        raw(["set", "title", 1, [[A, 1, MAX_OPERATIONS]]]),
        raw(["set", "title", 1, [[A[:15], 1, 0]]]),
        raw(["create", 5]),
        raw([7, 8]),
        raw([]),
        raw("set"),
        raw(["x" * 65]),
        raw({"op": "set"}),
        raw(["create", "person"], *([["create", "person"]] * MAX_OPERATIONS)),
        encode([1, 0, 0, [], [[RECORD, [["create", "person"]]], [RECORD, [["create", "person"]]]]]),
        encode([1, 0, 0, [[A, 0]], [[RECORD, [["create", "person"]]]]]),
        encode([1, 1 << 60, 0, [], [[RECORD, [["create", "person"]]]]]),
        b"\x91" * 5_000,
        b"\xdd\xff\xff\xff\xff",
        b"\xa3\xed\xa0\x80",
    ],
)
def test_what_is_not_a_change_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        decode_change(data)


def test_a_change_of_a_later_version_is_not_guessed_at() -> None:
    with pytest.raises(UnknownSuite):
        decode_change(raw(["create", "person"], version=2))


def test_a_text_with_a_lone_surrogate_is_refused_before_it_is_saved() -> None:
    with pytest.raises(Malformed):
        encode_change(Change(1, 0, 0, [], [RecordEdit(RECORD, [Set("title", "\ud800", [])])]))
    with pytest.raises(Malformed):
        encode_change(Change(1, 0, 0, [], [RecordEdit(RECORD, [])]))


def test_a_change_that_is_too_large_is_refused_before_it_is_saved() -> None:
    with pytest.raises(Malformed):
        encode_change(Change(1, 0, 0, [], [RecordEdit(RECORD, [Write("summary", "x" * MAX_CHANGE)])]))


def test_elements_that_a_later_version_appends_are_not_an_error() -> None:
    change = decode_change(encode([1, 0, 0, [], [[RECORD, [["create", "person"]]]], "appended"]))
    assert change.edits[0].operations == [Create("person")]


def test_an_unknown_operation_among_known_ones_keeps_its_bytes_and_its_place() -> None:
    later = ["stamp", {"a": [1, 2.5, None]}]
    change = decode_change(raw(["create", "person"], later, ["set", "title", "x", []]))
    assert change.edits[0].operations == [Create("person"), Unknown(encode(later)), Set("title", "x", [])]


def test_numbers_keep_their_kind() -> None:
    data = encode_change(
        Change(1, 0, 0, [], [RecordEdit(RECORD, [Set("a", 1, []), Set("b", 1.0, []), Set("c", True, [])])])
    )
    kinds = [type(operation.value) for operation in decode_change(data).edits[0].operations]  # type: ignore[union-attr]
    assert kinds == [int, float, bool]


def test_a_change_depends_on_all_that_it_supersedes() -> None:
    change = Change(
        1,
        0,
        0,
        [Dependency(B, 3)],
        [
            RecordEdit(RECORD, [Set("a", 1, [Dot(B, 7, 0), Dot(A, 2, 0)])]),
            RecordEdit(B, [Delete([Dependency(b"c" * 16, 4)])]),
        ],
    )
    assert dependencies(change, A, 5) == [Dependency(B, 7), Dependency(b"c" * 16, 4)]


@pytest.mark.parametrize(
    "operation", [Set("a", 1, [Dot(A, 6, 0)]), Delete([Dependency(A, 6)]), Restore([Dot(A, 9, 0)])]
)
def test_a_change_cannot_supersede_a_later_one_of_its_own_device(operation: Set | Delete | Restore) -> None:
    change = Change(1, 0, 0, [], [RecordEdit(RECORD, [operation])])
    with pytest.raises(Malformed):
        dependencies(change, A, 5)
    assert dependencies(change, A, 9) == []


def test_structs_are_what_the_specification_says() -> None:
    assert msgspec.msgpack.decode(encode(Set("title", "x", [Dot(A, 1, 0)]))) == ["set", "title", "x", [[A, 1, 0]]]
    assert msgspec.msgpack.decode(encode(Dependency(A, 1))) == [A, 1]


def test_a_recall_waits_for_a_change_of_the_device_that_made_the_record() -> None:
    recall = Change(1, 0, 0, [], [RecordEdit(RECORD, [Recall(B, b"n" * 16, "wrong case")])])
    assert dependencies(recall, A, 5) == [Dependency(B, 1)]
    assert dependencies(recall, B, 5) == []
    later = msgspec.structs.replace(recall, after=[Dependency(B, 7)])
    assert dependencies(later, A, 5) == [Dependency(B, 7)]
