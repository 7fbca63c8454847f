"""The HTTP/1.1 connection: uvicorn's, with limits on headers and one write a reply.

Uvicorn's protocol on httptools takes headers of any size, for any time, and writes a reply's head and body apart:
two system calls and two packets. docs/decisions/0024-http-parser.md has the figures.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADER_S = 30.0  # longest time until a request's headers are there
HEADER_BYTES = 8 * 1024  # of a request's line and headers together


class HeadersTooLarge(Exception):
    """A request's line and headers are larger than any that a desk sends."""


class CallProtocol(HttpToolsProtocol):
    """One connection of a desk."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start, and give the peer a limited time for its first request."""
        super().connection_made(WholeReplies(transport))
        self._size = 0
        self._patience: asyncio.TimerHandle | None = self.loop.call_later(HEADER_S, self.timeout_keep_alive_handler)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timer with the connection."""
        self._heard()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Give the headers of each request a limited time and size."""
        super().on_message_begin()
        self._size = 0
        if self._patience is None:
            self._patience = self.loop.call_later(HEADER_S, self.timeout_keep_alive_handler)

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._heard()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """Write the reply, now that it is whole."""
        transport = self.transport
        if isinstance(transport, WholeReplies):
            transport.flush()
        super().on_response_complete()

    def _heard(self) -> None:
        if self._patience:
            self._patience.cancel()
            self._patience = None

    def _count(self, size: int) -> None:
        self._size += size
        if self._size > HEADER_BYTES:
            raise HeadersTooLarge  # the parser gives up, and the connection is closed with 400


class WholeReplies(asyncio.Transport):
    """A transport that keeps what is written until the reply is whole or the connection is closed."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__()
        self._transport = transport
        self._parts: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Keep a part of a reply; `100 Continue` goes at once, for the peer waits for it."""
        if not self._parts and data[:10] == b"HTTP/1.1 1":
            self._transport.write(data)
        else:
            self._parts.append(bytes(data))

    def flush(self) -> None:
        """Write what was kept."""
        if self._parts:
            self._transport.write(b"".join(self._parts))
            self._parts.clear()

    def close(self) -> None:
        self.flush()
        self._transport.close()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)
