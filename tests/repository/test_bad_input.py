"""The table of bad input names tests: each of them exists, and each hostile test is named there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "bad-input.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py|test_\w+)`")
DEFINED = re.compile(r"^def (test_\w+)", re.MULTILINE)


def named() -> set[tuple[str, str]]:
    """File and name of every test of the table's last column."""
    found = set()
    for line in TABLE.read_text("utf-8").splitlines():
        file = ""
        for word in NAMED.findall(line.rpartition(" | ")[2]) if line.startswith("| ") else ():
            if word.startswith("tests/"):
                file = word
            else:
                found.add((file, word))
    return found


def defined(file: str) -> set[str]:
    """Names of the tests of a file."""
    path = ROOT / file
    return set(DEFINED.findall(path.read_text("utf-8"))) if path.is_file() else set()


def test_every_test_that_the_table_names_exists() -> None:
    assert len(named()) > 30
    assert {(file, name) for file, name in named() if name not in defined(file)} == set()


def test_every_hostile_test_stands_in_the_table() -> None:
    files = [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "tests" / "hostile").glob("test_*.py"))]
    assert len(files) > 5
    assert {(file, name) for file in files for name in defined(file)} - named() == set()
