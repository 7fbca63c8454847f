"""Orders of a ministry by commands, against a real secretariat: administrators, revocation, wipe, continuity."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from desktop.profile import Profile, render_profile
from server.cli import main as secretariat
from tests.cli.conftest import Commands, Result
from tests.support.desk import quick_opening
from tests.support.secretariat import Secretariat


class Senegal:
    """A ministry with its root's folder, a server, and desks made and enrolled by commands."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], server: Secretariat) -> None:
        self.folder = folder
        self.server = server
        self.root = folder / "root"
        self._capsys = capsys
        self.office = self.commands("office")
        made = self.office.json("ministry", "new", "--keys", self.root, "--code", "SN", "--administrator", "Chief")
        self.key: str = made["root"]
        with redirect_stdout(io.StringIO()):
            assert secretariat(["admin", "member", "add", "--data", str(folder / "server"), "SN", self.key]) == 0

    def commands(self, name: str) -> Commands:
        """Commands on a home of that name."""
        (self.folder / name).mkdir()
        return Commands(self.folder / name, self._capsys, quick_opening())

    def desk(self, name: str, keys: Path | None = None) -> tuple[Commands, str]:
        """A desk that was set up and enrolled, and its fingerprint."""
        desk = self.commands(name)
        profile = Profile(
            "SN", {"SN": bytes.fromhex(self.key)}, officer=f"Officer {name}", desk=name, url=self.server.url
        )
        path = self.folder / f"{name}.toml"
        path.write_text(render_profile(profile))
        made = desk.json("init", "--profile", path)
        self.order("enrol", desk.home / "request.txt", "--fingerprint", made["fingerprint"], keys=keys)
        return desk, made["fingerprint"]

    def ask(self, action: str, *words: str | Path, keys: Path | None = None) -> Result:
        """An order, published at once."""
        return self.office(
            "ministry", action, *words, "--keys", keys or self.root, "--server", self.server.url, "--json"
        )

    def order(self, action: str, *words: str | Path, keys: Path | None = None) -> Any:
        """An order that is carried out."""
        result = self.ask(action, *words, keys=keys)
        assert (result.code, result.err) == (0, ""), result
        return result.json

    def refused(self, action: str, *words: str | Path, keys: Path | None = None) -> str:
        """The code with which an order is refused."""
        result = self.ask(action, *words, keys=keys)
        assert result.code == 1
        code: str = result.json["error"]
        return code

    def shown(self) -> Any:
        return self.office.json("ministry", "show", "--keys", self.root)


@pytest.fixture
def senegal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """The ministry, and its server running."""
    with Secretariat(tmp_path / "server") as server:
        yield Senegal(tmp_path, capsys, server)


def test_a_stolen_desk_is_revoked_hears_of_it_and_destroys_its_keys(senegal: Senegal) -> None:
    thief, fingerprint = senegal.desk("dakar")
    thief.json("sync", "--once")
    thief.case("Taken")
    told = senegal.order("revoke", fingerprint, "--reason", "stolen")
    assert (told["reason"], told["wipe"], told["published"]) == ("stolen", False, 1)
    refused = thief("sync", "--once", "--json")
    assert (refused.code, refused.json["error"]) == (1, "revoked")
    assert len(thief.json("list", "case")["rows"]) == 1  # no wipe was ordered
    assert senegal.refused("revoke", fingerprint, "--reason", "lost") == "already_revoked"
    senegal.order("revoke", fingerprint, "--reason", "stolen", "--wipe")
    wiped = thief("sync", "--once", "--json")
    assert (wiped.code, wiped.json["error"]) == (1, "erased_order")
    assert not list(thief.home.glob("*.db*"))
    assert not (thief.home / "vault.json").exists()
    again = thief("list", "case", "--json")
    assert (again.code, again.json["error"]) == (1, "erased_order")
    (device,) = senegal.shown()["devices"]
    assert (device["revoked"], device["wipe"]) == (True, True)


def test_a_wipe_that_was_met_and_cut_is_carried_out_when_the_desk_is_opened_next(
    senegal: Senegal, monkeypatch: pytest.MonkeyPatch
) -> None:
    thief, fingerprint = senegal.desk("dakar")
    thief.json("sync", "--once")
    senegal.order("revoke", fingerprint, "--reason", "stolen", "--wipe")
    with monkeypatch.context() as cut:
        cut.setattr("desktop.desk.desk.obey", lambda *_: None)
        assert thief("sync", "--once").code == 1
    assert list(thief.home.glob("*.db"))
    opened = thief("list", "case", "--json")
    assert (opened.code, opened.json["error"]) == (1, "erased_order")
    assert not list(thief.home.glob("*.db*"))


def test_a_second_administrator_is_named_enrols_and_is_taken_out(senegal: Senegal) -> None:
    second = senegal.folder / "second"
    made = senegal.office.json(
        "ministry",
        "new-administrator",
        "--keys",
        second,
        "--code",
        "SN",
        "--root",
        senegal.key,
        "--administrator",
        "Two",
    )
    assert senegal.refused("add-administrator", made["administrator"], "Two") == "confirmation_needed"
    shown = senegal.ask("add-administrator", made["administrator"], "Two").err
    fingerprint = shown.rpartition("--fingerprint ")[2].split()[0]
    senegal.order("add-administrator", made["administrator"], "Two", "--fingerprint", fingerprint)
    _, desk = senegal.desk("thies", keys=second)
    assert senegal.refused("remove-administrator", "Chief", keys=second) == "no_root_key"
    senegal.order("remove-administrator", "Two")
    assert senegal.refused("remove-administrator", "Two") == "no_such_administrator"
    assert senegal.refused("revoke", desk, "--reason", "left", keys=second) == "not_administrator"
    assert [device["revoked"] for device in senegal.shown()["devices"]] == [False]


