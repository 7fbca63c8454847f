"""The threat model names tests: each of them exists, every row has one, and each attack of its own folder is named."""

from __future__ import annotations

from tests.repository.named_tests import ROOT, defined, missing, named

PAGE = ROOT / "docs" / "threat-model.md"
OF_THE_RECORDER = "tests/attacks/test_ledger.py"


def rows() -> list[list[str]]:
    """The cells of every row behind the first suite's heading, without heads and rules."""
    suites = PAGE.read_text("utf-8").partition("\n## Malicious server\n")[2]
    lines = [line for line in suites.splitlines() if line.startswith("| ")]
    return [line.strip("|").split(" | ") for line in lines if not line.startswith(("| asset", "| ---"))]


def test_every_test_that_the_page_names_exists() -> None:
    assert named(PAGE)
    assert missing(PAGE) == set()


def test_every_row_names_asset_adversary_promise_limit_and_a_test() -> None:
    assert len(rows()) > 5
    assert [row for row in rows() if len(row) != 5 or not all(cell.strip() for cell in row)] == []
    assert [row for row in rows() if "`tests/" not in row[-1]] == []


def test_every_attack_stands_on_the_page() -> None:
    files = [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "tests" / "attacks").glob("test_*.py"))]
    attacks = {(file, name) for file in files if file != OF_THE_RECORDER for name in defined(file)}
    assert attacks - named(PAGE) == set()
