"""`evidence` and `verify` on a desk that holds findings: plain words, proof files, and files that are none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.profile import render_profile
from sync.changes import Change as OneChange
from sync.changes import Create, RecordEdit, Set, encode_change
from sync.replica import Received
from sync.seal import Place, seal
from sync.wire.calls import Cursor
from sync.wire.codec import NO_HASH
from tests.cli.conftest import Commands
from tests.support.alliance import Alliance, running_alliance
from tests.support.desk import PASSPHRASE

AT_MS = 1_795_500_000_000


@pytest.fixture
def forked(tmp_path: Path) -> Iterator[tuple[Alliance, str]]:
    """Two desks that share a case; the one of Dakar signed two histories of it, and Abu Dhabi has seen both."""
    with running_alliance(tmp_path) as alliance:
        dakar, abu_dhabi = alliance.desks()
        case = dakar.new_case({"title": "Réseau"}, members=("SN", "AE")).record
        dakar.sync_once()
        abu_dhabi.sync_once()
        space = bytes.fromhex(case)
        keys = dakar._connection.replica.device_keys()
        key = dakar._connection.replica.epoch_key(space, dakar._connection.database.value("SELECT epoch FROM epochs"))
        assert key is not None
        edit = RecordEdit(space, [Create("case"), Set("title", "Autre", [])])
        second = seal(keys, Place(space), key, [], [encode_change(OneChange(1, AT_MS, AT_MS << 16, [], [edit]))])
        replica = abu_dhabi._connection.replica
        end = replica.standing(space).cursor.sequence + 1
        replica.receive([Received(space, b"", [], [(second.data, "fork")], Cursor(space, end, NO_HASH))])
        alliance.abu_dhabi.close()
        alliance.dakar.close()
        yield alliance, case


@pytest.fixture
def abu_dhabi(forked: tuple[Alliance, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Commands:
    """Commands on the desk that has seen both."""
    alliance, _ = forked
    commands = Commands(tmp_path, capsys, alliance.abu_dhabi.opening)
    commands.home = alliance.abu_dhabi.home
    assert commands.passphrase_file.read_text().strip() == PASSPHRASE
    return commands


def profile_of(alliance: Alliance, tmp_path: Path) -> Path:
    """The profile alone, as an auditor has it."""
    file = tmp_path / "auditor.toml"
    file.write_text(render_profile(alliance.dakar.profile))
    return file


def test_what_was_found_is_told_in_plain_words_in_every_language(abu_dhabi: Commands) -> None:
    told = abu_dhabi("evidence", "list").out
    assert "Dakar 1 (Senegal) signed two different versions of its own history." in told
    assert "give it to your administrator" in told
    for language in ("fr", "ar", "it", "es"):
        other = abu_dhabi("evidence", "list", language=language).out
        assert "Dakar 1" in other
        assert "signed two" not in other
    (finding,) = abu_dhabi.json("evidence", "list")["findings"]
    assert (finding["kind"], finding["by"]["ministry"], finding["times"], finding["seen"]) == ("fork", "SN", 1, True)


def test_a_proof_file_is_judged_without_server_and_without_desk(
    forked: tuple[Alliance, str], abu_dhabi: Commands, bare: Commands, tmp_path: Path
) -> None:
    file = tmp_path / "fork.proof"
    assert abu_dhabi.json("evidence", "export", "1", file)["bytes"] == file.stat().st_size
    forked[0].server.stop()
    bare.home = tmp_path / "nowhere"
    verdict: Any = bare.json("verify", "--proof", file, "--profile", profile_of(forked[0], tmp_path))
    assert (verdict["ok"], verdict["judgement"], verdict["kind"]) == (True, "proven", "fork")
    assert (verdict["by"]["officer"], verdict["witness"]["ministry"], verdict["space"]) == ("Awa Diop", "AE", forked[1])
    assert "Proven" in bare("verify", "--proof", file, "--profile", profile_of(forked[0], tmp_path)).out
    without = bare("verify", "--proof", file)
    assert (without.code, "--profile" in without.err) == (1, True)
    forked[0].server.start()


def test_a_proof_of_which_a_byte_was_changed_convinces_nobody(
    forked: tuple[Alliance, str], abu_dhabi: Commands, tmp_path: Path
) -> None:
    file = tmp_path / "fork.proof"
    abu_dhabi("evidence", "export", "1", file)
    data = file.read_bytes()
    for place in range(0, len(data), max(len(data) // 40, 1)):
        file.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        result = abu_dhabi("verify", "--proof", file)
        assert result.code == 1, place
        assert "Traceback" not in result.err
    file.write_bytes(b"")
    assert abu_dhabi("verify", "--proof", file).code == 1


def test_roots_of_others_make_a_proof_worth_nothing(
    forked: tuple[Alliance, str], abu_dhabi: Commands, profile: Path, tmp_path: Path
) -> None:
    file = tmp_path / "fork.proof"
    abu_dhabi("evidence", "export", "1", file)
    result = abu_dhabi("verify", "--proof", file, "--profile", profile)
    assert (result.code, "none of the trusted ministries" in result.err) == (1, True)


def test_the_whole_history_of_one_case_is_verified(forked: tuple[Alliance, str], abu_dhabi: Commands) -> None:
    report = abu_dhabi.json("verify", "--space", forked[1])
    assert (report["ok"], report["spaces"], report["segments"], report["records"]) == (True, 1, 1, 1)
    unknown = abu_dhabi("verify", "--space", "00" * 16)
    assert (unknown.code, "00000000" in unknown.err) == (1, True)


def test_a_finding_that_is_not_there_is_said_so(abu_dhabi: Commands, tmp_path: Path) -> None:
    result = abu_dhabi("evidence", "export", "77", tmp_path / "x")
    assert (result.code, "77" in result.err) == (1, True)
    assert not (tmp_path / "x").exists()


def test_a_bundle_is_verified_without_opening_it(
    forked: tuple[Alliance, str], abu_dhabi: Commands, bare: Commands, tmp_path: Path
) -> None:
    file = tmp_path / "case.bundle"
    assert abu_dhabi("bundle", "write", file, "--to", "SN", "--space", forked[1]).code == 0
    found = abu_dhabi.json("verify", "--bundle", file)
    assert (found["ok"], found["by"]["ministry"], found["bytes"]) == (True, "AE", file.stat().st_size)
    data = file.read_bytes()
    file.write_bytes(data[:-100] + bytes([data[-100] ^ 1]) + data[-99:])
    bare.home = tmp_path / "nowhere"
    result = bare("verify", "--bundle", file)
    assert result.code == 1
    assert "bundle_damaged" in result.err


def test_what_is_in_a_bundle_is_verified_with_its_own_key(
    forked: tuple[Alliance, str], abu_dhabi: Commands, bare: Commands, tmp_path: Path
) -> None:
    file = tmp_path / "case.bundle"
    written = abu_dhabi.json("bundle", "write", file, "--to", "SN", "--space", forked[1], "--checkable")
    roots = abu_dhabi.home / "profile.toml"
    bare.home = tmp_path / "nowhere"
    found = bare.json("verify", "--bundle", file, "--key", written["key"], "--profile", roots)
    assert (found["ok"], found["by"], found["inside"]["rejected"]) == (True, None, 0)
    (space,) = found["inside"]["spaces"]
    assert (space["space"], space["segments"]) == (forked[1], written["segments"])
    said = bare("verify", "--bundle", file, "--key", written["key"], "--profile", roots)
    assert (said.code, f"Case {forked[1]}" in said.out) == (0, True)
    wrong = bare("verify", "--bundle", file, "--key", "A" * 26, "--profile", roots)
    assert (wrong.code, "bundle_not_for_us" in wrong.err) == (1, True)
    assert "was not checked" in bare("verify", "--bundle", file, "--profile", roots).out
