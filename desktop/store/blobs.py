"""Where sealed chunks lie on this desk: files of random names, and what of them is here and at the server."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from desktop.store.context import Context
from desktop.store.notes import Notes
from desktop.store.vault import translate_os_errors
from sync.blobs import Blob, Manifest, open_blob, read_manifest, seal_blob
from sync.wire.chunks import CHUNK_PLAIN, MAX_CHUNK
from sync.wire.codec import MAX_CALL, decode, encode

FOLDER = "blobs"
KEY = "blob."
DROP = "unsend."  # what the server is to delete
_DRAFT = ".draft"


class BlobEntry(msgspec.Struct, frozen=True):
    """One blob as this desk has it. Chunks before number `have` are here and flushed."""

    id: bytes
    space: bytes
    record: str
    name: str  # that the file had
    size: int  # of the file, in bytes
    file: str  # random name of the sealed file in the home
    chunks: int = 0  # of it; 0 until the manifest is here
    have: int = 0
    sent: bool = False  # the server has all of it
    wanted: bool = False  # to be fetched
    refused: str = ""  # code of the server, which keeps it from being sent

    @property
    def here(self) -> bool:
        """Whether all of it is on this desk."""
        return 0 < self.chunks == self.have


class Drop(msgspec.Struct, frozen=True, array_like=True):
    """Chunks of a space that the server is to delete; the manifest is the last."""

    space: bytes
    names: list[bytes]


class Blobs:
    """The sealed files of one home, and the list of them."""

    def __init__(self, context: Context, home: Path) -> None:
        self._database = context.database
        self._notes = Notes(context)
        self._folder = home / FOLDER

    def entries(self) -> list[BlobEntry]:
        """All of them, oldest first."""
        found = [self._notes.get(key) for key in self._notes.keys(KEY)]
        return [decode(BlobEntry, data, MAX_CALL) for data in found if data is not None]

    def entry(self, blob: bytes) -> BlobEntry | None:
        """The blob of this id, if this desk has begun with it."""
        data = self._notes.get(KEY + blob.hex())
        return decode(BlobEntry, data, MAX_CALL) if data is not None else None

    def keep(self, entry: BlobEntry) -> BlobEntry:
        """Note how far a blob is, flushed to the disk."""
        self._notes.put(KEY + entry.id.hex(), encode(entry))
        return entry

    def update(self, entry: BlobEntry) -> BlobEntry:
        """Note how far a blob is; one that was taken off the desk meanwhile stays off it, file and all.

        One that is not wanted any more stays so.
        """
        with self._database.transaction():
            stands = self.entry(entry.id)
            if stands is not None and stands.file == entry.file:
                return self.keep(msgspec.structs.replace(entry, wanted=entry.wanted and stands.wanted))
        for path in (self._path(entry.file), self._manifest_path(entry.file)):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        return entry

    def forget(self, entry: BlobEntry) -> None:
        """Forget that a blob is here; its files stay."""
        self._notes.remove(KEY + entry.id.hex())

    def seal(
        self, source: BinaryIO, space: bytes, record: str, name: str, tell: Callable[[int], None] | None = None
    ) -> tuple[Blob, BlobEntry]:
        """Seal a file into the home; its plain text is nowhere in it. `tell` hears how many bytes are sealed.

        Raises Malformed, OSError (the source cannot be read), StoreError (the home cannot be written).
        """
        file = self._new_file()
        draft = self._path(file).with_suffix(_DRAFT)
        try:
            with translate_os_errors():
                with draft.open("xb") as target:
                    blob, manifest = seal_blob(source, target, tell)
                    target.flush()
                    os.fsync(target.fileno())
                self._write_manifest(file, manifest)
                draft.replace(self._path(file))
        except BaseException:
            draft.unlink(missing_ok=True)
            self._manifest_path(file).unlink(missing_ok=True)
            raise
        chunks = len(read_manifest(manifest, blob.id).chunks)
        entry = BlobEntry(blob.id, space, record, name, blob.size, file, chunks, chunks)
        return blob, self.keep(entry)

    def want(self, blob: Blob, space: bytes, record: str, name: str) -> BlobEntry:
        """Note that a blob is to be fetched; what is here of it stays."""
        known = self.entry(blob.id) or BlobEntry(blob.id, space, record, name, blob.size, self._new_file(), sent=True)
        return known if known.here else self.keep(msgspec.structs.replace(known, wanted=True, refused=""))

    def take_manifest(self, entry: BlobEntry, data: bytes) -> BlobEntry:
        """Keep the manifest of a blob that is being fetched."""
        with translate_os_errors():
            self._write_manifest(entry.file, data)
        return self.update(msgspec.structs.replace(entry, chunks=len(read_manifest(data, entry.id).chunks)))

    def manifest(self, entry: BlobEntry) -> bytes:
        """The manifest of a blob whose chunks are known. Raises StoreError."""
        with translate_os_errors():
            return self._manifest_path(entry.file).read_bytes()

    def names(self, entry: BlobEntry) -> Manifest:
        """The names of a blob's chunks. Raises a WireError, StoreError."""
        return read_manifest(self.manifest(entry), entry.id)

    def chunk(self, entry: BlobEntry, number: int) -> bytes:
        """A sealed chunk. Raises StoreError."""
        with translate_os_errors(), self._path(entry.file).open("rb") as stream:
            stream.seek(number * MAX_CHUNK)
            return stream.read(MAX_CHUNK)

    def receiver(self, entry: BlobEntry) -> BinaryIO:
        """The sealed file, open behind what is here of it; the caller flushes it before `keep`. Raises StoreError."""
        path = self._path(entry.file)
        with translate_os_errors():
            stream = path.open("r+b" if path.exists() else "x+b")
            stream.truncate(entry.have * MAX_CHUNK)
            stream.seek(entry.have * MAX_CHUNK)
            return stream

    def open(self, entry: BlobEntry, blob: Blob) -> Iterator[bytes]:
        """The plain text of a blob that is all here, each part verified, the whole at the end. Raises BlobDamaged."""
        with self._path(entry.file).open("rb") as source:
            yield from open_blob(blob, self.manifest(entry), source)

    def note_drop(self, entry: BlobEntry, data: bytes) -> None:
        """Note that the server is to delete a blob, whose manifest this is. Raises a WireError."""
        names = [*read_manifest(data, entry.id).chunks, entry.id]
        self._notes.put(DROP + entry.file, encode(Drop(entry.space, names)))

    def drops(self) -> Iterator[tuple[str, Drop]]:
        """What the server is to delete, each with its key for `dropped`."""
        for key in self._notes.keys(DROP):
            if (data := self._notes.get(key)) is not None:
                yield key, decode(Drop, data, MAX_CALL)

    def dropped(self, key: str) -> None:
        """The server was told."""
        self._notes.remove(key)

    def try_again(self) -> None:
        """Let what the server refused wait to be moved again."""
        for entry in self.entries():
            if entry.refused:
                self.keep(msgspec.structs.replace(entry, refused=""))

    def drop(self, blob: bytes) -> None:
        """Forget a blob and delete what is here of it."""
        entry = self.entry(blob)
        if entry is not None:
            self._notes.remove(KEY + blob.hex())
            with translate_os_errors():
                self._path(entry.file).unlink(missing_ok=True)
                self._manifest_path(entry.file).unlink(missing_ok=True)

    def damaged(self, entry: BlobEntry) -> BlobEntry:
        """Forget what is here of a blob that did not verify, so that it can be fetched again."""
        return self.update(msgspec.structs.replace(entry, have=0, wanted=False))

    def bytes_here(self, entry: BlobEntry) -> int:
        """Bytes of the file that are here."""
        return min(entry.have * CHUNK_PLAIN, entry.size)

    def _new_file(self) -> str:
        with translate_os_errors():
            self._folder.mkdir(mode=0o700, exist_ok=True)
        return secrets.token_hex(16)

    def _path(self, file: str) -> Path:
        return self._folder / file

    def _manifest_path(self, file: str) -> Path:
        return self._folder / f"{file}.m"

    def _write_manifest(self, file: str, data: bytes) -> None:
        with self._manifest_path(file).open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
