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


def founder(desk: Desk, space: bytes) -> bytes:
    membership = desk.replica.membership(space)
    assert membership is not None
    return membership.founder


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


REVOKED = 2  # the number of the directory's entry


@pytest.mark.parametrize(
    ("log_knows", "cutoff", "late"),
    [
        (REVOKED, None, [True, True, True]),
        (REVOKED + 1, 1_000, [True, True, True]),
        (REVOKED - 1, None, [False, False, False]),
        (REVOKED - 1, 1, [False, True, True]),
        (0, 3, [False, False, False]),
    ],
)
def test_what_came_after_a_device_was_known_to_be_revoked_is_late(
    reader: tuple[Desk, SpaceItems],
    monkeypatch: pytest.MonkeyPatch,
    log_knows: int,
    cutoff: int | None,
    late: list[bool],
) -> None:
    """`cutoff`: how many of the three had come when this desk learnt of it."""
    desk, news = reader
    author = founder(desk, news.space)
    before = desk.replica.standing(news.space).cursor.sequence
    monkeypatch.setattr(desk.replica, "revocations", lambda ministry: {author: REVOKED} if ministry == "SN" else {})
    monkeypatch.setattr(desk.replica, "cutoff", lambda *_: None if cutoff is None else before + cutoff)
    standing = desk.replica.standing(news.space)
    assert standing.membership is not None
    standing.membership.known = {"SN": log_knows}
    monkeypatch.setattr(desk.replica, "standing", lambda _: standing)
    taken = check(desk, news)
    assert taken is not None
    assert [segment.late for segment in taken.segments] == late


def test_what_is_carried_by_hand_from_a_revoked_device_is_always_late(
    reader: tuple[Desk, SpaceItems], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, news = reader
    intake = Intake(desk.replica, lambda: None)
    assert [segment.late for segment in intake.carried(news.space, news.items).segments] == [False] * 3
    author = founder(desk, news.space)
    monkeypatch.setattr(desk.replica, "revocations", lambda ministry: {author: REVOKED} if ministry == "SN" else {})
    intake.start_run()
    assert [segment.late for segment in intake.carried(news.space, news.items).segments] == [True] * 3


def test_what_is_here_already_is_met_and_not_taken_again(alliance: Alliance, reader: tuple[Desk, SpaceItems]) -> None:
    desk, news = reader
    author = founder(desk, news.space)
    desk.replica.rewind(news.space)
    whole = alliance.server._after(alliance.server.logs[news.space], desk.replica.standing(news.space).cursor)
    taken = check(desk, whole)
    assert taken is not None
    assert taken.met == [(author, 0), (author, 1)]
    assert (len(taken.segments), taken.rejected) == (3, [])
