"""What a storage does with items: stored once, known for ever, refused without harm to others."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from server.storage import Unacceptable
from sync.wire.calls import PushItem
from sync.wire.codec import NO_HASH
from sync.wire.space import advance_head
from tests.server.conformance.bench import Bench
from tests.support.wire_items import Chain, found_space, grant_to


def test_items_are_numbered_in_the_order_in_which_they_came(bench: Bench) -> None:
    space = found_space(bench.ae, {"AE": "lead", "FR": "contributor"})
    ours, theirs = Chain(bench.ae, space), Chain(bench.fr, space)
    assert bench.push(bench.ae, space.item, ours.extend(), ours.extend()) == [
        ("stored", "", 1),
        ("stored", "", 2),
        ("stored", "", 3),
    ]
    assert bench.push(bench.fr, theirs.extend()) == [("stored", "", 4)]
    items = bench.pull(bench.fr, space.id).items
    assert [item.sequence for item in items] == [1, 2, 3, 4]
    assert [item.kind for item in items] == ["entry", "segment", "segment", "segment"]
    assert [item.body for item in items] == [space.entry, *ours.bodies, *theirs.bodies]


def test_the_head_follows_from_the_items(bench: Bench) -> None:
    space = found_space(bench.ae, {"AE": "lead"})
    bench.push(bench.ae, space.item, Chain(bench.ae, space).extend())
    reply = bench.pull(bench.ae, space.id)
    head = NO_HASH
    for item in reply.items:
        head = advance_head(head, item.kind, item.body)
    assert (reply.head_sequence, reply.head) == (2, head)


def test_a_retry_is_known_however_late_and_in_whatever_part(bench: Bench) -> None:
    space = found_space(bench.ae, {"AE": "lead"})
    chain = Chain(bench.ae, space)
    items = [space.item, *(chain.extend(count=3) for _ in range(4))]
    first = bench.push(bench.ae, *items)
    bench.reopen()
    assert bench.push(bench.ae, *items) == [("known", "", sequence) for _, _, sequence in first]
    assert bench.push(bench.ae, items[2]) == [("known", "", 3)]
    assert bench.pull(bench.ae, space.id).head_sequence == 5


def test_a_retry_within_one_push_is_known(bench: Bench) -> None:
    space = found_space(bench.ae, {"AE": "lead"})
    item = Chain(bench.ae, space).extend()
    assert bench.push(bench.ae, space.item, space.item, item, item) == [
        ("stored", "", 1),
        ("known", "", 1),
        ("stored", "", 2),
        ("known", "", 2),
    ]


def test_another_segment_in_the_place_of_a_stored_one_is_a_fork(bench: Bench) -> None:
    space = found_space(bench.ae, {"AE": "lead"})
    chain = Chain(bench.ae, space)
    bench.push(bench.ae, space.item, chain.extend(count=2), chain.extend())
    copy = Chain(bench.ae, space)
    assert bench.push(bench.ae, copy.extend(count=2)) == [("refused", "fork", 0)]
    assert bench.push(bench.ae, copy.extend()) == [("refused", "fork", 0)]
    wrong = Chain(bench.ae, space, last=3, head=b"\x01" * 32)
    assert bench.push(bench.ae, wrong.extend()) == [("refused", "fork", 0)]
    assert bench.pull(bench.ae, space.id).head_sequence == 3


def test_a_segment_that_leaves_a_gap_or_covers_both_sides_of_the_end_is_refused(bench: Bench) -> None:
    space = found_space(bench.ae, {"AE": "lead"})
    chain = Chain(bench.ae, space)
    bench.push(bench.ae, space.item, chain.extend(count=2))
    ahead = Chain(bench.ae, space, last=3, head=chain.head)
    assert bench.push(bench.ae, ahead.extend()) == [("refused", "gap", 0)]
    across = Chain(bench.ae, space, last=1, head=chain.head)
    assert bench.push(bench.ae, across.extend(count=2)) == [("refused", "fork", 0)]
    assert bench.push(bench.ae, chain.extend()) == [("stored", "", 3)]


def test_a_refused_item_leaves_the_others_alone_but_not_its_own_successors(bench: Bench) -> None:
    one = found_space(bench.ae, {"AE": "lead"})
    two = found_space(bench.ae, {"AE": "lead"})
    broken, whole = Chain(bench.ae, one), Chain(bench.ae, two)
    foreign = broken.make(epoch=b"\x07" * 16)
    broken.extend()
    after = broken.extend()
    assert bench.push(
        bench.ae, one.item, two.item, PushItem("segment", foreign), whole.extend(), after, whole.extend()
    ) == [
        ("stored", "", 1),
        ("stored", "", 1),
        ("refused", "unknown_epoch", 0),
        ("stored", "", 2),
        ("refused", "gap", 0),
        ("stored", "", 3),
    ]


def test_what_another_device_made_is_taken_from_a_member_and_counted_to_who_brings_it(bench: Bench) -> None:
    space = found_space(bench.ae, {"AE": "lead", "FR": "reader", "SN": "contributor"})
    lead, field = Chain(bench.ae, space), Chain(bench.sn, space)
    first, second = field.extend(bytes(5_000)), field.extend()
    bench.quotas = replace(bench.quotas, ministry_bytes=len(space.entry) + len(first.body))
    assert bench.push(bench.fr, space.item, first) == [("stored", "", 1), ("stored", "", 2)]
    assert bench.push(bench.fr, second) == [("refused", "quota", 0)]
    assert bench.push(bench.ae, second, lead.extend()) == [("stored", "", 3), ("stored", "", 4)]
    assert bench.push(bench.sn, space.item, first, second) == [("known", "", 1), ("known", "", 2), ("known", "", 3)]
    assert bench.push(bench.sn, field.extend()) == [("stored", "", 5)]
    assert bench.push(bench.fr, Chain(bench.fr, space).extend()) == [("refused", "not_entitled", 0)]


def test_who_brings_what_another_made_is_the_one_that_knows_it(bench: Bench) -> None:
    space = found_space(bench.ae, {"AE": "lead", "SN": "contributor"})
    bench.push(bench.ae, space.item)
    feed = bench.news(bench.sn).feed
    bench.push(bench.ae, Chain(bench.sn, space).extend())
    assert not bench.news(bench.ae, feed).foreign
    assert bench.news(bench.sn, feed).foreign


def test_an_unknown_space_and_one_of_others_are_refused_alike(bench: Bench) -> None:
    others = found_space(bench.fr, {"FR": "lead"})
    bench.push(bench.fr, others.item)
    nowhere = found_space(bench.ae, {"AE": "lead"})
    assert bench.push(bench.ae, Chain(bench.ae, others).extend(), Chain(bench.ae, nowhere).extend()) == [
        ("refused", "no_such_space", 0),
        ("refused", "no_such_space", 0),
    ]


def test_a_reader_of_a_space_writes_nothing_there(bench: Bench) -> None:
    space = found_space(bench.ae, {"AE": "lead", "FR": "reader"})
    bench.push(bench.ae, space.item)
    assert bench.push(bench.fr, Chain(bench.fr, space).extend()) == [("refused", "not_entitled", 0)]
    assert bench.pull(bench.fr, space.id).head_sequence == 1


def test_a_grant_reaches_its_recipient_once(bench: Bench) -> None:
    space = found_space(bench.ae, {"AE": "lead", "SN": "contributor"})
    certificate = bench.members["SN"].certificate(bench.sn)
    item = grant_to(bench.ae, certificate, [space])
    assert bench.push(bench.ae, item, item) == [("stored", "", 0), ("known", "", 0)]
    bench.reopen()
    assert bench.push(bench.ae, item) == [("known", "", 0)]
    assert [(grant.sequence, grant.body) for grant in bench.news(bench.sn).grants] == [(1, item.body)]
    assert bench.news(bench.sn2).grants == []
    assert bench.news(bench.sn, grants=1).grants == []


def test_an_item_that_was_refused_before_keeps_its_code(bench: Bench) -> None:
    results = bench.run(
        bench.storage.push(bench.caller(bench.ae), [Unacceptable("malformed")], bench.quotas, bench.hour)
    )
    assert [(result.status, result.code) for result in results] == [("refused", "malformed")]


def test_each_quota_refuses_what_is_beyond_it_and_nothing_before(bench: Bench) -> None:
    certificate = bench.members["SN"].certificate(bench.sn)
    one, two = found_space(bench.ae, {"AE": "lead"}), found_space(bench.ae, {"AE": "lead"})
    chain = Chain(bench.ae, one)
    bench.quotas = replace(bench.quotas, spaces_per_hour=1)
    assert bench.push(bench.ae, one.item, two.item) == [("stored", "", 1), ("refused", "quota", 0)]
    assert bench.push(bench.ae, one.item) == [("known", "", 1)]
    bench.hour += 1
    assert bench.push(bench.ae, two.item) == [("stored", "", 1)]

    first = chain.extend(bytes(5_000))
    bench.quotas = replace(bench.quotas, ministry_bytes=len(one.entry) + len(two.entry) + len(first.body))
    assert bench.push(bench.ae, first, chain.extend(b"")) == [("stored", "", 2), ("refused", "quota", 0)]
    assert bench.push(bench.ae, first) == [("known", "", 2)]
    assert bench.push(bench.fr, found_space(bench.fr, {"FR": "lead"}).item) == [("stored", "", 1)]

    bench.quotas = replace(bench.quotas, ministry_bytes=1 << 40, inbox_grants=1)
    grants = [grant_to(bench.ae, certificate, [one]) for _ in range(2)]
    assert bench.push(bench.ae, *grants) == [("stored", "", 0), ("refused", "quota", 0)]
    bench.quotas = replace(bench.quotas, inbox_grants=9, inbox_bytes=len(grants[0].body) + 1)
    assert bench.push(bench.ae, grants[1]) == [("refused", "quota", 0)]


def test_a_ministry_that_fills_an_inbox_fills_its_own_share_of_it(bench: Bench) -> None:
    certificate = bench.members["SN"].certificate(bench.sn)
    own, other = found_space(bench.ae, {"AE": "lead"}), found_space(bench.fr, {"FR": "lead"})
    bench.quotas = replace(bench.quotas, inbox_grants=2)
    flood = [grant_to(bench.ae, certificate, [own]) for _ in range(3)]
    assert [status for status, _, _ in bench.push(bench.ae, *flood)] == ["stored", "stored", "refused"]
    assert bench.push(bench.ae, flood[2]) == [("refused", "quota", 0)]
    grant = grant_to(bench.fr, certificate, [other])
    assert bench.push(bench.fr, grant) == [("stored", "", 0)]
    assert [item.body for item in bench.news(bench.sn).grants] == [flood[0].body, flood[1].body, grant.body]


def test_pushes_at_the_same_moment_all_get_their_own_results(bench: Bench) -> None:
    spaces = [found_space(bench.ae, {"AE": "lead", "FR": "lead"}) for _ in range(20)]

    async def all_at_once() -> list[list[str]]:
        pushes = [bench.push_now(bench.ae, space.item, Chain(bench.ae, space).extend()) for space in spaces]
        pushes += [bench.push_now(bench.fr, Chain(bench.fr, found_space(bench.fr, {"FR": "lead"})).extend())]
        return [[result.status for result in results] for results in await asyncio.gather(*pushes)]

    assert bench.run(all_at_once()) == [["stored", "stored"]] * 20 + [["refused"]]
    assert len(bench.news(bench.fr).changed) == 20
