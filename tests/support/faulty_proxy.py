"""A proxy that cuts, delays, doubles, truncates and corrupts what passes between desks and a server, at random."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
import time
from collections import Counter
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

FAULTS = (
    "cut before",
    "cut after",
    "delay",
    "duplicate",
    "truncate request",
    "truncate reply",
    "corrupt request",
    "corrupt reply",
)
"""What befalls a request or its reply. "cut after": the server did it, and the desk never hears of it."""

LONGEST_DELAY_S = 0.02
PATIENCE_S = 10.0  # of the server's side; the end of a test that hangs
DAMAGED_S = 0.2  # for the reply to a request that was corrupted
MAX_FLIPS = 4


class FaultyProxy:
    """HTTP/1.1 over plain sockets to one server: no keep-alive to the server, so that a fault ends with its request."""

    def __init__(self, url: str, seed: int, *, share: float = 0.2) -> None:
        """Take the server's address, a seed, and the share of requests that something befalls."""
        address = urlsplit(url)
        self._server = (address.hostname or "", address.port or 80)
        self._random = random.Random(seed)
        self._share = share
        self._lock = threading.Lock()
        self._door = socket.create_server(("127.0.0.1", 0))
        self._closed = False
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self.requests = 0
        self.befell: Counter[str] = Counter()
        self.fair = False  # let everything pass as it is

    def __enter__(self) -> Self:
        """Listen."""
        threading.Thread(target=self._accept, name="faulty proxy", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Listen no more."""
        self._closed = True
        with contextlib.suppress(OSError):
            socket.create_connection(self._door.getsockname(), timeout=1).close()
        self._door.close()

    def _accept(self) -> None:
        while not self._closed:
            try:
                desk, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(desk,), name="faulty proxy", daemon=True).start()

    def _serve(self, desk: socket.socket) -> None:
        """Pass the requests of one connection until something ends it."""
        desk.settimeout(60)
        with desk, contextlib.suppress(OSError, _Ended):
            while not self._closed:
                request = _read_message(desk)
                with self._lock:
                    self.requests += 1
                    fault = "" if self.fair or self._random.random() >= self._share else self._random.choice(FAULTS)
                    self.befell.update([fault] if fault else [])
                    where = self._random.random()
                    damage = [self._random.random() for _ in range(self._random.randint(1, MAX_FLIPS))]
                if not self._pass(desk, request, fault, where, damage):
                    return

    def _pass(self, desk: socket.socket, request: bytes, fault: str, where: float, damage: list[float]) -> bool:
        """Pass one request and its reply, with what befalls it; returns whether the connection goes on."""
        if fault == "cut before":
            return False
        if fault == "truncate request":
            self._ask(request[: int(len(request) * where)], patience_s=0)
            return False
        if fault == "delay":
            time.sleep(where * LONGEST_DELAY_S)
        if fault == "duplicate":
            self._ask(request)
        if fault == "corrupt request":  # which may have said that it is longer than it is
            reply = self._ask(_damaged(request, damage), patience_s=DAMAGED_S)
        else:
            reply = self._ask(request)
        if fault == "cut after" or not reply:
            return False
        if fault == "truncate reply":
            reply = reply[: int(len(reply) * where)]
        if fault == "corrupt reply":
            reply = _damaged(reply, damage)
        desk.sendall(reply)
        return not fault.startswith(("truncate", "corrupt"))

    def _ask(self, request: bytes, *, patience_s: float = PATIENCE_S) -> bytes:
        """Send bytes to the server on a connection of their own; returns the reply, empty if there was none."""
        with socket.create_connection(self._server, timeout=PATIENCE_S) as server:
            server.sendall(request)
            if not patience_s:
                return b""
            server.settimeout(patience_s)
            try:
                return _read_message(server)
            except (OSError, _Ended):
                return b""


class _Ended(Exception):
    """The other side sends no more."""


def _damaged(data: bytes, damage: list[float]) -> bytes:
    """Flip a bit at each of some places, given as shares of the length."""
    changed = bytearray(data)
    for place in damage:
        bit = int(place * len(changed) * 8)
        changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def _read_message(line: socket.socket) -> bytes:
    """Read a request or a reply whose body has the announced length. Raises _Ended."""
    data = b""
    while (end := data.find(b"\r\n\r\n")) < 0:
        data += _some(line)
    length = 0
    for field in data[:end].lower().split(b"\r\n")[1:]:
        name, _, value = field.partition(b":")
        length = int(value) if name == b"content-length" else length
    while len(data) < end + 4 + length:
        data += _some(line)
    return data


def _some(line: socket.socket) -> bytes:
    if not (part := line.recv(1 << 16)):
        raise _Ended
    return part
