"""The unlocked store of one home, and the connections that threads open from it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from desktop.casework.record_types import RecordTypes
from desktop.store import unlocking, vault
from desktop.store.attempts import Uptime, machine_uptime
from desktop.store.authors import Authors
from desktop.store.context import Context, Identity, wall_clock_ms
from desktop.store.database import DATABASE_FILE, Database
from desktop.store.destruction import Reason, destroy
from desktop.store.discussion import Discussions
from desktop.store.duplicates import Duplicates
from desktop.store.errors import HomeReadOnly, NoStore, StoreDamaged, StoreExists, StoreFull, StoreReadOnly
from desktop.store.evidence import Evidence
from desktop.store.finding import Finding
from desktop.store.history import History
from desktop.store.keyring_secret import SecretPlace, SystemKeyring
from desktop.store.listing import Listing
from desktop.store.lock import hold
from desktop.store.log import Log
from desktop.store.logbook import LogBook
from desktop.store.marks import Marker
from desktop.store.members import Members
from desktop.store.notes import Notes
from desktop.store.offline import Offline
from desktop.store.projection import Projection
from desktop.store.reads import Reads
from desktop.store.receipts import Receipts
from desktop.store.replica import DeskReplica
from desktop.store.search import SearchIndex
from desktop.store.snapshots import Snapshots
from desktop.store.states import States
from desktop.store.upgrade import Upgrade
from desktop.store.vault import Cost, DataKey
from desktop.store.work import Work
from i18n.folding import forget_words
from sync.wire.codec import MAX_CALL, decode, encode

SYNC_LOCK_FILE = "sync.lock"


class Connection:
    """One thread's way into the store. Only `interrupt` may be called from another thread."""

    def __init__(self, store: Store, database: Database, identity: Identity) -> None:
        self.database = database
        self.identity = identity
        self.context = context = Context(database, identity, store.types, store.now_ms)
        projection = Projection(store.types)
        authors = Authors(context)
        self.index = SearchIndex(context, projection)
        states = States(context, projection, self.index)
        self.recalls = states.recalls
        self.listing = Listing(context)
        self.finding = Finding(context, self.listing)
        self.duplicates = Duplicates(context, self.listing)
        self.history = History(context, authors)
        self.reads = Reads(context, authors, self.history)
        self.log = Log(context, states)
        self.upgrade = Upgrade(context, states)
        self.notes = Notes(context)
        self.evidence = Evidence(context)
        self.replica = DeskReplica(context, states, authors)
        self.snapshots = Snapshots(context, states, projection, self.replica)
        self.members = Members(context, authors)
        self.offline = Offline(context, store.home)
        self.receipts = Receipts(context, authors)
        self.work = Work(context, self.listing, authors)
        self.discussions = Discussions(context, authors, self.history)
        self.logbook = LogBook(context, self.replica)
        self.index.refresh()
        self.upgrade.refresh()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Several calls as one: all of them are kept, flushed to the disk, or none."""
        with self.database.transaction():
            yield

    def interrupt(self) -> None:
        """End the query that runs in this connection's thread; it raises Interrupted."""
        self.database.interrupt()

    def close(self) -> None:
        """Close; a second time does nothing."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Store:
    """A home whose key is in memory. `lock` drops it; connections that are open have to be closed by their threads."""

    def __init__(
        self,
        home: Path,
        key: DataKey,
        types: RecordTypes,
        now_ms: Callable[[], int],
        place: SecretPlace | None = None,
    ) -> None:
        """Use `create` or `open`."""
        self.home = home
        self.place = place or SystemKeyring()
        self.types = types
        self.now_ms = now_ms
        self.reading_only = False
        """Whether the disk had no room when the home was opened."""
        self._written = False  # whether a connection that may write was opened
        self._key: DataKey | None = key

    @staticmethod
    def exists(home: Path) -> bool:
        """Whether a store was made in this home."""
        return vault.exists(home)

    @classmethod
    def create(
        cls,
        home: Path,
        passphrase: str,
        identity: Identity,
        roots: Mapping[str, bytes],
        *,
        place: SecretPlace | None = None,
        cost: Cost | None = None,
        now_ms: Callable[[], int] = wall_clock_ms,
    ) -> Self:
        """Make a home's vault and an empty store that trusts the ministries' `roots` (32-byte keys by code).

        Raises WeakPassphrase, StoreExists, StoreReadOnly, StoreFull. `place` and `cost` are for tests.
        """
        if (home / DATABASE_FILE).exists():
            raise StoreExists
        place = SystemKeyring() if place is None else place
        key = vault.create(home, passphrase, place, cost)
        store = cls(home, key, RecordTypes.load(), now_ms, place)
        try:
            with contextlib.closing(Database(home / DATABASE_FILE, key.key, create=True)) as database:
                _fill(database, identity, roots)
        except BaseException:
            _remove(home)
            place.forget(key.home_id)
            raise
        return store

    @classmethod
    def open(
        cls,
        home: Path,
        passphrase: str,
        *,
        place: SecretPlace | None = None,
        cost: Cost | None = None,
        now_ms: Callable[[], int] = wall_clock_ms,
        uptime: Uptime = machine_uptime,
    ) -> Self:
        """Unlock a home: a second of work. Raises what `unlocking.unlock` raises; `connect` opens the database."""
        place = SystemKeyring() if place is None else place
        key = unlocking.unlock(home, passphrase, place, cost, uptime)
        return cls(home, key, RecordTypes.load(), now_ms, place)

    @property
    def key(self) -> DataKey:
        """The unwrapped key; raises NoStore once the store is locked."""
        if self._key is None:
            raise NoStore("locked")
        return self._key

    @property
    def notice(self) -> str:
        """`no_keyring` when only the passphrase protects this home, else empty."""
        return self.key.notice

    def connect(self) -> Connection:
        """Open a connection for the calling thread. Raises StoreDamaged, -TooNew, -ReadOnly, -Full, -Busy, NoStore.

        Where the disk has no room even for opening, the first one reads only, and so do all others until the lock.
        """
        database = self._open_database()
        try:
            return Connection(self, database, read_identity(database))
        except BaseException:
            database.close()
            raise

    def _open_database(self) -> Database:
        path, key = self.home / DATABASE_FILE, self.key.key
        if not self.reading_only:
            try:
                database = Database(path, key)
            except StoreFull:
                if self._written:
                    raise
            except StoreReadOnly as error:
                if self._written:
                    raise
                raise HomeReadOnly(error.detail) from error
            else:
                self._written = True
                return database
        database = Database(path, key, read_only=True)
        self.reading_only = True
        return database

    @contextlib.contextmanager
    def sync_lock(self, patience_s: float = 0.0) -> Iterator[bool]:
        """Hold the home's sync to oneself, between processes; gives False when another one still syncs it."""
        with hold(self.home / SYNC_LOCK_FILE, patience_s) as held:
            yield held

    def marker(self) -> Marker | None:
        """What makes and compares the marks of this home; None without a keyring. It holds the key."""
        key = self.key
        if key.notice:
            return None
        path = self.home / DATABASE_FILE
        return Marker(self.home, lambda: Database(path, key.key), key.home_id, self.place, self.now_ms)

    def destroy(self, reason: Reason) -> None:
        """Forget the key and destroy it with everything that could bring it back. Close all connections before."""
        home_id = self.key.home_id
        self.lock()
        destroy(self.home, self.place, reason, self.now_ms(), home_id)

    def is_locked(self) -> bool:
        """Whether the key is forgotten."""
        return self._key is None

    def lock(self) -> None:
        """Forget the key, and the words of cases that the folding remembers."""
        self._key = None
        forget_words()


def read_identity(database: Database) -> Identity:
    """Who the store's desk is. Raises StoreDamaged."""
    data = database.value("SELECT value FROM meta WHERE key = 'identity'")
    if not isinstance(data, bytes):
        raise StoreDamaged("identity")
    return decode(Identity, data, MAX_CALL)


def _fill(database: Database, identity: Identity, roots: Mapping[str, bytes]) -> None:
    with database.transaction():
        database.run("INSERT INTO meta VALUES ('identity', ?)", (encode(identity),))
        database.many("INSERT INTO roots VALUES (?, ?)", sorted(roots.items()))


def _remove(home: Path) -> None:
    for name in (vault.VAULT_FILE, DATABASE_FILE, f"{DATABASE_FILE}-wal", f"{DATABASE_FILE}-shm"):
        (home / name).unlink(missing_ok=True)
