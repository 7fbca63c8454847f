"""The table of bad input names tests: each of them exists, and each hostile test is named there."""

from __future__ import annotations

from tests.repository.named_tests import ROOT, defined, missing, named

TABLE = ROOT / "docs" / "bad-input.md"


def test_every_test_that_the_table_names_exists() -> None:
    assert len(named(TABLE)) > 30
    assert missing(TABLE) == set()


def test_every_hostile_test_stands_in_the_table() -> None:
    files = [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "tests" / "hostile").glob("test_*.py"))]
    assert len(files) > 5
    assert {(file, name) for file in files for name in defined(file)} - named(TABLE) == set()
