"""What the screens are told of exhibits that are taken in, and of files that are looked at."""

from __future__ import annotations

import msgspec

from desktop.casework.evidence_kind import Family

TEXT_PIECE = 256 * 1024  # bytes of a text that are shown
LARGEST_SHOWN = 200_000_000  # bytes of a picture or a PDF file that are handed to who draws it
MAX_SIDE = 4_000  # pixels of a page that is drawn


class Intake(msgspec.Struct, frozen=True):
    """How far files are that are being taken into a case."""

    space: str
    files: int = 0  # to take in, as far as is known
    taken: int = 0
    name: str = ""  # of the one that is read
    done: int = 0  # bytes, of `size`
    size: int = 0
    passed: tuple[tuple[str, dict[str, str | int]], ...] = ()  # codes and parameters of what was not taken in
    ended: bool = False
    stopped: bool = False

    @property
    def known(self) -> int:
        """How many were in the case already."""
        return sum(code == "same_exhibit" for code, _ in self.passed)


class Opened(msgspec.Struct, frozen=True):
    """A file that was read through, found to be what was taken in, and can be looked at."""

    name: str
    kind: str
    family: Family
    size: int
    pages: int = 0  # of a PDF file; 1 for a picture
    text: str = ""
    cut: bool = False  # the text goes on


class Drawn(msgspec.Struct, frozen=True):
    """A page or a picture as pixels: 32 bits each (blue, green, red, nothing), line behind line."""

    page: int
    width: int
    height: int
    pixels: bytes
    file: str = ""  # id of the file


class Handover(msgspec.Struct, frozen=True):
    """What an entry says beside its action. `settles`: of two entries, the one that does not count."""

    why: str = ""
    to: str = ""
    ministry: str = ""
    at: str = ""
    place: str = ""
    seal: str = ""
    previous: str = ""


class Officer(msgspec.Struct, frozen=True, order=True):
    """Somebody to whom an exhibit can be handed over."""

    officer: str
    ministry: str
    desk: str
