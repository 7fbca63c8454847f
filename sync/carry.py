"""What a bundle holds goes into a replica through the very checks that the network's news go through.

Items of a bundle have no places in the server's log, so the cursor of a space stays where it is: what the server sends
of it later is known by its hash. Whatever a file holds, nothing is taken that its author's signature does not carry.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import Enum
from typing import BinaryIO, Protocol

import msgspec

from sync.bundle import (
    BlobPart,
    BundleReader,
    ChainEnd,
    CheckpointPart,
    ChunkPart,
    Damaged,
    DirectoryPart,
    EndPart,
    EntryPart,
    GrantPart,
    HavePart,
    Part,
    ReceiptPart,
    SegmentPart,
)
from sync.intake import Fork, Intake, UnknownDevice
from sync.replica import Applied, Ground, Received
from sync.wire.calls import Item
from sync.wire.errors import BrokenChain, NotEntitled, WireError
from sync.wire.space import read_founding, read_grant

OWN_BACK = "store_older"  # segments of our own are in it that are not here: this store is older than it was


class Carried(msgspec.Struct):
    """What became of one file of a bundle. Counts of items unless said otherwise."""

    bundle: str = ""  # its id, the same in all its files
    part: int = 0
    more: bool = False  # it goes on in another file
    device: str = ""  # that wrote it
    at_ms: int = 0  # by that device's clock
    directories: int = 0  # entries of directories that were new
    grants: int = 0  # to this desk
    items: int = 0  # entries and segments of spaces
    taken: int = 0  # of those, the ones that were new
    waiting: int = 0  # of those, the ones whose predecessors are not here: in another file
    rejected: int = 0  # of all, those that did not verify
    applied: int = 0  # changes
    pending: int = 0  # changes that wait for others
    locked: int = 0  # segments whose key is not here yet
    files: int = 0  # evidence files that are whole now
    chunks: int = 0  # of evidence files, that were new
    newer: int = 0  # records of a kind that only a later version knows
    damaged_at: int = -1  # byte from which on the file is cut short or altered; what stands before was taken
    problems: list[str] = []  # codes of what did not verify, each once
    spaces: list[str] = []  # that something came of
    seconds: float = 0.0

    def note(self, code: str) -> None:
        """Note a code once."""
        if code not in self.problems:
            self.problems.append(code)


class FileNews(Enum):
    """What became of a manifest or a chunk of an evidence file."""

    TAKEN = "taken"
    WHOLE = "whole"  # taken, and it was the last one
    KNOWN = "known"
    WAITS = "waits"  # what comes before it is in another file, or files are being moved just now
    PASSED = "passed"  # of one that was refused in this file
    UNNAMED = "unnamed_file"  # no record here names it: not kept
    WRONG = "blob_damaged"


class Files(Protocol):
    """Takes the evidence files that a bundle carries."""

    def begin(self, space: bytes, manifest: bytes) -> FileNews:
        """A manifest: the chunks of its blob may follow."""

    def take(self, blob: bytes, number: int, body: bytes) -> FileNews:
        """A chunk of a blob, by its place from 0."""


class Peers(Protocol):
    """Who hears what else a bundle says."""

    def note_peer(self, device: bytes, space: bytes, ends: list[ChainEnd]) -> None:
        """Keep what another device says that it has of a space: a hint for the next bundle to it."""

    def has_key(self, space: bytes) -> bool:
        """Whether a key of a space is here, though its log may not be."""

    def note_checkpoint(self, data: bytes) -> None:
        """Keep a cosigned checkpoint that a bundle carried; the witness verifies it when it looks next."""


class Carrier:
    """Takes files of bundles into one replica."""

    def __init__(
        self,
        replica: Ground,
        peers: Peers,
        on_applied: Callable[[Applied], None] | None = None,
        files: Files | None = None,
    ) -> None:
        """Take what to fill, who hears of the rest and of records that moved, and who takes evidence files, if any."""
        self._replica = replica
        self._files = files
        self._peers = peers
        self._on_applied = on_applied or (lambda _: None)
        self._intake = Intake(replica, lambda: None)

    def read(self, stream: BinaryIO) -> Carried:
        """Read one file and take what verifies, up to where it is damaged. Again with the same file does nothing.

        Raises NotABundle, NotForUs, UnknownDevice (no directory names its writer), other WireErrors of the header,
        OSError. What was taken until then stays.
        """
        started = time.monotonic()
        reader = BundleReader(stream)
        head = reader.header
        done = Carried(bundle=head.bundle.hex(), part=head.part, device=head.device.hex(), at_ms=head.at_ms)
        try:
            for parts in reader.parts(self._replica.device_keys()):
                self._take(parts, head.device, done)
        except Damaged as damage:
            done.damaged_at = damage.offset
            done.note(damage.code)
        if self._intake.own_back:
            done.note(OWN_BACK)
        done.newer = reader.newer
        done.seconds = time.monotonic() - started
        return done

    def _take(self, parts: list[Part], writer: bytes, done: Carried) -> None:
        """Take the records of one frame. Raises UnknownDevice before the first that is no directory's."""
        items: dict[bytes, list[Item]] = {}
        haves: list[HavePart] = []
        files: list[BlobPart | ChunkPart] = []
        for part in parts:
            if isinstance(part, DirectoryPart):
                self._take_directory(part, done)
                continue
            if self._replica.certificate(writer) is None:
                raise UnknownDevice("a bundle by a device that no directory names")
            match part:
                case EntryPart() | SegmentPart() | ReceiptPart():
                    items.setdefault(part.space, []).append(_item(part))
                case GrantPart(body):
                    self._take_grant(body, done)
                case HavePart():
                    haves.append(part)
                case BlobPart() | ChunkPart():
                    files.append(part)
                case CheckpointPart(body):
                    self._peers.note_checkpoint(body)
                case EndPart(more):
                    done.more = more
        self._take_items(items, done)
        for have in haves:
            self._peers.note_peer(writer, have.space, have.ends)
        for file in files:
            self._take_file(file, done)

    def _take_file(self, part: BlobPart | ChunkPart, done: Carried) -> None:
        if self._files is None:
            return
        if isinstance(part, BlobPart):
            news = self._files.begin(part.space, part.manifest)
        else:
            news = self._files.take(part.blob, part.number, part.body)
            done.chunks += news in (FileNews.TAKEN, FileNews.WHOLE)
            done.files += news is FileNews.WHOLE
        done.waiting += news is FileNews.WAITS
        if news in (FileNews.UNNAMED, FileNews.WRONG):
            done.rejected += 1
            done.note(news.value)

    def _take_directory(self, part: DirectoryPart, done: Carried) -> None:
        try:
            done.directories += self._replica.add_directory_entries(part.ministry, part.first, part.entries)
        except WireError as error:
            done.rejected += 1
            done.note(f"directory_{error.code}")

    def _take_grant(self, body: bytes, done: Carried) -> None:
        try:
            if read_grant(body)[0].recipient != self._replica.device_keys().device:
                return  # to another reader of the same bundle
            keys = self._intake.open_grant(body)
        except WireError as error:
            done.rejected += 1
            done.note(error.code)
            return
        done.grants += 1
        self._tell(self._replica.take_grant(self._replica.feed()[1], keys), done)

    def _take_items(self, items: dict[bytes, list[Item]], done: Carried) -> None:
        checked: list[Received] = []
        for space, each in items.items():
            done.items += len(each)
            received = self._intake.carried(space, each)
            if not self._is_ours(received):
                done.rejected += len(each)
                done.note(NotEntitled.code)
                continue
            waiting = sum(code == BrokenChain.code for _, code in received.rejected)
            rejected = [one for one in received.rejected if one[1] != BrokenChain.code]
            for _, code in rejected:
                done.note(code)
            done.waiting += waiting
            done.rejected += len(rejected)
            done.taken += len(received.segments) + len(received.entries) + bool(received.founding)
            done.taken += len(received.receipts)
            done.locked += sum(segment.locked for segment in received.segments)
            forks = [one for one in rejected if one[1] == Fork.code]  # the rest is on the stick still
            received = msgspec.structs.replace(received, rejected=forks)
            if received.segments or received.founding or received.entries or received.receipts or forks:
                checked.append(received)
                if space.hex() not in done.spaces:
                    done.spaces.append(space.hex())
        if checked:
            self._tell(self._replica.receive(checked), done)

    def _is_ours(self, received: Received) -> bool:
        """Whether the space is here, or is ours by its founding or by a key: a server sends no other, a file may."""
        if not received.founding:
            return self._replica.membership(received.space) is not None
        ours = self._replica.ministry()
        founded = any(member.ministry == ours for member in read_founding(received.founding)[0].members)
        return founded or self._peers.has_key(received.space)

    def _tell(self, applied: Applied, done: Carried) -> None:
        done.applied += applied.changes
        done.pending += applied.pending
        if applied.records:
            self._on_applied(applied)


def _item(part: EntryPart | SegmentPart | ReceiptPart) -> Item:
    match part:
        case EntryPart(_, number, body):
            return Item(number, "entry", body)
        case SegmentPart(_, body):
            return Item(0, "segment", body)
        case ReceiptPart(_, body):
            return Item(0, "receipt", body)
