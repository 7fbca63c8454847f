"""Snapshots between real desks and a real server: usable at once, verified behind, and what lies is found out."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from desktop.casework.views import Query
from desktop.desk import Desk
from desktop.desk.syncing import http_transport
from desktop.store import Connection, StoreDamaged
from desktop.store.keeping import FALSE, NO_HISTORY, UNVERIFIED, VERIFIED
from server.snapshots import SnapshotStore
from sync.engine import Engine
from sync.keys import new_device_keys
from sync.merge import decode_state, encode_state
from sync.replica import Applied
from sync.snapshot import Snapshot, Standing, open_entries, open_part, seal_parts, sign_snapshot
from sync.wire.snapshot import SnapshotPut, SnapshotPutReply, read_snapshot
from tests.support.alliance import Alliance, running_alliance

PEOPLE = 12


@pytest.fixture
def alliance(tmp_path: Path) -> Iterator[Alliance]:
    """A secretariat and two desks."""
    with running_alliance(tmp_path) as made:
        yield made


def case_of(dakar: Desk) -> str:
    """A case with people, too long to travel with a poll, of several segments."""
    case = dakar.new_case({"title": "Nord"}, ("AE",)).record
    for number in range(PEOPLE):
        dakar.new_record("person", case, {"name": f"P{number}", "description": secrets.token_hex(2_000)})
        if number % 3 == 0:
            dakar.sync_once()
    dakar.sync_once()
    return case


def engine_of(desk: Desk) -> Engine:
    """An engine that takes and gives snapshots."""
    connection: Connection = desk._connection
    return Engine(connection.replica, http_transport(desk.server_url, ""), snapshots=connection.snapshots)


def give(desk: Desk) -> int:
    """Make snapshots whatever grew."""
    return engine_of(desk).snapshot(growth=1)


def phases(desk: Desk) -> list[int]:
    """How the desk's snapshots stand."""
    return [row[0] for row in desk._connection.database.all("SELECT phase FROM snapshots")]


def states(desk: Desk) -> list[tuple[bytes, bytes]]:
    """Every record's state, encoded."""
    return desk._connection.database.all("SELECT name, state_of(n, state) FROM records ORDER BY name")


def lie(desk: Desk, alter: Callable[[list[Standing]], list[Standing]], **header: object) -> None:
    """Put a snapshot to the server that is signed and sealed as it should be, and says something else."""
    connection: Connection = desk._connection
    (made,) = list(connection.snapshots.make(1))
    read = read_snapshot(made.header)[0]
    key = connection.replica.epoch_key(read.space, read.epoch)
    assert key is not None
    entries = open_entries(read, key, made.parts[0])
    standing = [one for place, part in enumerate(made.parts[1:], 1) for one in open_part(read, key, place, part)]
    altered = alter(standing)
    said: Any = {"records": len(altered)} | header
    place = msgspec.structs.replace(read, **said)
    lied = sign_snapshot(connection.identity.keys, place, seal_parts(place, key, entries, altered))
    put(desk, lied)


def put(desk: Desk, made: Snapshot) -> None:
    """Put a snapshot to the server."""
    link = engine_of(desk)._link
    for place, part in enumerate(made.parts):
        link.call("snapshot_put", SnapshotPut(made.header, place, part), SnapshotPutReply)


def written(desk: Desk) -> int:
    """How many records have a state in their row."""
    return int(desk._connection.database.value("SELECT count(*) FROM records WHERE state != x''"))


def test_states_stay_in_the_sealed_part_until_somebody_changes_the_record(alliance: Alliance) -> None:
    dakar, abu_dhabi = alliance.desks()
    case = case_of(dakar)
    give(dakar)
    engine = engine_of(abu_dhabi)
    engine.run_once()
    database = abu_dhabi._connection.database
    assert (written(abu_dhabi), database.value("SELECT count(*) FROM parts")) == (0, 1)
    person = next(row.id for row in abu_dhabi.records(case, "person") if row.title == "P3")
    abu_dhabi.edit(person, "name", "P changed")
    assert written(abu_dhabi) == 1
    while engine.backfill():
        pass
    assert phases(abu_dhabi) == [VERIFIED]
    abu_dhabi.sync_once()
    dakar.sync_once()
    abu_dhabi.index()
    assert states(abu_dhabi) == states(dakar)
    assert abu_dhabi.verify().problems == []
    for name in ("P changed", "P7"):
        found = abu_dhabi.query(Query(type="person", text=name))
        assert found == dakar.query(Query(type="person", text=name))
        assert len(found) == 1


def test_a_part_is_written_out_when_one_of_its_records_must_leave_it(alliance: Alliance) -> None:
    dakar, abu_dhabi = alliance.desks()
    case = case_of(dakar)
    give(dakar)
    engine_of(abu_dhabi).run_once()
    connection: Connection = abu_dhabi._connection
    abu_dhabi.edit(case, "title", "Nord, changed")
    before = states(abu_dhabi)
    parts = connection.context.bodies.parts
    with connection.transaction():
        parts.release(connection.database.value("SELECT max(n) FROM records"))
        parts.release(1 << 40)  # one that stands in none
    assert connection.database.value("SELECT count(*) FROM parts") == 0
    assert written(abu_dhabi) == len(before)
    assert states(abu_dhabi) == before


