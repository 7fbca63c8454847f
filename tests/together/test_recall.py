"""Recall between desks and a real server: whoever hears of it, in whatever way, has nothing of the record left."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.casework.carry_views import Order
from desktop.casework.views import Query
from desktop.desk import Desk, Refused
from desktop.store.keeping import UNVERIFIED, VERIFIED
from tests.store.pages import plain_pages
from tests.support.alliance import Alliance, running_alliance
from tests.support.stick import StickAlliance, without_server
from tests.support.world import World, three_ministries
from tests.together.test_put_back import put_back, settle
from tests.together.test_snapshots import case_of, engine_of, phases

MARKS = ("Zeferino Quartz", "wording of a summary that is long enough")
REASON = "wrong person"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with three_ministries(tmp_path) as made:
        yield made


@pytest.fixture
def alliance(tmp_path: Path) -> Iterator[Alliance]:
    with running_alliance(tmp_path) as made:
        yield made


@pytest.fixture
def stick(tmp_path: Path) -> Iterator[StickAlliance]:
    with without_server(tmp_path) as made:
        yield made


def person(desk: Desk, case: str) -> str:
    """A person full of marks, of whom a desk writes three times."""
    record = desk.new_record("person", case, {"name": MARKS[0], "description": MARKS[1]}).record
    desk.edit(record, "description", f"{MARKS[1]}, {secrets.token_hex(4_000)}")
    return record


def left(desk: Desk) -> list[str]:
    """The marks that are still somewhere in the desk's database or its log."""
    pages = b"".join(plain_pages(desk._store.home, desk._store.key.key))
    return [mark for mark in MARKS if mark.encode() in pages]


def stands(desk: Desk, record: str) -> None:
    """A recalled record as every desk has it."""
    view = desk.show(record)
    assert view.recalled is not None
    assert (view.recalled.reason, view.recalled.by.ministry, view.fields) == (REASON, "SN", {})
    desk.index()
    assert desk.query(Query(type="person", text="zeferino")) == []
    assert left(desk) == []
    assert desk.verify().problems == []


def test_a_recall_reaches_everybody_and_each_desk_says_that_it_destroyed_what_it_had(world: World) -> None:
    case = world.case(members=("SN", "AE", "IT"))
    record, other = person(world["SN"], case), world["SN"].new_record("person", case, {"name": "Amina Sow"}).record
    world["SN"].sync_once()
    for name in ("AE", "IT"):
        world[name].sync_once()
        assert left(world[name]) == list(MARKS)
    world["AE"].set_draft(f"{record}.name", MARKS[0])
    assert world["SN"].may_recall(record)
    assert not world["AE"].may_recall(record)
    with pytest.raises(Refused, match="not_yours_to_recall"):
        world["AE"].recall(record, REASON)
    with pytest.raises(Refused, match="recall_reason"):
        world["SN"].recall(record, " \n ")
    world["SN"].recall(record, f" {REASON}\n")
    world.sync()
    for name in ("SN", "AE", "IT"):
        stands(world[name], record)
        assert world[name].show(other).fields["name"].value == "Amina Sow"
        assert {one.ministry for one in world[name].receipts(record).receipts if one.deleted_ms} == {"SN", "AE", "IT"}
    with pytest.raises(Refused, match="recalled"):
        world["SN"].edit(record, "name", "again")
    with pytest.raises(Refused, match="recalled"):
        world["SN"].recall(record, REASON)
    with pytest.raises(Refused, match="recalled"):
        world["SN"].restore(record)
    assert world["SN"].undo().record == other  # the steps of the recalled one are gone, the others are not
    assert not world["SN"].may_recall(record)


def test_what_was_edited_offline_meanwhile_goes_too_and_never_leaves_the_desk(world: World) -> None:
    case = world.case()
    record = person(world["SN"], case)
    world.sync("SN", "AE")
    world["AE"].edit(record, "name", f"{MARKS[0]} the second")
    world["SN"].recall(record, REASON)
    world["SN"].sync_once()
    world.sync("AE", "SN")
    for name in ("SN", "AE"):
        stands(world[name], record)
    entry = world["SN"].history(record)[0]
    assert {one.operation for one in world["SN"].history(record)} == {"create", "recall", "recalled"}
    assert entry.value != MARKS[0]
    assert world["AE"].unsent() == 0


