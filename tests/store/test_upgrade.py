"""Upgrades: what an earlier version only kept shows after the upgrade, and nothing of it was lost in between."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from desktop.casework.record_types import RecordTypes
from desktop.casework.views import Query
from desktop.store import Connection
from desktop.store.database import Database
from desktop.store.upgrade import BATCH, MISSED, compare
from desktop.store.verify import verify
from sync import changes
from sync.changes import Add, Create, Dot, RecordEdit, Set, Unknown
from sync.merge import encode_state
from sync.replica import Opened, Received
from sync.seal import Place, seal
from sync.wire.calls import Cursor
from sync.wire.codec import NO_HASH, encode, new_id
from sync.wire.space import read_segment
from tests.store.desks import Alliance, Desk
from tests.store.earlier import take_back
from tests.support.older import types_without, without
from tests.sync.desks import Sent, deliver, histories

NEWER = ("add", "remove", "restore")
OLD_TYPES = types_without(case=("countries", "lead"))


def share(one: Desk, other: Desk, space: bytes) -> None:
    """Let another desk have a space and all that was written there."""
    other.take_all(one.send())
    if not other.connection.replica.standing(space).founding:
        raise AssertionError
    other.take_key(one, space)


def catch_up(desk: Desk) -> frozenset[bytes]:
    """All slices of an upgrade; returns what moved."""
    moved: frozenset[bytes] = frozenset()
    while (some := desk.connection.upgrade.step()) is not None:
        moved |= some
    while desk.connection.index.index_pending():
        pass
    return moved


def unknown(database: Database) -> int:
    """Records marked as holding something unknown."""
    return int(database.value("SELECT count(*) FROM unknown"))


def test_operations_that_an_old_desk_only_kept_count_after_its_upgrade(dakar: Desk, abu_dhabi: Desk) -> None:
    with without(*NEWER):
        abu_dhabi.reopen()
        space = dakar_writes(dakar, abu_dhabi)
        assert abu_dhabi.connection.reads.show(space.hex()).unknown_operations == 2
        assert unknown(abu_dhabi.connection.database) == 1
        abu_dhabi.set(space, space, "lead", "B. Saeed")  # the old desk goes on working on the same record
        dakar.take_all(abu_dhabi.send())
    abu_dhabi.reopen()
    assert abu_dhabi.connection.upgrade.waiting() == 1
    assert catch_up(abu_dhabi) == {space}
    assert abu_dhabi.connection.reads.show(space.hex()).fields["countries"].elements == ("MA", "SN")
    assert abu_dhabi.state(space) == dakar.state(space)
    assert abu_dhabi.connection.listing.query(Query(countries=("MA",))) == [space.hex()]
    assert unknown(abu_dhabi.connection.database) == 0
    assert verify(abu_dhabi.connection).ok
    abu_dhabi.reopen()
    assert abu_dhabi.connection.upgrade.waiting() == 0


def dakar_writes(dakar: Desk, abu_dhabi: Desk) -> bytes:
    """A case with what only a newer version knows, received by another desk."""
    with pytest.MonkeyPatch.context() as newer:
        restore_newest(newer)
        space = dakar.found()
        dakar.write(space, space, Add("countries", "SN", []), Add("countries", "MA", []))
    share(dakar, abu_dhabi, space)
    return space


ALL_KNOWN = dict(changes._KNOWN)
ALL = (changes._KnownChange, changes._operation)


def restore_newest(newer: pytest.MonkeyPatch) -> None:
    """Know everything again, inside `without`."""
    newer.setattr(changes, "_KNOWN", ALL_KNOWN)
    newer.setattr(changes, "_KnownChange", ALL[0])
    newer.setattr(changes, "_operation", ALL[1])


def test_a_type_and_fields_that_an_old_desk_did_not_know_are_listed_and_found_after_its_upgrade(
    dakar: Desk, abu_dhabi: Desk
) -> None:
    with without(types=OLD_TYPES):
        abu_dhabi.store.types = RecordTypes.load()
        abu_dhabi.reopen()
        space, person = dakar.found(), new_id()
        dakar.write(space, space, Set("lead", "Awa Diop", []), Add("countries", "SN", []))
        dakar.write(space, person, Create("person"), Set("name", "Moussa Ndiaye", []), Set("occupation", "pilot", []))
        share(dakar, abu_dhabi, space)
        catch_up(abu_dhabi)
        seen = abu_dhabi.connection.reads.show(person.hex())
        assert not seen.known
        assert seen.fields["occupation"].value == "pilot"
        assert not abu_dhabi.connection.reads.show(space.hex()).fields["lead"].known
        assert abu_dhabi.connection.listing.query(Query(type="person", text="pilot")) == []
        assert abu_dhabi.connection.listing.query(Query(countries=("SN",))) == []
    abu_dhabi.store.types = RecordTypes.load()
    abu_dhabi.reopen()
    assert catch_up(abu_dhabi) == {space, person}
    listing = abu_dhabi.connection.listing
    assert listing.query(Query(type="person", text="moussa")) == [person.hex()]
    assert listing.query(Query(countries=("SN",))) == [space.hex()]
    assert listing.rows([space.hex()])[0].assignee == dakar.connection.listing.rows([space.hex()])[0].assignee
    assert verify(abu_dhabi.connection).ok


def test_only_records_of_types_that_changed_are_looked_at_again(dakar: Desk) -> None:
    space, person = dakar.found(), new_id()
    dakar.write(space, person, Create("person"), Set("name", "Moussa", []))
    dakar.store.types = RecordTypes({**types_without(case=("lead",)), "person": RecordTypes.load()["person"]})
    dakar.reopen()
    assert dakar.connection.database.all("SELECT r.name FROM again a JOIN records r ON r.n = a.record") == [(space,)]


def test_an_upgrade_is_done_in_slices_that_can_be_cut_anywhere(dakar: Desk) -> None:
    space = dakar.found()
    for first in range(0, 2 * BATCH, 50):
        edits = [RecordEdit(new_id(), [Create("person"), Set("name", f"P{first + i}", [])]) for i in range(50)]
        dakar.connection.log.append(space, edits)
    dakar.store.types = types_without(case=(), person=("occupation",))
    dakar.reopen()
    assert dakar.connection.upgrade.waiting() == 2 * BATCH
    assert len(dakar.connection.upgrade.step() or ()) == BATCH
    dakar.reopen()  # the fingerprint was noted with the queue, so nothing is done twice and nothing left out
    assert dakar.connection.upgrade.waiting() == BATCH
    assert len(catch_up(dakar)) == BATCH


def test_a_change_of_a_later_version_is_applied_once_it_can_be_read(
    dakar: Desk, abu_dhabi: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = dakar.found()
    monkeypatch.setattr(changes, "VERSION", 2)
    monkeypatch.setattr("desktop.store.log.VERSION", 2)
    dakar.set(space, space, "title", "of version 2")
    monkeypatch.undo()
    share(dakar, abu_dhabi, space)
    database = abu_dhabi.connection.database
    assert database.all("SELECT refused FROM changes WHERE refused IS NOT NULL") == [("unknown_suite",)]
    assert abu_dhabi.titles() == ["Réseau de Dakar"]
    newer = changes._check

    def of_both(change: changes._KnownChange | changes._RawChange) -> None:
        if change.version != 2:
            newer(change)

    monkeypatch.setattr(changes, "_check", of_both)
    monkeypatch.setattr("desktop.store.upgrade.VERSION", 2)
    abu_dhabi.reopen()
    assert catch_up(abu_dhabi) == {space}
    assert abu_dhabi.titles() == ["of version 2"]
    assert abu_dhabi.connection.history.history(space, field="title")[0].value == "of version 2"
    assert verify(abu_dhabi.connection).ok


def test_a_change_that_newly_waits_for_another_is_taken_back_until_that_one_is_here(
    alliance: Alliance, dakar: Desk, abu_dhabi: Desk
) -> None:
    third = alliance.desk("AE", "Abu Dhabi 2")
    dakar.learn()
    abu_dhabi.learn()
    space = dakar.found()
    share(dakar, abu_dhabi, space)
    share_founding = dakar.connection.database.value("SELECT founding FROM spaces")
    abu_dhabi.write(space, space, Add("countries", "SN", []))
    from_abu_dhabi = abu_dhabi.send()
    dot = Dot(abu_dhabi.device, 1, 0)
    dakar.take_all(from_abu_dhabi)
    # A liar: it supersedes what its `after` does not name, which only a version that knows `add` can see.
    dakar.connection.database.run("UPDATE chains SET named = applied WHERE own = 0")
    dakar.write(space, space, Add("countries", "SN", [dot]))
    third.receive(space, founding=share_founding)
    third.take_key(dakar, space)
    dakar.seal()
    segments = [
        row[0]
        for row in dakar.connection.database.all(
            "SELECT g.data FROM segments g JOIN chains c ON c.n = g.n >> 32 WHERE c.own = 1 ORDER BY g.n"
        )
    ]
    with without(*NEWER):
        third.reopen()
        for each in segments:
            third.receive(space, each)
        assert third.connection.reads.show(space.hex()).unknown_operations == 1
    third.reopen()
    assert catch_up(third) == {space}
    assert "countries" not in third.connection.reads.show(space.hex()).fields
    assert third.connection.reads.spaces()[0].pending == 1
    third.take_all([each for each in from_abu_dhabi if each[0] == "segment"])
    assert third.state(space) == dakar.state(space)
    assert verify(third.connection).ok


@pytest.mark.parametrize("writes", [0, 1, 9])
def test_a_log_is_applied_again_while_the_window_writes(
    alliance: Alliance, dakar: Desk, abu_dhabi: Desk, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    """`writes`: how often somebody writes just when a comparison is done."""
    space = dakar.found()
    people = [new_id() for _ in range(5)]
    for person in people:
        dakar.write(space, person, Create("person"), Add("phones", "+221 33 1", []))
    share_of = dakar.send()
    with without("add"):
        abu_dhabi.reopen()
        abu_dhabi.take_all(share_of)
        abu_dhabi.take_key(dakar, space)
    abu_dhabi.reopen()
    window = alliance.reopen(abu_dhabi.home).connect()
    monkeypatch.setattr("desktop.store.upgrade.WRITTEN", 2)
    waited: list[bool] = []

    def compared(*arguments: Any) -> Any:
        found = compare(*arguments)
        waited.append(abu_dhabi.connection.database.in_transaction)
        if len(waited) <= writes and not waited[-1]:
            window.log.append(space, [RecordEdit(space, [Set("title", f"meanwhile {len(waited)}", [])])])
        return found

    monkeypatch.setattr("desktop.store.upgrade.compare", compared)
    assert catch_up(abu_dhabi) >= set(people)
    assert sum(waited) == (writes > MISSED)  # only where there was no other way did the window have to wait for it
    for person in people:
        assert abu_dhabi.connection.reads.show(person.hex()).fields["phones"].elements == ("+221 33 1",)
    assert verify(abu_dhabi.connection).problems == []
    window.close()


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_store_two_versions_old_comes_up_with_all_that_it_only_kept(
    dakar: Desk, abu_dhabi: Desk, version: int
) -> None:
    with without(*NEWER, types=OLD_TYPES):
        abu_dhabi.store.types = RecordTypes.load()
        abu_dhabi.reopen()
        space = dakar_writes(dakar, abu_dhabi)
        abu_dhabi.write(space, space, Set("zodiac", "lion", []), Unknown(encode(["orbit", "sun", 1])))
        take_back(abu_dhabi, version)
    abu_dhabi.store.types = RecordTypes.load()
    abu_dhabi.connection = abu_dhabi.store.connect()
    catch_up(abu_dhabi)
    dakar.take_all(abu_dhabi.send())
    assert abu_dhabi.state(space) == dakar.state(space)
    shown = abu_dhabi.connection.reads.show(space.hex())
    assert (shown.fields["countries"].elements, shown.fields["zodiac"].known) == (("MA", "SN"), False)
    assert shown.unknown_operations == 1
    listing = abu_dhabi.connection.listing
    assert listing.query(Query(text="reseau", countries=("MA",))) == [space.hex()]
    assert verify(abu_dhabi.connection).ok


def test_what_could_not_be_read_at_all_is_asked_of_the_server_again(dakar: Desk) -> None:
    space = dakar.found()
    database = dakar.connection.database
    dakar.send()
    database.run("UPDATE spaces SET seq = 3, behind = 3, head = x'01'")
    database.run("INSERT INTO aside (space, code, at_ms, data) VALUES (?, 'unknown_suite', 0, x'')", (space,))
    database.run("INSERT INTO aside (space, code, at_ms, data) VALUES (?, 'fork', 0, x'')", (space,))
    with without("restore"):
        dakar.reopen()
    connection: Connection = dakar.connection
    assert connection.database.all("SELECT seq, behind, head FROM spaces") == [(0, 3, bytes(32))]
    assert connection.database.all("SELECT code FROM aside") == [("fork",)]


NOT_KNOWN = st.sets(st.sampled_from(["set", "write", "edit", "add", "remove", "delete", "restore"]), min_size=1)


@settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(histories(), NOT_KNOWN, st.integers(0, 9))
def test_whatever_an_old_desk_did_not_know_it_loses_nothing_and_knows_all_after_its_upgrade(
    dakar: Desk, sent: list[Sent], not_known: set[str], trailing: int
) -> None:
    """Types, fields, operations and trailing elements of any history, read first without and then with knowing them."""
    space = dakar.found()
    key: bytes = dakar.connection.database.value(
        "SELECT e.key FROM epochs e JOIN spaces s ON s.n = e.space WHERE s.id = ?", (space,)
    )
    longer = [(device, sequence, append_elements(body, trailing)) for device, sequence, body in sent]
    with without(*not_known):
        dakar.reopen()
        ends: dict[bytes, bytes] = {}
        for number, (device, sequence, body) in enumerate(longer, 1):
            place = Place(space, sequence - 1, ends.get(device, NO_HASH))
            made = seal(Pen(device), place, key, [], [body])  # type: ignore[arg-type]
            ends[device] = made.hash
            opened = Opened(made.data, made.hash, read_segment(made.data)[1], [body])
            dakar.connection.replica.receive([Received(space, b"", [opened], [], Cursor(space, number, NO_HASH))])
    dakar.reopen()
    catch_up(dakar)
    (name,) = dakar.connection.database.one(
        "SELECT r.name FROM records r JOIN spaces s ON s.n = r.space WHERE s.id = ? AND r.name != s.id", (space,)
    )
    standing = dakar.connection.reads.standing(name.hex()).state
    assert encode_state(standing) == encode_state(deliver(longer, cycle([0])).state)


@dataclass
class Pen:
    """What a drawn device signs with; the engine has checked signatures before the store is asked."""

    device: bytes

    def sign(self, domain: str, body: bytes) -> bytes:
        """No signature."""
        del domain, body
        return bytes(64)


def append_elements(body: bytes, trailing: int) -> bytes:
    """The same change with elements that a later version appended, to it, to its edits and to its operations."""
    change = msgspec.msgpack.decode(body)
    edits = [
        [record, [[*operation, trailing] for operation in operations], trailing] for record, operations in change[4]
    ]
    return msgspec.msgpack.encode([*change[:4], edits, {"later": trailing}])
