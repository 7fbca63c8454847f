"""History: every operation with its author and what stood there before; long texts whole after each change."""

from __future__ import annotations

from sync.changes import Add, Create, Remove, Set
from sync.wire.codec import new_id
from tests.store.desks import Desk


def share(dakar: Desk, abu_dhabi: Desk) -> bytes:
    space = dakar.found()
    abu_dhabi.take_key(dakar, space)
    abu_dhabi.take_all(dakar.send())
    return space


def test_a_removed_value_stays_in_history(dakar: Desk) -> None:
    space = dakar.found()
    dakar.write(space, space, Add("countries", "SN", []))
    dots = dakar.connection.reads.standing(space.hex()).state.sets["countries"]["SN"]
    dakar.write(space, space, Remove("countries", "SN", dots))
    entries = dakar.connection.history.history(space, field="countries")
    assert [(entry.operation, entry.value, entry.before) for entry in entries] == [
        ("remove", None, ("SN",)),
        ("add", "SN", ()),
    ]


def test_each_set_says_what_it_superseded_and_who_wrote_it(dakar: Desk, abu_dhabi: Desk) -> None:
    space = share(dakar, abu_dhabi)
    abu_dhabi.set(space, space, "title", "second")
    dakar.take_all(abu_dhabi.send())
    dakar.set(space, space, "title", "third")
    entries = dakar.connection.history.history(space, field="title")
    assert [(entry.value, entry.before) for entry in entries] == [
        ("third", ("second",)),
        ("second", ("Réseau de Dakar",)),
        ("Réseau de Dakar", ()),
    ]
    assert [entry.author.desk for entry in entries] == ["Dakar 1", "Abu Dhabi 1", "Dakar 1"]
    assert [entry.author.mine for entry in entries] == [True, False, True]


def test_a_long_text_is_whole_after_each_change_also_when_two_write_at_once(dakar: Desk, abu_dhabi: Desk) -> None:
    space = share(dakar, abu_dhabi)
    dakar.type_text(space, space, "summary", "Deux hommes 😀 au port.")
    abu_dhabi.take_all(dakar.send())
    dakar.type_text(space, space, "summary", "Deux hommes 😀 armés au port.")
    abu_dhabi.type_text(space, space, "summary", "Hier, deux hommes 😀 au port.")
    ours, theirs = dakar.send(), abu_dhabi.send()
    dakar.take_all(theirs)
    abu_dhabi.take_all(ours)
    assert dakar.state(space) == abu_dhabi.state(space)
    texts = [entry.value for entry in dakar.connection.history.history(space, field="summary")]
    assert texts[-1] == "Deux hommes 😀 au port."
    assert texts[0] == dakar.connection.reads.show(space.hex()).fields["summary"].text
    assert "armés" in str(texts[0])
    assert "Hier" in str(texts[0])
    entries = dakar.connection.history.history(space, field="summary")
    assert entries[1].before == (texts[2],)


def test_history_is_given_page_by_page(dakar: Desk) -> None:
    space = dakar.found()
    for number in range(10):
        dakar.set(space, space, "title", str(number))
    history = dakar.connection.history
    first = history.history(space, limit=4)
    assert [entry.value for entry in first] == ["9", "8", "7", "6"]
    second = history.history(space, limit=4, before=first[-1].change)
    assert [entry.value for entry in second] == ["5", "4", "3", "2"]
    assert history.history(space, before="no.such") == history.history(space)


def test_the_history_of_one_record_of_a_change_leaves_out_the_others(dakar: Desk) -> None:
    space, person = dakar.found(), new_id()
    dakar.write(space, person, Create("person"), Set("name", "Mariam", []))
    assert [entry.operation for entry in dakar.connection.history.history(person)] == ["set", "create"]
    assert dakar.connection.history.history(new_id()) == ()


def test_a_conflict_shows_what_stood_before_also_after_one_side_went_on(dakar: Desk, abu_dhabi: Desk) -> None:
    space = share(dakar, abu_dhabi)
    dakar.set(space, space, "title", "A1")
    dakar.set(space, space, "title", "A2")
    abu_dhabi.set(space, space, "title", "B1")
    dakar.take_all(abu_dhabi.send())
    found = dakar.connection.reads.conflicts()[0]
    assert {value.value for value in found.values} == {"A2", "B1"}
    assert set(found.before) == {"A1", "Réseau de Dakar"}


def test_a_marking_in_conflict_is_shown_as_the_stricter_one(dakar: Desk, abu_dhabi: Desk) -> None:
    space = share(dakar, abu_dhabi)
    dakar.write(space, space, Set("tlp", "TLP:GREEN", []))
    abu_dhabi.write(space, space, Set("tlp", "TLP:RED", []))
    ours, theirs = dakar.send(), abu_dhabi.send()
    dakar.take_all(theirs)
    abu_dhabi.take_all(ours)
    for desk in (dakar, abu_dhabi):
        assert desk.connection.listing.rows([space.hex()])[0].tlp == "TLP:RED"
