"""Receipts between desks and the real server: who says what of a record, and to whom it is shown."""

from __future__ import annotations

import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.casework.carry_views import Order
from desktop.casework.trust_views import ReceiptsView, ReceiptView
from desktop.desk import Desk, Refused
from desktop.desk.syncer import Listeners, Syncer
from desktop.desk.syncing import http_transport
from sync.engine import Engine
from sync.errors import NoConnection
from sync.transport import HttpTransport
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


def test_a_store_that_was_put_back_says_it_under_another_number(world: World, tmp_path: Path) -> None:
    case = world.case()
    world["SN"].ask_receipts(case, on=True)
    world.sync()
    world.homes["AE"].close()
    shutil.copytree(world.homes["AE"].home, tmp_path / "copy")
    world.desks["AE"] = world.homes["AE"].open()
    world["SN"].edit(case, "title", "second")
    world.sync("SN", "AE")
    world.homes["AE"].close()
    shutil.rmtree(world.homes["AE"].home)
    shutil.copytree(tmp_path / "copy", world.homes["AE"].home)
    world.desks["AE"] = world.homes["AE"].open()
    world["AE"].seen(case)  # it knows the first version only, and gives a number that it gave before
    assert given(world["AE"]) == 1
    world.sync("AE", "SN", "AE", "SN")
    numbers = world["SN"]._connection.database.all("SELECT device, number FROM receipts ORDER BY device, number")
    assert len(set(numbers)) == len(numbers)
    assert told(world["SN"].receipts(case))["AE"].read_ms > 0
    assert not told(world["SN"].receipts(case))["AE"].behind
    assert not world["AE"].receipts(case).waiting
    assert statements(world["AE"]) == statements(world["SN"])
    assert world["AE"].verify().ok


def given(desk: Desk) -> int:
    return int(desk._connection.database.value("SELECT coalesce(max(number), 0) FROM given"))


def statements(desk: Desk) -> list[tuple[object, ...]]:
    return desk._connection.database.all(
        "SELECT device, record, kind, number, at_ms, upto FROM statements ORDER BY 1, 2, 3"
    )


def test_a_reply_that_was_lost_is_asked_for_with_the_same_bytes(world: World) -> None:
    case = world.case()
    world["SN"].ask_receipts(case, on=True)
    world.sync("SN")

    class Cut(HttpTransport):
        """Cuts the connection after a push that held a receipt reached the server."""

        def call(self, name: str, request: Any, reply: Any, **more: Any) -> Any:
            answer = super().call(name, request, reply, **more)
            if name == "push" and any(item.kind == "receipt" for item in request.items):
                raise NoConnection("cut")
            return answer

    with pytest.raises(NoConnection):
        world["AE"].sync_once(make_transport=lambda url, _ca: Cut(url))
    (sent,) = [body for kind, body in world["AE"]._connection.database.all("SELECT kind, body FROM outbox")]
    world.sync("AE", "SN")
    kept = world["SN"]._connection.database.all("SELECT data FROM receipts")
    assert kept == [(sent,)]


def engine_of(desk: Desk) -> Engine:
    """An engine that takes and gives snapshots."""
    connection = desk._connection
    return Engine(connection.replica, http_transport(desk.server_url, ""), snapshots=connection.snapshots)


def test_a_new_desk_that_begins_from_a_snapshot_says_that_it_has_what_stands(world: World) -> None:
    world.set_up("SN2")
    world.sync()
    case = world["SN"].new_case({"title": "first"}, ("AE",)).record
    world["SN"].ask_receipts(case, on=True)
    world["SN"].edit(case, "summary", secrets.token_hex(40_000))  # too long to travel with a poll
    for number in range(4):
        world["SN"].edit(case, "title", f"title {number}")
        world.sync("SN", "AE")
    world.sync("SN")
    assert engine_of(world["SN"]).snapshot(growth=1) == 1
    engine = engine_of(world["SN2"])
    engine.run_once()
    assert world["SN2"]._connection.snapshots.progress() == (0, 1)
    world.sync("SN")
    (mine,) = [one for one in world["SN"].receipts(case).receipts if one.officer == "Officer SN2"]
    assert mine.received_ms > 0
    assert not mine.behind
    assert statements(world["SN2"]) != statements(world["SN"])
    while engine.backfill():
        pass
    assert statements(world["SN2"]) == statements(world["SN"]), "what was said before came with the history"
    assert world["SN2"].verify().ok


