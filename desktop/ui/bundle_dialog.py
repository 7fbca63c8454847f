"""The dialog that asks what a bundle carries, and for whom."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.casework.carry_views import ALL_FILES, BundleReader, Order
from desktop.casework.views import Query
from desktop.session import Session
from desktop.ui.kit import Button, CheckBox, Label, Living
from desktop.ui.scroll_page import ScrollPage
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.bidi import isolate, one_line
from i18n.formats import number
from i18n.formats import size as data_size
from i18n.names import country_name

_CASES = 50
_CHANNEL = "bundle"


class BundleDialog(Living, QDialog):
    """Readers by ministry, all cases that they can read or some, and whether to write what they have already."""

    chosen = Signal(object)
    """Order."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.heading = Label("", "h2")
        self.readers_label = Label("", "strong")
        self.cases_label = Label("", "strong")
        self.nobody = Label("", "body", "muted", wrap=True)
        self.readers: dict[str, CheckBox] = {}
        self.all_cases = CheckBox()
        self.everything = CheckBox()
        self.evidence = CheckBox()
        self._evidence = session.bundle_evidence()
        self.cases: dict[str, CheckBox] = {}
        self.write_button = Button("", "primary", "download")
        self.cancel_button = Button("", "secondary")
        self._page = QWidget()
        self._column = QVBoxLayout(self._page)
        self._outer = QVBoxLayout(self)
        self._lay_out()
        self.all_cases.setChecked(True)
        self.all_cases.toggled.connect(self._on_all)
        self.write_button.clicked.connect(self.submit)
        self.cancel_button.clicked.connect(self.reject)
        session.locked.connect(self.reject)
        session.rows_ready.connect(self._on_rows)
        self._asked = session.query(Query(type="case", limit=_CASES), _CHANNEL)
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.bind(self._name, lambda: _("Write a bundle"))
        self.bind(self.readers_label.setText, lambda: _("Who can open it"))
        self.bind(self.cases_label.setText, lambda: _("What it carries"))
        self.bind(self.nobody.setText, lambda: _("No desk of any ministry is known here yet."))
        self.bind(self.all_cases.setText, lambda: _("All cases that every one of them can read"))
        self.bind(self.everything.setText, lambda: _("Also what they are known to have"))
        self.bind(self.write_button.setText, lambda: _("Choose the file…"))
        self.bind(self.cancel_button.setText, lambda: _("Cancel"))
        self.follow(self._space)

    def order(self) -> Order:
        """What was chosen."""
        to = tuple(name for name, box in self.readers.items() if box.isChecked())
        spaces = () if self.all_cases.isChecked() else tuple(id_ for id_, box in self.cases.items() if box.isChecked())
        evidence = (ALL_FILES,) if self.evidence.isChecked() and self.evidence.isEnabled() else ()
        return Order(to, spaces, everything=self.everything.isChecked(), evidence=evidence)

    def submit(self) -> None:
        """Hand the choice over."""
        order = self.order()
        self.accept()
        self.chosen.emit(order)

    def _lay_out(self) -> None:
        found = self._session.bundle_readers()
        self._column.addWidget(self.readers_label)
        for reader in found:
            if not reader.is_desk:
                box = CheckBox(_ministry_words(reader, found))
                box.toggled.connect(self._tell)
                self.readers[reader.id] = box
                self._column.addWidget(box)
        self._column.addWidget(self.nobody)
        self.nobody.setVisible(not found)
        self._column.addWidget(self.cases_label)
        self._column.addWidget(self.all_cases)
        self._cases = QVBoxLayout()
        self._column.addLayout(self._cases)
        self._column.addWidget(self.everything)
        self._column.addWidget(self.evidence)
        self._column.addStretch(1)
        self._buttons = QHBoxLayout()
        self._buttons.addStretch(1)
        self._buttons.addWidget(self.cancel_button)
        self._buttons.addWidget(self.write_button)
        self._outer.addWidget(self.heading)
        self._outer.addWidget(ScrollPage(self._page), 1)
        self._outer.addLayout(self._buttons)

    def _on_rows(self, request: int, ids: list[str]) -> None:
        if request != self._asked:
            return
        for row in self._session.rows(ids):
            box = CheckBox(isolate(one_line(f"{row.reference}  {row.title}", 90)))
            box.toggled.connect(self._tell)
            box.setVisible(not self.all_cases.isChecked())
            self.cases[row.space] = box
            self._cases.addWidget(box)

    def _on_all(self, checked: bool) -> None:
        for box in self.cases.values():
            box.setVisible(not checked)
        self._tell()

    def _tell(self) -> None:
        order = self.order()
        self.write_button.setEnabled(bool(order.to) and (self.all_cases.isChecked() or bool(order.spaces)))
        sizes = [each.size for each in self._evidence if self.all_cases.isChecked() or each.space in order.spaces]
        self.evidence.setEnabled(bool(sizes))
        told = ngettext(
            "Also the evidence file that is on this desk ({size})",
            "Also the {n} evidence files that are on this desk (up to {size})",
            len(sizes),
        )
        none = _("No evidence file of these cases is on this desk.")
        self.evidence.setText(told.format(n=number(len(sizes)), size=data_size(sum(sizes))) if sizes else none)

    def _name(self, text: str) -> None:
        self.heading.setText(text)
        self.setWindowTitle(text)
        self._tell()

    def _space(self) -> None:
        theme = current_theme()
        gap = theme.space("xl")
        self._outer.setContentsMargins(gap, gap, gap, gap)
        self._outer.setSpacing(theme.space("l"))
        self._column.setSpacing(theme.space("s"))
        self._cases.setSpacing(theme.space("s"))
        self._buttons.setSpacing(theme.space("s"))
        self.resize(theme.px(560), theme.px(520))


def _ministry_words(reader: BundleReader, found: list[BundleReader]) -> str:
    desks = [each for each in found if each.ministry == reader.ministry and each.is_desk]
    count = ngettext("{n} desk", "{n} desks", len(desks)).format(n=number(len(desks)))
    return f"{country_name(reader.ministry)} ({count})"
