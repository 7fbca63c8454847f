"""What a storage says has moved since a feed position: everything, to those concerned, and nothing twice."""

from __future__ import annotations

import pytest

from server import storage as limits
from server.storage import Commit
from tests.server.conformance.bench import Bench
from tests.support.wire_items import Chain, found_space, grant_to


def test_each_move_is_told_once_and_only_to_members(bench: Bench) -> None:
    space = found_space(bench.ae, {"AE": "lead", "FR": "reader"})
    chain = Chain(bench.ae, space)
    empty = bench.news(bench.fr)
    assert (empty.changed, empty.reset, empty.more) == ([], False, False)
    bench.push(bench.ae, space.item)
    first = bench.news(bench.fr, empty.feed)
    assert [(moved.space, moved.sequence) for moved in first.changed] == [(space.id, 1)]
    bench.push(bench.ae, chain.extend(), chain.extend())
    second = bench.news(bench.fr, first.feed)
    assert [(moved.space, moved.sequence) for moved in second.changed] == [(space.id, 3)]
    assert bench.news(bench.fr, second.feed).changed == []
    assert bench.news(bench.sn).changed == []


def test_small_news_come_inline_from_where_the_feed_stood(bench: Bench) -> None:
    space = found_space(bench.ae, {"AE": "lead", "FR": "contributor"})
    chain = Chain(bench.ae, space)
    bench.push(bench.ae, space.item, chain.extend())
    feed = bench.news(bench.fr).feed
    bench.push(bench.ae, chain.extend())
    bench.push(bench.ae, chain.extend())
    (inline,) = bench.news(bench.fr, feed).inline
    assert [(item.sequence, item.body) for item in inline.items] == [(3, chain.bodies[1]), (4, chain.bodies[2])]
    assert (inline.head_sequence, inline.head) == (4, bench.pull(bench.fr, space.id).head)


def test_large_news_are_named_and_not_sent(bench: Bench) -> None:
    space = found_space(bench.ae, {"AE": "lead", "FR": "reader"})
    bench.push(bench.ae, space.item, Chain(bench.ae, space).extend(bytes(limits.INLINE_SPACE)))
    news = bench.news(bench.fr)
    assert ([moved.sequence for moved in news.changed], news.inline, news.foreign) == ([2], [], True)


def test_inline_news_of_all_spaces_keep_within_their_limit(bench: Bench) -> None:
    spaces = [found_space(bench.ae, {"AE": "lead", "FR": "reader"}) for _ in range(30)]
    for space in spaces:
        bench.push(bench.ae, space.item, Chain(bench.ae, space).extend(bytes(15_000)))
    news = bench.news(bench.fr)
    size = sum(len(item.body) for inline in news.inline for item in inline.items)
    assert len(news.changed) == 30
    assert len(news.inline) == 16
    assert limits.INLINE_ALL - 2 * limits.INLINE_SPACE < size <= limits.INLINE_ALL


def test_ones_own_work_is_named_but_neither_sent_nor_foreign(bench: Bench) -> None:
    space = found_space(bench.sn, {"SN": "lead"})
    bench.push(bench.sn, space.item)
    own = bench.news(bench.sn)
    assert ([moved.space for moved in own.changed], own.inline, own.foreign) == ([space.id], [], False)
    same_ministry = bench.news(bench.sn2)
    assert (len(same_ministry.inline), same_ministry.foreign) == (1, True)
    bench.push(bench.sn2, Chain(bench.sn2, space).extend())
    mixed = bench.news(bench.sn)
    assert ([item.sequence for item in mixed.inline[0].items], mixed.foreign) == ([1, 2], True)


def test_a_feed_position_of_other_data_starts_anew_and_says_so(bench: Bench) -> None:
    space = found_space(bench.ae, {"AE": "lead"})
    bench.push(bench.ae, space.item)
    feed = bench.news(bench.ae).feed
    place = len(feed) - 9  # the last byte of the counter; a mark of its commit is behind it
    ahead = feed[:place] + bytes([feed[place] + 1]) + feed[place + 1 :]
    for wrong in (b"\x00" * len(feed), feed[:-1], b"x", ahead, feed + b"\x00"):
        news = bench.news(bench.ae, wrong)
        assert (news.reset, len(news.changed)) == (True, 1)
    assert not bench.news(bench.ae, feed).reset


def test_a_copy_that_was_put_back_and_went_on_is_noticed_without_being_told(bench: Bench) -> None:
    space = found_space(bench.ae, {"AE": "lead"})
    bench.push(bench.ae, space.item)
    chain = Chain(bench.ae, space)
    bench.push(bench.ae, chain.extend())
    feed = bench.news(bench.ae).feed
    forgotten = feed[:-8] + bytes([feed[-8] ^ 1]) + feed[-7:]  # the mark of the commit that the copy did not have
    bench.push(bench.ae, chain.extend())
    assert not bench.news(bench.ae, feed).reset
    news = bench.news(bench.ae, forgotten)
    assert (news.reset, len(news.changed)) == (True, 1)


def test_a_desk_that_took_more_grants_than_there_are_is_told_that_they_were_lost(bench: Bench) -> None:
    space = found_space(bench.ae, {"AE": "lead", "SN": "reader"})
    bench.push(bench.ae, space.item, grant_to(bench.ae, bench.members["SN"].certificate(bench.sn), [space]))
    feed = bench.news(bench.sn).feed
    assert not bench.news(bench.sn, feed, grants=1).reset
    assert bench.news(bench.sn, feed, grants=2).reset


def test_news_come_in_pages_that_together_are_everything(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.sqlite_reads.NEWS_PAGE", 3)
    spaces = [found_space(bench.ae, {"AE": "lead"}) for _ in range(8)]
    bench.push(bench.ae, *(space.item for space in spaces))
    feed, pages = b"", []
    while True:
        news = bench.news(bench.ae, feed)
        pages.append([moved.space for moved in news.changed])
        feed = news.feed
        if not news.more:
            break
    ids = [space.id for space in spaces]
    assert pages == [ids[:3], ids[3:6], ids[6:]]


def test_grants_come_in_order_and_in_portions(bench: Bench) -> None:
    space = found_space(bench.ae, {"AE": "lead", "SN": "reader"})
    certificate = bench.members["SN"].certificate(bench.sn)
    many = [grant_to(bench.ae, certificate, [space] * 1_000) for _ in range(6)]
    bench.push(bench.ae, *many)
    got: list[bytes] = []
    rounds = 0
    while True:
        news = bench.news(bench.sn, grants=len(got))
        assert [grant.sequence for grant in news.grants] == list(range(len(got) + 1, len(got) + 1 + len(news.grants)))
        got += [grant.body for grant in news.grants]
        rounds += 1
        if not news.more:
            break
    assert got == [item.body for item in many]
    assert rounds == 2
    assert bench.news(bench.sn, grants=1 << 50).grants == []


def test_a_commit_says_whom_it_concerns(bench: Bench) -> None:
    commits: list[Commit] = []
    bench.storage.on_commit(commits.append)
    space = found_space(bench.ae, {"AE": "lead", "FR": "reader"})
    bench.push(bench.ae, space.item)
    bench.push(bench.ae, space.item)
    bench.push(bench.ae, grant_to(bench.ae, bench.members["SN"].certificate(bench.sn), [space]))
    assert [(commit.ministries, commit.devices) for commit in commits] == [
        ({"AE", "FR"}, set()),
        (set(), {bench.sn.device}),
    ]
