"""Files from elsewhere, mangled: each is refused in words or read as it should be; none ends in a traceback."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.settings import Settings
from server.cli import main as run_secretariat
from sync.wire.calls import EnrolRequest
from sync.wire.codec import encode
from tests.cli.conftest import Commands
from tests.hostile.texts import BIDI, HIDDEN, MARKUP, OBEYED
from tests.support.secretariat import make_ministry

ROUNDS = 60
GARBAGE = (
    b"",
    b"\x00" * 64,
    b"\xff\xfe",
    b"[" * 100_000,
    b"{" * 50_000,
    MARKUP.encode(),
    BIDI.encode(),
    HIDDEN.encode(),
)


def mangled(data: bytes, seed: int) -> bytes:
    """The bytes with a few altered, cut, doubled or put in."""
    chance = random.Random(seed)
    if seed < len(GARBAGE):
        return GARBAGE[seed]
    altered = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(altered) + 1)
        match chance.randrange(5):
            case 0:
                altered[place : place + 1] = bytes([chance.randrange(256)])
            case 1:
                del altered[place : place + chance.randrange(40)]
            case 2:
                altered[place:place] = altered[: chance.randrange(200)]
            case 3:
                altered[place:place] = chance.choice(GARBAGE[2:])[:300]
            case _:
                altered[place : place + 8] = chance.choice((b"-1", b"9" * 30, b"1e999", b"true", b'"\\ud800"', b"null"))
    return bytes(altered)


def told(err: str) -> None:
    """A sentence, or nothing; never a traceback, never what a terminal would obey."""
    assert "Traceback" not in err
    assert not OBEYED.search(err.replace("\n", " "))
    assert len(err) < 1_000


@pytest.mark.parametrize("name", ["profile.toml", "vault.json", "settings.toml"])
def test_a_mangled_file_of_the_home_is_named_or_passed_over(tahaluf: Commands, name: str) -> None:
    case = tahaluf.case("Un")
    Settings(tahaluf.home).set(theme="dark")
    original = (tahaluf.home / name).read_bytes()
    for seed in range(ROUNDS):
        (tahaluf.home / name).write_bytes(mangled(original, seed))
        result = tahaluf("show", case, "--json")
        told(result.err)
        if name == "settings.toml":
            assert result.code == 0, "a damaged settings file never keeps an officer out"
        else:
            assert result.code in (0, 1)
        if result.code:
            assert result.json["error"] in (
                "bad_profile",
                "vault_damaged",
                "wrong_passphrase",
                "store_too_new",
                "file_unreadable",
            )
    (tahaluf.home / name).write_bytes(original)
    assert tahaluf.json("show", case)["fields"]["title"]["values"][0]["value"] == "Un"


def test_a_mangled_profile_sets_up_no_desk_or_a_whole_one(bare: Commands, profile: Path) -> None:
    original = profile.read_bytes()
    for seed in range(ROUNDS):
        profile.write_bytes(mangled(original, seed))
        result = bare("init", "--profile", profile, "--json")
        told(result.err)
        assert result.code in (0, 1)
        if result.code:
            assert result.json["error"] == "bad_profile"
            assert not (bare.home / "vault.json").exists()
        else:
            assert bare("list", "case").code == 0
            shutil.rmtree(bare.home)


def test_a_mangled_request_or_key_file_enrols_nobody(tahaluf: Commands, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    assert tahaluf("ministry", "new", "--keys", keys, "--code", "SN").code == 0
    request = tahaluf.home / "request.txt"
    original = request.read_bytes()
    enrolled = 0
    for seed in range(ROUNDS):
        request.write_bytes(mangled(original, seed))
        result = tahaluf("ministry", "enrol", request, "--keys", keys, "--fingerprint", "AAAA-AAAA", "--json")
        told(result.err)
        assert result.code == 1
    assert enrolled == len(tahaluf.json("ministry", "show", "--keys", keys)["devices"])
    for file in sorted(keys.iterdir()):
        whole = file.read_bytes()
        for seed in range(ROUNDS // 3):
            file.write_bytes(mangled(whole, seed))
            result = tahaluf("ministry", "show", "--keys", keys, "--json")
            told(result.err)
            assert result.code in (0, 1)
        file.write_bytes(whole)
    assert tahaluf("ministry", "show", "--keys", keys).code == 0


def test_the_secretariats_import_refuses_a_mangled_directory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    ministry = make_ministry("SN")
    ministry.new_device()
    assert run_secretariat(["admin", "init", "--data", str(data)]) == 0
    assert run_secretariat(["admin", "member", "add", "--data", str(data), "SN", ministry.keys.root.hex()]) == 0
    file = tmp_path / "directory"
    whole = encode(EnrolRequest("SN", 1, ministry.entries))
    for seed in range(ROUNDS):
        file.write_bytes(mangled(whole, seed))
        capsys.readouterr()
        assert run_secretariat(["admin", "directory", "import", "--data", str(data), str(file)]) in (0, 1, 2)
        assert "Traceback" not in capsys.readouterr().err
    file.write_bytes(whole)
    assert run_secretariat(["admin", "directory", "import", "--data", str(data), str(file)]) == 0
    assert capsys.readouterr().out == "2 entries\n"


WORDS: tuple[Callable[[str], tuple[str, ...]], ...] = (
    lambda text: ("show", text),
    lambda text: ("log", text, "--field", text),
    lambda text: ("list", text),
    lambda text: ("list", "case", "--space", text),
    lambda text: ("search", text),
    lambda text: ("search", text, "--type", text),
    lambda text: ("case", "new", "--title", "x", "--set", text),
    lambda text: ("case", "new", "--title", "x", "--members", text),
    lambda text: ("record", "new", text, "--space", text),
    lambda text: ("set", text, text, text),
    lambda text: ("resolve", text, text, text),
    lambda text: ("delete", text),
    lambda text: ("list", "case", "--limit", text),
    lambda text: ("ministry", "show", "--keys", text),
    lambda text: ("ministry", "enrol", text, "--keys", text),
    lambda text: ("ministry", "publish", "--keys", text, "--server", text),
    lambda text: ("init", "--profile", text),
    lambda text: (text,),
)
TEXTS = (
    MARKUP,
    BIDI,
    HIDDEN.replace("\x00", ""),  # no argument can hold NUL
    "",
    "-",
    "--",
    "%s%n",
    "'; DROP TABLE rows; --",
    '"*" OR NEAR(',
    "a\udc80",
    "9" * 400,
    "x" * 90_000,
    "../../../etc/passwd",
    "=",
    "=x",
    "\\",
    "٣",
    "-1",
)


@pytest.mark.parametrize("number", range(len(WORDS)))
def test_whatever_stands_on_a_command_line_is_answered(tahaluf: Commands, number: int) -> None:
    tahaluf.case("Un")
    for text in TEXTS:
        if text == "-" and number in (9, 10):
            continue  # it asks for the standard input
        result = tahaluf(*WORDS[number](text))
        assert result.code in (0, 1, 2), text[:40]
        assert "Traceback" not in result.err
        assert not OBEYED.search(result.err.replace("\n", " ")), text[:40]
        assert not OBEYED.search(result.out.replace("\n", " ")), text[:40]
    rows = tahaluf.json("list", "case")["rows"]
    assert {row["title"] for row in rows} <= {"Un", "x"}
