"""Shelves of the search index: each holds the words of so many records, so that a search ends with the newest ones.

What begins with a letter or two is found in most records, and the index gathers all of them before it gives the newest.
A word is therefore indexed under the sign of its record's shelf, one letter before it, and looked for shelf by shelf.
"""

from __future__ import annotations

import re

SHELF_BITS = 15  # 32,768 records to a shelf: a search for one digit takes 5 ms there, whatever else is in the store
_FIRST_SIGN = 0x100  # beyond ASCII, where every character is a part of a word to the tokenizer; two bytes of UTF-8
_SURROGATES = 0xD800  # more shelves than anybody's records fill
_QUOTED = re.compile(r'"([^"]*)"')


def shelf_of(record: int) -> int:
    """The shelf of a record's number."""
    return record >> SHELF_BITS


def put_on_shelf(folded: str, record: int) -> str:
    """A record's folded text as it is indexed."""
    sign = _sign(shelf_of(record))
    return (sign + folded.replace(" ", f" {sign}").replace("\x1f", f"\x1f{sign}")) if folded else ""


def ask_shelf(expression: str, shelf: int) -> str:
    """What `fold_query` made, as one shelf is asked for it: words stand in quotes there, and nothing else does."""
    sign = _sign(shelf)
    return _QUOTED.sub(lambda words: f'"{sign}{words[1].replace(" ", f" {sign}")}"', expression)


def _sign(shelf: int) -> str:
    return chr(_FIRST_SIGN + shelf % (_SURROGATES - _FIRST_SIGN))
