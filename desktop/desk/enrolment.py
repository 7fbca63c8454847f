"""The enrolment of this desk as its officer sees it: what to read out, who did it, whether it was confirmed."""

from __future__ import annotations

from desktop.casework.trust_views import EnrolmentView
from desktop.refusals import Refused
from desktop.store import Connection
from desktop.store.enrolment import find_enrolment, find_reason, find_root
from sync.wire.codec import MAX_ENTRY, Moment, decode, encode
from sync.wire.errors import WireError
from sync.wire.signing import fingerprint

_NOTE = "enrolment"  # the administrator's key and when the officer confirmed


def enrolment(connection: Connection) -> EnrolmentView:
    """How this desk stands with its ministry. Raises StoreError."""
    own, database = connection.identity, connection.database
    root = find_root(database, own.ministry)
    found = find_enrolment(database, own.ministry, own.device)
    shown = EnrolmentView(fingerprint(own.device), fingerprint(root) if root else "")
    if found is None:
        return shown
    confirmed_by, confirmed_ms = _confirmed(connection)
    return EnrolmentView(
        shown.fingerprint,
        shown.root,
        found.name,
        fingerprint(found.administrator),
        found.at_ms,
        confirmed_ms if confirmed_by == found.administrator else 0,
        find_reason(database, own.device),
    )


def confirm(connection: Connection, now_ms: int) -> None:
    """Keep that the officer has compared who enrolled the desk. Raises Refused (not_enrolled), StoreError."""
    own = connection.identity
    found = find_enrolment(connection.database, own.ministry, own.device)
    if found is None:
        raise Refused("not_enrolled")
    connection.notes.put(_NOTE, encode((found.administrator, now_ms)))


def waits_for_confirmation(connection: Connection) -> bool:
    """Whether the desk is enrolled and its officer has not confirmed it yet; cheap."""
    if connection.notes.get(_NOTE) is not None:
        return False
    return connection.replica.certificate(connection.identity.device) is not None


def _confirmed(connection: Connection) -> tuple[bytes, int]:
    data = connection.notes.get(_NOTE)
    if data is None:
        return b"", 0
    try:
        return decode(tuple[bytes, Moment], data, MAX_ENTRY)
    except WireError:
        return b"", 0
