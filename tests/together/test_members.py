"""Members come and go, devices are revoked, keys change with them: three desks and the real server."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.casework.views import Query
from desktop.desk import Desk, Refused
from sync.errors import Revoked
from tests.support.world import World, three_ministries


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with three_ministries(tmp_path) as made:
        yield made


def test_who_is_invited_from_the_start_reads_all_and_writes(world: World) -> None:
    case = world.case()
    assert world.title("IT", case) is None
    world["SN"].invite(case, "IT", "contributor")
    world.sync()
    assert world.title("IT", case) == "first"
    world["IT"].edit(case, "title", "by Rome")
    world.sync()
    assert {world.title(name, case) for name in world.desks} == {"by Rome"}
    assert world.epochs("SN", case) == 1


def test_who_is_invited_from_now_reads_what_stands_and_what_is_written_from_then_on(world: World) -> None:
    case = world.case()
    world["SN"].edit(case, "title", "second")
    world["SN"].invite(case, "IT", "contributor", from_start=False)
    world.sync()
    assert world.title("IT", case) == "second"
    assert "first" not in {entry.value for entry in world["IT"].history(case)}
    assert (world.epochs("SN", case), world.epochs("IT", case)) == (2, 1)
    person = world["SN"].new_record("person", case, {"name": "Awa"}).record
    world.sync()
    assert world["IT"].query(Query(type="person", space=case)) == [person]
    found = world["IT"].new_record("person", case, {"name": "Bruno"}).record
    world.sync()
    assert world["SN"].show(found).fields["name"].value == "Bruno"
    assert world["AE"].show(found).fields["name"].value == "Bruno"


def test_a_removed_member_reads_nothing_new_and_keeps_what_it_had(world: World) -> None:
    case = world.case(members=("SN", "AE", "IT"))
    world["SN"].remove_member(case, "IT")
    world["SN"].edit(case, "title", "without Rome")
    world.sync()
    assert (world.title("AE", case), world.title("IT", case)) == ("without Rome", "first")
    assert (world.epochs("SN", case), world.epochs("AE", case), world.epochs("IT", case)) == (2, 2, 1)
    with pytest.raises(Refused) as refused:
        world["IT"].edit(case, "title", "still here")
    assert refused.value.code == "no_member"
    assert [each.subject for each in world["IT"].space_members(case).members] == ["AE", "SN"]
    first, second = world.sealed_under("SN", case)
    assert first != second
    assert world["IT"].verify().ok
    assert world["AE"].verify().ok


def test_a_desk_that_was_away_seals_what_it_wrote_under_the_new_key(world: World) -> None:
    case = world.case(members=("SN", "AE", "IT"))
    world["AE"].edit(case, "title", "written offline")
    world["SN"].remove_member(case, "IT")
    world.sync("SN")
    world.sync("AE", "IT", "SN")
    assert (world.title("SN", case), world.title("IT", case)) == ("written offline", "first")


def test_what_a_revoked_desk_can_read_is_written_under_no_more(world: World) -> None:
    world.set_up("SN2")
    world.sync()
    case = world.case()
    assert world.title("SN2", case) == "first"
    world.revoke("SN2")
    world["AE"].edit(case, "title", "not for thieves")
    world.sync("AE", "SN", "IT")
    with pytest.raises(Revoked):
        world["SN2"].sync_once()
    assert (world.title("SN", case), world.title("SN2", case)) == ("not for thieves", "first")
    assert (world.epochs("SN", case), world.epochs("SN2", case)) == (2, 1)
    assert len(set(world.sealed_under("AE", case))) == 1, "it wrote before for the first time"


def test_two_desks_that_rotate_at_once_end_under_one_key(world: World) -> None:
    world.set_up("SN2")
    world.sync()
    case = world.case(members=("SN", "AE", "IT"))
    world.revoke("SN2")
    world["SN"].edit(case, "title", "one")
    world["IT"].edit(case, "summary", "two")
    world.sync("SN", "IT", "AE")
    for name in ("SN", "IT", "AE"):
        assert world.epochs(name, case) == 2
        assert world[name].show(case).fields["summary"].text == "two"
    assert world.sealed_under("IT", case) == world.sealed_under("SN", case)[-1:]


def test_two_leads_that_decide_at_once_are_both_heard(world: World) -> None:
    case = world.case(members=("SN", "AE", "IT"))
    world["SN"].set_role(case, "AE", "lead")
    world.sync()
    world["SN"].remove_member(case, "IT")
    world["AE"].set_role(case, "IT", "reader")
    world.sync("SN", "AE", "SN")
    assert [event.what for event in world["AE"].member_events(case)] == ["role", "remove", "rotate", "role"]
    assert world["AE"].member_events(case)[-1].refused == "not_entitled"
    assert "IT" not in {each.subject for each in world["AE"].space_members(case).members}


def test_a_member_leaves_and_the_next_to_write_changes_the_key(world: World) -> None:
    case = world.case(members=("SN", "AE", "IT"))
    world["IT"].leave(case)
    world.sync()
    world["AE"].edit(case, "title", "after")
    world.sync()
    assert (world.title("SN", case), world.title("IT", case)) == ("after", "first")
    assert world["IT"].space_members(case).role == ""


def test_a_case_that_was_founded_and_shared_offline_goes_in_one_exchange(world: World) -> None:
    case = world["SN"].new_case({"title": "offline"}, ("SN",)).record
    world["SN"].invite(case, "AE", "contributor")
    world["SN"].invite(case, world.id("IT").hex(), "reader", from_start=False)
    assert [each.subject for each in world["SN"].space_members(case).members] == ["AE", world.id("IT").hex(), "SN"]
    world["SN"].sync_once()
    assert world["SN"].unsent() == 0
    world.sync()
    assert world.title("AE", case) == world.title("IT", case) == "offline"
    world["AE"].edit(case, "title", "both")
    world.sync()
    assert world["IT"].show(case).fields["title"].value == "both"
    with pytest.raises(Refused) as refused:
        world["IT"].new_record("person", case, {"name": "a reader writes"})
    assert refused.value.code == "reader_only"


@pytest.mark.parametrize(
    "decide",
    [
        lambda desk, case: desk.invite(case, "IT", "lead"),
        lambda desk, case: desk.set_role(case, "AE", "lead"),
        lambda desk, case: desk.remove_member(case, "SN"),
    ],
    ids=["invite", "role", "remove"],
)
def test_who_does_not_lead_decides_nothing(world: World, decide: Callable[[Desk, str], None]) -> None:
    case = world.case()
    with pytest.raises(Refused) as refused:
        decide(world["AE"], case)
    assert refused.value.code == "not_lead"


def test_a_server_that_lost_all_behind_the_founding_is_given_entries_and_changes_again(
    world: World, tmp_path: Path
) -> None:
    case = world.case(members=("SN", "AE", "IT"))
    world.server.stop()
    shutil.copytree(world.server.data, tmp_path / "backup")
    world.server.start()
    world["SN"].set_role(case, "AE", "lead")
    world.sync()
    world["AE"].remove_member(case, "IT")
    world["AE"].edit(case, "title", "of epoch two")
    world.sync()
    world["SN"].edit(case, "lead", "Awa")
    world.sync()
    assert world.epochs("SN", case) == 2
    world.server.stop()
    shutil.rmtree(world.server.data)
    shutil.copytree(tmp_path / "backup", world.server.data)
    world.server.start()
    world.sync("SN", "AE", "IT", "SN", "AE")
    late = world.set_up("AE2")
    world.sync("AE2", "AE", "SN", "AE2")
    assert {world.title(name, case) for name in ("SN", "AE", "AE2")} == {"of epoch two"}
    assert late.show(case).fields["lead"].value == "Awa"
    assert [event.what for event in late.member_events(case)] == ["role", "remove", "rotate"]
    assert world["SN"].unsent() == world["AE"].unsent() == 0
    for name in ("SN", "AE", "AE2"):
        assert world[name].verify().ok
