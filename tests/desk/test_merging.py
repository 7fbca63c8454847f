"""Duplicates are found with their reasons; a merge lets one stand for two, destroys nothing, and is taken back."""

from __future__ import annotations

import pytest

from desktop.casework.views import Query
from desktop.desk import Desk, Refused

PEOPLE = Query(type="person")


@pytest.fixture
def case(desk: Desk) -> str:
    """A case."""
    return desk.new_case({"title": "Réseau"}).record


def person(desk: Desk, case: str, name: str, **values: object) -> str:
    return desk.new_record("person", case, {"name": name, **values}).record


def test_the_same_number_or_name_makes_a_candidate_and_says_why(desk: Desk, case: str) -> None:
    one = person(desk, case, "Omar Ndiaye", phones=["+221 77 123 45 67"])
    two = person(desk, case, "O. N.", phones=["00221771234567"])
    three = person(desk, case, "NDIAYE, Omar")
    person(desk, case, "Fatou Sow", phones=["+221 70 000 00 00"])
    desk.new_record("phone", case, {"number": "+221 77 123 45 67"})  # a number is not a person
    pairs = {frozenset((each.one.id, each.other.id)): each for each in desk.duplicates(case)}
    assert set(pairs) == {frozenset((one, two)), frozenset((one, three))}
    (why,) = pairs[frozenset((one, two))].reasons
    assert (why.field, {why.one, why.other}) == ("phones", {"+221 77 123 45 67", "00221771234567"})
    assert pairs[frozenset((one, three))].reasons[0].field == "name"
    assert desk.duplicates(case)[0].reasons[0].field == "phones"  # the stronger reason comes first


def test_two_births_are_two_people_unless_something_else_is_the_same(desk: Desk, case: str) -> None:
    person(desk, case, "Omar Ndiaye", birth_date="1980-01-02")
    person(desk, case, "Omar Ndiaye", birth_date="1991")
    assert desk.duplicates(case) == []
    person(desk, case, "Ndiaye Omar", birth_date="1980")
    assert len(desk.duplicates(case)) == 1


def test_other_cases_are_looked_through_too(desk: Desk, case: str) -> None:
    other = desk.new_case({"title": "Autre"}).record
    here = desk.new_record("vehicle", case, {"plate": "DK-1234-A"}).record
    there = desk.new_record("vehicle", other, {"plate": "dk 1234 a"}).record
    (pair,) = desk.duplicates(case, elsewhere=True)
    assert (pair.one.id, pair.other.id, pair.same_space) == (here, there, False)
    with pytest.raises(Refused, match="merge_other_case"):
        desk.merge(here, there)
    link = desk.link_across(here, there).record
    assert desk.show(link).fields["target"].value == there
    assert len(desk.query(Query(type="vehicle"))) == 2  # a link over cases hides nothing


def test_a_link_over_cases_tells_nobody_of_what_he_cannot_read(desk: Desk, case: str) -> None:
    shared = desk.new_case({"title": "Partagé"}, members=("AE",)).record
    here, there = person(desk, shared, "Omar Ndiaye"), person(desk, case, "Omar Ndiaye")
    own = desk.new_case({"title": "À nous"}, members=()).record
    mine = person(desk, own, "Omar Ndiaye")
    with pytest.raises(Refused, match="link_not_theirs") as refused:
        desk.link_across(here, mine)
    assert "AE" in str(refused.value.params["ministries"])
    assert desk.link_across(mine, here).records  # who reads ours reads the shared one
    assert there


def test_a_merge_shows_one_and_undo_brings_both_back_as_they_were(desk: Desk, case: str) -> None:
    one, two = person(desk, case, "Omar Ndiaye"), person(desk, case, "NDIAYE Omar", occupation="Driver")
    before = desk.show(two)
    desk.merge(one, two)
    assert desk.query(PEOPLE) == [one]
    assert desk.show(two) == before
    assert desk.duplicates(case) == []
    with pytest.raises(Refused, match="merged_already"):
        desk.merge(two, one)
    desk.undo()
    assert set(desk.query(PEOPLE)) == {one, two}
    desk.redo()
    assert desk.query(PEOPLE) == [one]
    desk.separate(one)
    assert set(desk.query(PEOPLE)) == {one, two}
    desk.undo()
    assert desk.query(PEOPLE) == [one]
    with pytest.raises(Refused, match="merge_other_type"):
        desk.merge(one, case)


def test_another_choice_moves_who_stands(desk: Desk, case: str) -> None:
    one, two = person(desk, case, "Omar Ndiaye"), person(desk, case, "NDIAYE Omar")
    link = desk.merge(one, two).record
    desk.edit(link, "stands", two)
    assert desk.query(PEOPLE) == [two]
    third = person(desk, case, "Somebody")
    desk.edit(link, "stands", third)
    assert set(desk.query(PEOPLE)) == {one, two, third}  # a third record stands for neither


def test_pairs_that_were_parted_are_no_candidates(desk: Desk, case: str) -> None:
    one, two = person(desk, case, "Omar Ndiaye"), person(desk, case, "NDIAYE Omar")
    desk.keep_apart(two, one)
    desk.keep_apart(one, two)
    assert desk.duplicates(case) == []
    assert desk.duplicates(case, elsewhere=True) == []
