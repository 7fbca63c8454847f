"""The officer's settings: saved at once, and never a reason to keep anybody out."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from desktop.profile import Profile
from desktop.settings import FILE, Settings

PROFILE = Profile("SN", {"SN": bytes(32)}, url="https://s.example", language="fr", territory="SN")


def test_the_profile_gives_the_first_settings(tmp_path: Path) -> None:
    settings = Settings(tmp_path, PROFILE)
    assert (settings.language, settings.server_url, settings.theme) == ("fr", "https://s.example", "system")
    assert settings.locale.code == "fr_SN"
    assert not (tmp_path / FILE).exists(), "nothing is written until somebody chooses something"


def test_a_choice_is_saved_at_once_and_read_back(tmp_path: Path) -> None:
    heard: list[bool] = []
    settings = Settings(tmp_path, PROFILE, heard.append)
    settings.set(language="ar", theme="dark", text_scale=1.5, auto_lock_minutes=0)
    again = Settings(tmp_path, PROFILE)
    assert (again.language, again.theme, again.text_scale, again.auto_lock_minutes) == ("ar", "dark", 1.5, 0)
    assert again.server_url == "https://s.example"
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert heard == [True]


def test_a_choice_that_cannot_be_saved_holds_until_the_program_ends(tmp_path: Path) -> None:
    heard: list[bool] = []
    settings = Settings(tmp_path / "not made", PROFILE, heard.append)
    settings.set(theme="dark")
    assert settings.theme == "dark"
    assert heard == [False]
    assert Settings(tmp_path / "not made", PROFILE).theme == "system"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("language", "xx"),
        ("theme", "pink"),
        ("text_scale", 0.5),
        ("text_scale", float("nan")),
        ("text_scale", "1.5"),
        ("server_url", "http://elsewhere.example"),
        ("auto_lock_minutes", -1),
        ("auto_lock_minutes", True),
        ("colour", "red"),
    ],
)
def test_a_setting_that_does_not_hold_is_refused_and_nothing_is_saved(tmp_path: Path, name: str, value: object) -> None:
    settings = Settings(tmp_path, PROFILE)
    with pytest.raises(ValueError, match=name):
        settings.set(**{name: value})
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize("content", [b"\xff", b"[settings", b"settings = 3", b"", b"[settings]\ntheme = 3\n"])
def test_a_damaged_file_never_keeps_an_officer_out(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    assert Settings(tmp_path, PROFILE).theme == "system"


def test_one_bad_value_leaves_the_others(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('[settings]\ntheme = "dark"\nlanguage = "zz"\ntext_scale = 2\n')
    settings = Settings(tmp_path, PROFILE)
    assert (settings.theme, settings.language, settings.text_scale) == ("dark", "fr", 2.0)
