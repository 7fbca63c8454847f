"""One box for everything: spellings that are one, the reason of each hit, wider filters, facets, merges in lists."""

from __future__ import annotations

import pytest

from desktop.casework.merging import Merge, parse_merge, standing_records
from desktop.casework.views import Query
from desktop.desk import operations
from desktop.store import listing
from sync.changes import Add, Create, Operation, Set, Unknown, Write
from sync.wire.codec import new_id
from tests.store.desks import Desk


def add(desk: Desk, space: bytes, kind: str, **values: str) -> str:
    """A record of a type with values of registers; returns its id."""
    record = new_id()
    desk.write(space, record, Create(kind), *(Set(name, value, []) for name, value in values.items()))
    return record.hex()


def delete(desk: Desk, record: str) -> list[Operation | Unknown]:
    """What puts a record into the bin."""
    return operations.delete_record(desk.connection.reads.standing(record).state)


@pytest.mark.parametrize("typed", ["+221 77 123 45 67", "00221771234567", "77-123-45-67", "(+221) 77.123.45.67"])
@pytest.mark.parametrize("kept", ["+221 77 123 45 67", "00221771234567", "77-123-45-67"])
def test_a_phone_number_is_found_however_it_is_written(dakar: Desk, typed: str, kept: str) -> None:
    record = add(dakar, dakar.found(), "phone", number=kept)
    (hit,) = dakar.connection.finding.find(typed)
    assert (hit.row.id, hit.field, hit.excerpt) == (record, "number", kept)


@pytest.mark.parametrize("typed", ["DK-1234-A", "dk1234a", "DK 1234 A", "١٢٣٤"])
@pytest.mark.parametrize("kept", ["DK-1234-A", "DK1234A", "DK 1234 A"])
def test_a_plate_is_found_with_and_without_blanks(dakar: Desk, typed: str, kept: str) -> None:
    record = add(dakar, dakar.found(), "vehicle", plate=kept)
    if typed == "١٢٣٤" and kept == "DK1234A":
        typed = "DK ١٢٣٤ A"  # digits inside a code are a part of it
    assert [hit.row.id for hit in dakar.connection.finding.find(typed)] == [record]


def test_a_hit_says_which_field_holds_the_words_and_shows_them(dakar: Desk) -> None:
    space = dakar.found(title="Réseau")
    long = "avant " * 60 + "le cargo Étoile du Nord" + " après" * 60
    dakar.write(space, space, Write("summary", long))
    person = add(dakar, space, "person", name="Omar Ndiaye", name_original="عمر ندياي")
    (hit,) = dakar.connection.finding.find("etoile nord")
    assert hit.field == "summary"
    assert "Étoile du Nord" in hit.excerpt
    assert len(hit.excerpt) < 140
    (hit,) = dakar.connection.finding.find("عُمَر")
    assert (hit.row.id, hit.field, hit.excerpt) == (person, "name_original", "عمر ندياي")
    (hit,) = dakar.connection.finding.find("omar عمر")
    assert (hit.field, hit.excerpt) == ("", "")  # the two words stand in two fields
    assert dakar.connection.finding.find("reseau", query=Query(type="person")) == []


def test_lists_take_families_several_types_ranges_and_codes(dakar: Desk) -> None:
    space = dakar.found()
    found = {
        "p": add(dakar, space, "person", name="A", evaluation="A1"),
        "v": add(dakar, space, "vehicle", plate="X"),
        "t": add(dakar, space, "task", title="T", precedence="FLASH", assignee="Fatou", due="2026-12-01"),
        "u": add(dakar, space, "task", title="U", precedence="ROUTINE", start="2026-11-02"),
    }
    dakar.write(space, bytes.fromhex(found["v"]), Add("handling", "H1", []), Add("handling", "H3", []))

    def names(query: Query) -> str:
        back = {record: name for name, record in found.items()}
        return "".join(back[record] for record in dakar.connection.listing.query(query))

    assert names(Query(families=("subject",))) == "vp"
    assert names(Query(families=("subject", "task"), limit=3)) == names(Query(families=("subject", "task")))[:3]
    assert names(Query(types=("task", "person"))) == "utp"
    assert names(Query(families=("no such family",))) == ""
    assert names(Query(type="task", precedences=("FLASH", "PRIORITY"))) == "t"
    assert names(Query(type="task", assignees=("Fatou",))) == "t"
    assert names(Query(type="task", due_from="2026-12-01", due_before="2026-12-02")) == "t"
    assert names(Query(type="task", due_from="2026-12-02")) == ""
    assert names(Query(type="task", start_from="2026-11-01", start_before="2026-12-01")) == "u"
    assert names(Query(families=("subject",), evaluations=("A1",))) == "p"
    assert names(Query(families=("subject",), handling=("H3",))) == "v"
    assert names(Query(families=("subject",), updated_before_ms=1)) == ""
    assert dakar.connection.listing.count(Query(families=("subject",))) == 2


