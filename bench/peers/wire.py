"""A proxy that counts: every byte between a peer's client and its server, both ways."""

from __future__ import annotations

import contextlib
import socket
import threading

CHUNK = 1 << 16


class CountingProxy:
    """Listens on a loopback port and passes everything on to another one."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        self._lock = threading.Lock()
        self._sent = self._received = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def counts(self) -> tuple[int, int]:
        """Bytes from the client and to the client so far."""
        with self._lock:
            return self._sent, self._received

    def close(self) -> None:
        """Take no more connections."""
        self._door.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._door.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
                for pair, up in (((client, server), True), ((server, client), False)):
                    for end in pair:
                        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    threading.Thread(target=self._pass, args=(*pair, up), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, up: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                with self._lock:
                    self._sent += len(data) * up
                    self._received += len(data) * (not up)
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)
