"""Blobs: evidence files of any size as sealed chunks. PROTOCOL.md, "Blobs".

A file is sealed once, under a random key, as one secretstream of chunks of 1 MiB; the stream holds the chunks in their
order and knows its end. A manifest names the chunks by their hashes, and the manifest's own hash is the blob's id. Who
has id and key, which travel inside a sealed change, can take the chunks from anybody and knows that they are right.
"""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import sha256
from typing import Annotated, BinaryIO, TypeVar

import msgspec
from msgspec import Meta
from nacl import bindings, exceptions

from sync.errors import BadReply
from sync.link import Link
from sync.wire.chunks import (
    CHUNK_OVERHEAD,
    CHUNK_PLAIN,
    MAX_CHUNK,
    MAX_CHUNK_NAMES,
    ChunkGetReply,
    ChunkGetRequest,
    ChunkHaveReply,
    ChunkHaveRequest,
    ChunkPutReply,
    ChunkPutRequest,
    chunk_hash,
)
from sync.wire.codec import Hash, Key, decode, encode
from sync.wire.errors import Malformed, UnknownSuite

VERSION = 1
SUITE = 1  # XChaCha20-Poly1305 as libsodium's secretstream, SHA-256 of the whole
MAX_CHUNKS = 30_000  # of one blob, so that its manifest fits a chunk: 29 GiB
MAX_BLOB = MAX_CHUNKS * CHUNK_PLAIN
CHUNK_S = 300.0  # for one chunk: 28 kbit/s
LANES = 3  # chunks on their way at once: one is read or written while others travel

_MESSAGE = bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_FINAL = bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL

T = TypeVar("T")
R = TypeVar("R")


class Blob(msgspec.Struct, frozen=True, array_like=True):
    """What opens a blob: it travels inside a change, sealed like all else."""

    version: int
    id: Hash  # of the manifest
    key: Key
    size: Annotated[int, Meta(ge=0, le=MAX_BLOB)]  # of the file, in bytes
    sha256: Hash  # of the file

    def __repr__(self) -> str:
        """Never show secrets."""
        return f"Blob({self.id.hex()}, …)"


class Manifest(msgspec.Struct, frozen=True, array_like=True):
    """The chunks of a blob, in order."""

    version: int
    suite: int
    stream: Annotated[bytes, Meta(min_length=24, max_length=24)]  # header of the secretstream
    chunks: Annotated[list[Hash], Meta(min_length=1, max_length=MAX_CHUNKS)]


class BlobDamaged(Malformed):
    """A chunk, the order of the chunks, the length or the whole is not what was sealed."""

    code = "blob_damaged"


def seal_blob(source: BinaryIO, target: BinaryIO, tell: Callable[[int], None] | None = None) -> tuple[Blob, bytes]:
    """Seal a file into `target`, chunk behind chunk; returns what opens it, and its manifest.

    `tell` hears how many bytes of the file are sealed. Raises Malformed for more than MAX_BLOB bytes, OSError.
    """
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    key = secrets.token_bytes(32)
    stream = bindings.crypto_secretstream_xchacha20poly1305_init_push(state, key)
    whole, size, names = sha256(), 0, list[bytes]()
    plain = _read(source, CHUNK_PLAIN)
    while True:
        following = _read(source, CHUNK_PLAIN) if len(plain) == CHUNK_PLAIN else b""
        tag = _MESSAGE if following else _FINAL
        sealed = bindings.crypto_secretstream_xchacha20poly1305_push(state, plain, None, tag)
        whole.update(plain)
        size += len(plain)
        names.append(chunk_hash(sealed))
        target.write(sealed)
        if tell is not None:
            tell(size)
        if not following:
            break
        if len(names) >= MAX_CHUNKS:
            raise Malformed(f"a file of more than {MAX_BLOB} bytes")
        plain = following
    manifest = encode(Manifest(VERSION, SUITE, stream, names))
    return Blob(VERSION, chunk_hash(manifest), key, size, whole.digest()), manifest


def read_manifest(data: bytes, blob: bytes) -> Manifest:
    """Read the manifest of the blob with this id. Raises BlobDamaged, Malformed, UnknownSuite."""
    if chunk_hash(data) != blob:
        raise BlobDamaged("a manifest of another blob")
    manifest = decode(Manifest, data, MAX_CHUNK)
    if manifest.version != VERSION or manifest.suite != SUITE:
        raise UnknownSuite(f"version {manifest.version}, suite {manifest.suite} of a blob is not known here")
    return manifest


def open_blob(
    blob: Blob, manifest: bytes, source: BinaryIO, tell: Callable[[int], None] | None = None
) -> Iterator[bytes]:
    """Open a sealed file, chunk by chunk: each is verified before it is given, the length and the whole at the end.

    What was given is worth nothing if it ends with BlobDamaged: so write it beside its place, and move it there last.
    """
    wanted = read_manifest(manifest, blob.id)
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    bindings.crypto_secretstream_xchacha20poly1305_init_pull(state, wanted.stream, blob.key)
    whole, size, tag = sha256(), 0, _MESSAGE
    for number in range(len(wanted.chunks)):
        if tag == _FINAL:
            raise BlobDamaged("chunks behind the last one")
        try:
            plain, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(state, _read(source, MAX_CHUNK), None)
        except (exceptions.CryptoError, RuntimeError, ValueError) as error:
            raise BlobDamaged(f"chunk {number} was altered, or is another one") from error
        whole.update(plain)
        size += len(plain)
        yield plain
        if tell is not None:
            tell(size)
    if tag != _FINAL or source.read(1) or size != blob.size or whole.digest() != blob.sha256:
        raise BlobDamaged("the whole is not what was sealed")


