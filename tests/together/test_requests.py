"""Requests between desks and the real server: who sees what, when the server had it, two steps at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.casework.request_views import Given, Part
from desktop.casework.requests import possible
from desktop.desk import Desk, Refused
from sync.changes import RecordEdit, Set
from tests.support.world import World, three_ministries

MINUTE_MS = 60_000


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with three_ministries(tmp_path) as made:
        yield made


def ask(world: World, *members: str) -> str:
    """Senegal asks, and everybody has the request."""
    case = world.case(members=("SN", "AE", "IT"))
    record = world["SN"].new_record("request", case, {"title": "Qui ?", "requested": list(members)}).record
    world["SN"].request_step(record, "send")
    world.sync()
    return record


def part(desk: Desk, record: str, member: str = "AE") -> Part:
    found = desk.request(record).request.part(member)
    assert found is not None
    return found


def test_a_request_goes_its_way_between_two_ministries(world: World) -> None:
    record = ask(world, "AE")
    assert [deed.step for deed in possible(world["AE"].request(record).request, "AE")] == ["receive"]
    assert possible(world["IT"].request(record).request, "IT") == (), "it reads along and has no say"
    with pytest.raises(Refused, match="request_not_yours"):
        world["IT"].request_step(record, "receive")
    world["AE"].request_step(record, "receive")
    world["AE"].request_step(record, "accept")
    world["AE"].request_step(record, "answer", Given(answer="Nobody of that name."))
    world.sync()
    stands = part(world["SN"], record)
    assert (stands.state, stands.answer, stands.irregular) == ("answered", "Nobody of that name.", "")
    world["SN"].request_step(record, "close")
    world.sync()
    assert part(world["AE"], record).state == "closed"
    assert all(world[name].verify().ok for name in ("SN", "AE", "IT"))


def test_both_sides_see_when_the_server_first_had_a_step(world: World) -> None:
    record = ask(world, "AE")
    world["AE"].request_step(record, "receive")
    assert part(world["AE"], record).stamps[0].server_ms == 0, "not sent yet"
    before = int(time.time() * 1000)
    world.sync()
    times = {part(world[name], record).stamps[0].server_ms for name in ("SN", "AE", "IT")}
    assert len(times) == 1, "one server, one time"
    assert before - MINUTE_MS < times.pop() < int(time.time() * 1000) + MINUTE_MS
    assert part(world["SN"], record).stamps[0].verdict == "plain"


def test_a_receipt_that_is_dated_back_is_shown_as_such_to_who_asked(world: World) -> None:
    record = ask(world, "AE")
    hours_ago = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(time.time() - 5 * 3600))
    world["AE"].request_step(record, "receive", Given(at=hours_ago))
    world.sync()
    stamp = part(world["SN"], record).stamps[0]
    assert (stamp.verdict, stamp.ministry, stamp.by) == ("backdated", "AE", "Officer AE")


def test_a_withdrawal_and_an_answer_at_once_are_both_kept_until_a_person_decides(world: World) -> None:
    record = ask(world, "AE", "IT")
    for name in ("AE", "IT"):
        world[name].request_step(record, "receive")
    world.sync()
    world["SN"].request_step(record, "withdraw")
    world["AE"].request_step(record, "accept")
    world.sync()
    for name in ("SN", "AE", "IT"):
        stands = world[name].request(record).request
        assert set(part(world[name], record).states) == {"accepted", "withdrawn"}
        assert part(world[name], record, "IT").states == ("withdrawn",)
        assert possible(stands, name) == ()
        with pytest.raises(Refused, match="request_conflict"):
            world[name].request_step(record, "accept" if name != "SN" else "close")
    world["SN"].resolve(record, "status__ae", "withdrawn")
    world.sync()
    assert part(world["AE"], record).states == ("withdrawn",)


def test_a_step_that_the_server_has_is_not_undone(world: World) -> None:
    record = ask(world, "AE")
    world["AE"].request_step(record, "receive")
    world["AE"].undo()
    assert part(world["AE"], record).state == "sent"
    world["AE"].redo()
    world.sync()
    with pytest.raises(Refused, match="undo_sent"):
        world["AE"].undo()
    assert part(world["SN"], record).state == "received"


def test_a_state_that_an_altered_desk_wrote_is_shown_with_whose_it_was(world: World) -> None:
    record = ask(world, "AE")
    italy = world["IT"]._connection
    standing = italy.reads.standing(record)
    over = [one.dot for one in standing.state.registers["status"]]
    italy.log.append(standing.space, [RecordEdit(standing.record, [Set("status", "accepted", over)])])
    world.sync()
    for name in ("SN", "AE"):
        assert (part(world[name], record).state, part(world[name], record).irregular) == ("accepted", "IT")


def test_a_state_of_a_newer_version_stops_every_step_and_is_kept(world: World) -> None:
    record = ask(world, "AE")
    newer = world["AE"]._connection
    standing = newer.reads.standing(record)
    over = [one.dot for one in standing.state.registers["status"]]
    newer.log.append(standing.space, [RecordEdit(standing.record, [Set("status", "escalated", over)])])
    world.sync()
    stands = world["SN"].request(record).request
    assert (stands.known, stands.parts[0].state, possible(stands, "SN")) == (False, "escalated", ())
    with pytest.raises(Refused, match="request_newer"):
        world["SN"].request_step(record, "withdraw")
