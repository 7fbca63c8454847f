"""Tells the desk that its officer has had a record open: after a second in view, and again when it has moved."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from desktop.session import Session

SEEN_MS = 1_000


class SeenTimer(QObject):
    """Nothing is told of a record that is behind another page, in a window that is minimised, or behind the lock."""

    def __init__(self, session: Session, pane: QWidget) -> None:
        super().__init__(pane)
        self._session = session
        self._pane = pane
        self._record = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SEEN_MS)
        self._timer.timeout.connect(self._on_time)
        pane.installEventFilter(self)

    def look_at(self, record: str) -> None:
        """This record is in the pane now, as it stands; an empty one: none."""
        self._record = record
        if record:
            self._timer.start()
        else:
            self._timer.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What comes into view is looked at from then on."""
        if event.type() == QEvent.Type.Show and self._record:
            self._timer.start()
        return super().eventFilter(watched, event)

    def _on_time(self) -> None:
        if self._pane.isVisible() and not self._pane.window().isMinimized() and not self._session.is_locked():
            self._session.seen(self._record)
