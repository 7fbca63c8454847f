"""Exhibits between two desks over the real secretariat: handed over, confirmed, and two who wrote at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.casework.evidence_views import Handover
from desktop.desk import Desk
from desktop.refusals import Refused
from tests.support.alliance import Alliance, running_alliance


@pytest.fixture
def alliance(tmp_path: Path) -> Iterator[Alliance]:
    """A secretariat and two desks."""
    with running_alliance(tmp_path) as made:
        yield made


def exchange(*desks: Desk) -> None:
    for desk in desks * 2:
        desk.sync_once(patience_s=10)


def test_an_exhibit_changes_hands_and_both_desks_verify_the_same_chain(alliance: Alliance, tmp_path: Path) -> None:
    dakar, abu_dhabi = alliance.desks()
    case = dakar.new_case({"title": "Nord"}, ("AE",)).record
    path = tmp_path / "a.bin"
    path.write_bytes(b"evidence")
    exhibit = dakar.add_exhibit(case, path, {}, Handover(why="Seized")).record
    assert [each.officer for each in dakar.officers(case)] == ["ليلى"]
    dakar.custody_step(exhibit, "transferred", Handover(to="ليلى", ministry="AE", why="Laboratory"))
    exchange(dakar, abu_dhabi)
    assert abu_dhabi.custody(exhibit).status == "transferred"
    with pytest.raises(Refused, match="custody_not_holder"):
        abu_dhabi.custody_step(exhibit, "examined", Handover())
    abu_dhabi.custody_step(exhibit, "received", Handover(place="Abu Dhabi"))
    abu_dhabi.custody_step(exhibit, "examined", Handover(why="Prints"))
    exchange(dakar, abu_dhabi)
    mine, theirs = dakar.custody(exhibit), abu_dhabi.custody(exhibit)
    assert mine.whole
    assert mine.holders == ("ليلى",)
    assert [(step.id, step.fingerprint, step.why) for step in mine.steps] == [
        (step.id, step.fingerprint, step.why) for step in theirs.steps
    ]
    assert [step.fingerprint for step in mine.steps] == [dakar.fingerprint()] * 2 + [abu_dhabi.fingerprint()] * 2
    number = abu_dhabi.rows([abu_dhabi.add_exhibit(case, None, {"title": "Box"}, Handover()).record])[0].reference
    assert number.endswith("/E-AE1-001")


def test_two_desks_that_write_at_once_are_told_and_settle_it(alliance: Alliance) -> None:
    dakar, abu_dhabi = alliance.desks()
    case = dakar.new_case({"title": "Nord"}, ("AE",)).record
    exhibit = dakar.add_exhibit(case, None, {"title": "Knife"}, Handover()).record
    dakar.custody_step(exhibit, "transferred", Handover(to="ليلى", ministry="AE"))
    exchange(dakar, abu_dhabi)
    dakar.custody_step(exhibit, "declined", Handover(why="Took it back"))  # offline, both
    abu_dhabi.custody_step(exhibit, "received", Handover())
    exchange(dakar, abu_dhabi)
    for desk in (dakar, abu_dhabi):
        chain = desk.custody(exhibit)
        assert [finding.code for finding in chain.findings] == ["two_holders"]
        assert set(chain.holders) == {"Awa Diop", "ليلى"}
        with pytest.raises(Refused, match="custody_fork"):
            desk.custody_step(exhibit, "examined", Handover())
    theirs = next(step.id for step in abu_dhabi.custody(exhibit).steps if step.action == "received")
    abu_dhabi.custody_step(exhibit, "examined", Handover(previous=theirs, why="It is in my safe"))
    exchange(dakar, abu_dhabi)
    assert dakar.custody(exhibit).whole
    assert dakar.custody(exhibit).holders == ("ليلى",)
