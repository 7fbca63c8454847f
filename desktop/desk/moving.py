"""Moving evidence files beside the sync of text, which goes first: paused, held to a bandwidth, resumed anywhere."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec

from desktop.casework.attachments import read_reference
from desktop.casework.carry_views import BlobMove
from desktop.desk.syncing import MakeTransport, ServerTransport
from desktop.profile import Profile
from desktop.settings import Settings
from desktop.store import Connection, Store, StoreError, UnknownRecord
from desktop.store.blobs import BlobEntry, Blobs
from desktop.store.carrying import Carrying
from desktop.store.lock import hold
from desktop.store.reads import Reads
from sync.errors import Cancelled, Refused, SyncError
from sync.link import Link
from sync.mover import Mover, Throttle
from sync.wire.chunks import CHUNK_PLAIN

FLUSH_CHUNKS = 16  # after so many received ones, what is here is flushed and noted
LOCK_FILE = "blobs.lock"
TEXT_S = 10.0  # that text which cannot be sent just now holds a chunk back at most
LOOK_S = 0.2  # between looks whether text is out of the way
IDLE_S = 5.0  # between looks whether there is something to move
TRY_AGAIN_S = 30.0
LASTING = frozenset({"quota", "not_entitled", "not_found", "malformed"})
"""Refusals of one file, which do not keep the others: it is tried again at the next connection."""

Tell = Callable[[BlobMove], None]
Named = Callable[[BlobEntry], bool]


class Pace:
    """What moving asks: may it go on, and how fast. The officer's settings are asked anew each time."""

    def __init__(
        self,
        limit: Callable[[], int] = lambda: 0,
        paused: Callable[[], bool] = lambda: False,
        text_waits: Callable[[], bool] = lambda: False,
    ) -> None:
        """`limit`: bytes a second, 0 for none; `text_waits`: whether changes are to be sent, which go first."""
        self.limit = limit
        self.paused = paused
        self.text_waits = text_waits
        self.stopped = threading.Event()

    def go_on(self) -> None:
        """Wait while text is to be sent or the officer paused. Raises Cancelled when it ends."""
        until = time.monotonic() + TEXT_S
        while not self.stopped.is_set() and (self.paused() or (self.text_waits() and time.monotonic() < until)):
            self.stopped.wait(LOOK_S)
        if self.stopped.is_set():
            raise Cancelled("no longer wanted")

    def sleep(self, seconds: float) -> None:
        """Wait, but not beyond the end."""
        self.stopped.wait(seconds)


class _RestsError(Exception):
    """A file was taken out of its record while it was sent."""


def move_all(blobs: Blobs, link: Link, pace: Pace, tell: Tell = lambda _: None, named: Named = lambda _: True) -> int:
    """Send and fetch whatever waits; returns how many files moved. Raises a SyncError, StoreError.

    What the server refuses for good is noted and the rest goes on. What no record names (`named`) is not sent.
    """
    mover = Mover(link, Throttle(pace.limit, sleep=pace.sleep), pace.go_on)
    moved = 0
    _drop(blobs, mover)
    for known in blobs.entries():
        entry = blobs.entry(known.id)  # its case may have been taken off this desk since
        if entry is None or not waits(entry) or (entry.here and not named(entry)):
            continue
        try:
            _send(blobs, mover, entry, tell, named) if entry.here else _fetch(blobs, mover, entry, tell)
            moved += 1
        except _RestsError:
            tell(msgspec.structs.replace(view(blobs, entry), way="none"))
        except Refused as refusal:
            if refusal.code not in LASTING:
                raise
            kept = blobs.update(msgspec.structs.replace(blobs.entry(entry.id) or entry, refused=refusal.code))
            tell(view(blobs, kept))
    return moved


def _drop(blobs: Blobs, mover: Mover) -> None:
    """Have the server delete what was taken back; what it will not delete is not ours, and stays."""
    for key, drop in list(blobs.drops()):
        try:
            mover.drop(drop.space, drop.names)
        except Refused as refusal:
            if refusal.code not in LASTING:
                raise
        blobs.dropped(key)


def anything_waits(blobs: Blobs) -> bool:
    """Whether a blob is to be moved, or deleted at the server."""
    return any(waits(each) for each in blobs.entries()) or next(blobs.drops(), None) is not None


def waits(entry: BlobEntry) -> bool:
    """Whether a blob is to be moved."""
    return not entry.refused and ((entry.here and not entry.sent) or (entry.wanted and not entry.here))


def named(reads: Reads, entry: BlobEntry) -> bool:
    """Whether the record that a file belongs to still names it."""
    try:
        fields = reads.show(entry.record).fields.values()
    except UnknownRecord:
        return False
    found = (read_reference(element) for field in fields if field.merge == "set" for element in field.elements)
    return any(each is not None and each.blob.id == entry.id for each in found)


