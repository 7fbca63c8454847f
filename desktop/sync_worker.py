"""The thread that syncs for the window: a syncer on one long-lived QThread, whose news are signals."""

from __future__ import annotations

from PySide6.QtCore import QObject, QThread, Signal

from desktop.desk import params_of
from desktop.desk.syncer import Listeners, Syncer
from desktop.desk.syncing import MakeTransport, http_transport
from desktop.profile import Profile
from desktop.store import Store, StoreError

STOP_MS = 10_000


class SyncThread(QThread):
    """Syncs one home. Its methods are for the main thread."""

    state_changed = Signal(object)
    """SyncState."""
    synced = Signal(object)
    """frozenset[str]: records that received changes moved."""
    moved = Signal(object)
    """BlobMove: how far an evidence file is."""
    broke = Signal(str, object)
    """Code and parameters of a failure of the store."""

    def __init__(
        self,
        store: Store,
        profile: Profile,
        url: str,
        parent: QObject | None = None,
        *,
        make_transport: MakeTransport = http_transport,
    ) -> None:
        super().__init__(parent)
        listeners = Listeners(self.state_changed.emit, self.synced.emit, self._on_broke, self.moved.emit)
        self._syncer = Syncer(store, profile, url, listeners, make_transport=make_transport)
        self.wake = self._syncer.wake
        self.hurry = self._syncer.hurry
        self.set_connected = self._syncer.set_connected
        self.set_server = self._syncer.set_server

    def run(self) -> None:
        """Qt's entry into the thread."""
        self._syncer.run()

    def stop(self) -> None:
        """Cut what is in flight, end the thread and wait for it."""
        self._syncer.stop()
        self.wait(STOP_MS)

    def _on_broke(self, error: StoreError) -> None:
        self.broke.emit(error.code, params_of(error))
