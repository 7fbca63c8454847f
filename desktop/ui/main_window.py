"""The window: the marking band above, the status bar below, and between them the lock or the workspace.

window = MainWindow(session)      # needs a QApplication; gives it the look of the settings
window.show()
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QDialog, QStackedWidget, QVBoxLayout, QWidget

from desktop.casework.handling import Marking, marking_line
from desktop.session import Session
from desktop.ui.clipboard import forget_copy
from desktop.ui.commands import Commands
from desktop.ui.kit import Living
from desktop.ui.look import Look, window_title
from desktop.ui.marking import MarkingBand
from desktop.ui.shortcuts_sheet import ShortcutsSheet
from desktop.ui.slices import Slices
from desktop.ui.status_bar import StatusBar
from desktop.ui.system_lock import SystemLock
from desktop.ui.tray import Tray
from desktop.ui.unlock_view import UnlockView
from desktop.ui.window_commands import window_commands
from desktop.ui.workspace import Workspace

_WIDTH, _HEIGHT = 1440, 900
_LEAST_WIDTH, _LEAST_HEIGHT = 800, 560


class MainWindow(Living, QWidget):
    """Composes the parts; what they do is theirs. Nothing that was decrypted outlives a lock in it."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        application = QApplication.instance()
        if not isinstance(application, QApplication):
            raise TypeError("a window needs a QApplication")
        self.session = session
        self.look = Look(application, session)
        self.look.apply()
        self.workspace: Workspace | None = None
        self._band = Slices(self)  # one look at what is in view for all that moves in a turn
        self.commands = Commands(self, session.is_locked)
        self.band = MarkingBand()
        self.unlock_view = UnlockView(session)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.unlock_view)
        self.status = StatusBar(session)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget, stretch in ((self.band, 0), (self.stack, 1), (self.status, 0)):
            column.addWidget(widget, stretch)
        for command in window_commands(self):
            self.commands.add(command)
        session.unlocked.connect(self._on_unlocked)
        session.locked.connect(self._on_locked)
        self.unlock_view.language_chosen.connect(self._on_language)
        self.status.slept.connect(self.lock)
        self.system_lock = SystemLock(self)
        self.system_lock.wanted.connect(self.lock)
        self.tray = Tray(session, self)
        self.tray.wanted.connect(self._on_wanted)
        self.tray.lock_wanted.connect(self.lock)
        application.applicationStateChanged.connect(self._on_state)
        self.bind(lambda _text: self._tell(), str)
        self.resize(_WIDTH, _HEIGHT)
        self.setMinimumSize(_LEAST_WIDTH, _LEAST_HEIGHT)
        if not session.is_locked():
            self._on_unlocked()

    def lock(self) -> None:
        """Save what is being typed and lock."""
        if self.workspace is not None:
            self.workspace.flush()
        self.session.lock()

    def move_between_panes(self, step: int) -> None:
        """Give the focus to the next pane, or the one before."""
        panes: list[QWidget] = self.workspace.panes() if self.workspace else [self.unlock_view]
        focused = QApplication.focusWidget()
        holding = [focused is not None and (pane is focused or pane.isAncestorOf(focused)) for pane in panes]
        here = holding.index(True) if True in holding else -1
        for offset in range(1, len(panes) + 1):
            target = first_focusable(panes[(here + step * offset) % len(panes)])
            if target is not None:
                reason = Qt.FocusReason.TabFocusReason if step > 0 else Qt.FocusReason.BacktabFocusReason
                target.setFocus(reason)
                return

    def show_shortcuts(self) -> None:
        """Show every command with its keys."""
        sheet = ShortcutsSheet(self.commands, self)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.open()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Nothing that was typed is lost by closing."""
        self.lock()
        self.session.close()
        super().closeEvent(event)

    def _on_unlocked(self) -> None:
        self._drop_workspace()
        self.workspace = workspace = Workspace(self.session, self.commands, self.stack)
        workspace.lock_requested.connect(self.lock)
        workspace.repair_requested.connect(self._on_repair)
        workspace.look_changed.connect(self.look.apply)
        workspace.marking_changed.connect(self._on_marking_changed)
        workspace.page_changed.connect(self._tell)
        self.stack.addWidget(workspace)
        self.stack.setCurrentWidget(workspace)
        self._tell()
        workspace.begin()

    def _on_locked(self) -> None:
        forget_copy()
        for dialog in self.findChildren(QDialog):
            dialog.close()
        self._drop_workspace()
        self.unlock_view.prepare()
        self._tell()

    def _drop_workspace(self) -> None:
        workspace, self.workspace = self.workspace, None
        if workspace is not None:
            self.stack.setCurrentWidget(self.unlock_view)
            self.stack.removeWidget(workspace)
            workspace.hide()
            workspace.deleteLater()

    def _tell(self, _key: str = "") -> None:
        self.setWindowTitle(window_title(self.workspace.title() if self.workspace else ""))
        if self.workspace is None:
            self._show_marking()  # at once: nothing of a case may stay
        else:
            self._on_marking_changed()

    def _on_marking_changed(self) -> None:
        self._band.start(self._show_marking)

    def _show_marking(self) -> None:
        text = self.workspace.marking_text() if self.workspace else marking_line(Marking())
        if text != self.band.text():
            self.band.show_marking(text)

    def _on_repair(self) -> None:
        self.lock()
        self.unlock_view.offer_salvage()

    def _on_language(self, code: str) -> None:
        self.session.settings.set(language=code)
        self.look.apply()

    def _on_wanted(self) -> None:
        """The officer followed a notification: what is due is shown, if the desk is open."""
        self.showNormal() if self.isMinimized() else self.show()
        self.raise_()
        self.activateWindow()
        if self.workspace is not None:
            self.workspace.show_deadlines()

    def _on_state(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationSuspended:
            self.lock()


def first_focusable(pane: QWidget) -> QWidget | None:
    """The first widget of a pane that the keyboard reaches: its list, if it has one."""
    reachable = [
        child
        for child in pane.findChildren(QWidget)
        if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.isVisible() and child.isEnabled()
    ]
    lists = [child for child in reachable if child.inherits("QAbstractItemView")]
    return next(iter([*lists, *reachable]), None)
