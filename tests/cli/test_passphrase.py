"""`tahaluf passphrase`: a new one, the end of the keys, and what the other commands say then."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.profile import BadProfile, parse_profile, read_profile, render_profile
from tests.cli.conftest import Commands
from tests.support.desk import PASSPHRASE

NEW = "another passphrase"


@pytest.fixture
def new_file(tmp_path: Path) -> Path:
    """A file with a new passphrase."""
    path = tmp_path / "new"
    path.write_text(NEW + "\n")
    return path


def test_a_new_passphrase_opens_the_desk_and_the_old_one_no_longer(tahaluf: Commands, new_file: Path) -> None:
    case = tahaluf.case("Un")
    assert tahaluf.json("passphrase", "--new-passphrase-file", new_file) == {"changed": True}
    refused = tahaluf("show", case, "--json")
    assert (refused.code, refused.json["error"]) == (1, "wrong_passphrase")
    tahaluf.passphrase_file.write_text(NEW + "\n")
    assert tahaluf.json("show", case)["id"] == case


def test_a_short_one_and_a_wrong_old_one_change_nothing(tahaluf: Commands, new_file: Path) -> None:
    new_file.write_text("short\n")
    refused = tahaluf("passphrase", "--new-passphrase-file", new_file, "--json")
    assert (refused.code, refused.json["error"]) == (1, "weak_passphrase")
    new_file.write_text(NEW + "\n")
    tahaluf.passphrase_file.write_text("not this one\n")
    refused = tahaluf("passphrase", "--new-passphrase-file", new_file, "--json")
    assert (refused.code, refused.json["error"]) == (1, "wrong_passphrase")
    tahaluf.passphrase_file.write_text(PASSPHRASE + "\n")
    assert tahaluf("list", "case").code == 0


def test_without_a_desk_there_is_no_passphrase_to_change(bare: Commands, new_file: Path) -> None:
    refused = bare("passphrase", "--new-passphrase-file", new_file, "--json")
    assert (refused.code, refused.json["error"]) == (1, "no_store")


def test_the_keys_end_after_the_wrong_passphrases_that_were_chosen_and_a_new_desk_can_be_set_up(
    tahaluf: Commands, profile: Path
) -> None:
    for number in (-1, 1, 4, 1_001):
        assert tahaluf("passphrase", f"--erase-after={number}", "--json").json["error"] == "limit_out_of_range"
    assert tahaluf.json("passphrase", "--erase-after", "5") == {"erase_after": 5}
    tahaluf.passphrase_file.write_text("not this one\n")
    said = [tahaluf("list", "case").err for _ in range(5)]
    assert ["keys of this desk are destroyed" in each for each in said] == [True] * 4 + [False]
    assert "3 more" in said[1]
    assert "were destroyed" in said[4]
    for words in (("list", "case"), ("passphrase",), ("sync", "--once"), ("salvage",)):
        refused = tahaluf(*words, "--json")
        assert (refused.code, refused.json["error"]) == (1, "erased_attempts"), words
    tahaluf.passphrase_file.write_text(PASSPHRASE + "\n")
    assert tahaluf("init", "--profile", profile).code == 0
    assert tahaluf.json("list", "case")["count"] == 0


def test_a_ministry_may_choose_for_its_desks_and_an_officer_only_what_is_stricter(
    bare: Commands, profile: Path
) -> None:
    profile.write_text(profile.read_text() + "\n[vault]\nerase_after = 20\n")
    assert bare("init", "--profile", profile).code == 0
    assert bare.opening.waiting(bare.home).limit == 20
    for number in ("0", "21"):
        assert bare("passphrase", "--erase-after", number, "--json").json["error"] == "erase_by_ministry"
    assert bare.json("passphrase", "--erase-after", "10") == {"erase_after": 10}
    assert bare.opening.waiting(bare.home).limit == 10
    kept = read_profile(bare.home / "profile.toml")
    assert kept.erase_after == 20
    assert parse_profile(render_profile(kept)) == kept


@pytest.mark.parametrize("value", ["true", "4", "1001", '"10"', "-1"])
def test_a_limit_that_is_none_is_refused_with_its_key(profile: Path, value: str) -> None:
    with pytest.raises(BadProfile) as caught:
        parse_profile(profile.read_text() + f"\n[vault]\nerase_after = {value}\n")
    assert caught.value.key == "vault.erase_after"
