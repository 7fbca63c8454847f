"""The log: one edit, one change, one transaction, applied by the function that applies what arrives."""

from __future__ import annotations

import pytest

from desktop.casework.views import Query
from desktop.store import UnknownRecord, UnknownSpace
from sync.changes import Add, Create, Delete, Dependency, RecordEdit, Remove, Restore, Set, decode_change
from sync.merge import RecordState, apply, encode_state, new_state
from sync.wire.codec import new_id
from sync.wire.errors import Malformed
from tests.store.desks import Alliance, Clock, Desk


def replayed(desk: Desk, record: bytes) -> bytes:
    """A record's state by hand, from the log alone."""
    state: RecordState = new_state()
    rows = desk.connection.database.all(
        "SELECT h.device, c.n & 4294967295, body_of(c.n, c.body)"
        " FROM changes c JOIN chains h ON h.n = c.n >> 32 ORDER BY c.stamp"
    )
    for device, sequence, body in rows:
        place = 0
        for edit in decode_change(body).edits:
            if edit.record == record:
                apply(state, device, sequence, place, edit.operations)
            place += len(edit.operations)
    return encode_state(state)


def test_an_edit_stands_in_the_log_the_state_the_list_and_the_search(dakar: Desk) -> None:
    space = dakar.found(title="Réseau de Dakar")
    dakar.set(space, space, "reference", "SN-2026-00417")
    dakar.type_text(space, space, "summary", "شبكة تهريب في الميناء")
    connection = dakar.connection
    assert connection.reads.show(space.hex()).fields["title"].value == "Réseau de Dakar"
    row = connection.listing.rows([space.hex()])[0]
    assert (row.title, row.reference, row.unread, row.unsent) == ("Réseau de Dakar", "SN-2026-00417", False, True)
    for text in ("reseau", "00417", "sn-2026-00417", "تهريب", "ميناء"):
        assert connection.listing.query(Query(text=text)) == [space.hex()]
    assert dakar.state(space) == replayed(dakar, space)


def test_changes_are_numbered_without_gaps_and_stamped_in_order(dakar: Desk) -> None:
    space = dakar.found()
    assert [dakar.set(space, space, "title", each) for each in "abc"] == [2, 3, 4]
    assert dakar.connection.log.next_sequence(space) == 5
    stamps = dakar.connection.database.all("SELECT stamp FROM changes ORDER BY n")
    assert stamps == sorted(set(stamps))


def test_what_others_wrote_is_named_once_by_the_next_change(dakar: Desk, abu_dhabi: Desk) -> None:
    space = dakar.found()
    abu_dhabi.take_key(dakar, space)
    abu_dhabi.take_all(dakar.send())
    for title in ("one", "two"):
        abu_dhabi.set(space, space, "title", title)
    rows = abu_dhabi.connection.database.all("SELECT body_of(n, body) FROM changes ORDER BY stamp")
    assert [decode_change(body).after for (body,) in rows] == [[], [Dependency(dakar.device, 1)], []]


def test_a_clock_that_goes_back_does_not_reorder_history(alliance: Alliance, dakar: Desk) -> None:
    space = dakar.found()
    alliance.clock.now -= 10 * 365 * 86_400_000
    dakar.set(space, space, "title", "later")
    entries = dakar.connection.history.history(space, field="title")
    assert [entry.value for entry in entries] == ["later", "Réseau de Dakar"]


def test_a_change_may_touch_several_records(dakar: Desk) -> None:
    space, person = dakar.found(), new_id()
    appended = dakar.connection.log.append(
        space,
        [
            RecordEdit(space, [Set("status", "active", [])]),
            RecordEdit(person, [Create("person"), Set("name", "مريم", [])]),
        ],
    )
    assert appended.records == {space.hex(), person.hex()}
    dot = dakar.connection.reads.standing(person.hex()).state.registers["name"][0].dot
    assert dot.place == 2
    assert dakar.connection.history.values_of(1, [dot]) == ("مريم",)


