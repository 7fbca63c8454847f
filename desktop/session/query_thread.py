"""Long reads on a thread of their own, with a connection of its own; a newer request interrupts the one it replaces."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QObject, QThread, Signal

from desktop.desk import params_of
from desktop.store import Connection, Interrupted, Store, StoreError

Read = Callable[[Connection], object]


class _Request(NamedTuple):
    number: int
    channel: str
    read: Read


class QueryThread(QThread):
    """Reads as asked, the newest of each channel only. `ask` and `stop` are for the main thread."""

    answered = Signal(int, str, object)
    """Request number, its channel, what was read."""
    broke = Signal(str, object)
    """Code and parameters of a failure of the environment."""
    progressed = Signal(int, int, int)
    """Request number, and how much of how much is done, from a read that tells it (see `tell`)."""

    def __init__(self, store: Store, parent: QObject) -> None:
        super().__init__(parent)
        self._store = store
        self._changed = threading.Condition()
        self._waiting: dict[str, _Request] = {}
        self._running: _Request | None = None
        self._connection: Connection | None = None
        self._last = 0
        self._dropped = 0  # number of the running request that nobody waits for any more
        self._stopping = False

    def ask(self, read: Read, channel: str) -> int:
        """Queue a read; returns its number. An older one of the same channel is dropped, or interrupted if it runs."""
        with self._changed:
            self._last += 1
            self._waiting.pop(channel, None)
            self._waiting[channel] = _Request(self._last, channel, read)
            self._drop_running(channel)
            self._changed.notify()
            return self._last

    def drop(self, channel: str) -> None:
        """Nobody waits for the request of a channel any more: end it where it is, without an answer."""
        with self._changed:
            self._waiting.pop(channel, None)
            self._drop_running(channel)

    def tell(self, done: int, whole: int) -> None:
        """For the read that runs: tell how far it is. Raises Interrupted when nobody waits for it any more."""
        with self._changed:
            running = self._running
            if self._stopping or running is None or running.number == self._dropped:
                raise Interrupted
        self.progressed.emit(running.number, done, whole)

    def stop(self) -> None:
        """End the thread, in the middle of a read if need be, and wait for it."""
        with self._changed:
            self._stopping = True
            self._waiting.clear()
            self._interrupt()
            self._changed.notify()
        self.wait()

    def run(self) -> None:
        """Qt's entry into the thread."""
        try:
            with self._store.connect() as connection:
                self._connection = connection
                try:
                    while (request := self._next()) is not None:
                        self._answer(connection, request)
                finally:
                    with self._changed:
                        self._connection = None
        except StoreError as error:
            self.broke.emit(error.code, params_of(error))

    def _next(self) -> _Request | None:
        with self._changed:
            self._running = None
            while not self._waiting and not self._stopping:
                self._changed.wait()
            if self._stopping:
                return None
            self._running = self._waiting.pop(next(iter(self._waiting)))
            return self._running

    def _answer(self, connection: Connection, request: _Request) -> None:
        try:
            answer = request.read(connection)
        except Interrupted:
            return
        except StoreError as error:
            self.broke.emit(error.code, params_of(error))
            return
        self.answered.emit(request.number, request.channel, answer)

    def _drop_running(self, channel: str) -> None:
        if self._running is not None and self._running.channel == channel:
            self._dropped = self._running.number
            self._interrupt()

    def _interrupt(self) -> None:
        if self._connection is not None:
            self._connection.interrupt()
