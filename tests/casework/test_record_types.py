"""Record types are data, and what they say is honoured."""

from __future__ import annotations

import pytest

from desktop.casework.record_types import MERGE_OF_KIND, ROLES, DeclarationError, RecordTypes, read_lists, read_type
from i18n import set_language

TYPES = RecordTypes.load()
CASE, PERSON = TYPES["case"], TYPES["person"]
LISTS = read_lists('[[colour]]\ncode = "red"\nlabel = "Red"\n')


def declare(field: str) -> str:
    head = 'name = "thing"\nlabel = "Thing"\nplural = "Things"\nicon = "box"\n'
    title = '[[field]]\nname = "title"\nlabel = "Title"\nkind = "line"\nrole = "title"\n'
    return f"{head}{title}[[field]]\n{field}\n"


_SUBJECTS = (
    "address airplane bank_account call company crypto_wallet document event firearm identification message notice "
    "offence organization passport payment person phone seizure substance trip user_account vehicle vessel"
)
_LINKS = "associate directorship employment family located_at membership ownership participates_in related same_as uses"


def test_what_the_vocabulary_names_is_declared() -> None:
    assert [each.name for each in TYPES.of_family("subject")] == _SUBJECTS.split()
    assert [each.name for each in TYPES.of_family("link")] == _LINKS.split()
    work = [each.name for each in TYPES.of_family("request", "exchange", "task", "exhibit", "note", "decision")]
    assert work == ["request", "exchange", "permission", "task", "custody", "exhibit", "note", "decision"]


def test_a_link_joins_two_subjects_and_says_since_when() -> None:
    for each in TYPES.of_family("link"):
        assert {"source", "target", "start", "end", "tlp", "handling"} <= set(each.roles)
        assert {found.family for found in TYPES.accepted(each.roles["source"])} == {"subject"}
    request = TYPES["request"]
    assert [found.name for found in TYPES.accepted(request.fields["follows"])] == ["request"]
    assert len(TYPES.accepted(TYPES["task"].fields["about"])) == len(TYPES)


def test_each_value_may_carry_its_source_and_its_handling() -> None:
    names = [note.name for note in PERSON.notes_on("birth_date")]
    assert names == [f"birth_date__{note}" for note in ("source", "evaluation", "tlp", "handling", "from", "until")]
    note = PERSON.get("birth_date__evaluation")
    assert note is not None
    assert (note.kind, note.merge, note.noted) == ("evaluation", "register", PERSON.fields["birth_date"])
    assert note.label == "Date of birth: Evaluation"
    assert PERSON.get("birth_date__handling").merge == "set"  # type: ignore[union-attr]
    assert TYPES.field("person", "birth_date__colour") is None
    assert TYPES.field("person", "shoe_size__source") is None


def test_handling_carries_no_handling_of_its_own() -> None:
    assert PERSON.notes_on("tlp") == []
    assert PERSON.get("tlp__tlp") is None


def test_cases_and_people_are_known_and_submarines_are_not() -> None:
    assert {"case", "person"} <= set(TYPES)
    assert TYPES.get("submarine") is None
    assert TYPES.field("submarine", "title") is None
    assert TYPES.field("case", "depth") is None
    assert CASE.get("depth") is None
    assert RecordTypes.load() is TYPES


def test_a_case_plays_every_role_that_lists_need() -> None:
    shown = {"reference", "title", "summary", "status", "priority", "tlp", "handling", "countries", "due", "assignee"}
    assert shown | {"start"} <= set(CASE.roles) <= ROLES
    assert [CASE.role_name(role) for role in ("title", "assignee", "due", "subtitle")] == ["title", "lead", "due", ""]
    assert PERSON.role("title") is PERSON.fields["name"]
    assert PERSON.role("due") is None


def test_fields_merge_as_their_kind_says() -> None:
    merges = {name: CASE.fields[name].merge for name in ("title", "summary", "countries", "handling", "tlp", "due")}
    assert merges == {
        "title": "register",
        "summary": "text",
        "countries": "set",
        "handling": "set",
        "tlp": "register",
        "due": "register",
    }
    assert set(MERGE_OF_KIND.values()) == {"register", "set", "text"}


