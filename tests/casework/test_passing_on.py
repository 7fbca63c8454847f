"""What may go to whom: the strictest code of what is passed on holds it back, until its provider lets it go."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desktop.casework.handling import HANDLING_CODES, TLP_ORDER, Marking
from desktop.casework.passing_on import (
    EVERYBODY,
    Permission,
    check,
    describe,
    forbidden,
    inherited,
    tightened,
    to_ask,
)
from desktop.casework.views import Author, FieldView, RecordView, ValueView
from i18n import set_language
from i18n.bidi import strip_isolates

TODAY = date(2026, 11, 24)


def author(ministry: str = "MA") -> Author:
    return Author("N. Alaoui", ministry, "ab" * 16, f"{ministry} 1", 0)


def register(name: str, *values: str) -> FieldView:
    return FieldView(
        name, "register", tuple(ValueView(value, f"ab.{n}.0", author()) for n, value in enumerate(values, 1))
    )


def record(**fields: str | tuple[str, ...]) -> RecordView:
    """A record; a tuple makes a set of handling codes, and values side by side of anything else."""
    made = {}
    for name, held in fields.items():
        if name.endswith("handling"):
            made[name] = FieldView(name, "set", elements=tuple(held))
        else:
            made[name] = register(name, *([held] if isinstance(held, str) else held))
    return RecordView("r1", "s1", "exchange", made)


def codes(marking: Marking, audience: tuple[str, ...], purpose: str = "police", **more: object) -> list[str]:
    return [each.code for each in check(marking, "MA", audience, purpose, today=TODAY, **more)]  # type: ignore[arg-type]


def test_a_copy_inherits_the_strictest_of_records_and_values_and_all_that_stands_side_by_side() -> None:
    first = record(tlp=("TLP:GREEN", "TLP:AMBER+STRICT"), handling=("H0",), handling_note=("No press", "Judges only"))
    second = record(tlp="TLP:CLEAR", handling=("H0", "H2"), birth_date__handling=("H1",), birth_date__tlp="TLP:GREEN")
    assert inherited([first, second]) == Marking("TLP:AMBER+STRICT", ("H0", "H1", "H2"), ("No press", "Judges only"))
    assert inherited([record(tlp="TLP:CLEAR", phone__tlp="TLP:RED")]).tlp == "TLP:RED"
    assert inherited([record()]).tlp == "TLP:AMBER"
    assert inherited([]) == Marking()


def test_values_too_many_to_be_shown_count_as_one_that_is_not_known() -> None:
    fields = {"tlp": FieldView("tlp", "register", (ValueView("TLP:CLEAR", "ab.1.0", author()),), hidden=40)}
    marking = inherited([RecordView("r1", "s1", "exchange", fields)])
    assert codes(marking, ("FR",)) == ["tlp_unknown"]


def test_red_is_for_the_named_recipients_only() -> None:
    red = Marking("TLP:RED")
    assert codes(red, ("FR", "MA"), named=("FR",)) == []
    assert codes(red, ("FR", "IT"), receiving=("FR", "IT"), named=("FR",)) == ["tlp_red"]
    assert check(red, "MA", ("FR", "IT"), named=("FR",))[0].ministries == ("IT",)
    assert codes(red, ("FR",), receiving=("FR",)) == []


def test_strict_amber_stays_within_the_receiving_ministries() -> None:
    strict = Marking("TLP:AMBER+STRICT")
    assert codes(strict, ("FR", "MA"), receiving=("FR",)) == []
    found = check(strict, "MA", ("FR", "IT"), receiving=("FR",))
    assert [(each.code, each.way, each.ministries) for each in found] == [("tlp_amber_strict", "audience", ("IT",))]


def test_amber_asks_whether_others_need_to_know_and_is_not_published() -> None:
    amber = Marking("TLP:AMBER")
    assert codes(amber, ("FR",), receiving=("FR",)) == []
    found = check(amber, "MA", ("FR", "IT"), receiving=("FR",))
    assert [(each.code, each.way, each.ministries) for each in found] == [("tlp_amber", "confirm", ("IT",))]
    assert forbidden(found) == []
    assert codes(amber, (EVERYBODY,)) == ["tlp_outside"]
    assert codes(Marking(), ("IT",)) == ["tlp_amber"]


def test_green_stays_in_the_alliance_and_clear_may_be_published() -> None:
    assert codes(Marking("TLP:GREEN"), ("FR", "IT")) == []
    assert codes(Marking("TLP:GREEN"), ("FR", EVERYBODY)) == ["tlp_outside"]
    assert codes(Marking("TLP:CLEAR"), ("FR", EVERYBODY)) == []


def test_h1_stands_in_the_way_of_judicial_proceedings_only() -> None:
    marking = Marking("TLP:GREEN", ("H0", "H1"))
    assert codes(marking, ("FR",), receiving=("FR",)) == []
    assert codes(marking, ("FR",), "judicial", receiving=("FR",)) == ["h1_judicial"]
    assert codes(marking, ("FR",), "something new", receiving=("FR",)) == ["h1_judicial"]
    assert codes(marking, ("MA",), "judicial") == []


def test_h2_stands_in_the_way_of_those_who_do_not_have_it() -> None:
    marking = Marking("TLP:GREEN", ("H2",))
    assert codes(marking, ("FR", "MA"), receiving=("FR",)) == []
    found = check(marking, "MA", ("FR", "IT", "ES"), receiving=("FR",))
    assert [(each.code, each.way, each.ministries, each.providers) for each in found] == [
        ("h2_onward", "permission", ("ES", "IT"), ("MA",))
    ]
    assert to_ask(found) == {"MA": ({"H2"}, {"ES", "IT"})}


def test_h3_is_read_and_confirmed() -> None:
    found = check(Marking("TLP:GREEN", ("H3",), ("Judges only", "No press")), "MA", ("IT",))
    assert [(each.code, each.way, each.words) for each in found] == [
        ("h3_words", "confirm", "Judges only"),
        ("h3_words", "confirm", "No press"),
    ]
    assert [each.words for each in check(Marking("TLP:GREEN", ("H3",)), "MA", ("IT",))] == [""]
    assert codes(Marking("TLP:GREEN", (), ("No press",)), ("IT",)) == ["h3_words"]
    assert codes(Marking("TLP:GREEN", ("H3",)), ("FR",), receiving=("FR",)) == []


def test_codes_of_a_later_version_count_as_the_strictest() -> None:
    assert codes(Marking("TLP:BLACK"), ("IT",), named=("FR",)) == ["tlp_unknown"]
    assert codes(Marking("TLP:GREEN", ("H9",)), ("IT",)) == ["handling_unknown"]
    assert codes(Marking("TLP:GREEN", ("H9",)), ("FR",), "judicial", receiving=("FR",)) == ["handling_unknown"]


@pytest.mark.parametrize(
    ("changed", "lifted"),
    [
        ({}, True),
        ({"provider": "FR"}, False),
        ({"codes": frozenset({"H1"})}, False),
        ({"audience": frozenset({"ES"})}, False),
        ({"until": "2026-11-24"}, True),
        ({"until": "2026-11-23"}, False),
        ({"until": "some day"}, False),
    ],
)
def test_a_permission_lifts_what_it_names_for_whom_it_names_until_its_end(
    changed: dict[str, object], lifted: bool
) -> None:
    given = {"provider": "MA", "codes": frozenset({"H2"}), "audience": frozenset({"IT"}), **changed}
    left = codes(Marking("TLP:GREEN", ("H2",)), ("IT",), permissions=(Permission(**given),))  # type: ignore[arg-type]
    assert left == ([] if lifted else ["h2_onward"])


def test_every_provider_must_have_granted_for_every_ministry() -> None:
    marking = Marking("TLP:GREEN", ("H2",))
    of_morocco = Permission("MA", frozenset({"H2"}), frozenset({"IT", "ES"}))
    of_senegal = Permission("SN", frozenset({"H2"}), frozenset({"IT"}))
    found = check(marking, ("MA", "SN"), ("IT", "ES"), permissions=(of_morocco, of_senegal), today=TODAY)
    assert [(each.ministries, each.providers) for each in found] == [(("ES",), ("SN",))]
    assert codes(marking, ("IT",), permissions=()) == ["h2_onward"]
    assert [each.code for each in check(marking, "", ("IT",))] == ["h2_onward"]


MARKINGS = st.builds(
    Marking,
    st.sampled_from(("", *TLP_ORDER, "TLP:BLACK")),
    st.lists(st.sampled_from((*HANDLING_CODES, "H9")), max_size=4).map(tuple),
    st.lists(st.sampled_from(("no press", "judges only")), max_size=2).map(tuple),
)
MEMBERS = st.frozensets(st.sampled_from(("FR", "IT", "ES", "SN", EVERYBODY)))


def test_what_is_made_stricter_keeps_what_it_does_not_say() -> None:
    assert tightened(Marking(), Marking("TLP:GREEN", ("H0",))) == Marking("TLP:GREEN", ("H0",))
    assert tightened(Marking("TLP:GREEN", ("H2",)), Marking()) == Marking("TLP:GREEN", ("H2",))
    assert tightened(Marking(handling=("H0",)), Marking(handling=("H2",))) == Marking("", ("H0", "H2"))
    assert tightened(Marking("TLP:RED"), Marking("TLP:CLEAR")).tlp == "TLP:RED"
    assert tightened(Marking(handling=("H0",)), Marking("TLP:CLEAR")).tlp == "TLP:AMBER"


@example(Marking(handling=("H0",)), Marking("TLP:CLEAR"), frozenset({"FR", EVERYBODY}), frozenset(), "police")
@given(MARKINGS, MARKINGS, MEMBERS, MEMBERS, st.sampled_from(("police", "judicial")))
def test_what_is_made_of_two_markings_lets_through_no_more_than_either(
    floor: Marking, wanted: Marking, audience: frozenset[str], receiving: frozenset[str], purpose: str
) -> None:
    whole = check(tightened(floor, wanted), "MA", audience, purpose, receiving=receiving)
    held = {ministry for each in forbidden(whole) for ministry in each.ministries}
    wish = replace(wanted, tlp=wanted.tlp or "TLP:CLEAR")  # a wish without a TLP asks for none
    for part in (wish, *([floor] if floor != Marking() else [])):  # where nothing was inherited there is no floor
        for each in forbidden(check(part, "MA", audience, purpose, receiving=receiving)):
            assert held.issuperset(each.ministries)
            assert each.code != "tlp_outside" or any(one.code == "tlp_outside" for one in whole)


def test_each_obstacle_says_what_to_do_and_shows_what_came_from_outside_as_text() -> None:
    set_language("fr-FR")
    hostile = check(Marking("TLP:RED", ("H2", "H3"), ("{code}\u202e<b>",)), "MA", ("IT",), named=())
    told = [strip_isolates(describe(each)) for each in hostile]
    assert "Italie" in told[0]
    assert "Maroc" in told[1]
    assert "{code}[U+202E]<b>" in told[2]
