"""The screen on which people decide between values that were written without knowledge of each other.

    view = ConflictsView(session)
    view.refresh()                    what waits now
    view.show_record(record)          scroll to one record

Signals: `record_opened` (a record's own page is wanted), `marking_changed`.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop.casework.handling import Marking, combine
from desktop.casework.views import ConflictView, ListRow
from desktop.session import Session
from desktop.ui.conflict_card import ConflictCard
from desktop.ui.kit import (
    Button,
    ElidedLabel,
    EmptyState,
    HandlingBadge,
    IconLabel,
    Label,
    Living,
    Panel,
    TlpBadge,
    Toast,
)
from desktop.ui.margins import set_margins
from desktop.ui.scroll_page import BAR, ScrollPage
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.bidi import isolate, ltr, one_line
from i18n.formats import number


class RecordHead(Panel):
    """The record that the cards below it belong to, and how many of its fields are decided."""

    opened = Signal(str)

    def __init__(
        self, conflict: ConflictView, total: int, handling: tuple[str, ...] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__("card", parent)
        self.record = conflict.record
        self._total, self._done = total, 0
        parts = [ltr(one_line(conflict.reference, 40)), isolate(one_line(conflict.title, 200))]
        self.title = ElidedLabel(" — ".join(part for part in parts if part), "h3")
        self.count = Label("", "body", "muted")
        self.bar = QProgressBar()
        self.bar.setRange(0, total)
        self.bar.setTextVisible(False)
        self.open_button = Button("", "link")
        self.open_button.clicked.connect(lambda: self.opened.emit(self.record))
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.title, 1)
        self._row.addWidget(TlpBadge(conflict.tlp))
        self._row.addWidget(HandlingBadge(handling))
        self._row.addWidget(self.open_button)
        self._row.addWidget(self.count)
        self._row.addWidget(self.bar)
        self.bind(lambda _text: self.set_done(self._done), str)
        self.bind(self.open_button.setText, lambda: _("Open"))
        self.follow(self._space)

    def set_done(self, done: int) -> None:
        """Show how many are decided."""
        self._done = done
        words = _("{done} of {total} decided").format(done=number(done), total=number(self._total))
        self.count.setText(words)
        self.bar.setValue(done)
        self.bar.setAccessibleName(words)

    def _space(self) -> None:
        theme = current_theme()
        self._row.setContentsMargins(theme.px(18), theme.space("m"), theme.px(18), theme.space("m"))
        self._row.setSpacing(theme.space("m"))
        self.bar.setFixedWidth(theme.px(110))


class ConflictsView(Living, QWidget):
    """Every field that waits, record by record. Choices are applied together and can be undone together."""

    record_opened = Signal(str)
    marking_changed = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._conflicts: tuple[ConflictView, ...] = ()
        self._rows: dict[str, ListRow] = {}
        self._applied = 0
        self.cards: list[ConflictCard] = []
        self.heads: list[RecordHead] = []
        self.title = Label("", "h1")
        self.sentence = Label("", "body", "muted", wrap=True)
        self._list = QVBoxLayout()
        self._holder = QWidget()
        inner = QVBoxLayout(self._holder)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addLayout(self._list)
        inner.addStretch(1)
        self.area = ScrollPage(self._holder)
        self.empty = EmptyState("git-compare")
        self.kept = Label("", "caption", "muted", wrap=True)
        self.apply_button = Button("", "primary")
        self.apply_button.clicked.connect(self.apply)
        self.toast = Toast(self)
        self.toast.action_clicked.connect(self._on_undo)
        self._lay_out()
        session.conflicts_changed.connect(self._on_conflicts_changed)
        session.undo_changed.connect(self._on_other_edit)
        session.locked.connect(self.refresh)
        session.unlocked.connect(self._on_conflicts_changed)
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._space)
        self.refresh()

    def refresh(self) -> None:
        """Show what waits now. What was chosen or typed for a conflict that still stands as it did is kept."""
        found = self._session.conflicts()
        if found == self._conflicts:
            return
        self._conflicts = found
        old = {card.conflict: card for card in self.cards}
        self._take_out(keep=set(old) & set(found))
        self.cards, self.heads = [], []
        self._rows = {row.id: row for row in self._session.rows(dict.fromkeys(each.record for each in found))}
        by_record: dict[str, list[ConflictView]] = {}
        for conflict in found:
            by_record.setdefault(conflict.record, []).append(conflict)
        for conflicts in by_record.values():
            row = self._rows.get(conflicts[0].record)
            head = RecordHead(conflicts[0], len(conflicts), row.handling if row else ())
            head.opened.connect(self.record_opened)
            self.heads.append(head)
            self._list.addWidget(head)
            for conflict in conflicts:
                card = old.get(conflict) or self._make_card(conflict)
                self.cards.append(card)
                self._list.addWidget(card)
        self._tell()
        self.marking_changed.emit(self.marking())

    def show_record(self, record: str) -> None:
        """Scroll to a record and put the focus on its first choice."""
        self.refresh()
        for head in self.heads:
            if head.record == record:
                self._holder.adjustSize()
                self.area.ensureWidgetVisible(head, 0, 0)
        for card in self.cards:
            if card.conflict.record == record:
                card.sides[0].radio.setFocus(Qt.FocusReason.TabFocusReason)
                return

    def marking(self) -> Marking:
        """TLP and handling codes of the records in view, the strictest of them."""
        return combine(Marking(row.tlp, row.handling) for row in self._rows.values())

    def apply(self) -> None:
        """Write every decision; each is a change like any other, and both values stay in the history."""
        decisions = [(card.conflict, card.decision()) for card in self.cards]
        self._applied = sum(
            self._session.resolve(conflict.record, conflict.field, value)
            for conflict, (decided, value) in decisions
            if decided
        )
        self.refresh()
        if self._applied:
            words = ngettext("{n} decision applied.", "{n} decisions applied.", self._applied)
            self.toast.show_note(words.format(n=number(self._applied)), _("Undo"), seconds=12)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened while it was hidden."""
        super().showEvent(event)
        self.refresh()

    def _make_card(self, conflict: ConflictView) -> ConflictCard:
        card = ConflictCard(self._session, conflict)
        card.decided.connect(self._tell)
        return card

    def _take_out(self, keep: set[ConflictView]) -> None:
        while self._list.count():
            item = self._list.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None and not (isinstance(widget, ConflictCard) and widget.conflict in keep):
                widget.hide()
                widget.deleteLater()

    def _on_conflicts_changed(self, _what: object = None) -> None:
        if self.isVisible():
            self.refresh()

    def _on_undo(self) -> None:
        applied, self._applied = self._applied, 0
        for _each in range(applied):
            self._session.undo()
        self.refresh()

    def _on_other_edit(self) -> None:
        """What "Undo" would take back is not the decisions any more."""
        if self.toast.isVisible():
            self._applied = 0
            self.toast.hide()

    def _tell(self) -> None:
        done = {id(card): card.decision()[0] for card in self.cards}
        for head in self.heads:
            head.set_done(sum(done[id(card)] for card in self.cards if card.conflict.record == head.record))
        count = sum(done.values())
        self.title.setText(_("Conflicts to review"))
        fields = ngettext("{n} field", "{n} fields", len(self.cards)).format(n=number(len(self.cards)))
        records = ngettext("{n} record", "{n} records", len(self.heads)).format(n=number(len(self.heads)))
        self.sentence.setText(
            _(
                "{fields} in {records} were written on two desks, each without knowledge of the other. "
                "Everything else was merged by itself."
            ).format(fields=fields, records=records)
        )
        self.kept.setText(_("Every version stays in the history; the decision and its author are recorded."))
        words = ngettext("Apply {n} decision", "Apply {n} decisions", count).format(n=number(count))
        if not count:
            words = _("No decision to apply")
        self.apply_button.setText(words)
        self.apply_button.setEnabled(count > 0)
        self.empty.set_texts(
            _("Nothing to decide"), _("When two desks write different values into one field, you compare them here.")
        )
        waiting = bool(self.cards)
        self.empty.setVisible(not waiting)
        for widget in (self.area, self.sentence, self._foot):
            widget.setVisible(waiting)

    def _lay_out(self) -> None:
        self._foot = QWidget()
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.addWidget(IconLabel("history", "text2"))
        foot.addWidget(self.kept, 1)
        foot.addWidget(self.apply_button)
        self._foot_row = foot
        self._column = QVBoxLayout(self)
        for widget in (self.title, self.sentence):
            self._column.addWidget(widget)
        self._column.addWidget(self.area, 1)
        self._column.addWidget(self.empty, 1)
        self._column.addWidget(self._foot)

    def _space(self) -> None:
        theme = current_theme()
        side = theme.px(28)
        set_margins(self, self._column, side, theme.px(18), side - theme.px(BAR), theme.px(18))
        set_margins(self, self._foot_row, 0, 0, theme.px(BAR), 0)
        self._column.setSpacing(theme.space("m"))
        self._list.setSpacing(theme.px(14))
        self._foot_row.setSpacing(theme.space("m"))
