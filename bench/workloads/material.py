"""What the sync measures carry: cases of 1 KB, on desks of a small alliance."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.alliance import Alliance
from bench.world import invent
from tests.support.desk import quick_opening

CASE_BYTES = 1_000
VOCABULARY = 20_000
PARETO = 0.35  # shape of the distribution: a few words often, most words seldom
LETTERS = "eeeaaasssiinnrrttoolluuddccmmppgbvhfqyxjkzw"
TODAY_FIELDS = ("title", "reference", "status", "priority", "tlp", "countries", "lead", "due", "summary")


@contextmanager
def small_alliance(within: Path | None = None) -> Iterator[Alliance]:
    """A secretariat and two members in a temporary folder, `within` another one if that is given."""
    with (
        tempfile.TemporaryDirectory(prefix="tahaluf-bench-", dir=within) as folder,
        Alliance(Path(folder), quick_opening(), members=("SN", "AE")) as alliance,
    ):
        yield alliance


def cases(count: int) -> list[dict[str, Any]]:
    """Values of `count` different cases, each of about CASE_BYTES bytes of UTF-8.

    They end in words of a made-up vocabulary, drawn as unevenly as words are in real texts: so they compress and index
    much as real texts do, which words drawn letter by letter would not.
    """
    source = random.Random(count)
    words = ["".join(source.choices(LETTERS, k=source.randrange(3, 11))) for _ in range(VOCABULARY)]
    known = [each.values for each in invent(300)]
    made = []
    for number in range(count):
        values = {name: known[number % len(known)][name] for name in TODAY_FIELDS}
        values["reference"] = f"SN-2026-{number:05d}"
        values["title"] = f"{values['title']} ({number})"
        text = str(values["summary"])
        room = CASE_BYTES - sum(len(str(value).encode()) for name, value in values.items() if name != "summary")
        while len(text.encode()) < room:
            text += " " + words[min(int(source.paretovariate(PARETO)), len(words)) - 1]
        values["summary"] = text.encode()[:room].decode(errors="ignore")
        made.append(values)
    return made
