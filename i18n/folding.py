"""Text folded for search: one spelling for the many that officers type, in Latin and Arabic script.

    fold(text)        what goes into the index (FTS5, tokenizer `unicode61`)
    fold_query(text)  an FTS5 MATCH expression for what a person typed; empty: nothing to search for

`fold` gives the folded words, then U+001F and extra tokens, if any: numbers and codes written in one piece
(`+971 50 123 4567` also gives `971501234567`), the last eight digits of what may be a telephone number (`x01234567`,
so that `050 123 4567` finds it), Arabic words without their article (`والقضية` also gives `قضيه`).
It is idempotent. Indexes keep FOLD_VERSION beside them and are rebuilt when it differs.
"""

from __future__ import annotations

import re
import unicodedata

FOLD_VERSION = 1
EXTRAS = "\x1f"  # between the words and the extra tokens; no valid field value holds it, every tokenizer splits at it

MAX_QUERY_TOKENS = 24
MAX_QUERY_TOKEN = 64  # characters

# What the folded character becomes between words: a gap that numbers may span, a mark inside codes, or a hard break.
_GAP, _JOINER, _BREAK = " ", "-", "\n"
_GAPS = frozenset(" \u00a0\t()'’ʼ`")
_JOINERS = frozenset("-./_\\·•")

_LETTERS = {
    "œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "ŋ": "n",
    "ŧ": "t", "ƒ": "f",
    "ٱ": "ا", "ة": "ه", "ى": "ي", "ی": "ي", "ې": "ي", "ے": "ي", "ک": "ك", "ڪ": "ك", "ہ": "ه", "ھ": "ه", "ە": "ه",
    "ۀ": "ه", "ۃ": "ه", "ء": "", "ـ": "",
}  # fmt: skip

# Marks that a reader leaves out: Latin, Greek and Cyrillic accents, Hebrew points, Arabic vowels, variation selectors.
# Marks of other scripts are vowels that a word cannot do without; they stay.
_MARKS = tuple(
    range(first, last + 1)
    for first, last in (
        (0x0300, 0x036F), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670), (0x06D6, 0x06ED),
        (0x08D3, 0x08FF), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE00, 0xFE0F), (0xFE20, 0xFE2F),
    )
)  # fmt: skip

_DIGIT = re.compile(r"\d")
_ASCII_DIGITS = "0123456789"
# The look-behind comes after the first digit, so that the scan only stops at digits.
_NUMBER = re.compile(r"\d(?<!\w\d)\d*(?:[ -]+\d+){0,7}\b")
_ARTICLE = re.compile(r"(?:(?:ال|لل)(?=\S{2})|[وبكف]ال(?=\S{3}))(\S+)")
_PIECES = re.compile(r"\d+|[^\d\s]+")
_NUMBER_DIGITS = range(6, 21)
_TELEPHONE_DIGITS = range(9, 16)  # ITU-T E.164 allows 15
_TAIL = 8
_CODE_LENGTH = range(4, 35)  # an IBAN has at most 34
_CACHE_LIMIT = 20_000  # characters, and words, remembered; the rest is folded each time
_CACHED_WORD = 24  # characters of a word that is remembered


class _Folding(dict[str, str]):
    """What each character becomes, filled on its first appearance."""

    def __missing__(self, character: str) -> str:
        folded = _fold_character(character)
        if len(self) < _CACHE_LIMIT:
            self[character] = folded
        return folded


def _fold_character(character: str) -> str:
    before, after = "", character
    while before != after:
        before, after = after, unicodedata.normalize("NFKD", after.casefold())
    return "".join(_fold_decomposed(each) for each in after)


def _fold_decomposed(character: str) -> str:
    if character in _LETTERS:
        return _LETTERS[character]
    code_point = ord(character)
    category = unicodedata.category(character)
    if category == "Cf" or any(code_point in marks for marks in _MARKS):
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category[0] in "LMN":
        return character
    if category == "Zs" or character in _GAPS:
        return _GAP
    return _JOINER if category == "Pd" or character in _JOINERS else _BREAK


_folded = _Folding().__getitem__


