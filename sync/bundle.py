"""Bundles: files that carry directories, grants and items of spaces by hand. PROTOCOL.md, "Bundles".

The file is hostile until checked: the header is signed by the device that wrote it, each frame is authenticated as it
is read, and what is inside goes through the very checks that the network's news go through. So a file that breaks off
gives all that stands before the break.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from hashlib import blake2b
from typing import Annotated, BinaryIO, NamedTuple

import msgspec
from msgspec import Meta
from nacl import bindings, exceptions

from sync.keys import DeviceKeys, open_sealed, seal_to
from sync.wire.chunks import MAX_CHUNK, MAX_CHUNK_CALL
from sync.wire.codec import (
    MAX_HEADS,
    Hash,
    Id,
    Key,
    Ministry,
    Moment,
    Sequence,
    decode,
    digest,
    encode,
    new_id,
)
from sync.wire.directory import SUITE, VERSION, Certificate, check_certificate, device_id
from sync.wire.errors import Malformed, UnknownSuite, WireError
from sync.wire.signing import Signed, pack, unpack, verify

MAGIC = b"TAHALUF BUNDLE 1\n"
HEADER_DOMAIN = "bundle"
END_DOMAIN = "bundle-end"
LENGTH_BYTES = 4
MAX_HEADER = 256 * 1024  # bytes
MAX_READERS = 1_000
FRAME_PLAIN = MAX_CHUNK_CALL  # bytes of records in one frame
FRAME_FILL = 900 * 1024  # bytes after which the writer closes a frame; an item that does not fit goes into its own
TAG_BYTES = bindings.crypto_secretstream_xchacha20poly1305_ABYTES
PART_BYTES = 2 << 30  # of one file, so that it fits a stick with FAT
SIGNATURE_BYTES = 64

_MESSAGE = bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_FINAL = bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL


class NotABundle(WireError):
    """The file does not begin as a bundle does."""

    code = "not_a_bundle"


class NotForUs(WireError):
    """The bundle is sealed to other readers."""

    code = "bundle_not_for_us"


class Damaged(WireError):
    """From `offset` (bytes) on the bundle is cut short, altered, or longer than it says."""

    code = "bundle_damaged"

    def __init__(self, offset: int, what: str) -> None:
        super().__init__(f"{what}, at byte {offset}")
        self.offset = offset


class Header(msgspec.Struct, frozen=True, array_like=True):
    """The part of a bundle that everybody can read. It names keys and no person; readers are not named at all."""

    version: int
    suite: int
    bundle: Id
    part: Annotated[int, Meta(ge=1, le=9_999)]
    sign_key: Key
    seal_key: Key
    at_ms: Moment
    stream: Annotated[bytes, Meta(min_length=24, max_length=24)]  # header of the secretstream
    readers: Annotated[list[Annotated[bytes, Meta(max_length=128)]], Meta(min_length=1, max_length=MAX_READERS)]

    @property
    def device(self) -> bytes:
        """The id of the device that wrote the bundle."""
        return device_id(self.sign_key, self.seal_key)


class ChainEnd(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """How many changes of a device somebody has in a space."""

    device: Id
    last: Sequence


class DirectoryPart(msgspec.Struct, frozen=True, array_like=True, tag_field="kind", tag="directory"):
    """Entries of a ministry's directory from `first` on."""

    ministry: Ministry
    first: Sequence
    entries: list[bytes]


class GrantPart(msgspec.Struct, frozen=True, array_like=True, tag_field="kind", tag="grant"):
    """A signed grant to one of the readers."""

    body: bytes


class EntryPart(msgspec.Struct, frozen=True, array_like=True, tag_field="kind", tag="entry"):
    """An entry of a space's own log, by its number: 1 is the founding."""

    space: Id
    number: Sequence
    body: bytes


class SegmentPart(msgspec.Struct, frozen=True, array_like=True, tag_field="kind", tag="segment"):
    """A segment of a space, as it was received or as it will be sent."""

    space: Id
    body: bytes


class ReceiptPart(msgspec.Struct, frozen=True, array_like=True, tag_field="kind", tag="receipt"):
    """A receipt in a space, as it was received or as it will be sent."""

    space: Id
    body: bytes


class BlobPart(msgspec.Struct, frozen=True, array_like=True, tag_field="kind", tag="blob"):
    """The manifest of an evidence file of a space; its chunks follow."""

    space: Id
    manifest: Annotated[bytes, Meta(max_length=MAX_CHUNK)]


class ChunkPart(msgspec.Struct, frozen=True, array_like=True, tag_field="kind", tag="chunk"):
    """A sealed chunk of the blob with this id, by its place from 0."""

    blob: Hash
    number: Annotated[int, Meta(ge=0, lt=1 << 32)]
    body: Annotated[bytes, Meta(max_length=MAX_CHUNK)]


class HavePart(msgspec.Struct, frozen=True, array_like=True, tag_field="kind", tag="have"):
    """What the writer itself has of a space, so that a bundle back to it can leave that out. A hint, never trusted."""

    space: Id
    ends: Annotated[list[ChainEnd], Meta(max_length=MAX_HEADS)]


