"""The engine against a server in memory: what is saved arrives, whatever happens on the way."""

from __future__ import annotations

from copy import deepcopy
from itertools import cycle
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.changes import Create, Dot, Set, Unknown, Write
from sync.engine import Engine
from sync.errors import BadReply, NoConnection, Refused, SyncError
from sync.keys import EpochKey, make_grant, new_device_keys, new_epoch_key
from sync.seal import Place, seal
from sync.wire import calls
from sync.wire.calls import PushItem, PushResult
from sync.wire.codec import MAX_GRANT, NO_HASH, encode
from sync.wire.signing import Signed, pack, unpack
from sync.wire.space import GRANT_DOMAIN, Segment, read_segment
from tests.sync.conftest import RECORD, Alliance, Desk, members


def settle(*desks: Desk) -> None:
    """Run every engine until nothing moves."""
    for _ in range(20):
        runs = [desk.engine.run_once() for desk in desks]
        if not any(run.pushed or run.pulled or run.applied for run in runs):
            return
    raise AssertionError("the desks do not settle")


def shared_case(alliance: Alliance, **options: str) -> tuple[Desk, Desk, bytes]:
    """Two desks with a case between them, up to date."""
    dakar, abu_dhabi = alliance.desk("SN"), alliance.desk("AE")
    space = dakar.replica.found(members(**options))  # type: ignore[arg-type]
    dakar.replica.write(space, RECORD, [Create("person"), Set("title", "Nord", [])])
    settle(dakar, abu_dhabi)
    return dakar, abu_dhabi, space


def titles(desk: Desk, space: bytes) -> list[object]:
    return [written.value for written in desk.replica.spaces[space].records[RECORD].registers["title"]]


def test_an_edit_arrives(alliance: Alliance) -> None:
    dakar, abu_dhabi, space = shared_case(alliance)
    assert titles(abu_dhabi, space) == ["Nord"]
    assert dakar.replica.states() == abu_dhabi.replica.states()


def test_the_figures_of_a_run_are_those_of_the_run(alliance: Alliance) -> None:
    dakar, abu_dhabi, space = shared_case(alliance)
    for number in range(3):
        dakar.replica.write(space, bytes([number]) * 16, [Create("person")])
    sent, taken = dakar.engine.run_once(), abu_dhabi.engine.run_once()
    assert (sent.pushed, sent.unsent, sent.applied, sent.complete) == (3, 0, 0, True)
    assert (taken.pushed, taken.pulled, taken.applied, taken.complete) == (0, 1, 3, True)
    assert taken.requests == 2


def test_a_run_with_nothing_to_do_is_one_call(alliance: Alliance) -> None:
    dakar, _, _ = shared_case(alliance)
    assert dakar.engine.run_once().requests == 1


def test_ones_own_items_do_not_come_back(alliance: Alliance) -> None:
    dakar, _, space = shared_case(alliance)
    dakar.line.names.clear()
    dakar.replica.write(space, RECORD, [Set("status", "open", [])])
    dakar.engine.run_once()
    assert dakar.line.names == ["poll", "push", "poll"]
    assert dakar.replica.spaces[space].cursor.sequence == 3


def test_ten_thousand_changes_go_in_calls_within_the_limits(alliance: Alliance) -> None:
    dakar, abu_dhabi, space = shared_case(alliance)
    for number in range(2_500):
        dakar.replica.write(space, number.to_bytes(16, "big"), [Create("person")])
    assert dakar.engine.run_once().pushed == 2_500
    assert dakar.line.names.count("push") >= 3
    abu_dhabi.engine.run_once()
    assert dakar.replica.states() == abu_dhabi.replica.states()


def test_a_lost_reply_makes_no_second_copy(alliance: Alliance) -> None:
    dakar, abu_dhabi, space = shared_case(alliance)
    dakar.replica.write(space, RECORD, [Set("title", "Sud", [Dot(dakar.replica.keys.device, 1, 1)])])
    dakar.line.fault = lambda name: "lose reply" if name == "push" else ""
    with pytest.raises(NoConnection):
        dakar.engine.run_once()
    assert dakar.replica.unsent() == 1
    dakar.line.fault = lambda _: ""
    assert dakar.engine.run_once().pushed == 1
    assert len(alliance.server.logs[space].items) == 3
    settle(dakar, abu_dhabi)
    assert titles(abu_dhabi, space) == ["Sud"]


