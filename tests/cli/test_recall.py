"""The command on recall: asked about, done, shown, refused."""

from __future__ import annotations

import io

import pytest

from tests.cli.conftest import Commands


def test_a_record_is_recalled_and_shown_as_such(tahaluf: Commands) -> None:
    case = tahaluf.case("Nord")
    record = tahaluf("record", "new", "person", "--space", case, "--set", "name=Zeferino").out.strip()
    done = tahaluf.json("recall", record, "--reason", "wrong person", "--yes")
    assert (done["record"], done["changed"]) == (record, True)
    shown = tahaluf.json("show", record)
    assert shown["fields"] == {}
    assert (shown["recalled"]["reason"], shown["recalled"]["by"]["mine"]) == ("wrong person", True)
    text = tahaluf("show", record)
    assert "Recalled: wrong person\n" in text.out
    entries = tahaluf.json("log", record)["entries"]
    assert [(one["operation"], one["value"]) for one in entries][:2] == [("recall", "wrong person"), ("recalled", 3)]
    assert "Zeferino" not in tahaluf("log", record).out
    rows = tahaluf.json("list", "person")["rows"]
    assert [(row["id"], row["title"], row["recalled"]) for row in rows] == [(record, "", True)]
    for again in (("set", record, "name", "x"), ("recall", record, "--reason", "y", "--yes"), ("restore", record)):
        refused = tahaluf(*again)
        assert refused.code == 1
        assert "This was recalled." in refused.err
    assert tahaluf.json("verify")["ok"]


def test_it_is_asked_about_and_nothing_is_done_without_consent(
    tahaluf: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = tahaluf.case("Nord")
    monkeypatch.setattr("sys.stdin", io.StringIO("no\n"))
    refused = tahaluf("recall", case, "--reason", "opened by mistake")
    assert refused.code == 1
    assert "Nord" in refused.err
    assert "The recall was not confirmed." in refused.err
    assert tahaluf.json("show", case)["recalled"] is None
    monkeypatch.setattr("sys.stdin", io.StringIO("recall\n"))
    assert tahaluf("recall", case, "--reason", "opened by mistake").out == f"{case}\n"
    assert tahaluf.json("show", case)["recalled"]["reason"] == "opened by mistake"


def test_a_reason_is_needed(tahaluf: Commands) -> None:
    case = tahaluf.case("Nord")
    assert tahaluf("recall", case, "--yes").code == 2
    for reason in (" ", "x" * 501):
        refused = tahaluf("recall", case, "--yes", "--reason", reason)
        assert refused.code == 1
        assert "A recall needs a reason" in refused.err