class CheckpointPart(msgspec.Struct, frozen=True, array_like=True, tag_field="kind", tag="checkpoint"):
    """The newest checkpoint of the secretariat's log that the writer cosigned, with both signatures."""

    body: bytes


class EndPart(msgspec.Struct, frozen=True, array_like=True, tag_field="kind", tag="end"):
    """The last record of a file: whether the bundle goes on in another one."""

    more: bool


Part = (
    DirectoryPart
    | GrantPart
    | EntryPart
    | SegmentPart
    | ReceiptPart
    | BlobPart
    | ChunkPart
    | HavePart
    | CheckpointPart
    | EndPart
)
_KNOWN = frozenset({
    "directory", "grant", "entry", "segment", "receipt", "blob", "chunk", "have", "checkpoint", "end",
})  # fmt: skip

_part: msgspec.msgpack.Decoder[Part] = msgspec.msgpack.Decoder(Part)
_fields = msgspec.msgpack.Decoder(Annotated[list[msgspec.Raw], Meta(min_length=1)])
_kind = msgspec.msgpack.Decoder(Annotated[str, Meta(max_length=64)])


class Summary(NamedTuple):
    """What a bundle shows to somebody who cannot open it."""

    bundle: bytes
    part: int
    device: bytes  # that signed it as a whole
    sign_key: bytes
    at_ms: int  # by the writer's clock
    readers: int
    frames: int
    bytes: int


class BundleWriter:
    """Writes one file of a bundle, frame by frame, in memory of one frame."""

    def __init__(
        self,
        stream: BinaryIO,
        keys: DeviceKeys,
        readers: list[bytes],
        at_ms: int,
        *,
        bundle: bytes = b"",
        part: int = 1,
    ) -> None:
        """Take where to write, whose file it is, and the X25519 public keys of its readers. Raises OSError."""
        self.bundle = bundle or new_id()
        self.size = 0
        self._stream = stream
        self._keys = keys
        self._parts: list[bytes] = []
        self._filled = 0
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        key = secrets.token_bytes(32)
        start = bindings.crypto_secretstream_xchacha20poly1305_init_push(self._state, key)
        wrapped = [seal_to(each, key, _info(self.bundle, part)) for each in readers]
        body = encode(Header(VERSION, SUITE, self.bundle, part, keys.sign_key, keys.seal_key, at_ms, start, wrapped))
        header = pack(Signed(body, keys.sign(HEADER_DOMAIN, body)))
        self._whole = _whole(body)
        self._put(MAGIC + len(header).to_bytes(LENGTH_BYTES, "big") + header)

    @property
    def weight(self) -> int:
        """Bytes of the file so far, with what is not written yet."""
        return self.size + self._filled

    def add(self, part: Part) -> None:
        """Add a record. Raises OSError."""
        data = encode(part)
        if self._parts and self._filled + len(data) > FRAME_FILL:
            self._flush(_MESSAGE)
        self._parts.append(data)
        self._filled += len(data)

    def close(self, *, more: bool = False) -> None:
        """Write the last frame and the signature over the whole; `more`: the bundle goes on in another file."""
        self.add(EndPart(more))
        self._flush(_FINAL)
        signature = self._keys.sign(END_DOMAIN, self._whole.digest())
        self._put(bytes(LENGTH_BYTES) + signature)

    def _flush(self, tag: int) -> None:
        plain = encode([msgspec.Raw(each) for each in self._parts])
        sealed = bindings.crypto_secretstream_xchacha20poly1305_push(self._state, plain, None, tag)
        frame = len(sealed).to_bytes(LENGTH_BYTES, "big") + sealed
        self._whole.update(frame)
        self._put(frame)
        self._parts, self._filled = [], 0

    def _put(self, data: bytes) -> None:
        self._stream.write(data)
        self.size += len(data)