def test_records_whose_part_is_damaged_are_damage(alliance: Alliance) -> None:
    dakar, abu_dhabi = alliance.desks()
    case_of(dakar)
    give(dakar)
    engine_of(abu_dhabi).run_once()
    database = abu_dhabi._connection.database
    for harm in ("UPDATE parts SET data = zeroblob(100)", "DELETE FROM epochs", "DELETE FROM snapshots"):
        database.run(harm)
        with pytest.raises(StoreDamaged):
            states(abu_dhabi)


def test_a_new_desk_is_usable_from_a_snapshot_and_verifies_the_history_behind_it(alliance: Alliance) -> None:
    dakar, abu_dhabi = alliance.desks()
    case = case_of(dakar)
    assert give(dakar) == 1
    dakar.edit(case, "title", "Nord, since the snapshot")
    dakar.sync_once()
    engine = engine_of(abu_dhabi)
    run = engine.run_once()
    assert run.complete
    assert phases(abu_dhabi) == [UNVERIFIED]
    assert abu_dhabi._connection.snapshots.progress() == (0, 1)
    assert len(abu_dhabi.records(case, "person")) == PEOPLE
    assert abu_dhabi.show(case).fields["title"].value == "Nord, since the snapshot"
    assert states(abu_dhabi) == states(dakar)
    assert abu_dhabi.verify().without_history == 1
    abu_dhabi.edit(case, "lead", "Maj. Al Ameri")  # usable: it writes before the history is here
    while engine.backfill():
        pass
    assert phases(abu_dhabi) == [VERIFIED]
    assert abu_dhabi._connection.snapshots.progress() == (1, 1)
    report = abu_dhabi.verify()
    assert (report.problems, report.without_history) == ([], 0)
    assert [one.value for one in abu_dhabi.history(case, "title")] == [
        one.value for one in dakar.history(case, "title")
    ]
    abu_dhabi.sync_once()
    dakar.sync_once()
    assert states(abu_dhabi) == states(dakar)
    assert abu_dhabi._connection.evidence.findings() == ()
    abu_dhabi.index()
    assert len(abu_dhabi.query(Query(type="person", text="P1"))) >= 1


def forge(standing: list[Standing]) -> list[Standing]:
    """Another title."""
    altered = []
    for one in standing:
        state = decode_state(one.state)
        if "title" in state.registers:
            written = state.registers["title"][0]
            state.registers["title"] = [msgspec.structs.replace(written, value="Forged")]
        altered.append(Standing(one.record, encode_state(state), one.updated_ms))
    return altered


@pytest.mark.parametrize("how", ["another value", "a record less", "another chain"])
def test_a_false_snapshot_is_found_out_kept_as_evidence_and_what_the_log_gives_stands(
    alliance: Alliance, how: str
) -> None:
    dakar, abu_dhabi = alliance.desks()
    case = case_of(dakar)
    match how:
        case "another value":
            lie(dakar, forge)
        case "a record less":
            lie(dakar, lambda standing: standing[1:])
        case _:
            (made,) = list(dakar._connection.snapshots.make(1))
            heads = [msgspec.structs.replace(one, hash=bytes(32)) for one in read_snapshot(made.header)[0].heads]
            dakar._connection.database.run("DELETE FROM snapshots_made")
            lie(dakar, lambda standing: standing, heads=heads)
    engine = engine_of(abu_dhabi)
    engine.run_once()
    if how == "another value":
        assert abu_dhabi.show(case).fields["title"].value == "Forged"  # believed, as far as its author is
    abu_dhabi.edit(case, "lead", "Maj. Al Ameri")
    while engine.backfill():
        pass
    (found,) = abu_dhabi._connection.evidence.findings()
    assert found.kind == "snapshot_false"
    assert phases(abu_dhabi) == [FALSE]
    for desk in (abu_dhabi, dakar, abu_dhabi, dakar):
        desk.sync_once()
    assert abu_dhabi.show(case).fields["title"].value == "Nord"
    assert abu_dhabi.show(case).fields["lead"].value == "Maj. Al Ameri"
    assert states(abu_dhabi) == states(dakar)
    assert abu_dhabi.verify().problems == []


