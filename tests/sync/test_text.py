"""Long texts: an edit always gives the text that was wanted, and nothing but text gets into a document."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync import text
from sync.delta import MAX_CLOCK, Delta, read_delta, rename_clients
from sync.weave import settle_order
from sync.wire.errors import Malformed, WireError

ANY_TEXT = st.text(max_size=60) | st.text(alphabet="abc \né\u0301ستش\u200f😀👩🏽\u0000", max_size=300)


def number(value: int) -> bytes:
    """A variable-length number as Yjs writes it."""
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


@settings(max_examples=200, deadline=None)
@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_an_edit_gives_the_text_that_was_wanted(first: str, second: str, third: str) -> None:
    document = text.start(b"1", first)
    for origin, wanted in ((b"2", second), (b"3", third)):
        document, read = text.merge([document, text.edit(document, origin, wanted)])
        assert read == wanted == text.read(document)


@settings(max_examples=100, deadline=None)
@given(ANY_TEXT, ANY_TEXT)
def test_what_a_desk_writes_passes_the_strict_reader(first: str, second: str) -> None:
    start = text.start(b"1", first)
    assert read_delta(start).needs == {}
    delta = read_delta(text.edit(start, b"2", second))
    assert delta.client in (0, text.client(b"2"))
    assert delta.needs.keys() <= {text.client(b"1")}
    assert delta.length <= len(second.encode("utf-16-le")) // 2


def test_an_edit_that_changes_nothing_is_the_empty_update() -> None:
    assert text.edit(text.start(b"1", "abc"), b"2", "abc") == text.NOTHING


def test_a_small_edit_of_a_long_much_edited_text_is_small() -> None:
    document = text.start(b"0", "Saisie de 40 kg au port de Dakar. " * 200)
    for n in range(1, 40):
        wanted = text.read(document)
        wanted = wanted[: n * 150] + "X" + wanted[n * 150 + 3 :]
        document, _ = text.merge([document, text.edit(document, bytes([n]), wanted)])
    assert len(text.edit(document, b"last", text.read(document) + " Fin.")) < 64


def test_two_far_edits_saved_at_once_leave_what_lies_between() -> None:
    base = " ".join(f"mot{n}" for n in range(400))
    start = text.start(b"1", base)
    both = text.edit(start, b"2", "Début " + base.replace("mot399", "fin"))
    middle = text.edit(start, b"3", base.replace("mot200", "milieu"))
    _, read = text.merge([start, both, middle])
    assert read == "Début " + base.replace("mot200", "milieu").replace("mot399", "fin")


def test_edits_of_texts_of_the_greatest_length_end_in_time() -> None:
    old, new = "ab " * 60_000, "ba " * 60_000
    document = text.start(b"1", old)
    assert text.merge([document, text.edit(document, b"2", new)])[1] == new


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_a_delta_or_malformed(data: bytes) -> None:
    try:
        delta = read_delta(data)
    except Malformed:
        return
    assert delta.length <= len(data)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_delta_is_malformed_or_merges(data: st.DataObject) -> None:
    start = text.start(b"1", "abcé😀f")
    delta = bytearray(text.edit(start, b"2", "abXé😀"))
    delta[data.draw(st.integers(0, len(delta) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with contextlib.suppress(WireError):
        text.merge(settle_order([start, bytes(delta)]))


def block(info: int, *parts: bytes, client: int = 9, clock: int = 0) -> bytes:
    return number(1) + number(1) + number(client) + number(clock) + bytes([info]) + b"".join(parts)


ROOTED = number(1) + number(4) + b"text"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"\0\0\0",
        block(4, ROOTED, number(3), b"abc"),  # no deleted ranges behind it
        block(4, ROOTED, number(3), b"abc", clock=1) + b"\0",
        block(4, number(1), number(5), b"other", number(3), b"abc") + b"\0",
        block(4, number(0), number(9), number(0), number(3), b"abc") + b"\0",
        block(4, ROOTED, number(0)) + b"\0",
        block(4, ROOTED, number(99), b"abc") + b"\0",
        block(4, ROOTED, number(2), b"\xff\xfe") + b"\0",
        block(4 | 0x20, ROOTED, number(1), b"k", number(3), b"abc") + b"\0",
        block(4 | 0x80, number(9), number(7), number(3), b"abc") + b"\0",  # after its own end
        block(7, ROOTED, number(1)) + b"\0",  # a nested type
        block(5, ROOTED, number(2), b"{}") + b"\0",  # an embedded object
        block(6, ROOTED, number(1), b"b", number(4), b"true") + b"\0",  # a format
        block(0, number(1 << 40)) + b"\0",  # a gap
        block(10, number(5)) + b"\0",  # a skip
        number(2) + number(1) + number(9) + number(0),  # two writers
        number(1) + number(1 << 40) + number(9) + number(0),
        number(1) + number(0) + number(9) + number(0) + b"\0",
        number(0) + number(1) + number(9) + number(1) + number(MAX_CLOCK) + number(MAX_CLOCK),
        number(0) + number(1 << 50),
        b"\x80" * 50,
    ],
)
def test_a_delta_with_anything_else_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        read_delta(data)


def test_the_units_of_a_delta_are_those_of_utf_16() -> None:
    data = block(4, ROOTED, number(7), "a😀é".encode()) + number(1) + number(5) + number(1) + number(2) + number(3)
    assert read_delta(data) == Delta(9, 4, {5: 5})


def test_a_document_that_is_garbage_is_malformed() -> None:
    for call in (text.read, lambda data: text.merge([data])):
        with pytest.raises(Malformed):
            call(b"\x01\x02garbage")


@settings(max_examples=60, deadline=None)
@given(ANY_TEXT, ANY_TEXT)
def test_a_delta_with_new_names_writes_the_same_in_them(old: str, new: str) -> None:
    start, moved = text.start(b"1", old), text.start(b"3", old)
    names = {text.client(b"1"): text.client(b"3"), text.client(b"2"): text.client(b"4")}
    delta = rename_clients(text.edit(start, b"2", new), names)
    assert delta == text.edit(moved, b"4", new)
    assert rename_clients(start, names) == moved