class BundleReader:
    """Reads one file of a bundle, frame by frame, in memory of one frame."""

    def __init__(self, stream: BinaryIO) -> None:
        """Read the header and verify its signature. Raises NotABundle, Malformed, UnknownSuite, BadSignature, OSError.

        Whose device it is, and whether any ministry enrolled it, is the caller's to look up.
        """
        self._file = _File(stream)
        if self._file.read(len(MAGIC)) != MAGIC:
            raise NotABundle("the file does not begin as a bundle does")
        size = int.from_bytes(self._file.take(LENGTH_BYTES), "big")
        if size > MAX_HEADER:
            raise Malformed(f"a header of {size} bytes where at most {MAX_HEADER} are allowed")
        signed = unpack(self._file.take(size), MAX_HEADER)
        self.header = decode(Header, signed.body, MAX_HEADER)
        if self.header.version != VERSION or self.header.suite != SUITE:
            raise UnknownSuite(
                f"version {self.header.version}, suite {self.header.suite} of a bundle is not known here"
            )
        check_certificate(Certificate(SUITE, self.header.sign_key, self.header.seal_key, "-", "-"))
        verify(self.header.sign_key, HEADER_DOMAIN, signed.body, signed.signature)
        self.newer = 0
        """Records of kinds that a later version writes; they are passed over."""
        self._whole = _whole(signed.body)

    def parts(self, keys: DeviceKeys) -> Iterator[list[Part]]:
        """Give the records, a frame at a time, each authenticated before it is given.

        Raises NotForUs before the first, Damaged where the file stops being what was written, OSError.
        """
        state = bindings.crypto_secretstream_xchacha20poly1305_state()
        bindings.crypto_secretstream_xchacha20poly1305_init_pull(state, self.header.stream, self._key(keys))
        final = False
        for offset, sealed in self._frames():
            if final:
                raise Damaged(offset, "a frame behind the last one")
            try:
                plain, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(state, sealed, None)
                parts = self._read(plain)
            except (exceptions.CryptoError, RuntimeError, Malformed) as error:
                raise Damaged(offset, "a frame that was altered") from error
            final = tag == _FINAL
            yield parts
        if not final:
            raise Damaged(self._file.offset, "the last frame is not there")

    def check(self) -> Summary:
        """Check that the file is whole and signed as a whole, without opening it. Raises Damaged, OSError."""
        frames = sum(1 for _ in self._frames())
        head = self.header
        return Summary(
            head.bundle, head.part, head.device, head.sign_key, head.at_ms, len(head.readers), frames, self._file.offset
        )

    def _key(self, keys: DeviceKeys) -> bytes:
        """Find the reader that we are: none is named, so each is tried."""
        info = _info(self.header.bundle, self.header.part)
        for wrapped in self.header.readers:
            key = open_sealed(keys, wrapped, info)
            if key is not None and len(key) == 32:
                return key
        raise NotForUs("a bundle that is sealed to other readers")

    def _frames(self) -> Iterator[tuple[int, bytes]]:
        """Give each frame with its offset; behind the last one check the signature over the whole."""
        while True:
            offset = self._file.offset
            prefix = self._file.take(LENGTH_BYTES)
            size = int.from_bytes(prefix, "big")
            if size == 0:
                self._check_end(offset)
                return
            if not TAG_BYTES <= size <= FRAME_PLAIN + TAG_BYTES:
                raise Damaged(offset, "a frame of a wrong length")
            sealed = self._file.take(size)
            self._whole.update(prefix + sealed)
            yield offset, sealed

    def _check_end(self, offset: int) -> None:
        signature = self._file.take(SIGNATURE_BYTES)
        try:
            verify(self.header.sign_key, END_DOMAIN, self._whole.digest(), signature)
        except WireError as error:
            raise Damaged(offset, "the signature over the whole does not verify") from error
        if self._file.read(1):
            raise Damaged(self._file.offset, "more bytes than were written")

    def _read(self, plain: bytes) -> list[Part]:
        parts: list[Part] = []
        for raw in decode(list[msgspec.Raw], plain, FRAME_PLAIN):
            try:
                parts.append(_part.decode(raw))
            except (msgspec.DecodeError, ValueError, RecursionError) as error:
                if _tag_of(raw) in _KNOWN:
                    raise Malformed(str(error)) from error
                self.newer += 1
        return parts


class _File:
    """A stream that knows how far it was read and says where it ended too early."""

    def __init__(self, stream: BinaryIO) -> None:
        self.offset = 0
        self._stream = stream

    def read(self, size: int) -> bytes:
        """Read up to so many bytes, fewer only at the end."""
        data = b""
        while len(data) < size and (more := self._stream.read(size - len(data))):
            data += more
        self.offset += len(data)
        return data

    def take(self, size: int) -> bytes:
        """Read exactly so many bytes. Raises Damaged."""
        start = self.offset
        data = self.read(size)
        if len(data) < size:
            raise Damaged(start, "the file ends too early")
        return data


def peek_header(stream: BinaryIO) -> Header:
    """Read the header of a file, verified, and go back to its beginning. Raises what BundleReader does."""
    header = BundleReader(stream).header
    stream.seek(0)
    return header


def check_bundle(stream: BinaryIO) -> Summary:
    """Check that a file is a whole bundle, signed by the device it names; needs no key and opens nothing.

    Raises NotABundle, Damaged, Malformed, UnknownSuite, BadSignature, OSError. Who the device is stands in a directory:
    the file itself names nobody.
    """
    return BundleReader(stream).check()


def _tag_of(raw: msgspec.Raw) -> str:
    try:
        kind: str = _kind.decode(_fields.decode(raw)[0])
        return kind
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise Malformed("a record is an array that begins with its kind") from error


def _whole(header: bytes) -> blake2b:
    return blake2b(digest(header, domain="tahaluf-bundle"), digest_size=32, person=b"tahaluf-bundle")


def _info(bundle: bytes, part: int) -> bytes:
    return b"tahaluf/1/bundle\0" + bundle + part.to_bytes(LENGTH_BYTES, "big")
