"""The commands of requests, as an officer without a window and a script use them."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Commands


@pytest.fixture
def to_us(tahaluf: Commands) -> str:
    case = tahaluf.case("Nord")
    words = ("--set", "title=Qui ?", "--set", "requested=SN", "--set", "precedence=FLASH", "--set", "access=direct")
    record: str = tahaluf.json("record", "new", "request", "--space", case, *words)["record"]
    return record


def stands(tahaluf: Commands, record: str) -> dict[str, Any]:
    found: dict[str, Any] = tahaluf.json("request", "show", record)
    return found


def test_a_request_goes_its_way_by_steps(tahaluf: Commands, to_us: str) -> None:
    assert stands(tahaluf, to_us)["possible"] == ["send", "withdraw"]
    assert tahaluf("request", "send", to_us).out == "Sent\n"
    assert tahaluf("request", "receive", to_us, "--at", "2026-11-24T08:00+00:00").out == "Received\n"
    shown = stands(tahaluf, to_us)
    assert shown["request"]["parts"][0]["due"] == "2026-11-24T16:00+00:00"
    assert shown["request"]["parts"][0]["stamps"][0]["verdict"] in ("backdated", "ahead")
    assert shown["waits_for_us"]
    tahaluf("request", "accept", to_us)
    assert tahaluf("request", "answer", to_us, "--answer", "Personne.").out == "Answered\n"
    text = tahaluf("request", "show", to_us).out
    assert "SN → SN" in text
    assert "Answer: Personne." in text
    assert "Possible now: close, withdraw" in text
    assert tahaluf.json("request", "close", to_us)["records"] == [to_us]


def test_a_step_out_of_turn_says_why_and_changes_nothing(tahaluf: Commands, to_us: str) -> None:
    refused = tahaluf("request", "accept", to_us)
    assert refused.code == 1
    assert "cannot be taken" in refused.err
    assert tahaluf("request", "accept", to_us, "--json").json["error"] == "request_not_from_here"
    assert stands(tahaluf, to_us)["request"]["state"] == "draft"


def test_a_pause_asks_for_its_reason_and_its_end(tahaluf: Commands, to_us: str) -> None:
    tahaluf("request", "send", to_us)
    tahaluf("request", "receive", to_us)
    assert tahaluf("request", "pause", to_us, "--json").json["error"] == "request_reason"
    assert tahaluf("request", "pause", to_us, "--reason", "x", "--json").json["error"] == "request_until"
    assert tahaluf("request", "pause", to_us, "--reason", "juge", "--until", "2099-01-01").code == 0
    shown = tahaluf("request", "show", to_us).out
    assert "paused, 8 hours left" in shown
    assert "Reason of the pause: juge" in shown
    assert tahaluf("request", "resume", to_us).code == 0


def test_a_long_reason_comes_by_the_standard_input(
    tahaluf: Commands, to_us: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tahaluf("request", "send", to_us)
    tahaluf("request", "receive", to_us)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("pas\nà nous \x1b[31m".encode())))
    assert tahaluf("request", "refuse", to_us, "--reason", "-").code == 1
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("pas\nà nous \u202e".encode())))
    assert tahaluf("request", "refuse", to_us, "--reason", "-").code == 0
    assert "\u202e" not in tahaluf("request", "show", to_us).out


def test_requests_are_listed_by_side_and_deadlines_by_haste(tahaluf: Commands, to_us: str) -> None:
    assert tahaluf.json("request", "list", "--for-us")["count"] == 1
    assert tahaluf.json("request", "list", "--from-us")["count"] == 1
    assert tahaluf("request", "list", "--for-us", "--from-us").code == 2
    assert tahaluf("request", "list").out.endswith("1 request\n")
    assert tahaluf.json("request", "deadlines") == {"count": 0, "deadlines": []}
    tahaluf("request", "send", to_us)
    tahaluf("request", "receive", to_us)
    due = tahaluf.json("request", "deadlines", "--hours", "9")["deadlines"]
    assert [(each["record"], each["mine"]) for each in due] == [(to_us, True)]
    assert set(due[0]) == {"record", "space", "member", "due_ms", "left_s", "mine"}, "nothing of the content"
    assert "hours left" in tahaluf("request", "deadlines").out


def test_how_long_requests_have_is_data(tahaluf: Commands, tmp_path: Path) -> None:
    tahaluf.case("Nord")
    assert [each["seconds"] for each in tahaluf.json("request", "clock")["limits"]] == [28_800, 259_200, 604_800]
    assert "8 hours  urgent  directly accessible" in tahaluf("request", "clock").out
    rules = tmp_path / "rules.toml"
    rules.write_text("[[limit]]\nhours = 1\n")
    assert [each["seconds"] for each in tahaluf.json("request", "clock", "--use", rules)["limits"]] == [3_600]
    rules.write_text("[[limit]]\nhours = 0\n")
    refused = tahaluf("request", "clock", "--use", rules)
    assert refused.code == 1
    assert "no_time" in refused.err
    assert [each["seconds"] for each in tahaluf.json("request", "clock")["limits"]] == [3_600]
    assert len(tahaluf.json("request", "clock", "--shipped")["limits"]) == 3