def test_a_folder_that_lags_behind_takes_the_directory_of_another(senegal: Senegal) -> None:
    second = senegal.folder / "second"
    made = senegal.office.json(
        "ministry",
        "new-administrator",
        "--keys",
        second,
        "--code",
        "SN",
        "--root",
        senegal.key,
        "--administrator",
        "Two",
    )
    shown = senegal.ask("add-administrator", made["administrator"], "Two").err
    senegal.order(
        "add-administrator",
        made["administrator"],
        "Two",
        "--fingerprint",
        shown.rpartition("--fingerprint ")[2].split()[0],
    )
    _, desk = senegal.desk("thies", keys=second)
    offline = senegal.office("ministry", "revoke", desk, "--reason", "left", "--keys", senegal.root, "--json")
    assert (offline.code, offline.json["error"]) == (1, "no_such_desk")
    taken = senegal.office.json(
        "ministry", "revoke", desk, "--reason", "left", "--keys", senegal.root, "--directory", second / "directory.log"
    )
    assert taken["published"] == 0
    other = senegal.folder / "other"
    senegal.office.json("ministry", "new", "--keys", other, "--code", "SN")
    differs = senegal.office(
        "ministry",
        "revoke",
        desk,
        "--reason",
        "left",
        "--keys",
        other,
        "--directory",
        second / "directory.log",
        "--json",
    )
    assert differs.json["error"] == "directory_differs"


def test_continuity_by_two_of_three_holders(senegal: Senegal) -> None:
    shares = senegal.folder / "shares"
    named = senegal.order("continuity", "--shares", shares)
    paths = [Path(path) for path in named["shares"]]
    assert [len(path.read_text().split()) for path in paths] == [33, 33, 33]
    assert [path.stat().st_mode & 0o077 for path in paths] == [0, 0, 0]
    assert senegal.shown()["continuity"] == named["continuity"]
    assert senegal.refused("continuity", "--shares", shares) == "shares_exist"
    _, desk = senegal.desk("dakar")

    def recover(*chosen: Path) -> str:
        words = [word for path in chosen for word in ("--share", str(path))]
        return senegal.refused("recover", desk, *words)

    assert recover(paths[0]) == "two_shares"
    assert recover(paths[0], paths[0]) == "two_shares"
    assert recover(paths[0], paths[2]) == "nothing_to_recover"
    senegal.order("continuity", "--shares", senegal.folder / "newer")
    assert recover(paths[0], paths[1]) == "not_continuity_key"
    assert recover(paths[0], senegal.folder / "newer" / "continuity-share-2.txt") == "shares_differ"
    assert senegal.refused("recover", "AAAA-AAAA-AAAA-AAAA-AAAA", "--share", str(paths[0])) == "two_shares"


def test_what_is_said_to_people_says_what_comes_next(senegal: Senegal) -> None:
    _, desk = senegal.desk("dakar")
    said = senegal.office("ministry", "revoke", desk, "--reason", "stolen", "--wipe", "--keys", senegal.root)
    assert said.code == 0
    assert "destroys its keys" in said.out
    assert "ministry publish" in said.out
    told = senegal.office("ministry", "show", "--keys", senegal.root).out
    assert "(revoked, wipe ordered)" in told


def test_the_officer_confirms_by_command_who_enrolled_the_desk(senegal: Senegal) -> None:
    desk, fingerprint = senegal.desk("dakar")
    before = desk.json("enrolment")
    assert (before["fingerprint"], before["administrator"], before["confirmed_ms"]) == (fingerprint, "", 0)
    early = desk("enrolment", "--confirm", fingerprint, "--json")
    assert (early.code, early.json["error"]) == (1, "not_enrolled")
    desk.json("sync", "--once")
    shown = desk.json("enrolment")
    assert shown["administrator"] == "Chief"
    assert shown["root"] == senegal.shown()["fingerprint"]
    wrong = desk("enrolment", "--confirm", shown["root"], "--json")
    assert (wrong.code, wrong.json["error"]) == (1, "enrolled_by_another")
    read_out = shown["administrator_fingerprint"].lower().replace("-", "")
    assert desk.json("enrolment", "--confirm", read_out)["confirmed_ms"] > 0
    assert desk.json("enrolment")["confirmed_ms"] > 0
    assert "Enrolled by: Chief" in desk("enrolment").out


def test_a_ministry_that_lost_all_its_desks_reads_its_cases_again(senegal: Senegal) -> None:
    """Two of three holders, the administrator and a new desk, against a real server; nobody else had the keys."""
    shares = [Path(path) for path in senegal.order("continuity", "--shares", senegal.folder / "shares")["shares"]]
    lost, fingerprint = senegal.desk("dakar")
    lost.json("sync", "--once")
    case = lost.case("Survives")
    lost.json("sync", "--once")
    lost.json("sync", "--once")
    senegal.order("revoke", fingerprint, "--reason", "lost", "--wipe")
    found, replacement = senegal.desk("thies")
    found.json("sync", "--once")
    assert found.json("list", "case")["rows"] == []
    recovered = senegal.order("recover", replacement, "--share", shares[2], "--share", shares[0])
    assert (recovered["unreadable"], recovered["keys"], recovered["spaces"], recovered["stored"]) == (0, 1, 1, 1)
    found.json("sync", "--once")
    (row,) = found.json("list", "case")["rows"]
    assert (row["id"], row["title"]) == (case, "Survives")
    assert senegal.refused("recover", fingerprint, "--share", shares[0], "--share", shares[1]) == "already_revoked"
    assert found("verify").code == 0