def test_a_new_desk_that_fetches_the_whole_log_keeps_nothing_of_it(world: World) -> None:
    case = world.case()
    record = person(world["SN"], case)
    world.sync("SN", "AE")
    world["SN"].recall(record, REASON)
    world.sync("SN", "AE")
    late = world.set_up("AE2")
    world.sync("AE2", "AE", "SN", "AE2")
    stands(late, record)
    assert late.verify().recalled > 0


@pytest.mark.parametrize("recalled_first", [True, False])
def test_a_new_desk_that_begins_from_a_snapshot_keeps_nothing_of_it(
    alliance: Alliance, *, recalled_first: bool
) -> None:
    dakar, late = alliance.desks()
    case = case_of(dakar)
    record = person(dakar, case)
    dakar.sync_once()
    if recalled_first:
        dakar.recall(record, REASON)
        dakar.sync_once()
    assert engine_of(dakar).snapshot(growth=1) == 1
    engine = engine_of(late)
    engine.run_once()
    assert phases(late) == [UNVERIFIED]
    assert (late.show(record).recalled is not None) == recalled_first
    if not recalled_first:
        dakar.recall(record, REASON)
        dakar.sync_once()
        engine.run_once()
        assert late.show(record).recalled is not None
    while engine.backfill():
        pass
    assert phases(late) == [VERIFIED]
    stands(late, record)
    assert late.evidence() == ()
    for desk in (late, dakar):
        desk.sync_once()
    assert {one.ministry for one in dakar.receipts(record).receipts if one.deleted_ms} == {"SN", "AE"}


def test_a_case_that_is_fetched_anew_is_purged_anew(world: World) -> None:
    case = world.case()
    record = person(world["AE"], case)
    own = world["AE"].new_record("person", case, {"name": "Amina Sow"}).record
    world.sync("AE", "SN")
    world["AE"].recall(record, REASON)
    world.sync("AE", "SN")
    before = world["SN"].history(own)
    world["AE"].offline_drop(case)
    world["AE"].offline_keep(case)
    world.sync("AE", "SN", "AE")
    assert left(world["AE"]) == []
    assert world["AE"].show(record).recalled is not None
    assert world["AE"].verify().problems == []
    assert world["SN"].history(own) == before
    assert world["AE"].unsent() == 0
    world["AE"].edit(own, "name", "Amina Diop")
    world.sync("AE", "SN")
    assert world["SN"].show(own).fields["name"].value == "Amina Diop"


def test_a_server_that_lost_what_was_recalled_meanwhile_breaks_nothing_at_the_desks(
    world: World, tmp_path: Path
) -> None:
    case = world.case()
    world.server.stop()
    shutil.copytree(world.server.data, tmp_path / "backup")
    world.server.start()
    record = person(world["SN"], case)
    world.sync("SN", "AE")
    world["SN"].recall(record, REASON)
    world.sync("SN", "AE")
    world.server.stop()
    shutil.rmtree(world.server.data)
    shutil.copytree(tmp_path / "backup", world.server.data)
    world.server.start()
    world["AE"].edit(case, "title", "after")
    world.sync("SN", "AE", "SN", "AE")
    for name in ("SN", "AE"):
        assert left(world[name]) == []
        assert world[name].show(record).recalled is not None
        assert world[name].verify().problems == []
    assert world.title("SN", case) == "after"


