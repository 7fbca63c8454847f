"""Which cases a desk keeps: the use cases behind `tahaluf offline`."""

from __future__ import annotations

from desktop.casework.carry_views import OfflineView
from desktop.refusals import Refused
from desktop.store import Connection, Store
from desktop.store.listing import parse_name

PATIENCE_S = 5.0  # for an exchange that is ending


def drop(store: Store, connection: Connection, space: str) -> OfflineView:
    """Take a case off this desk. Raises Refused as `drop_records`."""
    drop_records(store, connection, space)
    return _view(connection, space)


def drop_records(store: Store, connection: Connection, space: str) -> frozenset[str]:
    """Take a case off this desk; returns the records that went.

    Nothing may be received meanwhile: a page that was asked for before would be taken as if all before it were here.
    Raises Refused: unknown_space, offline_unsent (something of it is here alone), sync_running.
    """
    place = _place(connection, space)
    with store.sync_lock(PATIENCE_S) as held:
        if not held:
            raise Refused("sync_running")
        gone = connection.offline.drop(place)
    if gone is None:
        raise Refused("offline_unsent")
    return frozenset(name.hex() for name in gone)


def keep(connection: Connection, space: str, days: int) -> OfflineView:
    """Keep a case for so many days, 0 for good. Raises Refused (unknown_space)."""
    connection.offline.keep(_place(connection, space), days)
    return _view(connection, space)


def _place(connection: Connection, space: str) -> bytes:
    place = parse_name(space)
    if place is None or not connection.offline.has(place):
        raise Refused("unknown_space", space=space[:64])
    return place


def _view(connection: Connection, space: str) -> OfflineView:
    return next(one for one in connection.offline.cases() if one.space == space)
