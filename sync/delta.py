"""A strict reader of text deltas (Yjs update encoding, version 1), so that nothing else reaches the CRDT."""

from __future__ import annotations

import msgspec

from sync.wire.errors import Malformed

MAX_CLOCK = 1 << 31  # UTF-16 units that one writer may ever have in a text
MAX_PARTS = 20_000  # blocks and deleted ranges in one delta
CLIENT_MAX = (1 << 53) - 1
ROOT = "text"

HAS_ORIGIN = 0x80
HAS_RIGHT_ORIGIN = 0x40
CONTENT = 0x1F
STRING = 4


class Delta(msgspec.Struct, frozen=True):
    """What a delta writes and what must be in the document before it."""

    client: int  # its writer; 0 when it only deletes
    length: int  # UTF-16 units that it inserts
    needs: dict[int, int]  # by client, how many units of it the delta refers to


def read_delta(data: bytes) -> Delta:
    """Read a delta: strings of one new client, from clock 0, and deleted ranges. Raises Malformed for anything else."""
    reader = _Reader(data)
    needs: dict[int, int] = {}
    client, length = _read_blocks(reader, needs)
    for _ in range(reader.number(MAX_PARTS)):
        deleted = reader.number(CLIENT_MAX)
        for _ in range(reader.number(MAX_PARTS)):
            start = reader.number(MAX_CLOCK)
            _need(needs, deleted, start + reader.number(MAX_CLOCK))
    if reader.left():
        raise Malformed("a text delta with something behind it")
    if needs.pop(client, 0) > length:
        raise Malformed("a text delta that refers to itself where it has nothing")
    return Delta(client, length, needs)


def rename_clients(data: bytes, names: dict[int, int]) -> bytes:
    """Return a delta in which clients have new names: what it writes, and what it refers to. Raises Malformed."""
    read_delta(data)
    copy = _Copy(data, names)
    if copy.number():
        blocks = copy.number()
        copy.client()
        copy.number()
        for _ in range(blocks):
            info = copy.plain()
            for flag in (HAS_ORIGIN, HAS_RIGHT_ORIGIN):
                if info & flag:
                    copy.client()
                    copy.number()
            if not info & (HAS_ORIGIN | HAS_RIGHT_ORIGIN):
                copy.number()
                copy.string()
            copy.string()
    for _ in range(copy.number()):
        copy.client()
        for _ in range(copy.number()):
            copy.number()
            copy.number()
    return bytes(copy.written)


def _read_blocks(reader: _Reader, needs: dict[int, int]) -> tuple[int, int]:
    clients = reader.number(1)
    if not clients:
        return 0, 0
    blocks, client, length = reader.number(MAX_PARTS), reader.number(CLIENT_MAX), reader.number(0)
    for _ in range(blocks):
        info = reader.byte()
        if info & CONTENT != STRING:
            raise Malformed("a text delta may hold text only")
        if info & HAS_ORIGIN:
            _need(needs, reader.number(CLIENT_MAX), reader.number(MAX_CLOCK) + 1)
        if info & HAS_RIGHT_ORIGIN:
            _need(needs, reader.number(CLIENT_MAX), reader.number(MAX_CLOCK) + 1)
        if not info & (HAS_ORIGIN | HAS_RIGHT_ORIGIN) and (reader.number(1) != 1 or reader.text() != ROOT):
            raise Malformed("a text delta for something that is not the text")
        if info & ~(CONTENT | HAS_ORIGIN | HAS_RIGHT_ORIGIN):
            raise Malformed("a text delta with an attribute")
        content = reader.text()
        if not content:
            raise Malformed("a text delta with an empty block")
        length += len(content.encode("utf-16-le")) // 2
    if not blocks or length > MAX_CLOCK:
        raise Malformed("a text delta with an impossible number of blocks")
    return client, length


def _need(needs: dict[int, int], client: int, units: int) -> None:
    if units > MAX_CLOCK:
        raise Malformed("a text delta that refers to an impossible place")
    needs[client] = max(needs.get(client, 0), units)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def left(self) -> int:
        return len(self._data) - self._at

    def byte(self) -> int:
        if self._at >= len(self._data):
            raise Malformed("a text delta that ends early")
        self._at += 1
        return self._data[self._at - 1]

    def number(self, limit: int) -> int:
        """Read a variable-length number of at most `limit`: seven bits a byte, the lowest first."""
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
            if shift > 63:
                raise Malformed("a number in a text delta that does not end")
        if value > limit:
            raise Malformed(f"{value} in a text delta where at most {limit} is allowed")
        return value

    def text(self) -> str:
        size = self.number(self.left())
        end = self._at + size
        if end > len(self._data):
            raise Malformed("a text delta that ends early")
        raw, self._at = self._data[self._at : end], end
        try:
            return raw.decode()
        except UnicodeDecodeError as error:
            raise Malformed("a text delta that is not Unicode") from error


class _Copy:
    """Reads a checked delta and writes it again, part by part."""

    def __init__(self, data: bytes, names: dict[int, int]) -> None:
        self.written = bytearray()
        self._reader = _Reader(data)
        self._names = names

    def plain(self) -> int:
        byte = self._reader.byte()
        self.written.append(byte)
        return byte

    def number(self) -> int:
        value = self._reader.number(CLIENT_MAX)
        self._write(value)
        return value

    def client(self) -> None:
        client = self._reader.number(CLIENT_MAX)
        self._write(self._names.get(client, client))

    def string(self) -> None:
        raw = self._reader.text().encode()
        self._write(len(raw))
        self.written += raw

    def _write(self, value: int) -> None:
        while value > 0x7F:
            self.written.append(value & 0x7F | 0x80)
            value >>= 7
        self.written.append(value)
