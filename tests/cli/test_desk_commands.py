"""Commands on the desk itself, misuse, and bad surroundings."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from desktop.cli.passphrase import read_passphrase
from desktop.refusals import Refused
from tests.cli.conftest import Commands
from tests.support.secretariat import free_port

ROOT = Path(__file__).parents[2]


def test_setting_up_prints_what_the_administrator_needs(bare: Commands, profile: Path) -> None:
    answer = bare.json("init", "--profile", profile, "--officer", "Ousmane Ba")
    assert (answer["officer"], answer["desk"], answer["ministry"]) == ("Ousmane Ba", "Dakar 1", "SN")
    assert Path(answer["request"]).read_text().startswith("-----BEGIN TAHALUF CERTIFICATE REQUEST-----")
    assert len(answer["fingerprint"]) == 24
    again = bare("init", "--profile", profile, "--json")
    assert (again.code, again.json["error"]) == (1, "store_exists")


def test_people_are_told_the_fingerprint_too(bare: Commands, profile: Path) -> None:
    result = bare("init", "--profile", profile)
    assert result.code == 0
    assert "Awa Diop" in result.out
    assert "Fingerprint" in result.out


def test_a_bad_profile_is_refused_by_its_key(bare: Commands, profile: Path) -> None:
    profile.write_text(profile.read_text().replace("[trust]", "[trsut]"))
    result = bare("init", "--profile", profile, "--json")
    assert (result.code, result.json["error"]) == (1, "bad_profile")
    assert "trsut" in result.err
    assert not bare.home.exists()
    missing = bare("init", "--profile", profile.with_name("none"), "--json")
    assert missing.json["error"] == "file_unreadable"


def test_without_a_desk_the_command_says_how_to_set_one_up(bare: Commands) -> None:
    result = bare("list", "case")
    assert result.code == 1
    assert "tahaluf init" in result.err


def test_a_wrong_passphrase_is_refused(tahaluf: Commands) -> None:
    tahaluf.passphrase_file.write_text("another one\n")
    result = tahaluf("list", "case", "--json")
    assert (result.code, result.json["error"]) == (1, "wrong_passphrase")


def test_a_damaged_store_is_named(tahaluf: Commands) -> None:
    database = tahaluf.home / "store.db"
    database.write_bytes(bytes(16) + b"x" * (database.stat().st_size - 16))
    result = tahaluf("list", "case")
    assert result.code == 1
    assert "salvage" in result.err


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("case", "new"),
        ("case",),
        ("set", "x"),
        ("list", "case", "--order", "colour"),
        ("list", "case", "--limit", "many"),
        ("--passphrase", "secret"),
        ("show", "x", "--jso"),
    ],
)
def test_a_line_that_cannot_be_read_is_misuse(bare: Commands, words: tuple[str, ...]) -> None:
    result = bare(*words)
    assert result.code == 2
    assert result.out == ""
    assert "cannot be read" in result.err


def test_help_is_in_the_users_language(bare: Commands) -> None:
    french, english = bare("--help", language="fr"), bare("--help", language="en")
    assert (french.code, english.code) == (0, 0)
    assert "verify" in french.out
    assert french.out.splitlines()[0] != english.out.splitlines()[0] or "Usage" in english.out
    assert french.out != english.out


def test_no_server_and_no_connection_have_their_own_exit_codes(tahaluf: Commands) -> None:
    tahaluf.case("Un")
    refused = tahaluf("sync", "--once", "--json")
    assert (refused.code, refused.json["error"]) == (1, "no_server")
    (tahaluf.home / "settings.toml").write_text(f'[settings]\nserver_url = "http://127.0.0.1:{free_port()}"\n')
    offline = tahaluf("sync", "--once", "--json")
    assert (offline.code, offline.json["error"]) == (3, "no_connection")
    assert "kept here" in offline.err
    assert tahaluf.json("list", "case")["rows"][0]["unsent"], "nothing was lost"


def test_a_sound_store_verifies(tahaluf: Commands) -> None:
    tahaluf.case("Un")
    report = tahaluf.json("verify")
    assert (report["ok"], report["pages"], report["spaces"], report["changes"], report["records"]) == (
        True,
        True,
        1,
        1,
        1,
    )
    assert report["problems"] == []
    assert "Everything verifies" in tahaluf("verify").out


def test_a_store_that_does_not_verify_says_where_and_is_salvaged(tahaluf: Commands) -> None:
    case = tahaluf.case("Un")
    desk = tahaluf.opening.open(tahaluf.home, tahaluf.passphrase_file.read_text().strip())
    desk._connection.database.run("UPDATE rows SET title = 'Deux'")
    desk.close()
    found = tahaluf("verify", "--json")
    assert (found.code, found.json["ok"]) == (1, False)
    assert [problem["kind"] for problem in found.json["problems"]] == ["list"]
    people = tahaluf("verify")
    assert "A row of the lists" in people.out
    assert "findings: 1" in people.err

    saved = tahaluf.json("salvage")
    assert (saved["records"], saved["own_changes"], saved["lost_own"], saved["kept"]) == (1, 1, 0, "")
    assert tahaluf("verify").code == 1, "the damaged store is still the one in use"
    replaced = tahaluf("salvage", "--replace")
    assert replaced.code == 0
    assert "was kept" in replaced.out
    assert tahaluf.json("verify")["ok"]
    assert tahaluf.json("list", "case")["rows"][0]["id"] == case
    assert len(list(tahaluf.home.glob("store.damaged-*.db"))) == 1


def test_a_passphrase_is_one_line_of_a_file_whatever_the_line_end(tmp_path: Path) -> None:
    path = tmp_path / "passphrase"
    for content in ("secret words", "secret words\n", "secret words\r\nmore\n"):
        path.write_bytes(content.encode())
        assert read_passphrase(path) == "secret words"
    path.write_bytes(b"\xff")
    with pytest.raises(Refused, match="file_unreadable"):
        read_passphrase(path)


def test_without_a_terminal_the_passphrase_is_not_asked_for(tahaluf: Commands) -> None:
    program = [sys.executable, "-m", "desktop.cli", "--home", str(tahaluf.home), "list", "case"]
    done = subprocess.run(program, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "--passphrase-file" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    line = f"{sys.executable} -m desktop.cli --help | head -c 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr


def test_the_commands_load_no_window() -> None:
    script = "import sys, desktop.cli; sys.exit(any(name.startswith('PySide6') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0
