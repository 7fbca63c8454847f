"""The command on receipts: asked, stopped, shown as text and as JSON."""

from __future__ import annotations

from tests.cli.conftest import Commands


def test_receipts_are_asked_for_and_stopped(tahaluf: Commands) -> None:
    case = tahaluf.case("Nord")
    assert tahaluf.json("receipts", case) == {
        "record": case,
        "asked": False,
        "may_ask": True,
        "receipts": [],
        "silent": [],
        "waiting": False,
    }
    assert tahaluf.json("receipts", case, "--ask")["asked"]
    shown = tahaluf("receipts", case)
    assert (shown.code, shown.out) == (0, "Receipts asked for\n")
    assert "Receipts asked for (receipts): Yes\n" in tahaluf("show", case).out
    assert tahaluf.json("show", case)["fields"]["receipts"]["values"][0]["value"] is True
    assert tahaluf("receipts", case, "--stop").out == "No receipts are asked for.\n"
    assert tahaluf("receipts", case, "--ask", "--stop").code == 2


def test_a_record_that_is_not_here_is_said_so(tahaluf: Commands) -> None:
    tahaluf.case("Nord")
    refused = tahaluf("receipts", "ab" * 16)
    assert refused.code != 0
    assert refused.out == ""
    assert refused.err
