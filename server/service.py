"""The calls of PROTOCOL.md as the secretariat answers them, without HTTP."""

from __future__ import annotations

import asyncio
import time

from server.auth import Gate
from server.checkpoints import WitnessRow
from server.checks import TooManyChanges, check_items, check_names
from server.clock import SteadyClock
from server.notary import Notary
from server.problems import Refusal
from server.registry import Device, Registry
from server.settings import Settings
from server.storage import Caller, News, Quotas, Storage, StorageFailed
from server.waiting import WaitingRoom
from sync.wire import calls
from sync.wire.checkpoint import CheckpointReply, CheckpointRequest
from sync.wire.codec import MAX_CALL

CHECK_INLINE = 4  # items of a push that are verified on the event loop; more go to a thread
HEALTH_S = 5.0  # how long one test of the storage stands
DIRECTORY_CALL_BYTES = MAX_CALL // 2


class Service:
    """One method a call. Raises Refusal, WireError or StorageFailed."""

    def __init__(
        self, storage: Storage, registry: Registry, gate: Gate, notary: Notary, clock: SteadyClock, settings: Settings
    ) -> None:
        self.clock = clock
        self.waiting = WaitingRoom(settings)
        self._storage = storage
        self._registry = registry
        self._gate = gate
        self._notary = notary
        self._quotas = Quotas(
            settings.ministry_bytes,
            settings.inbox_bytes,
            settings.inbox_grants,
            settings.spaces_per_hour,
            settings.entries_per_hour,
            settings.rotations_per_hour,
            settings.receipts_per_hour,
        )
        self._health: tuple[float, bool] = (-HEALTH_S, False)
        self._health_lock = asyncio.Lock()
        storage.on_commit(self.waiting.announce)
        registry.on_growth = self.waiting.wake_all

    async def caller(self, authorization: bytes) -> Caller:
        """Return whose token this is; refuses one that is past or whose device is not enrolled, or is revoked."""
        device = self._gate.device_of(authorization)
        return Caller(device, (await self._enrolled(device)).ministry)

    async def reader(self, authorization: bytes) -> Caller:
        """Return whose token this is, a device's or an administrator's: both may read directories."""
        name = self._gate.device_of(authorization)
        found = await self._registry.reader(name)
        if found is None:
            raise Refusal("not_enrolled")
        return Caller(name, found.ministry)

    async def challenge(self, request: calls.ChallengeRequest) -> calls.ChallengeReply:
        """Answer every device alike, enrolled or not."""
        return self._gate.challenge(request.device)

    async def token(self, request: calls.TokenRequest) -> calls.TokenReply:
        """Give a token for a signed nonce."""
        reader = await self._registry.reader(request.device)
        self._gate.check_answer(request, reader.sign_key if reader else None)
        return self._gate.issue(request.device)

    async def directory(self, caller: Caller, request: calls.DirectoryRequest) -> calls.DirectoryReply:
        """Return entries of the named ministries' directories; they name officers, so not everybody may ask.

        A device that was revoked reads its own ministry's, up to the entry that says so, and learns it from there.
        """
        device = self._registry.devices.get(caller.device)
        if device is not None and device.revoked:
            return calls.DirectoryReply(self._registry.until(device, request.heads, DIRECTORY_CALL_BYTES))
        if any(head.ministry not in self._registry.members for head in request.heads):
            await self._registry.refresh()
        items, _ = self._registry.after(request.heads, DIRECTORY_CALL_BYTES)
        return calls.DirectoryReply(items)

    async def enrol(self, request: calls.EnrolRequest) -> calls.EnrolReply:
        """Append entries to a directory; their signatures are the authority."""
        return calls.EnrolReply(await self._registry.enrol(request.ministry, request.first, request.entries))

    async def push(self, caller: Caller, request: calls.PushRequest) -> calls.PushReply:
        """Store items in order, in one transaction; each has its own result. An administrator pushes grants only."""
        device = self._registry.administrators.get(caller.device) or await self._enrolled(caller.device)
        try:
            if len(request.items) <= CHECK_INLINE:
                checked = check_items(caller, device, request.items, self._registry)
            else:
                checked = await asyncio.to_thread(check_items, caller, device, request.items, self._registry)
        except TooManyChanges:
            raise Refusal("too_many_changes") from None
        checked = await check_names(caller, self._registry, checked)
        hour = int(self.clock.now_s()) // 3_600
        return calls.PushReply(await self._storage.push(caller, checked, self._quotas, hour))

    async def pull(self, caller: Caller, request: calls.PullRequest) -> calls.PullReply:
        """Return items after the cursors within the budget."""
        return calls.PullReply(await self._storage.pull(caller, request.cursors, request.budget))

    async def continuity(self, caller: Caller, request: calls.ContinuityRequest) -> calls.ContinuityReply:
        """Return what was granted to a continuity key, to an administrator of the ministry that named it."""
        named = self._registry.continuity.get(request.key)
        if caller.device not in self._registry.administrators or named != caller.ministry:
            raise Refusal("not_entitled")
        return calls.ContinuityReply(*await self._storage.inbox(request.key, request.after))

    async def heads(self, caller: Caller, request: calls.HeadsRequest) -> calls.HeadsReply:
        """Return a page of the caller's spaces."""
        return calls.HeadsReply(await self._storage.heads(caller, request.after, request.limit))

    async def checkpoint(self, caller: Caller, request: CheckpointRequest) -> CheckpointReply:
        """Return the newest checkpoint of the log and what proves it to this desk; keep the one that it cosigned."""
        if request.cosigned:
            device = await self._enrolled(caller.device)
            known = self._notary.check(caller.device, device.sign_key, request.cosigned)
            if known is not None:
                await self._storage.keep_cosigned(WitnessRow(caller.ministry, known.size, request.cosigned))
        view = await self._storage.log(caller, request)
        signed = self._notary.sign(view.size, view.root)
        return CheckpointReply(self._notary.key, signed, view.path, view.included, view.witnessed)

    async def poll(self, caller: Caller, request: calls.PollRequest) -> calls.PollReply:
        """Answer with news at once if there is any, otherwise when some comes or the time is over.

        While it waits, changes that the caller's own device pushed do not end it: that device knows them.
        """
        if request.wait_s == 0:
            return (await self._look(caller, request))[1]
        deadline = time.monotonic() + request.wait_s
        waiter = self.waiting.enter(caller)
        waited = False
        try:
            while True:
                await self._enrolled(caller.device)  # revoked while it waits, it hears no more
                news, reply = await self._look(caller, request)
                moved = news.foreign if waited else reply.changed
                if moved or reply.grants or reply.directories or reply.more or reply.reset:
                    return reply
                if not await waiter.wait(deadline - time.monotonic()):
                    return reply
                waited = True
        finally:
            self.waiting.leave(waiter)

    async def healthy(self) -> bool:
        """Say whether the storage writes. The answer stands for some seconds, so that asking costs nothing."""
        async with self._health_lock:
            asked, good = self._health
            if time.monotonic() - asked >= HEALTH_S:
                try:
                    await self._storage.check_writes()
                    good = True
                except StorageFailed:
                    good = False
                self._health = (time.monotonic(), good)
            return good

    async def follow_registry(self, every_s: float) -> None:
        """Notice what another process (the operator's command) adds to members and directories, until cancelled."""
        while True:
            await asyncio.sleep(every_s)
            try:
                await self._registry.refresh()
            except StorageFailed:
                continue

    async def _enrolled(self, device: bytes) -> Device:
        found = await self._registry.device(device)
        if found is None:
            raise Refusal("not_enrolled")
        if found.revoked:
            raise Refusal("revoked")
        return found

    async def _look(self, caller: Caller, request: calls.PollRequest) -> tuple[News, calls.PollReply]:
        news = await self._storage.news(caller, request.feed, request.grants)
        directories, more = self._registry.after(request.directories)
        return news, calls.PollReply(
            news.feed, news.changed, news.inline, news.grants, directories, news.more or more, news.reset
        )