FAULTS = st.lists(st.sampled_from(["", "", "lose request", "lose reply", "twice", "expire"]), min_size=1, max_size=12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(FAULTS, st.lists(st.tuples(st.booleans(), st.sampled_from(["title", "status"])), min_size=1, max_size=10))
def test_a_bad_line_loses_and_doubles_nothing(faults: list[str], writes: list[tuple[bool, str]]) -> None:
    alliance = Alliance()
    dakar, abu_dhabi, space = shared_case(alliance)
    ways = cycle(faults)
    dakar.line.fault = abu_dhabi.line.fault = lambda _: next(ways)
    for number, (first, field) in enumerate(writes):
        desk = dakar if first else abu_dhabi
        desk.replica.write(space, RECORD, [Set(field, number, [])])
        for one in (dakar, abu_dhabi):
            try:
                one.engine.run_once()
            except SyncError:
                one.engine = Engine(one.replica, one.line)  # as after a kill
    dakar.line.fault = abu_dhabi.line.fault = lambda _: ""
    settle(dakar, abu_dhabi)
    assert dakar.replica.states() == abu_dhabi.replica.states()
    assert sum(dakar.replica.spaces[space].applied.values()) == len(writes) + 1
    assert dakar.replica.rejected == abu_dhabi.replica.rejected == []
    assert dakar.replica.unsent() == abu_dhabi.replica.unsent() == 0


def test_a_server_that_lost_everything_gets_it_back(alliance: Alliance) -> None:
    dakar, abu_dhabi, space = shared_case(alliance)
    abu_dhabi.replica.write(space, RECORD, [Set("status", "open", [])])
    settle(dakar, abu_dhabi)
    alliance.server.start_over()
    assert "server_rewound" in abu_dhabi.engine.run_once().problems  # it has no case to write in yet
    assert abu_dhabi.replica.refused == ["no_such_space"]
    settle(dakar, abu_dhabi)
    settle(dakar, abu_dhabi)
    assert len(alliance.server.logs[space].items) == 3
    newcomer = alliance.desk("AE")
    settle(dakar, newcomer)
    assert newcomer.replica.states() == dakar.replica.states() == abu_dhabi.replica.states()


def test_a_server_that_lost_the_last_items_gets_them_back(alliance: Alliance) -> None:
    dakar, abu_dhabi, space = shared_case(alliance)
    dakar.replica.write(space, RECORD, [Set("status", "open", [])])
    settle(dakar, abu_dhabi)
    log = alliance.server.logs[space]  # a backup from before the last segment, with the feed as it was
    del log.items[-1], log.heads[-1]
    segment, header = read_segment(log.items[-1].body)
    log.chains[header.device] = (header.last, dakar.replica.spaces[space].segments[header.device, header.first])
    del segment
    dakar.replica.write(space, RECORD, [Set("status", "closed", [Dot(dakar.replica.keys.device, 2, 0)])])
    dakar.engine.run_once()
    assert dakar.replica.refused == []
    settle(dakar, abu_dhabi)
    assert len(log.items) == 4
    assert dakar.replica.states() == abu_dhabi.replica.states()


def test_a_server_that_claims_to_have_lost_history_again_and_again_is_not_obeyed(alliance: Alliance) -> None:
    dakar, _, space = shared_case(alliance)

    def lie(_: str, reply: object) -> object:
        if isinstance(reply, calls.PullReply):
            spaces = [calls.SpaceItems(one.space, [], 1, bytes(32), mismatch=True) for one in reply.spaces]
            return calls.PullReply(spaces)
        if isinstance(reply, calls.PollReply):
            return calls.PollReply(reply.feed, [calls.Changed(space, 99)], [], [], [], more=False, reset=False)
        return reply

    dakar.line.tamper = lie
    before = dakar.replica.states()
    for _ in range(12):
        dakar.engine.run_once()
    assert dakar.line.names.count("push") <= 6
    assert dakar.replica.states() == before


def test_what_is_pushed_while_a_quota_is_full_waits_and_reading_goes_on(alliance: Alliance) -> None:
    dakar, abu_dhabi, space = shared_case(alliance)
    dakar.replica.write(space, RECORD, [Set("status", "open", [])])
    dakar.engine.run_once()
    abu_dhabi.replica.write(space, RECORD, [Set("title", "Sud", [])])
    abu_dhabi.line.tamper = lambda name, reply: (
        calls.PushReply([calls.PushResult("refused", "quota") for _ in reply.results]) if name == "push" else reply
    )
    with pytest.raises(Refused) as caught:
        abu_dhabi.engine.run_once()
    assert caught.value.code == "quota"
    assert caught.value.retry
    assert abu_dhabi.replica.refused == []
    assert "status" in abu_dhabi.replica.spaces[space].records[RECORD].registers
    abu_dhabi.line.tamper = lambda _, reply: reply
    settle(dakar, abu_dhabi)
    assert dakar.replica.states() == abu_dhabi.replica.states()


@pytest.mark.parametrize("code", ["quota", "no_such_device"])
def test_a_grant_that_its_recipient_cannot_take_yet_waits_alone(
    alliance: Alliance, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setattr("sync.push.MAX_PUSH_ITEMS", 1)
    dakar, abu_dhabi = alliance.desk("SN"), alliance.desk("AE")
    space = dakar.replica.found(members())

    def refuse(name: str, reply: Any) -> Any:
        if name != "push":
            return reply
        refused = PushResult("refused", code)
        return calls.PushReply([one if one.sequence else refused for one in reply.results])  # a grant has no place

    dakar.line.tamper = refuse
    dakar.engine.run_once()
    alliance.server.inbox.clear()
    dakar.replica.write(space, RECORD, [Create("person"), Set("title", "Nord", [])])
    run = dakar.engine.run_once()
    assert run.refused_items == []
    assert [one.item.kind for one in dakar.replica.queue] == ["grant"]
    assert len(alliance.server.logs[space].items) == 2
    dakar.line.tamper = lambda _, reply: reply
    settle(dakar, abu_dhabi)
    assert titles(abu_dhabi, space) == ["Nord"]


def test_an_item_refused_for_good_is_kept_aside_and_does_not_stop_the_others(alliance: Alliance) -> None:
    dakar, _, space = shared_case(alliance)
    dakar.replica.write(space, RECORD, [Set("status", "open", [])])
    dakar.line.tamper = lambda name, reply: (
        calls.PushReply([calls.PushResult("refused", "malformed") for _ in reply.results]) if name == "push" else reply
    )
    run = dakar.engine.run_once()
    assert run.refused_items == dakar.replica.refused == ["malformed"]
    assert run.complete


def test_a_reply_with_too_few_results_is_a_bad_reply(alliance: Alliance) -> None:
    dakar, _, space = shared_case(alliance)
    dakar.replica.write(space, RECORD, [Set("status", "open", [])])
    dakar.line.tamper = lambda name, reply: calls.PushReply([]) if name == "push" else reply
    with pytest.raises(BadReply):
        dakar.engine.run_once()
    assert dakar.replica.unsent() == 1


def test_a_case_without_its_key_is_kept_and_opened_when_the_key_comes(alliance: Alliance) -> None:
    dakar, abu_dhabi = alliance.desk("SN"), alliance.desk("AE")
    space = dakar.replica.found(members())
    dakar.replica.write(space, RECORD, [Create("person"), Set("title", "Nord", [])])
    dakar.engine.run_once()
    held, alliance.server.inbox = alliance.server.inbox, {}
    run = abu_dhabi.engine.run_once()
    assert (run.locked, run.applied) == (1, 0)
    alliance.server.inbox = held
    assert abu_dhabi.engine.run_once().applied == 1
    assert titles(abu_dhabi, space) == ["Nord"]


def test_a_device_enrolled_after_the_case_was_founded_gets_its_key(alliance: Alliance) -> None:
    dakar, abu_dhabi, space = shared_case(alliance)
    second = alliance.desk("AE")
    settle(dakar, abu_dhabi, second)
    assert titles(second, space) == ["Nord"]


def test_a_grant_by_nobody_known_is_skipped(alliance: Alliance) -> None:
    _, abu_dhabi, space = shared_case(alliance)
    stranger = Alliance().desk("SN")
    certificate = alliance.ministries["AE"].certificate(abu_dhabi.replica.keys)
    grant = make_grant(stranger.replica.keys, certificate, [EpochKey(space, new_epoch_key())], 0)
    alliance.server.inbox[abu_dhabi.replica.keys.device].append(grant)
    abu_dhabi.engine.run_once()
    assert abu_dhabi.replica.skipped == ["unknown_device"]
    assert abu_dhabi.replica.feed()[1] == 2


def test_a_grant_in_anothers_name_is_skipped(alliance: Alliance) -> None:
    dakar, abu_dhabi, space = shared_case(alliance)
    certificate = alliance.ministries["AE"].certificate(abu_dhabi.replica.keys)
    signed = unpack(make_grant(dakar.replica.keys, certificate, [EpochKey(space, new_epoch_key())], 0), MAX_GRANT)
    forger = new_device_keys()
    grant = pack(Signed(signed.body, forger.sign(GRANT_DOMAIN, signed.body)))
    alliance.server.inbox[abu_dhabi.replica.keys.device].append(grant)
    before = dict(abu_dhabi.replica.epochs)
    abu_dhabi.engine.run_once()
    assert abu_dhabi.replica.skipped == ["bad_signature"]
    assert abu_dhabi.replica.epochs == before


@pytest.mark.parametrize("times", [1, 2])
def test_a_grant_that_suffered_on_the_way_is_fetched_again_once(alliance: Alliance, times: int) -> None:
    dakar, abu_dhabi = alliance.desk("SN"), alliance.desk("AE")
    space = dakar.replica.found(members())
    dakar.replica.write(space, RECORD, [Create("person"), Set("title", "Nord", [])])
    dakar.engine.run_once()
    left = [times]

    def turn_a_bit(name: str, reply: Any) -> Any:
        if name != "poll" or not reply.grants or not left[0]:
            return reply
        left[0] -= 1
        (grant,) = reply.grants
        turned = grant.body[:-1] + bytes([grant.body[-1] ^ 1])
        return msgspec.structs.replace(reply, grants=[calls.GrantItem(grant.sequence, turned)])

    abu_dhabi.line.tamper = turn_a_bit
    abu_dhabi.engine.run_once()
    assert left == [0]
    assert abu_dhabi.line.names.count("poll") == 2
    assert [each for each, _ in abu_dhabi.replica.epochs] == [space][: 2 - times]
    assert abu_dhabi.replica.skipped == ["bad_signature"][: times - 1]
    assert abu_dhabi.replica.feed()[1] == 1


def test_ones_own_founding_that_comes_back_sends_nothing_again(alliance: Alliance) -> None:
    faults = iter(["", "", "", "lose reply"])  # challenge, token, poll, push
    dakar = alliance.desk("SN", lambda _: next(faults, ""))
    space = dakar.replica.found(members())
    dakar.replica.write(space, RECORD, [Create("person")])
    with pytest.raises(NoConnection):
        dakar.engine.run_once()
    dakar.engine.run_once()
    dakar.replica.note_behind([(space, 2)])
    dakar.replica.rewind(space)
    dakar.line.names.clear()
    dakar.engine.run_once()
    assert dakar.replica.queue == []
    assert "push" not in dakar.line.names


def forged(desk: Desk, space: bytes, **changes: Any) -> bytes:
    """A segment by `desk` that goes on with its chain in a space, with something changed."""
    here = desk.replica.spaces[space]
    own = here.chains.get(desk.replica.keys.device)
    place = msgspec.structs.replace(Place(space, own.sequence if own else 0, own.hash if own else NO_HASH), **changes)
    key = next(key for (of, _), key in desk.replica.epochs.items() if of == space)
    return seal(desk.replica.keys, place, key, [], [b"\x01"]).data


def elsewhere(desk: Desk, space: bytes) -> bytes:
    """A segment of another space."""
    return seal(desk.replica.keys, Place(b"x" * 16), next(iter(desk.replica.epochs.values())), [], [space]).data


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("bad signature", "bad_signature"),
        ("gap", "broken_chain"),
        ("wrong previous", "broken_chain"),
        ("fork", "fork"),
        ("another space", "not_entitled"),
        ("not a member", "not_entitled"),
        ("unknown device", "unknown_device"),
        ("garbage", "malformed"),
        ("another epoch", "not_entitled"),
        ("second founding", "not_entitled"),
    ],
)
def test_what_does_not_hold_is_set_aside_and_the_rest_goes_on(alliance: Alliance, what: str, code: str) -> None:
    dakar, abu_dhabi, space = shared_case(alliance)
    rome, stranger = alliance.desk("IT"), Alliance().desk("SN")
    for other in (rome, stranger):
        other.replica.spaces[space] = type(dakar.replica.spaces[space])(space)
        other.replica.epochs |= dakar.replica.epochs
    good = forged(dakar, space)
    segment, _ = read_segment(good)
    bodies = {
        "bad signature": encode(Segment(segment.header, segment.sealed, bytes(64))),
        "gap": forged(dakar, space, last=7),
        "wrong previous": forged(dakar, space, previous=b"x" * 32),
        "fork": forged(dakar, space, last=0, previous=NO_HASH),
        "another space": elsewhere(dakar, space),
        "not a member": forged(rome, space),
        "unknown device": forged(stranger, space),
        "garbage": b"garbage",
        "another epoch": seal(dakar.replica.keys, Place(space, 1, NO_HASH), new_epoch_key(), [], [b""]).data,
        "second founding": dakar.replica.spaces[space].entry,
    }
    alliance.server.put(space, "entry" if what == "second founding" else "segment", bodies[what])
    dakar.replica.write(space, RECORD, [Set("status", "open", [])])
    dakar.engine.run_once()
    run = abu_dhabi.engine.run_once()
    assert abu_dhabi.replica.rejected == [code]
    assert run.rejected == 1
    assert "status" in abu_dhabi.replica.spaces[space].records[RECORD].registers
    assert abu_dhabi.engine.run_once().requests == 1  # the cursor went on


