"""The dialog that chooses the case into which a record is passed on; the composer follows."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from desktop.casework.views import Query, RecordView
from desktop.session import Session
from desktop.ui.desk_dialog import DeskDialog
from desktop.ui.exchange_composer import ExchangeComposer
from desktop.ui.kit import Button, Label, SearchBox
from desktop.ui.permission_dialogs import title_of
from desktop.ui.picker import Pick, PickDelegate
from desktop.ui.presenter import SEPARATOR, countries_text, row_title
from desktop.ui.theme import current_theme
from i18n import _
from i18n.bidi import ltr, one_line, strip_isolates

_MOST = 30  # cases shown; more are found by typing
_ENTRY = Qt.ItemDataRole.UserRole
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -6, Qt.Key.Key_PageDown: 6}
_WIDTH = 620  # pixels at 100 %


class PassOnDialog(DeskDialog):
    """Type to narrow the cases, arrows and Enter to choose one."""

    sent = Signal(str)

    def __init__(self, session: Session, view: RecordView, parent: QWidget | None = None) -> None:
        super().__init__(session, parent, Button("", "primary", "send"), width=_WIDTH)
        self.record = view.id
        self._here = view.space
        self._request = 0
        self.about = Label("", "body", "muted", wrap=True)
        self.box = SearchBox()
        self.box.installEventFilter(self)
        self.box.textEdited.connect(self._on_typed)
        self.list = QListWidget()
        self.list.setItemDelegate(PickDelegate(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentRowChanged.connect(self._look)
        self.list.itemDoubleClicked.connect(self.submit)
        session.rows_ready.connect(self._on_rows)
        self.button.setDefault(True)
        self.lay_out((self.about, self.box, self.list), self.list)
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._fit)
        self._look()
        self._on_typed("")
        self.box.setFocus()

    def space_chosen(self) -> str:
        """The space of the case that is chosen; empty when none is."""
        chosen = self.list.selectedItems()
        return str(chosen[0].data(_ENTRY).key) if chosen else ""

    def submit(self) -> None:
        """Go on to the composer."""
        space = self.space_chosen()
        if space:
            composer = ExchangeComposer(self.session, space, self.parentWidget(), original=self.record)
            composer.sent.connect(self.sent)
            self.accept()
            composer.open()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows in the field go to the list."""
        if watched is self.box and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = _STEPS.get(Qt.Key(event.key()))
            if step is not None and self.list.count() > 0:
                self.list.setCurrentRow(min(max(0, self.list.currentRow() + step), self.list.count() - 1))
                return True
        return super().eventFilter(watched, event)

    def _on_typed(self, text: str) -> None:
        self._request = self.session.query(Query(type="case", text=text, limit=_MOST), "pass-on")

    def _on_rows(self, request: int, ids: list[str]) -> None:
        if request != self._request:
            return
        self.list.clear()
        for row in self.session.rows(ids):
            if row.space == self._here:
                continue
            reference = [ltr(one_line(row.reference, 40))] if row.reference else []
            words = SEPARATOR.join([*reference, row_title(row, limit=120)])
            readers = countries_text(each.ministry for each in self.session.readers(row.space))
            item = QListWidgetItem()
            item.setData(_ENTRY, Pick(row.space, words, "briefcase", readers))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, strip_isolates(f"{words}, {readers}"))
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self._look()

    def _look(self) -> None:
        self.button.setEnabled(bool(self.space_chosen()))

    def _tell(self) -> None:
        self.name(_("Pass on to a case"))
        self.about.setText(title_of(self.session, self.record))
        self.box.set_placeholder(_("Find a case"))
        self.list.setAccessibleName(_("Cases"))
        self.button.setText(_("Continue"))

    def _fit(self) -> None:
        self.list.setMinimumHeight(current_theme().px(240))
