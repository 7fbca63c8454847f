"""The long poll: it waits when there is nothing, wakes for what concerns the desk, and ends when it should."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

from server.settings import Settings
from server.storage import Caller, Commit
from server.waiting import WaitingRoom
from sync.wire.calls import DirectoryHead, PollReply
from tests.server.conftest import Alliance, Dial
from tests.support.bare_desk import BareDesk
from tests.support.wire_items import Chain, found_space, grant_to

WAIT_S = 20


class Poll:
    """A poll that waits on a thread of its own."""

    def __init__(self, ask: Callable[[], PollReply]) -> None:
        self._ask = ask
        self._reply: PollReply | None = None
        self.seconds = 0.0
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        time.sleep(0.2)
        assert self._thread.is_alive(), f"it did not wait: {self._reply}"

    def _run(self) -> None:
        started = time.monotonic()
        self._reply = self._ask()
        self.seconds = time.monotonic() - started

    def waits(self) -> bool:
        """Say whether it waits still, after a moment."""
        time.sleep(0.3)
        return self._thread.is_alive()

    def reply(self) -> PollReply:
        """Return the reply, which must have come long before the time is over."""
        self._thread.join(WAIT_S / 2)
        assert self._reply is not None
        return self._reply


def settled(desk: BareDesk) -> PollReply:
    """Return a poll's reply after which there is no news."""
    feed, grants = b"", 0
    while True:
        reply = desk.poll(feed, grants=grants)
        feed, grants = reply.feed, max([grants, *(grant.sequence for grant in reply.grants)])
        if not reply.more:
            return reply


def test_a_push_wakes_the_members_of_the_space_and_nobody_else(alliance: Alliance, connect: Dial) -> None:
    writer, member, outsider = connect(alliance.ae), connect(alliance.fr), connect(alliance.sn)
    space = found_space(alliance.ae, {"AE": "lead", "FR": "reader"})
    chain = Chain(alliance.ae, space)
    feed, far = settled(member).feed, settled(outsider).feed
    waiting = Poll(lambda: member.poll(feed, wait_s=WAIT_S))
    other = Poll(lambda: outsider.poll(far, wait_s=2))
    writer.push(space.item, chain.extend())
    news = waiting.reply()
    assert [(moved.space, moved.sequence) for moved in news.changed] == [(space.id, 2)]
    assert [item.body for item in news.inline[0].items] == [space.entry, *chain.bodies]
    assert other.waits()
    assert (other.reply().changed, other.seconds > 1.5) == ([], True)
    assert member.poll(news.feed).changed == []


def test_ones_own_push_does_not_end_ones_poll_but_is_told_with_the_next_news(alliance: Alliance, connect: Dial) -> None:
    space = found_space(alliance.ae, {"AE": "lead", "FR": "contributor"})
    writer, ears, partner = connect(alliance.ae), connect(alliance.ae), connect(alliance.fr)
    writer.push(space.item)
    feed = settled(ears).feed
    waiting = Poll(lambda: ears.poll(feed, wait_s=WAIT_S))
    ours, theirs = Chain(alliance.ae, space), Chain(alliance.fr, space)
    writer.push(ours.extend())
    assert waiting.waits()
    partner.push(theirs.extend())
    assert [item.body for item in waiting.reply().inline[0].items] == [*ours.bodies, *theirs.bodies]


def test_a_commit_lets_only_the_device_sleep_that_made_all_of_it() -> None:
    async def woken(authors: set[bytes], *devices: bytes) -> list[bool]:
        room = WaitingRoom(Settings())
        waiters = [room.enter(Caller(device * 16, "AE")) for device in (b"a", b"b")]
        room.announce(Commit({"AE"}, {device * 16 for device in devices}, {author * 16 for author in authors}))
        return [await waiter.wait(0) for waiter in waiters]

    assert asyncio.run(woken({b"a"})) == [False, True]
    assert asyncio.run(woken({b"a", b"b"})) == [True, True]
    assert asyncio.run(woken(set())) == [True, True]
    assert asyncio.run(woken({b"a"}, b"a")) == [True, True]  # a grant that it left for itself


def test_ones_own_news_is_told_at_once_to_a_poll_that_begins_later(alliance: Alliance, connect: Dial) -> None:
    desk = connect(alliance.ae)
    feed = settled(desk).feed
    space = found_space(alliance.ae, {"AE": "lead"})
    desk.push(space.item)
    assert [moved.space for moved in desk.poll(feed, wait_s=WAIT_S).changed] == [space.id]


def test_a_grant_wakes_its_recipient(alliance: Alliance, connect: Dial) -> None:
    member = alliance.members["SN"]
    keys = member.new_device()
    alliance.secretariat.publish(member)
    desk = connect(keys)
    feed = settled(desk).feed
    waiting = Poll(lambda: desk.poll(feed, wait_s=WAIT_S))
    item = grant_to(alliance.ae, member.certificate(keys), [found_space(alliance.ae, {"AE": "lead"})])
    connect(alliance.ae).push(item)
    assert [grant.body for grant in waiting.reply().grants] == [item.body]


def test_a_new_directory_entry_wakes_who_follows_it(alliance: Alliance, connect: Dial) -> None:
    member = alliance.members["SN"]
    desk = connect(alliance.fr)
    feed = settled(desk).feed
    heads = [DirectoryHead("SN", len(member.entries))]
    waiting = Poll(lambda: desk.poll(feed, heads=heads, wait_s=WAIT_S))
    member.new_device()
    alliance.secretariat.publish(member)
    (part,) = waiting.reply().directories
    assert (part.ministry, part.first, part.entries) == ("SN", len(member.entries), member.entries[-1:])


def test_a_device_s_newest_polls_end_its_oldest(alliance: Alliance, connect: Dial) -> None:
    desks = [connect(alliance.sn) for _ in range(3)]
    feed = settled(desks[0]).feed
    first = Poll(lambda: desks[0].poll(feed, wait_s=WAIT_S))
    second = Poll(lambda: desks[1].poll(feed, wait_s=4))
    assert first.waits()
    third = Poll(lambda: desks[2].poll(feed, wait_s=4))
    assert first.reply().changed == []
    assert second.waits()
    assert third.waits()
    second.reply()
    third.reply()


def test_a_server_that_stops_lets_the_polls_end_first(own_alliance: Callable[[], Alliance]) -> None:
    alliance = own_alliance()
    desk = BareDesk(alliance.secretariat.url, alliance.ae).sign_in()
    feed = desk.poll().feed
    waiting = Poll(lambda: desk.poll(feed, wait_s=WAIT_S))
    started = time.monotonic()
    assert alliance.secretariat.stop() == 0
    assert time.monotonic() - started < 5
    assert waiting.reply().feed == feed
    desk.close()


def test_too_many_waiting_desks_are_sent_away(own_alliance: Callable[[str], Alliance]) -> None:
    alliance = own_alliance("polls = 1")
    one, two = (BareDesk(alliance.secretariat.url, keys).sign_in() for keys in (alliance.ae, alliance.fr))
    feed = one.poll().feed
    waiting = Poll(lambda: one.poll(feed, wait_s=2))
    answer = two.send("/v1/poll", b"\x94\xc4\x00\x00\x90\x05")
    assert (answer.status, answer.code, answer.headers["retry-after"]) == (503, "busy", "30")
    waiting.reply()
    assert two.send("/v1/poll", b"\x94\xc4\x00\x00\x90\x01").status == 200
    one.close()
    two.close()
