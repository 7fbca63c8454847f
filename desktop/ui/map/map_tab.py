"""The tab «Map» of a case: where its records are, in the form of coordinates that one chooses."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from desktop.casework.coordinates import FORMS, Form, degrees, written
from desktop.casework.handling import Marking, combine
from desktop.casework.places import place_near
from desktop.casework.record_types import FAMILIES
from desktop.casework.views import ListRow, RecordView
from desktop.session import Session
from desktop.ui.case_selection import Selection
from desktop.ui.clipboard import copy_marked
from desktop.ui.drawn_tab import DrawnTab
from desktop.ui.kit import Button, DropDown, announce
from desktop.ui.map.map_view import MapView
from desktop.ui.row_table import HANDLING, TITLE, TYPE, Column, RowTable
from desktop.ui.timeline.words import period_text
from i18n import _, ngettext
from i18n.bidi import ltr
from i18n.formats import number


class MapTab(DrawnTab):
    """Positions and routes of a case's records."""

    families = tuple(family for family in FAMILIES if family != "case")
    icon = "map-pin"

    def __init__(self, session: Session, selection: Selection | None = None, parent: QWidget | None = None) -> None:
        chosen = selection or Selection(session)
        self.form: Form = "dd"
        self.map = MapView(chosen, session.approved_boundaries())
        self._refused = False
        self.map.refused.connect(self._on_refused)
        columns = (
            TITLE,
            TYPE,
            Column(lambda: _("Place"), self._place_words, 150),
            Column(lambda: _("Position"), lambda row: self._position(row.where), 200),
            Column(lambda: _("To"), lambda row: self._position(row.where_to), 200),
            Column(lambda: _("When"), lambda row: period_text(row) if row.start or row.end else "", 180),
            HANDLING,
        )
        super().__init__(session, chosen, self.map, RowTable(columns, chosen), parent)
        self.bind(self.table.setAccessibleName, lambda: _("Positions as a table"))

    def add_tools(self) -> None:
        self.form_box = DropDown()
        for form in FORMS:
            self.form_box.addItem("", form)
        self.form_box.currentIndexChanged.connect(self._on_form)
        self.copy_button = Button("", "secondary", "copy")
        self.copy_button.setShortcut(QKeySequence("Ctrl+Shift+C"))
        self.copy_button.clicked.connect(self.copy_positions)
        self.tools.addWidget(self.form_box)
        self.tools.addWidget(self.copy_button)

    def drawn(self) -> list[ListRow]:
        return [row for row in self.rows if row.where or row.where_to]

    def show_case(self, view: RecordView) -> None:
        self.map.set_members(frozenset(self.session.members()))
        super().show_case(view)

    def empty_words(self) -> tuple[str, str]:
        return (
            _("Nothing to show on the map yet"),
            _("Give an address, an event or a trip its position: degrees, minutes and seconds, or MGRS."),
        )

    def left_out(self) -> list[str]:
        told = [_("The approved boundaries are missing or damaged: ask the secretariat")] if self._refused else []
        refused = self.map.spots.refused
        if refused:
            words = ngettext("{n} position cannot be read", "{n} positions cannot be read", refused)
            told.append(words.format(n=number(refused)))
        return told

    def tell(self) -> None:
        super().tell()
        self.form_box.setAccessibleName(_("Form of coordinates"))
        for place, words in enumerate((_("Decimal degrees"), _("Degrees, minutes, seconds"), "MGRS")):
            self.form_box.setItemText(place, words)
        self.copy_button.setText(_("Copy positions"))
        self.copy_button.setEnabled(bool(self.chosen_rows()))

    def chosen_rows(self) -> list[ListRow]:
        """The records with a position that are chosen."""
        return [row for row in self.table.rows.rows if row.id in self.selection.ids]

    def copy_positions(self) -> str:
        """Copy the positions of what is chosen, a line each, with the strictest marking; returns what was copied."""
        rows = self.chosen_rows()
        lines = [
            "\t".join(part for part in (row.title, self._position(row.where), self._position(row.where_to)) if part)
            for row in rows
        ]
        copied = copy_marked("\n".join(lines), combine(Marking(row.tlp, row.handling) for row in rows))
        announce(self, ngettext("{n} position copied", "{n} positions copied", len(rows)).format(n=number(len(rows))))
        return copied

    def _position(self, kept: str) -> str:
        return ltr(written(kept, self.form)) if kept else ""

    def _place_words(self, row: ListRow) -> str:
        names = []
        for kept in (row.where, row.where_to):
            found = degrees(kept) if kept else None
            near = place_near(*found) if found else None
            if near is not None:
                names.append(near.name)
        return " – ".join(dict.fromkeys(names))

    def _on_refused(self, _code: str) -> None:
        self._refused = True
        self.tell()

    def _on_form(self, place: int) -> None:
        self.form = FORMS[place]
        self.table.rows.retell()
