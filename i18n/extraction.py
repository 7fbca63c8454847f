"""Finds every message that the desk shows: in Python through Babel, in record types' TOML, and what escapes both.

`_(f"…")` is never extracted and nothing warns of it, so `lint` reads the syntax tree and names such calls.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from babel.messages.extract import DEFAULT_KEYWORDS, extract

FOLDERS = ("desktop", "i18n")
_FUNCTIONS = frozenset({"_", "N_", "ngettext", "pgettext", "npgettext"})
_TYPE_KEYS = ("label", "plural", "help", "group")

Message = tuple[str, str | tuple[str, ...], str | None]  # file, message id or (singular, plural), context


def toml_messages(stream: IO[bytes]) -> Iterator[tuple[str, str | None]]:
    """Messages of a record type, of shared fields, or of the coded lists with their context: the list's name."""
    declared = tomllib.load(stream)
    if "field" in declared:
        for row in (declared, *declared["field"]):
            yield from ((row[key], None) for key in _TYPE_KEYS if row.get(key))
        return
    for name, rows in declared.items():
        for row in rows:
            context = None if "kind" in row else name
            yield from ((row[key], context) for key in _TYPE_KEYS if row.get(key))


def source_files(root: Path) -> list[Path]:
    """The files that may hold messages, sorted."""
    found = [path for folder in FOLDERS for path in (root / folder).rglob("*.py")]
    return sorted(found + list((root / "desktop" / "casework" / "types").glob("*.toml")))


def messages(root: Path) -> Iterator[Message]:
    """Every message under a checkout, in the order of files."""
    for path in source_files(root):
        name = path.relative_to(root).as_posix()
        with path.open("rb") as stream:
            if path.suffix == ".toml":
                yield from ((name, message, context) for message, context in toml_messages(stream))
                continue
            for _line, message, _comments, context in extract("python", stream, DEFAULT_KEYWORDS):
                yield name, tuple(message) if isinstance(message, list | tuple) else message, context


def lint(root: Path) -> Iterator[str]:
    """Calls whose message the catalogues can never hold: an f-string, a concatenation, text already formatted."""
    for path in source_files(root):
        if path.suffix != ".py":
            continue
        name = path.relative_to(root).as_posix()
        try:
            tree = ast.parse(path.read_text("utf-8"))
        except SyntaxError as wrong:
            yield f"{name}:{wrong.lineno}: cannot be read: {wrong.msg}"
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS:
                yield from (f"{name}:{node.lineno}: {fault}" for fault in _faults(node))


def _faults(call: ast.Call) -> Iterator[str]:
    for argument in call.args:
        if isinstance(argument, ast.JoinedStr):
            yield 'an f-string is never extracted: write _("… {name} …").format(name=…)'
        elif isinstance(argument, ast.BinOp) and any(_is_text(side) for side in (argument.left, argument.right)):
            yield "a message put together from pieces is never extracted"
        elif (
            isinstance(argument, ast.Call)
            and isinstance(argument.func, ast.Attribute)
            and argument.func.attr == "format"
        ):
            yield 'format the translation, not the message: _("…").format(…)'
        elif isinstance(argument, ast.Constant) and isinstance(argument.value, str) and "{}" in argument.value:
            yield "placeholders are named, since languages order them differently"


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
