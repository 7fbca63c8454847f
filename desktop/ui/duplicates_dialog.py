"""Records of a case that may be one: pairs with their reasons, the two side by side, and what is to become of them."""

from __future__ import annotations

from contextlib import suppress

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QListWidget, QListWidgetItem, QTableView, QWidget

from desktop.casework.duplicates import Candidate
from desktop.casework.views import ListRow
from desktop.session import Session, UnknownRecord
from desktop.ui.desk_dialog import DeskDialog
from desktop.ui.kit import Button, DropDown, Label, RadioButton, announce
from desktop.ui.pair_table import PairModel
from desktop.ui.presenter import listed, row_title
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.bidi import isolate, ltr, one_line, strip_isolates
from i18n.formats import number

_PAIR = Qt.ItemDataRole.UserRole


class DuplicatesDialog(DeskDialog):
    """Enter merges the pair that is chosen; the next one is then chosen. Nothing is destroyed by it."""

    def __init__(self, session: Session, space: str, parent: QWidget | None = None) -> None:
        super().__init__(session, parent, Button("", "primary", "merge"), width=900)
        self._space_id = space
        self._asked = 0
        self._waits = False
        self.scope = DropDown()
        self.count = Label("", "caption", "muted", wrap=True)
        self.list = QListWidget()
        self.model = PairModel(self)
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.verticalHeader().hide()
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.stands = (RadioButton(), RadioButton())
        self.apart_button = Button("", "secondary")
        self._choice = QWidget()
        row = QHBoxLayout(self._choice)
        row.setContentsMargins(0, 0, 0, 0)
        for each in self.stands:
            row.addWidget(each, 1)
        row.addWidget(self.apart_button)
        self.stands[0].setChecked(True)
        self.lay_out([self.scope, self.count, self.list, self.table, self._choice], grows=self.table)
        self.scope.currentIndexChanged.connect(self.look)
        self.list.currentItemChanged.connect(self._on_current)
        self.apart_button.clicked.connect(self.keep_apart)
        session.pairs_ready.connect(self._on_pairs)
        session.failed.connect(self._on_failed)
        self._bind()
        self.look()

    def look(self) -> None:
        """Look for pairs, in this case or in others."""
        self._waits = True
        self.list.clear()
        self._tell()
        elsewhere = self.scope.currentIndex() == 1
        self._asked = self.session.ask_pairs(self._space_id, "dialog", elsewhere=elsewhere)

    def pair(self) -> Candidate | None:
        """The pair that is chosen."""
        found = self.list.currentItem().data(_PAIR) if self.list.currentRow() >= 0 else None
        return found if isinstance(found, Candidate) else None

    def submit(self) -> None:
        """Merge the two, or link them where they are in two cases."""
        pair = self.pair()
        if pair is None:
            return
        self.problem.hide()
        if not pair.same_space:
            done = self.session.link_across(pair.one.id, pair.other.id)
        elif self.stands[1].isChecked():
            done = self.session.merge(pair.other.id, pair.one.id)
        else:
            done = self.session.merge(pair.one.id, pair.other.id)
        if done:
            self._drop(_("Done. Undo takes it back."))

    def keep_apart(self) -> None:
        """The two are two: they are not shown again on this desk."""
        pair = self.pair()
        if pair is not None:
            self.session.keep_apart(pair.one.id, pair.other.id)
            self._drop(_("They are not shown again."))

    def _drop(self, said: str) -> None:
        self.list.takeItem(self.list.currentRow())
        self._tell(said)
        self.list.setFocus()

    def _on_pairs(self, request: int, pairs: list[Candidate]) -> None:
        if request != self._asked:
            return
        self._waits = False
        self.list.clear()
        for pair in pairs:
            item = QListWidgetItem(self._words(pair))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, strip_isolates(item.text()))
            item.setData(_PAIR, pair)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self._tell()
        announce(self.count, self.count.text())

    def _words(self, pair: Candidate) -> str:
        known = self.session.types.get(pair.one.type)
        reasons = []
        for why in pair.reasons:
            field = known.get(why.field) if known else None
            value = one_line(why.one, 60)
            shown = ltr(value) if field is not None and field.verbatim else isolate(value)
            reasons.append(_("{field}: {value}").format(field=field.label if field else why.field, value=shown))
        two = _("{one} and {other}").format(one=row_title(pair.one, limit=60), other=row_title(pair.other, limit=60))
        return f"{two} — {listed(reasons)}"

    def _on_current(self) -> None:
        pair = self.pair()
        for widget in (self.button, self.apart_button, *self.stands):
            widget.setEnabled(pair is not None)
        self.model.forget()
        if pair is None:
            return
        self.button.setText(_("Merge") if pair.same_space else _("Link them"))
        for button, row in zip(self.stands, (pair.one, pair.other), strict=True):
            button.setText(_("Lists show {record}").format(record=row_title(row, limit=40)))
            button.setVisible(pair.same_space)
        with suppress(UnknownRecord):
            heads = (self._head(pair.one), self._head(pair.other))
            views = self.session.show(pair.one.id), self.session.show(pair.other.id)
            self.model.show_pair(self.session.types.get(pair.one.type), *views, heads)

    def _head(self, row: ListRow) -> str:
        """A record's title, and its case if that is another one."""
        title = row_title(row, limit=60)
        cases = self.session.rows([row.space]) if row.space != self._space_id else []
        return f"{title} · {isolate(one_line(cases[0].reference or cases[0].title, 60))}" if cases else title

    def _tell(self, said: str = "") -> None:
        if self._waits:
            words = _("Comparing…")
        else:
            count = self.list.count()
            words = ngettext("{n} pair may be one", "{n} pairs may be one", count).format(n=number(count))
        self.count.setText(f"{said} {words}".strip())
        if not self.list.count():
            self._on_current()

    def _on_failed(self, code: str, _params: object) -> None:
        if self.isVisible():
            self.show_problem(self.session.message(code))

    def _bind(self) -> None:
        self.scope.addItem(_("In this case"))
        self.scope.addItem(_("In other cases that you can read"))
        self.bind(self.name, lambda: _("Duplicates"))
        self.bind(self.button.setText, lambda: _("Merge"))
        self.bind(self.apart_button.setText, lambda: _("They are two"))
        self.bind(self.scope.setAccessibleName, lambda: _("Where to look"))
        self.bind(self.list.setAccessibleName, lambda: _("Pairs that may be one"))
        self.bind(self.table.setAccessibleName, lambda: _("The two side by side"))
        self.bind(self.cancel_button.setText, lambda: _("Close"))
        self.follow(self._room)

    def _room(self) -> None:
        theme = current_theme()
        self.list.setMinimumHeight(theme.px(130))
        self.table.setMinimumHeight(theme.px(180))
