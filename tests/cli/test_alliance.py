"""From nothing to an exchange by commands only: keys of the ministries, desks, enrolment, sync, a conflict resolved."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from desktop.profile import Profile, render_profile
from server.cli import main as secretariat
from tests.cli.conftest import Commands
from tests.support.desk import quick_opening
from tests.support.secretariat import Secretariat


class Members:
    """Two ministries and a desk of each, made by commands."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], server: Secretariat) -> None:
        self.server = server
        self.folder = folder
        self.desks = {code: self._commands(folder / code, capsys) for code in ("SN", "AE")}
        roots = {}
        for code, desk in self.desks.items():
            made = desk.json("ministry", "new", "--keys", self.keys(code), "--code", code, "--administrator", "Chief")
            roots[code] = made["root"]
            with redirect_stdout(io.StringIO()):
                added = secretariat(["admin", "member", "add", "--data", str(folder / "server"), code, made["root"]])
            assert added == 0
        for code, desk in self.desks.items():
            trust = {member: bytes.fromhex(root) for member, root in roots.items()}
            profile = Profile(code, trust, officer=f"Officer of {code}", desk=f"{code} 1", url=server.url)
            path = folder / f"{code}.toml"
            path.write_text(render_profile(profile).replace("default_members = []", 'default_members = ["SN", "AE"]'))
            self.request = desk.json("init", "--profile", path)

    def keys(self, code: str) -> Path:
        """The folder of a ministry's keys."""
        return self.folder / f"keys-{code}"

    def enrol(self, code: str, *words: str) -> Any:
        """Enrol the ministry's desk by its fingerprint."""
        request = self.desks[code].home / "request.txt"
        return self.desks[code](
            "ministry", "enrol", "--keys", self.keys(code), "--server", self.server.url, request, "--json", *words
        )

    @staticmethod
    def _commands(folder: Path, capsys: pytest.CaptureFixture[str]) -> Commands:
        folder.mkdir()
        return Commands(folder, capsys, quick_opening())


@pytest.fixture
def members(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Desks that are not enrolled yet, and the server."""
    with Secretariat(tmp_path / "server") as server:
        yield Members(tmp_path, capsys, server)


def fingerprint_of(result: Any) -> str:
    assert (result.code, result.json["error"]) == (1, "confirmation_needed")
    return str(result.err.rpartition("--fingerprint ")[2].split()[0].strip())


def test_the_whole_way_by_commands(members: Members) -> None:
    dakar, abu_dhabi = members.desks["SN"], members.desks["AE"]
    waiting = dakar("sync", "--once", "--json")
    assert (waiting.code, waiting.json["error"]) == (1, "not_enrolled")
    for code in ("SN", "AE"):
        shown = fingerprint_of(members.enrol(code))
        wrong = members.enrol(code, "--fingerprint", "AAAA-AAAA-AAAA-AAAA-AAAA")
        assert (wrong.code, wrong.json["error"]) == (1, "fingerprint_differs")
        enrolled = members.enrol(code, "--fingerprint", shown.lower().replace("-", " "))
        assert enrolled.code == 0
        assert enrolled.json["published"] == 2
        assert enrolled.json["fingerprint"] == shown
        again = members.enrol(code, "--yes", shown)
        assert (again.code, again.json["error"]) == (1, "already_enrolled")
    shown = dakar.json("ministry", "show", "--keys", members.keys("SN"))
    assert [device["officer"] for device in shown["devices"]] == ["Officer of SN"]
    assert dakar.json("ministry", "publish", "--keys", members.keys("SN"), "--server", members.server.url) == {
        "ministry": "SN",
        "entries": 2,
        "published": 0,
    }

    dakar.json("sync", "--once")
    abu_dhabi.json("sync", "--once")
    case = dakar.case("Un")
    report = dakar.json("sync", "--once")
    assert set(report) == {
        "pushed",
        "pulled",
        "applied",
        "pending",
        "refused",
        "unsent",
        "bytes_sent",
        "bytes_received",
        "requests",
        "seconds",
    }
    assert (report["pushed"], report["unsent"]) == (1, 0)
    abu_dhabi.json("sync", "--once")
    dakar.json("set", case, "title", "Deux")
    abu_dhabi.json("set", case, "title", "اثنان")
    for desk in (dakar, abu_dhabi, dakar):
        desk.json("sync", "--once")
    (conflict,) = abu_dhabi.json("conflicts")["conflicts"]
    assert {value["value"] for value in conflict["values"]} == {"Deux", "اثنان"}
    assert conflict["before"] == ["Un"]
    assert abu_dhabi.json("show", case)["fields"]["title"]["conflict"]
    people = abu_dhabi("conflicts")
    assert "Officer of SN, SN (SN 1)" in people.out
    assert abu_dhabi("show", case).out.count("[") == 2
    abu_dhabi.json("resolve", case, "title", "Trois")
    for desk in (abu_dhabi, dakar):
        desk.json("sync", "--once")
    assert dakar.json("conflicts") == {"conflicts": []}
    told = dakar("sync", "--once")
    assert (told.code, told.err) == (0, "")
    assert "0 changes sent" in told.out
