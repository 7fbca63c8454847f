"""Python's garbage, collected on the window's thread alone: a widget collected elsewhere would be destroyed there.

Python collects on whichever thread happens to allocate: the one that syncs, say. A window in a cycle of references
would then be taken down by a thread that Qt does not allow to touch it, while that thread holds Python's lock.

What stands when a desk has been open for a while is left out of the collections until it locks: looking through all of
it would hold the window up for longer than a person should notice.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

from desktop.session import Session

_LOOK_MS = 500
_SETTLED_MS = 3_000


class Collector(QObject):
    """Takes over from Python's own collector until `stop`."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(_SETTLED_MS)
        self._settling.timeout.connect(self.on_settled)
        session.unlocked.connect(self._settling.start)
        session.locked.connect(self.on_locked)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.on_look)
        self._timer.start(_LOOK_MS)
        gc.disable()

    def on_look(self) -> None:
        """Collect each generation that has reached Python's own threshold, the young ones first."""
        for generation, threshold in enumerate(gc.get_threshold()):
            if gc.get_count()[generation] <= threshold:
                return
            gc.collect(generation)

    def on_settled(self) -> None:
        """The desk stands: leave what it is made of alone."""
        gc.freeze()

    def on_locked(self) -> None:
        """What was behind the lock is thrown away: collect all of it, now that nobody waits."""
        self._settling.stop()
        gc.unfreeze()
        gc.collect()

    def stop(self) -> None:
        """Let Python collect by itself again."""
        self._timer.stop()
        self._settling.stop()
        gc.unfreeze()
        gc.enable()
