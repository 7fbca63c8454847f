"""Three desks that write on one record at once, as a Hypothesis strategy, and causal orders of delivery."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from hypothesis import strategies as st

from sync import merge, text
from sync.changes import (
    Add,
    Change,
    Create,
    Delete,
    Dependency,
    Dot,
    Edit,
    Operation,
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
from sync.wire.codec import encode
from sync.wire.errors import Malformed

RECORD = b"r" * 16
DEVICES = [bytes([letter]) * 16 for letter in b"abc"]
HOSTILE = b"h" * 16
FIELDS = ["title", "status"]
ELEMENTS = ["دبي", "Dakar"]
TEXTS = st.text(alphabet="abc é\u0301ستش😀🏴\n", max_size=12)
DRAWN = st.sampled_from(
    ["set", "set", "add", "remove", "text", "text", "text", "delete", "restore", "create", "future"]
)
RECALLS = st.builds(Recall, st.sampled_from(DEVICES), st.just(b""), st.sampled_from(["wrong case", "again"]))

Sent = tuple[bytes, int, bytes]
"""A change as it travels: device, sequence, encoded change."""


@dataclass
class Desk:
    """One device: what it has applied, in its order."""

    device: bytes
    state: merge.RecordState = field(default_factory=merge.new_state)
    seen: dict[bytes, int] = field(default_factory=dict)

    def can_apply(self, sent: Sent) -> bool:
        """Whether the change's predecessors are here and it is not."""
        device, sequence, data = sent
        try:
            needed = dependencies(decode_change(data), device, sequence)
        except Malformed:  # set aside; the chain goes on
            needed = []
        return self.seen.get(device, 0) == sequence - 1 and all(self.seen.get(d, 0) >= n for d, n in needed)

    def apply(self, sent: Sent) -> None:
        """Apply a change of anybody."""
        device, sequence, data = sent
        with suppress(Malformed):
            change = decode_change(data)
            dependencies(change, device, sequence)
            for edit in change.edits:
                merge.apply(self.state, device, sequence, 0, edit.operations, partial(_holds, device))
        self.seen[device] = sequence

    def write(self, operations: list[Operation | Unknown]) -> Sent:
        """Make and apply the next change of this desk, after all that it has seen."""
        after = [Dependency(device, last) for device, last in self.seen.items() if device != self.device]
        change = Change(1, 0, 0, after, [RecordEdit(RECORD, operations)])
        sent = (self.device, self.seen.get(self.device, 0) + 1, encode_change(change))
        self.apply(sent)
        return sent

    def dot(self, place: int = 0) -> Dot:
        """Name the next write of this desk."""
        return Dot(self.device, self.seen.get(self.device, 0) + 1, place)

    def edit_text(self, name: str, wanted: str) -> Operation:
        """Return the operation that makes a long text read `wanted`."""
        standing = self.state.texts.get(name)
        if standing is None:
            return Write(name, wanted)
        return Edit(name, text.edit(standing.load(), merge.origin(self.dot()), wanted))


def _holds(author: bytes, recall: Recall) -> bool:
    return recall.device == author


def operation(draw: st.DrawFn, desk: Desk) -> Operation | Unknown:
    """Draw what an officer at this desk may do next."""
    state, name, element = desk.state, draw(st.sampled_from(FIELDS)), draw(st.sampled_from(ELEMENTS))
    match draw(DRAWN):
        case "set":
            value = draw(st.sampled_from(["A", "B", 1, 1.0, True, None]))
            return Set(name, value, [written.dot for written in state.registers.get(name, [])])
        case "add":
            return Add("places", element, state.sets.get("places", {}).get(element, []))
        case "remove":
            return Remove("places", element, state.sets.get("places", {}).get(element, []))
        case "delete":
            return Delete(list(state.touched))
        case "restore":
            return Restore([deletion.dot for deletion in state.deletions])
        case "create":
            return Create("person")
        case "future":
            return Unknown(encode(["stamp", draw(st.integers(0, 9))]))
        case _:
            return desk.edit_text("summary", draw(TEXTS))


@st.composite
def histories(draw: st.DrawFn, recalls: bool = False) -> list[Sent]:
    """Draw the changes of three desks that write and exchange in any order, and with `recalls` now and then recall."""
    sent: list[Sent] = []
    desks = [Desk(device) for device in DEVICES]
    for _ in range(draw(st.integers(2, 14))):
        desk, takes = draw(st.tuples(st.sampled_from(desks), st.booleans()))
        waiting = [one for one in sent if desk.can_apply(one)]
        if waiting and takes:
            desk.apply(draw(st.sampled_from(waiting)))
        else:
            recalled = recalls and draw(st.integers(0, 3)) == 0
            sent.append(desk.write([operation(draw, desk), *([draw(RECALLS)] if recalled else [])]))
    return sent


def deliver(sent: list[Sent], order: Iterator[int]) -> Desk:
    """Apply all changes at a new desk in a causal order that the numbers choose."""
    desk = Desk(b"z" * 16)
    while ready := [one for one in sent if desk.can_apply(one)]:
        desk.apply(ready[next(order) % len(ready)])
    return desk


ANY_DOTS = st.lists(
    st.builds(Dot, st.sampled_from([*DEVICES, HOSTILE]), st.integers(1, 6), st.integers(0, 1)), max_size=4
)
ANY_SEEN = st.lists(st.builds(Dependency, st.sampled_from([*DEVICES, HOSTILE]), st.integers(1, 6)), max_size=3)
LIES = st.one_of(
    st.builds(Set, st.sampled_from(FIELDS), st.just("lie"), ANY_DOTS),
    st.builds(Add, st.just("places"), st.sampled_from(ELEMENTS), ANY_DOTS),
    st.builds(Remove, st.just("places"), st.sampled_from(ELEMENTS), ANY_DOTS),
    st.builds(Delete, ANY_SEEN),
    st.builds(Restore, ANY_DOTS),
)


@st.composite
def lies(draw: st.DrawFn) -> list[Sent]:
    """Draw the changes of a device that claims to have seen what it likes, and edits texts that it never had."""
    sent: list[Sent] = []
    for sequence in range(1, draw(st.integers(1, 4)) + 1):
        dot = Dot(HOSTILE, sequence, 0)
        if draw(st.integers(0, 3)):
            done: Operation = draw(LIES)
        else:
            author = Dot(draw(st.sampled_from(DEVICES)), draw(st.integers(1, 3)), 0)
            base = text.start(merge.origin(author), draw(TEXTS))
            done = Edit("summary", text.edit(base, merge.origin(dot), draw(TEXTS)))
        sent.append((HOSTILE, sequence, encode_change(Change(1, 0, 0, [], [RecordEdit(RECORD, [done])]))))
    return sent
