"""What arrives: applied in causal order whatever the order of arrival, kept when unreadable, never twice."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from desktop.casework.views import Query
from desktop.store import OwnChangesMissing, database
from desktop.store.verify import verify
from sync.changes import VERSION, Add, Change, Create, Dependency, Edit, RecordEdit, Set, Unknown, encode_change
from sync.keys import DeviceKeys
from sync.replica import Received
from sync.seal import Place, Sealed, seal
from sync.wire.calls import Cursor
from sync.wire.codec import NO_HASH, encode, new_id
from tests.store.desks import DAY, Alliance, Desk


def key_of(desk: Desk, space: bytes) -> bytes:
    found: bytes = desk.connection.database.value(
        "SELECT key FROM epochs e JOIN spaces s ON s.n = e.space WHERE id = ?", (space,)
    )
    return found


def hand_sealed(desk: Desk, space: bytes, bodies: list[bytes], place: Place | None = None) -> Sealed:
    """A segment of a device that is not as careful as ours."""
    keys: DeviceKeys = desk.connection.identity.keys
    return seal(keys, place or Place(space), key_of(desk, space), [], bodies)


def body(record: bytes, *operations: object, after: list[Dependency] | None = None, at_ms: int = DAY) -> bytes:
    edits = [RecordEdit(record, list(operations))]  # type: ignore[arg-type]
    return encode_change(Change(VERSION, at_ms, at_ms << 16, after or [], edits))


def share(dakar: Desk, abu_dhabi: Desk) -> bytes:
    """A case that both desks have."""
    space = dakar.found()
    abu_dhabi.take_key(dakar, space)
    abu_dhabi.take_all(dakar.send())
    return space


def test_a_received_case_is_the_same_to_the_byte_and_unread(dakar: Desk, abu_dhabi: Desk) -> None:
    space = dakar.found()
    dakar.type_text(space, space, "summary", "شبكة")
    abu_dhabi.take_key(dakar, space)
    abu_dhabi.take_all(dakar.send())
    assert abu_dhabi.state(space) == dakar.state(space)
    listing = abu_dhabi.connection.listing
    assert listing.query(Query(unread=True)) == [space.hex()]
    author = abu_dhabi.connection.reads.show(space.hex()).fields["title"].values[0].author
    assert (author.desk, author.ministry, author.mine) == ("Dakar 1", "SN", False)
    abu_dhabi.connection.reads.mark_read(space.hex())
    assert listing.query(Query(unread=True)) == []


def test_receiving_twice_changes_nothing(dakar: Desk, abu_dhabi: Desk) -> None:
    space = dakar.found()
    abu_dhabi.take_key(dakar, space)
    items = dakar.send()
    abu_dhabi.take_all(items)
    before = abu_dhabi.connection.database.all("SELECT * FROM rows"), abu_dhabi.state(space)
    applied = abu_dhabi.receive(space, items[1][2], founding=items[0][2])
    assert (applied.changes, applied.pending, applied.records) == (0, 0, frozenset())
    assert (abu_dhabi.connection.database.all("SELECT * FROM rows"), abu_dhabi.state(space)) == before
    assert abu_dhabi.connection.database.all("SELECT code FROM aside") == []


def test_concurrent_values_stand_side_by_side_and_a_person_resolves(dakar: Desk, abu_dhabi: Desk) -> None:
    space = share(dakar, abu_dhabi)
    dakar.set(space, space, "title", "de Dakar")
    abu_dhabi.set(space, space, "title", "من أبوظبي")
    ours, theirs = dakar.send(), abu_dhabi.send()
    dakar.take_all(theirs)
    abu_dhabi.take_all(ours)
    assert dakar.state(space) == abu_dhabi.state(space)
    found = dakar.connection.reads.conflicts()
    assert len(found) == 1
    assert {value.value for value in found[0].values} == {"de Dakar", "من أبوظبي"}
    assert found[0].before == ("Réseau de Dakar",)
    assert found[0].field == "title"
    assert dakar.connection.listing.counts()["conflicts"] == 1
    dakar.set(space, space, "title", "Résolu")
    abu_dhabi.take_all(dakar.send())
    assert abu_dhabi.connection.reads.conflicts() == ()
    assert dakar.state(space) == abu_dhabi.state(space)
    assert abu_dhabi.titles() == ["Résolu"]


def test_a_change_waits_for_what_it_was_made_after(alliance: Alliance, dakar: Desk, abu_dhabi: Desk) -> None:
    third = alliance.desk("AE", "Abu Dhabi 2")
    dakar.learn()
    abu_dhabi.learn()
    space = share(dakar, abu_dhabi)
    third.take_key(dakar, space)
    abu_dhabi.set(space, space, "title", "after Dakar's")
    later = abu_dhabi.send()
    dakar.set(space, space, "status", "active")
    applied = third.receive(space, *[data for _, _, data in later])
    assert (applied.changes, applied.pending) == (0, 1)
    assert third.connection.listing.query(Query()) == []
    assert [each.pending for each in third.connection.reads.spaces()] == [1]
    dakar.connection.replica.resend(space)
    third.take_all(dakar.send())
    assert third.titles() == ["after Dakar's"]
    assert [each.pending for each in third.connection.reads.spaces()] == [0]
    third.close()


def test_a_change_goes_on_as_soon_as_the_one_it_waits_for_is_there(
    alliance: Alliance, dakar: Desk, abu_dhabi: Desk
) -> None:
    third = alliance.desk("AE", "Abu Dhabi 2")
    dakar.learn()
    abu_dhabi.learn()
    space = share(dakar, abu_dhabi)
    third.take_key(dakar, space)
    abu_dhabi.set(space, space, "title", "after Dakar's last")
    third.receive(space, *[data for _, _, data in abu_dhabi.send()])
    dakar.connection.replica.resend(space)
    third.take_all(dakar.send())
    assert third.titles() == ["after Dakar's last"]
    third.close()


def test_segments_that_wait_for_a_key_open_when_it_comes(dakar: Desk, abu_dhabi: Desk) -> None:
    space = dakar.found()
    dakar.set(space, space, "title", "second")
    first = dakar.send()
    dakar.set(space, space, "title", "third")
    abu_dhabi.take_all(first + dakar.send())
    assert abu_dhabi.connection.listing.query(Query()) == []
    assert abu_dhabi.connection.database.value("SELECT count(*) FROM segments WHERE locked = 1") == 2
    applied = abu_dhabi.take_key(dakar, space)
    assert applied.changes == 3
    assert applied.records == {space}
    assert abu_dhabi.state(space) == dakar.state(space)
    assert abu_dhabi.connection.database.value("SELECT count(*) FROM segments WHERE locked = 1") == 0


def test_an_unreadable_change_is_set_aside_and_the_chain_goes_on(dakar: Desk, abu_dhabi: Desk) -> None:
    space = share(dakar, abu_dhabi)
    bodies = [b"garbage", b"", body(space, Edit("summary", b"\xff\xff")), body(space, Set("title", "fine", []))]
    made = hand_sealed(abu_dhabi, space, bodies)
    applied = dakar.receive(space, made.data)
    assert (applied.changes, applied.refused, applied.pending) == (1, 3, 0)
    codes = dakar.connection.database.all("SELECT refused FROM changes WHERE refused IS NOT NULL")
    assert codes == [("malformed",)] * 3
    assert "fine" in {value.value for value in dakar.connection.reads.show(space.hex()).fields["title"].values}


def test_a_change_that_fails_in_its_second_record_leaves_the_first_alone(dakar: Desk, abu_dhabi: Desk) -> None:
    space = share(dakar, abu_dhabi)
    before = dakar.state(space)
    edits = [RecordEdit(space, [Set("title", "half", [])]), RecordEdit(new_id(), [Edit("summary", b"\xff")])]
    made = hand_sealed(abu_dhabi, space, [encode_change(Change(VERSION, DAY, DAY << 16, [], edits))])
    assert dakar.receive(space, made.data).refused == 1
    assert dakar.state(space) == before
    assert dakar.connection.database.value("SELECT count(*) FROM records") == 1


def test_operations_types_and_fields_of_a_later_version_are_kept_and_said(dakar: Desk, abu_dhabi: Desk) -> None:
    space, record = share(dakar, abu_dhabi), new_id()
    later = Unknown(encode(["stamp", 7]))
    made = hand_sealed(
        abu_dhabi,
        space,
        [body(record, Create("submarine"), Set("depth", 300, []), Set("name", "Nautilus", []), later)],
    )
    dakar.receive(space, made.data)
    view = dakar.connection.reads.show(record.hex())
    assert (view.type, view.known, view.unknown_operations) == ("submarine", False, 1)
    assert view.fields["depth"].value == 300
    assert not view.fields["depth"].known
    assert dakar.connection.listing.rows([record.hex()])[0].title == "Nautilus"
    assert dakar.connection.listing.query(Query(type="submarine")) == [record.hex()]
    assert dakar.connection.history.history(record)[0].operation == "unknown"


def test_another_space_cannot_touch_a_record_by_its_id(alliance: Alliance, dakar: Desk, abu_dhabi: Desk) -> None:
    ours = dakar.found(title="ours")
    theirs = share(dakar, abu_dhabi)
    before = dakar.state(ours)
    made = hand_sealed(abu_dhabi, theirs, [body(ours, Create("case"), Set("title", "forged", []))])
    applied = dakar.receive(theirs, made.data)
    assert dakar.state(ours) == before
    assert applied.records == {ours + theirs}
    forged = (ours + theirs).hex()
    assert dakar.connection.reads.show(ours.hex()).fields["title"].value == "ours"
    assert dakar.connection.reads.show(forged).space == theirs.hex()
    assert set(dakar.connection.listing.query(Query())) == {ours.hex(), theirs.hex(), forged}
    assert {row.title for row in dakar.connection.listing.rows([ours.hex(), forged])} == {"ours", "forged"}


def test_two_new_records_of_one_id_in_two_spaces_of_one_batch_stay_apart(dakar: Desk, abu_dhabi: Desk) -> None:
    one, two, record = dakar.found(), dakar.found(), new_id()
    for space in (one, two):
        abu_dhabi.take_key(dakar, space)
        dakar.write(space, record, Create("person"), Set("name", space.hex(), []))
    news = []
    sent = dakar.send()
    for space in (one, two):
        founding = next(data for kind, of, data in sent if kind == "entry" and of == space)
        segments = [abu_dhabi.opened(data) for kind, of, data in sent if kind == "segment" and of == space]
        news.append(Received(space, founding, segments, [], Cursor(space, 2, NO_HASH)))
    abu_dhabi.connection.replica.receive(news)
    names = {row.title for row in abu_dhabi.connection.listing.rows([record.hex(), (record + two).hex()])}
    assert names == {one.hex(), two.hex()}


def test_a_clock_years_ahead_neither_moves_ours_nor_rules_the_list(dakar: Desk, abu_dhabi: Desk) -> None:
    space = share(dakar, abu_dhabi)
    far = DAY + 20 * 365 * 86_400_000
    dakar.receive(space, hand_sealed(abu_dhabi, space, [body(space, Set("status", "active", []), at_ms=far)]).data)
    assert dakar.connection.context.meta("stamp") >> 16 < DAY + 86_400_000
    assert dakar.connection.listing.rows([space.hex()])[0].updated_ms < DAY + 2 * 86_400_000
    shown = dakar.connection.reads.show(space.hex()).fields["status"].values[0]
    assert shown.author.at_ms == far


def test_a_change_that_names_its_own_future_is_refused(dakar: Desk, abu_dhabi: Desk) -> None:
    space = share(dakar, abu_dhabi)
    liar = body(space, Set("title", "x", []), after=[Dependency(abu_dhabi.device, 9)])
    assert dakar.receive(space, hand_sealed(abu_dhabi, space, [liar]).data).refused == 1


def test_a_change_that_waits_for_nothing_that_exists_blocks_its_own_chain_only(dakar: Desk, abu_dhabi: Desk) -> None:
    space = share(dakar, abu_dhabi)
    waits = body(space, Set("title", "x", []), after=[Dependency(new_id(), 1)])
    applied = dakar.receive(space, hand_sealed(abu_dhabi, space, [waits, body(space, Set("status", "y", []))]).data)
    assert applied.pending == 2
    dakar.set(space, space, "title", "goes on")
    assert dakar.titles() == ["goes on"]


def test_a_fork_is_kept_aside_and_what_stands_stays(dakar: Desk, abu_dhabi: Desk) -> None:
    space = share(dakar, abu_dhabi)
    dakar.receive(space, hand_sealed(abu_dhabi, space, [body(space, Add("countries", "AE", []))]).data)
    before = dakar.state(space)
    far = hand_sealed(abu_dhabi, space, [body(space, Set("title", "fork", []))], Place(space, 7, b"x" * 32))
    dakar.receive(space, far.data)
    assert dakar.state(space) == before
    assert [(each.code, each.ours) for each in dakar.connection.reads.aside()] == [("fork", False)]


def test_what_did_not_verify_is_kept_aside_up_to_a_limit(dakar: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.store.inbox.MAX_ASIDE", 3)
    space = dakar.found()
    rejected = [(bytes([i]), "bad_signature") for i in range(5)]
    dakar.connection.replica.receive([Received(space, b"", [], rejected, Cursor(space, 5, b"h" * 32))])
    kept = dakar.connection.database.all("SELECT data FROM aside ORDER BY n")
    assert kept == [(b"\x02",), (b"\x03",), (b"\x04",)]
    monkeypatch.setattr("desktop.store.inbox.MAX_ASIDE_BYTES", 10)
    dakar.connection.replica.skip_grant(1, b"nine bytes", "bad_signature")
    assert dakar.connection.database.all("SELECT data FROM aside") == [(b"nine bytes",)]
    assert dakar.connection.replica.standing(space).cursor == Cursor(space, 5, b"h" * 32)


def test_a_space_that_begins_anew_is_pulled_as_far_as_it_went(dakar: Desk) -> None:
    space = dakar.found()
    replica = dakar.connection.replica
    replica.receive([Received(space, b"", [], [], Cursor(space, 5, b"h" * 32))])
    assert replica.behind(10) == []
    replica.rewind(space)
    assert replica.behind(10) == [Cursor(space, 0, NO_HASH)]
    replica.receive([Received(space, b"", [], [], Cursor(space, 2, b"h" * 32))])
    assert replica.behind(10) == [Cursor(space, 2, b"h" * 32)]


@pytest.mark.parametrize(("first", "floor"), [(7, 7), (2, (1 << 32) - 1)])
def test_what_a_salvage_left_behind_a_gap_is_written_again_once_the_server_has_nothing_more(
    dakar: Desk, first: int, floor: int
) -> None:
    space, person = dakar.found(), new_id()
    dakar.send()
    replica = dakar.connection.replica
    bodies = [body(person, Create("person"), Set("name", "Kept", []))] if floor == first else []
    replica.restore_own(space, first, bodies, floor=floor)
    replica.note_behind([(space, 2)])
    for cursor, complete in ((1, False), (2, True)):
        replica.receive([Received(space, b"", [], [], Cursor(space, cursor, b"h" * 32))])
        if not complete:
            with pytest.raises(OwnChangesMissing):
                dakar.set(space, space, "title", "too early")
    assert dakar.set(space, space, "title", "now") == 2 + len(bodies)
    people = dakar.connection.listing.query(Query(type="person"))
    assert [row.title for row in dakar.connection.listing.rows(people)] == ["Kept"] * len(bodies)
    assert verify(dakar.connection).problems == []
    assert len(dakar.seal()) == 1


def test_a_grant_that_was_taken_or_skipped_is_not_asked_for_again(dakar: Desk) -> None:
    replica = dakar.connection.replica
    replica.take_grant(7, [])
    assert replica.feed()[1] == 7
    replica.skip_grant(8, b"?", "malformed")
    assert replica.feed()[1] == 8


def test_cursors_positions_and_what_is_behind_survive_a_restart(dakar: Desk) -> None:
    space, other = dakar.found(), new_id()
    replica = dakar.connection.replica
    replica.keep_feed(b"feed", 123)
    replica.note_behind([(space, 4), (other, 2)])
    replica.skip_grant(8, b"not a grant", "malformed")
    dakar.reopen()
    replica = dakar.connection.replica
    assert replica.feed() == (b"feed", 8)
    assert dakar.connection.reads.as_of_ms() == 123
    assert {cursor.space for cursor in replica.behind(10)} == {space, other}
    assert len(replica.behind(1)) == 1
    replica.note_behind([(other, 0)])
    replica.receive([Received(space, b"", [], [], Cursor(space, 4, b"h" * 32))])
    assert replica.behind(10) == []
    replica.rewind(space)
    assert replica.behind(10) == [Cursor(space, 0, NO_HASH)]
    assert [cursor.space for cursor in replica.cursors(b"", 10)] == sorted([space, other])
    assert [cursor.space for cursor in replica.cursors(min(space, other), 10)] == [max(space, other)]


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch commits within a segment of 600 changes."""
    monkeypatch.setattr(database, "STEP_ROWS", 250)