def test_a_bundle_carries_receipts_past_the_server(world: World, tmp_path: Path) -> None:
    case = world.case()
    world["SN"].ask_receipts(case, on=True)
    world["SN"].bundle_write(tmp_path / "there.tahaluf", Order(("AE",)))
    world["AE"].bundle_read([tmp_path / "there.tahaluf"])
    world["AE"].seen(case)
    world["AE"].bundle_write(tmp_path / "back.tahaluf", Order(("SN",)))
    before = told(world["SN"].receipts(case))
    assert "AE" not in before
    read = world["SN"].bundle_read([tmp_path / "back.tahaluf"])
    assert [file.rejected for file in read.files] == [0]
    assert told(world["SN"].receipts(case))["AE"].read_ms > 0
    again = world["SN"].bundle_read([tmp_path / "back.tahaluf"])
    assert [file.taken for file in again.files] == [0]
    world.sync()
    assert statements(world["SN"]) == statements(world["AE"])
    assert world["SN"].verify().ok


def test_a_case_that_was_dropped_and_fetched_again_gives_new_numbers(world: World) -> None:
    case = world.case()
    world["SN"].ask_receipts(case, on=True)
    world.sync()
    world["AE"].offline_drop(case)
    world["SN"].edit(case, "title", "second")
    world.sync("SN", "AE")
    world["AE"].offline_keep(case)
    world.sync("AE", "SN", "AE", "SN")
    assert not told(world["SN"].receipts(case))["AE"].behind
    assert statements(world["AE"]) == statements(world["SN"])


def test_every_desk_says_that_it_destroyed_what_was_recalled(world: World) -> None:
    case = world.case(members=("SN", "AE"))
    world["SN"].invite(case, "IT", "reader")
    person = world["SN"].new_record("person", case, {"name": "Awa"}).record
    world.sync()
    world["SN"].recall(person, "wrong case")
    world.sync()
    view = world["SN"].receipts(person)
    assert {one.ministry for one in view.receipts} == {"SN", "AE", "IT"}, "nobody had to ask"
    for one in view.receipts:
        assert one.deleted_ms > 0
        assert one.verified
        assert not one.behind
    assert view.silent == ()
    before = items(world, "SN")
    world.sync()
    assert items(world, "SN") == before, "it is said once"
    for name in ("SN", "AE", "IT"):
        assert statements(world[name]) == statements(world["SN"])
        assert world[name].verify().ok


def test_what_was_owed_of_a_record_that_is_recalled_is_void(world: World) -> None:
    case = world.case()
    person = world["SN"].new_record("person", case, {"name": "Awa"}).record
    world["SN"].ask_receipts(person, on=True)
    world.sync("SN")
    world["SN"].recall(person, "wrong case")
    world.sync("SN", "AE", "SN")
    (said,) = [one for one in world["SN"].receipts(person).receipts if one.ministry == "AE"]
    assert (said.received_ms, said.read_ms) == (0, 0)
    assert said.deleted_ms > 0
    assert not world["AE"].seen(person)


def test_desks_that_listen_answer_each_other_without_being_told(world: World) -> None:
    case = world.case()
    heard: list[frozenset[str]] = []
    syncers = {
        name: Syncer(
            world[name].store,
            world[name].profile,
            world[name].server_url,
            Listeners(lambda _: None, heard.append if name == "SN" else lambda _: None, lambda _: None),
        )
        for name in ("SN", "AE")
    }
    threads = [threading.Thread(target=each.run) for each in syncers.values()]
    for thread in threads:
        thread.start()
    try:
        world["SN"].ask_receipts(case, on=True)
        syncers["SN"].wake()
        assert waited(lambda: bool(told(world["SN"].receipts(case))))
        assert waited(lambda: world["AE"].show(case).fields["receipts"].value is True)
        heard.clear()
        assert world["AE"].seen(case)
        syncers["AE"].wake()
        assert waited(lambda: told(world["SN"].receipts(case))["AE"].read_ms > 0)
        assert waited(lambda: any(case in one for one in heard)), "the screens hear of it"
    finally:
        for each in syncers.values():
            each.stop()
        for thread in threads:
            thread.join()


def waited(holds: Callable[[], bool]) -> bool:
    """Whether something comes to hold within a time that no machine needs."""
    end = time.monotonic() + 60
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return holds()