def test_facets_count_the_newest_and_say_when_there_are_more(dakar: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    space = dakar.found()
    for precedence in ("FLASH", "ROUTINE", "ROUTINE"):
        add(dakar, space, "task", title="T", precedence=precedence, assignee="Fatou")
    person = add(dakar, space, "person", name="A")
    dakar.write(space, bytes.fromhex(person), Add("nationality", "SN", []), Add("nationality", "FR", []))
    both = Query(types=("task", "person"))
    facets = dakar.connection.listing.facets(both, ("types", "precedences", "countries", "nonsense; DROP"))
    assert facets.counts == {
        "types": {"task": 3, "person": 1},
        "precedences": {"ROUTINE": 2, "FLASH": 1},
        "countries": {"FR": 1, "SN": 1},
    }
    assert facets.whole
    monkeypatch.setattr(listing, "FACET_ROWS", 2)
    capped = dakar.connection.listing.facets(both, ("types",))
    assert not capped.whole
    assert sum(capped.counts["types"].values()) == 3


def test_a_merge_names_one_of_two_and_groups_come_together() -> None:
    assert parse_merge("a b c") is None  # a third record
    assert parse_merge("a a a") is None
    assert parse_merge("a b") is None
    assert standing_records([Merge("a", "b", "b")]) == {"a": "b"}
    assert standing_records([Merge("a", "b", "b"), Merge("b", "c", "c")]) == {"a": "c", "b": "c"}
    both = [Merge("a", "b", "b"), Merge("b", "a", "a")]  # two desks chose otherwise
    assert standing_records(both) == standing_records(both[::-1]) == {"b": "a"}
    ring = [Merge("a", "b", "b"), Merge("b", "c", "c"), Merge("c", "a", "a")]
    assert standing_records(ring) == {"b": "a", "c": "a"}


def test_lists_show_the_record_that_stands_until_the_merge_is_taken_back(dakar: Desk) -> None:
    space = dakar.found()
    one, other = add(dakar, space, "person", name="Omar"), add(dakar, space, "person", name="عمر")
    link = add(dakar, space, "same_as", source=one, target=other, stands=one)
    people = Query(type="person")
    assert dakar.connection.listing.query(people) == [one]
    assert set(dakar.connection.listing.query(Query(type="person", with_merged=True))) == {one, other}
    (hit,) = dakar.connection.finding.find("عمر")
    assert (hit.row.id, hit.stands) == (other, one)
    elsewhere = dakar.found()
    add(dakar, elsewhere, "same_as", source=one, target=other, stands=other)  # another space has no say here
    assert dakar.connection.listing.query(people) == [one]
    dakar.write(space, bytes.fromhex(one), *delete(dakar, one))
    assert dakar.connection.listing.query(people) == [other]  # nobody vanishes behind what is in the bin
    dakar.write(space, bytes.fromhex(link), *delete(dakar, link))
    assert dakar.connection.listing.query(people) == [other]


def test_merges_of_two_desks_at_once_come_together(dakar: Desk, abu_dhabi: Desk) -> None:
    space = dakar.found()
    people = [add(dakar, space, "person", name=name) for name in ("Omar", "عمر", "Oumar")]
    abu_dhabi.take_all(dakar.send())
    abu_dhabi.take_key(dakar, space)
    one, two, three = sorted(people)
    add(dakar, space, "same_as", source=one, target=two, stands=two)
    second = add(abu_dhabi, space, "same_as", source=two, target=one, stands=one)
    add(abu_dhabi, space, "same_as", source=three, target=two, stands=two)
    ours, theirs = dakar.send(), abu_dhabi.send()
    dakar.take_all(theirs)
    abu_dhabi.take_all(ours)
    for desk in (dakar, abu_dhabi):
        assert desk.connection.listing.query(Query(type="person")) == [one]
        assert desk.connection.listing.merges.stands() == {two: one, three: one}
    dakar.write(space, bytes.fromhex(second), *delete(dakar, second))  # one of the two choices is taken back
    abu_dhabi.take_all(dakar.send())
    for desk in (dakar, abu_dhabi):
        assert desk.connection.listing.query(Query(type="person")) == [two]
