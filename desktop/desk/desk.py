"""The whole desk: reading, editing, and the work on the store and the connection as such."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from desktop.casework.carry_views import (
    BundleChecked,
    BundleRead,
    BundleReader,
    BundleWritten,
    EvidenceSize,
    OfflineView,
    Order,
)
from desktop.casework.views import SyncReport
from desktop.desk import bundles, keeping
from desktop.desk.bundle_check import check_contents
from desktop.desk.exchanges import DeskExchanges
from desktop.desk.exhibits import DeskExhibits
from desktop.desk.guarding import obey
from desktop.desk.importing import DeskImports
from desktop.desk.members import DeskMembers
from desktop.desk.merging import DeskMerging
from desktop.desk.moving import move_once
from desktop.desk.recall import DeskRecall
from desktop.desk.receipts import DeskReceipts
from desktop.desk.requests import DeskRequests
from desktop.desk.syncing import MakeTransport, catch_up, exchange, http_transport, index_all
from desktop.desk.work import DeskWork
from desktop.refusals import Refused
from desktop.settings import Settings
from desktop.store import Store
from desktop.store.verify import VerifyReport, verify, verify_space

UPGRADE_S = 0.5


class Desk(
    DeskMerging, DeskExchanges, DeskRequests, DeskMembers, DeskReceipts, DeskRecall, DeskExhibits, DeskImports, DeskWork
):
    """One desk, bound to the thread that opened it."""

    @property
    def server_url(self) -> str:
        """The secretariat's address: the officer's setting, else the profile's."""
        return Settings(self._store.home, self.profile).server_url

    def sync_once(self, *, patience_s: float = 0.0, make_transport: MakeTransport = http_transport) -> SyncReport:
        """Exchange with the secretariat. Raises Refused, SyncError, StoreError; nothing is lost by any of them."""
        try:
            report = exchange(
                self._store,
                self._connection,
                self.profile,
                self.server_url,
                patience_s=patience_s,
                make_transport=make_transport,
            )
            move_once(self._store, self._connection, self.profile, self.server_url, make_transport)
            return report
        finally:
            obey(self._store, self._connection)

    def verify(self, space: str = "") -> VerifyReport:
        """Check pages, directories, every chain and signature, and that what stands follows from them.

        With `space`, the whole history of that one case. Raises Refused (unknown_space).
        """
        if not space:
            return verify(self._connection)
        report = verify_space(self._connection, space)
        if report is None:
            raise Refused("unknown_space", space=space[:64])
        return report

    def index(self) -> None:
        """Index what still waits for it, so that a search misses nothing: after a migration, and after receiving."""
        index_all(self._connection)

    def catch_up(self) -> None:
        """After an upgrade: show what this version newly knows, as far as half a second goes."""
        catch_up(self._connection, UPGRADE_S)

    @property
    def store(self) -> Store:
        """The unlocked store, for who opens a connection on another thread."""
        return self._store

    def bundle_readers(self) -> list[BundleReader]:
        """Whom a bundle can be sealed to: each ministry, and each of its desks."""
        return bundles.possible_readers(self._connection)

    def bundle_evidence(self) -> list[EvidenceSize]:
        """The evidence files that could go along in a bundle: those that are all on this desk."""
        return bundles.evidence_sizes(self._store, self._connection)

    def bundle_check(self, stream: BinaryIO) -> BundleChecked:
        """Check what is in a bundle that this desk can read, also against what is here. Raises a WireError."""
        return check_contents(stream, self.profile, connection=self._connection)

    def bundle_write(self, path: Path, order: Order) -> BundleWritten:
        """Write what this desk has of its cases into a file for others. Raises Refused, StoreError."""
        return bundles.write_bundle(self._store, self._connection, path, order)

    def bundle_read(self, paths: list[Path]) -> BundleRead:
        """Take what verifies of files of bundles. Raises Refused, StoreError."""
        try:
            return bundles.read_bundle(self._store, self._connection, paths)
        finally:
            self.index()
            obey(self._store, self._connection)

    def erase(self, name: str) -> None:
        """Destroy the keys and files of this home, once the desk's own name was typed; the desk is closed by it.

        Raises Refused (erase_not_confirmed).
        """
        own = self.identity().desk
        if name.strip() != own.strip():
            raise Refused("erase_not_confirmed", desk=own)
        self._connection.close()
        self._store.destroy("officer")

    def mark(self) -> None:
        """Keep in the keyring how far the store has come; without a change it costs nothing."""
        marker = None if self._store.is_locked() else self._store.marker()
        if marker is not None:
            marker.mark()

    def offline(self) -> tuple[OfflineView, ...]:
        """Every case, and whether this desk keeps it."""
        return self._connection.offline.cases()

    def offline_limited(self) -> tuple[OfflineView, ...]:
        """The cases that this desk does not keep, and those that it keeps for a time; cheap whatever their number."""
        return self._connection.offline.limited()

    def offline_drop(self, space: str) -> OfflineView:
        """Take a case off this desk; it stays at the secretariat. Raises Refused."""
        return keeping.drop(self._store, self._connection, space)

    def offline_keep(self, space: str, days: int = 0) -> OfflineView:
        """Keep a case for so many days, 0 for good; one that was dropped comes with the next exchange."""
        return keeping.keep(self._connection, space, days)

    def close(self) -> None:
        """Close the connection and forget the key."""
        self._connection.close()
        self._store.lock()
