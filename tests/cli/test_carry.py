"""Bundles and evidence files by commands: two desks that meet by a file, and by the server."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.wire.codec import encode
from tests.cli.conftest import Commands
from tests.support.desk import set_up
from tests.support.secretariat import make_ministry


@pytest.fixture
def pair(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[Commands, Commands, Path]:
    """Two enrolled desks without a server, and a folder that stands for a stick."""
    ministries = {code: make_ministry(code) for code in ("SN", "AE")}
    trust = {code: each.keys.root for code, each in ministries.items()}
    desks = []
    for code, ministry in ministries.items():
        (tmp_path / code).mkdir()
        desk = Commands(tmp_path / code, capsys)
        home = set_up(desk.home, ministry=code, officer=f"Officer {code}", trust=trust, opening=desk.opening)
        ministry.enrol(home.request())
        desks.append(desk)
    stick = tmp_path / "stick"
    stick.mkdir()
    for code, ministry in ministries.items():
        (stick / f"{code}.log").write_bytes(encode(ministry.entries))
    for desk in desks:
        desk.json("bundle", "read", stick / "SN.log", stick / "AE.log")
    return desks[0], desks[1], stick


def test_a_case_goes_from_desk_to_desk_by_a_file(pair: tuple[Commands, Commands, Path]) -> None:
    dakar, abu_dhabi, stick = pair
    case = dakar.case("Nord", "--members", "SN,AE")
    written = dakar.json("bundle", "write", "--to", "AE", "--space", case, stick / "case.tahaluf")
    assert (written["spaces"], written["segments"], written["files"]) == (1, 1, [str(stick / "case.tahaluf")])
    read = abu_dhabi.json("bundle", "read", stick / "case.tahaluf")
    (file,) = read["files"]
    assert (read["whole"], file["taken"], file["officer"], file["ministry"]) == (True, 2, "Officer SN", "SN")
    assert abu_dhabi.json("show", case)["fields"]["title"]["values"][0]["value"] == "Nord"
    told = abu_dhabi("bundle", "read", stick / "case.tahaluf")
    assert (told.code, "Officer SN, SN" in told.out) == (0, True)


def test_a_damaged_bundle_ends_with_1_and_says_what_to_do(pair: tuple[Commands, Commands, Path]) -> None:
    dakar, abu_dhabi, stick = pair
    dakar.case("Nord", "--members", "SN,AE")
    dakar.json("bundle", "write", "--to", "AE", stick / "case.tahaluf")
    whole = (stick / "case.tahaluf").read_bytes()
    (stick / "case.tahaluf").write_bytes(whole[:-10])
    told = abu_dhabi("bundle", "read", stick / "case.tahaluf")
    assert told.code == 1
    assert "read it once more" in told.err
    shown = abu_dhabi("bundle", "read", "--json", stick / "case.tahaluf")
    assert (shown.code, shown.json["whole"], shown.json["files"][0]["damaged_at"] > 0) == (1, False, True)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("bundle", "write", "--to", "FR", "x"), "unknown_reader"),
        (("bundle", "write", "--to", "AE", "--space", "00" * 16, "x"), "unknown_space"),
        (("bundle", "read", "nowhere"), "file_unreadable"),
        (("bundle", "read", __file__), "not_a_bundle"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    pair: tuple[Commands, Commands, Path], words: tuple[str, ...], code: str
) -> None:
    refused = pair[0](*words, "--json")
    assert (refused.code, refused.json["error"]) == (1, code)
    assert "went wrong" not in refused.err


def test_a_file_is_attached_listed_and_written_again(pair: tuple[Commands, Commands, Path]) -> None:
    dakar, abu_dhabi, stick = pair
    case = dakar.case("Nord", "--members", "SN,AE")
    (stick / "photo.jpg").write_bytes(b"jpeg" * 1_000)
    put = dakar.json("blob", "put", case, stick / "photo.jpg")
    assert (put["name"], put["size"], put["here"], put["sent"]) == ("photo.jpg", 4_000, True, False)
    assert [each["id"] for each in dakar.json("blob", "list", case)["files"]] == [put["id"]]
    assert [each["way"] for each in dakar.json("blob", "list")["files"]] == ["send"]
    assert "not sent yet" in dakar("blob", "list", case).out
    assert "photo.jpg" in dakar("show", case).out
    dakar.json("blob", "get", case, "photo.jpg", stick / "again.jpg")
    assert (stick / "again.jpg").read_bytes() == b"jpeg" * 1_000
    dakar.json("bundle", "write", "--to", "AE", stick / "case.tahaluf")
    abu_dhabi.json("bundle", "read", stick / "case.tahaluf")
    absent = abu_dhabi("blob", "get", case, "photo.jpg", stick / "x", "--json")
    assert (absent.code, absent.json["error"]) == (1, "no_server")
    person = dakar.json("record", "new", "person", "--space", case, "--set", "name=A")["record"]
    refused = dakar("blob", "put", person, stick / "photo.jpg", "--json")
    assert (refused.code, refused.json["error"]) == (1, "no_files_here")
