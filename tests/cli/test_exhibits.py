"""The commands on exhibits: files in, hand to hand, a report out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Commands


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A camera's folder: two files with something to take in, a link that is not followed."""
    made = tmp_path / "DCIM"
    made.mkdir()
    (made / "1.jpg").write_bytes(b"\xff\xd8\xff\xe0 one")
    (made / "2.jpg").write_bytes(b"MZ not a picture")
    (made / "3.lnk").symlink_to(made / "1.jpg")
    return made


def test_a_folder_is_taken_in_once_and_what_was_passed_over_is_said(tahaluf: Commands, folder: Path) -> None:
    case = tahaluf.case("Nord")
    first = tahaluf("exhibit", "add", case, folder, "--why", "Seized in the port", "--new", "--json")
    assert first.code == 1
    assert [(row["number"][-6:], row["title"]) for row in first.json["exhibits"]] == [
        ("/E-001", "1.jpg"),
        ("/E-002", "2.jpg"),
    ]
    assert [row["error"] for row in first.json["refused"]] == ["file_is_link"]
    assert "is a link to something else" in first.err
    (folder / "3.lnk").unlink()
    assert tahaluf.json("exhibit", "add", case, folder, "--new") == {"exhibits": [], "refused": []}
    again = tahaluf("exhibit", "add", case, folder, "--json")
    assert {row["error"] for row in again.json["refused"]} == {"same_exhibit"}
    listed = tahaluf.json("exhibit", "list", case)["exhibits"]
    assert [row["title"] for row in listed] == ["1.jpg", "2.jpg"]
    assert "2 exhibits" in tahaluf("exhibit", "list", case).out


def test_an_exhibit_is_sealed_handed_over_and_taken_back(tahaluf: Commands) -> None:
    case = tahaluf.case("Nord")
    knife = tahaluf.json("exhibit", "add", case, "--title", "Knife")["exhibits"][0]["record"]
    assert tahaluf.json("exhibit", "seal", knife, "--number", "S-1", "--why", "Transport")["status"] == "sealed"
    refused = tahaluf("exhibit", "examine", knife)
    assert (refused.code, refused.err) == (
        1,
        "The seal S-1 is on it. Open it before you examine the exhibit.\n",
    )
    tahaluf.json("exhibit", "unseal", knife, "--number", "S-1")
    given = tahaluf.json("exhibit", "transfer", knife, "--to", "A. Rossi", "--ministry", "IT", "--place", "Rome")
    assert (given["status"], given["open"]["to_holder"]) == ("transferred", "A. Rossi")
    confirmed = tahaluf("exhibit", "confirm", knife)
    assert "handed over to A. Rossi" in confirmed.err
    back = tahaluf.json("exhibit", "decline", knife)
    assert (back["status"], back["whole"]) == ("held", True)
    tahaluf.json("exhibit", "destroy", knife, "--why", "Order of the court")
    shown = tahaluf("exhibit", "show", knife)
    assert shown.code == 0
    assert "6. Destroyed · by Awa Diop · on " in shown.out


def test_a_report_stands_as_text_html_and_json_and_a_chain_that_does_not_fit_ends_with_1(
    tahaluf: Commands, folder: Path, tmp_path: Path
) -> None:
    case = tahaluf.case("Nord")
    made = tahaluf.json("exhibit", "add", case, folder / "1.jpg")["exhibits"][0]
    report = tahaluf.json("exhibit", "report", case, "--check")
    assert report["whole"]
    assert [file["state"] for file in report["exhibits"][0]["files"]] == ["whole"]
    assert made["sha256"] in tahaluf("exhibit", "report", case).out
    page = tmp_path / "report.html"
    assert tahaluf("exhibit", "report", case, "--file", page, language="ar").code == 0
    assert 'dir="rtl"' in page.read_text()
    entry = tahaluf.json("exhibit", "show", made["record"])["steps"][0]["id"]
    tahaluf.json("set", entry, "place", "elsewhere")
    shown = tahaluf("exhibit", "show", made["record"])
    assert shown.code == 1
    assert "! An entry was changed after it was signed (place)." in shown.out
    assert tahaluf("exhibit", "check", case).code == 1


def test_what_is_no_exhibit_is_refused(tahaluf: Commands) -> None:
    case = tahaluf.case("Nord")
    assert "This is no exhibit." in tahaluf("exhibit", "seal", case, "--number", "1").err
    assert tahaluf("exhibit", "add", "ab" * 16, "--title", "x").code == 1
    assert tahaluf("exhibit", "seal", case).code == 2
