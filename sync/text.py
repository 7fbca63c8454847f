"""Long texts that merge by themselves: a Yjs CRDT for each field, started from plain text so that most never need one."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any, TypeAlias

import pycrdt

from sync.wire.codec import digest
from sync.wire.errors import Malformed

ROOT = "text"
MAX_TEXT = 200_000  # characters of one text
CLIENT_BITS = 53  # Yjs client ids are safe integers
DIFF_LIMIT = 20_000  # characters between the common ends above which the middle is replaced whole


Document: TypeAlias = "pycrdt.Doc[Any]"


def start(origin: bytes, text: str) -> bytes:
    """Return the document that a first `text` stands for; `origin` names the write, so all desks build the same bytes."""
    document, content = _new(origin)
    content += text
    return document.get_update()


def merge(documents: list[bytes]) -> bytes:
    """Merge documents and deltas; the bytes are the same in any causal order. Raises Malformed."""
    document: Document = pycrdt.Doc()
    for data in documents:
        _apply(document, data)
    return document.get_update()


def read(document: bytes) -> str:
    """Return the text of a document; raises Malformed."""
    loaded: Document = pycrdt.Doc()
    _apply(loaded, document)
    return str(loaded.get(ROOT, type=pycrdt.Text))


def edit(document: bytes, origin: bytes, text: str) -> bytes:
    """Return the delta that makes `document` read `text`; `origin` names the writing device and place."""
    loaded, content = _new(origin)
    _apply(loaded, document)
    before = loaded.get_state()
    with loaded.transaction():
        for start_byte, stop_byte, insert in reversed(_differences(str(content), text)):
            if stop_byte > start_byte:
                del content[start_byte:stop_byte]
            if insert:
                content.insert(start_byte, insert)
    return loaded.get_update(before)


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
    """Return replacements (first byte, last byte, insertion) from `old` to `new`, in order; offsets are UTF-8 bytes of `old`."""
    limit = min(len(old), len(new))
    head = 0
    while head < limit and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < limit - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    old_middle, new_middle = old[head : len(old) - tail], new[head : len(new) - tail]
    base = len(old[:head].encode())
    if not old_middle or not new_middle or len(old_middle) + len(new_middle) > DIFF_LIMIT:
        return [(base, base + len(old_middle.encode()), new_middle)] if old_middle or new_middle else []
    offsets = [base]
    for character in old_middle:
        offsets.append(offsets[-1] + len(character.encode()))
    codes = SequenceMatcher(None, old_middle, new_middle, autojunk=len(old_middle) > 200).get_opcodes()
    return [(offsets[a], offsets[b], new_middle[c:d]) for tag, a, b, c, d in codes if tag != "equal"]
