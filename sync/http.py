"""HTTP/1.1 as a desk speaks it: a request in one write, and a reply that is read within limits and never guessed at."""

from __future__ import annotations

import socket

import msgspec

from sync.errors import BadReply, TooLarge

HEAD_LIMIT = 16 * 1024  # bytes of a reply's status line and headers
LINE_LIMIT = 1_024  # of a line between chunks
PART = 64 * 1024
_END = b"\r\n\r\n"
_ONCE = frozenset({"content-length", "transfer-encoding", "content-encoding", "content-type", "connection"})
_BODILESS = (204, 304)


class Ended(ConnectionError):
    """The connection ended before the reply did; `begun` if some of it had come."""

    def __init__(self, *, begun: bool) -> None:
        super().__init__("the connection ended")
        self.begun = begun


class Head(msgspec.Struct):
    """Status line and headers of a reply; names in small letters."""

    status: int
    lasts: bool  # the connection may serve another call after it
    headers: dict[str, str]


def make_request(target: str, host: str, token: str, body: bytes) -> bytes:
    """Build a POST as it goes over the wire. Raises ValueError for a token that cannot stand in a header."""
    proof = f"Authorization: Bearer {token}\r\n" if token else ""
    if not token.isprintable():
        raise ValueError("a token that cannot stand in a header")
    head = f"POST {target} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(body)}\r\n{proof}\r\n"
    return head.encode("ascii") + body


class ReplyReader:
    """Reads one reply from a socket. Raises BadReply, Ended, and what the socket raises."""

    def __init__(self, source: socket.socket) -> None:
        self._source = source
        self._data = b""  # read and not used yet
        self.size = 0  # bytes read so far

    @property
    def spent(self) -> bool:
        """Whether nothing was read beyond what was asked for."""
        return not self._data

    def head(self) -> Head:
        """Read the status line and the headers, passing over interim replies."""
        while True:
            head = _parse(self._until(_END, HEAD_LIMIT))
            if not 100 <= head.status < 200:
                return head

    def body(self, head: Head, limit: int) -> bytes:
        """Read the body. Raises TooLarge for one of more than `limit` bytes."""
        if head.status in _BODILESS:
            return b""
        length = head.headers.get("content-length")
        coding = head.headers.get("transfer-encoding")
        if coding is not None:
            if coding.lower() != "chunked" or length is not None:
                raise BadReply(f"a reply in the transfer coding {coding[:20]!r}")
            return self._chunks(limit)
        if length is None:
            head.lasts = False
            return self._rest(limit)
        if not (length.isascii() and length.isdigit() and len(length) <= 18):
            raise BadReply("a length that is none")
        if int(length) > limit:
            raise TooLarge(f"a reply of more than {limit} bytes")
        return self._exactly(int(length))

    def _more(self) -> None:
        part = self._source.recv(PART)
        if not part:
            raise Ended(begun=bool(self.size))
        self.size += len(part)
        self._data = self._data + part if self._data else part

    def _until(self, mark: bytes, limit: int) -> bytes:
        """Take what comes before a mark, and the mark."""
        while (end := self._data.find(mark)) < 0:
            if len(self._data) > limit:
                raise BadReply("a line or a head without an end")
            if mark == _END and b"\n" in self._data and not self._data.startswith(b"HTTP/1."):
                raise BadReply("a reply that is not HTTP")
            self._more()
        taken, self._data = self._data[:end], self._data[end + len(mark) :]
        return taken

    def _exactly(self, size: int) -> bytes:
        if len(self._data) < size:
            parts, left = [self._data], size - len(self._data)
            self._data = b""
            while left > 0:
                self._more()
                part, self._data = self._data[:left], self._data[left:]
                parts.append(part)
                left -= len(part)
            return b"".join(parts)
        taken, self._data = self._data[:size], self._data[size:]
        return taken

    def _rest(self, limit: int) -> bytes:
        try:
            while len(self._data) <= limit:
                self._more()
        except Ended:
            taken, self._data = self._data, b""
            return taken
        raise TooLarge(f"a reply of more than {limit} bytes")

    def _chunks(self, limit: int) -> bytes:
        parts: list[bytes] = []
        left = limit
        while size := _chunk_size(self._until(b"\r\n", LINE_LIMIT)):
            left -= size
            if left < 0:
                raise TooLarge(f"a reply of more than {limit} bytes")
            parts.append(self._exactly(size))
            if self._exactly(2) != b"\r\n":
                raise BadReply("a chunk that does not end")
        for _ in range(HEAD_LIMIT // LINE_LIMIT):
            if not self._until(b"\r\n", LINE_LIMIT):
                return b"".join(parts)
        raise BadReply("a trailer without an end")


def _chunk_size(line: bytes) -> int:
    digits = line.partition(b";")[0].strip()
    if not digits or len(digits) > 8 or digits.strip(b"0123456789abcdefABCDEF"):
        raise BadReply("a chunk without a size")
    return int(digits, 16)


def _parse(data: bytes) -> Head:
    first, *lines = data.decode("latin-1").split("\r\n")
    version, _, rest = first.partition(" ")
    status = rest[:3]
    if version not in ("HTTP/1.1", "HTTP/1.0") or not (status.isascii() and status.isdigit()) or rest[3:4].strip():
        raise BadReply("a reply that is not HTTP")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        name, value = name.lower(), value.strip()
        if not colon or not name or name != name.strip() or "\n" in line:
            raise BadReply("a header that is none")
        if name in _ONCE and headers.get(name, value) != value:
            raise BadReply(f"two headers {name[:20]} that differ")
        headers[name] = value
    lasts = version == "HTTP/1.1" and headers.get("connection", "").lower() != "close"
    return Head(int(status), lasts, headers)
