"""Tables written as TOML, for settings and profiles: strings, numbers, booleans, lists, and one level of table."""

from __future__ import annotations

import json
from collections.abc import Mapping


def render_tables(tables: Mapping[str, Mapping[str, object]]) -> str:
    """Render `[table]` sections in the given order. Raises TypeError for a value that no setting has."""
    parts = []
    for name, table in tables.items():
        lines = [f"[{_key(name)}]", *(f"{_key(key)} = {_value(value)}" for key, value in table.items())]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _key(name: str) -> str:
    return name if name.replace("_", "").replace("-", "").isalnum() and name.isascii() else _string(name)


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str():
            return _string(value)
        case list() | tuple():
            return "[" + ", ".join(_value(each) for each in value) + "]"
        case dict():
            return "{ " + ", ".join(f"{_key(str(key))} = {_value(each)}" for key, each in value.items()) + " }"
    raise TypeError(f"{type(value).__name__} has no place in a settings file")


def _string(text: str) -> str:
    # JSON's escapes are TOML's too, except that TOML wants DEL escaped and knows no surrogate pairs.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
