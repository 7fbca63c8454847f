"""The bin: what was deleted, and the way back. Nothing is purged here."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from desktop.casework.handling import Marking
from desktop.casework.views import Query
from desktop.session import Session
from desktop.ui.kit import Button, EmptyState, Label, Living, Panel, Toast, announce
from desktop.ui.list_view import RecordListView
from desktop.ui.presenter import row_title
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.formats import number

_CHANNEL = "bin"


class BinView(Living, QWidget):
    """Deleted records of every type, the last ones first. Enter, a double click or the button restores one."""

    marking_changed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._asked = 0
        self.title = Label("", "h1")
        self.sentence = Label("", "body", "muted", wrap=True)
        self.count = Label("", "caption", "muted")
        self.restore_button = Button("", "primary", "rotate-ccw")
        self.restore_button.clicked.connect(self.restore)
        self.view = RecordListView(session.rows)
        self.view.doubleClicked.connect(self.restore)
        self.view.selectionModel().currentChanged.connect(self._tell)
        self.empty = EmptyState("trash-2")
        self.toast = Toast(self)
        self._card = Panel("card")
        self._inner = QVBoxLayout(self._card)
        self._inner.addWidget(self.view)
        self.empty.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.stack = QStackedWidget()
        self.stack.addWidget(self._card)
        self.stack.addWidget(self.empty)
        self._tools = QHBoxLayout()
        self._tools.addWidget(self.count, 1)
        self._tools.addWidget(self.restore_button)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.title)
        self._column.addWidget(self.sentence)
        self._column.addLayout(self._tools)
        self._column.addWidget(self.stack, 1)
        self._news = QTimer(self)
        self._news.setSingleShot(True)
        self._news.setInterval(100)
        self._news.timeout.connect(self.refresh)
        session.rows_ready.connect(self._on_rows)
        session.records_changed.connect(self._on_changed)
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._space)

    def refresh(self) -> None:
        """Ask for what is in the bin now."""
        self._asked = self._session.query(Query(type="", deleted=True), _CHANNEL)

    def restore(self) -> None:
        """Take the current record out of the bin."""
        record = self.view.current()
        rows = self._session.rows([record]) if record else []
        if rows and self._session.restore(record):
            self.toast.show_note(_("Restored: {title}").format(title=row_title(rows[0], limit=60)))

    def marking(self) -> Marking:
        """The strictest marking of what is listed in view."""
        return self.view.marking()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened while it was hidden."""
        super().showEvent(event)
        self.refresh()

    def _on_changed(self, ids: object) -> None:
        if isinstance(ids, frozenset):
            self.view.rows.forget(ids)
            if self.isVisible() and not self._news.isActive():
                self._news.start()

    def _on_rows(self, request: int, ids: list[str]) -> None:
        if request == self._asked:
            self.view.show_ids(ids)
            if ids and not self.view.current():
                self.view.set_current(ids[0])
            self._tell()
            announce(self, self.count.text())
            self.marking_changed.emit()

    def _tell(self, *_changed: object) -> None:
        count = self.view.rows.rowCount()
        self.title.setText(_("Bin"))
        self.sentence.setText(
            _("Deleted records stay here, for every ministry of their case, until they are restored.")
        )
        self.count.setText(ngettext("{n} deleted record", "{n} deleted records", count).format(n=number(count)))
        self.restore_button.setText(_("Restore"))
        self.restore_button.setEnabled(bool(self.view.current()))
        self.view.setAccessibleName(_("Deleted records"))
        self.empty.set_texts(_("The bin is empty"), _("What you or others delete can be restored from here."))
        self.stack.setCurrentWidget(self._card if count else self.empty)
        for widget in (self.count, self.restore_button):
            widget.setVisible(bool(count))

    def _space(self) -> None:
        theme = current_theme()
        side = theme.px(28)
        self._column.setContentsMargins(side, theme.px(18), side, theme.px(18))
        self._column.setSpacing(theme.space("m"))
        self._inner.setContentsMargins(1, theme.px(6), 1, theme.px(6))
