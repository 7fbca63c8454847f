"""Who belongs to a case, by commands: list, invite, give a role, remove, leave, and what happened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Commands
from tests.support.alliance import Alliance, running_alliance


@pytest.fixture
def alliance(tmp_path: Path) -> Iterator[Alliance]:
    with running_alliance(tmp_path) as running:
        yield running


@pytest.fixture
def desks(alliance: Alliance, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Commands]:
    """A way to command each of the two desks, both synced."""
    made = {}
    for code, home in (("SN", alliance.dakar), ("AE", alliance.abu_dhabi)):
        folder = tmp_path / f"commands-{code}"
        folder.mkdir()
        made[code] = Commands(folder, capsys, home.opening)
        made[code].home = home.home
        assert made[code]("sync", "--once").code == 0
    return made


def test_a_ministry_is_invited_given_a_role_and_removed(desks: dict[str, Commands]) -> None:
    dakar, abu_dhabi = desks["SN"], desks["AE"]
    case = dakar("case", "new", "--title", "Réseau", "--members", "SN").out.strip()
    asked = dakar("member", "invite", case, "AE", "--role", "reader")
    assert (asked.code, asked.out) == (0, "Kept here; it counts from the next exchange on.\n")
    listed = dakar("member", "list", case)
    assert [line.split()[:3] for line in listed.out.splitlines()[:2]] == [["AE", "AE", "Reader"], ["SN", "SN", "Lead"]]
    assert "waits for the next exchange" in listed.out
    for desk in (dakar, abu_dhabi):
        desk("sync", "--once")
    assert abu_dhabi("show", case, "--json").json["fields"]["title"]["values"][0]["value"] == "Réseau"
    assert abu_dhabi("set", case, "title", "x").code == 1
    view = dakar("member", "role", case, "AE", "contributor", "--json").json
    assert {each["subject"]: each["role"] for each in view["members"]} == {"AE": "contributor", "SN": "lead"}
    assert view["waiting"] is True
    for desk in (dakar, abu_dhabi):
        desk("sync", "--once")
    assert abu_dhabi("set", case, "title", "Changed").code == 0
    assert dakar("member", "remove", case, "AE").code == 0
    for desk in (dakar, abu_dhabi):
        desk("sync", "--once")
    told = abu_dhabi("member", "list", case)
    assert "You are not a member of this case any more" in told.out
    words = [line.partition(": ")[2] for line in dakar("member", "log", case).out.splitlines()]
    assert words == ["invited AE as Reader, with the history", "made AE Contributor", "removed AE", "began a new key"]
    events = dakar("member", "log", case, "--json").json["events"]
    assert [(each["what"], each["number"], each["late"]) for each in events] == [
        ("invite", 2, False),
        ("role", 3, False),
        ("remove", 4, False),
        ("rotate", 5, False),
    ]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("invite", "SN"), "already_member"),
        (("invite", "FR"), "unknown_member"),
        (("invite", "0" * 32), "unknown_desk"),
        (("remove", "AE"), "not_a_member"),
        (("remove", "SN"), "last_lead"),
        (("leave",), "last_lead"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(desks: dict[str, Commands], words: tuple[str, ...], code: str) -> None:
    dakar = desks["SN"]
    case = dakar("case", "new", "--title", "Réseau", "--members", "SN").out.strip()
    refused = dakar("member", words[0], case, *words[1:], "--json")
    assert (refused.code, refused.json["error"]) == (1, code)
    assert "Nothing was changed" in refused.json["message"] or code == "unknown_member"
    assert [each["subject"] for each in dakar("member", "list", case, "--json").json["members"]] == ["SN"]


def test_a_member_leaves_and_a_member_that_does_not_lead_decides_nothing(desks: dict[str, Commands]) -> None:
    dakar, abu_dhabi = desks["SN"], desks["AE"]
    case = dakar("case", "new", "--title", "Réseau", "--members", "SN,AE").out.strip()
    for desk in (dakar, abu_dhabi):
        desk("sync", "--once")
    assert abu_dhabi("member", "remove", case, "SN", "--json").json["error"] == "not_lead"
    assert abu_dhabi("member", "leave", case).code == 0
    for desk in (abu_dhabi, dakar):
        desk("sync", "--once")
    assert [each["subject"] for each in dakar("member", "list", case, "--json").json["members"]] == ["SN"]
    assert dakar("member", "list", "0" * 32).code == 1
