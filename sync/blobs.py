"""Blobs: evidence files of any size as sealed chunks. PROTOCOL.md, "Blobs".

A file is sealed once, under a random key, as one secretstream of chunks of 1 MiB; the stream holds the chunks in their
order and knows its end. A manifest names the chunks by their hashes, and the manifest's own hash is the blob's id. Who
has id and key, which travel inside a sealed change, can take the chunks from anybody and knows that they are right.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Annotated, BinaryIO

import msgspec
from msgspec import Meta
from nacl import bindings, exceptions

from sync.wire.chunks import CHUNK_PLAIN, MAX_CHUNK, chunk_hash
from sync.wire.codec import Hash, Key, decode, encode
from sync.wire.errors import Malformed, UnknownSuite

VERSION = 1
SUITE = 1  # XChaCha20-Poly1305 as libsodium's secretstream, SHA-256 of the whole
MAX_CHUNKS = 30_000  # of one blob, so that its manifest fits a chunk: 29 GiB
MAX_BLOB = MAX_CHUNKS * CHUNK_PLAIN

_MESSAGE = bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_FINAL = bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL


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


def _read(source: BinaryIO, size: int) -> bytes:
    data = source.read(size)
    while len(data) < size and (more := source.read(size - len(data))):
        data += more
    return data
