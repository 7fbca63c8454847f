"""The people and objects of a case: a list that opens each of them, and the way to add one."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop.casework.views import ListRow, RecordView
from desktop.session import Session
from desktop.ui.kit import EmptyState, Label, Living, Panel
from desktop.ui.list_view import RecordListView
from desktop.ui.margins import set_margins
from desktop.ui.scroll_page import BAR, ScrollPage
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.formats import number


class RecordsTab(Living, QWidget):
    """Every record of a space but the case itself. Enter, Space or a click opens one."""

    record_opened = Signal(str)
    add_requested = Signal(str)
    """A record of this type is to be added."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._place = ""
        self.count = Label("", "caption", "muted")
        self.list = RecordListView(self._rows)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.model = self.list.rows
        self.list.opened.connect(self.record_opened)
        self.empty = EmptyState("users")
        self.empty.action_clicked.connect(self._on_add)
        self._nothing = ScrollPage(self.empty)  # where height is short, it scrolls and the head stays whole
        self._card = Panel("card")
        inner = QVBoxLayout(self._card)
        inner.setContentsMargins(1, 6, 1, 6)
        inner.addWidget(self.list)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.count)
        self._column.addWidget(self._card, 1)
        self._column.addWidget(self._nothing, 1)
        self.bind(self.list.setAccessibleName, lambda: _("People and objects of this case"))
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._space)

    def show_case(self, view: RecordView) -> int:
        """Show the records of a case's space; returns how many there are."""
        self._place = view.space
        return self.refresh()

    def refresh(self) -> int:
        """Read the list again; returns how many there are."""
        ids = people_of(self._session, self._place)
        self.model.forget(frozenset(ids))
        self.list.show_ids(ids)
        self._tell()
        return len(ids)

    def _rows(self, ids: list[str]) -> list[ListRow]:
        return [_with_both_names(row) for row in self._session.rows(ids)]

    def _tell(self) -> None:
        count = self.model.rowCount()
        self.count.setText(ngettext("{n} record", "{n} records", count).format(n=number(count)))
        self.empty.set_texts(
            _("Nobody in this case yet"),
            _("Add the people the case is about; they are shared with it."),
            _("Add person…"),
        )
        self._nothing.setVisible(not count)
        self._card.setVisible(bool(count))
        self.count.setVisible(bool(count))

    def _on_add(self) -> None:
        self.add_requested.emit("person")

    def _space(self) -> None:
        theme = current_theme()
        set_margins(self, self._column, 0, 0, theme.px(BAR), theme.px(18))
        self._column.setSpacing(theme.space("m"))


def people_of(session: Session, space: str) -> list[str]:
    """Ids of the records of a case's space without the case itself, the last changed ones first."""
    return [record for record in session.record_ids(space) if record != space]


def _with_both_names(row: ListRow) -> ListRow:
    """A name in its original script stands beside the other one, whatever else the row has to show."""
    if not row.subtitle:
        return row
    return msgspec.structs.replace(row, title=f"{row.title} · {row.subtitle}", subtitle="")
