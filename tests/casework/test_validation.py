"""What a field may hold, what it refuses, and what people are told."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.casework.record_types import Field, RecordTypes
from desktop.casework.validation import InvalidValue, Value, describe, parse, validate, validate_element, validate_new
from i18n import set_language
from i18n.bidi import strip_isolates

CASE, PERSON = RecordTypes.load()["case"], RecordTypes.load()["person"]


def refused(field: Field, value: object) -> InvalidValue:
    with pytest.raises(InvalidValue) as caught:
        validate(field, value)
    return caught.value


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("title", "x" * 301, "too_long"),
        ("title", "x" * 307_200, "too_long"),
        ("title", "a\x00b", "forbidden_character"),
        ("title", "a\ud800b", "forbidden_character"),
        ("title", "a\x1bb", "forbidden_character"),
        ("title", "\x9b31m", "forbidden_character"),
        ("title", "", "required"),
        ("title", " \n ", "required"),
        ("title", None, "required"),
        ("title", 7, "wrong_type"),
        ("title", ["a"], "wrong_type"),
        ("summary", "x" * 200_001, "too_long"),
        ("summary", "a\x00b", "forbidden_character"),
        ("status", "teleported", "not_in_list"),
        ("status", "Open", "not_in_list"),
        ("tlp", "RED", "not_in_list"),
        ("evaluation", "E5", "not_in_list"),
        ("due", "2026-02-30", "malformed_date"),
        ("due", "14/06/2026", "malformed_date"),
        ("due", "2026-6-1", "malformed_date"),
        ("due", "0000", "malformed_date"),
        ("countries", "FR", "wrong_type"),
        ("countries", ["XX"], "not_in_list"),
        ("countries", [7], "wrong_type"),
        ("handling", ["H9"], "not_in_list"),
        ("countries", ["FR"] * 501, "too_many"),
        ("handling", 3, "wrong_type"),
    ],
)
def test_what_a_case_refuses(name: str, value: object, code: str) -> None:
    error = refused(CASE.fields[name], value)
    assert error.code == code
    assert error.field is CASE.fields[name]


@pytest.mark.parametrize(
    ("name", "value", "clean"),
    [
        ("title", "  Réseau  ", "Réseau"),
        ("title", "e\u0301tat", "état"),
        ("title", "two\nlines\tone", "two lines one"),
        ("title", "<b>x</b> & \u202e", "<b>x</b> & \u202e"),
        ("title", "x" * 300, "x" * 300),
        ("summary", "a\r\nb\rc\td ", "a\nb\nc\td "),
        ("summary", "", ""),
        ("summary", None, ""),
        ("handling_note", "one\ntwo", "one\ntwo"),
        ("outcome", "", None),
        ("due", None, None),
        ("due", "2026", "2026"),
        ("due", "2026-06", "2026-06"),
        ("due", "٢٠٢٦-٠٦-١٤", "2026-06-14"),
        ("countries", ["SN", "IT", "SN"], ("SN", "IT")),
        ("countries", None, ()),
        ("handling", ("H1", "H3"), ("H1", "H3")),
        ("tlp", "TLP:AMBER+STRICT", "TLP:AMBER+STRICT"),
    ],
)
def test_what_a_case_takes(name: str, value: object, clean: Value) -> None:
    assert validate(CASE.fields[name], value) == clean


def test_elements_of_a_set_are_checked_one_by_one() -> None:
    phones = PERSON.fields["phones"]
    assert validate(phones, [" +971 50 123 4567 ", "+33"]) == ("+971 50 123 4567", "+33")
    assert validate_element(phones, "+33 ") == "+33"
    for bad, code in (("", "required"), ("1" * 65, "too_long"), ("a\x00", "forbidden_character"), (None, "wrong_type")):
        with pytest.raises(InvalidValue) as caught:
            validate_element(phones, bad)
        assert caught.value.code == code


def other(kind: str) -> Field:
    return Field(name="x", kind=kind, label_id="Title")


def test_numbers_dates_with_time_and_references_have_their_own_shape() -> None:
    assert validate(other("number"), 3) == 3
    assert validate(other("number"), 2.5) == 2.5
    for bad in (float("nan"), float("inf"), 2**60):
        assert refused(other("number"), bad).code == "malformed_number"
    assert refused(other("number"), True).code == "wrong_type"
    assert refused(other("number"), "3").code == "wrong_type"
    assert validate(other("datetime"), "2026-06-14T08:02+01:00") == "2026-06-14T08:02+01:00"
    assert refused(other("datetime"), "2026-06-14").code == "malformed_datetime"
    assert refused(other("datetime"), "tomorrow").code == "malformed_datetime"
    assert validate(other("reference"), "0123456789abcdef") == "0123456789abcdef"
    assert refused(other("reference"), "../../etc/passwd").code == "malformed_reference"


def test_a_new_case_has_its_defaults() -> None:
    clean = validate_new(CASE, {"title": "Réseau"}, today=date(2026, 11, 24))
    assert clean == {
        "title": "Réseau",
        "status": "open",
        "priority": "ROUTINE",
        "opened": "2026-11-24",
        "tlp": "TLP:AMBER",
        "handling": ("H0",),
    }


def test_a_default_gives_way_to_what_was_asked() -> None:
    clean = validate_new(CASE, {"title": "x", "status": "draft", "handling": [], "opened": None})
    assert clean["status"] == "draft"
    assert "handling" not in clean
    assert "opened" not in clean


def test_a_new_record_needs_its_title_and_only_known_fields() -> None:
    with pytest.raises(InvalidValue) as missing:
        validate_new(PERSON, {})
    assert (missing.value.code, missing.value.field) == ("required", PERSON.fields["name"])
    with pytest.raises(InvalidValue) as unknown:
        validate_new(CASE, {"title": "x", "depth": 3})
    assert strip_isolates(describe(unknown.value)).startswith("depth: this version knows no such field.")


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("countries", "fr, SN", ("FR", "SN")),
        ("countries", "FR،MA", ("FR", "MA")),
        ("countries", "", ()),
        ("tlp", "amber", "TLP:AMBER"),
        ("tlp", "tlp:red", "TLP:RED"),
        ("priority", "flash", "FLASH"),
        ("handling", "h0,h2", ("H0", "H2")),
        ("due", "2026-06-14", "2026-06-14"),
        ("title", "a, b", "a, b"),
        ("iccs", "01", "01"),
    ],
)
def test_a_command_line_value_is_read_as_its_field_means(name: str, typed: str, value: Value) -> None:
    assert parse(CASE.fields[name], typed) == value


def test_a_typed_number_may_have_any_digits() -> None:
    assert parse(other("number"), "١٢") == 12
    assert parse(other("number"), " -3.5 ") == -3.5
    assert parse(other("number"), "") is None
    with pytest.raises(InvalidValue) as caught:
        parse(other("number"), "twelve")
    assert caught.value.code == "malformed_number"


def test_people_are_told_the_field_the_limit_and_that_their_text_is_kept() -> None:
    error = refused(CASE.fields["title"], "x" * 307_200)
    said = "Title: at most 300 characters; yours has 307,200. Nothing was saved; your text is still in the form."
    assert strip_isolates(describe(error)) == said
    assert strip_isolates(describe(error, in_form=False)).endswith("307,200. Nothing was saved.")
    set_language("fr")
    french = strip_isolates(describe(error)).replace("\u202f", " ").replace("\xa0", " ")
    assert french.startswith("Intitulé : 300 caractères au plus ; le vôtre en compte 307 200.")


def test_a_value_inside_a_message_cannot_turn_it_around_or_format_it() -> None:
    error = refused(CASE.fields["status"], "\u202e{field}{0}")
    assert "[U+202E]{field}{0}" in describe(error)
    assert "\u202e" not in describe(error)


@pytest.mark.parametrize("language", ["ar", "fr", "it", "es", "en"])
def test_every_refusal_is_told_in_every_language(language: str) -> None:
    set_language(language)
    cases: list[tuple[Field, object]] = [
        (CASE.fields["title"], None),
        (CASE.fields["title"], 7),
        (CASE.fields["title"], "\x00"),
        (CASE.fields["title"], "x" * 999),
        (CASE.fields["countries"], ["FR"] * 501),
        (CASE.fields["tlp"], "x"),
        (CASE.fields["due"], "x"),
        (other("datetime"), "x"),
        (other("number"), float("nan")),
        (other("reference"), "x"),
    ]
    told = {describe(refused(field, value)) for field, value in cases}
    assert len(told) == len(cases)
    assert not any("{" in text for text in told)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(sorted(CASE.fields)),
    st.one_of(st.text(max_size=400), st.none(), st.integers(), st.lists(st.text())),
)
def test_validation_cleans_or_refuses_and_never_crashes(name: str, value: object) -> None:
    field = CASE.fields[name]
    try:
        clean = validate(field, value)
    except InvalidValue as error:
        describe(error)
        return
    assert validate(field, clean) == clean
    for text in clean if isinstance(clean, tuple) else (clean,):
        if isinstance(text, str):
            text.encode("utf-8")
            assert len(text) <= max(field.max_length, 100)
