"""Differences between texts, edits carried over, and values in words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.casework.record_types import RecordTypes
from desktop.casework.views import Author, FieldView, HistoryEntry, ValueView
from desktop.ui.history_words import deed_of, difference, group_changes, heading, icon_of, subject_of
from desktop.ui.presenter import (
    choice_text,
    conflicts_text,
    elements_text,
    field_text,
    newer_text,
    prose,
    value_text,
)
from desktop.ui.word_diff import Piece, around, diff_words, rebase, shorten
from i18n import set_language
from i18n.bidi import FSI, LRI, PDI, strip_isolates

CASE = RecordTypes.load()["case"].fields
PERSON = RecordTypes.load()["person"].fields
TEXTS = st.text(alphabet="ab ,.\néم", max_size=40)


@pytest.fixture(autouse=True)
def _english() -> None:
    set_language("en")


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS)
def test_a_difference_holds_both_texts_whole(before: str, after: str) -> None:
    pieces = diff_words(before, after)
    assert "".join(piece.text for piece in pieces if piece.fate != "added") == before
    assert "".join(piece.text for piece in pieces if piece.fate != "removed") == after


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS)
def test_an_edit_alone_is_itself_whichever_side_made_it(base: str, edited: str) -> None:
    assert rebase(base, edited, base) == edited
    assert rebase(base, base, edited) == edited
    assert rebase(base, edited, edited) == edited


def test_two_edits_of_one_sentence_are_both_kept() -> None:
    woven = rebase("Two men were seen.", "Three men were seen.", "Two men were seen in Dakar.")
    assert woven == "Three men were seen in Dakar."


def test_two_wordings_of_one_word_stand_beside_each_other() -> None:
    assert rebase("Two men.", "Three men.", "Four men.") == "Four Three men."


def test_what_both_removed_stays_removed() -> None:
    assert rebase("Two tall men.", "Two men.", "Two men here.") == "Two men here."


def test_a_very_long_text_is_carried_over_by_its_ends() -> None:
    base = "word " * 4_000
    assert rebase(base, "My " + base, base + "theirs") == "My " + base + "theirs"
    assert rebase(base, base + "mine", "Theirs " + base) == "Theirs " + base + "mine"


def test_long_unchanged_stretches_are_cut_to_what_stands_beside_a_change() -> None:
    pieces = shorten(diff_words("a " * 500 + "old", "a " * 500 + "new"), context=20)
    assert [piece.fate for piece in pieces] == ["kept", "removed", "added"]
    assert pieces[0].text == "…" + ("a " * 500)[-20:]


def test_a_short_difference_is_not_cut() -> None:
    assert shorten([Piece("Two ", "kept"), Piece("men", "added")]) == [Piece("Two ", "kept"), Piece("men", "added")]


@pytest.mark.parametrize("place", [0, 400, 100_000, 199_600, 200_000])
def test_of_a_long_text_only_what_is_near_a_change_is_prepared_and_the_same_is_shown(place: int) -> None:
    before = "".join(f"mot {number % 97} " for number in range(40_000))[:200_000]
    after = f"{before[:place]} neuf {before[place:]}"
    near = around(before, after)
    assert max(map(len, near)) < 5_000
    assert shorten(diff_words(*near)) == shorten(diff_words(before, after))
    assert around("court", "plus court") == ("court", "plus court")


def test_values_are_shown_in_words_and_codes_as_they_are() -> None:
    assert value_text(CASE["status"], "waiting_for_partner") == "Waiting for partner"
    assert value_text(CASE["tlp"], "TLP:AMBER") == f"{LRI}TLP:AMBER{PDI}"
    assert strip_isolates(value_text(CASE["due"], "2026-06-14")) == "14/06/2026"
    assert value_text(CASE["title"], "") == "—"
    assert value_text(CASE["status"], "frozen") == f"{LRI}frozen{PDI}"
    assert strip_isolates(choice_text(CASE["handling"], "H2")).startswith("H2 — Not to be passed on")


def test_a_value_of_an_unknown_field_is_shown_as_it_came() -> None:
    assert value_text(None, "submarine") == f"{FSI}submarine{PDI}"
    assert value_text(None, True) == "Yes"
    assert strip_isolates(value_text(None, 12_500)) == "12,500"


def test_hidden_direction_marks_are_made_visible() -> None:
    assert value_text(CASE["title"], "evil\u202egpj.exe") == f"{FSI}evil[U+202E]gpj.exe{PDI}"


def test_phones_in_prose_stay_from_left_to_right_and_whole() -> None:
    shown = prose("الخط +39 351 204 88 16 قبل 14 ديسمبر")
    assert f"{LRI}+39\u00a0351\u00a0204\u00a088\u00a016{PDI}" in shown
    assert f"{LRI}14" not in shown


def test_sets_are_listed_with_the_comma_of_the_language() -> None:
    assert elements_text(CASE["countries"], ("SN", "IT")) == "Senegal, Italy"
    set_language("ar")
    assert elements_text(CASE["countries"], ("SN", "IT")) == "السنغال، إيطاليا"
    set_language("en")
    assert strip_isolates(elements_text(PERSON["phones"], ("+39 351",))) == "+39 351"


def author(desk: str, at_ms: int, *, mine: bool = False) -> Author:
    return Author("A. Rossi", "IT", "d" * 32, desk, at_ms, mine=mine)


def held(name: str, *values: ValueView) -> FieldView:
    return FieldView(name, "register", values)


def test_the_banner_names_the_other_desk_and_counts_the_fields() -> None:
    mine, theirs = author("Dakar 1", 1, mine=True), author("Rome 1", 2)
    one = held("due", ValueView("2026-06-14", "a.1.0", mine), ValueView("2026-06-15", "b.1.0", theirs))
    alone = held("lead", ValueView("X", "a.2.0", mine))
    assert strip_isolates(conflicts_text([one, alone])) == "1 field was changed both here and at Rome 1."
    assert strip_isolates(conflicts_text([one, one])) == "2 fields were changed both here and at Rome 1."


def test_the_banner_names_every_desk_when_there_are_more() -> None:
    values = [ValueView(str(at), f"{at}.1.0", author(f"Desk {at}", at)) for at in (1, 2, 3)]
    told = strip_isolates(conflicts_text([held("lead", *values)]))
    assert told == "1 field was changed in several places: Desk 1, Desk 2, Desk 3."


def test_only_the_newest_version_says_how_much_newer_it_is() -> None:
    old = ValueView("a", "a.1.0", author("Dakar 1", 0))
    new = ValueView("b", "b.1.0", author("Rome 1", 600_000))
    assert newer_text((old, new), new) == "newer by 10 minutes"
    assert newer_text((old, new), old) == ""


def test_a_field_in_conflict_shows_its_values_side_by_side() -> None:
    values = (ValueView("open", "a.1.0", author("x", 1)), ValueView("closed", "b.1.0", author("y", 2)))
    assert field_text(CASE["status"], held("status", *values)) == "Open / Closed"


def entry(operation: str, value: str | int | None, change: str = "aa.1") -> HistoryEntry:
    return HistoryEntry(change, operation, "", value, (), author("Rome 1", 0), sent=True)


def test_a_recall_is_told_with_its_reason_and_one_that_does_not_hold_as_such() -> None:
    types = RecordTypes.load()
    recall = entry("recall", "Wrong person\u202e<b>")
    assert strip_isolates(heading(types, "person", recall)) == "Recalled for ever: Wrong person[U+202E]<b>"
    assert difference(types, "person", recall) == ([], False)
    (change,) = group_changes([recall])
    assert strip_isolates(deed_of(change)).startswith("Recalled by ")
    assert subject_of(types, "person", change) == "Person"
    assert icon_of(change) == "circle-x"
    refused = entry("recall_refused", "Mine now")
    assert heading(types, "person", refused) == "A recall that does not hold, because it was not theirs to recall"
    (change,) = group_changes([refused])
    assert strip_isolates(deed_of(change)).startswith("Changed by ")
    assert heading(types, "person", entry("recalled", 3)) == "3 entries whose content was recalled"
