"""`tahaluf offline`: which cases this desk keeps."""

from __future__ import annotations

from tests.cli.conftest import Commands


def test_cases_are_listed_and_kept_for_days(tahaluf: Commands) -> None:
    case = tahaluf.case("Pirogue de Mbour")
    assert tahaluf.json("offline", "list")["cases"][0] | {"until_ms": 0} == {
        "space": case,
        "reference": tahaluf.json("list", "case")["rows"][0]["reference"],
        "title": "Pirogue de Mbour",
        "kept": True,
        "dropped_ms": 0,
        "until_ms": 0,
        "records": 1,
    }
    assert tahaluf.json("offline", "keep", case, "--days", "3")["until_ms"] > 0
    assert "kept until" in tahaluf("offline", "list").out
    assert tahaluf.json("offline", "keep", case)["until_ms"] == 0


def test_what_is_on_this_desk_alone_is_not_dropped(tahaluf: Commands) -> None:
    case = tahaluf.case("Un")
    refused = tahaluf("offline", "drop", case, "--json")
    assert (refused.code, refused.json["error"]) == (1, "offline_unsent")
    assert tahaluf.json("show", case)["fields"]["title"]["values"][0]["value"] == "Un"
    assert tahaluf("offline", "drop", "00" * 16, "--json").json["error"] == "unknown_space"
    assert tahaluf("offline", "keep", case, "--days", "-1").code == 2
