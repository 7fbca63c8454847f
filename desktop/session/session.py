"""The whole session: unlocking and locking, the threads it owns, the connection, the settings."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer
from PySide6.QtGui import QGuiApplication, QWindow

from desktop import messages
from desktop.desk import Opening, Refused, desk_exists, params_of, read_home_profile
from desktop.profile import BadProfile
from desktop.session.reminding import Reminding
from desktop.session.unlock_thread import UnlockThread
from desktop.settings import Settings
from desktop.store import AsideView, Store, StoreError
from desktop.store.verify import VerifyReport
from i18n import set_language

_ACTIVITY = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
    }
)


class Session(Reminding):
    """The facade of one home. Call it from the main thread only."""

    def __init__(self, home: Path, parent: QObject | None = None, *, opening: Opening | None = None) -> None:
        """`home` is the folder of the store; it need not exist yet (`exists`). `opening` is how a desk is opened."""
        super().__init__(home, opening or Opening(), parent)
        self._settings = Settings(home, read_home_profile(home), self._on_settings)
        set_language(self._settings.locale)
        self._unlocking: UnlockThread | None = None
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.timeout.connect(self.lock)
        self._watching = False
        self.erased.connect(self.lock)

    # unlocking and locking

    def exists(self) -> bool:
        """Whether a desk was set up in this home (`tahaluf init`)."""
        return desk_exists(self._home)

    def unlock(self, passphrase: str, *, salvage: bool = False) -> None:
        """Unlock on a thread of its own; answers by `unlocked` or `unlock_failed(code)`.

        `salvage`: first put what verifies of a damaged store in its place; the damaged one is kept beside it.
        """
        if self._desk is not None or self._unlocking is not None:
            return
        self._unlocking = UnlockThread(self._home, passphrase, self._opening, self, salvage=salvage)
        self._unlocking.opened.connect(self.on_opened)
        self._unlocking.refused.connect(self.on_unlock_refused)
        self._unlocking.progressed.connect(self.salvage_progressed)
        self._unlocking.finished.connect(self._unlocking.deleteLater)
        self._unlocking.start()

    def lock(self) -> None:
        """Drop the data key and everything that was decrypted, stop the threads; emits `locked`."""
        if self._desk is None:
            return
        self.close()
        self.locked.emit()
        self.tell_undo()

    def note_activity(self) -> None:
        """The officer did something: the automatic lock is put off. Keys and clicks count by themselves."""
        minutes = self._settings.auto_lock_minutes
        if self._desk is None or not minutes:
            self._idle.stop()
        else:
            self._idle.start(minutes * 60_000)

    def locks_in_s(self) -> int | None:
        """Seconds until the automatic lock; None when there is none."""
        return -(-self._idle.remainingTime() // 1000) if self._idle.isActive() else None

    def close(self) -> None:
        """Lock without a word and let the threads end; also for the end of the program."""
        self._idle.stop()
        unlocking, self._unlocking = self._unlocking, None
        if unlocking is not None:
            unlocking.wait()
        self._watch(wanted=False)
        self._stop_threads()
        desk, self._desk = self._desk, None
        self._listed = ("", [])
        if desk is not None:
            desk.close()

    # settings and texts

    @property
    def settings(self) -> Settings:
        """Language, theme, text size, server address, auto-lock; there before unlocking."""
        return self._settings

    def reminders_wanted(self) -> str:
        """Of what the officer wants to be reminded."""
        return self._settings.reminders

    def message(self, code: str, params: dict[str, object] | None = None) -> str:
        """What a code of `unlock_failed`, `failed` or `SyncState.error` means, in the current language."""
        return messages.describe(code, self._told_params.get(code, {}) if params is None else params)

    def message_of_aside(self, item: AsideView) -> str:
        """Why something was set aside, in the current language."""
        return messages.describe_aside(item.code, ours=item.ours)

    def tell_report(self, report: object) -> str:
        """What a verification came to, in the current language."""
        return messages.describe_report(report) if isinstance(report, VerifyReport) else ""

    def diagnostics(self) -> str:
        """Text for a technician: versions, figures, the last errors; no case data."""
        return messages.diagnostics(self._state, self.counts(), self._settings.server_url)

    # answers of the threads, on the main thread

    def on_opened(self, store: Store) -> None:
        """The unlocking thread has the key; one that nobody waits for any more is dropped."""
        if self._unlocking is None:
            store.lock()
            return
        self._unlocking.wait()  # it has said its word and is about to end; nothing may delete it before
        self._unlocking = None
        try:
            self._desk = self._opening.attach(store)
        except (StoreError, Refused, BadProfile) as error:
            store.lock()
            self._told_params[error.code] = params_of(error)
            self.unlock_failed.emit(error.code)
            return
        self._start_threads(store, self._desk.profile, self._settings.server_url)
        self._watch(wanted=True)
        self.note_activity()
        self.unlocked.emit()
        self._announce(frozenset())
        self.tell_undo()
        for code, params in self.notices():
            self.tell_failure(code, params)

    def on_unlock_refused(self, code: str, params: dict[str, object]) -> None:
        """The unlocking thread was refused."""
        if self._unlocking is not None:
            self._unlocking.wait()
            self._unlocking = None
            self._told_params[code] = params
            self.note_wait(params.get("wait_s"))
            self.unlock_failed.emit(code)

    def _on_settings(self, saved: bool) -> None:
        """The officer changed a setting: what of it concerns the session."""
        if not saved:
            self.tell_failure("settings_unsaved", {})
        set_language(self._settings.locale)
        self.note_activity()
        if self._sync:
            self._sync.set_server(self._settings.server_url)

    # Qt

    def _watch(self, *, wanted: bool) -> None:
        """Watch for activity, or stop: a session that is garbage must not be told of windows any more."""
        application = QCoreApplication.instance()
        if not isinstance(application, QGuiApplication) or wanted == self._watching:
            return
        self._watching = wanted
        if wanted:
            application.focusWindowChanged.connect(self.on_focus_window)
            self.on_focus_window(application.focusWindow())
        else:
            application.focusWindowChanged.disconnect(self.on_focus_window)

    def on_focus_window(self, window: QWindow | None) -> None:
        """A window came to the front. Watching windows instead of the application spares each widget's every event."""
        if window is not None:
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Any key, click or movement in any window puts the automatic lock off."""
        if event.type() in _ACTIVITY:
            self.note_activity()
        return super().eventFilter(watched, event)
