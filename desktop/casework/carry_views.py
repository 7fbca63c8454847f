"""What screens and commands are shown of what is carried: bundles on a stick, evidence files in chunks."""

from __future__ import annotations

import msgspec

from sync.bundle import PART_BYTES
from sync.checking import CheckedSpace

ALL_FILES = "*"


class BundleWritten(msgspec.Struct, frozen=True):
    """A bundle that was written; the `--json` of `tahaluf bundle write`."""

    bundle: str
    files: tuple[str, ...]  # in order
    readers: tuple[str, ...]  # ids of the devices that can open it
    spaces: int  # that it carries something of
    segments: int
    grants: int
    directories: int  # entries
    bytes: int
    unsealed: int = 0  # changes that could not be sealed yet, and are not in it
    evidence: int = 0  # evidence files
    key: str = ""  # opens this bundle to who is to check it, contents excepted; shown once, kept nowhere


class BundleFile(msgspec.Struct, frozen=True):
    """What became of one file of a bundle."""

    file: str
    bundle: str
    part: int
    more: bool  # it goes on in another file
    device: str  # that wrote it
    officer: str
    desk: str
    ministry: str
    at_ms: int  # by that device's clock
    directories: int  # entries that were new
    grants: int
    items: int  # entries and segments of cases
    taken: int  # of those, that were new here
    waiting: int  # of those, whose predecessors are not here
    rejected: int
    applied: int  # changes
    pending: int
    locked: int
    newer: int
    damaged_at: int  # byte; -1: the file is whole
    problems: tuple[str, ...]
    spaces: tuple[str, ...]
    seconds: float
    files: int = 0  # evidence files that are whole now
    chunks: int = 0  # of evidence files, that were new


class BundleRead(msgspec.Struct, frozen=True):
    """Files of bundles that were read; the `--json` of `tahaluf bundle read`."""

    files: tuple[BundleFile, ...]

    @property
    def whole(self) -> bool:
        """Whether every file was whole, verified and had all it builds on."""
        return all(each.damaged_at < 0 and not each.rejected and not each.waiting for each in self.files)


class BundleChecked(msgspec.Struct, frozen=True):
    """What is in a bundle and holds; `inside` in the `--json` of `tahaluf verify --bundle`."""

    directories: int  # entries
    items: int  # entries of cases, segments, receipts
    waiting: int  # whose predecessors are in another file
    rejected: int
    problems: tuple[str, ...]
    spaces: tuple[CheckedSpace, ...]
    files: int  # evidence files that are whole
    checkpoint: str  # device that cosigned the server's log as this bundle shows it; empty where none is in it
    compared: int = 0  # segments that the desk has too


class BundleReader(msgspec.Struct, frozen=True):
    """Somebody whom a bundle can be sealed to: a ministry (`device` empty) or one of its devices."""

    id: str  # what `to` takes
    ministry: str
    officer: str = ""
    desk: str = ""

    @property
    def is_desk(self) -> bool:
        """Whether it is one desk and not the whole ministry."""
        return self.id != self.ministry


class EvidenceSize(msgspec.Struct, frozen=True):
    """An evidence file that is all on this desk, and could go along in a bundle of its case."""

    id: str
    space: str
    name: str
    size: int  # bytes


class Order(msgspec.Struct, frozen=True):
    """A bundle to write: to whom (codes of ministries, ids or fingerprints of desks), of which spaces (none: all)."""

    to: tuple[str, ...]
    spaces: tuple[str, ...] = ()
    everything: bool = False  # also what the readers are known to have
    part_bytes: int = PART_BYTES
    evidence: tuple[str, ...] = ()  # ids of evidence files that go along; ALL_FILES alone: those of its cases, all
    checkable: bool = False  # also to whoever is given the bundle's own key


class BlobMove(msgspec.Struct, frozen=True):
    """One evidence file and how far it is."""

    id: str
    record: str
    name: str
    size: int  # bytes
    way: str  # send, fetch, none
    moved: int  # bytes, of `size`
    here: bool  # all of it is on this desk
    sent: bool  # the server has all of it
    refused: str = ""  # code of the server, which keeps it from moving


class FileWork(msgspec.Struct, frozen=True):
    """A file that this desk seals (way `attach`) or writes to the disk (way `save`)."""

    record: str
    file: str  # id; empty while it is sealed
    name: str
    way: str
    done: int = 0  # bytes
    size: int = 0
    number: int = 0  # of this piece of work, for `Session.stop_work`


class FileView(msgspec.Struct, frozen=True):
    """A file that is attached to a record; the rows of `tahaluf blob list --json`."""

    id: str
    record: str
    field: str
    name: str
    size: int
    sha256: str
    here: bool
    sent: bool
    refused: str = ""


class OfflineView(msgspec.Struct, frozen=True):
    """A case and whether this desk keeps it; a row of `tahaluf offline list --json`."""

    space: str
    reference: str
    title: str  # empty where it was dropped
    kept: bool
    dropped_ms: int = 0  # when it was taken off this desk, Unix milliseconds
    until_ms: int = 0  # until when it is kept; 0: for good
    records: int = 0  # of it on this desk
