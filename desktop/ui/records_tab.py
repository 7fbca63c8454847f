"""The subjects of a case: a list that opens each of them, filtered by type and by words, and the way to add one."""

from __future__ import annotations

from collections import Counter
from functools import partial

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.casework.views import ListRow, RecordView
from desktop.session import Session
from desktop.ui.case_rows import CaseRows, RowMatcher
from desktop.ui.kit import EmptyState, FilterChip, FlowLayout, Label, Living, Panel, announce
from desktop.ui.list_view import RecordListView
from desktop.ui.margins import set_margins
from desktop.ui.scroll_page import BAR, ScrollPage
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.formats import number


class RecordsTab(Living, QWidget):
    """Every subject of a case. Enter, Space or a click opens one."""

    record_opened = Signal(str)
    add_requested = Signal(str)
    """A record of this type is to be added."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._loaded = False
        self._chosen: set[str] = set()  # types
        self._rows = CaseRows(session, ("subject",), "subjects tab", self)
        self._matcher = RowMatcher(session, self)
        self._rows.changed.connect(self._on_rows)
        self._matcher.more.connect(self._show)
        self.count = Label("", "caption", "muted")
        self.finder = QLineEdit()
        self.finder.setMaxLength(200)
        self.finder.setClearButtonEnabled(True)
        self.finder.textChanged.connect(self._show)
        self.chips: dict[str, FilterChip] = {}
        self._holder = QWidget()
        self._flow = FlowLayout(self._holder, gap=8)
        self.list = RecordListView(self._get)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.model = self.list.rows
        self.list.opened.connect(self.record_opened)
        self.empty = EmptyState("users")
        self.empty.action_clicked.connect(self._on_empty)
        self._nothing = ScrollPage(self.empty)  # where height is short, it scrolls and the head stays whole
        self._card = Panel("card")
        self._lay_out()
        session.locked.connect(self._forget)
        self.bind(self.list.setAccessibleName, lambda: _("People and objects of this case"))
        self.bind(self.finder.setPlaceholderText, lambda: _("Find in this list"))
        self.bind(self.finder.setAccessibleName, lambda: _("Find in this list"))
        self.bind(lambda _text: self._retell(), str)
        self.follow(self._space)

    def show_case(self, view: RecordView) -> None:
        """Show the subjects of a case's space, or how they stand now."""
        self._rows.show_space(view.space)

    def _get(self, ids: list[str]) -> list[ListRow]:
        return [_with_both_names(row) for row in self._rows.get(ids)]

    def _on_rows(self) -> None:
        self._loaded = True
        self.model.forget(frozenset(self.model.ids()))
        self._make_chips()
        self._matcher.set_rows(self._rows.rows)
        self._show()

    def _make_chips(self) -> None:
        """A chip for each type that is there, the most frequent first."""
        counts = Counter(row.type for row in self._rows.rows)
        self._chosen &= set(counts)
        if list(self.chips) != [name for name, _count in counts.most_common()]:
            self._flow.clear()
            self.chips = {}
            for name, _count in counts.most_common():
                chip = self.chips[name] = FilterChip("", checked=name in self._chosen)
                chip.toggled.connect(partial(self._on_chip, name))
                self._flow.addWidget(chip)
        for name, count in counts.items():
            known = self._session.types.get(name)
            words = _("{name} {n}").format(name=known.plural if known else name, n=number(count))
            self.chips[name].setText(words)
        self._holder.setVisible(len(self.chips) > 1)

    def _on_chip(self, name: str, on: bool) -> None:
        (self._chosen.add if on else self._chosen.discard)(name)
        self._show()

    def _show(self) -> None:
        text = self.finder.text()
        rows = self._matcher.matching(text) if text.strip() else self._rows.rows
        if self._chosen:
            rows = [row for row in rows if row.type in self._chosen]
        before = self.count.text()
        self.list.show_ids([row.id for row in rows])
        self._tell()
        if before and self.count.text() != before:
            announce(self.list, self.count.text())

    def _tell(self) -> None:
        shown, total = self.model.rowCount(), len(self._rows.rows)
        words = ngettext("{n} record", "{n} records", total).format(n=number(total))
        if shown != total:
            of = ngettext("{shown} of {n} record", "{shown} of {n} records", total)
            words = of.format(shown=number(shown), n=number(total))
        self.count.setText(words)
        if total:
            sentence = _("No record here matches the filters and the words.")
            self.empty.set_texts(_("Nothing found"), sentence, _("Clear all filters"))
        else:
            sentence = _("Add the people and things the case is about; they are shared with it.")
            self.empty.set_texts(_("Nobody in this case yet"), sentence, _("Add person…"))
        self._nothing.setVisible(self._loaded and not shown)
        self._card.setVisible(bool(shown))
        self._head.setVisible(bool(total))

    def _retell(self) -> None:
        self.model.renew()
        self._make_chips()
        self._tell()

    def _on_empty(self) -> None:
        if self._rows.rows:
            self.finder.clear()
            for chip in self.chips.values():
                chip.setChecked(False)
        else:
            self.add_requested.emit("person")

    def _forget(self) -> None:
        self._loaded = False
        self.finder.clear()
        self._matcher.set_rows([])
        self.model.clear()

    def _lay_out(self) -> None:
        inner = QVBoxLayout(self._card)
        inner.setContentsMargins(1, 6, 1, 6)
        inner.addWidget(self.list)
        self._head = QWidget()
        row = QHBoxLayout()
        row.addWidget(self.finder, 1)
        row.addWidget(self.count)
        self._top = QVBoxLayout(self._head)
        self._top.setContentsMargins(0, 0, 0, 0)
        self._top.addLayout(row)
        self._top.addWidget(self._holder)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self._head)
        self._column.addWidget(self._card, 1)
        self._column.addWidget(self._nothing, 1)

    def _space(self) -> None:
        theme = current_theme()
        set_margins(self, self._column, 0, 0, theme.px(BAR), theme.px(18))
        self._column.setSpacing(theme.space("m"))
        self._top.setSpacing(theme.space("s"))
        self._flow.set_gap(theme.px(8))


def _with_both_names(row: ListRow) -> ListRow:
    """A name in its original script stands beside the other one, whatever else the row has to show."""
    if not row.subtitle or not row.title:
        return row
    return msgspec.structs.replace(row, title=f"{row.title} · {row.subtitle}", subtitle="")