def test_a_desk_whose_store_was_put_back_gets_its_own_changes_again(alliance: Alliance) -> None:
    dakar, abu_dhabi, space = shared_case(alliance)
    old = deepcopy(abu_dhabi.replica)
    abu_dhabi.replica.write(space, RECORD, [Set("status", "open", [])])
    settle(dakar, abu_dhabi)
    restored = Desk(old, abu_dhabi.line, Engine(old, abu_dhabi.line))
    run = restored.engine.run_once()
    assert (run.applied, run.problems) == (1, ["store_older"])
    assert old.states() == dakar.replica.states()
    old.write(space, RECORD, [Set("title", "Sud", [])])
    settle(dakar, restored)
    assert dakar.replica.states() == old.states()
    assert old.refused == []


def test_a_reader_cannot_write(alliance: Alliance) -> None:
    dakar, abu_dhabi, space = shared_case(alliance, role="reader")
    abu_dhabi.replica.write(space, RECORD, [Set("title", "Sud", [])])
    abu_dhabi.engine.run_once()
    dakar.engine.run_once()
    assert dakar.replica.rejected == ["not_entitled"]
    assert titles(dakar, space) == ["Nord"]


def test_an_unreadable_body_that_is_signed_does_not_end_its_authors_chain(alliance: Alliance) -> None:
    dakar, abu_dhabi, space = shared_case(alliance)
    here = dakar.replica.spaces[space]
    key = next(iter(dakar.replica.epochs.values()))
    own = here.chains[dakar.replica.keys.device]
    bad = seal(dakar.replica.keys, Place(space, own.sequence, own.hash), key, [], [b"no change", b"nor this"])
    dakar.replica.keep_segments([bad])
    here.changes[dakar.replica.keys.device] += [b"no change", b"nor this"]
    here.advance()
    dakar.replica.write(space, RECORD, [Set("status", "open", [])])
    settle(dakar, abu_dhabi)
    assert abu_dhabi.replica.spaces[space].unreadable == [b"no change", b"nor this"]
    assert dakar.replica.states() == abu_dhabi.replica.states()