@pytest.mark.usefixtures("small_steps")
def test_a_batch_cut_short_in_the_middle_of_a_segment_is_taken_up_again(dakar: Desk, abu_dhabi: Desk) -> None:
    space = share(dakar, abu_dhabi)
    for number in range(600):
        dakar.write(space, new_id(), Create("person"), Set("name", f"P{number}", []))
    ((_, _, data),) = dakar.send()
    inbox = abu_dhabi.connection.replica
    calls = iter(range(10_000))
    take = inbox._database._commit

    def cut() -> None:
        take()
        if next(calls) == 1:
            raise KeyboardInterrupt

    inbox._database._commit = cut  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        abu_dhabi.receive(space, data)
    abu_dhabi.reopen()
    people = abu_dhabi.connection.listing.count(Query(type="person"))
    assert 0 < people < 600
    assert verify(abu_dhabi.connection).problems == []
    abu_dhabi.receive(space, data)
    assert abu_dhabi.connection.listing.count(Query(type="person")) == 600
    assert abu_dhabi.connection.database.all("SELECT name, state_of(n, state) FROM records ORDER BY name") == (
        dakar.connection.database.all("SELECT name, state_of(n, state) FROM records ORDER BY name")
    )
    assert verify(abu_dhabi.connection).problems == []


