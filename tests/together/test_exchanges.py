"""Exchanges between three ministries over a socket: codes that execute, permissions asked and answered offline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from desktop.casework.handling import Marking
from desktop.desk import Desk, Refused
from desktop.desk.edits import DeskEdits
from tests.support.world import World, three_ministries

AMBER_H2 = {"title": "Phone numbers", "content": "+221 77", "tlp": "TLP:AMBER", "handling": ("H0", "H2")}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with three_ministries(tmp_path_factory.mktemp("exchanges")) as made:
        yield made


def refused(desk: Desk, what: str, *given: object, **more: object) -> str:
    """The code with which a desk refuses."""
    with pytest.raises(Refused) as told:
        getattr(desk, what)(*given, **more)
    return told.value.code


def edit_as_an_older_version(desk: Desk, record: str, field: str, value: object) -> None:
    """Write a field as a desk would that knows nothing of these rules."""
    DeskEdits.edit(desk, record, field, value)


def test_the_readers_of_a_space_are_told_by_ministry_and_desk(world: World) -> None:
    case = world.case("SN", ("SN", "AE"))
    told = {each.ministry: (each.desks, each.own) for each in world["SN"].readers(case)}
    assert told == {"SN": ((("Officer SN", "Desk SN"),), True), "AE": ((("Officer AE", "Desk AE"),), False)}


def test_h2_is_passed_on_once_its_provider_permitted_it_offline(world: World) -> None:
    dakar, abu_dhabi, rome = world["SN"], world["AE"], world["IT"]
    first = world.case("SN", ("SN", "AE"))
    original = dakar.send(first, AMBER_H2, confirmed=True).record
    second = world.case("AE", ("AE", "IT"))
    world.sync()
    found = abu_dhabi.sending(second, {"title": "Passed on"}, original)
    assert [(each.code, each.ministries, each.providers) for each in found.obstacles] == [
        ("tlp_amber", ("IT",), ()),
        ("h2_onward", ("IT",), ("SN",)),
    ]
    assert refused(abu_dhabi, "send", second, {"title": "Passed on"}, original, confirmed=True) == "held_back"
    asked = abu_dhabi.ask_permission(original, ("H2",), ("IT",), "Rome follows the same network").record
    assert refused(abu_dhabi, "answer_permission", asked, granted=True) == "not_the_provider"
    assert refused(dakar, "answer_permission", original, granted=True) == "no_permission_request"
    world.sync()
    (waiting,) = dakar.waiting_permissions()
    assert (waiting.id, waiting.about, waiting.requesting, waiting.status) == (asked, original, "AE", "asked")
    assert abu_dhabi.waiting_permissions() == ()
    world.server.stop()
    assert refused(dakar, "answer_permission", asked, granted=False) == "refusal_without_reason"
    assert refused(dakar, "answer_permission", asked, granted=True, until="2020-01-01") == "permission_end_past"
    end = (date.today() + timedelta(days=30)).isoformat()  # noqa: DTZ011
    dakar.answer_permission(asked, granted=True, words="Not to be printed", until=end)
    assert dakar.waiting_permissions() == ()
    world.server.start()
    world.sync()
    assert abu_dhabi.permission(asked).conditions == "Not to be printed"
    assert dakar.handling(asked).providers == ("AE",), "a request is of who asks"
    assert refused(abu_dhabi, "send", second, {"title": "Passed on"}, original) == "to_confirm"
    copy = abu_dhabi.send(second, {"title": "Passed on", "tlp": "TLP:CLEAR"}, original, confirmed=True).record
    world.sync()
    held = rome.handling(copy)
    assert (held.marking, held.providers) == (Marking("TLP:AMBER", ("H0", "H2")), ("SN",))
    assert rome.show(copy).fields["original"].value == original
    assert [each.code for each in rome.passing([copy], ("AE", "SN")).obstacles] == []
    assert refused(rome, "ask_permission", copy, ("H2",), ("SN",), "Why not") == "provider_not_here"
    for desk in (dakar, abu_dhabi, rome):
        assert desk.verify().ok


def test_an_answer_of_another_ministry_is_void_and_so_is_asking_for_more_afterwards(world: World) -> None:
    dakar, abu_dhabi, rome = world["SN"], world["AE"], world["IT"]
    case = world.case("SN", ("SN", "AE"))
    original = dakar.send(case, AMBER_H2, confirmed=True).record
    world.sync()
    asked = abu_dhabi.ask_permission(original, ("H2",), ("IT",), "Needed").record
    edit_as_an_older_version(abu_dhabi, asked, "status", "granted")
    (answer,) = abu_dhabi.permission(asked).answers
    assert (answer.status, answer.author.ministry, answer.counts) == ("granted", "AE", False)
    assert abu_dhabi.permission(asked).status == "asked"
    assert [each.code for each in abu_dhabi.passing([original], ("IT",)).obstacles] == ["tlp_amber", "h2_onward"]
    world.sync()
    dakar.answer_permission(asked, granted=True)
    world.sync()
    assert [each.code for each in abu_dhabi.passing([original], ("IT",)).obstacles] == ["tlp_amber"]
    edit_as_an_older_version(abu_dhabi, asked, "audience", ("IT", "FR"))
    edit_as_an_older_version(abu_dhabi, asked, "provider", "AE")
    assert abu_dhabi.permission(asked).audience == ("IT",)
    assert [each.ministries for each in abu_dhabi.passing([original], ("FR",)).obstacles] == [("FR",), ("FR",)]
    world.sync()
    dakar.answer_permission(asked, granted=False, words="Withdrawn")
    edit_as_an_older_version(abu_dhabi, asked, "status", "granted")
    world.sync()
    assert {desk.permission(asked).status for desk in (dakar, abu_dhabi)} == {"refused"}
    assert refused(abu_dhabi, "edit", asked, "audience", ("IT", "FR")) == "permission_fixed"
    assert asked not in {each.id for each in rome.permissions()}


def test_two_answers_of_the_provider_that_did_not_know_of_each_other_count_as_the_stricter(world: World) -> None:
    world.set_up("SN2")
    world.sync()
    case = world.case("SN", ("SN", "AE"))
    original = world["SN"].send(case, AMBER_H2, confirmed=True).record
    world.sync()
    asked = world["AE"].ask_permission(original, ("H2",), ("IT",), "Needed").record
    world.sync()
    world["SN"].answer_permission(asked, granted=True)
    world["SN2"].answer_permission(asked, granted=False, words="Not yet")
    world.sync()
    assert {world[name].permission(asked).status for name in ("SN", "SN2", "AE")} == {"refused"}
    world["SN2"].answer_permission(asked, granted=True, until="2099-01-01")
    world.sync()
    assert {world[name].permission(asked).until for name in ("SN", "SN2", "AE")} == {"2099-01-01"}


def test_concurrent_edits_of_codes_count_as_the_strictest_and_others_never_loosen(world: World) -> None:
    dakar, abu_dhabi = world["SN"], world["AE"]
    case = world.case("SN", ("SN", "AE"))
    original = dakar.send(case, AMBER_H2, confirmed=True).record
    world.sync()
    assert refused(abu_dhabi, "edit", original, "tlp", "TLP:GREEN") == "only_the_provider_loosens"
    assert refused(abu_dhabi, "edit", original, "handling", ("H0",)) == "only_the_provider_loosens"
    abu_dhabi.edit(original, "handling", ("H0", "H1", "H2"))
    assert abu_dhabi.handling(original).marking.handling == ("H0", "H1", "H2")
    edit_as_an_older_version(abu_dhabi, original, "tlp", "TLP:GREEN")
    edit_as_an_older_version(abu_dhabi, original, "handling", ("H0",))
    assert abu_dhabi.handling(original).marking == Marking("TLP:AMBER", ("H0", "H2"))
    dakar.edit(original, "tlp", "TLP:AMBER+STRICT")
    world.sync()
    assert {desk.handling(original).marking.tlp for desk in (dakar, abu_dhabi)} == {"TLP:AMBER+STRICT"}
    abu_dhabi.edit(original, "tlp", "TLP:RED")
    world.sync()
    assert dakar.handling(original).marking.tlp == "TLP:RED"
    dakar.edit(original, "tlp", "TLP:GREEN")
    dakar.edit(original, "handling", ("H0",))
    world.sync()
    assert abu_dhabi.handling(original).marking == Marking("TLP:GREEN", ("H0",))


def test_red_goes_into_no_space_that_others_than_the_named_read(world: World) -> None:
    case = world.case("SN", ("SN", "AE", "IT"))
    red = {"title": "Source", "tlp": "TLP:RED", "recipients": ("AE",)}
    found = world["SN"].sending(case, red).obstacles
    assert [(each.code, each.ministries) for each in found] == [("tlp_red", ("IT",))]
    assert refused(world["SN"], "send", case, red, confirmed=True) == "held_back"
    assert world["SN"].send(case, {**red, "recipients": ("AE", "IT")}).records
