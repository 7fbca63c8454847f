"""A storage on a bench: ministries, devices and checked items, and calls that wait for their end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from server.checks import check_items, check_names
from server.registry import Device, Registry
from server.storage import Caller, News, Quotas, Storage
from sync.keys import DeviceKeys
from sync.wire.calls import Cursor, PushItem, PushResult, SpaceItems
from sync.wire.codec import NO_HASH
from tests.support.secretariat import Ministry, make_ministry

T = TypeVar("T")
WIDE = Quotas(1 << 40, 1 << 30, 1 << 20, 1 << 20)
HOUR = 498_612


class Bench:
    """Three members, AE, FR and SN, with one device each, and SN's second."""

    def __init__(self, runner: asyncio.Runner, opener: Callable[[], Storage]) -> None:
        self._runner = runner
        self._opener = opener
        self.quotas = WIDE
        self.hour = HOUR
        self.storage = self.run(self._open())
        self.members: dict[str, Ministry] = {code: make_ministry(code) for code in ("AE", "FR", "SN")}
        self.ae = self.members["AE"].new_device()
        self.fr = self.members["FR"].new_device()
        self.sn = self.members["SN"].new_device()
        self.sn2 = self.members["SN"].new_device()
        self.registry = registry = Registry(self.storage)
        for code, member in self.members.items():
            self.run(self.storage.add_member(code, member.keys.root))
            self.run(registry.enrol(code, 1, member.entries))
        self._devices: dict[bytes, Device] = registry.devices

    async def _open(self) -> Storage:
        return self._opener()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something to its end."""
        return self._runner.run(work)

    def reopen(self) -> None:
        """Close the storage and open it again."""
        self.run(self.storage.close())
        self.storage = self.run(self._open())

    def close(self) -> None:
        """Let go of the storage."""
        self.run(self.storage.close())

    def caller(self, keys: DeviceKeys) -> Caller:
        """Return a device as the secretariat names it."""
        return Caller(keys.device, self._devices[keys.device].ministry)

    async def push_now(self, keys: DeviceKeys, *items: PushItem) -> list[PushResult]:
        """Check and push items as a device."""
        caller = self.caller(keys)
        checked = check_items(caller, self._devices[keys.device], list(items), self.registry)
        checked = await check_names(caller, self.registry, checked)
        return await self.storage.push(caller, checked, self.quotas, self.hour)

    def push(self, keys: DeviceKeys, *items: PushItem) -> list[tuple[str, str, int]]:
        """Push items and return status, code and sequence of each."""
        return [(result.status, result.code, result.sequence) for result in self.run(self.push_now(keys, *items))]

    def pull(
        self, keys: DeviceKeys, space: bytes, sequence: int = 0, head: bytes = NO_HASH, budget: int = 1 << 20
    ) -> SpaceItems:
        """Pull one space; it must be in the reply."""
        cursors = [Cursor(space, sequence, head)]
        (reply,) = self.run(self.storage.pull(self.caller(keys), cursors, budget))
        return reply

    def news(self, keys: DeviceKeys, feed: bytes = b"", grants: int = 0) -> News:
        """Return the news for a device."""
        return self.run(self.storage.news(self.caller(keys), feed, grants))
