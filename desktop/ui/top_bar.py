"""The bar above the pages: the search box, the connection chip with its switch, the bell, and the lock."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QWidget

from desktop.session import Session
from desktop.ui.bell import Bell
from desktop.ui.connection import chip_lines, phase_text
from desktop.ui.icons import icon
from desktop.ui.kit import ConnectionChip, IconButton, Panel, SearchBox, announce
from desktop.ui.theme import current_theme
from i18n import _


class ConnectionMenu(QMenu):
    """What can be done about the connection; filled whenever it opens."""

    switched = Signal(bool)
    sync_chosen = Signal()
    queue_chosen = Signal()

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """Put the actions in."""
        self.clear()
        self.setAccessibleName(_("Connection"))
        if self._session.connected:
            self._add("cloud-off", _("Work offline")).triggered.connect(lambda: self.switched.emit(False))
            self._add("refresh-cw", _("Exchange now")).triggered.connect(self.sync_chosen)
        else:
            self._add("cloud", _("Connect")).triggered.connect(lambda: self.switched.emit(True))
        self._add("cloud-upload", _("Show what waits")).triggered.connect(self.queue_chosen)

    def _add(self, name: str, text: str) -> QAction:
        theme = current_theme()
        return self.addAction(icon(name, theme.color("text2"), theme.control("icon")), text.replace("&", "&&"))


class TopBar(Panel):
    """Always there, on every page."""

    queue_requested = Signal()
    lock_requested = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("top", parent)
        self._session = session
        self._phase = ""
        self.search = SearchBox("", "Ctrl K")
        self.search.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.search.setMinimumWidth(0)
        self.chip = ConnectionChip()
        self.menu = ConnectionMenu(session, self)
        self.bell = Bell(session)
        self.lock_button = IconButton("lock")
        self.chip.clicked.connect(self.open_menu)
        self.menu.switched.connect(session.set_connected)
        self.menu.sync_chosen.connect(session.sync_now)
        self.menu.queue_chosen.connect(self.queue_requested)
        self.lock_button.clicked.connect(self.lock_requested)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.search, 6)
        self._row.addStretch(2)
        self._row.addWidget(self.chip)
        self._row.addWidget(self.bell)
        self._row.addWidget(self.lock_button)
        session.sync_state_changed.connect(self.refresh)
        self.bind(self.search.set_placeholder, lambda: _("Search a case, a person, a plate, a command…"))
        self.bind(self.lock_button.set_name, lambda: _("Lock now"))
        self.bind(lambda _text: self.refresh(), str)
        self.follow(self._space)

    def refresh(self, _state: object = None) -> None:
        """Show how the connection stands now; a change of it is announced."""
        state = self._session.sync_state()
        self.chip.set_state(state.phase, *chip_lines(state))
        self.chip.setAccessibleDescription(_("Opens the menu of the connection"))
        if self._phase and state.phase not in (self._phase, "connecting"):
            announce(self.chip, phase_text(state))
        self._phase = state.phase

    def open_menu(self) -> None:
        """Show the connection's menu under the chip."""
        self.menu.fill()
        right = self.chip.width() - self.menu.sizeHint().width() if self.isRightToLeft() else 0
        self.menu.popup(self.chip.mapToGlobal(QPoint(right, self.chip.height() + 4)))

    def _space(self) -> None:
        theme = current_theme()
        self._row.setContentsMargins(theme.px(20), 0, theme.px(16), 0)
        self._row.setSpacing(theme.space("m"))
        self.search.setMaximumWidth(theme.px(588))
        # Larger text takes room from the pages; the air around it need not grow as well.
        self.setFixedHeight(self.chip.sizeHint().height() + 16)
