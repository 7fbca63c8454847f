"""Evidence files that a bundle carries: taken chunk by chunk, from any number of files, if a record here names them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from desktop.casework.attachments import Attachment, read_reference
from desktop.desk.moving import FLUSH_CHUNKS, LOCK_FILE
from desktop.store import Connection
from desktop.store.blobs import BlobEntry, Blobs
from desktop.store.entries import Entries
from desktop.store.lock import hold
from sync.blobs import read_manifest
from sync.carry import FileNews
from sync.merge import decode_state
from sync.wire.chunks import CHUNK_PLAIN, chunk_hash
from sync.wire.errors import WireError


class CarriedFiles:
    """Takes the chunks of one file of a bundle (sync.carry.Files), and nothing that no record of the space names."""

    def __init__(self, connection: Connection, home: Path) -> None:
        self._connection = connection
        self._blobs = Blobs(connection.context, home)
        self._lock = home / LOCK_FILE
        self._named: dict[bytes, dict[bytes, tuple[str, Attachment]]] = {}  # by space and blob
        self._entry: BlobEntry | None = None
        self._chunks: list[bytes] = []  # names, of the blob that is being taken
        self._stream: BinaryIO | None = None
        self._held = False
        self._refused: set[bytes] = set()

    @contextlib.contextmanager
    def taking(self, patience_s: float) -> Iterator[None]:
        """While chunks are taken nobody else moves files of this home; if somebody does, they wait on the stick."""
        with hold(self._lock, patience_s) as self._held:
            try:
                yield
            finally:
                self._leave()

    def begin(self, space: bytes, manifest: bytes) -> FileNews:
        """A manifest: the chunks of its blob may follow."""
        self._leave()
        blob = chunk_hash(manifest)
        known = self._blobs.entry(blob)
        if known is not None and known.here:
            self._entry = known
            return FileNews.KNOWN
        record, named = self._find(space, blob) or ("", None)
        chunks = _names(manifest, blob)
        if named is None or len(chunks) != max(1, -(-named.blob.size // CHUNK_PLAIN)):
            self._refused.add(blob)
            return FileNews.WRONG if named else FileNews.UNNAMED
        if not self._held:
            return FileNews.WAITS
        self._chunks = chunks
        wanted = known is not None and known.wanted
        entry = self._blobs.want(named.blob, space, record, named.name)
        if not entry.chunks:
            entry = self._blobs.take_manifest(entry, manifest)
        self._entry = self._blobs.keep(msgspec.structs.replace(entry, wanted=wanted, sent=not self._writes(space)))
        return FileNews.TAKEN

    def take(self, blob: bytes, number: int, body: bytes) -> FileNews:
        """A chunk of a blob, by its place from 0."""
        if blob in self._refused:
            return FileNews.PASSED
        entry = self._entry if self._entry is not None and self._entry.id == blob else self._go_on(blob)
        if entry is None:
            return FileNews.WAITS
        if entry.here or number < entry.have:
            return FileNews.KNOWN
        if number > entry.have or not self._held:
            return FileNews.WAITS
        if not self._chunks:
            self._chunks = self._blobs.names(entry).chunks
        if chunk_hash(body) != self._chunks[number]:
            return FileNews.WRONG
        if self._stream is None:
            self._stream = self._blobs.receiver(entry)
        self._stream.write(body)
        self._entry = entry = msgspec.structs.replace(entry, have=entry.have + 1)
        if entry.here or entry.have % FLUSH_CHUNKS == 0:
            self._flush()
        return FileNews.WHOLE if entry.here else FileNews.TAKEN

    def _go_on(self, blob: bytes) -> BlobEntry | None:
        """A blob whose manifest came in an earlier file of the bundle."""
        self._leave()
        found = self._blobs.entry(blob)
        self._entry = found if found is not None and found.chunks else None
        return self._entry

    def _flush(self) -> None:
        if self._stream is not None and self._entry is not None:
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._entry = self._blobs.update(self._entry)

    def _leave(self) -> None:
        """Keep what came of the blob that was being taken."""
        if self._stream is not None:
            self._flush()
            self._stream.close()
        self._stream, self._entry, self._chunks = None, None, []

    def _find(self, space: bytes, blob: bytes) -> tuple[str, Attachment] | None:
        """The record of a space that names a blob, and how."""
        known = self._named.get(space)
        if known is None:
            known = self._named[space] = dict(self._names(space))
        return known.get(blob)

    def _names(self, space: bytes) -> Iterator[tuple[bytes, tuple[str, Attachment]]]:
        for name, state in self._connection.database.all(
            "SELECT r.name, state_of(r.n, r.state) FROM records r JOIN spaces s ON s.n = r.space WHERE s.id = ?",
            (space,),
        ):
            for elements in decode_state(state).sets.values():
                for found in map(read_reference, elements):
                    if found is not None:
                        yield found.blob.id, (name.hex(), found)

    def _writes(self, space: bytes) -> bool:
        """Whether this desk may bring files of a space to the server."""
        identity = self._connection.identity
        number = self._connection.database.value("SELECT n FROM spaces WHERE id = ?", (space,))
        membership = Entries(self._connection.context).membership(number)
        return membership is not None and membership.writes(identity.device, identity.ministry)


def _names(manifest: bytes, blob: bytes) -> list[bytes]:
    """The names of a blob's chunks; none where this is no manifest."""
    try:
        return read_manifest(manifest, blob).chunks
    except WireError:
        return []