def sealed_size(size: int) -> int:
    """Bytes of a file's chunks together."""
    return size + CHUNK_OVERHEAD * max(-(-size // CHUNK_PLAIN), 1)


class Throttle:
    """Holds the bytes that move to a number a second, over all lanes; 0: no limit."""

    def __init__(
        self,
        bytes_per_s: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """Ask for the limit anew before each chunk, so that a change of the setting counts at once."""
        self._limit = bytes_per_s
        self._clock = clock
        self._sleep = sleep
        self._free_at = clock()

    def wait(self, size: int) -> None:
        """Wait until `size` more bytes may move."""
        limit = self._limit()
        if limit <= 0:
            return
        now = self._clock()
        if self._free_at > now:
            self._sleep(self._free_at - now)
        self._free_at = max(now, self._free_at) + size / limit


class Mover:
    """Moves the chunks of one blob at a time over one link; what was moved before is not moved again."""

    def __init__(self, link: Link, throttle: Throttle, go_on: Callable[[], None]) -> None:
        """`go_on` is asked before each chunk: it waits while text is to be sent or the officer paused, or raises."""
        self._link = link
        self._throttle = throttle
        self._go_on = go_on

    def put(
        self,
        space: bytes,
        manifest: tuple[bytes, bytes],
        chunk: Callable[[int], bytes],
        tell: Callable[[int, int], None],
    ) -> None:
        """Put a blob, whose manifest (id, bytes) goes last, so that whoever has that can have all of it.

        `chunk` gives a sealed chunk by its number; `tell` hears how many of how many are there. Raises a SyncError.
        """
        blob, data = manifest
        names = read_manifest(data, blob).chunks
        have = self._have(space, [*names, blob])
        todo = [number for number, there in enumerate(have[:-1]) if not there]
        done = len(names) - len(todo)
        tell(done, len(names))

        def one(named: tuple[bytes, bytes]) -> ChunkPutReply:
            return self._link.call("chunk_put", ChunkPutRequest(space, *named), ChunkPutReply, timeout_s=CHUNK_S)

        for _ in self._lanes(one, ((names[number], chunk(number)) for number in self._paced(todo))):
            done += 1
            tell(done, len(names))
        if todo or not have[-1]:
            one((blob, data))

    def get_manifest(self, space: bytes, blob: bytes) -> bytes:
        """Get a blob's manifest. Raises a SyncError; Refused (not_found) while it is not all there."""
        data = self._get(space, blob)
        try:
            read_manifest(data, blob)
        except (Malformed, UnknownSuite) as error:
            raise BadReply(str(error)) from error
        return data

    def get(self, space: bytes, names: list[bytes]) -> Iterator[bytes]:
        """Get chunks in order, each of them checked. Raises a SyncError."""
        return self._lanes(lambda name: self._get(space, name), self._paced(names))

    def _have(self, space: bytes, names: list[bytes]) -> list[bool]:
        have: list[bool] = []
        for start in range(0, len(names), MAX_CHUNK_NAMES):
            asked = names[start : start + MAX_CHUNK_NAMES]
            reply = self._link.call("chunk_have", ChunkHaveRequest(space, asked), ChunkHaveReply)
            if len(reply.have) != len(asked):
                raise BadReply(f"{len(reply.have)} answers for {len(asked)} chunks")
            have += reply.have
        return have

    def _get(self, space: bytes, name: bytes) -> bytes:
        body = self._link.call("chunk_get", ChunkGetRequest(space, name), ChunkGetReply, timeout_s=CHUNK_S).body
        if chunk_hash(body) != name:
            raise BadReply("another chunk than the one that was asked for")
        return body

    def _paced(self, given: Iterable[T]) -> Iterator[T]:
        """Give one after the other when it may travel."""
        for each in given:
            self._go_on()
            self._throttle.wait(MAX_CHUNK)
            yield each

    def _lanes(self, work: Callable[[T], R], given: Iterable[T]) -> Iterator[R]:
        """Do work on a few threads, and give what came of it in order; memory holds what is on its way."""
        with ThreadPoolExecutor(LANES, thread_name_prefix="chunk") as pool:
            flying: deque[Future[R]] = deque()
            try:
                for each in given:
                    flying.append(pool.submit(work, each))
                    if len(flying) > LANES:
                        yield flying.popleft().result()
                while flying:
                    yield flying.popleft().result()
            finally:
                for left in flying:
                    left.cancel()


def _read(source: BinaryIO, size: int) -> bytes:
    data = source.read(size)
    while len(data) < size and (more := source.read(size - len(data))):
        data += more
    return data
