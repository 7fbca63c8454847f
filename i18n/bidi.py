"""Text from elsewhere made safe to show: hidden direction controls made visible, each piece isolated from its line.

    isolate(title)      in a sentence or beside other text: FSI … PDI, after neutralise
    ltr(phone)          a code that is read from left to right everywhere: LRI … PDI
    one_line(text, 80)  one line for a list, neutralised, with an ellipsis
    strip_isolates(s)   before the clipboard, an export, an accessible name, anything saved

`evil<U+202E>gpj.exe` would show as `evilexe.jpg`: all twelve Bidi_Control characters (Unicode Standard Annex 9) become
`[U+202E]` before isolation, so that a stray PDI cannot close our isolate either. Storage keeps the text as it came.
"""

from __future__ import annotations

import re

BIDI_CONTROLS = (
    "\u061c\u200e\u200f"  # marks
    "\u202a\u202b\u202c\u202d\u202e"  # embeddings and overrides
    "\u2066\u2067\u2068\u2069"  # isolates
)
LRI, FSI, PDI = "\u2066", "\u2068", "\u2069"
ELLIPSIS = "…"

# What no display should interpret: bidi controls, C0 and C1 controls except tab and newline, lone surrogates, and the
# separators U+2028 and U+2029, the second of which would end every isolate around it.
_HIDDEN = re.compile(f"[{BIDI_CONTROLS}\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
_ISOLATES = re.compile("[\u2066-\u2069]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
# Pieces of ASCII letters and digits held together: a telephone, a plate, a container, also plain Latin words. Greedy
# and without anything after the repetition, so that no text makes it go back and forth.
_RUN = re.compile(r"(?<![^\W_])\+?[A-Za-z0-9]+(?:(?: ?\([0-9]{1,3}\) ?|[ .,:/-])[A-Za-z0-9]+)*")
_DIGIT = re.compile("[0-9]")
_BREAKS = re.compile(r"[\s\u2028\u2029]+")


def _visible(match: re.Match[str]) -> str:
    return f"[U+{ord(match.group()):04X}]"


def _left_to_right(match: re.Match[str]) -> str:
    run = match.group()
    return f"{LRI}{run}{PDI}" if _DIGIT.search(run) and not run.isalnum() else run


def neutralise(text: str) -> str:
    """Replace every bidi control, control character and lone surrogate by a visible `[U+XXXX]`."""
    if text.isascii() and text.isprintable():
        return text
    return _HIDDEN.sub(_visible, text.replace("\r\n", "\n"))


def isolate(text: str) -> str:
    """Neutralise, then isolate in the text's own direction (first strong letter); line by line, empty stays empty.

    Numbers of several pieces inside Arabic or Hebrew are isolated from left to right: `+39 351 204` would show as
    `204 351 39+`.
    """
    safe = neutralise(text)
    if _RIGHT_TO_LEFT.search(safe):
        safe = _RUN.sub(_left_to_right, safe)
    if "\n" in safe:
        return "\n".join(f"{FSI}{line}{PDI}" if line else "" for line in safe.split("\n"))
    return f"{FSI}{safe}{PDI}" if safe else ""


def ltr(text: str) -> str:
    """Neutralise, then isolate from left to right: phones, plates, references, ISO dates, codes."""
    safe = neutralise(text)
    return f"{LRI}{safe}{PDI}" if safe else ""


def strip_isolates(text: str) -> str:
    """Take out the isolates that `isolate` and `ltr` put in."""
    return _ISOLATES.sub("", text)


def one_line(text: str, limit: int = 200) -> str:
    """The text on one line, neutralised, at most `limit` characters with an ellipsis; not isolated."""
    piece = _BREAKS.sub(" ", text[: limit * 4]).strip()
    safe = neutralise(piece)
    if len(safe) <= limit and len(text) <= limit * 4:
        return safe
    return safe[: limit - 1].rstrip() + ELLIPSIS
