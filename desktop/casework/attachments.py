"""References to evidence files: an element of a field of kind `file` names a sealed blob and holds what opens it."""

from __future__ import annotations

import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated

import msgspec
from msgspec import Meta

from sync.blobs import Blob
from sync.wire.codec import decode, encode
from sync.wire.errors import Malformed

PREFIX = "file:"
MAX_NAME = 100  # characters
_MAX_BYTES = 1_024
_FILE_BYTES = 200  # of a name on a disk; most file systems take 255
_NO_PART = frozenset('<>:"/\\|?*')  # separators, and what Windows takes in no name
_DEVICES = frozenset({"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³"})


class Attachment(msgspec.Struct, frozen=True, array_like=True):
    """A file as its field holds it: what opens it, and the name that it had. The name is text, never a path."""

    blob: Blob
    name: Annotated[str, Meta(max_length=MAX_NAME)]


def write_reference(attachment: Attachment) -> str:
    """The element of the field."""
    return PREFIX + urlsafe_b64encode(encode(attachment)).decode().rstrip("=")


def read_reference(element: object) -> Attachment | None:
    """The file that an element names; None for one that this version cannot read."""
    if not isinstance(element, str) or not element.startswith(PREFIX):
        return None
    text = element.removeprefix(PREFIX)
    try:
        return decode(Attachment, urlsafe_b64decode(text + "=" * (-len(text) % 4)), _MAX_BYTES)
    except (Malformed, ValueError):
        return None


def shown_name(element: object) -> str:
    """The name of the file that an element names, for people; the element itself where it names none."""
    found = read_reference(element)
    return (found.name if found else str(element)[:MAX_NAME]) or "—"


def clean_name(name: str) -> str:
    """A file's name as it is kept: on one line, no control characters, its end kept where it is too long."""
    plain = "".join(" " if unicodedata.category(each).startswith("C") else each for each in name)
    kept = unicodedata.normalize("NFC", plain).strip() or "file"
    return kept if len(kept) <= MAX_NAME else kept[: MAX_NAME - 21] + "…" + kept[-20:]


def safe_file_name(name: str) -> str:
    """A name to suggest for a file on the disk: never a path, a hidden file, a device, or what looks like another."""
    plain = "".join("_" if each in _NO_PART else each for each in clean_name(name))
    plain = plain.lstrip(". -~").rstrip(". ")
    while len(plain.encode()) > _FILE_BYTES:  # the end says what it is
        middle = len(plain) // 2
        plain = plain[: middle - 1] + plain[middle:]
    if not plain:
        return "file"
    return f"_{plain}" if plain.split(".")[0].strip().lower() in _DEVICES else plain
