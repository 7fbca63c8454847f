"""What holds for records of one desk: links and copies inherit, exchanges ask for receipts and are not undone."""

from __future__ import annotations

import pytest

from desktop.casework.handling import Marking
from desktop.casework.passing_on import EVERYBODY
from desktop.desk import Desk, Refused


@pytest.fixture
def case(desk: Desk) -> str:
    return desk.new_case({"title": "Réseau"}, ()).record


def test_a_link_inherits_the_strictest_of_what_it_joins_and_of_their_values(desk: Desk, case: str) -> None:
    person = desk.new_record("person", case, {"name": "Karim", "tlp": "TLP:GREEN"}).record
    phone = desk.new_record("phone", case, {"number": "+221 77", "tlp": "TLP:AMBER+STRICT"}).record
    desk.edit(person, "birth_date", "1987")
    desk.edit(person, "birth_date__handling", ("H2",))
    values = {"source": person, "target": phone, "tlp": "TLP:CLEAR", "handling": ("H0",)}
    link = desk.new_record("uses", case, values).record
    shown = desk.show(link).fields
    assert (shown["tlp"].value, shown["handling"].elements) == ("TLP:AMBER+STRICT", ("H0", "H2"))
    desk.edit(phone, "tlp", "TLP:RED")
    assert desk.handling(link).marking.tlp == "TLP:RED", "also what became stricter since"
    with pytest.raises(Refused) as told:
        desk.edit(link, "tlp", "TLP:AMBER+STRICT")
    assert told.value.code == "only_the_provider_loosens"


def test_an_exchange_asks_for_receipts_names_everybody_and_is_not_undone(desk: Desk, case: str) -> None:
    sent = desk.new_record("exchange", case, {"title": "Numbers"}).record
    shown = desk.show(sent).fields
    assert desk.receipts(sent).asked
    assert shown["provider"].elements == (desk.identity().ministry,)
    assert str(shown["sent"].value).endswith("+00:00")
    assert desk.undo_texts()[0] != "new: Exchange of information"
    with pytest.raises(Refused) as told:
        desk.new_record("permission", case, {"about": sent, "codes": ("H1",), "audience": ("FR",), "reason": "x"})
    assert told.value.code == "own_information"


def test_ones_own_information_is_passed_on_and_published_as_its_tlp_says(desk: Desk, case: str) -> None:
    person = desk.new_record("person", case, {"name": "Karim", "tlp": "TLP:GREEN", "handling": ("H1", "H2")}).record
    assert desk.passing([person], ("FR",)).obstacles == ()
    assert desk.passing([person], ("FR",), "judicial").obstacles == ()
    assert [each.code for each in desk.passing([person], (EVERYBODY,)).obstacles] == ["tlp_outside"]
    assert desk.passing([person, case], ()).marking == Marking("TLP:AMBER", ("H0", "H1", "H2"))


def test_a_copy_is_of_whom_the_original_is_and_keeps_its_words(desk: Desk, case: str) -> None:
    other = desk.new_case({"title": "Autre"}, ()).record
    values = {"name": "Karim", "handling": ("H3",), "handling_note": "Judges only", "birth_date": "1987"}
    person = desk.new_record("person", case, values).record
    copy = desk.send(other, {"title": "Karim", "tlp": "TLP:CLEAR"}, person).record
    held = desk.handling(copy)
    assert held.marking == Marking("TLP:AMBER", ("H3",), ("Judges only",))
    assert desk.show(copy).fields["original"].value == person


def test_what_was_merged_counts_as_the_stricter_of_the_two_until_they_are_separated(desk: Desk, case: str) -> None:
    one = desk.new_record("person", case, {"name": "Karim", "tlp": "TLP:GREEN"}).record
    other = desk.new_record("person", case, {"name": "KARIM", "tlp": "TLP:RED", "handling": ("H1",)}).record
    desk.merge(one, other)
    assert desk.handling(one).marking == Marking("TLP:RED", ("H0", "H1"))
    desk.separate(one)
    assert desk.handling(one).marking == Marking("TLP:GREEN", ("H0",))
