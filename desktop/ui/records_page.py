"""A page with a list on the leading side and the record that was chosen in it beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QSplitter, QVBoxLayout, QWidget

from desktop.casework.handling import Marking, combine
from desktop.session import Session
from desktop.ui.case_list import ListPane
from desktop.ui.case_view import CaseView
from desktop.ui.kit import Living
from desktop.ui.new_case_dialog import NewCaseDialog
from desktop.ui.theme import current_theme
from i18n import _

_LEAST_DETAIL = 420  # pixels at 100 %: below it, list and record take turns
_LEAST_LIST = 300


class RecordsPage(Living, QWidget):
    """List and record side by side, or one at a time where the window is narrow for its text size."""

    compare_requested = Signal(str)
    marking_changed = Signal()
    offline_requested = Signal()

    def __init__(self, session: Session, record_type: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._type = record_type
        self._narrow = False
        self._sizes: dict[Qt.LayoutDirection, list[int]] = {}
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.splitter.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.splitter)
        self.list = ListPane(session, record_type, self.splitter)
        self.detail = CaseView(session, self.splitter, nothing=None if record_type == "case" else _nobody_chosen)
        self.detail.empty.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.splitter.addWidget(self.list)
        self.splitter.addWidget(self.detail)
        self.splitter.setStretchFactor(1, 1)
        self.list.record_chosen.connect(self.open_record)
        self.list.new_requested.connect(self.new_case)
        self.list.marking_changed.connect(self.marking_changed)
        self.list.offline_requested.connect(self.offline_requested)
        self.detail.marking_changed.connect(self.marking_changed)
        self.detail.compare_requested.connect(self.compare_requested)
        self.detail.list_requested.connect(self.show_list)
        self.splitter.splitterMoved.connect(self._on_moved)
        self.follow(self._space)

    def open_record(self, record: str) -> None:
        """Show a record, and where it stands in the list."""
        self.list.show_current(record)
        self.detail.show_case(record)
        self._arrange(show_list=False)

    def new_case(self) -> None:
        """Ask for a new case."""
        dialog = NewCaseDialog(self._session, parent=self)
        dialog.created.connect(self.open_record)
        dialog.open()

    def show_list(self) -> None:
        """Back to the list, which takes the focus."""
        self._arrange(show_list=True)
        self.list.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def start_finding(self) -> None:
        """Type into the list's own search."""
        self._arrange(show_list=True)
        self.list.start_finding()

    def marking(self) -> Marking:
        """The strictest marking of what is in view here."""
        shown = [self.detail.marking() if self.detail.isVisible() else Marking()]
        shown.append(self.list.marking() if self.list.isVisible() else Marking())
        return combine(each for each in shown if each.tlp or each.handling)

    def panes(self) -> list[QWidget]:
        """What F6 moves between."""
        return [pane for pane in (self.list, self.detail) if pane.isVisible()]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Change between side by side and one at a time."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self, *, show_list: bool | None = None) -> None:
        theme = current_theme()
        narrow = self.width() < theme.px(_LEAST_LIST) + theme.px(_LEAST_DETAIL)
        if narrow == self._narrow and (not narrow or show_list is None):
            return
        self._narrow = narrow
        record_first = not show_list if show_list is not None else bool(self.detail.record())
        self.list.setVisible(not narrow or not record_first)
        self.detail.setVisible(not narrow or record_first)
        self.marking_changed.emit()

    def _on_moved(self) -> None:
        self._sizes[self.layoutDirection()] = self.splitter.sizes()

    def _space(self) -> None:
        theme = current_theme()
        self.list.setMinimumWidth(theme.px(_LEAST_LIST))
        wide = self._sizes.get(self.layoutDirection())
        width = theme.control("list")
        self.splitter.setSizes(wide or [width, max(theme.px(_LEAST_DETAIL), self.width() - width)])
        self._arrange()


def _nobody_chosen() -> tuple[str, str]:
    return _("Nobody chosen"), _("Choose somebody in the list to see them in their case.")
