"""What a desk writes, and what it refuses with nothing written."""

from __future__ import annotations

import pytest

from desktop.casework.validation import InvalidValue
from desktop.casework.views import Query
from desktop.desk import Desk, Refused, UnknownRecord
from tests.support.desk import HomeOfDesk


def title(desk: Desk, record: str) -> object:
    return desk.show(record).fields["title"].value


def test_a_case_has_the_id_of_its_space_and_a_reference(desk: Desk) -> None:
    made = desk.new_case({"title": "Réseau de Saint-Louis"})
    view = desk.show(made.record)
    assert view.id == view.space == made.record
    assert made.records == {made.record}
    assert str(view.fields["reference"].value).startswith("SN-20")
    assert view.readers == ("AE", "FR", "SN")


def test_two_cases_have_different_references(desk: Desk) -> None:
    first, second = (desk.new_case({"title": "Un"}).record for _ in range(2))
    references = {row.reference for row in desk.rows([first, second])}
    assert len(references) == 2


def test_a_reference_that_was_given_is_kept(desk: Desk) -> None:
    made = desk.new_case({"title": "Un", "reference": "OLD-7"})
    assert desk.rows([made.record])[0].reference == "OLD-7"


def test_the_members_can_be_chosen_and_ones_own_is_among_them(desk: Desk) -> None:
    made = desk.new_case({"title": "Un"}, ("IT",))
    assert desk.show(made.record).readers == ("IT", "SN")
    with pytest.raises(Refused) as caught:
        desk.new_case({"title": "Un"}, ("XX",))
    assert caught.value.code == "unknown_member"
    assert desk.counts()["cases"] == 1


def test_a_case_without_a_title_is_refused_whole(desk: Desk) -> None:
    with pytest.raises(InvalidValue) as caught:
        desk.new_case({"title": "  "})
    assert caught.value.code == "required"
    assert desk.counts() == {"cases": 0, "unread": 0, "conflicts": 0, "unsent": 0}


def test_a_person_is_added_to_a_case(desk: Desk) -> None:
    case = desk.new_case({"title": "Un"}).record
    person = desk.new_record("person", case, {"name": "محمد الأمين", "nationality": ["SN", "MA"]})
    assert [row.id for row in desk.records(case, "person")] == [person.record]
    assert desk.show(person.record).space == case


@pytest.mark.parametrize("space", ["", "zz", "00" * 16, "../../etc", "00" * 32])
def test_a_record_in_a_space_that_is_not_here_is_refused(desk: Desk, space: str) -> None:
    with pytest.raises(Refused, match="unknown_space"):
        desk.new_record("person", space, {"name": "X"})


def test_an_edit_that_changes_nothing_writes_nothing(desk: Desk) -> None:
    case = desk.new_case({"title": "Un", "countries": ["SN"], "summary": "texte"}).record
    before = desk.counts()["unsent"]
    for field, value in (("title", "Un"), ("countries", ["SN"]), ("summary", "texte"), ("outcome", None)):
        assert not desk.edit(case, field, value).records
    assert desk.counts()["unsent"] == before


def test_a_set_changes_by_its_elements_only(desk: Desk) -> None:
    case = desk.new_case({"title": "Un", "countries": ["SN", "FR"]}).record
    desk.edit(case, "countries", ["FR", "IT"])
    newest = desk.history(case, "countries")[:2]
    assert {(entry.operation, entry.value, entry.before) for entry in newest} == {
        ("add", "IT", ()),
        ("remove", None, ("SN",)),
    }
    assert len(desk.history(case, "countries")) == 4, "France was not touched"


def test_a_long_text_is_written_then_edited(desk: Desk) -> None:
    case = desk.new_case({"title": "Un"}).record
    desk.edit(case, "summary", "Premier texte.")
    desk.edit(case, "summary", "Premier texte, complété. الخلاصة 🌍")
    view = desk.show(case).fields["summary"]
    assert view.text == "Premier texte, complété. الخلاصة 🌍"
    assert [entry.operation for entry in desk.history(case, "summary")] == ["text", "text"]


def test_clearing_a_register_writes_nothing_in_it(desk: Desk) -> None:
    case = desk.new_case({"title": "Un", "lead": "Awa"}).record
    desk.edit(case, "lead", "")
    assert desk.show(case).fields["lead"].value is None


def test_an_unknown_field_type_or_record_is_refused(desk: Desk) -> None:
    case = desk.new_case({"title": "Un"}).record
    with pytest.raises(InvalidValue, match="unknown_field"):
        desk.edit(case, "religion", "x")
    with pytest.raises(Refused, match="unknown_type"):
        desk.new_record("submarine", case, {})
    for record in ("00" * 16, "nonsense", "", "'; DROP TABLE records; --"):
        with pytest.raises(UnknownRecord):
            desk.edit(record, "title", "x")
        with pytest.raises(UnknownRecord):
            desk.history(record)


def test_a_field_without_conflict_cannot_be_resolved(desk: Desk) -> None:
    case = desk.new_case({"title": "Un"}).record
    with pytest.raises(Refused, match="no_conflict"):
        desk.resolve(case, "title", "Deux")
    assert title(desk, case) == "Un"


def test_a_deleted_case_is_in_the_bin_and_comes_back(desk: Desk) -> None:
    case = desk.new_case({"title": "Un"}).record
    desk.delete(case)
    assert desk.query(Query()) == []
    assert desk.query(Query(deleted=True)) == [case]
    assert not desk.delete(case).records, "once is enough"
    desk.restore(case)
    assert desk.query(Query()) == [case]


@pytest.mark.parametrize(
    "text",
    ["<b>gras</b><img src=x>", "evil\u202egpj.exe", "a\u2066b", "\u200fاسم\u200e", "{title} %s {0}"],
)
def test_markup_and_bidi_controls_are_kept_as_data(desk: Desk, text: str) -> None:
    case = desk.new_case({"title": text}).record
    assert title(desk, case) == text
    assert desk.query(Query(text=text.strip("{}<>%"))) in ([case], [])


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b", "a\x1bb", "x" * 300_000])
def test_what_no_field_may_hold_is_refused_and_nothing_is_lost(desk: Desk, text: str) -> None:
    case = desk.new_case({"title": "Un"}).record
    with pytest.raises(InvalidValue):
        desk.edit(case, "title", text)
    assert title(desk, case) == "Un"


def test_a_text_too_large_for_one_change_is_refused_in_words(desk: Desk) -> None:
    case = desk.new_case({"title": "Un"}).record
    with pytest.raises(Refused, match="too_much_at_once"):
        desk.edit(case, "summary", "🌍" * 199_000)
    assert "summary" not in desk.show(case).fields


def test_everything_is_there_after_opening_again(home: HomeOfDesk) -> None:
    desk = home.open()
    case = desk.new_case({"title": "Un", "summary": "texte"}).record
    desk.set_draft("case.summary", "à moitié tapé \ud800")
    home.close()
    again = home.open()
    assert title(again, case) == "Un"
    assert again.draft("case.summary") == "à moitié tapé ?"
    again.set_draft("case.summary", "")
    assert again.draft("case.summary") == ""
