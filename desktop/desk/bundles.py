"""Bundles: the same sync by USB stick. Two desks that never see a server work on one case by them."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import msgspec

from desktop.casework.carry_views import (
    ALL_FILES,
    BundleFile,
    BundleRead,
    BundleReader,
    BundleWritten,
    EvidenceSize,
    Order,
)
from desktop.desk.carried_files import CarriedFiles
from desktop.files import sync_folder
from desktop.refusals import Refused
from desktop.store import Connection, Store
from desktop.store.blobs import BlobEntry, Blobs
from desktop.store.carrying import CarriedSpace, Carrying, Reader
from desktop.store.listing import parse_name
from sync.bundle import (
    MAGIC,
    MAX_READERS,
    BlobPart,
    BundleWriter,
    CheckpointPart,
    ChunkPart,
    DirectoryPart,
    GrantPart,
    HavePart,
    NotABundle,
    Part,
    SegmentPart,
)
from sync.carry import Carried, Carrier
from sync.checking import key_of, new_key
from sync.keys import EpochKey, make_grant
from sync.push import give_receipts, seal_waiting
from sync.replica import Applied
from sync.wire.codec import MAX_GRANT_KEYS, decode, new_id
from sync.wire.directory import DirectoryEntry
from sync.wire.errors import WireError
from sync.wire.signing import fingerprint, unpack

DIRECTORY_ENTRIES = 200  # in one record
MAX_DIRECTORY_FILE = 64 << 20
PATIENCE_S = 3.0
_ADDED = ("directories", "taken", "applied", "files", "chunks", "seconds")
SHORTEST_ID = 16  # characters of a file's id that name it, as lists show them


def possible_readers(connection: Connection) -> list[BundleReader]:
    """Whom a bundle can be sealed to: each ministry, then each of its devices."""
    readers = Carrying(connection.context).readers()
    found: list[BundleReader] = []
    for ministry in sorted({each.ministry for each in readers}):
        found.append(BundleReader(ministry, ministry))
        found += [
            BundleReader(each.device.hex(), ministry, each.certificate.officer, each.certificate.desk)
            for each in readers
            if each.ministry == ministry
        ]
    return found


def write_bundle(store: Store, connection: Connection, path: Path, order: Order) -> BundleWritten:
    """Write a bundle to `path`, and what does not fit one file beside it as `name.2.suffix` and so on.

    Nothing of that name is overwritten half-way: files take their names when they are whole and flushed. Raises Refused
    (no_reader, unknown_reader, unknown_space, not_a_member, not_enrolled, file_unwritable), StoreError.
    """
    carrying = Carrying(connection.context)
    readers = _readers(carrying, order.to)
    if connection.replica.certificate(connection.identity.device) is None:
        raise Refused("bundle_not_enrolled")
    with store.sync_lock() as held:
        if held:
            seal_waiting(connection.replica)
            give_receipts(connection.replica)
    until = time.monotonic() + PATIENCE_S
    while not held and carrying.unsealed() and time.monotonic() < until:
        time.sleep(0.05)  # the one that syncs seals them
    spaces = _spaces(carrying, readers, order.spaces)
    blobs = Blobs(connection.context, store.home)
    evidence = _evidence(blobs, {each.id for each in spaces}, order.evidence)
    job = _Writing(connection, carrying, path, readers, order)
    try:
        job.run(spaces)
        job.add_files(blobs, evidence)
        job.end()
    except OSError as wrong:
        job.discard()
        raise Refused("file_unwritable", path=str(path)) from wrong
    except BaseException:
        job.discard()
        raise
    return job.written(carrying.unsealed())


def read_bundle(
    store: Store, connection: Connection, paths: list[Path], on_applied: Callable[[Applied], None] | None = None
) -> BundleRead:
    """Read files of bundles, and directories that an administrator exported, in the order of their parts.

    What verifies is kept, also of a damaged file; the same file again does nothing. Raises Refused (sync_running,
    file_unreadable, not_a_bundle, bundle_not_for_us, …), StoreError.
    """
    with contextlib.ExitStack() as stack:
        until = time.monotonic() + PATIENCE_S
        while not stack.enter_context(store.sync_lock()):
            if time.monotonic() > until:
                raise Refused("sync_running")
            time.sleep(0.05)  # the exchange of this desk is ending
        read: list[BundleFile] = []
        waiting: list[tuple[Path, BundleFile | None]] = [(each, None) for each in paths]
        while waiting:
            done = [(path, _read_file(store, connection, path, on_applied), before) for path, before in waiting]
            read += [_sum(one, before) for _, one, before in done if not one.waiting]
            left = [(path, one, _sum(one, before)) for path, one, before in done if one.waiting]
            if len(left) == len(waiting) and not any(one.taken or one.chunks for _, one, _ in left):
                read += [both for *_, both in left]
                break
            waiting = [(path, both) for path, _, both in left]  # they were given in another order than written
        return BundleRead(tuple(read))


class _Writing:
    """One bundle being written, file by file."""

    def __init__(
        self, connection: Connection, carrying: Carrying, path: Path, readers: list[Reader], order: Order
    ) -> None:
        self._connection = connection
        self._carrying = carrying
        self._path = path
        self._readers = readers
        self._order = order
        self._keys = connection.replica.device_keys()
        self._seals = [reader.certificate.seal_key for reader in readers]
        for ministry in {each for each in order.to if len(each) <= 8}:
            if (continuity := carrying.continuity(ministry)) is not None:
                self._seals.append(continuity)
        self._drafts: list[tuple[Path, Path]] = []
        self._stream: BinaryIO | None = None
        self._writer: BundleWriter | None = None
        self._bundle = new_id() if order.checkable else b""
        self._key = new_key() if order.checkable else ""
        if self._key:
            self._seals.append(key_of(self._key, self._bundle).seal_key)
        self._bytes = 0
        self._counts = dict.fromkeys(("spaces", "segments", "grants", "directories", "evidence"), 0)

    def run(self, spaces: list[CarriedSpace]) -> None:
        """Write all of it."""
        self._add_directories()
        self._add_checkpoint()
        for reader in self._readers:
            keys = [key for space in spaces for key in self._carrying.keys_for(space, reader) or []]
            for start in range(0, len(keys), MAX_GRANT_KEYS):
                self._add_grant(reader, keys[start : start + MAX_GRANT_KEYS])
        for space in spaces:
            self._add_space(space)

    def add_files(self, blobs: Blobs, entries: list[BlobEntry]) -> None:
        """Write evidence files behind all text, as they lie here: sealed."""
        for entry in entries:
            self._add(BlobPart(entry.space, blobs.manifest(entry)))
            for number in range(entry.chunks):
                self._add(ChunkPart(entry.id, number, blobs.chunk(entry, number)))
            self._counts["evidence"] += 1

    def end(self) -> None:
        """Flush the last file, and give all of them their names."""
        self._close(more=False)
        for draft, final in self._drafts:
            draft.replace(final)
        sync_folder(self._path.parent)

    def discard(self) -> None:
        """Remove what was begun."""
        if self._stream is not None:
            self._stream.close()
        for draft, _ in self._drafts:
            draft.unlink(missing_ok=True)

    def written(self, unsealed: int) -> BundleWritten:
        """What was written."""
        return BundleWritten(
            self._bundle.hex(),
            tuple(str(final) for _, final in self._drafts),
            tuple(reader.device.hex() for reader in self._readers),
            bytes=self._bytes,
            unsealed=unsealed,
            key=self._key,
            **self._counts,
        )

    def _add_directories(self) -> None:
        ministry, first, entries = "", 1, list[bytes]()
        for code, number, entry in self._carrying.directories():
            if code != ministry or len(entries) >= DIRECTORY_ENTRIES:
                self._add_directory(ministry, first, entries)
                ministry, first, entries = code, number, []
            entries.append(entry)
        self._add_directory(ministry, first, entries)

    def _add_checkpoint(self) -> None:
        """Carry what the server showed this desk past the server, which could keep it from the others."""
        cosigned = self._connection.logbook.notes().cosigned
        if cosigned:
            self._add(CheckpointPart(cosigned))

    def _add_directory(self, ministry: str, first: int, entries: list[bytes]) -> None:
        if entries:
            self._add(DirectoryPart(ministry, first, entries))
            self._counts["directories"] += len(entries)

    def _add_grant(self, reader: Reader, keys: list[EpochKey]) -> None:
        self._add(GrantPart(make_grant(self._keys, reader.certificate, keys, self._connection.context.now_ms())))
        self._counts["grants"] += 1

    def _add_space(self, space: CarriedSpace) -> None:
        known = {} if self._order.everything else self._carrying.known_to(self._readers, space.id)
        for part in self._carrying.log(space, known):
            self._add(part)
            self._counts["segments"] += isinstance(part, SegmentPart)
        self._add(HavePart(space.id, self._carrying.ends(space)))
        self._counts["spaces"] += 1

    def _add(self, part: Part) -> None:
        if self._writer is not None and self._writer.weight >= self._order.part_bytes:
            self._close(more=True)
        if self._writer is None:
            self._open()
        assert self._writer is not None  # noqa: S101 - just opened
        self._writer.add(part)

    def _open(self) -> None:
        number = len(self._drafts) + 1
        final = self._path if number == 1 else self._path.with_suffix(f".{number}{self._path.suffix}")
        draft = final.with_name(f".{final.name}.part")
        self._drafts.append((draft, final))
        self._stream = draft.open("wb")
        now = self._connection.context.now_ms()
        self._writer = BundleWriter(self._stream, self._keys, self._seals, now, bundle=self._bundle, part=number)
        self._bundle = self._writer.bundle

    def _close(self, *, more: bool) -> None:
        if self._writer is None:
            self._open()
        assert self._writer is not None and self._stream is not None  # noqa: S101, PT018 - just opened
        self._writer.close(more=more)
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        self._bytes += self._writer.size
        self._writer = self._stream = None


def _readers(carrying: Carrying, names: tuple[str, ...]) -> list[Reader]:
    """The devices that names stand for. Raises Refused (no_reader, unknown_reader)."""
    known = carrying.readers()
    found: dict[bytes, Reader] = {}
    for name in names:
        matching = [
            each
            for each in known
            if name in (each.ministry, each.device.hex())
            or name.replace("-", "").upper() == fingerprint(each.device).replace("-", "")
        ]
        if not matching:
            raise Refused("unknown_reader", reader=name[:64])
        found |= {each.device: each for each in matching}
    if not found:
        raise Refused("no_reader")
    if len(found) > MAX_READERS - 64:
        raise Refused("too_many_readers", n=len(found))
    return list(found.values())


def _spaces(carrying: Carrying, readers: list[Reader], names: tuple[str, ...]) -> list[CarriedSpace]:
    """The spaces to write: those named, which every reader must belong to, or all that every reader belongs to."""
    chosen: list[CarriedSpace] = []
    for name in names or tuple(each.hex() for each in carrying.space_ids()):
        id_ = parse_name(name)
        space = carrying.space(id_) if id_ else None
        if space is None:
            raise Refused("unknown_space", space=name[:64])
        outside = [each for each in readers if carrying.keys_for(space, each) is None]
        if outside and names:
            raise Refused("reader_not_a_member", reader=outside[0].certificate.officer, ministry=outside[0].ministry)
        if not outside:
            chosen.append(space)
    return chosen


def _sum(now: BundleFile, before: BundleFile | None) -> BundleFile:
    """What came of a file that was read twice, because what it builds on was in another one."""
    if before is None:
        return now
    added = {name: getattr(now, name) + getattr(before, name) for name in _ADDED}
    problems = tuple(dict.fromkeys(before.problems + now.problems))
    spaces = tuple(dict.fromkeys(before.spaces + now.spaces))
    rejected = max(now.rejected, before.rejected)
    return msgspec.structs.replace(now, problems=problems, spaces=spaces, rejected=rejected, **added)


def evidence_sizes(store: Store, connection: Connection) -> list[EvidenceSize]:
    """The evidence files that could go along: those that are all here, with what they add to a bundle."""
    blobs = Blobs(connection.context, store.home)
    return [
        EvidenceSize(each.id.hex(), each.space.hex(), each.name, each.size) for each in blobs.entries() if each.here
    ]


def _evidence(blobs: Blobs, spaces: set[bytes], wanted: tuple[str, ...]) -> list[BlobEntry]:
    """The evidence files to write, by their id or how it begins. Raises Refused (file_not_here, file_not_in_bundle)."""
    here = {each.id: each for each in blobs.entries() if each.here}
    if wanted == (ALL_FILES,):
        return [each for each in here.values() if each.space in spaces]
    chosen: dict[bytes, BlobEntry] = {}
    for name in wanted:
        found = [each for each in here.values() if each.id.hex().startswith(name.lower()) and len(name) >= SHORTEST_ID]
        if len(found) != 1:
            raise Refused("file_not_here", file=name[:100])
        if found[0].space not in spaces:
            raise Refused("file_not_in_bundle", file=found[0].name)
        chosen[found[0].id] = found[0]
    return list(chosen.values())


def _read_file(
    store: Store, connection: Connection, path: Path, on_applied: Callable[[Applied], None] | None
) -> BundleFile:
    files = CarriedFiles(connection, store.home)
    try:
        with path.open("rb") as stream:
            if stream.read(len(MAGIC)) != MAGIC:
                return _read_directory(connection, path)
            stream.seek(0)
            with files.taking(PATIENCE_S):
                done = Carrier(connection.replica, Carrying(connection.context), on_applied, files).read(stream)
    except OSError as wrong:
        raise Refused("file_unreadable", path=str(path)) from wrong
    except WireError as wrong:
        raise Refused(_code(wrong), path=str(path)) from wrong
    return _view(connection, path, done)


def _read_directory(connection: Connection, path: Path) -> BundleFile:
    """A ministry's `directory.log`: how a desk without a server learns that it is enrolled, and who the others are."""
    with path.open("rb") as stream:
        data = stream.read(MAX_DIRECTORY_FILE + 1)
    try:
        entries = decode(list[bytes], data, MAX_DIRECTORY_FILE)
        ministry = decode(DirectoryEntry, unpack(entries[0], len(entries[0])).body).ministry if entries else ""
    except WireError as wrong:
        raise NotABundle("neither a bundle nor a directory") from wrong
    done = Carried(directories=connection.replica.add_directory_entries(ministry, 1, entries))
    return msgspec.structs.replace(_view(connection, path, done), ministry=ministry)


def _view(connection: Connection, path: Path, done: Carried) -> BundleFile:
    found = connection.replica.certificate(bytes.fromhex(done.device)) if done.device else None
    ministry, officer, desk = (found[0], found[1].officer, found[1].desk) if found else ("", "", "")
    figures = msgspec.structs.asdict(done)
    figures |= {"problems": tuple(done.problems), "spaces": tuple(done.spaces), "seconds": round(done.seconds, 3)}
    return BundleFile(file=str(path), officer=officer, desk=desk, ministry=ministry, **figures)


def _code(wrong: WireError) -> str:
    known = {"not_a_bundle", "bundle_not_for_us", "unknown_device", "unknown_suite"}
    return wrong.code if wrong.code in known else "bundle_damaged"
