"""The list of members changed by commands: proposed, carried around, signed by three of four roots, published."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from desktop.profile import Profile, render_profile
from server.cli import main as secretariat
from tests.cli.conftest import Commands
from tests.support.secretariat import Secretariat

CODES = ("AE", "BH", "FR", "SN")


class Table:
    """Four ministries with their roots' folders, published at one server."""

    def __init__(self, folder: Path, office: Commands, server: Secretariat) -> None:
        self.folder, self.office, self.server = folder, office, server
        self.roots: dict[str, str] = {}
        for code in CODES:
            made = office.json("ministry", "new", "--keys", self.keys(code), "--code", code)
            self.roots[code] = made["root"]
            with redirect_stdout(io.StringIO()):
                assert secretariat(["admin", "member", "add", "--data", str(server.data), code, made["root"]]) == 0
            office.json("ministry", "publish", "--keys", self.keys(code), "--server", server.url)
        self.profile = folder / "profile.toml"
        trust = {code: bytes.fromhex(root) for code, root in self.roots.items()}
        self.profile.write_text(render_profile(Profile("SN", trust, url=server.url)))
        self.proposal = folder / "proposal.txt"

    def keys(self, code: str) -> Path:
        return self.folder / f"keys-{code}"

    def ask(self, action: str, *words: str | Path, code: str = "SN") -> Any:
        """A command of a ministry."""
        return self.office("ministry", f"charter-{action}", *words, "--keys", self.keys(code), "--json")

    def at_server(self, action: str, *words: str | Path, code: str = "SN") -> Any:
        return self.ask(action, *words, "--server", self.server.url, code=code)

    def propose(self, *words: str) -> Any:
        return self.at_server("propose", self.proposal, "--profile", self.profile, *words)


@pytest.fixture
def table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Table]:
    """The four at one table."""
    with Secretariat(tmp_path / "server") as server:
        yield Table(tmp_path, Commands(tmp_path, capsys), server)


def test_three_of_four_roots_make_a_member_and_two_do_not(table: Table) -> None:
    joining = table.office.json("ministry", "new", "--keys", table.keys("SG"), "--code", "SG")
    proposed = table.propose("--add", "SG", joining["root"])
    assert (proposed.code, proposed.json["event"], proposed.json["signed"]) == (0, "member", [])
    assert table.propose("--remove", "AE").json["error"] == "file_exists"
    unread = table.ask("sign", table.proposal)
    assert (unread.code, unread.json["error"]) == (1, "confirmation_needed")
    wrong = table.ask("sign", table.proposal, "--fingerprint", "AAAA-AAAA-AAAA-AAAA-AAAA")
    assert wrong.json["error"] == "fingerprint_differs"
    for number, code in enumerate(("SN", "AE"), 1):
        signed = table.ask("sign", table.proposal, "--fingerprint", joining["fingerprint"], code=code)
        assert len(signed.json["signed"]) == number
    early = table.at_server("publish", table.proposal)
    assert (early.code, early.json["error"]) == (1, "proposal_refused")
    table.ask("sign", table.proposal, "--fingerprint", joining["fingerprint"], code="FR")
    assert table.at_server("publish", table.proposal).code == 0
    shown = table.at_server("show", "--profile", table.profile).json
    assert (shown["entries"], shown["needed"], shown["members"]["SG"]) == (1, 4, joining["root"])
    with redirect_stdout(io.StringIO()):
        assert secretariat(["admin", "member", "add", "--data", str(table.server.data), "XX", "00" * 32]) != 0
    told = table.office("ministry", "publish", "--keys", table.keys("SG"), "--server", table.server.url, "--json")
    assert (told.code, told.json["published"]) == (0, 1)


def test_a_proposal_that_was_changed_on_its_way_is_not_taken(table: Table) -> None:
    assert table.propose("--remove", "AE").code == 0
    for code in ("SN", "FR", "BH"):
        assert table.ask("sign", table.proposal, "--fingerprint", "AE", code=code).code == 0
    text = table.proposal.read_text().splitlines()
    text[1] = text[1][:12] + ("A" if text[1][12] != "A" else "B") + text[1][13:]
    table.proposal.write_text("\n".join(text) + "\n")
    assert table.at_server("publish", table.proposal).json["error"] in ("proposal_refused", "bad_proposal", "malformed")
    assert table.at_server("show", "--profile", table.profile).json["entries"] == 0


def test_what_makes_no_sense_is_not_proposed(table: Table) -> None:
    assert table.propose("--remove", "ZZ").json["error"] == "order_refused"
    assert table.propose("--add", "SG", "00" * 32).json["error"] == "not_a_key"
    assert table.propose("--root", "AE", table.roots["FR"]).json["error"] == "order_refused"
    table.proposal.write_text("nothing")
    assert table.ask("sign", table.proposal).json["error"] == "bad_proposal"
    other = Profile("SN", {"SN": bytes.fromhex(table.roots["SN"])}, url=table.server.url)
    table.profile.write_text(render_profile(other))
    assert table.at_server("show", "--profile", table.profile).json["entries"] == 0


def test_a_stolen_root_is_replaced_by_commands_and_the_new_one_gives_orders(table: Table) -> None:
    before = 1  # the entry that names the administrator; what the thief appends comes behind it
    thief = table.office.json("ministry", "new", "--keys", table.keys("XX"), "--code", "XX")
    keys, server = table.keys("SN"), table.server.url
    stolen = table.office.json(
        "ministry",
        "add-administrator",
        thief["root"],
        "Thief",
        "--fingerprint",
        thief["fingerprint"],
        "--keys",
        keys,
        "--server",
        server,
    )
    assert stolen["published"] == 1
    wrong = table.office("ministry", "new-root", "--keys", table.keys("N"), "--old", keys, "--after", "9", "--json")
    assert wrong.json["error"] == "no_such_entry"
    new = table.office.json("ministry", "new-root", "--keys", table.keys("N"), "--old", keys, "--after", str(before))
    assert (
        table.at_server(
            "propose",
            table.proposal,
            "--profile",
            table.profile,
            "--root",
            "SN",
            new["root"],
            "--after",
            str(before),
            code="AE",
        ).json["after"]
        == before
    )
    for code in ("AE", "BH", "FR"):
        assert table.ask("sign", table.proposal, "--fingerprint", new["fingerprint"], code=code).code == 0
    assert table.at_server("publish", table.proposal).code == 0
    key = table.office.json("ministry", "show", "--keys", table.keys("N"))["administrator"]
    order = ("ministry", "add-administrator", key, "Second")
    shown = table.office(*order, "--keys", table.keys("N"), "--json")
    fingerprint = shown.err.rpartition("--fingerprint ")[2].split()[0]
    table.office.json(*order, "--fingerprint", fingerprint, "--keys", table.keys("N"))
    published = table.office.json("ministry", "publish", "--keys", table.keys("N"), "--server", server)
    assert (published["entries"], published["published"]) == (2, 1)
    again = table.office("ministry", "publish", "--keys", keys, "--server", server, "--json")
    assert (again.code, again.json["error"]) == (1, "directory_differs")
    reopened = table.office.json("ministry", "show", "--keys", table.keys("N"))
    assert reopened["administrators"] == ["SN", "Second"]