class _Words(dict[str, str]):
    """What each piece between two spaces becomes: words recur, and each needs its characters folded only once."""

    def __missing__(self, word: str) -> str:
        laid_out = "".join(map(_folded, word))  # twice as fast as str.translate with a table that fills itself
        if len(word) <= _CACHED_WORD and len(self) < _CACHE_LIMIT:
            self[word] = laid_out
        return laid_out


_words_seen = _Words()
_laid_out = _words_seen.__getitem__


def forget_words() -> None:
    """Forget the words that were folded: they come from cases, and a locked desk keeps none."""
    _words_seen.clear()


def _lay_out(text: str) -> str:
    """Folded characters, with gaps, joiners and breaks still told apart."""
    return _GAP.join(map(_laid_out, text.split(" ")))


def fold(text: str) -> str:
    """The text as it is indexed. Never raises, whatever the text holds."""
    head, mark, tail = text.partition(EXTRAS)
    laid_out = _lay_out(head)
    words = _words(laid_out)
    extras = _words(_lay_out(tail)) if mark else " ".join(dict.fromkeys(_extras(laid_out, words)))
    # Without extras the mark is kept only where the bare words would give some when folded again.
    return f"{words}{EXTRAS}{extras}" if extras or _extras(words, words) else words


def _words(laid_out: str) -> str:
    return " ".join(laid_out.replace(_JOINER, " ").split())


def _extras(laid_out: str, words: str) -> list[str]:
    found = _stems(words) if "ال" in words or "لل" in words else []
    if not any(map(laid_out.__contains__, _ASCII_DIGITS)):  # folded digits are; ten plain scans beat one for \d
        return found
    for run in _NUMBER.findall(laid_out):
        digits = run.replace(_JOINER, "").replace(_GAP, "")
        if len(digits) != len(run) and len(digits) in _NUMBER_DIGITS:
            found.append(digits)
        found += _tail(digits)
    joined = [run for run in laid_out.split() if _JOINER in run]
    for run in joined:
        code = run.replace(_JOINER, "")
        if len(code) in _CODE_LENGTH and _JOINER in run.strip(_JOINER) and _DIGIT.search(code):
            found.append(code)
    return found


def _stems(words: str) -> list[str]:
    """What `stem` takes an article from; looking at the letters first costs a fifth of a search over the text."""
    candidates = [word for word in words.split() if word[1:3] == "ال" or word[:2] in ("ال", "لل")]
    return [match.group(1) for match in map(_ARTICLE.fullmatch, candidates) if match]


def _tail(digits: str) -> list[str]:
    """The end of a telephone number, which its national and international spellings have in common; none if short."""
    return [f"x{digits[-_TAIL:]}"] if len(digits) in _TELEPHONE_DIGITS else []


def stem(word: str) -> str:
    """A folded Arabic word without its article and the particle before it; other words as they are."""
    match = _ARTICLE.fullmatch(word)
    return match.group(1) if match else word


def fold_query(text: str) -> str:
    """An FTS5 expression: every word must occur, the last as a beginning; empty when nothing is left to search for.

    Words are quoted, so that no operator, column or quote can be smuggled in. A query with digits also finds the number
    or code written in one piece, and a code in one piece is also found written apart.
    """
    words = _words(_lay_out(text.partition(EXTRAS)[0])).split()[:MAX_QUERY_TOKENS]
    words = [word[:MAX_QUERY_TOKEN] for word in words]
    if not words:
        return ""
    terms = [_term(word, last=index == len(words) - 1) for index, word in enumerate(words)]
    every = " AND ".join(terms)
    joined = "".join(words)
    ways = [f'"{joined}"*'] if len(words) > 1 and _DIGIT.search(joined) and len(joined) in _CODE_LENGTH else []
    ways += [f'"{tail}"' for tail in (_tail(joined) if joined.isdecimal() else [])]
    return " OR ".join([f"({every})", *ways]) if ways else every


def _term(word: str, *, last: bool) -> str:
    star = "*" if last else ""
    pieces = _PIECES.findall(word)
    if len(pieces) > 1:
        return f'("{word}"{star} OR "{" ".join(pieces)}"{star})'
    return f'"{stem(word)}"{star}'
