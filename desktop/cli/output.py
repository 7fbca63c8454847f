"""What the commands write: text for people made safe for a terminal, and the JSON that scripts rely on.

A record's text comes from anywhere. On a terminal a control character could move the cursor or change the window's
title, and a bidi override could make one name look like another: both are shown as `[U+XXXX]`. In JSON the same
characters are written as escapes, so that the value stays exactly what is stored.
"""

from __future__ import annotations

import re
import sys
from typing import TextIO

import msgspec

from i18n.bidi import BIDI_CONTROLS, neutralise, strip_isolates

_UNSAFE = re.compile(f"[\x7f-\x9f\u2028\u2029{BIDI_CONTROLS}\ud800-\udfff]")


def say(text: str = "", stream: TextIO | None = None) -> None:
    """Write a line for people to the standard output."""
    _write(safe(text), stream or sys.stdout)


def complain(text: str) -> None:
    """Write a line for people to the standard error."""
    _write(safe(text), sys.stderr)


def dump(value: object) -> None:
    """Write a value as one JSON object."""
    data = msgspec.json.format(msgspec.json.encode(value), indent=2).decode("utf-8")
    _write(_UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", data), sys.stdout)


def safe(text: str) -> str:
    """Text without anything that a terminal would obey. Isolates go too: few terminals know them."""
    return neutralise(strip_isolates(text))


def columns(rows: list[tuple[str, ...]]) -> list[str]:
    """Lines of a table whose cells are separated by two spaces; the last column is not padded."""
    if not rows:
        return []
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if index + 1 < len(row) else cell
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _write(text: str, stream: TextIO) -> None:
    encoding = stream.encoding or "utf-8"
    # A terminal of another encoding shows what it can and escapes for the rest; nothing may end in a traceback.
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    stream.flush()
