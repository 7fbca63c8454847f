"""Syncing while a desk is unlocked: exchange, then listen; without a connection wait, longer after every failure.

Everything but `run` may be called from any thread. Switching off, locking and quitting cut whatever call is in flight;
nothing is lost by it, the engine goes on where it was.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

from desktop.casework.carry_views import BlobMove
from desktop.casework.views import SyncState
from desktop.desk.guarding import obey
from desktop.desk.moving import BlobThread
from desktop.desk.syncing import MakeTransport, ServerTransport, http_transport, index_all
from desktop.profile import Profile
from desktop.store import Connection, Erased, NoStore, Store, StoreDamaged, StoreError
from sync.backoff import Backoff
from sync.engine import Engine
from sync.errors import SyncError
from sync.replica import Applied
from sync.run import Run
from sync.witness import Witness

LISTEN_S = 30.0  # how long one listening lasts before the state is told again
BUSY_S = 5.0  # between looks whether another process of this desk still syncs
BROKEN_S = 60.0  # before the next try after a full disk and the like


class Listeners:
    """Who hears of what, on the syncing thread."""

    def __init__(
        self,
        state: Callable[[SyncState], None],
        records: Callable[[frozenset[str]], None],
        broke: Callable[[StoreError], None],
        moved: Callable[[BlobMove], None] = lambda _: None,
    ) -> None:
        self.moved = moved  # on a thread of its own
        self.state = state
        self.records = records
        self.broke = broke


class Syncer:
    """Syncs one home over one connection of its own."""

    def __init__(
        self,
        store: Store,
        profile: Profile,
        url: str,
        listeners: Listeners,
        *,
        make_transport: MakeTransport = http_transport,
    ) -> None:
        self._store = store
        self._profile = profile
        self._url = url
        self._listeners = listeners
        self._make_transport = make_transport
        self._changed = threading.Condition()
        self._connected = True
        self._stopping = False
        self._hurry = False
        self._engine: Engine | None = None
        self._transport: ServerTransport | None = None
        self._blobs: BlobThread | None = None
        self._backoff = Backoff()
        self._moved = False

    # any thread

    def wake(self) -> None:
        """Say that there is something to send; without a connection it waits for the next try."""
        with self._changed:
            if self._engine is not None:
                self._engine.wake()
            if self._blobs is not None:
                self._blobs.wake()

    def hurry(self) -> None:
        """Try the server now instead of at the end of the wait."""
        with self._changed:
            self._hurry = True
            self._changed.notify_all()
        self.wake()

    def set_connected(self, connected: bool) -> None:
        """Cut or restore the connection."""
        with self._changed:
            self._connected = connected
            self._interrupt()

    def set_server(self, url: str) -> None:
        """Use another address from now on."""
        with self._changed:
            if url != self._url:
                self._url = url
                self._interrupt()

    def stop(self) -> None:
        """Let `run` return soon."""
        with self._changed:
            self._stopping = True
            self._interrupt()

    # the syncing thread

    def run(self) -> None:
        """Sync until `stop`. A failure of the store is told; one that trying again cannot mend ends the syncing."""
        try:
            with self._store.connect() as connection:
                if connection.database.read_only:  # nothing that came could be kept
                    return
                while not self._stopping and (moved := connection.upgrade.step()) is not None:
                    self._listeners.records(frozenset(record.hex() for record in moved))
                # After a migration or a new folding all records wait to be indexed, whether or not news ever come.
                while not self._stopping and connection.index.index_pending():
                    pass
                while not self._stopping:
                    self._go(connection)
        except StoreError as error:
            self._listeners.broke(error)

    def _go(self, connection: Connection) -> None:
        """One attempt, from trying to connect until the connection is lost, and the wait after it."""
        with self._changed:
            url = self._url if self._connected else ""
        if not url:
            self._tell(connection, "offline" if self._connected else "paused")
            self._wait(None)
            return
        try:
            self._stay(connection, url)
        except SyncError as error:
            obey(self._store, connection)  # a server that refuses a revoked desk has told it why
            if self._gone(url):
                return
            wait_s = self._backoff.wait_s(error)
            phase = "offline" if error.retry else "refused"
            self._tell(connection, phase, error, wait_s)
            self._wait(wait_s)
        except (StoreDamaged, NoStore, Erased):
            raise
        except StoreError as error:
            self._listeners.broke(error)
            self._wait(BROKEN_S)

    def _stay(self, connection: Connection, url: str) -> None:
        """Exchange, then listen for as long as the connection holds."""
        with self._store.sync_lock() as held:
            if not held:
                self._tell(connection, "online", code="sync_running")
                self._wait(BUSY_S)
                return
            transport = self._make_transport(url, self._profile.ca_file)
            engine = Engine(
                connection.replica,
                transport,
                on_applied=self._on_applied,
                timeout_s=self._profile.timeout_s,
                witness=Witness(connection.logbook, self._profile.log_key),
                snapshots=connection.snapshots,
            )
            try:
                with self._changed:
                    if self._gone(url):
                        return
                    self._engine, self._transport = engine, transport
                self._tell(connection, "connecting")
                run = engine.run_once()
                self._backoff.reset()
                self._settle(connection, run)
                with self._moving(url):
                    while not self._gone(url):
                        more = engine.backfill()
                        if more:
                            self._tell(connection, "online")
                        self._settle(connection, engine.listen(0.0 if more else LISTEN_S))
            finally:
                with self._changed:
                    self._engine = self._transport = None
                engine.close()
                transport.close()

    @contextlib.contextmanager
    def _moving(self, url: str) -> Iterator[None]:
        """Move evidence files beside the listening, over a connection of their own."""
        thread = BlobThread(self._store, self._profile, url, self._make_transport, self._listeners.moved)
        with self._changed:
            self._blobs = thread
        try:
            yield
        finally:
            with self._changed:
                self._blobs = None
            thread.close()

    def _settle(self, connection: Connection, run: Run) -> None:
        """After a run: what came can be searched, and the screens know how the desk stands."""
        if self._moved:
            self._moved = False
            index_all(connection)
        obey(self._store, connection)
        if gone := connection.offline.expire():
            self._listeners.records(frozenset(name.hex() for name in gone))
        code = run.refused_items[0] if run.refused_items else run.problems[0] if run.problems else ""
        self._tell(connection, "online", code=code)

    def _on_applied(self, applied: Applied) -> None:
        self._moved = True
        if applied.records:
            self._listeners.records(frozenset(record.hex() for record in applied.records))

    def _gone(self, url: str) -> bool:
        """Whether the connection to this address is no longer wanted."""
        return self._stopping or not self._connected or self._url != url

    def _interrupt(self) -> None:
        """Cut the call in flight, refuse later ones, end a wait. Under the lock."""
        self._hurry = True
        if self._transport is not None:
            self._transport.close()
        if self._engine is not None:
            self._engine.close()
            self._engine.wake()
        self._changed.notify_all()

    def _wait(self, seconds: float | None) -> None:
        with self._changed:
            if not self._hurry and not self._stopping:
                self._changed.wait(seconds)
            self._hurry = False

    def _tell(
        self,
        connection: Connection,
        phase: str,
        error: SyncError | None = None,
        wait_s: float = 0.0,
        *,
        code: str = "",
    ) -> None:
        verified, from_snapshots = connection.snapshots.progress()
        self._listeners.state(
            SyncState(
                phase=phase,
                unsent=connection.replica.unsent(),
                as_of_ms=connection.reads.as_of_ms(),
                error=error.code if error else code,
                detail=error.detail if error else "",
                retry_at_ms=int((time.time() + wait_s) * 1000) if wait_s else 0,
                verified=verified,
                from_snapshots=from_snapshots,
            )
        )
