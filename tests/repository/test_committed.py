"""The search for what must not be committed finds it, and finds nothing here."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.repository.committed import ROOT, find_all, find_in_text, list_committed


def test_nothing_of_any_machine_is_committed() -> None:
    assert find_all(ROOT) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("see https://" + "pypi" + ".org/simple", "a package registry's address"),
        ("https://files." + "pythonhosted" + ".org/packages/x", "a package registry's address"),
        ("https://registry." + "npmjs" + ".org/x", "a package registry's address"),
        ("--" + "index-url x", "an index or a links option"),
        ("  --" + "find-links x", "an index or a links option"),
        ("#    from /" + "home/somebody/tahaluf", "a path of one machine"),
        ("cache in /" + "root/.cache", "a path of one machine"),
        ("/" + "work/out", "a path of one machine"),
    ],
)
def test_each_kind_is_found_with_its_line(text: str, what: str) -> None:
    assert find_in_text(f"first\n{text}\n") == [(2, what)]


@pytest.mark.parametrize("text", ["the network/work/out of it", "~/work/x", "https://example.org/home/x", "/usr/share"])
def test_what_only_looks_alike_is_left_alone(text: str) -> None:
    assert find_in_text(text) == []


def test_an_init_in_packaging_is_found(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "packaging").mkdir()
    (tmp_path / "packaging" / "__init__.py").touch()
    (tmp_path / "notes.txt").write_text("/" + "home/somebody\n", encoding="utf-8")
    assert find_all(tmp_path) == [
        "packaging/__init__.py: shadows the library of that name; remove it",
        "notes.txt:1: a path of one machine",
    ]


def test_locks_carry_a_hash_for_every_package() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        entries = lock.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
        pinned = [entry for entry in entries if entry and not entry.lstrip().startswith("#")]
        assert len(pinned) > 5
        assert [entry for entry in pinned if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_every_page_that_a_page_points_to_is_there() -> None:
    pages = [path for path in list_committed(ROOT) if path.suffix == ".md"]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))]
    local = [(page, link) for page, link in links if "://" not in link]
    assert len(local) > 5
    assert [f"{page.name}: {link}" for page, link in local if not (page.parent / link).exists()] == []


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    pages = sorted(path.name for path in folder.glob("0*.md"))
    assert [name for name in pages if f"({name})" not in index] == []
    numbers = [name[:4] for name in pages]
    assert len(numbers) == len(set(numbers))
