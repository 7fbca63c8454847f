"""The tests that a page of docs/ names in the last column of its tables."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py|test_\w+)`")
DEFINED = re.compile(r"^(?:async )?def (test_\w+)", re.MULTILINE)


def named(page: Path) -> set[tuple[str, str]]:
    """File and name of every test of the last columns; a bare name is a test of the file before it in its cell."""
    found = set()
    for line in page.read_text("utf-8").splitlines():
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


def missing(page: Path) -> set[tuple[str, str]]:
    """What a page names and no file defines."""
    return {(file, name) for file, name in named(page) if name not in defined(file)}
