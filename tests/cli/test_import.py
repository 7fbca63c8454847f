"""Records from a table by command: tried first, written, and what was refused in a file."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Commands

TABLE = 'Name,Phone numbers,Birth date\n"BEN SALAH Karim","+221 77 1, +39 351",1980-05\nAmadou,,never\n<b>x</b>,,1990\n'


def test_a_table_is_tried_and_then_written(tahaluf: Commands, tmp_path: Path) -> None:
    case = tahaluf.case("Un")
    table, errors = tmp_path / "people.csv", tmp_path / "errors.csv"
    table.write_text(TABLE, "utf-8")
    words = ("import", table, "--type", "person", "--space", case, "--map", "Birth date=birth_date")
    tried = tahaluf.json(*words, "--dry-run", "--errors", errors)
    assert (tried["rows"], tried["good"], tried["written"]) == (3, 2, 0)
    assert tried["refused"][0]["line"] == 3
    assert "never" in errors.read_text("utf-8-sig")
    assert tahaluf.json("search", "karim", "--type", "person")["count"] == 0
    done = tahaluf(*words)
    assert "2 records were added." in done.out
    found = tahaluf.json("search", "karim", "--type", "person")["rows"]
    assert [row["title"] for row in found] == ["BEN SALAH Karim"]


def test_a_table_that_cannot_be_read_changes_nothing(tahaluf: Commands, tmp_path: Path) -> None:
    case = tahaluf.case("Un")
    table = tmp_path / "people.csv"
    table.write_bytes(b'name\n"open')
    refused = tahaluf("import", table, "--type", "person", "--space", case)
    assert refused.code == 1
    assert "cannot be read" in refused.err
    assert tahaluf("import", tmp_path / "none.csv", "--type", "person", "--space", case).code == 1
    table.write_text(TABLE, "utf-8")
    wrong = tahaluf("import", table, "--type", "person", "--space", case, "--map", "Nowhere=name")
    assert "does not name a column" in wrong.err
    assert tahaluf("import", table, "--type", "person", "--space", "00" * 16).code == 1


def test_thousands_of_rows_share_changes(tahaluf: Commands, tmp_path: Path) -> None:
    case = tahaluf.case("Un")
    table = tmp_path / "phones.csv"
    table.write_text("number\n" + "".join(f"+221 77 {each:06d}\n" for each in range(1_500)), "utf-8")
    assert tahaluf.json("import", table, "--type", "phone", "--space", case)["written"] == 1_500
    assert tahaluf.json("search", "001499", "--type", "phone")["count"] == 1
    assert tahaluf("verify").code == 0
