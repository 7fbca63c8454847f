"""Templates of cases: the shipped ones in five languages, a ministry's own, and files that mean harm."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from desktop.casework.record_types import RecordTypes
from desktop.casework.templates import (
    FOLDER,
    MAX_BYTES,
    MAX_FILES,
    BadTemplate,
    TemplateBook,
    Words,
    plan_case,
    read_template,
    read_templates,
)
from desktop.casework.validation import validate_new
from desktop.messages import describe
from i18n import set_language

LANGUAGES = {"en", "fr", "it", "es", "ar"}
OPENED = date(2026, 11, 24)
GOOD = """
key = "gems"
label = { en = "Gems", fr = "Pierres" }
[case]
crime_areas = ["fraud_economic_crime"]
due_days = 30
[[role]]
key = "expert"
label = "Gemmologist"
opener = true
[[task]]
title = { en = "Weigh them" }
role = "expert"
start_days = 2
due_days = 5
precedence = "PRIORITY"
"""


def words_of(book: TemplateBook) -> list[Words]:
    found: list[Words] = []
    for template in book.templates.values():
        found += [template.label, template.help, *(role.label for role in template.roles)]
        found += [task.title for task in template.tasks]
    return found


def test_the_shipped_templates_are_for_the_crimes_of_the_alliance_in_five_languages() -> None:
    book = read_templates()
    assert {"drugs", "migrant_smuggling", "fraud", "terrorism", "cyber"} <= set(book.templates)
    assert not book.problems
    assert all(set(words.by_language) == LANGUAGES for words in words_of(book))
    assert all(len(template.tasks) >= 5 and template.due_days for template in book.templates.values())


def test_whatever_a_shipped_template_plans_is_a_valid_case_with_valid_tasks() -> None:
    types = RecordTypes.load()
    for template in read_templates().templates.values():
        plan = plan_case(template, {}, OPENED)
        assert validate_new(types["case"], {"title": "X", **plan.case})["due"] > OPENED.isoformat()  # type: ignore[operator]
        assert [validate_new(types["task"], task)["title"] for task in plan.tasks]


def test_a_ministry_adds_a_template_and_changes_a_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "gems.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "ours.toml").write_text(GOOD.replace('"gems"', '"drugs"', 1), encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not a template", encoding="utf-8")
    book = read_templates(tmp_path)
    assert not book.problems
    assert book.templates["gems"].own
    assert len(book.templates["drugs"].tasks) == 1
    assert not book.templates["cyber"].own


def test_days_count_from_the_opening_and_tasks_go_to_who_has_the_role() -> None:
    plan = plan_case(read_template(GOOD), {"expert": "Cne L. Mansour"}, OPENED)
    assert plan.case == {"crime_areas": ["fraud_economic_crime"], "due": "2026-12-24"}
    assert plan.tasks == (
        {
            "title": "Weigh them",
            "start": "2026-11-26",
            "due": "2026-11-29",
            "precedence": "PRIORITY",
            "role": "Gemmologist",
            "assignee": "Cne L. Mansour",
        },
    )
    assert "assignee" not in plan_case(read_template(GOOD), {}, OPENED).tasks[0]


def test_words_are_in_the_language_in_use_or_one_that_is_there() -> None:
    set_language("fr")
    assert str(read_template(GOOD).label) == "Pierres"
    set_language("ar")
    assert str(read_template(GOOD).label) == "Gems"
    assert str(Words({"es": "Gemas"})) == "Gemas"
    set_language("en")


@pytest.mark.parametrize(
    ("change", "place", "reason"),
    [
        (('key = "gems"', ""), "key", "required"),
        (('label = { en = "Gems", fr = "Pierres" }', ""), "label", "required"),
        (('title = { en = "Weigh them" }', ""), "task[1].title", "required"),
        (('key = "gems"', 'key = "../../gems"'), "key", "wrong_type"),
        (("crime_areas", "no_such_field"), "case.no_such_field", "unknown_field"),
        (('["fraud_economic_crime"]', '["piracy"]'), "case.crime_areas", "not_in_list"),
        (("due_days = 30", "due_days = -1"), "case.due_days", "no_days"),
        (("due_days = 30", "due_days = 99999999999999"), "case.due_days", "no_days"),
        (("due_days = 30", "due_days = true"), "case.due_days", "no_days"),
        (("due_days = 5", "due_days = 1"), "task[1].due_days", "before_start"),
        (('role = "expert"', 'role = "nobody"'), "task[1].role", "unknown_role"),
        (('"PRIORITY"', '"SOON"'), "task[1].precedence", "not_in_list"),
        (("opener = true", 'opener = "yes"'), "role[1].opener", "wrong_type"),
        (("opener = true", "run = 'rm -rf /'"), "role[1].run", "unknown_field"),
        (('"Gems"', '"Ge\\u0000ms"'), "label.en", "too_long"),
        (('"Weigh them"', '"' + "x" * 301 + '"'), "task[1].title", "too_long"),
        (("[case]", "[case"), "", "no_toml"),
        (("[case]", "a = " + "[" * 5_000 + "]" * 5_000 + "\n[case]"), "", "no_toml"),
    ],
)
def test_a_template_that_is_wrong_is_refused_with_the_place_and_the_reason(
    tmp_path: Path, change: tuple[str, str], place: str, reason: str
) -> None:
    assert change[0] in GOOD
    text = GOOD.replace(*change)
    with pytest.raises(BadTemplate) as caught:
        read_template(text, "gems.toml")
    assert caught.value.params == {"file": "gems.toml", "place": place or "gems.toml", "reason": reason}
    (tmp_path / "gems.toml").write_text(text, encoding="utf-8")
    book = read_templates(tmp_path)
    assert [problem.params for problem in book.problems] == [caught.value.params]
    assert "gems" not in book.templates
    assert "drugs" in book.templates  # the others hold
    told = describe(caught.value.code, caught.value.shown())
    assert reason not in told  # in words instead
    assert "gems.toml" in told
    assert place in told


def test_files_that_are_no_files_or_too_large_or_too_many_are_told_and_left(tmp_path: Path) -> None:
    folder = tmp_path / FOLDER
    folder.mkdir()
    (folder / "a.toml").mkdir()
    (folder / "b.toml").write_bytes(b"#" * (MAX_BYTES + 1))
    (folder / "c.toml").write_bytes(b"\xff\xfe\x00")
    (folder / "d.toml").symlink_to("/etc/passwd")
    reasons = {str(each.params["file"]): each.params["reason"] for each in read_templates(folder).problems}
    assert reasons == {"a.toml": "no_file", "b.toml": "too_long", "c.toml": "unreadable", "d.toml": "no_file"}
    for number in range(MAX_FILES):
        (folder / f"e{number}.toml").write_text("", encoding="utf-8")
    assert read_templates(folder).problems[-1].params["reason"] == "too_many"


def test_a_folder_that_is_not_there_is_no_problem(tmp_path: Path) -> None:
    assert read_templates(tmp_path / "none") == read_templates()
