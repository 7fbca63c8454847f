"""Merge: any causal order gives the same bytes, and each kind of field keeps its promise."""

from __future__ import annotations

import time
from itertools import cycle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync import merge, text
from sync.changes import (
    Add,
    Create,
    Delete,
    Dependency,
    Dot,
    Edit,
    Operation,
    Recall,
    Remove,
    Restore,
    Set,
    Unknown,
    Write,
)
from sync.wire.codec import encode
from sync.wire.errors import Malformed
from tests.sync.desks import DEVICES, TEXTS, Desk, Sent, deliver, histories, lies

A, B, C = DEVICES
ORDERS = st.lists(st.integers(0, 7), min_size=1, max_size=16)


@settings(max_examples=120, deadline=None)
@given(histories(), ORDERS, ORDERS)
def test_any_causal_order_gives_the_same_bytes(sent: list[Sent], one: list[int], other: list[int]) -> None:
    first, second = deliver(sent, cycle(one)), deliver(sent, cycle(other))
    assert sum(first.seen.values()) == len(sent)
    assert merge.encode_state(first.state) == merge.encode_state(second.state)


@settings(max_examples=120, deadline=None)
@given(histories(), lies(), ORDERS, ORDERS)
def test_a_device_that_lies_about_what_it_saw_cannot_part_the_others(
    sent: list[Sent], lied: list[Sent], one: list[int], other: list[int]
) -> None:
    first, second = deliver(sent + lied, cycle(one)), deliver(lied + sent, cycle(other))
    assert first.seen == second.seen
    assert merge.encode_state(first.state) == merge.encode_state(second.state)


@settings(max_examples=120, deadline=None)
@given(histories(recalls=True), lies(), ORDERS, ORDERS)
def test_a_recall_gives_the_same_bytes_in_any_causal_order_and_leaves_no_content(
    sent: list[Sent], lied: list[Sent], one: list[int], other: list[int]
) -> None:
    first, second = deliver(sent + lied, cycle(one)), deliver(lied + sent, cycle(other))
    assert merge.encode_state(first.state) == merge.encode_state(second.state)
    state = first.state
    assert len({recall.dot.device for recall in state.recalls}) == len(state.recalls)
    if state.recalls:
        assert not any([state.registers, state.sets, state.texts, state.deletions, state.unknown])
        assert state.touched == second.state.touched


@settings(max_examples=50, deadline=None)
@given(histories(recalls=True), ORDERS)
def test_a_state_goes_through_its_bytes_between_any_two_changes(sent: list[Sent], order: list[int]) -> None:
    straight, stored, numbers = deliver(sent, cycle(order)), Desk(b"z" * 16), cycle(order)
    while ready := [one for one in sent if stored.can_apply(one)]:
        stored.apply(ready[next(numbers) % len(ready)])
        stored.state = merge.decode_state(merge.encode_state(stored.state))
    assert merge.encode_state(stored.state) == merge.encode_state(straight.state)


@settings(max_examples=50, deadline=None)
@given(histories(), ORDERS)
def test_a_change_that_comes_again_does_nothing(sent: list[Sent], order: list[int]) -> None:
    desk = deliver(sent, cycle(order))
    before, seen = merge.encode_state(desk.state), dict(desk.seen)
    for one in sent:
        desk.apply(one)
    assert merge.encode_state(desk.state) == before
    assert seen == {device: max(n for d, n, _ in sent if d == device) for device in seen}


def exchange(*desks: Desk, sent: list[Sent]) -> None:
    for desk in desks:
        while ready := [one for one in sent if desk.can_apply(one)]:
            desk.apply(ready[0])


def test_values_written_at_once_stand_side_by_side_until_a_person_resolves() -> None:
    one, other = Desk(A), Desk(B)
    sent = [one.write([Set("title", "Nord", [])]), other.write([Set("title", "Sud", [])])]
    exchange(one, other, sent=sent)
    assert [written.value for written in one.state.registers["title"]] == ["Nord", "Sud"]
    assert one.state.conflicts == ["title"]
    sent.append(other.write([Set("title", "Est", [written.dot for written in other.state.registers["title"]])]))
    exchange(one, other, sent=sent)
    assert [written.value for written in one.state.registers["title"]] == ["Est"]
    assert one.state.conflicts == []


@pytest.mark.parametrize(
    ("left", "right", "conflict"), [("A", "A", False), ("A", "B", True), (1, 1.0, True), (1, True, True)]
)
def test_only_different_values_are_a_conflict(left: str | int, right: str | float, conflict: bool) -> None:
    one, other = Desk(A), Desk(B)
    exchange(one, other, sent=[one.write([Set("title", left, [])]), other.write([Set("title", right, [])])])
    assert bool(one.state.conflicts) is conflict


