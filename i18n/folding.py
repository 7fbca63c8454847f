"""Text folded for search: one spelling for the many that officers type, in Latin and Arabic script.

    fold(text)        what goes into the index (FTS5, tokenizer `unicode61`)
    fold_query(text)  an FTS5 MATCH expression for what a person typed; empty: nothing to search for

`fold` gives the folded words, then U+001F and extra tokens, if any: numbers and codes written in one piece
(`+971 50 123 4567` also gives `971501234567`), the last eight digits of what may be a telephone number (`x01234567`,
so that `050 123 4567` finds it), Arabic words without their article (`والقضية` also gives `قضيه`).
It is idempotent. Indexes keep FOLD_VERSION beside them and are rebuilt when it differs.
"""

from __future__ import annotations

import codecs
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
_NUMBER = re.compile(r"(?<!\w)[0-9]+(?:[ -]+[0-9]+){0,7}\b")
_NUMBER_AFTER_BREAK = re.compile(r"\n[ -]*[0-9]")  # only these come to be parts of other numbers among the words
_ARTICLE = re.compile(r"(?:(?:ال|لل)(?=\S{2})|[وبكف]ال(?=\S{3}))(\S+)")
_PIECES = re.compile(r"\d+|[^\d\s]+")
_NUMBER_DIGITS = range(6, 21)
_TELEPHONE_DIGITS = range(9, 16)  # ITU-T E.164 allows 15
_TAIL = 8
_CODE_LENGTH = range(4, 35)  # an IBAN has at most 34
_CACHE_LIMIT = 20_000  # characters, and runs of them, remembered; the rest is folded each time
_CACHED_RUN = 24  # characters of a run that is remembered


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


class _Runs(dict[str, bytes]):
    """What each run of characters beyond ASCII becomes: an Arabic word, or one accented letter; they recur."""

    def __missing__(self, run: str) -> bytes:
        folded = "".join(map(_folded, run)).encode("utf-8", "surrogatepass")
        if len(run) <= _CACHED_RUN and len(self) < _CACHE_LIMIT:
            self[run] = folded
        return folded


_runs_seen = _Runs()


def _fold_run(error: UnicodeError) -> tuple[bytes, int]:
    """Give the codec what stands for characters that ASCII does not have."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return _runs_seen[error.object[error.start : error.end]], error.end


_HANDLER = "tahaluf.fold"
codecs.register_error(_HANDLER, _fold_run)

_ASCII = bytes(ord(_fold_character(chr(code))) if code < 0x80 else code for code in range(256))
_DIGITS = bytes(ord("0") if chr(code).isdecimal() else ord(" ") for code in range(256))


def forget_words() -> None:
    """Forget the words that were folded: they come from cases, and a locked desk keeps none."""
    _runs_seen.clear()


def _lay_out(text: str) -> str:
    """Folded characters, with gaps, joiners and breaks still told apart.

    The codec finds what is beyond ASCII, and folds it into what the table, which folds ASCII, leaves as it is. Both
    work on bytes of UTF-8: a tenth of what it takes to look at each character.
    """
    return text.encode("ascii", _HANDLER).translate(_ASCII).decode("utf-8", "surrogatepass")


def fold(text: str) -> str:
    """The text as it is indexed. Never raises, whatever the text holds."""
    head, mark, tail = text.partition(EXTRAS)
    laid_out = _lay_out(head)
    words = _words(laid_out)
    if mark:
        extras = _words(_lay_out(tail))
        return f"{words}{EXTRAS}{extras}" if extras or _extras(words, words) else words
    found = _extras(laid_out, words)
    if found:
        return f"{words}{EXTRAS}{' '.join(dict.fromkeys(found))}"
    # Without extras the mark is kept only where the bare words would give some when folded again.
    return f"{words}{EXTRAS}" if _NUMBER_AFTER_BREAK.search(laid_out) and _numbers(words) else words


def fold_words(text: str) -> str:
    """The folded words alone: what sorts a list."""
    return _words(_lay_out(text.partition(EXTRAS)[0]))


def _words(laid_out: str) -> str:
    words = laid_out.replace(_JOINER, _GAP).replace(_BREAK, _GAP)
    while _GAP + _GAP in words:  # a third of the time of splitting and joining
        words = words.replace(_GAP + _GAP, _GAP)
    return words.strip(_GAP)


def _extras(laid_out: str, words: str) -> list[str]:
    found = _stems(words) if "ال" in words or "لل" in words else []
    numbers = _numbers(laid_out)
    if numbers is None:
        return found
    return found + numbers + _codes(laid_out)


def _numbers(laid_out: str) -> list[str] | None:
    """Numbers in one piece, and the ends of what may be telephone numbers; None where there is no digit at all."""
    digits_at = laid_out.encode("ascii", "replace").translate(_DIGITS).find  # to search the text itself takes longer
    at = digits_at(b"0")
    if at < 0:
        return None
    found: list[str] = []
    while at >= 0:
        run = _NUMBER.match(laid_out, at)
        if run is None:  # digits that belong to a word
            end = digits_at(b" ", at)
            at = digits_at(b"0", end) if end > 0 else -1
            continue
        digits = run[0].replace(_JOINER, "").replace(_GAP, "")
        if len(digits) != len(run[0]) and len(digits) in _NUMBER_DIGITS:
            found.append(digits)
        found += _tail(digits)
        at = digits_at(b"0", run.end())
    return found


def _codes(laid_out: str) -> list[str]:
    """Codes in one piece: letters and digits with joiners inside."""
    line = f" {laid_out.replace(_BREAK, _GAP)} "
    while "--" in line:  # halves a row of dashes each time, so that a long one costs no more than another text
        line = line.replace("--", "-")
    while "- " in line or " -" in line:  # full stops, dashes between words
        line = line.replace("- ", " ").replace(" -", " ")
    found: list[str] = []
    at = line.find(_JOINER)
    while at >= 0:
        end = line.find(_GAP, at)
        code = line[line.rfind(_GAP, 0, at) + 1 : end].replace(_JOINER, "")
        if len(code) in _CODE_LENGTH and _DIGIT.search(code):
            found.append(code)
        at = line.find(_JOINER, end)
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
