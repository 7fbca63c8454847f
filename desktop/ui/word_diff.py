"""Differences between two texts, word by word, and an edit carried over to a text that changed meanwhile.

    diff_words("Deux intermédiaires", "Trois intermédiaires")   removed «Deux», added «Trois», kept the rest
    rebase(base, mine, theirs)                                  both edits in one text

No Qt and no markup: pieces of text and what became of them.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

Fate = Literal["kept", "added", "removed"]

MOST_WORDS = 400  # between the common ends; beyond it, comparing them takes longer than a screen may wait
MOST_LETTERS = 20_000  # of a text that is taken apart into words at all
NEAR = 2_000  # characters kept on both sides of a difference when a long text is prepared to be shown
MOST_PIECES = 40  # shown of one difference
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


class Piece(NamedTuple):
    """Some text and its fate."""

    text: str
    fate: Fate


def diff_words(before: str, after: str) -> list[Piece]:
    """The pieces of both texts in reading order: kept, added, removed. Very long texts differ as a whole."""
    head, tail = _ends(before, after)
    old, new = _WORDS.findall(before[head : len(before) - tail]), _WORDS.findall(after[head : len(after) - tail])
    pieces: list[Piece] = []
    _append(pieces, [before[:head]], "kept")
    if max(len(old), len(new)) > MOST_WORDS:
        _append(pieces, old, "removed")
        _append(pieces, new, "added")
    else:
        for tag, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            _append(pieces, old[start:end], "kept" if tag == "equal" else "removed")
            if tag != "equal":
                _append(pieces, new[new_start:new_end], "added")
    _append(pieces, [before[len(before) - tail :]] if tail else [], "kept")
    return pieces


def around(before: str, after: str) -> tuple[str, str]:
    """Both texts near what differs, with more around it than `shorten` leaves: what is far off need not be prepared."""
    if max(len(before), len(after)) <= 2 * NEAR:
        return before, after
    head, tail = _ends(before, after)
    first, rest = max(0, head - NEAR), max(0, tail - NEAR)
    return before[first : len(before) - rest], after[first : len(after) - rest]


def shorten(pieces: list[Piece], context: int = 80) -> list[Piece]:
    """Not too many pieces, their long unchanged stretches cut to `context` characters beside each change."""
    short: list[Piece] = []
    many = len(pieces) > MOST_PIECES
    for place, piece in enumerate(pieces[:MOST_PIECES]):
        text = piece.text
        if piece.fate == "kept":
            first, last = place == 0, place == len(pieces) - 1
            lead = "" if first else text[:context]
            trail = "" if last else text[-context:]
            if len(text) > len(lead) + len(trail) + 2:
                text = f"{lead}…{trail}"
        elif len(text) > 4 * context:
            text = text[: 4 * context] + "…"
        short.append(Piece(text, piece.fate))
    return [*short, Piece("…", "kept")] if many else short


def rebase(base: str, mine: str, theirs: str) -> str:
    """My edit of `base`, made again on `theirs`: words that both of us touched keep both wordings, theirs first."""
    if theirs in (base, mine):
        return mine
    if base == mine:
        return theirs
    if max(map(len, (base, mine, theirs))) > MOST_LETTERS:
        return _rebase_ends(base, mine, theirs)
    old = _WORDS.findall(base)
    mine_at, theirs_at = _edits(old, mine), _edits(old, theirs)
    out: list[str] = []
    for place, word in enumerate([*old, ""]):
        ours, other = mine_at.get(place), theirs_at.get(place)
        _insert(out, other.inserted if other else ())
        if ours != other:
            _insert(out, ours.inserted if ours else ())
        if place < len(old) and not (ours and ours.drops) and not (other and other.drops):
            out.append(word)
    return "".join(out)


class _Edit(NamedTuple):
    inserted: tuple[str, ...]
    drops: bool


def _insert(out: list[str], words: tuple[str, ...]) -> None:
    """Append words; two insertions at one place must not grow together into one word."""
    if words and out and out[-1][-1:].isalnum() and words[0][:1].isalnum():
        out.append(" ")
    out.extend(words)


def _edits(old: list[str], text: str) -> dict[int, _Edit]:
    """What a text inserts before each word of the old one, and which of them it drops."""
    new = _WORDS.findall(text)
    edits: dict[int, _Edit] = {}
    for tag, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        edits[start] = _Edit(tuple(new[new_start:new_end]), end > start)
        for place in range(start + 1, end):
            edits[place] = _Edit((), True)
    return edits


def _rebase_ends(base: str, mine: str, theirs: str) -> str:
    """For texts too long to compare: my change is one stretch between what stayed the same at both ends."""
    head = _common(base, mine)
    tail = min(_common(base[head:][::-1], mine[head:][::-1]), len(base) - head)
    before_end, after_start = base[: len(base) - tail], base[head:]
    stretch = mine[head : len(mine) - tail]
    if theirs.startswith(before_end):
        return base[:head] + stretch + theirs[len(before_end) :]
    if theirs.endswith(after_start):
        return theirs[: len(theirs) - len(after_start)] + stretch + base[len(base) - tail :]
    return f"{theirs}\n{stretch}"


def _common(one: str, other: str) -> int:
    """How many characters are the same at the beginning: found by halves, since comparing slices is what is fast."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _ends(one: str, other: str) -> tuple[int, int]:
    """How many characters are the same at the beginning and at the end, without cutting a word or a gap in either."""
    head = _common(one, other)
    while head and any(_joined(one[head - 1], text[head : head + 1]) for text in (one, other)):
        head -= 1
    tail = _common(one[head:][::-1], other[head:][::-1])
    while tail and any(_joined(text[-tail], text[-tail - 1 : len(text) - tail]) for text in (one, other)):
        tail -= 1
    return head, tail


def _joined(letter: str, beside: str) -> bool:
    """Whether two characters belong to one word or one gap."""
    return (letter.isspace() and beside.isspace()) or (_in_word(letter) and _in_word(beside))


def _in_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


def _append(pieces: list[Piece], words: list[str], fate: Fate) -> None:
    if words:
        pieces.append(Piece("".join(words), fate))