def test_ethnicity_religion_and_political_opinion_are_not_fields() -> None:
    names = " ".join(field.name + field.label_id for each in TYPES.values() for field in each.fields.values()).lower()
    assert not any(word in names for word in ("ethnic", "religi", "politic", "race"))


def test_every_type_carries_its_handling() -> None:
    for each in TYPES.values():
        assert {"tlp", "handling"} <= set(each.roles)
        assert each.fields["tlp"].default == "TLP:AMBER"
        assert each.fields["handling"].default == ("H0",)


def test_codes_that_are_read_from_left_to_right_say_so() -> None:
    verbatim = {field.name for field in PERSON.fields.values() if field.verbatim}
    assert {"phones", "passport_numbers", "id_numbers", "birth_date"} <= verbatim
    assert "name" not in verbatim


def test_labels_are_read_in_the_language_in_use() -> None:
    set_language("fr")
    assert (CASE.label, CASE.plural, CASE.fields["due"].label) == ("Dossier", "Dossiers", "Échéance")
    assert CASE.fields["status"].choice_label("open") == "Ouvert"
    assert CASE.fields["summary"].group == "Synthèse"
    set_language("ar")
    assert CASE.fields["status"].choice_label("open") == "مفتوحة"
    assert CASE.fields["countries"].choice_label("SN") == "السنغال"


def test_an_evaluation_has_sixteen_codes_that_say_both_halves() -> None:
    codes = [choice.code for choice in CASE.fields["evaluation"].choices]
    assert codes[:5] == ["A1", "A2", "A3", "A4", "B1"]
    assert len(codes) == 16
    assert CASE.fields["evaluation"].choice_label("B1") == "Source mostly reliable; information not in doubt"


def test_a_code_of_a_newer_version_is_shown_as_it_is() -> None:
    assert CASE.fields["status"].choice_label("teleported") == "teleported"
    assert CASE.fields["status"].choice("teleported") is None
    assert CASE.fields["status"].choice(["unhashable"]) is None
    tlp = CASE.fields["tlp"].choice("TLP:RED")
    assert tlp is not None
    assert (tlp.label, tlp.help) == ("RED", "For the named recipients only.")


def test_the_form_groups_fields_in_the_order_of_the_file() -> None:
    assert list(CASE.groups()) == ["Summary", "People & dates", "Handling"]
    assert [field.name for field in CASE.groups()["Summary"]][:3] == ["title", "reference", "status"]


def test_a_new_type_is_a_file_and_no_code() -> None:
    made = read_type(
        declare('name = "colour"\nlabel = "Colour"\nkind = "choice"\nlist = "colour"\nfiltered = true'), LISTS
    )
    assert [choice.code for choice in made.fields["colour"].choices] == ["red"]
    assert made.fields["colour"].filtered


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ('name = "x"\nlabel = "X"\nkind = "hologram"', "unknown kind"),
        ('name = "x"\nlabel = "X"\nkind = "line"\nrole = "title"', "unknown or taken"),
        ('name = "x"\nlabel = "X"\nkind = "line"\nrole = "boss"', "unknown or taken"),
        ('name = "title"\nlabel = "X"\nkind = "line"', "declared twice"),
        ('name = "x"\nlabel = "X"\nkind = "choice"\nlist = "nowhere"', "unknown list"),
        ('name = "x"\nlabel = "X"\nkind = "line"\nmax_length = 5000', "that long"),
        ('name = "x"\nlabel = "X"\nkind = "line"\nmandatory = true', "mandatory"),
    ],
)
def test_a_declaration_that_nothing_would_honour_is_refused(field: str, said: str) -> None:
    with pytest.raises(DeclarationError, match=said):
        read_type(declare(field), LISTS)


def test_a_type_without_a_title_is_refused() -> None:
    with pytest.raises(DeclarationError, match="no title"):
        read_type(declare('name = "x"\nlabel = "X"\nkind = "line"').replace('role = "title"\n', ""), LISTS)


def test_no_type_may_declare_the_field_that_every_type_has() -> None:
    text = 'name = "x"\nlabel = "X"\nplural = "X"\nicon = "x"\n' + "".join(
        f'[[field]]\nname = "{name}"\nlabel = "L"\nkind = "line"\n{role}\n'
        for name, role in (("title", 'role = "title"'), ("receipts", ""))
    )
    with pytest.raises(DeclarationError, match="receipts"):
        read_type(text, {})