def test_an_element_added_while_another_removes_it_stays() -> None:
    one, other = Desk(A), Desk(B)
    sent = [one.write([Add("places", "Dakar", [])])]
    exchange(one, other, sent=sent)
    sent.append(one.write([Remove("places", "Dakar", one.state.sets["places"]["Dakar"])]))
    sent.append(other.write([Add("places", "Dakar", other.state.sets["places"]["Dakar"])]))
    exchange(one, other, sent=sent)
    assert one.state.sets["places"] == other.state.sets["places"] == {"Dakar": [Dot(B, 1, 0)]}


def test_an_element_that_everybody_saw_removed_is_gone() -> None:
    one = Desk(A)
    one.write([Add("places", "Dakar", [])])
    one.write([Remove("places", "Dakar", [Dot(A, 1, 0)])])
    assert one.state.sets["places"] == {}


def test_an_edit_made_while_another_deletes_brings_the_record_back_flagged() -> None:
    one, other = Desk(A), Desk(B)
    sent = [one.write([Create("person")])]
    exchange(one, other, sent=sent)
    sent.append(one.write([Delete(list(one.state.touched))]))
    assert one.state.deleted
    assert not one.state.revived
    sent.append(other.write([Set("title", "Nord", [])]))
    exchange(one, other, sent=sent)
    for desk in (one, other):
        assert not desk.state.deleted
        assert desk.state.revived


def test_a_recall_stands_against_whatever_is_written_without_knowing_of_it() -> None:
    one, other = Desk(A), Desk(B)
    sent = [one.write([Create("person"), Set("title", "Nord", [])])]
    exchange(one, other, sent=sent)
    sent.append(one.write([Recall(A, b"", "wrong case")]))
    sent.append(other.write([Set("title", "Sud", []), Add("places", "Dakar", []), other.edit_text("summary", "seen")]))
    exchange(one, other, sent=sent)
    sent.append(other.write([Restore([]), Set("title", "Est", []), Unknown(encode(["stamp", 1]))]))
    exchange(one, other, sent=sent)
    for desk in (one, other):
        assert [(recall.dot, recall.reason) for recall in desk.state.recalls] == [(Dot(A, 2, 0), "wrong case")]
        assert desk.state.type == "person"
        assert desk.state.touched == [Dependency(A, 2), Dependency(B, 2)]
        assert (desk.state.registers, desk.state.sets, desk.state.texts) == ({}, {}, {})
        assert not any([desk.state.unknown, desk.state.deletions, desk.state.deleted, desk.state.revived])


def test_a_recall_that_does_not_hold_changes_nothing() -> None:
    one, other = Desk(A), Desk(B)
    sent = [one.write([Create("person"), Set("title", "Nord", [])]), other.write([Recall(A, b"", "not mine")])]
    exchange(one, other, sent=sent)
    assert [written.value for written in one.state.registers["title"]] == ["Nord"]
    assert one.state.recalls == []
    assert one.state.touched == [Dependency(A, 1), Dependency(B, 1)]


def test_two_officers_who_delete_at_once_leave_the_record_deleted() -> None:
    one, other = Desk(A), Desk(B)
    sent = [one.write([Create("person")])]
    exchange(one, other, sent=sent)
    sent += [one.write([Delete(list(one.state.touched))]), other.write([Delete(list(other.state.touched))])]
    exchange(one, other, sent=sent)
    for desk in (one, other):
        assert desk.state.deleted
        assert not desk.state.revived


def test_a_restored_record_is_back_without_a_flag() -> None:
    one = Desk(A)
    one.write([Create("person")])
    one.write([Delete(list(one.state.touched))])
    one.write([Restore([deletion.dot for deletion in one.state.deletions])])
    assert not one.state.deleted
    assert not one.state.revived


def test_a_restore_leaves_a_deletion_that_its_author_did_not_see() -> None:
    one, other = Desk(A), Desk(B)
    sent = [one.write([Create("person")])]
    exchange(one, other, sent=sent)
    sent.append(one.write([Delete(list(one.state.touched))]))
    sent.append(other.write([Delete(list(other.state.touched))]))
    sent.append(one.write([Restore([Dot(A, 2, 0)])]))
    exchange(one, other, sent=sent)
    assert [deletion.dot for deletion in one.state.deletions] == [Dot(B, 1, 0)]
    assert one.state.revived


def test_an_operation_of_a_later_version_is_kept_as_it_came() -> None:
    desk = Desk(A)
    raw = encode(["stamp", {"colour": "red"}, 7])
    desk.write([Set("title", "Nord", []), Unknown(raw)])
    assert merge.decode_state(merge.encode_state(desk.state)).unknown == [merge.Kept(Dot(A, 1, 1), raw)]


