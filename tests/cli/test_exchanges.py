"""Exchanges and permissions by commands, on two desks with a server between them."""

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


def test_information_is_sent_its_use_in_court_asked_for_and_granted(desks: dict[str, Commands]) -> None:
    dakar, abu_dhabi = desks["SN"], desks["AE"]
    case = dakar.case("Réseau", "--members", "SN,AE")
    readers = dakar("exchange", "readers", case).out.splitlines()
    assert [line.split("  ")[0] for line in readers] == ["SN", "AE"]
    assert dakar.json("exchange", "readers", case)["readers"][1]["desks"] != []
    red = ("exchange", "send", case, "--title", "Source", "--set", "tlp=TLP:RED", "--set", "recipients=FR")
    held = dakar(*red, "--confirm")
    assert held.code == 1
    assert "TLP:RED is for the named recipients only, and these are not named: United Arab Emirates" in held.out
    assert "Something stands in the way" in held.err
    sent = dakar("exchange", "send", case, "--title", "Numbers", "--set", "handling=H0,H1", "--set", "content=+221 77")
    assert (sent.code, sent.err) == (0, "")
    exchange = sent.out.strip()
    for desk in (dakar, abu_dhabi):
        desk("sync", "--once")
    told = abu_dhabi("exchange", "check", exchange, "--to", "AE", "--judicial").out
    assert "Marking: TLP:AMBER · H0 · H1\nProvided by: SN\nRead by: AE, SN\n" in told
    assert "- H1: not in judicial proceedings without the provider's permission. Ask it of Senegal." in told
    obstacles = abu_dhabi.json("exchange", "check", exchange, "--to", "AE", "--judicial")["obstacles"]
    assert [(each["code"], each["way"], each["providers"]) for each in obstacles] == [
        ("h1_judicial", "permission", ["SN"])
    ]
    ask = ("permission", "ask", exchange, "--codes", "h1", "--for", "ae", "--reason", "The court asks")
    asked = abu_dhabi(*ask).out.strip()
    assert abu_dhabi("permission", "grant", asked).code == 1
    for desk in (abu_dhabi, dakar):
        desk("sync", "--once")
    waiting = dakar("permission", "list", "--waiting").out
    assert waiting.split()[:6] == [asked, "Asked", "AE", "SN", "H1", "AE"]
    assert abu_dhabi("permission", "list", "--waiting").out == ""
    grant = ("permission", "grant", asked, "--conditions", "Closed hearing", "--until", "2099-12-31")
    assert dakar(*grant).code == 0
    for desk in (dakar, abu_dhabi):
        desk("sync", "--once")
    assert abu_dhabi.json("exchange", "check", exchange, "--to", "AE", "--judicial")["obstacles"] == []
    shown = abu_dhabi("permission", "show", asked).out.splitlines()
    assert shown[1].endswith("Granted Closed hearing 2099-12-31")
    assert abu_dhabi.json("permission", "show", asked)["answers"][0]["counts"] is True
    assert dakar("permission", "refuse", asked, "--reason", "Withdrawn").code == 0
    assert "void" in dakar("permission", "show", asked).out
