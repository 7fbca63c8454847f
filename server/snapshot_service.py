"""The calls for snapshots as the secretariat answers them: writers put, members get, nobody else learns anything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from server.problems import Refusal
from server.registry import Registry
from server.snapshots import NoRoom, SnapshotStore
from server.storage import Caller, Storage
from sync.wire import snapshot as wire
from sync.wire.calls import Cursor
from sync.wire.errors import Malformed, NotEntitled
from sync.wire.membership import WRITERS
from sync.wire.signing import verify

T = TypeVar("T")

REQUESTS: dict[str, type[Any]] = {"snapshot": wire.SnapshotRequest, "snapshot_put": wire.SnapshotPut}


class SnapshotService:
    """One method a call. Raises Refusal, WireError, StorageFailed."""

    def __init__(self, storage: Storage, registry: Registry, store: SnapshotStore) -> None:
        self._storage = storage
        self._registry = registry
        self._store = store

    async def snapshot(self, caller: Caller, request: wire.SnapshotRequest) -> wire.SnapshotReply:
        """Return the newest snapshots; of a space that is not the caller's as of one that has none."""
        wanted = [one for one in request.wanted if await self._storage.role(caller, one.space) is not None]
        found = {one.space: one for one in await self._run(self._store.get, wanted, request.budget)}
        mine = {one.space for one in wanted}
        reply: list[wire.SnapshotParts] = []
        for one in request.wanted:
            if one.space not in mine:
                reply.append(wire.SnapshotParts(one.space, b"", 0, []))
            elif one.space in found:
                reply.append(found[one.space])
        return wire.SnapshotReply(reply)

    async def snapshot_put(self, caller: Caller, request: wire.SnapshotPut) -> wire.SnapshotPutReply:
        """Keep a part of a snapshot that the caller made of a space in which it writes, at a place of its log."""
        header, signed = wire.read_snapshot(request.header)
        role = await self._storage.role(caller, header.space)
        if role is None:
            raise Refusal("not_found")
        if role not in WRITERS or header.device != caller.device:
            raise NotEntitled("a snapshot by somebody who may not make it")
        device = await self._registry.device(caller.device)
        if device is None:
            raise Refusal("not_enrolled")
        verify(device.sign_key, wire.SNAPSHOT_DOMAIN, signed.body, signed.signature)
        if header.parts and (
            request.place >= len(header.parts) or wire.part_hash(request.part) != header.parts[request.place]
        ):
            raise Malformed("a part that the snapshot's header does not name")
        (log,) = await self._storage.pull(caller, [Cursor(header.space, header.sequence, header.head)], 1)
        if log.mismatch:
            raise Malformed("a snapshot at a place that the space's log does not have")
        try:
            missing = await self._run(
                self._store.put, caller.ministry, header, request.header, request.place, request.part
            )
        except NoRoom:
            raise Refusal("quota", retry_after_s=3_600) from None
        return wire.SnapshotPutReply(missing)

    def close(self) -> None:
        """Finish what is running."""
        self._store.close()

    async def _run(self, work: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._store.threads, work, *arguments)