def test_a_log_whose_head_does_not_follow_from_its_items_is_not_taken(alliance: Alliance) -> None:
    dakar, abu_dhabi, space = shared_case(alliance)
    dakar.replica.write(space, RECORD, [Set("status", "open", [])])
    dakar.engine.run_once()
    alliance.server.logs[space].heads[-1] = b"x" * 32
    before = abu_dhabi.replica.states()
    assert "server_rewound" in abu_dhabi.engine.run_once().problems
    assert abu_dhabi.replica.states() == before


@pytest.mark.parametrize("years", [-10, 10])
def test_a_clock_that_is_years_off_changes_nothing(alliance: Alliance, years: int) -> None:
    dakar, abu_dhabi, space = shared_case(alliance)
    off = 1_790_000_000 + years * 31_557_600
    dakar.engine = Engine(dakar.replica, dakar.line, clock=lambda: off)
    dakar.replica.write(space, RECORD, [Set("status", "open", [])], at_ms=off * 1000)
    settle(dakar, abu_dhabi)
    assert dakar.replica.states() == abu_dhabi.replica.states()
    assert dakar.replica.as_of_ms == off * 1000


def test_an_operation_of_a_later_version_is_relayed_byte_for_byte(alliance: Alliance) -> None:
    dakar, abu_dhabi, space = shared_case(alliance)
    raw = encode(["stamp", {"colour": "red"}])
    dakar.replica.write(space, RECORD, [Unknown(raw), Write("summary", "é")])
    settle(dakar, abu_dhabi)
    assert [kept.raw for kept in abu_dhabi.replica.spaces[space].records[RECORD].unknown] == [raw]


