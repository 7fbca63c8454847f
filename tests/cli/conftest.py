"""The command line as a person or a script uses it: words in, an exit code and two streams out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from desktop.cli import main
from desktop.desk import Opening
from desktop.profile import Profile, render_profile
from i18n import set_language
from tests.support.desk import PASSPHRASE, made_up_trust, quick_opening


@dataclass
class Result:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The standard output as JSON."""
        return json.loads(self.out)


class Commands:
    """Runs commands on one home, with its passphrase in a file."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], opening: Opening | None = None) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.opening = opening or quick_opening()
        self.passphrase_file = folder / "passphrase"
        self.passphrase_file.write_text(PASSPHRASE + "\n")
        self._capsys = capsys

    def __call__(self, *words: str | Path, language: str = "en") -> Result:
        """Run a command."""
        self._capsys.readouterr()
        try:
            code = main(
                [
                    "--language",
                    language,
                    "--home",
                    str(self.home),
                    "--passphrase-file",
                    str(self.passphrase_file),
                    *map(str, words),
                ],
                self.opening,
            )
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = self._capsys.readouterr()
        return Result(code, out, err)

    def json(self, *words: str | Path) -> Any:
        """Run a command that succeeds, with --json, and return what it printed."""
        result = self(*words, "--json")
        assert (result.code, result.err) == (0, "")
        return result.json

    def case(self, title: str, *words: str) -> str:
        """Open a case and return its id."""
        record: str = self.json("case", "new", "--title", title, *words)["record"]
        return record


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    """Whatever a command chose is forgotten after the test."""
    yield
    set_language("en")


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """A profile file."""
    path = tmp_path / "profile.toml"
    made = Profile(
        "SN", made_up_trust(), officer="Awa Diop", desk="Dakar 1", language="fr", default_members=("SN", "AE", "FR")
    )
    path.write_text(render_profile(made))
    return path


@pytest.fixture
def bare(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Commands:
    """Commands on a home that does not exist yet."""
    return Commands(tmp_path, capsys)


@pytest.fixture
def tahaluf(bare: Commands, profile: Path) -> Commands:
    """Commands on a desk that was set up."""
    assert bare("init", "--profile", profile).code == 0
    return bare
