"""The thread that holds the long poll, and nothing else: it never touches the replica."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue

from sync.link import Link
from sync.wire.calls import PollReply, PollRequest

GRACE_S = 15.0  # beyond the wait that was asked for


class Listener:
    """Holds at most one long poll and tells its reply or failure."""

    def __init__(self, link: Link, tell: Callable[[PollReply | Exception], None]) -> None:
        """Take the link, and who hears, from this thread, of each reply."""
        self._link = link
        self._tell = tell
        self._requests: SimpleQueue[PollRequest | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._open = False

    def start(self, request: Callable[[], PollRequest]) -> None:
        """Open a long poll unless there is one."""
        if self._open:
            return
        self._open = True
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="long poll", daemon=True)
            self._thread.start()
        self._requests.put(request())

    def finish(self) -> None:
        """Note that the poll's reply or failure was taken."""
        self._open = False

    def close(self) -> None:
        """End the thread, once its poll is cut."""
        if self._thread is not None:
            self._requests.put(None)
            self._thread = None
            self._open = False

    def _run(self) -> None:
        while (request := self._requests.get()) is not None:
            try:
                self._tell(self._link.call("poll", request, PollReply, timeout_s=request.wait_s + GRACE_S))
            except Exception as error:  # noqa: BLE001 - raised again in the thread that listens
                self._tell(error)
