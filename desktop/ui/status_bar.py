"""The bar along the lower edge: what became of one's work, the vault, and when the desk locks itself."""

from __future__ import annotations

import time

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.session import Session
from desktop.ui.connection import saved_text
from desktop.ui.kit import Panel, StatusItem
from desktop.ui.theme import current_theme
from i18n import _
from i18n.formats import duration

_LOOK_MS = 5_000
_ASLEEP_S = 60  # a gap between two looks that no busy machine makes: it was suspended


class StatusBar(Panel):
    """Three items in words. It also notices that the machine slept: `slept` asks to lock."""

    slept = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("bottom", parent)
        self._session = session
        self._looked = time.time()
        self.saved = StatusItem("circle-check", "", "ok", live=True)
        self.vault = StatusItem("shield", "", "text2")
        self.locks = StatusItem("lock", "", "text2")
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.saved)
        self._row.addStretch(1)
        self._row.addWidget(self.vault)
        self._row.addWidget(self.locks)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(_LOOK_MS)
        session.sync_state_changed.connect(self.refresh)
        session.unlocked.connect(self.refresh)
        session.locked.connect(self.refresh)
        self.bind(lambda _text: self.refresh(), str)
        self.follow(self._space)

    def look(self) -> None:
        """Every few seconds: the time left; and whether the machine slept since."""
        now, before = time.time(), self._looked
        self._looked = now
        if now - before > _ASLEEP_S and not self._session.is_locked():
            self.slept.emit()
        self._show_lock()

    def refresh(self, _state: object = None) -> None:
        """Show everything again."""
        locked = self._session.is_locked()
        self.saved.setVisible(not locked)
        self.locks.setVisible(not locked)
        if not locked:
            self.saved.set_state("circle-check", saved_text(self._session.sync_state()), "ok")
        self.vault.set_state("shield", _("Locked — the vault is encrypted") if locked else _("Encrypted vault"))
        self._show_lock()

    def _show_lock(self) -> None:
        left = self._session.locks_in_s()
        if left is None:
            self.locks.set_state("lock", _("Does not lock by itself"))
        else:
            # Whole minutes: a number that runs all the time distracts, and says no more.
            rounded = round(left / 60) * 60 if left > 60 else left
            self.locks.set_state("lock", _("Locks in {duration}").format(duration=duration(max(rounded, 1))))

    def _space(self) -> None:
        theme = current_theme()
        self._row.setContentsMargins(theme.px(16), 0, theme.px(16), 0)
        self._row.setSpacing(theme.px(20))
        # Larger text takes room from the pages; the air around it need not grow as well.
        self.setFixedHeight(theme.metrics("caption").height() + 13)
