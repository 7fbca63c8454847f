"""Connections that another thread can cut: past a call's deadline, at lock, at quit, at "connection off"."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

# It would write a bad server's bytes into the log, tokens among them.
logging.getLogger("urllib3").setLevel(logging.CRITICAL + 1)

_thread = threading.local()  # .call: what this thread is doing


class Call:
    """A call in flight: its deadline, its connection once there is one, and whether it was cut."""

    def __init__(self, deadline: float) -> None:
        """Take the moment, by the watch's clock, at which the call is cut."""
        self.deadline = deadline
        self.cut = False
        self.expired = False
        self._connection: HTTPConnection | None = None

    def attach(self, connection: HTTPConnection) -> None:
        """Note the connection that the call uses; raises OSError if the call was cut before it had one."""
        self._connection = connection
        if self.cut:
            connection.close()
            raise ConnectionAbortedError("cut")

    def end(self, *, expired: bool) -> None:
        """Cut the call: its thread stops waiting at once."""
        self.expired = expired
        self.cut = True
        connection = self._connection
        if connection is not None and (sock := connection.sock) is not None:
            with contextlib.suppress(OSError):
                # Of the plain socket, under a TLS one too: that one's own method changes it under the reading thread.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)


class Watch:
    """Cuts calls at their deadlines. Socket timeouts do not: a server that sends a byte now and then renews them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Take a monotonic clock in seconds."""
        self.clock = clock
        self._calls: set[Call] = set()
        self._changed = threading.Condition()
        self._wakes_at: float | None = None  # None: no thread runs

    @contextlib.contextmanager
    def over(self, call: Call) -> Iterator[None]:
        """Watch over a call of this thread."""
        with self._changed:
            self._calls.add(call)
            if self._wakes_at is None:
                self._wakes_at = call.deadline
                threading.Thread(target=self._run, name="deadlines", daemon=True).start()
            elif call.deadline < self._wakes_at:
                self._changed.notify()
        _thread.call = call
        try:
            yield
        finally:
            _thread.call = None
            with self._changed:
                self._calls.discard(call)

    def cut_all(self) -> None:
        """Cut every call in flight."""
        with self._changed:
            calls = list(self._calls)
        for call in calls:
            call.end(expired=False)

    def _run(self) -> None:
        """Sleep until the earliest deadline; end when nothing has been in flight for that long."""
        with self._changed:
            while self._calls:
                now = self.clock()
                for call in self._calls:
                    if call.deadline <= now and not call.cut:
                        call.end(expired=True)
                self._wakes_at = min((one.deadline for one in self._calls if not one.cut), default=now + 1)
                self._changed.wait(self._wakes_at - now)
            self._wakes_at = None


def watched_pools() -> dict[str, type[HTTPConnectionPool]]:
    """Return the connection pools, by scheme, whose connections tell the thread's call that it uses them."""
    return {"http": _HttpPool, "https": _HttpsPool}


def _attach(connection: HTTPConnection) -> None:
    call: Call | None = getattr(_thread, "call", None)
    if call is not None:
        call.attach(connection)


class _Whole(HTTPConnection):
    """Writes head and body of a request together: one packet, and one look of the server at it."""

    _held: bytearray | None = None

    def request(self, *args: Any, **kwargs: Any) -> None:
        self._held = bytearray()
        try:
            super().request(*args, **kwargs)
            held = bytes(self._held)
        finally:
            self._held = None
        super().send(held)

    def send(self, data: Any) -> None:
        if self._held is None:
            super().send(data)
        else:
            self._held += data


class _Http(_Whole):
    def connect(self) -> None:
        super().connect()
        _attach(self)

    def putrequest(self, method: str, url: str, skip_host: bool = False, skip_accept_encoding: bool = False) -> None:
        _attach(self)
        super().putrequest(method, url, skip_host, skip_accept_encoding)


class _Https(_Whole, HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        _attach(self)

    def putrequest(self, method: str, url: str, skip_host: bool = False, skip_accept_encoding: bool = False) -> None:
        _attach(self)
        super().putrequest(method, url, skip_host, skip_accept_encoding)


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https