def test_an_edit_that_no_change_may_hold_leaves_no_trace(dakar: Desk) -> None:
    space = dakar.found()
    before = dakar.state(space)
    for value in ("x" * 600_000, "lone \ud800 surrogate"):
        with pytest.raises((Malformed, UnicodeEncodeError)):
            dakar.write(space, space, Set("title", value, []))
    assert dakar.state(space) == before
    assert dakar.connection.log.next_sequence(space) == 2
    dakar.set(space, space, "title", "still works")
    assert dakar.titles() == ["still works"]


def test_a_rolled_back_edit_is_forgotten_in_memory_too(dakar: Desk) -> None:
    space = dakar.found()
    with pytest.raises(ZeroDivisionError), dakar.connection.transaction():  # noqa: PT012 - at the second
        for divisor in (1, 0):
            dakar.set(space, space, "title", str(1 // divisor))
    assert dakar.titles() == ["Réseau de Dakar"]
    dakar.set(space, space, "title", "after")
    assert dakar.connection.reads.show(space.hex()).fields["title"].value == "after"


def test_text_with_markup_nul_and_overrides_is_kept_as_it_came(dakar: Desk) -> None:
    title = "<b>x</b>\u202egpj.exe\u0000'; DROP TABLE rows; --"
    space = dakar.found(title=title)
    assert dakar.connection.listing.rows([space.hex()])[0].title == title
    assert dakar.connection.reads.show(space.hex()).fields["title"].value == title


def test_a_title_of_300_kilobytes_is_whole_in_the_record_and_short_in_the_list(dakar: Desk) -> None:
    space = dakar.found(title="ط" * 150_000)
    assert len(str(dakar.connection.reads.show(space.hex()).fields["title"].value)) == 150_000
    assert len(dakar.connection.listing.rows([space.hex()])[0].title) < 400


def test_sets_grow_and_shrink(dakar: Desk) -> None:
    space = dakar.found()
    dakar.write(space, space, Add("countries", "SN", []), Add("countries", "AE", []))
    dots = dakar.connection.reads.standing(space.hex()).state.sets["countries"]["SN"]
    dakar.write(space, space, Remove("countries", "SN", dots))
    assert dakar.connection.reads.show(space.hex()).fields["countries"].elements == ("AE",)
    assert dakar.connection.listing.query(Query(countries=("SN",))) == []
    assert dakar.connection.listing.query(Query(countries=("AE",))) == [space.hex()]


def test_a_deleted_record_goes_to_the_bin_and_comes_back(dakar: Desk) -> None:
    space = dakar.found()
    dakar.write(space, space, Delete([]))
    listing = dakar.connection.listing
    assert listing.query(Query()) == []
    assert listing.query(Query(deleted=True)) == [space.hex()]
    assert dakar.connection.reads.show(space.hex()).deleted
    dots = [each.dot for each in dakar.connection.reads.standing(space.hex()).state.deletions]
    dakar.write(space, space, Restore(dots))
    assert listing.query(Query()) == [space.hex()]


def test_nothing_is_written_into_a_space_whose_key_is_not_here(dakar: Desk, abu_dhabi: Desk) -> None:
    space = dakar.found()
    abu_dhabi.take_all(dakar.send())
    for unknown in (space, new_id()):
        with pytest.raises(UnknownSpace):
            abu_dhabi.connection.log.append(unknown, [RecordEdit(unknown, [Create("case")])])


def test_an_unknown_record_is_said_as_such(dakar: Desk) -> None:
    for text in ("", "zz", "ab" * 16, "ab" * 32, "é" * 32):
        with pytest.raises(UnknownRecord):
            dakar.connection.reads.show(text)
        assert dakar.connection.listing.rows([text]) == []


def test_notes_survive_a_restart(dakar: Desk) -> None:
    notes = dakar.connection.notes
    notes.put("draft.a", b"one")
    notes.put("draft.b", b"two")
    notes.put("undo", b"three")
    notes.put("draft.a", b"four")
    dakar.reopen()
    notes = dakar.connection.notes
    assert notes.get("draft.a") == b"four"
    assert notes.keys("draft.") == ["draft.b", "draft.a"]
    notes.remove("draft.b")
    assert notes.get("draft.b") is None


def test_the_clock_of_the_tests_moves() -> None:
    clock = Clock()
    assert clock() < clock()
