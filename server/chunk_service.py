"""The calls for chunks as the secretariat answers them: only members' devices read, only those that write put."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from server.chunks import ChunkStore, QuotaSpent
from server.problems import Refusal
from server.storage import Caller, Storage
from sync.wire import chunks
from sync.wire.errors import Malformed
from sync.wire.membership import WRITERS

T = TypeVar("T")

REQUESTS: dict[str, type[Any]] = {
    "chunk_have": chunks.ChunkHaveRequest,
    "chunk_put": chunks.ChunkPutRequest,
    "chunk_get": chunks.ChunkGetRequest,
    "chunk_drop": chunks.ChunkDropRequest,
}


class ChunkService:
    """One method a call. Raises Refusal, WireError, StorageFailed. What is not there and not the caller's is alike."""

    def __init__(self, storage: Storage, store: ChunkStore) -> None:
        self._storage = storage
        self._store = store

    async def chunk_have(self, caller: Caller, request: chunks.ChunkHaveRequest) -> chunks.ChunkHaveReply:
        """Say which chunks are there."""
        if await self._storage.role(caller, request.space) is None:
            return chunks.ChunkHaveReply([False] * len(request.hashes))
        return chunks.ChunkHaveReply(await self._run(self._store.have, request.space, request.hashes))

    async def chunk_put(self, caller: Caller, request: chunks.ChunkPutRequest) -> chunks.ChunkPutReply:
        """Store a chunk of a space in which the caller writes."""
        role = await self._storage.role(caller, request.space)
        if role is None:
            raise Refusal("not_found")
        if role not in WRITERS:
            raise Refusal("not_entitled")
        try:
            stored = await self._run(self._put, caller, request)
        except QuotaSpent:
            raise Refusal("quota", retry_after_s=3_600) from None
        return chunks.ChunkPutReply(known=not stored)

    async def chunk_get(self, caller: Caller, request: chunks.ChunkGetRequest) -> chunks.ChunkGetReply:
        """Return a chunk of a space that the caller reads."""
        body = None
        if await self._storage.role(caller, request.space) is not None:
            body = await self._run(self._store.get, request.space, request.hash)
        if body is None:
            raise Refusal("not_found")
        return chunks.ChunkGetReply(body)

    async def chunk_drop(self, caller: Caller, request: chunks.ChunkDropRequest) -> chunks.ChunkDropReply:
        """Delete what the caller's ministry put of a space in which the caller writes."""
        role = await self._storage.role(caller, request.space)
        if role is None:
            raise Refusal("not_found")
        if role not in WRITERS:
            raise Refusal("not_entitled")
        return chunks.ChunkDropReply(await self._run(self._store.drop, caller.ministry, request.space, request.hashes))

    def close(self) -> None:
        """Finish what is running."""
        self._store.close()

    def _put(self, caller: Caller, request: chunks.ChunkPutRequest) -> bool:
        if chunks.chunk_hash(request.body) != request.hash:
            raise Malformed("a chunk under another hash than its own")
        return self._store.put(caller.ministry, request.space, request.hash, request.body)

    async def _run(self, work: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._store.threads, work, *arguments)
