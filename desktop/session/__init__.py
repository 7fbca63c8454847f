"""The facade that the screens talk to: one QObject with signals, over the desk's use cases and its threads.

    session = Session(home)
    session.unlocked.connect(window.on_unlocked)
    session.unlock(passphrase)                      # answers by `unlocked` or `unlock_failed(code)`
    request = session.query(Query(text="dakar"))    # answers by `rows_ready(request, ids)`
    session.edit(record, "title", "…")              # False: `edit_refused` or `failed` says why

Call it from the main thread only. While it is locked, lists are empty, numbers are zero, and what needs a record
raises `Locked`.
"""

from __future__ import annotations

from desktop.desk import Locked, UnknownRecord
from desktop.session.session import Session

__all__ = ["Locked", "Session", "UnknownRecord"]
