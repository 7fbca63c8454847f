"""The chain of custody: what fits, and every way in which it does not."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from desktop.casework.evidence_chain import Custody, CustodyStep, judge, with_files
from desktop.casework.evidence_words import _FINDINGS, finding_text
from desktop.casework.views import Author

AWA = Author("Awa Diop", "SN", "aa" * 16, "Dakar 1", 1_000)
ROSSI = Author("A. Rossi", "IT", "bb" * 16, "Rome 1", 2_000)
OTHER = Author("Third", "FR", "cc" * 16, "Lyon 1", 3_000)


def step(name: str, action: str, author: Author = AWA, *, after: str = "", **said: Any) -> CustodyStep:
    return CustodyStep(name, "x", action, author, "FING-ER", f"{author.device}.1", previous=after, **said)


def codes(chain: Custody) -> list[str]:
    return [finding.code for finding in chain.findings]


ENTERED = step("1", "entered", to_holder="Awa Diop")
GIVEN = step("2", "transferred", after="1", to_holder="A. Rossi", to_ministry="IT")
RECEIVED = step("3", "received", ROSSI, after="2", to_holder="A. Rossi")


def test_what_was_handed_over_is_open_until_the_other_confirms_it() -> None:
    given = judge("x", [GIVEN, ENTERED])
    assert (given.status, given.holders, given.open) == ("transferred", ("Awa Diop",), GIVEN)
    taken = judge("x", [RECEIVED, GIVEN, ENTERED])
    assert (taken.status, taken.holders, taken.open) == ("held", ("A. Rossi",), None)
    assert [each.id for each in taken.steps] == ["1", "2", "3"]
    assert given.whole
    assert taken.whole


def test_what_was_declined_stays_with_who_had_it() -> None:
    for author in (ROSSI, AWA):  # the one it was meant for, or who takes it back
        chain = judge("x", [ENTERED, GIVEN, step("3", "declined", author, after="2")])
        assert (chain.holders, chain.open, codes(chain)) == (("Awa Diop",), None, [])


def test_a_seal_is_opened_by_its_own_number_alone() -> None:
    sealed = step("2", "sealed", after="1", seal="S-1")
    assert judge("x", [ENTERED, sealed]).status == "sealed"
    assert judge("x", [ENTERED, sealed]).seal == "S-1"
    right = judge("x", [ENTERED, sealed, step("3", "unsealed", after="2", seal="S-1")])
    assert (right.status, right.seal, codes(right)) == ("held", "", [])
    assert codes(judge("x", [ENTERED, sealed, step("3", "unsealed", after="2", seal="S-2")])) == ["seal_differs"]


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("entered_twice", [step("2", "entered", after="1")]),
        ("after_end", [step("2", "returned", after="1"), step("3", "examined", after="2")]),
        ("not_holder", [step("2", "examined", OTHER, after="1")]),
        ("while_open", [GIVEN, step("3", "examined", after="2")]),
        ("nothing_open", [step("2", "received", ROSSI, after="1")]),
        ("not_addressee", [GIVEN, step("3", "received", OTHER, after="2")]),
        ("not_addressee", [GIVEN, step("3", "declined", OTHER, after="2")]),
        ("not_addressee", [GIVEN, step("3", "received", msgspec.structs.replace(ROSSI, ministry="FR"), after="2")]),
        ("sealed_twice", [step("2", "sealed", after="1", seal="1"), step("3", "sealed", after="2", seal="2")]),
        ("no_seal_number", [step("2", "sealed", after="1")]),
        ("not_sealed", [step("2", "unsealed", after="1", seal="1")]),
        ("examined_sealed", [step("2", "sealed", after="1", seal="1"), step("3", "examined", after="2")]),
        ("altered", [step("2", "examined", after="1", altered=("at",))]),
        ("deleted", [step("2", "examined", after="1", deleted=True)]),
        ("late", [step("2", "examined", after="1", late=True)]),
        ("unknown_action", [step("2", "weighed", after="1")]),
        ("gap", [step("3", "examined", after="2")]),
        ("out_of_nowhere", [step("2", "examined")]),
    ],
)
def test_what_does_not_fit_is_found_and_said(code: str, more: list[CustodyStep]) -> None:
    chain = judge("x", [ENTERED, *more])
    assert code in codes(chain)
    assert not chain.whole
    for finding in chain.findings:
        text = finding_text(finding)
        assert "{" not in text
        assert finding.code not in text


def test_who_hands_over_does_not_confirm_on_the_same_desk() -> None:
    own = step("2", "transferred", after="1", to_holder="Awa Diop")
    assert codes(judge("x", [ENTERED, own, step("3", "received", after="2")])) == ["own_confirmation"]


def test_a_chain_that_begins_without_an_entry_has_a_gap() -> None:
    assert "no_start" in codes(judge("x", [step("2", "examined")]))
    assert judge("x", []).status == ""
    assert not judge("x", []).whole


def test_two_holders_at_once_are_a_conflict_and_settled_by_who_says_which_entry_counts() -> None:
    one = [step("2", "transferred", after="1", to_holder="A. Rossi"), step("3", "received", ROSSI, after="2")]
    other = [step("4", "transferred", after="1", to_holder="Third"), step("5", "received", OTHER, after="4")]
    chain = judge("x", [ENTERED, *one, *other])
    assert chain.holders == ("A. Rossi", "Third")
    (finding,) = chain.findings
    assert (finding.code, finding.about, finding.other) == ("two_holders", "A. Rossi", "Third")
    settled = judge("x", [ENTERED, *one, *other, step("6", "examined", OTHER, after="5", settles="3")])
    assert (settled.holders, codes(settled), settled.heads) == (("Third",), [], ("6",))


def test_two_entries_of_one_holder_without_knowledge_of_each_other_are_said() -> None:
    chain = judge("x", [ENTERED, step("2", "examined", after="1"), step("3", "sealed", after="1", seal="1")])
    assert codes(chain) == ["fork"]
    assert len(chain.heads) == 2


def test_no_clock_decides_the_order_and_an_earlier_time_is_said() -> None:
    late = step("2", "examined", after="1", at="2026-01-01T10:00:00+00:00")
    early = msgspec.structs.replace(ENTERED, at="2026-06-01T10:00:00+00:00", author=ROSSI, to_holder="Awa Diop")
    chain = judge("x", [late, early])
    assert [each.id for each in chain.steps] == ["1", "2"]
    assert "time_back" in codes(chain)


def test_entries_in_a_circle_end_in_words() -> None:
    chain = judge("x", [step("1", "examined", after="2"), step("2", "examined", after="1")])
    assert codes(chain).count("circle") == 2
    assert len(chain.steps) == 2


def test_the_signed_hash_shows_a_file_that_was_exchanged() -> None:
    chain = judge("x", [msgspec.structs.replace(ENTERED, sha256="ab" * 32)])
    assert with_files(chain, {"ab" * 32}).whole
    assert codes(with_files(chain, {"cd" * 32})) == ["file_gone", "file_added"]


def test_every_finding_has_its_own_sentence() -> None:
    assert len({make() for make in _FINDINGS.values()}) == len(_FINDINGS)
