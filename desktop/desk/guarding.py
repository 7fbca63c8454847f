"""What guards a home while it is open: marks against older copies, and orders of its own ministry to destroy it."""

from __future__ import annotations

import threading

from desktop.store import Connection, Erased, Store, marks
from sync.evidence import Finding

EVERY_S = 60.0  # between marks, while something changes
STOP_S = 2.0  # for the last mark: a keyring that asks somebody must not keep a window from locking
SHOWN_MS = 7 * 24 * 3600 * 1000  # after which a rollback is told by the page of evidence alone

Notices = list[tuple[str, dict[str, object]]]


class Marking:
    """Marks on a thread of its own, once a minute and at the end; see `desktop.store.marks`."""

    def __init__(self, store: Store) -> None:
        self._marker = store.marker()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="marks", daemon=True)
        if self._marker is not None:
            self._thread.start()

    def stop(self) -> None:
        """Make the last mark and end."""
        self._ended.set()
        if self._marker is not None:
            self._thread.join(STOP_S)

    def _run(self) -> None:
        while self._marker is not None:
            ended = self._ended.wait(EVERY_S)
            self._marker.mark()
            if ended:
                return


def compare(store: Store, connection: Connection) -> None:
    """Look whether an older copy of the database stands in its place; a finding is kept as evidence too."""
    marker = store.marker()
    if marker is not None:
        marker.check()
    found = marks.finding(connection.database)
    if found is not None:
        facts: dict[str, int | str] = {
            "since_ms": found.since_ms,
            "missing": found.missing,
            "forked": int(found.forked),
        }
        once = found.found_ms.to_bytes(8, "big", signed=True)
        connection.evidence.note(Finding("store_rolled_back", facts=facts, once=once))


def rollback_notices(connection: Connection, now_ms: int) -> Notices:
    """The notice of a rollback, until it was dismissed or a week is over."""
    found = marks.finding(connection.database)
    if found is None or now_ms - found.found_ms > SHOWN_MS:
        return []
    code = "rolled_back_copy" if found.forked else "rolled_back"
    return [(code, {"since_ms": found.since_ms, "missing": found.missing})]


def dismiss_rollback(connection: Connection) -> None:
    """The officer has read the notice; the evidence stays."""
    marks.forget_finding(connection.database)


def obey(store: Store, connection: Connection) -> None:
    """Destroy this home if its own ministry orders it. Raises Erased, having closed the connection."""
    if connection.replica.wipe_ordered():
        connection.close()
        store.destroy("order")
        raise Erased("order", store.now_ms())
