"""What waits for a decision about the record in view: conflicts, a deletion, what a newer version wrote."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.casework.record_types import RecordTypes
from desktop.casework.views import RecordView
from desktop.ui.kit import Banner, Living, StatusItem
from desktop.ui.newer_card import NewerCard
from desktop.ui.presenter import asks_receipts, conflicts_text, recall_text
from desktop.ui.theme import current_theme
from i18n import _


class RecordBanners(Living, QWidget):
    """Strips above a record, hidden while nothing waits. "Later" hides a conflict until another field joins it.

    They stay hidden until `place`: without a layout they would lie in the corner of whatever page is in view.
    """

    compare_requested = Signal()
    delete_requested = Signal()
    restore_requested = Signal()
    receipts_requested = Signal()

    def __init__(self, types: RecordTypes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: RecordView | None = None
        self._placed = False
        self._later: tuple[str, frozenset[str]] = ("", frozenset())
        self.conflict = Banner("violet")
        self.conflict.quiet_clicked.connect(self._on_later)
        self.conflict.strong_clicked.connect(self.compare_requested)
        self.bin = Banner("warn")
        self.bin.quiet_clicked.connect(self.delete_requested)
        self.bin.strong_clicked.connect(self.restore_requested)
        self.recalled = Banner("warn")
        self.recalled.quiet_clicked.connect(self.receipts_requested)
        self.newer = NewerCard(types)
        self.told = StatusItem("eye", tone="text2")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.recalled, self.conflict, self.bin, self.newer, self.told):
            self._column.addWidget(widget)
            widget.hide()
        self.hide()
        self.bind(lambda _text: self._show(), str)
        self.follow(lambda: self._column.setSpacing(current_theme().space("m")))

    def place(self, column: QVBoxLayout) -> None:
        """Stand on top of a page."""
        column.insertWidget(0, self)
        self._placed = True
        self._show()

    def show_record(self, view: RecordView) -> None:
        """Look at a record."""
        self._view = view
        self.newer.show_record(view)
        self._show()

    def _show(self) -> None:
        view = self._view
        if view is None:
            return
        conflicts = [each for each in view.fields.values() if each.conflict]
        waits = bool(conflicts) and self._later != (view.id, frozenset(each.name for each in conflicts))
        self.conflict.setVisible(waits)
        self.conflict.set_actions(_("Later"), _("Compare and choose"))
        if conflicts:
            self.conflict.set_text(conflicts_text(conflicts))
        self.bin.setVisible(view.revived or view.deleted)
        if view.deleted:
            self.bin.set_text(_("This is in the bin. Everything in it is kept."))
            self.bin.set_actions("", _("Take out of the bin"))
        elif view.revived:
            self.bin.set_text(_("One officer deleted this while another was editing it. It was brought back: decide."))
            self.bin.set_actions(_("Put into the bin"), _("Keep it"))
        unknown = self.newer.has_news()
        self.newer.setVisible(unknown)
        self.recalled.setVisible(view.recalled is not None)
        if view.recalled is not None:
            self.recalled.set_text(recall_text(view.recalled))
            self.recalled.set_actions(_("Receipts…"))
        told = asks_receipts(view)
        self.told.setVisible(told)
        self.told.set_state(
            "eye", _("Receipts are asked for: the members are told when you read this.") if told else ""
        )
        anything = waits or view.revived or view.deleted or unknown or told or view.recalled is not None
        self.setVisible(self._placed and anything)

    def _on_later(self) -> None:
        if self._view is not None:
            names = frozenset(each.name for each in self._view.fields.values() if each.conflict)
            self._later = (self._view.id, names)
            self._show()
