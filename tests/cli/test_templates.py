"""Cases from templates by the command line."""

from __future__ import annotations

from tests.cli.conftest import Commands

OWN = 'key = "gems"\nlabel = { en = "Gems", fr = "Pierres" }\n[[task]]\ntitle = "Weigh them"\ndue_days = 2\n'


def test_a_case_begins_with_the_tasks_of_a_template(tahaluf: Commands) -> None:
    words = (
        "--template",
        "drugs",
        "--role",
        "analyst=M. Diop",
        "--set",
        "opened=2026-11-24",
        "--set",
        "priority=FLASH",
    )
    case = tahaluf.case("Conteneur", *words)
    fields = tahaluf.json("show", case)["fields"]
    assert fields["due"]["values"][0]["value"] == "2027-02-22"
    assert fields["priority"]["values"][0]["value"] == "FLASH"  # what is said goes before what a template says
    tasks = tahaluf.json("list", "task", "--space", case)["rows"]
    assert len(tasks) == 6
    assert {row["assignee"] for row in tasks} >= {"M. Diop", ""}


def test_the_tasks_are_in_the_language_of_whoever_opens_the_case(tahaluf: Commands) -> None:
    case = tahaluf("case", "new", "--title", "Un", "--template", "cyber", language="ar").out.strip()
    titles = [row["title"] for row in tahaluf.json("list", "task", "--space", case)["rows"]]
    assert any("SHA-256" in title and "صور" in title for title in titles)


def test_a_template_of_the_ministry_is_listed_and_a_broken_one_is_told(tahaluf: Commands) -> None:
    folder = tahaluf.home / "templates"
    folder.mkdir()
    (folder / "gems.toml").write_text(OWN)
    (folder / "evil.toml").write_text(OWN.replace("due_days = 2", "run = 'x'"))
    listed = tahaluf("templates")
    assert "gems  Gems" in listed.out.splitlines()
    assert "evil.toml" in listed.err
    answer = tahaluf("templates", "--json").json
    assert [(each["key"], each["tasks"]) for each in answer["templates"] if each["own"]] == [
        ("gems", [{"title": "Weigh them", "due_days": 2}])
    ]
    assert answer["problems"] == [{"file": "evil.toml", "place": "task[1].run", "reason": "unknown_field"}]


def test_an_unknown_template_opens_no_case(tahaluf: Commands) -> None:
    refused = tahaluf("case", "new", "--title", "Un", "--template", "piracy")
    assert refused.code == 1
    assert "piracy" in refused.err
    assert tahaluf.json("list", "case")["count"] == 0


def test_a_deadline_before_the_opening_opens_no_case(tahaluf: Commands) -> None:
    refused = tahaluf("case", "new", "--title", "Un", "--set", "opened=2026-11-24", "--set", "due=2026-11-01")
    assert refused.code == 1
    assert "before its start" in refused.err
    assert tahaluf.json("list", "case")["count"] == 0
