"""The people and objects of a case: a list that opens each of them, and the way to add one."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QListView, QVBoxLayout, QWidget

from desktop.casework.views import ListRow, RecordView
from desktop.session import Session
from desktop.ui.case_delegate import RowDelegate
from desktop.ui.kit import EmptyState, Label, Living, Panel
from desktop.ui.margins import set_margins
from desktop.ui.record_list import RecordListModel
from desktop.ui.scroll_page import BAR
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.formats import number


class _List(QListView):
    opened = Signal(QModelIndex)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open by Enter on every platform."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex())
            return
        super().keyPressEvent(event)


class RecordsTab(Living, QWidget):
    """Every record of a space but the case itself. Enter, Space or a click opens one."""

    record_opened = Signal(str)
    add_requested = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._place = ""
        self.count = Label("", "caption", "muted")
        self.list = _List()
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.model = RecordListModel(self)
        self.list.setModel(self.model)
        self.list.setItemDelegate(RowDelegate(self.list))
        self.list.opened.connect(self._on_opened)
        self.list.clicked.connect(self._on_opened)
        self.empty = EmptyState("users")
        self.empty.action_clicked.connect(self.add_requested)
        self._card = Panel("card")
        inner = QVBoxLayout(self._card)
        inner.setContentsMargins(1, 6, 1, 6)
        inner.addWidget(self.list)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.count)
        self._column.addWidget(self._card, 1)
        self._column.addWidget(self.empty, 1)
        self.bind(self.list.setAccessibleName, lambda: _("People and objects of this case"))
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._space)

    def show_case(self, view: RecordView) -> int:
        """Show the records of a case's space; returns how many there are."""
        self._place = view.space
        return self.refresh()

    def refresh(self) -> int:
        """Read the list again; returns how many there are."""
        rows = case_records(self._session, self._place)
        self.model.set_rows(rows)
        self._tell()
        return len(rows)

    def _tell(self) -> None:
        count = self.model.rowCount()
        self.count.setText(ngettext("{n} record", "{n} records", count).format(n=number(count)))
        self.empty.set_texts(
            _("Nobody in this case yet"),
            _("Add the people the case is about; they are shared with it."),
            _("Add person…"),
        )
        self.empty.setVisible(not count)
        self._card.setVisible(bool(count))
        self.count.setVisible(bool(count))

    def _space(self) -> None:
        theme = current_theme()
        set_margins(self, self._column, 0, 0, theme.px(BAR), theme.px(18))
        self._column.setSpacing(theme.space("m"))

    def _on_opened(self, index: QModelIndex) -> None:
        row = self.model.row(index.row())
        if row is not None:
            self.record_opened.emit(row.id)


def case_records(session: Session, space: str) -> list[ListRow]:
    """The records of a case's space without the case itself, the last changed ones first."""
    rows = [row for row in session.records(space) if row.type != "case"]
    return sorted(rows, key=lambda row: (-row.updated_ms, row.id))
