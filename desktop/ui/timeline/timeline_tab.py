"""The tab «Timeline» of a case: when its records were, in lanes by kind or by subject."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.casework.record_types import FAMILIES
from desktop.casework.views import ListRow
from desktop.session import Session
from desktop.ui.case_selection import Selection
from desktop.ui.case_tones import group_of
from desktop.ui.drawn_tab import DrawnTab
from desktop.ui.kit import Button, DropDown, FilterChip
from desktop.ui.row_table import HANDLING, TITLE, TYPE, Column, RowTable
from desktop.ui.timeline.timeline_view import TimelineView
from desktop.ui.timeline.words import when_text
from i18n import _, ngettext
from i18n.formats import number


class TimelineTab(DrawnTab):
    """Dated records of a case, and the links that say who was part of them."""

    families = tuple(family for family in FAMILIES if family != "case")
    icon = "calendar-days"

    def __init__(self, session: Session, selection: Selection | None = None, parent: QWidget | None = None) -> None:
        chosen = selection or Selection(session)
        self.timeline = TimelineView(chosen)
        columns = (
            Column(lambda: _("From (date)"), lambda row: when_text(row.start) if row.start else "", 160),
            Column(lambda: _("Until"), lambda row: when_text(row.end) if row.end else "", 160),
            TITLE,
            TYPE,
            Column(lambda: _("Kind"), lambda row: group_of(row.type).caption(), 130),
            HANDLING,
        )
        super().__init__(session, chosen, self.timeline, RowTable(columns, chosen), parent)
        self.bind(self.table.setAccessibleName, lambda: _("Dates as a table"))

    def add_tools(self) -> None:
        self.lanes_box = DropDown()
        for by_subject in (False, True):
            self.lanes_box.addItem("", by_subject)
        self.lanes_box.currentIndexChanged.connect(lambda place: self.timeline.set_lanes(by_subject=place == 1))
        self.fold_chip = FilterChip(checked=True)
        self.fold_chip.toggled.connect(lambda on: self.timeline.set_fold(fold=on))
        self.today_button = Button("", "quiet")
        self.today_button.clicked.connect(self.timeline.show_today)
        self.choose_button = Button("", "quiet")
        self.choose_button.clicked.connect(self.timeline.choose_in_view)
        for tool in (self.lanes_box, self.fold_chip, self.today_button, self.choose_button):
            self.tools.addWidget(tool)

    def drawn(self) -> list[ListRow]:
        sheet = self.timeline.sheet
        shown = {span.record for span in sheet.known.spans}
        rest = [row for place, row in enumerate(sheet.rows) if (row.start or row.end) and place not in shown]
        return [sheet.rows[span.record] for span in sheet.known.spans] + rest

    def empty_words(self) -> tuple[str, str]:
        return (
            _("Nothing on the timeline yet"),
            _("Records with a date appear here: calls, trips, events, exhibits. A year or a month is enough."),
        )

    def left_out(self) -> list[str]:
        refused = self.timeline.sheet.known.refused
        words = ngettext("{n} date cannot be read", "{n} dates cannot be read", refused)
        return [words.format(n=number(refused))] if refused else []

    def tell(self) -> None:
        super().tell()
        self.lanes_box.setAccessibleName(_("Lanes"))
        for place, words in enumerate((_("By kind"), _("By subject"))):
            self.lanes_box.setItemText(place, words)
        self.fold_chip.setText(_("Fold empty stretches"))
        self.today_button.setText(_("Today"))
        self.choose_button.setText(_("Select what is in view"))
