"""Long texts that merge by themselves: a Yjs CRDT for each field, made only when a second write comes."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from itertools import accumulate
from typing import Any, TypeAlias

import pycrdt

from sync.delta import ROOT
from sync.wire.codec import digest
from sync.wire.errors import Malformed

MAX_TEXT = 200_000  # characters of one text
CLIENT_BITS = 53  # Yjs client ids are safe integers
NOTHING = b"\0\0"  # the update that changes nothing
DIFF_LIMIT = 5_000  # words between the common ends above which the middle is replaced whole

_WORDS = re.compile(r"\s*\S+|\s+")

Document: TypeAlias = "pycrdt.Doc[Any]"


def start(origin: bytes, text: str) -> bytes:
    """Return the document that a first `text` stands for; `origin` names the write, so all build the same bytes."""
    document, content = _new(origin)
    content += text
    return document.get_update()


def merge(documents: list[bytes]) -> tuple[bytes, str]:
    """Merge documents and deltas that refer to nothing outside; returns the document and its text. Raises Malformed."""
    document: Document = pycrdt.Doc()
    for data in documents:
        _apply(document, data)
    return document.get_update(), str(document.get(ROOT, type=pycrdt.Text))


def read(document: bytes) -> str:
    """Return the text of a document; raises Malformed."""
    loaded: Document = pycrdt.Doc()
    _apply(loaded, document)
    return str(loaded.get(ROOT, type=pycrdt.Text))


def edit(document: bytes, origin: bytes, text: str) -> bytes:
    """Return the delta that makes `document` read `text`; `origin` names the write (merge.origin of its dot)."""
    loaded, content = _new(origin)
    _apply(loaded, document)
    updates: list[bytes] = []
    subscription = loaded.observe(lambda event: updates.append(bytes(event.update)))
    with loaded.transaction():
        for start_byte, stop_byte, insert in reversed(_differences(str(content), text)):
            if stop_byte > start_byte:
                del content[start_byte:stop_byte]
            if insert:
                content.insert(start_byte, insert)
    loaded.unobserve(subscription)
    return updates[0] if updates else NOTHING


def client(origin: bytes) -> int:
    """Return the Yjs client id that belongs to a writer's name."""
    return int.from_bytes(digest(origin, domain="tahaluf-text", size=8), "big") >> (64 - CLIENT_BITS)


def _new(origin: bytes) -> tuple[Document, pycrdt.Text]:
    document: Document = pycrdt.Doc(client_id=client(origin))
    return document, document.get(ROOT, type=pycrdt.Text)


def _apply(document: Document, data: bytes) -> None:
    try:
        document.apply_update(data)
    except Exception as error:  # the library raises ValueError; anything else from it is as bad
        raise Malformed("a text edit that cannot be read") from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # Rust panics are not Exceptions
            raise Malformed("a text edit that cannot be read") from error
        raise


def _differences(old: str, new: str) -> list[tuple[int, int, str]]:
    """Return replacements (first byte, last byte, insertion) from `old` to `new`, in order, in UTF-8 bytes of `old`.

    Words are compared, then the characters at both ends of what differs: two far edits saved at once stay two.
    """
    head, tail = common_ends(old, new)
    words, new_words = _WORDS.findall(old[head : len(old) - tail]), _WORDS.findall(new[head : len(new) - tail])
    if len(words) + len(new_words) > DIFF_LIMIT:
        words, new_words = ["".join(words)], ["".join(new_words)]
    offsets = list(accumulate((len(word) for word in words), initial=head))
    found: list[tuple[int, int, str]] = []
    for tag, a, b, c, d in SequenceMatcher(None, words, new_words).get_opcodes():
        if tag != "equal":
            insert = "".join(new_words[c:d])
            first, last = offsets[a], offsets[b]
            left, right = common_ends(old[first:last], insert)
            found.append((first + left, last - right, insert[left : len(insert) - right]))
    return [(len(old[:first].encode()), len(old[:last].encode()), insert) for first, last, insert in found]


def common_ends(old: str, new: str) -> tuple[int, int]:
    """Return how many characters two strings share at the start, and at the end of what is left."""
    head = _common(old, new)
    return head, _common(old[head:][::-1], new[head:][::-1])


def _common(one: str, other: str) -> int:
    """Return how many characters are the same at the start: by halves, since slices compare fast and letters do not."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
