"""`bulk`, `duplicates`, `merge`, `separate` as a person or a script uses them."""

from __future__ import annotations

from tests.cli.conftest import Commands


def test_one_value_is_tried_written_and_taken_back(tahaluf: Commands) -> None:
    case = tahaluf("case", "new", "--title", "Un", "--json").json["record"]
    tasks = [
        tahaluf("record", "new", "task", "--space", case, "--set", f"title=T{n}", "--json").json["record"]
        for n in range(2)
    ]
    dry = tahaluf("bulk", *tasks, case, "--field", "assignee", "--value", "Fatou", "--dry-run", "--json").json
    assert (dry["changing"], dry["written"]) == (2, 0)
    assert [row["refused"] for row in dry["rows"]] == ["", "", "bulk_no_field"]
    said = tahaluf("bulk", *tasks, case, "--field", "assignee", "--value", "Fatou")
    assert said.code == 0
    assert "→ Fatou" in said.out
    assert "2 records were changed." in said.out
    assert tahaluf("undo").code == 0
    assert tahaluf("bulk", *tasks, "--field", "assignee", "--value", "", "--dry-run", "--json").json["changing"] == 0
    added = tahaluf("bulk", *tasks, "--field", "handling", "--add", "H1,h2", "--json").json
    assert added["rows"][0]["after"] == ["H0", "H1", "H2"]
    assert tahaluf("bulk", *tasks, "--field", "assignee", "--add", "x").code == 1
    assert tahaluf("bulk", *tasks, "--field", "nothing", "--value", "x").code == 1


def test_two_records_are_found_merged_and_separated(tahaluf: Commands) -> None:
    case = tahaluf("case", "new", "--title", "Un", "--json").json["record"]
    one, other = (
        tahaluf("record", "new", "vehicle", "--space", case, "--set", f"plate={plate}", "--json").json["record"]
        for plate in ("DK-1234-A", "dk 1234 a")
    )
    (pair,) = tahaluf("duplicates", case, "--json").json["pairs"]
    assert {pair["one"], pair["other"]} == {one, other}
    assert pair["reasons"][0]["field"] == "plate"
    assert "1 pair may be one" in tahaluf("duplicates", case).out
    assert tahaluf("merge", one, other).code == 0
    assert [row["id"] for row in tahaluf("list", "vehicle", "--json").json["rows"]] == [one]
    assert tahaluf("merge", one, other).code == 1
    assert tahaluf("separate", other).code == 0
    assert tahaluf("list", "vehicle", "--json").json["count"] == 2
    assert tahaluf("separate", other).code == 1
    assert tahaluf("duplicates", case, "--elsewhere", "--json").json == {"pairs": []}
