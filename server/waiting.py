"""Long polls that wait: who is woken by a commit, and how many may wait at once."""

from __future__ import annotations

import asyncio
from collections import deque

from server.problems import Refusal
from server.settings import Settings
from server.storage import Caller, Commit


class Waiter:
    """One poll that waits. It is registered before the storage is read, so a commit in between wakes it too."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.ended = False
        self._woken = False
        self._future: asyncio.Future[None] | None = None

    async def wait(self, seconds: float) -> bool:
        """Wait for news or the end; False when the time passed or the wait was ended."""
        if not self._woken and not self.ended and seconds > 0:
            loop = asyncio.get_running_loop()
            self._future = loop.create_future()
            timer = loop.call_later(seconds, self._finish)
            try:
                await self._future
            finally:
                timer.cancel()
                self._future = None
        woken, self._woken = self._woken, False
        return woken and not self.ended

    def wake(self) -> None:
        """Let it look again."""
        self._woken = True
        self._finish()

    def end(self) -> None:
        """Let it answer with what it has."""
        self.ended = True
        self._finish()

    def _finish(self) -> None:
        if self._future and not self._future.done():
            self._future.set_result(None)


class WaitingRoom:
    """All waiting polls, found by ministry and by device. Belongs to the event loop."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._count = 0
        self._closed = False
        self._ministries: dict[str, set[Waiter]] = {}
        self._devices: dict[bytes, deque[Waiter]] = {}

    def enter(self, caller: Caller) -> Waiter:
        """Register a poll; a device's newest ends its oldest, whose connection is likely dead. Refuses with `busy`."""
        if self._count >= self._settings.polls:
            raise Refusal("busy", retry_after_s=30)
        waiter = Waiter(caller)
        mine = self._devices.setdefault(caller.device, deque())
        mine.append(waiter)
        for old in list(mine)[: -self._settings.polls_per_device]:
            old.end()
        self._ministries.setdefault(caller.ministry, set()).add(waiter)
        self._count += 1
        if self._closed:
            waiter.end()
        return waiter

    def leave(self, waiter: Waiter) -> None:
        """Forget a poll."""
        self._count -= 1
        mine = self._devices[waiter.caller.device]
        mine.remove(waiter)
        if not mine:
            del self._devices[waiter.caller.device]
        others = self._ministries[waiter.caller.ministry]
        others.remove(waiter)
        if not others:
            del self._ministries[waiter.caller.ministry]

    def announce(self, commit: Commit) -> None:
        """Wake those whom a commit concerns; not the device that alone made it, for it knows."""
        author = next(iter(commit.authors)) if len(commit.authors) == 1 else None
        for ministry in commit.ministries:
            for waiter in self._ministries.get(ministry, ()):
                if waiter.caller.device != author:
                    waiter.wake()
        for device in commit.devices:
            for waiter in self._devices.get(device, ()):
                waiter.wake()

    def wake_all(self) -> None:
        """Wake everybody: a directory grew."""
        for waiters in self._ministries.values():
            for waiter in waiters:
                waiter.wake()

    def close(self) -> None:
        """End every wait, now and from now on."""
        self._closed = True
        for waiters in self._ministries.values():
            for waiter in waiters:
                waiter.end()

    def __len__(self) -> int:
        return self._count
