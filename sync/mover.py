"""Moves the chunks of blobs: a few at once, in order, at a pace, never the same one twice. PROTOCOL.md, "Blobs"."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from sync.blobs import read_manifest
from sync.errors import BadReply
from sync.link import Link
from sync.wire.chunks import (
    MAX_CHUNK,
    MAX_CHUNK_NAMES,
    ChunkDropReply,
    ChunkDropRequest,
    ChunkGetReply,
    ChunkGetRequest,
    ChunkHaveReply,
    ChunkHaveRequest,
    ChunkPutReply,
    ChunkPutRequest,
    chunk_hash,
)
from sync.wire.errors import Malformed, UnknownSuite

CHUNK_S = 300.0  # for one chunk: 28 kbit/s
LANES = 3  # chunks on their way at once: one is read or written while others travel

T = TypeVar("T")
R = TypeVar("R")


class Throttle:
    """Holds the bytes that move to a number a second, over all lanes; 0: no limit."""

    def __init__(
        self,
        bytes_per_s: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """Ask for the limit anew before each chunk, so that a change of the setting counts at once."""
        self._limit = bytes_per_s
        self._clock = clock
        self._sleep = sleep
        self._free_at = clock()

    def wait(self, size: int) -> None:
        """Wait until `size` more bytes may move."""
        limit = self._limit()
        if limit <= 0:
            return
        now = self._clock()
        if self._free_at > now:
            self._sleep(self._free_at - now)
        self._free_at = max(now, self._free_at) + size / limit


class Mover:
    """Moves the chunks of one blob at a time over one link; what was moved before is not moved again."""

    def __init__(self, link: Link, throttle: Throttle, go_on: Callable[[], None]) -> None:
        """`go_on` is asked before each chunk: it waits while text is to be sent or the officer paused, or raises."""
        self._link = link
        self._throttle = throttle
        self._go_on = go_on

    def put(
        self,
        space: bytes,
        manifest: tuple[bytes, bytes],
        chunk: Callable[[int], bytes],
        tell: Callable[[int, int], None],
    ) -> None:
        """Put a blob, whose manifest (id, bytes) goes last, so that whoever has that can have all of it.

        `chunk` gives a sealed chunk by its number; `tell` hears how many of how many are there. Raises a SyncError.
        """
        blob, data = manifest
        names = read_manifest(data, blob).chunks
        have = self._have(space, [*names, blob])
        todo = [number for number, there in enumerate(have[:-1]) if not there]
        done = len(names) - len(todo)
        tell(done, len(names))

        def one(named: tuple[bytes, bytes]) -> ChunkPutReply:
            return self._link.call("chunk_put", ChunkPutRequest(space, *named), ChunkPutReply, timeout_s=CHUNK_S)

        for _ in self._lanes(one, ((names[number], chunk(number)) for number in self._paced(todo))):
            done += 1
            tell(done, len(names))
        if todo or not have[-1]:
            one((blob, data))

    def drop(self, space: bytes, names: list[bytes]) -> int:
        """Have chunks deleted that our ministry put; returns how many were there. Raises a SyncError."""
        dropped = 0
        for start in range(0, len(names), MAX_CHUNK_NAMES):
            asked = ChunkDropRequest(space, names[start : start + MAX_CHUNK_NAMES])
            dropped += self._link.call("chunk_drop", asked, ChunkDropReply, timeout_s=CHUNK_S).dropped
        return dropped

    def get_manifest(self, space: bytes, blob: bytes) -> bytes:
        """Get a blob's manifest. Raises a SyncError; Refused (not_found) while it is not all there."""
        data = self._get(space, blob)
        try:
            read_manifest(data, blob)
        except (Malformed, UnknownSuite) as error:
            raise BadReply(str(error)) from error
        return data

    def get(self, space: bytes, names: list[bytes]) -> Iterator[bytes]:
        """Get chunks in order, each of them checked. Raises a SyncError."""
        return self._lanes(lambda name: self._get(space, name), self._paced(names))

    def _have(self, space: bytes, names: list[bytes]) -> list[bool]:
        have: list[bool] = []
        for start in range(0, len(names), MAX_CHUNK_NAMES):
            asked = names[start : start + MAX_CHUNK_NAMES]
            reply = self._link.call("chunk_have", ChunkHaveRequest(space, asked), ChunkHaveReply)
            if len(reply.have) != len(asked):
                raise BadReply(f"{len(reply.have)} answers for {len(asked)} chunks")
            have += reply.have
        return have

    def _get(self, space: bytes, name: bytes) -> bytes:
        body = self._link.call("chunk_get", ChunkGetRequest(space, name), ChunkGetReply, timeout_s=CHUNK_S).body
        if chunk_hash(body) != name:
            raise BadReply("another chunk than the one that was asked for")
        return body

    def _paced(self, given: Iterable[T]) -> Iterator[T]:
        """Give one after the other when it may travel."""
        for each in given:
            self._go_on()
            self._throttle.wait(MAX_CHUNK)
            yield each

    def _lanes(self, work: Callable[[T], R], given: Iterable[T]) -> Iterator[R]:
        """Do work on a few threads, and give what came of it in order; memory holds what is on its way."""
        with ThreadPoolExecutor(LANES, thread_name_prefix="chunk") as pool:
            flying: deque[Future[R]] = deque()
            try:
                for each in given:
                    flying.append(pool.submit(work, each))
                    if len(flying) > LANES:
                        yield flying.popleft().result()
                while flying:
                    yield flying.popleft().result()
            finally:
                for left in flying:
                    left.cancel()
