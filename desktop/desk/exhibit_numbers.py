"""Exhibit numbers: `SN-2026-03007/E-001`, unique as the reference before it, whoever is offline.

The desk that opened the case counts without more; any other puts its ministry and its place in that ministry's
directory before its own count (`SN-2026-03007/E-FR2-001`), or, before it is enrolled, a part of its key.
"""

from __future__ import annotations

from desktop.store import Connection
from desktop.store.custody import CustodyReads

_NOTE = "exhibits."
_SHOWN = 40  # characters of a case's reference: officers write what they like


def next_exhibit_number(connection: Connection, space: str) -> str:
    """The next number of this desk in a case; call it within the transaction that makes the exhibit."""
    rows = connection.listing.rows([space])
    reference = " ".join((rows[0].reference if rows else "").split())[:_SHOWN] or space[:8]
    prefix = f"{reference}/E-{_own_part(connection, space)}"
    last = connection.notes.get(_NOTE + space)
    exhibits = CustodyReads(connection.context, connection.listing, connection.history)
    number = int(last) if last else _highest(connection, space, prefix)
    while True:
        number += 1
        text = f"{prefix}{number:03d}"
        if not exhibits.has_number(space, text):  # by hand
            connection.notes.put(_NOTE + space, str(number).encode())
            return text


def _own_part(connection: Connection, space: str) -> str:
    own = connection.identity
    membership = connection.members.expected(space)
    if membership is not None and membership.founder == own.device:
        return ""
    rank = connection.replica.directory_place()
    return f"{own.ministry}{rank or 'X' + own.device.hex()[:4].upper()}-"


def _highest(connection: Connection, space: str, prefix: str) -> int:
    rows = connection.listing.of_space(space, ("exhibit",))
    ends = [row.reference.removeprefix(prefix) for row in rows if row.reference.startswith(prefix)]
    return max((int(end) for end in ends if end.isascii() and end.isdecimal() and len(end) < 10), default=0)
