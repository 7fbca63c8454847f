"""One exchange with the secretariat: the engine over a connection of the store, and its figures as a report."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from desktop.casework.views import SyncReport
from desktop.profile import Profile
from desktop.refusals import Refused
from desktop.store import Connection, Store
from sync.backoff import Backoff
from sync.engine import Engine
from sync.errors import SyncError
from sync.run import Run
from sync.transport import HttpTransport, Transport
from sync.witness import Witness

CATCH_UP_S = 60.0  # longest work on what an upgrade newly knows before an exchange by command


class ServerTransport(Transport, Protocol):
    """A way to one server that can be given up."""

    def close(self) -> None:
        """Cut every call in flight and refuse later ones. Any thread may call."""


MakeTransport = Callable[[str, str], ServerTransport]
"""Makes the way to a server from its address and a CA file."""


def http_transport(url: str, ca_file: str) -> HttpTransport:
    """The way to the server over HTTP. Raises WrongAddress."""
    return HttpTransport(url, ca_file=ca_file)


def exchange(
    store: Store,
    connection: Connection,
    profile: Profile,
    url: str,
    *,
    patience_s: float = 0.0,
    make_transport: MakeTransport = http_transport,
) -> SyncReport:
    """Send and fetch until neither side has anything left, trying again for `patience_s` seconds.

    Raises Refused (no_server, sync_running) and SyncError; what was done until then stays done.
    """
    if not url:
        raise Refused("no_server")
    with store.sync_lock() as held:
        if not held:
            raise Refused("sync_running")
        catch_up(connection, CATCH_UP_S)
        transport = make_transport(url, profile.ca_file)
        witness = Witness(connection.logbook, profile.log_key)
        engine = Engine(
            connection.replica,
            transport,
            timeout_s=profile.timeout_s,
            witness=witness,
            snapshots=connection.snapshots,
        )
        try:
            run = _persist(engine, patience_s)
            while engine.backfill():
                pass
            connection.offline.expire()
        finally:
            engine.close()
            transport.close()
            index_all(connection)
    return report_of(run)


def report_of(run: Run) -> SyncReport:
    """The figures of a run as screens and scripts read them."""
    return SyncReport(
        pushed=run.pushed,
        pulled=run.pulled,
        applied=run.applied,
        pending=run.pending,
        refused=run.refused + run.rejected + len(run.refused_items),
        unsent=run.unsent,
        bytes_sent=run.bytes_sent,
        bytes_received=run.bytes_received,
        requests=run.requests,
        seconds=round(run.seconds, 3),
    )


def index_all(connection: Connection) -> None:
    """Bring the search index up to what was received."""
    if connection.database.read_only:
        return
    while connection.index.index_pending():
        pass


def catch_up(connection: Connection, for_s: float) -> None:
    """Bring records up to what a new version knows of them, for so many seconds; the rest is done while syncing."""
    if connection.database.read_only:
        return
    until = time.monotonic() + for_s
    while time.monotonic() < until and connection.upgrade.step() is not None:
        pass


def _persist(engine: Engine, patience_s: float) -> Run:
    until, backoff = time.monotonic() + patience_s, Backoff()
    while True:
        try:
            return engine.run_once()
        except SyncError as error:
            wait_s = backoff.wait_s(error)
            if not error.retry or time.monotonic() + wait_s > until:
                raise
            time.sleep(wait_s)
