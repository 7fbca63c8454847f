"""Connections that another thread can cut: past a call's deadline, at lock, at quit, at "connection off"."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import certifi
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection, ProxyConfig

# It would write a bad server's bytes into the log, tokens among them.
logging.getLogger("urllib3").setLevel(logging.CRITICAL + 1)

KEPT = 4  # idle connections
PORTS = {"http": 80, "https": 443}


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
        """Watch over a call."""
        with self._changed:
            self._calls.add(call)
            if self._wakes_at is None:
                self._wakes_at = call.deadline
                threading.Thread(target=self._run, name="deadlines", daemon=True).start()
            elif call.deadline < self._wakes_at:
                self._changed.notify()
        try:
            yield
        finally:
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


class Connections:
    """Connections to one server, through a proxy if there is one; those that are idle serve the next calls."""

    def __init__(self, url: str, ca_file: str, proxy: str) -> None:
        """Take addresses that are well formed, and the file of the authorities to trust (empty: the usual ones)."""
        self._url = urlsplit(url)
        self._ca_file = ca_file
        self._proxy = urlsplit(proxy) if proxy else None
        self._idle: list[HTTPConnection] = []
        self._lock = threading.Lock()
        self._closed = False

    @property
    def prefix(self) -> str:
        """What stands before a path in a request: a proxy that is not a tunnel wants the whole address."""
        return f"{self._url.scheme}://{self._url.netloc}" if self._proxy and self._url.scheme == "http" else ""

    def take(self, call: Call, connect_s: float, timeout_s: float) -> HTTPConnection:
        """Return a connection of this call alone, on which each wait may last `timeout_s`.

        Raises what connecting raises, and OSError if the call was cut.
        """
        connection = self._take_idle() or self._make(connect_s)
        try:
            if connection.sock is None:
                connection.connect()
            call.attach(connection)
            if connection.sock.gettimeout() != timeout_s:
                connection.sock.settimeout(timeout_s)
        except BaseException:
            connection.close()
            raise
        return connection

    def give_back(self, connection: HTTPConnection) -> None:
        """Keep a connection whose call has ended in order."""
        with self._lock:
            if not self._closed and len(self._idle) < KEPT:
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        """Close what is idle, and what is given back later."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take_idle(self) -> HTTPConnection | None:
        while True:
            with self._lock:
                if not self._idle:
                    return None
                connection = self._idle.pop()
            if connection.is_connected:  # and nothing came unasked
                return connection
            connection.close()

    def _make(self, connect_s: float) -> HTTPConnection:
        url = self._url
        there = self._proxy or url
        host, port = there.hostname or "", there.port or PORTS[there.scheme]
        if url.scheme == "http":
            return HTTPConnection(host, port, timeout=connect_s)
        proxy = urllib3.util.parse_url(self._proxy.geturl()) if self._proxy else None
        connection = HTTPSConnection(
            host,
            port,
            timeout=connect_s,
            cert_reqs="CERT_REQUIRED",
            ca_certs=self._ca_file or certifi.where(),
            proxy=proxy,
            proxy_config=ProxyConfig(None, False, None, None) if proxy else None,
        )
        if proxy:
            connection.set_tunnel(url.hostname or "", url.port or PORTS["https"])
        return connection
