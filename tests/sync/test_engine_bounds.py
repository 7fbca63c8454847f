"""What the engine does with a server that breaks the protocol, lies, or never ends; and how it listens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from sync.changes import Create, Set
from sync.engine import Engine
from sync.errors import BadReply, NoConnection
from sync.replica import Applied
from sync.seal import Place, Sealed, seal
from sync.wire import calls
from sync.wire.calls import Cursor, Item, PullReply, SpaceItems
from sync.wire.codec import NO_HASH, encode
from sync.wire.signing import Signed, pack, unpack
from sync.wire.space import SEGMENT_DOMAIN, Head, Member, Segment, read_segment, segment_hash, space_id
from tests.sync.conftest import RECORD, Alliance, Desk, members
from tests.sync.test_engine import settle, shared_case, titles


def changed(kind: type[Any], change: Callable[[Any], Any]) -> Callable[[str, Any], Any]:
    """A tampering with replies of one kind."""
    return lambda _, reply: change(reply) if isinstance(reply, kind) else reply


def behind(alliance: Alliance) -> tuple[Desk, Desk, bytes]:
    """Two desks of which the second has a segment to fetch."""
    dakar, abu_dhabi, space = shared_case(alliance)
    dakar.replica.write(space, RECORD, [Set("status", "open", [])])
    dakar.engine.run_once()
    return dakar, abu_dhabi, space


def test_a_server_that_always_has_more_is_not_followed_for_ever(
    alliance: Alliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.engine.ROUNDS", 5)
    dakar, _, _ = shared_case(alliance)
    dakar.line.names.clear()
    dakar.line.tamper = changed(calls.PollReply, lambda reply: msgspec.structs.replace(reply, more=True))
    with pytest.raises(BadReply):
        dakar.engine.run_once()
    assert dakar.line.names == ["poll"] * 5


def test_items_out_of_order_are_a_bad_reply(alliance: Alliance) -> None:
    _, abu_dhabi, space = behind(alliance)
    items = [Item(3, "segment", b"x"), Item(5, "segment", b"y")]
    abu_dhabi.line.tamper = changed(PullReply, lambda _: PullReply([SpaceItems(space, items, 9, NO_HASH)]))
    with pytest.raises(BadReply):
        abu_dhabi.engine.run_once()
    assert abu_dhabi.replica.spaces[space].cursor.sequence == 2


def test_items_beyond_the_end_are_a_bad_reply(alliance: Alliance) -> None:
    _, abu_dhabi, space = behind(alliance)
    items = [Item(3, "segment", b"x"), Item(4, "segment", b"y")]
    abu_dhabi.line.tamper = changed(PullReply, lambda _: PullReply([SpaceItems(space, items, 3, NO_HASH)]))
    with pytest.raises(BadReply):
        abu_dhabi.engine.run_once()


@pytest.mark.parametrize("spaces", [[], [SpaceItems(b"x" * 16, [], 0, NO_HASH)]])
def test_a_pull_that_answers_something_else_is_a_bad_reply(alliance: Alliance, spaces: list[SpaceItems]) -> None:
    _, abu_dhabi, _ = behind(alliance)
    abu_dhabi.line.tamper = changed(PullReply, lambda _: PullReply(spaces))
    with pytest.raises(BadReply):
        abu_dhabi.engine.run_once()


def test_a_space_that_does_not_move_ends_the_pull_and_leaves_the_desk_incomplete(alliance: Alliance) -> None:
    _, abu_dhabi, space = behind(alliance)
    abu_dhabi.line.tamper = changed(PullReply, lambda _: PullReply([SpaceItems(space, [], 3, NO_HASH)]))
    as_of = abu_dhabi.replica.as_of_ms
    run = abu_dhabi.engine.run_once()
    assert not run.complete
    assert abu_dhabi.line.names.count("pull") == 2  # one of them is the first sync's
    assert abu_dhabi.replica.as_of_ms == as_of


def test_inline_news_that_leave_a_gap_are_pulled_instead(alliance: Alliance) -> None:
    dakar, abu_dhabi, space = behind(alliance)
    log = alliance.server.logs[space]
    inline = [SpaceItems(space, [Item(4, "segment", b"later")], 4, NO_HASH)]
    abu_dhabi.line.tamper = changed(calls.PollReply, lambda reply: msgspec.structs.replace(reply, inline=inline))
    run = abu_dhabi.engine.run_once()
    assert (run.applied, run.rejected) == (1, 0)
    assert abu_dhabi.replica.spaces[space].cursor == Cursor(space, 3, log.heads[3])
    assert dakar.replica.states() == abu_dhabi.replica.states()


def test_inline_news_that_are_older_than_the_cursor_are_no_rewinding(alliance: Alliance) -> None:
    _, abu_dhabi, space = behind(alliance)
    abu_dhabi.engine.run_once()
    log = alliance.server.logs[space]
    inline = [SpaceItems(space, log.items[1:2], 2, log.heads[2])]  # of a poll that was answered before the last push
    abu_dhabi.line.tamper = changed(calls.PollReply, lambda reply: msgspec.structs.replace(reply, inline=inline))
    run = abu_dhabi.engine.run_once()
    assert (run.problems, run.pulled) == ([], 0)
    assert abu_dhabi.replica.spaces[space].cursor.sequence == 3


def test_inline_news_that_go_on_from_the_cursor_spare_the_pull(alliance: Alliance) -> None:
    _, abu_dhabi, space = behind(alliance)
    log = alliance.server.logs[space]
    inline = [SpaceItems(space, log.items[2:], 3, log.heads[3])]
    abu_dhabi.line.tamper = changed(calls.PollReply, lambda reply: msgspec.structs.replace(reply, inline=inline))
    abu_dhabi.line.names.clear()
    assert abu_dhabi.engine.run_once().applied == 1
    assert abu_dhabi.line.names == ["poll"]


def keep_forged(desk: Desk, space: bytes, sealed: bytes) -> None:
    """Put a segment with this body, signed by the desk, behind its chain."""
    here, keys = desk.replica.spaces[space], desk.replica.keys
    own = here.chains[keys.device]
    made = seal(keys, Place(space, own.sequence, own.hash), next(iter(desk.replica.epochs.values())), [], [b"x"])
    header = read_segment(made.data)[0].header
    value = segment_hash(Segment(header, sealed, bytes(64)))
    data = encode(Segment(header, sealed, keys.sign(SEGMENT_DOMAIN, value)))
    desk.replica.keep_segments([Sealed(space, data, value, own.sequence + 1, own.sequence + 1)])
    here.changes[keys.device].append(b"")
    here.advance()


@pytest.mark.parametrize("sealed", [b"", bytes(24), bytes(200)])
def test_a_signed_body_that_does_not_open_counts_as_unreadable_changes(alliance: Alliance, sealed: bytes) -> None:
    dakar, abu_dhabi, space = shared_case(alliance)
    keep_forged(dakar, space, sealed)
    dakar.replica.write(space, RECORD, [Set("status", "open", [])])
    settle(dakar, abu_dhabi)
    assert abu_dhabi.replica.rejected == []
    assert abu_dhabi.replica.spaces[space].unreadable == [b""]
    assert dakar.replica.states() == abu_dhabi.replica.states()


def test_a_space_founded_by_a_stranger_to_it_is_set_aside_with_all_it_holds(alliance: Alliance) -> None:
    dakar, abu_dhabi = alliance.desk("SN"), alliance.desk("AE")
    space = dakar.replica.found([Member("AE", "lead"), Member("IT", "lead")])
    dakar.replica.write(space, RECORD, [Create("person")])
    dakar.engine.run_once()
    alliance.server.logs[space].append(dakar.replica.spaces[space].own[1][0])
    abu_dhabi.engine.run_once()
    assert abu_dhabi.replica.rejected == ["not_entitled", "not_entitled"]
    assert abu_dhabi.replica.spaces[space].founding is None


def test_another_founding_in_a_spaces_place_is_set_aside(alliance: Alliance) -> None:
    dakar, abu_dhabi = alliance.desk("SN"), alliance.desk("AE")
    space = dakar.replica.found(members())
    dakar.engine.run_once()
    log = alliance.server.logs[space]
    other = Alliance().desk("SN").replica
    other_space = other.found(members())
    signed = unpack(other.spaces[other_space].entry, 4_096)
    assert space_id(pack(Signed(signed.body, signed.signature))) == other_space
    log.items.clear()
    del log.heads[1:]
    alliance.server.put(space, "entry", other.spaces[other_space].entry)
    abu_dhabi.engine.run_once()
    assert abu_dhabi.replica.rejected == ["not_entitled"]


def test_heads_are_compared_page_by_page(alliance: Alliance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.pull.HEADS_PAGE", 2)
    dakar, abu_dhabi, space = shared_case(alliance)
    more = [dakar.replica.found(members()) for _ in range(4)]
    settle(dakar, abu_dhabi)
    alliance.server.epoch = b"e" * 16  # other data, as far as the desks can tell
    lost = more[1]
    del alliance.server.logs[lost]
    run = dakar.engine.run_once()
    assert sorted(run.problems) == ["server_data_changed", "server_rewound"]
    assert alliance.server.logs.keys() == {space, *more}
    settle(dakar, abu_dhabi)
    assert dakar.replica.states() == abu_dhabi.replica.states()


@pytest.mark.parametrize("token", ["", "a\nb", "tök", "a\0"])
def test_a_token_that_cannot_stand_in_a_header_is_a_bad_reply(alliance: Alliance, token: str) -> None:
    dakar = alliance.desk("SN")
    dakar.line.tamper = changed(calls.TokenReply, lambda _: calls.TokenReply(token, 60))
    with pytest.raises(BadReply):
        dakar.engine.run_once()


# listening


def heard(desk: Desk) -> list[Applied]:
    """Give the desk a new engine whose applied batches are noted."""
    applied: list[Applied] = []
    desk.engine = Engine(desk.replica, desk.line, on_applied=applied.append)
    return applied


def test_listening_takes_what_the_poll_brings_and_says_which_records_moved(alliance: Alliance) -> None:
    _, abu_dhabi, _ = behind(alliance)
    applied = heard(abu_dhabi)
    run = abu_dhabi.engine.listen(5)
    assert (run.applied, run.complete) == (1, True)
    assert [one.records for one in applied] == [frozenset({RECORD})]
    abu_dhabi.engine.close()


def test_waking_pushes_while_the_poll_is_open_and_many_wakes_are_one(alliance: Alliance) -> None:
    dakar, abu_dhabi, space = shared_case(alliance)
    dakar.engine.wake()
    dakar.engine.wake()
    dakar.engine.wake()
    dakar.replica.write(space, RECORD, [Set("title", "Sud", [])])
    runs = [dakar.engine.listen(0.2) for _ in range(3)]
    assert sum(run.pushed for run in runs) == 1
    abu_dhabi.engine.run_once()
    assert titles(abu_dhabi, space) == ["Nord", "Sud"]
    dakar.engine.close()


def test_a_failure_of_the_poll_is_raised_where_it_is_listened_to_and_the_next_one_works(alliance: Alliance) -> None:
    _, abu_dhabi, _ = behind(alliance)
    heard(abu_dhabi)
    abu_dhabi.line.fault = lambda _: "lose request"
    with pytest.raises(NoConnection):
        abu_dhabi.engine.listen(5)
    abu_dhabi.line.fault = lambda _: ""
    assert abu_dhabi.engine.listen(5).applied == 1
    abu_dhabi.engine.close()


def test_a_fault_of_our_own_in_the_polls_thread_is_not_hidden(alliance: Alliance) -> None:
    _, abu_dhabi, _ = behind(alliance)
    heard(abu_dhabi)

    def fail(_: str) -> str:
        raise ZeroDivisionError

    abu_dhabi.line.fault = fail
    with pytest.raises(ZeroDivisionError):
        abu_dhabi.engine.listen(5)
    abu_dhabi.engine.close()


def test_listening_with_nothing_to_hear_ends_in_time(alliance: Alliance, monkeypatch: pytest.MonkeyPatch) -> None:
    dakar, _, _ = shared_case(alliance)
    dakar.engine.run_once()
    monkeypatch.setattr(dakar.engine._listener, "start", lambda _: None)  # a poll that stays open
    assert dakar.engine.listen(0.05).requests == 0


def test_heads_of_others_travel_in_a_segment() -> None:
    alliance = Alliance()
    dakar, _, space = shared_case(alliance)
    keys = dakar.replica.keys
    made = seal(keys, Place(space), b"k" * 32, [Head(b"d" * 16, 4, b"h" * 32)], [b"x"])
    assert read_segment(made.data)[1].heads == [Head(b"d" * 16, 4, b"h" * 32)]


def test_a_fork_shows_by_what_others_saw_of_it_even_if_the_server_hides_it(alliance: Alliance) -> None:
    dakar, abu_dhabi, space = shared_case(alliance)
    for sequence, hash_ in ((1, b"x" * 32), (1, dakar.replica.spaces[space].chains[dakar.replica.keys.device].hash)):
        own = abu_dhabi.replica.spaces[space].chains.get(abu_dhabi.replica.keys.device)
        seen = [Head(dakar.replica.keys.device, sequence, hash_)]
        place = Place(space, own.sequence if own else 0, own.hash if own else NO_HASH)
        sealed = seal(abu_dhabi.replica.keys, place, next(iter(abu_dhabi.replica.epochs.values())), seen, [b""])
        abu_dhabi.replica.keep_segments([sealed])
        abu_dhabi.replica.spaces[space].changes.setdefault(abu_dhabi.replica.keys.device, []).append(b"")
    abu_dhabi.engine.run_once()
    run = dakar.engine.run_once()
    assert dakar.replica.rejected == ["fork"]
    assert run.rejected == 1
    assert dakar.replica.spaces[space].chains[abu_dhabi.replica.keys.device].sequence == 2


def test_a_chain_of_our_own_that_others_saw_and_we_do_not_have_is_said(alliance: Alliance) -> None:
    dakar, abu_dhabi, space = shared_case(alliance)
    seen = [Head(dakar.replica.keys.device, 9, b"x" * 32)]
    sealed = seal(abu_dhabi.replica.keys, Place(space), next(iter(abu_dhabi.replica.epochs.values())), seen, [b""])
    abu_dhabi.replica.keep_segments([sealed])
    abu_dhabi.replica.spaces[space].changes[abu_dhabi.replica.keys.device] = [b""]
    abu_dhabi.engine.run_once()
    assert dakar.engine.run_once().problems == ["store_older"]