def test_first_texts_written_at_once_are_both_kept() -> None:
    one, other = Desk(A), Desk(B)
    exchange(
        one, other, sent=[one.write([Write("summary", "Saisie à Dakar. ")]), other.write([Write("summary", "شحنة")])]
    )
    assert merge.encode_state(one.state) == merge.encode_state(other.state)
    assert sorted(one.state.texts["summary"].plain) == sorted("Saisie à Dakar. شحنة")


@settings(max_examples=50, deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_edits_of_two_officers_in_one_text_are_both_there(base: str, before: str, behind: str) -> None:
    one, other = Desk(A), Desk(B)
    sent = [one.write([Write("summary", f"|{base}|")])]
    exchange(one, other, sent=sent)
    sent += [
        one.write([one.edit_text("summary", f"{before}|{base}|")]),
        other.write([other.edit_text("summary", f"|{base}|{behind}")]),
    ]
    exchange(one, other, sent=sent)
    assert one.state.texts["summary"].plain == other.state.texts["summary"].plain == f"{before}|{base}|{behind}"


def test_a_text_edit_in_anothers_name_is_refused_whole() -> None:
    desk = Desk(A)
    desk.write([Write("summary", "abc")])
    before = merge.encode_state(desk.state)
    forged = text.edit(desk.state.texts["summary"].load(), merge.origin(Dot(B, 1, 0)), "abcd")
    with pytest.raises(Malformed):
        merge.apply(desk.state, A, 2, 0, [Set("title", "Nord", []), Edit("summary", forged)])
    assert merge.encode_state(desk.state) == before


def test_edits_of_a_text_that_is_not_there_wait_and_leave_no_trace_of_the_order() -> None:
    base = text.start(merge.origin(Dot(A, 1, 0)), "abc")
    first = text.edit(base, merge.origin(Dot(B, 1, 0)), "abXc")
    second = text.edit(text.merge([base, first])[0], merge.origin(Dot(C, 1, 0)), "abXYc")
    writes: list[tuple[bytes, Operation]] = [
        (A, Write("summary", "abc")),
        (B, Edit("summary", first)),
        (C, Edit("summary", second)),
    ]
    ends = set()
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)):
        state = merge.new_state()
        for number in order:
            device, operation = writes[number]
            merge.apply(state, device, 1, 0, [operation])
        assert state.texts["summary"].plain == "abXYc"
        ends.add(merge.encode_state(state))
    assert len(ends) == 1


def test_a_deletion_counts_only_what_its_author_saw() -> None:
    state = merge.new_state()
    merge.apply(state, A, 1, 0, [Create("person")])
    merge.apply(state, B, 1, 0, [Delete([Dependency(A, 1)])])
    assert state.deleted
    merge.apply(state, A, 2, 0, [Set("title", "Nord", [])])
    assert state.revived


def test_an_addition_stands_in_the_place_of_those_that_its_author_saw() -> None:
    state = merge.new_state()
    merge.apply(state, A, 1, 0, [Add("places", "Dakar", [])])
    merge.apply(state, B, 1, 0, [Add("places", "Dakar", [Dot(A, 1, 0)])])
    assert state.sets["places"]["Dakar"] == [Dot(B, 1, 0)]
    merge.apply(state, A, 2, 0, [Remove("places", "Dakar", [Dot(B, 1, 0)])])
    assert state.sets["places"] == {}


def test_a_hundred_thousand_writes_at_one_place_take_as_long_as_anywhere_else() -> None:
    state = merge.new_state()
    started = time.process_time()
    for sequence in range(1, 51):
        writes = [Set("title", number, []) for number in range(500)]
        adds = [Add("places", "Dakar", []) for _ in range(500)]
        merge.apply(state, A, sequence, 0, [*writes, *adds])
        merge.apply(state, B, sequence, 0, [*[Delete([])] * 500, *[Unknown(b"\x91\xa1x")] * 500])
    merge.apply(state, C, 1, 0, [Remove("places", "Dakar", state.sets["places"]["Dakar"][:4_000])])
    assert len(state.registers["title"]) == len(state.deletions) == len(state.unknown) == 25_000
    assert len(state.sets["places"]["Dakar"]) == 21_000
    assert time.process_time() - started < 10  # a sort at each write takes minutes


def test_a_record_that_a_member_blew_up_is_still_read_and_written() -> None:
    state = merge.new_state()
    for sequence in range(1, 140):
        merge.apply(state, A, sequence, 0, [Set("title", "x" * 500_000, [])])
    again = merge.decode_state(merge.encode_state(state))
    merge.apply(again, B, 1, 0, [Set("title", "Nord", [one.dot for one in again.registers["title"]])])
    assert [one.value for one in again.registers["title"]] == ["Nord"]