def test_a_change_waits_for_the_one_it_was_written_after(alliance: Alliance) -> None:
    dakar, abu_dhabi, space = shared_case(alliance)
    rome = alliance.desk("SN")
    settle(dakar, abu_dhabi, rome)
    dakar.replica.write(space, RECORD, [Set("status", "open", [])])
    dakar.engine.run_once()
    abu_dhabi.engine.run_once()
    dot = Dot(dakar.replica.keys.device, 2, 0)
    abu_dhabi.replica.write(space, RECORD, [Set("status", "closed", [dot])])
    abu_dhabi.engine.run_once()
    log = alliance.server.logs[space]
    bodies = [item.body for item in log.items]
    log.items.clear()
    del log.heads[1:]
    for kind, body in (("entry", bodies[0]), ("segment", bodies[3]), ("segment", bodies[1]), ("segment", bodies[2])):
        log.append(PushItem(kind, body))  # type: ignore[arg-type]
    rome.engine = Engine(rome.replica, rome.line)
    newcomer = alliance.desk("AE")
    settle(dakar, newcomer)
    assert newcomer.replica.states()[space] == abu_dhabi.replica.states()[space]


def test_the_token_is_renewed_once_and_not_for_ever(alliance: Alliance) -> None:
    dakar, _, _ = shared_case(alliance)
    dakar.line.names.clear()
    alliance.server.tokens.clear()
    dakar.engine.run_once()
    assert dakar.line.names == ["poll", "challenge", "token", "poll"]
    dakar.line.fault = lambda name: "expire" if name == "poll" else ""
    dakar.line.names.clear()
    with pytest.raises(Refused):
        dakar.engine.run_once()
    assert dakar.line.names == ["poll", "challenge", "token", "poll"]


def test_directories_that_do_not_verify_are_a_problem_and_no_end(alliance: Alliance) -> None:
    dakar, _, _ = shared_case(alliance)
    other = Alliance().ministries["IT"]
    parts = [calls.DirectoryItems("IT", 2, other.entries)]
    dakar.line.tamper = lambda name, reply: (
        calls.PollReply(reply.feed, [], [], [], parts, more=False, reset=False) if name == "poll" else reply
    )
    assert dakar.engine.run_once().problems == ["directory_broken_chain"]
