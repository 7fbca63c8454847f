"""A list, a report or an export inherits the strictest of what it holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.casework.handling import (
    TLP_ORDER,
    Marking,
    all_handling,
    code_line,
    combine,
    explain,
    marking_line,
    strictest_tlp,
)
from desktop.casework.references import format_reference, next_reference
from i18n import set_language
from i18n.bidi import strip_isolates


@pytest.mark.parametrize(
    ("codes", "strictest"),
    [
        ((), ""),
        (("TLP:CLEAR",), "TLP:CLEAR"),
        (("TLP:GREEN", "TLP:CLEAR"), "TLP:GREEN"),
        (("TLP:AMBER", "TLP:AMBER+STRICT"), "TLP:AMBER+STRICT"),
        (("TLP:AMBER+STRICT", "TLP:RED", "TLP:CLEAR"), "TLP:RED"),
        (("", "TLP:CLEAR"), "TLP:AMBER"),
        (("TLP:RED", "TLP:BLACK"), "TLP:BLACK"),
    ],
)
def test_the_strictest_code_wins(codes: tuple[str, ...], strictest: str) -> None:
    assert strictest_tlp(codes) == strictest


@given(st.lists(st.sampled_from(TLP_ORDER), min_size=1))
def test_adding_a_record_never_loosens_the_marking(codes: list[str]) -> None:
    whole = TLP_ORDER.index(strictest_tlp(codes))
    assert all(TLP_ORDER.index(code) <= whole for code in codes)


def test_handling_codes_add_up_in_their_order() -> None:
    assert all_handling([("H3", "H0"), (), ("H1", "H0")]) == ("H0", "H1", "H3")
    assert all_handling([("H7", "H2")]) == ("H2", "H7")


def test_a_copy_inherits_everything() -> None:
    whole = combine(
        [
            Marking("TLP:GREEN", ("H0",), ("no press",)),
            Marking("TLP:RED", ("H2", "H3"), ("no press", "ask Rabat")),
        ]
    )
    assert whole == Marking("TLP:RED", ("H0", "H2", "H3"), ("no press", "ask Rabat"))
    assert combine([]) == Marking()


def test_codes_are_isolated_and_never_translated() -> None:
    set_language("ar")
    marking = Marking("TLP:AMBER", ("H0", "H2"))
    assert code_line(marking) == "\u2066TLP:AMBER\u2069 · \u2066H0\u2069 · \u2066H2\u2069"
    assert marking_line(marking) == f"{code_line(marking)} · التعاون الشرطي"
    assert marking_line(Marking()) == "تداول محدود — التعاون الشرطي"


def test_each_code_is_explained_in_the_language_in_use() -> None:
    set_language("fr")
    lines = [strip_isolates(line) for line in explain(Marking("TLP:RED", ("H1", "H9"), ("Pas de presse\u202e",)))]
    assert lines == [
        "TLP:RED: Pour les destinataires nommés seulement.",
        "H1: Pas d’usage en procédure judiciaire sans l’accord du fournisseur",
        "H9",
        "Pas de presse[U+202E]",
    ]
    assert [strip_isolates(line) for line in explain(Marking("TLP:BLACK"))] == ["TLP:BLACK"]
    assert explain(Marking()) == []


def test_references_count_up_for_each_ministry_and_year() -> None:
    known = ["SN-2026-00416", "SN-2025-00999", "IT-2026-05000", "SN-2026-x", "SN-2026-٩٩٩٩٩", "SN-2026-" + "9" * 40]
    assert next_reference("SN", 2026, known) == "SN-2026-00417"
    assert next_reference("AE", 2026, known) == "AE-2026-00001"
    assert format_reference("SN", 2026, 123_456) == "SN-2026-123456"
