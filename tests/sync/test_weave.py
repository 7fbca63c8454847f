"""Long texts whose writes lie: whatever they refer to, every order of arrival ends in the same bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync import merge, text
from sync.changes import Dot, Edit, Write
from sync.weave import settle_order, weave
from sync.wire.errors import Malformed
from tests.sync.test_text import ROOTED, block, number

PIECES = st.text(alphabet="ab😀é", min_size=1, max_size=4)
DEVICES = [bytes([letter]) * 16 for letter in b"abc"]
FIRST = "x😀y😀z"


def units(piece: str) -> int:
    """UTF-16 units of a string."""
    return len(piece.encode("utf-16-le")) // 2


@dataclass
class Forger:
    """Makes deltas that are well formed and refer to any place they like, the middle of a character too."""

    data: st.DataObject
    lengths: dict[int, int] = field(default_factory=dict)

    def draw(self, strategy: st.SearchStrategy[Any]) -> Any:
        """Draw."""
        return self.data.draw(strategy)

    def place(self, within: dict[int, int]) -> bytes:
        """Name a unit of somebody's."""
        client = self.draw(st.sampled_from(sorted(within)))
        return number(client) + number(self.draw(st.integers(0, within[client] - 1)))

    def delta(self, client: int) -> bytes:
        """Write some pieces and delete some ranges."""
        within = dict(self.lengths)
        blocks = b""
        pieces = self.draw(st.lists(PIECES, max_size=3))
        for piece in pieces:
            left, right = self.draw(st.booleans()), self.draw(st.booleans())
            blocks += bytes([4 | 0x80 * left | 0x40 * right])
            blocks += self.place(within) if left else b""
            blocks += self.place(within) if right else b""
            raw = piece.encode()
            blocks += (b"" if left or right else ROOTED) + number(len(raw)) + raw
            within[client] = within.get(client, 0) + units(piece)
        head = number(1) + number(len(pieces)) + number(client) + number(0) if pieces else number(0)
        deleted = self.draw(st.lists(st.sampled_from(sorted(self.lengths)), max_size=2, unique=True))
        ranges = b"".join(number(one) + number(1) + self.range(self.lengths[one]) for one in deleted)
        if pieces:
            self.lengths[client] = within[client]
        return head + blocks + number(len(deleted)) + ranges

    def range(self, length: int) -> bytes:
        """Name a range."""
        start = self.draw(st.integers(0, length - 1))
        return number(start) + number(self.draw(st.integers(1, length - start)))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_writes_that_lie_about_their_neighbours_cannot_part_two_desks(data: st.DataObject) -> None:
    origin = Dot(DEVICES[0], 1, 0)
    forger = Forger(data, {text.client(merge.origin(origin)): units(FIRST)})
    sent: list[tuple[bytes, int, Write | Edit]] = [(DEVICES[0], 1, Write("summary", FIRST))]
    for number_ in range(data.draw(st.integers(2, 5))):
        device, sequence = DEVICES[number_ % 3], 2 + number_ // 3
        delta = forger.delta(text.client(merge.origin(Dot(device, sequence, 0))))
        sent.append((device, sequence, Edit("summary", delta)))
    ends = set()
    for _ in range(2):
        state = merge.new_state()
        left = list(sent)
        while left:
            heads = [one for one in left if not any(o[0] == one[0] and o[1] < one[1] for o in left)]
            device, sequence, operation = data.draw(st.sampled_from(heads))
            left.remove((device, sequence, operation))
            merge.apply(state, device, sequence, 0, [operation])
            if data.draw(st.booleans()):
                state = merge.decode_state(merge.encode_state(state))
        ends.add(merge.encode_state(state))
    assert len(ends) == 1


def test_a_write_comes_after_those_it_refers_to_and_else_in_order_of_dots() -> None:
    base = text.start(b"base", "abc")
    left = text.edit(base, b"left", "Xabc")
    within = text.edit(text.merge([base, left])[0], b"within", "XYabc")
    assert settle_order([within, left, base]) == [base, left, within]
    other = text.start(b"other", "z")
    assert settle_order([within, other, base, left]) == [other, base, left, within]


def test_a_write_for_what_is_not_there_and_a_second_one_of_a_client_leave_no_trace() -> None:
    base = text.start(b"base", "abc")
    client = text.client(b"base")
    lost = block(4 | 0x80, number(77), number(0), number(1), b"x") + b"\0"
    beyond = block(4 | 0x80, number(client), number(3), number(1), b"x") + b"\0"
    twin = block(4, ROOTED, number(3), b"xyz", client=client) + b"\0"
    assert settle_order([lost, base, beyond, twin]) == [base]
    assert weave([lost, base, beyond, twin]) == text.merge([base])


def test_a_write_that_the_crdt_refuses_is_left_out_by_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    base, other = text.start(b"base", "abc"), text.start(b"other", "z")
    merge_all = text.merge

    def refuse(documents: list[bytes]) -> tuple[bytes, str]:
        if other in documents:
            raise Malformed("a fault of the library")
        return merge_all(documents)

    monkeypatch.setattr(text, "merge", refuse)
    assert weave([other, base])[1] == "abc"


def test_ten_thousand_writes_that_each_wait_for_the_next_are_ordered_at_once() -> None:
    first = block(4, ROOTED, number(1), b"a", client=1) + b"\0"
    chain = [block(4 | 0x80, number(n), number(0), number(1), b"a", client=n + 1) + b"\0" for n in range(1, 10_000)]
    assert settle_order([*reversed(chain), first])[-1] == chain[-1]
