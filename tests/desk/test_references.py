"""References of new cases: no two desks of a ministry give the same one."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.desk import Desk
from desktop.desk.references import BLOCK, ENROLLED_RANKS, next_case_reference

DEVICE, OTHER = b"a" * 16, b"b" * 16


def test_a_desks_first_case_has_the_first_number_of_its_block() -> None:
    assert next_case_reference("SN", 2026, 1, DEVICE, []) == "SN-2026-00001"
    assert next_case_reference("SN", 2026, 3, DEVICE, []) == "SN-2026-02001"
    assert next_case_reference("SN", 2026, 3, DEVICE, ["SN-2026-02001", "SN-2026-09001", "x"]) == "SN-2026-02002"


def test_a_number_below_the_highest_is_not_given_again() -> None:
    assert next_case_reference("SN", 2026, 1, DEVICE, ["SN-2026-00007"]) == "SN-2026-00008"


def test_a_desk_that_has_used_its_block_goes_on_in_the_long_form() -> None:
    block = [f"SN-2026-{number:05d}" for number in range(1, BLOCK)]
    first = next_case_reference("SN", 2026, 1, DEVICE, block)
    assert first == "SN-2026-000100001"
    assert next_case_reference("SN", 2026, 1, DEVICE, [*block, first]) == "SN-2026-000100002"
    assert next_case_reference("SN", 2026, 1, DEVICE, [first]) == "SN-2026-000100002"


def test_before_enrolment_the_number_comes_from_the_desks_key() -> None:
    mine, other = (next_case_reference("SN", 2026, 0, device, []) for device in (DEVICE, OTHER))
    assert mine != other
    assert int(mine[-9:]) >= ENROLLED_RANKS * 100_000


@settings(max_examples=60)
@given(ranks=st.lists(st.integers(1, ENROLLED_RANKS - 1), min_size=2, max_size=5, unique=True), cases=st.integers(1, 5))
def test_two_desks_that_never_met_give_different_numbers(ranks: list[int], cases: int) -> None:
    given_out: list[str] = []
    for rank in ranks:
        known: list[str] = []
        for _ in range(cases):
            known.append(next_case_reference("SN", 2026, rank, DEVICE, known))
        given_out += known
    assert len(set(given_out)) == len(given_out)


def test_a_reference_that_a_person_took_is_passed_over(desk: Desk) -> None:
    first = desk.rows([desk.new_case({"title": "Un"}).record])[0].reference
    following = f"{first[:-1]}{int(first[-1]) + 1}"
    by_hand = desk.new_case({"title": "Deux", "reference": following}).record
    desk.delete(by_hand)
    third = desk.rows([desk.new_case({"title": "Trois"}).record])[0].reference
    assert third == f"{first[:-1]}{int(first[-1]) + 2}"


def test_numbers_go_on_where_they_ended_although_the_last_note_is_lost(desk: Desk) -> None:
    _, last = (desk.rows([desk.new_case({"title": "Un"}).record])[0].reference for _ in range(2))
    for key in desk._connection.notes.keys("reference."):
        desk._connection.notes.remove(key)
    following = desk.rows([desk.new_case({"title": "Un"}).record])[0].reference
    assert int(following[-9:]) == int(last[-9:]) + 1