@pytest.mark.usefixtures("small_steps")
def test_an_edit_saved_between_two_transactions_of_a_batch_keeps_its_number(
    alliance: Alliance, dakar: Desk, abu_dhabi: Desk
) -> None:
    space = share(dakar, abu_dhabi)
    abu_dhabi.set(space, space, "title", "ours")
    [returning] = abu_dhabi.seal()  # sent, and its reply was lost
    for number in range(600):
        dakar.write(space, new_id(), Create("person"), Set("name", f"P{number}", []))
    [(_, _, data)] = dakar.send()
    window = alliance.reopen(abu_dhabi.home).connect()
    inbox = abu_dhabi.connection.replica
    commit = inbox._database._commit
    made: list[int] = []

    def committed() -> None:
        commit()
        made.append(window.log.append(space, [RecordEdit(space, [Set("status", "active", [])])]).sequence)

    inbox._database._commit = committed  # type: ignore[method-assign]
    segments = [abu_dhabi.opened(each) for each in (data, returning)]
    inbox.receive([Received(space, b"", segments, [], Cursor(space, 9, NO_HASH))])
    assert len(made) >= 3
    assert made == list(range(2, 2 + len(made)))
    assert window.log.next_sequence(space) == 2 + len(made)
    assert verify(abu_dhabi.connection).problems == []
    window.close()