def view(blobs: Blobs, entry: BlobEntry, done: int | None = None) -> BlobMove:
    """How far a blob is, for screens and commands."""
    way = "none" if not waits(entry) else "send" if entry.here else "fetch"
    here = blobs.bytes_here(entry)
    moved = entry.size if entry.chunks and done == entry.chunks else (done or 0) * CHUNK_PLAIN
    return BlobMove(
        id=entry.id.hex(),
        record=entry.record,
        name=entry.name,
        size=entry.size,
        way=way,
        moved=min(moved, entry.size) if done is not None else 0 if way == "send" else here,
        here=entry.here,
        sent=entry.sent,
        refused=entry.refused,
    )


def _send(blobs: Blobs, mover: Mover, entry: BlobEntry, tell: Tell, named: Named) -> None:
    def chunk(number: int) -> bytes:
        if not named(entry):
            raise _RestsError
        return blobs.chunk(entry, number)

    mover.put(
        entry.space,
        (entry.id, blobs.manifest(entry)),
        chunk,
        lambda done, _: tell(view(blobs, entry, done)),
    )
    tell(view(blobs, blobs.update(msgspec.structs.replace(entry, sent=True))))


def _fetch(blobs: Blobs, mover: Mover, entry: BlobEntry, tell: Tell) -> None:
    if not entry.chunks:
        entry = blobs.take_manifest(entry, mover.get_manifest(entry.space, entry.id))
    names = blobs.names(entry).chunks
    have = entry.have
    with blobs.receiver(entry) as stream:
        try:
            for body in mover.get(entry.space, names[have:]):
                stream.write(body)
                have += 1
                tell(view(blobs, entry, have))
                if have % FLUSH_CHUNKS == 0:
                    stream.flush()
                    os.fsync(stream.fileno())
                    blobs.update(msgspec.structs.replace(entry, have=have))
                stands = blobs.entry(entry.id)
                if stands is None or not stands.wanted:
                    break
        finally:
            stream.flush()
            os.fsync(stream.fileno())
            done = blobs.update(msgspec.structs.replace(entry, have=have, wanted=have < len(names)))
    tell(view(blobs, done))


def move_once(store: Store, connection: Connection, profile: Profile, url: str, make: MakeTransport) -> int:
    """Move what waits, once; 0 when there is nothing, or another process moves it. Raises a SyncError, StoreError."""
    blobs = Blobs(connection.context, store.home)
    blobs.try_again()
    if not anything_waits(blobs):
        return 0
    with hold(store.home / LOCK_FILE) as held:
        if not held:
            return 0
        transport = make(url, profile.ca_file)
        try:
            link = Link(transport, connection.replica.device_keys(), timeout_s=profile.timeout_s)
            return move_all(blobs, link, pace_of(store.home, connection), named=partial(named, connection.reads))
        finally:
            transport.close()


def pace_of(home: Path, connection: Connection) -> Pace:
    """The pace that the officer's settings and the outbox ask for."""
    carrying = Carrying(connection.context)
    return Pace(
        lambda: Settings(home).blob_limit_kb * 1_000,
        lambda: Settings(home).blobs_paused,
        carrying.text_waits,
    )


class BlobThread:
    """Moves files on a thread and connections of its own, for as long as a desk is online."""

    def __init__(self, store: Store, profile: Profile, url: str, make: MakeTransport, tell: Tell) -> None:
        """Begin at once; `tell` hears, on this thread, how far each file is."""
        self._store = store
        self._profile = profile
        self._url = url
        self._make = make
        self._tell = tell
        self._stopped = threading.Event()
        self._woken = threading.Event()
        self._lock = threading.Lock()
        self._transport: ServerTransport | None = None
        self._thread = threading.Thread(target=self._run, name="blobs", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Say that there is something to move."""
        self._woken.set()

    def close(self) -> None:
        """Cut what is moving and end; nothing that arrived is lost."""
        self._stopped.set()
        self._woken.set()
        with self._lock:
            if self._transport is not None:
                self._transport.close()
        self._thread.join()

    def _run(self) -> None:
        with contextlib.suppress(StoreError), self._store.connect() as connection:  # the syncing itself tells of those
            pace = pace_of(self._store.home, connection)
            pace.stopped = self._stopped
            Blobs(connection.context, self._store.home).try_again()
            while not self._stopped.is_set():
                self._woken.clear()
                wait_s = IDLE_S
                try:
                    self._move(connection, pace)
                except SyncError as error:
                    wait_s = max(TRY_AGAIN_S, error.retry_after_s)
                self._woken.wait(wait_s)

    def _move(self, connection: Connection, pace: Pace) -> None:
        blobs = Blobs(connection.context, self._store.home)
        if not anything_waits(blobs):
            return
        with hold(self._store.home / LOCK_FILE) as held:
            if not held:
                return
            transport = self._make(self._url, self._profile.ca_file)
            with self._lock:
                self._transport = transport
            try:
                link = Link(transport, connection.replica.device_keys(), timeout_s=self._profile.timeout_s)
                move_all(blobs, link, pace, self._tell, partial(named, connection.reads))
            finally:
                transport.close()