def test_a_bundle_carries_the_recall_to_who_has_the_record(stick: StickAlliance) -> None:
    dakar, abu_dhabi = stick.desks["SN"], stick.desks["AE"]
    case = dakar.new_case({"title": "Nord"}, ("AE",)).record
    record = person(dakar, case)
    stick.carry("SN", "AE")
    assert left(abu_dhabi) == list(MARKS)
    dakar.recall(record, REASON)
    stick.carry("SN", "AE")
    stands(abu_dhabi, record)
    abu_dhabi.edit(case, "title", "Sud")
    stick.carry("AE", "SN")
    assert dakar.show(case).fields["title"].value == "Sud"
    assert stick.states("SN") == stick.states("AE")


def test_a_store_put_back_from_before_the_recall_is_purged_when_it_hears_of_it(
    alliance: Alliance, tmp_path: Path
) -> None:
    dakar, abu_dhabi = alliance.desks()
    case = dakar.new_case({"title": "Nord"}, ("AE",)).record
    record = person(dakar, case)
    settle(dakar, abu_dhabi)
    alliance.dakar.close()
    shutil.copytree(alliance.dakar.home, tmp_path / "copy")
    dakar = alliance.dakar.open()
    dakar.recall(record, REASON)
    settle(dakar, abu_dhabi)
    dakar = put_back(alliance, tmp_path / "copy")
    assert left(dakar) == list(MARKS)
    dakar.edit(record, "name", f"{MARKS[0]} again")  # under a number that was given to the recall
    found = dakar.new_record("person", case, {"name": "Amina Sow"}).record
    settle(dakar, abu_dhabi)
    for desk in (dakar, abu_dhabi):
        stands(desk, record)
        assert desk.show(found).fields["name"].value == "Amina Sow"
    assert dakar._connection.notes.keys("again.") == []
    assert dakar.unsent() == 0


def test_an_evidence_file_of_a_recalled_record_leaves_every_desk(alliance: Alliance, tmp_path: Path) -> None:
    dakar, abu_dhabi = alliance.desks()
    case = dakar.new_case({"title": "Nord"}, ("AE",)).record
    film, other = tmp_path / "film.bin", tmp_path / "other.bin"
    for path in (film, other):
        path.write_bytes(secrets.token_bytes(300_000))
    exhibit = dakar.new_record("exhibit", case, {"title": MARKS[0]}).record
    kept = dakar.new_record("exhibit", case, {"title": "kept"}).record
    dakar.attach(exhibit, film)
    dakar.attach(kept, other)
    settle(dakar, abu_dhabi)
    for each, path in ((exhibit, film), (kept, other)):
        abu_dhabi.fetch_file(each, path.name)
    settle(dakar, abu_dhabi)
    assert [len(list((home.home / "blobs").iterdir())) for home in (alliance.dakar, alliance.abu_dhabi)] == [4, 4]
    dakar.recall(exhibit, REASON)
    assert len(list((alliance.dakar.home / "blobs").iterdir())) == 2
    settle(dakar, abu_dhabi)
    for desk, home in ((dakar, alliance.dakar), (abu_dhabi, alliance.abu_dhabi)):
        assert len(list((home.home / "blobs").iterdir())) == 2
        assert [each.name for each in desk.files(kept)] == [other.name]
        assert desk.open_file(kept, other.name, tmp_path / f"out of {desk.identity().desk}").exists()
        assert left(desk) == []


def test_who_lacks_what_was_cut_takes_nothing_false_from_a_bundle_and_all_from_the_server(
    world: World, tmp_path: Path
) -> None:
    case = world.case(members=("SN", "AE", "IT"))
    record = person(world["SN"], case)
    world.sync("SN", "AE")
    world["SN"].recall(record, REASON)
    world["SN"].edit(case, "title", "Sud")
    world.sync("SN", "AE")
    stick = tmp_path / "stick.tahaluf"
    for everything in (False, True):
        world["SN"].bundle_write(stick, Order(("AE", "IT"), everything=everything))
        for name in ("AE", "IT"):
            world[name].bundle_read([stick])
    stands(world["AE"], record)
    assert world.title("IT", case) == "first"
    assert world["IT"].verify().problems == []
    assert world["IT"].evidence() == ()
    world.sync("IT", "SN")
    assert world.title("IT", case) == "Sud"
    stands(world["IT"], record)
