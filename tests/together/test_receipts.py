"""Receipts between desks and the real server: who says what of a record, to whom it is shown, and what it costs nobody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.casework.trust_views import ReceiptsView, ReceiptView
from desktop.desk import Refused
from tests.support.world import World, three_ministries


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with three_ministries(tmp_path) as made:
        yield made


def told(view: ReceiptsView) -> dict[str, ReceiptView]:
    return {one.ministry: one for one in view.receipts}


def items(world: World, name: str) -> int:
    """How many items all logs of the server have, as a desk has been told."""
    return int(world[name]._connection.database.value("SELECT sum(seq) FROM spaces"))


def test_desks_say_that_they_have_a_record_once_it_is_asked_for(world: World) -> None:
    case = world.case(members=("SN", "AE", "IT"))
    assert world["SN"].receipts(case).receipts == ()
    assert {one.ministry for one in world["SN"].receipts(case).silent} == {"AE", "IT"}
    world["SN"].ask_receipts(case, on=True)
    world.sync("SN", "AE", "SN")
    view = world["SN"].receipts(case)
    assert view.asked
    assert view.may_ask
    said = told(view)["AE"]
    assert said.received_ms > 0
    assert (said.read_ms, said.deleted_ms, said.behind, said.verified) == (0, 0, False, True)
    assert (said.officer, said.desk) == ("Officer AE", "Desk AE")
    assert [one.ministry for one in view.silent] == ["IT"]
    world.sync("IT", "AE")
    assert set(told(world["AE"].receipts(case))) == {"AE", "IT"}, "everybody who reads the case sees them"
    assert told(world["AE"].receipts(case))["AE"].mine
    for name in ("SN", "AE", "IT"):
        assert world[name].verify().ok


def test_a_record_that_nobody_asks_about_makes_no_traffic(world: World) -> None:
    case = world.case(members=("SN", "AE", "IT"))
    before = items(world, "AE")
    assert not world["AE"].seen(case)
    world.sync()
    assert items(world, "AE") == before
    world["SN"].ask_receipts(case, on=True)
    world.sync()
    world["SN"].ask_receipts(case, on=False)
    world.sync()
    before = items(world, "AE")
    world["SN"].edit(case, "title", "second")
    world.sync()
    assert not world["IT"].seen(case)
    assert items(world, "AE") == before + 1


def test_what_was_read_is_told_and_falls_behind_with_the_next_edit(world: World) -> None:
    case = world.case()
    world["SN"].ask_receipts(case, on=True)
    world.sync("SN", "AE")
    assert world["AE"].seen(case)
    assert not world["AE"].seen(case), "it was said already"
    world.sync("AE", "SN")
    read = told(world["SN"].receipts(case))["AE"]
    assert read.read_ms >= read.received_ms > 0
    assert not read.behind
    world["SN"].edit(case, "title", "second")
    behind = told(world["SN"].receipts(case))["AE"]
    assert behind.behind
    assert behind.verified
    world.sync("SN", "AE", "SN")
    again = told(world["SN"].receipts(case))["AE"]
    assert not again.behind
    assert again.received_ms >= read.received_ms


def test_one_receipt_speaks_of_every_record_of_an_exchange(world: World) -> None:
    case = world.case()
    people = [world["SN"].new_record("person", case, {"name": f"Person {number}"}).record for number in range(20)]
    for person in people:
        world["SN"].ask_receipts(person, on=True)
    world.sync("SN", "AE")
    for person in people:
        world["AE"].seen(person)
    world.sync("AE", "SN")
    given = world["SN"]._connection.database.value("SELECT count(*) FROM receipts")
    assert given == 2
    assert all(told(world["SN"].receipts(person))["AE"].read_ms for person in people)


def test_a_reader_gives_receipts_and_still_writes_nothing(world: World) -> None:
    case = world.case()
    world["SN"].invite(case, "IT", "reader")
    world["SN"].ask_receipts(case, on=True)
    world.sync()
    world["IT"].seen(case)
    world.sync("IT", "SN", "AE")
    for name in ("SN", "AE"):
        assert told(world[name].receipts(case))["IT"].read_ms > 0
    with pytest.raises(Refused) as refused:
        world["IT"].ask_receipts(case, on=False)
    assert refused.value.code == "reader_only"
    assert not world["IT"].receipts(case).may_ask


def test_a_reader_waits_where_the_epoch_is_stale_and_a_writer_rotates(world: World) -> None:
    world.set_up("SN2")
    world.sync()
    case = world.case()
    world["SN"].invite(case, "IT", "reader")
    world["SN"].ask_receipts(case, on=True)
    world.sync("SN", "IT", "AE", "SN2", "SN")
    world.revoke("SN2")
    world["SN"].sync_once()
    world["IT"].sync_once()
    world["IT"].seen(case)
    world["IT"].sync_once()
    assert world["IT"].receipts(case).waiting, "nothing is sealed for a desk that was stolen"
    world["AE"].seen(case)
    world.sync("AE", "SN", "IT", "AE", "SN")
    assert world.epochs("AE", case) == 2
    view = world["SN"].receipts(case)
    assert told(view)["AE"].read_ms > 0
    assert told(view)["IT"].read_ms > 0
    assert not world["IT"].receipts(case).waiting


def test_who_comes_later_says_so_and_sees_what_the_others_said(world: World) -> None:
    case = world.case()
    world["SN"].ask_receipts(case, on=True)
    world.sync()
    world["SN"].invite(case, "IT", "contributor")
    world.sync()
    world.sync("IT", "SN")
    assert set(told(world["IT"].receipts(case))) == {"AE", "IT"}
    assert set(told(world["SN"].receipts(case))) == {"AE", "IT"}


def test_who_was_removed_is_heard_no_more(world: World) -> None:
    case = world.case(members=("SN", "AE", "IT"))
    world["SN"].ask_receipts(case, on=True)
    world.sync()
    before = told(world["SN"].receipts(case))["IT"]
    world["SN"].edit(case, "title", "second")
    world["SN"].remove_member(case, "IT")
    world.sync("SN", "AE", "IT", "SN")
    world["IT"].seen(case)
    world.sync("IT", "SN")
    view = world["SN"].receipts(case)
    assert told(view)["IT"] == before or told(view)["IT"].behind
    assert told(view)["IT"].read_ms == 0
    assert [one.ministry for one in view.silent] == []
