"""Files and classes stay small enough to be read: the habits of the style guide, as limits."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.repository.committed import list_committed

ROOT = Path(__file__).parents[2]
MAX_LINES = 500
# "About 20" of its own. What Qt (camelCase) and the language (__dunder__) call by their own names is not counted.
MAX_METHODS = 24


def read_sources() -> dict[str, str]:
    """Return the text of every committed Python file by its name."""
    paths = [path for path in list_committed(ROOT) if path.suffix == ".py"]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def count_methods(node: ast.ClassDef) -> int:
    """Return how many functions a class defines itself, each name once (a property and its setter are one)."""
    names = {item.name for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)}
    return len([name for name in names if name.islower() and not name.startswith("__")])


def test_no_file_is_longer_than_500_lines() -> None:
    lengths = {name: len(text.splitlines()) for name, text in read_sources().items()}
    assert {name: length for name, length in lengths.items() if length > MAX_LINES} == {}


def is_interface(node: ast.ClassDef) -> bool:
    """Tell whether a class is a Protocol: it does nothing itself, and is as wide as the seam it describes."""
    return any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases)


def test_no_class_of_the_product_knows_everything() -> None:
    counts = {
        f"{name}:{node.lineno} {node.name}": count_methods(node)
        for name, text in read_sources().items()
        if not name.startswith(("tests/", "bench/"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ClassDef) and not is_interface(node)
    }
    assert {where: count for where, count in counts.items() if count > MAX_METHODS} == {}


def test_a_method_is_counted_once_and_qt_s_own_not_at_all() -> None:
    source = """
class Panel:
    def __init__(self): ...
    def paintEvent(self, event): ...
    @property
    def text(self): ...
    @text.setter
    def text(self, text): ...
    async def load(self): ...
"""
    (panel,) = ast.parse(source).body
    assert isinstance(panel, ast.ClassDef)
    assert count_methods(panel) == 2