@pytest.mark.usefixtures("small_steps")
def test_no_edit_takes_a_number_of_changes_of_our_own_that_are_coming_back(
    alliance: Alliance, dakar: Desk, abu_dhabi: Desk, tmp_path: Path
) -> None:
    space = share(dakar, abu_dhabi)
    dakar.close()
    shutil.copytree(dakar.home, tmp_path / "copy")
    dakar.reopen()
    for number in range(600):
        dakar.write(space, new_id(), Create("person"), Set("name", f"P{number}", []))
    [(_, _, data)] = dakar.send()
    restored = Desk(alliance, alliance.reopen(tmp_path / "copy"))
    window = restored.store.connect()
    inbox = restored.connection.replica
    commit, edits = inbox._database._commit, [RecordEdit(space, [Set("status", "active", [])])]
    refused: list[type] = []

    def committed() -> None:
        commit()
        with pytest.raises(OwnChangesMissing) as refusal:
            window.log.append(space, edits)
        refused.append(refusal.type)

    inbox._database._commit = committed  # type: ignore[method-assign]
    with pytest.raises(pytest.fail.Exception):  # the last commit leaves nothing to wait for
        inbox.receive([Received(space, b"", [restored.opened(data)], [], Cursor(space, 9, NO_HASH))])
    assert len(refused) == 2
    assert window.log.next_sequence(space) == 603
    assert restored.connection.database.all("SELECT name FROM rows WHERE unsent > 0") == [(space,)]  # that edit
    assert verify(restored.connection).problems == []
    window.close()
    restored.close()


def test_one_space_twice_in_a_batch_is_counted_once(dakar: Desk, abu_dhabi: Desk) -> None:
    space = share(dakar, abu_dhabi)
    dakar.set(space, space, "title", "one")
    first = dakar.send()
    dakar.set(space, space, "title", "two")
    segments = [abu_dhabi.opened(data) for _, _, data in first + dakar.send()]
    news = [Received(space, b"", [each], [], Cursor(space, 5 + i, NO_HASH)) for i, each in enumerate(segments)]
    assert abu_dhabi.connection.replica.receive(news).changes == 2
    assert abu_dhabi.connection.replica.standing(space).cursor.sequence == 6
    assert verify(abu_dhabi.connection).problems == []
