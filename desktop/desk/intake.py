"""Files read in as evidence: sealed while they are read, hashed, looked at by content; nothing is followed or opened.

A name is text, a link is not followed, and nothing that is no plain file is waited for. A file that somebody writes to
while it is read is not taken in: its hash would be of something that never was.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from io import FileIO
from pathlib import Path
from typing import NamedTuple

from desktop.casework.attachments import Attachment, clean_name
from desktop.casework.evidence_kind import HEAD, kind_of
from desktop.desk.blobs import FilePlace
from desktop.refusals import Refused
from desktop.store.blobs import Blobs
from sync.wire.errors import Malformed

MAX_FILES = 10_000  # of one folder with all that is in it
MAX_DEPTH = 16  # folders within folders
OF_ONE_FILE = frozenset(
    {
        "file_is_link", "file_unreadable", "file_changed", "file_too_large", "same_exhibit", "folder_unreadable",
        "folder_too_large", "folder_too_deep",
    }
)  # fmt: skip
"""What stands in the way of one file or folder, and leaves the others alone."""
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class TakenIn(NamedTuple):
    """A file that was sealed into the home, and what it is by its content."""

    file: Attachment
    kind: str


class Found(NamedTuple):
    """Something that stands in a folder: a file to take in, or what is passed over and why (a code)."""

    path: Path
    size: int = 0
    mtime_ns: int = 0
    code: str = ""


class _Source(FileIO):
    """A file that is being read in; keeps its beginning."""

    head = b""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read. Raises Refused (file_unreadable): that it cannot be read (any more) is no failure of the home."""
        try:
            data = super().read(-1 if size is None else size) or b""
        except OSError as wrong:
            raise Refused("file_unreadable", path=str(self.name)) from wrong
        if len(self.head) < HEAD:
            self.head += data[: HEAD - len(self.head)]
        return data


def read_in(blobs: Blobs, place: FilePlace, path: Path, tell: Callable[[int], None] | None = None) -> TakenIn:
    """Seal a file. Raises Refused (file_is_link, file_unreadable, file_changed, file_too_large), StoreError.

    Whatever is raised, also by `tell`, nothing of it is left.
    """
    if path.is_symlink():
        raise Refused("file_is_link", path=str(path))
    try:
        source = _Source(os.open(path, _FLAGS))
    except (OSError, ValueError) as wrong:
        raise Refused("file_unreadable", path=str(path)) from wrong
    with source:
        before = os.fstat(source.fileno())
        if not stat.S_ISREG(before.st_mode):  # a pipe would be waited for, a device never ends
            raise Refused("file_unreadable", path=str(path))
        name = clean_name(path.name)
        try:
            blob, _ = blobs.seal(source, place.space, place.record, name, tell)
        except Malformed as wrong:
            raise Refused("file_too_large", path=str(path)) from wrong
        after = os.fstat(source.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or blob.size != after.st_size:
        blobs.drop(blob.id)
        raise Refused("file_changed", path=str(path))
    return TakenIn(Attachment(blob, name), kind_of(source.head))


def look_into(paths: list[Path]) -> Iterator[Found]:
    """The files at `paths`, and in the folders among them, by name; links are passed over, and said."""
    count = 0
    for path in paths:
        for found in _walk(path, 0):
            count += not found.code
            if count > MAX_FILES:
                yield Found(path, code="folder_too_large")
                return
            yield found


def _walk(path: Path, depth: int) -> Iterator[Found]:
    try:
        status = path.lstat()
    except (OSError, ValueError):
        yield Found(path, code="file_unreadable")
        return
    if stat.S_ISLNK(status.st_mode):
        yield Found(path, code="file_is_link")
    elif stat.S_ISREG(status.st_mode):
        yield Found(path, status.st_size, status.st_mtime_ns)
    elif not stat.S_ISDIR(status.st_mode):
        yield Found(path, code="file_unreadable")
    elif depth >= MAX_DEPTH:
        yield Found(path, code="folder_too_deep")
    else:
        try:
            names = sorted(each.name for each in path.iterdir())
        except OSError:
            yield Found(path, code="folder_unreadable")
            return
        for name in names:
            if not name.startswith("."):  # what systems keep beside pictures
                yield from _walk(path / name, depth + 1)
