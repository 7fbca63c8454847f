"""Which cases a desk keeps: the use cases behind `tahaluf offline`."""

from __future__ import annotations

from desktop.casework.carry_views import OfflineView
from desktop.refusals import Refused
from desktop.store import Connection
from desktop.store.listing import parse_name


def drop(connection: Connection, space: str) -> OfflineView:
    """Take a case off this desk. Raises Refused: unknown_space, unsent (something of it is here alone)."""
    place = _place(connection, space)
    if connection.offline.unsent(place):
        raise Refused("offline_unsent")
    connection.offline.drop(place)
    return _view(connection, space)


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
