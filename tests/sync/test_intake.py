"""What a server says of a space's log, held against the cursor, and foundings that found nothing."""

from __future__ import annotations

import msgspec
import pytest

from sync.changes import Set
from sync.errors import BadReply, ServerRewound
from sync.intake import Intake
from sync.keys import new_epoch_key
from sync.replica import Received
from sync.seal import found_space
from sync.wire.calls import Item, SpaceItems
from sync.wire.codec import NO_HASH
from sync.wire.signing import Signed, pack, unpack
from sync.wire.space import Member, advance_head
from tests.support.secretariat import AT_MS
from tests.sync.conftest import RECORD, Alliance, Desk
from tests.sync.test_engine import shared_case, titles


@pytest.fixture
def reader(alliance: Alliance) -> tuple[Desk, SpaceItems]:
    """A desk that has a case, and three items that another wrote since."""
    dakar, abu_dhabi, space = shared_case(alliance)
    for number in range(3):
        dakar.replica.write(space, RECORD, [Set("status", str(number), [])])
        dakar.engine.run_once()
    news = alliance.server._after(alliance.server.logs[space], abu_dhabi.replica.standing(space).cursor)
    assert len(news.items) == 3
    assert titles(abu_dhabi, space) == ["Nord"]
    return abu_dhabi, news


def check(desk: Desk, news: SpaceItems) -> Received | None:
    return Intake(desk.replica, lambda: None).check(news)


def test_news_that_go_on_from_the_cursor_are_taken_to_their_end(reader: tuple[Desk, SpaceItems]) -> None:
    desk, news = reader
    taken = check(desk, news)
    assert taken is not None
    assert (len(taken.segments), taken.rejected) == (3, [])
    assert (taken.cursor.sequence, taken.cursor.head) == (news.head_sequence, news.head)
    start = desk.replica.standing(news.space).cursor
    again = msgspec.structs.replace(news, items=[Item(start.sequence, "segment", b"x"), *news.items])
    assert check(desk, again) == taken, "what the cursor is beyond is not looked at"


def test_another_head_at_the_cursor_s_place_is_a_log_that_was_put_back(reader: tuple[Desk, SpaceItems]) -> None:
    desk, news = reader
    cursor = desk.replica.standing(news.space).cursor
    assert check(desk, SpaceItems(news.space, [], cursor.sequence, cursor.head)) is None
    for told in (
        SpaceItems(news.space, [], cursor.sequence, b"x" * 32),
        msgspec.structs.replace(news, mismatch=True),
        msgspec.structs.replace(news, head=b"x" * 32),
    ):
        with pytest.raises(ServerRewound):
            check(desk, told)


def test_news_that_begin_later_than_the_cursor_are_not_taken(reader: tuple[Desk, SpaceItems]) -> None:
    desk, news = reader
    assert check(desk, msgspec.structs.replace(news, items=news.items[1:])) is None


def test_news_with_a_hole_or_beyond_the_end_of_the_log_are_no_reply(reader: tuple[Desk, SpaceItems]) -> None:
    desk, news = reader
    for told in (
        msgspec.structs.replace(news, items=[news.items[0], news.items[2]]),
        msgspec.structs.replace(news, items=[news.items[0], news.items[2], news.items[1]]),
        msgspec.structs.replace(news, head_sequence=news.head_sequence - 1),
    ):
        with pytest.raises(BadReply):
            check(desk, told)


def test_a_founding_of_another_space_of_a_stranger_or_unsigned_founds_nothing(alliance: Alliance) -> None:
    dakar, abu_dhabi, _ = shared_case(alliance)
    keys = dakar.replica.keys
    both, alone = ([Member(code, "lead") for code in codes] for codes in (("SN", "AE"), ("AE",)))
    space, good = found_space(keys, "case", both, new_epoch_key(), AT_MS, [])
    strange, founded = found_space(keys, "case", alone, new_epoch_key(), AT_MS, [])
    unsigned = pack(Signed(unpack(good, 1 << 20).body, bytes(64)))
    for at, body, code in (
        (space, good, ""),
        (strange, good, "not_entitled"),
        (strange, founded, "not_entitled"),
        (space, unsigned, "bad_signature"),
    ):
        taken = check(abu_dhabi, SpaceItems(at, [Item(1, "entry", body)], 1, advance_head(NO_HASH, "entry", body)))
        assert taken is not None
        assert [reason for _, reason in taken.rejected] == ([code] if code else [])
        assert taken.founding == (b"" if code else good)