@pytest.mark.parametrize("wrong", ["order", "garbage", "bomb", "cut", "count", "signature", "entries"])
def test_a_snapshot_that_does_not_hold_is_left_and_the_log_is_replayed(alliance: Alliance, wrong: str) -> None:
    dakar, abu_dhabi = alliance.desks()
    case = case_of(dakar)
    connection: Connection = dakar._connection
    match wrong:
        case "order":
            lie(dakar, lambda standing: standing[::-1])
        case "garbage":
            lie(dakar, lambda standing: [Standing(one.record, b"garbage", 0) for one in standing])
        case "count":
            lie(dakar, lambda standing: standing[1:], records=PEOPLE + 1)
        case "bomb":
            lie(dakar, lambda standing: [Standing(standing[0].record, bytes(60 << 20), 0)])
        case _:
            (made,) = list(connection.snapshots.make(1))
            header = read_snapshot(made.header)[0]
            if wrong == "entries":
                header = msgspec.structs.replace(header, entries_hash=bytes(32))
            keys = new_device_keys() if wrong == "signature" else connection.identity.keys
            parts = [made.parts[0], *(part[:-1] for part in made.parts[1:])] if wrong == "cut" else made.parts
            made = sign_snapshot(keys, header, parts)
            if wrong == "signature":
                alliance.server.stop()
                put_past_the_server(alliance, made)
                alliance.server.start()
            else:
                put(dakar, made)
    run = engine_of(abu_dhabi).run_once()
    assert [problem for problem in run.problems if problem.startswith("snapshot_")]
    assert run.complete
    assert phases(abu_dhabi) in ([], [FALSE])
    assert states(abu_dhabi) == states(dakar)
    assert abu_dhabi.show(case).fields["title"].value == "Nord"
    assert abu_dhabi.verify().problems == []


def put_past_the_server(alliance: Alliance, made: Snapshot) -> None:
    """Put a snapshot into the server's own file: a server that lies."""
    store = SnapshotStore(alliance.server.data, 1 << 30)
    for place, part in enumerate(made.parts):
        store.put("SN", read_snapshot(made.header)[0], made.header, place, part)
    store.close()


def test_a_desk_that_is_killed_while_it_takes_one_begins_again(
    alliance: Alliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    dakar, abu_dhabi = alliance.desks()
    case_of(dakar)
    give(dakar)
    with monkeypatch.context() as killed:
        killed.setattr("desktop.store.snapshots.Snapshots.finish", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            engine_of(abu_dhabi).run_once()
    alliance.abu_dhabi.close()
    abu_dhabi = alliance.abu_dhabi.open()
    engine = engine_of(abu_dhabi)
    assert engine.run_once().complete
    assert phases(abu_dhabi) == [UNVERIFIED]
    assert states(abu_dhabi) == states(dakar)
    while engine.backfill():
        pass
    assert phases(abu_dhabi) == [VERIFIED]
    assert abu_dhabi.verify().problems == []


def test_a_space_is_given_a_snapshot_by_itself_once_its_log_has_grown(
    alliance: Alliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.shortcut.Shortcut.offer.__defaults__", (3,))
    dakar, _ = alliance.desks()
    case_of(dakar)
    made = dakar._connection.database.value("SELECT seq FROM snapshots_made")
    assert made is not None
    dakar.edit(dakar.query(Query())[0], "title", "More")
    dakar.sync_once()
    assert dakar._connection.database.value("SELECT seq FROM snapshots_made") == made  # not grown enough since


def test_who_is_invited_from_now_on_begins_from_a_snapshot_and_never_gets_the_history(alliance: Alliance) -> None:
    dakar, abu_dhabi = alliance.desks()
    case = dakar.new_case({"title": "Nord"}, ()).record
    for number in range(PEOPLE):
        dakar.new_record("person", case, {"name": f"P{number}", "description": secrets.token_hex(900)})
    dakar.edit(case, "title", "Nord, as it was")
    dakar.sync_once()
    dakar.edit(case, "title", "Nord")
    dakar.sync_once()
    dakar.invite(case, "AE", "contributor", from_start=False)
    for _ in range(3):
        dakar.sync_once()
    dakar.edit(case, "lead", "Cne Diop")
    for desk in (dakar, dakar, abu_dhabi, abu_dhabi):
        desk.sync_once()
    assert phases(abu_dhabi) == [NO_HISTORY]
    assert len(abu_dhabi.records(case, "person")) == PEOPLE
    assert abu_dhabi.show(case).fields["title"].value == "Nord"
    assert abu_dhabi.show(case).fields["lead"].value == "Cne Diop"
    assert "Nord, as it was" not in [one.value for one in abu_dhabi.history(case)]
    assert abu_dhabi._connection.database.value("SELECT count(*) FROM epochs") == 1
    abu_dhabi.edit(case, "priority", "IMMEDIATE")
    for desk in (abu_dhabi, dakar, abu_dhabi):
        desk.sync_once()
    assert states(abu_dhabi) == states(dakar)
    assert abu_dhabi.verify().problems == []


def test_a_desk_that_has_no_key_yet_leaves_a_long_log_and_begins_from_the_snapshot_when_the_key_comes(
    alliance: Alliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.store.positions.LONG", 4)
    dakar, abu_dhabi = alliance.desks()
    case = case_of(dakar)
    give(dakar)
    monkeypatch.setattr("desktop.store.replica.DeskReplica.take_grant", lambda *_: Applied())
    run = engine_of(abu_dhabi).run_once()
    assert run.complete
    assert (run.pulled, run.locked) == (0, 0)
    monkeypatch.undo()
    abu_dhabi._connection.replica.keep_feed(b"", None)
    run = engine_of(abu_dhabi).run_once()
    assert phases(abu_dhabi) == [UNVERIFIED]
    assert len(abu_dhabi.records(case, "person")) == PEOPLE
    assert states(abu_dhabi) == states(dakar)
