"""The use cases of one desk, without Qt: what the window's session and the command line both do.

opening = Opening()
opening.create(home, profile, passphrase)            # keys, store, home/request.txt
desk = opening.open(home, passphrase)                # bound to this thread
changed = desk.new_case({"title": "…"})              # which records moved; errors are typed
desk.query(Query(text="dakar"))
"""

from __future__ import annotations

from desktop.desk.desk import Desk
from desktop.desk.edits import Changed
from desktop.desk.opening import (
    NewDesk,
    Opening,
    Salvaged,
    Waiting,
    desk_exists,
    missing_desk,
    params_of,
    read_home_profile,
)
from desktop.refusals import Locked, Refused
from desktop.store import UnknownRecord

__all__ = [
    "Changed",
    "Desk",
    "Locked",
    "NewDesk",
    "Opening",
    "Refused",
    "Salvaged",
    "UnknownRecord",
    "Waiting",
    "desk_exists",
    "missing_desk",
    "params_of",
    "read_home_profile",
]
