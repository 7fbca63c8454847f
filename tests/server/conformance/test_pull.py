"""What a storage gives after a cursor, and what it says of a cursor that is not of its log."""

from __future__ import annotations

from sync.wire.calls import Cursor
from sync.wire.codec import MAX_CALL, NO_HASH, encode, new_id
from tests.server.conformance.bench import Bench
from tests.support.bare_desk import follow
from tests.support.wire_items import Chain, Space, found_space


def fill(bench: Bench, segments: int, size: int = 300) -> Space:
    """Found a space of AE and FR with some segments of AE."""
    space = found_space(bench.ae, {"AE": "lead", "FR": "reader"})
    chain = Chain(bench.ae, space)
    bench.push(bench.ae, space.item, *(chain.extend(bytes(size)) for _ in range(segments)))
    return space


def test_a_cursor_moves_through_the_whole_log_without_skipping(bench: Bench) -> None:
    space = fill(bench, 9)
    end = bench.pull(bench.fr, space.id)
    cursor = Cursor(space.id, 0, NO_HASH)
    sizes = []
    while cursor.sequence < 10:
        reply = bench.pull(bench.fr, space.id, cursor.sequence, cursor.head, budget=1_300)
        assert (reply.mismatch, reply.head_sequence, reply.head) == (False, 10, end.head)
        sizes.append(len(reply.items))
        cursor = follow(cursor, reply.items)
    assert cursor.head == end.head
    assert sizes == [3, 2, 2, 2, 1]
    assert bench.pull(bench.fr, space.id, cursor.sequence, cursor.head).items == []


def test_one_item_comes_however_small_the_budget(bench: Bench) -> None:
    space = fill(bench, 2)
    assert [item.sequence for item in bench.pull(bench.fr, space.id, budget=1).items] == [1]


def test_a_cursor_of_another_log_is_a_mismatch_and_brings_nothing(bench: Bench) -> None:
    space = fill(bench, 3)
    there = bench.pull(bench.fr, space.id)
    middle = follow(Cursor(space.id, 0, NO_HASH), there.items[:2])
    assert not bench.pull(bench.fr, space.id, 2, middle.head).mismatch
    for sequence, head in [(2, there.head), (4, NO_HASH), (5, there.head), (1 << 40, there.head), (0, there.head)]:
        reply = bench.pull(bench.fr, space.id, sequence, head)
        assert (reply.mismatch, reply.items, reply.head_sequence, reply.head) == (True, [], 4, there.head)


def test_spaces_of_others_look_like_spaces_that_are_not_there(bench: Bench) -> None:
    space = fill(bench, 1)
    hidden = bench.pull(bench.sn, space.id)
    nowhere = bench.pull(bench.sn, new_id())
    assert (hidden.items, hidden.head_sequence, hidden.head, hidden.mismatch) == ([], 0, NO_HASH, True)
    assert encode(hidden)[20:] == encode(nowhere)[20:]


def test_what_is_beyond_the_budget_is_left_out_and_what_has_ended_is_not(bench: Bench) -> None:
    first, second, third = fill(bench, 1, 900), fill(bench, 1, 900), fill(bench, 0)
    ended = bench.pull(bench.fr, third.id)
    cursors = [
        Cursor(first.id, 0, NO_HASH),
        Cursor(second.id, 0, NO_HASH),
        Cursor(third.id, ended.head_sequence, ended.head),
    ]
    replies = bench.run(bench.storage.pull(bench.caller(bench.fr), cursors, 2_000))
    assert [(reply.space, len(reply.items)) for reply in replies] == [(first.id, 2), (second.id, 1), (third.id, 0)]
    replies = bench.run(bench.storage.pull(bench.caller(bench.fr), cursors, 1_000))
    assert [reply.space for reply in replies] == [first.id, third.id]


def test_a_reply_always_fits_a_call(bench: Bench) -> None:
    space = found_space(bench.ae, {"AE": "lead"})
    chain = Chain(bench.ae, space)
    bench.push(bench.ae, space.item)
    large = 880 * 1024
    bench.push(bench.ae, chain.extend(bytes(large)))
    others = [fill(bench, 1, 10_000) for _ in range(12)]
    cursors = [follow(Cursor(space.id, 0, NO_HASH), bench.pull(bench.ae, space.id, budget=1).items)]
    cursors += [Cursor(other.id, 0, NO_HASH) for other in others] * 2
    cursors += [Cursor(new_id(), 0, NO_HASH) for _ in range(1_000 - len(cursors))]
    replies = bench.run(bench.storage.pull(bench.caller(bench.ae), cursors, 1 << 20))
    assert len(replies[0].items) == 1
    assert 950_000 < len(encode(replies)) < MAX_CALL


def test_heads_come_in_pages_in_order_of_id(bench: Bench) -> None:
    spaces = sorted(fill(bench, 0).id for _ in range(7))
    bench.push(bench.sn, found_space(bench.sn, {"SN": "lead"}).item)
    pages = []
    after = b""
    while page := bench.run(bench.storage.heads(bench.caller(bench.fr), after, 3)):
        pages.append([head.space for head in page])
        after = page[-1].space
    assert pages == [spaces[:3], spaces[3:6], spaces[6:]]
    (head, *_) = bench.run(bench.storage.heads(bench.caller(bench.fr), b"", 1))
    assert (head.sequence, head.head) == (1, bench.pull(bench.fr, head.space).head)
