"""Who will read what is written: every ministry of a space, and each of its desks by name."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.casework.exchanges import ReaderView
from desktop.ui.kit import Label, Panel
from desktop.ui.presenter import SEPARATOR, listed
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.bidi import isolate, one_line, strip_isolates
from i18n.formats import number
from i18n.names import country_name

_DESKS = 40  # of one ministry that are named


def reader_title(reader: ReaderView) -> str:
    """The ministry's country; one's own is said to be so."""
    name = isolate(country_name(reader.ministry))
    return _("{ministry} (your ministry)").format(ministry=name) if reader.own else name


def desks_text(reader: ReaderView) -> str:
    """The desks of a ministry by officer and label."""
    names = [
        _("{officer} ({desk})").format(officer=isolate(one_line(officer, 80)), desk=isolate(one_line(desk, 60)))
        for officer, desk in reader.desks[:_DESKS]
    ]
    more = len(reader.desks) - len(names)
    if more:
        names.append(ngettext("{n} more desk", "{n} more desks", more).format(n=number(more)))
    return listed(names) if names else _("no desk yet")


class ReadersCard(Panel):
    """A heading with the number of desks, and two lines a ministry."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("sunken", parent)
        self._readers: Sequence[ReaderView] = ()
        self.heading = Label("", "strong", wrap=True)
        self.lines: list[Label] = []
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.heading)
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._space)

    def show_readers(self, readers: Sequence[ReaderView]) -> None:
        """Show who reads a space."""
        self._readers = readers
        self._tell()

    def _tell(self) -> None:
        desks = sum(len(each.desks) for each in self._readers)
        ministries = ngettext("{n} ministry", "{n} ministries", len(self._readers)).format(n=number(len(self._readers)))
        on_desks = ngettext("{n} desk", "{n} desks", desks).format(n=number(desks))
        self.heading.setText(
            _("Who will read this: {ministries}, {desks}").format(ministries=ministries, desks=on_desks)
        )
        for label in self.lines:
            self._column.removeWidget(label)
            label.hide()
            label.deleteLater()
        self.lines = []
        for reader in self._readers:
            label = Label(SEPARATOR.join((reader_title(reader), desks_text(reader))), "caption", wrap=True)
            self._column.addWidget(label)
            self.lines.append(label)
        self.setAccessibleName(strip_isolates("\n".join(each.text() for each in (self.heading, *self.lines))))

    def _space(self) -> None:
        theme = current_theme()
        pad = theme.space("m")
        self._column.setContentsMargins(pad, pad, pad, pad)
        self._column.setSpacing(theme.space("xs"))
