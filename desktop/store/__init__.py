"""The encrypted store of a desk.

Unlock once, then open one connection for each thread:

    store = Store.create(home, passphrase, identity, roots)      # or Store.open(home, passphrase)
    with store.connect() as c:                                   # bound to this thread
        with c.transaction():                                    # several calls, all or nothing, flushed to the disk
            space = c.log.found_space("case", [Member("SN", "lead")])
            c.log.append(space, [RecordEdit(space, [Create("case"), Set("title", "…", [])])])
        c.listing.query(Query(text="dakar")); c.listing.rows(ids); c.reads.show(id); c.reads.standing(id).state
        c.history.history(bytes.fromhex(id)); c.reads.conflicts(); c.notes.put("draft", b"…")
        Engine(c.replica, transport)                             # what sync asks of a desk
        while c.index.index_pending(): ...                       # after received batches

Every failure of the environment is a StoreError. `verify.verify(connection)`, `salvage.salvage(store)` and
`salvage.adopt(home)` are functions of their modules; `store.sync_lock()` keeps two processes from syncing one home.
"""

from __future__ import annotations

from desktop.store.context import Identity
from desktop.store.errors import (
    DiskFailed,
    Erased,
    Interrupted,
    KeyringMissing,
    NoStore,
    OwnChangesMissing,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreExists,
    StoreFull,
    StoreReadOnly,
    StoreTooNew,
    TryLater,
    UnknownRecord,
    UnknownSpace,
    VaultDamaged,
    WeakPassphrase,
    WrongPassphrase,
)
from desktop.store.log import Appended
from desktop.store.reads import AsideView, SpaceView, Standing
from desktop.store.store import Connection, Store

__all__ = [
    "Appended",
    "AsideView",
    "Connection",
    "DiskFailed",
    "Erased",
    "Identity",
    "Interrupted",
    "KeyringMissing",
    "NoStore",
    "OwnChangesMissing",
    "SpaceView",
    "Standing",
    "Store",
    "StoreBusy",
    "StoreDamaged",
    "StoreError",
    "StoreExists",
    "StoreFull",
    "StoreReadOnly",
    "StoreTooNew",
    "TryLater",
    "UnknownRecord",
    "UnknownSpace",
    "VaultDamaged",
    "WeakPassphrase",
    "WrongPassphrase",
]
