"""The navy rail: where one can go, what waits there, and whose desk this is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.casework.views import Author
from desktop.ui.kit import Avatar, BrandMark, ElidedLabel, Panel, RailItem, line, plain_tip
from desktop.ui.look import product_name
from desktop.ui.theme import current_theme
from i18n import _
from i18n.bidi import isolate, one_line
from i18n.names import country_name

COMPACT_BELOW = 1304  # pixels of the window at 100 %
_COMPACT_WIDTH = 68
_LOW_BELOW = 440


class Place(NamedTuple):
    """A destination of the rail. Below the line of `apart`, the settings stand at the end."""

    key: str
    icon: str
    text: Callable[[], str]
    apart: bool = False


PLACES = (
    Place("work", "inbox", lambda: _("My work")),
    Place("cases", "briefcase", lambda: _("Cases")),
    Place("requests", "send", lambda: _("Requests for assistance")),
    Place("people", "users", lambda: _("People & objects")),
    Place("conflicts", "git-compare", lambda: _("Conflicts to review"), apart=True),
    Place("bin", "trash-2", lambda: _("Bin")),
    Place("sync", "refresh-cw", lambda: _("Exchange"), apart=True),
    Place("integrity", "shield-check", lambda: _("Integrity")),
)
SETTINGS = Place("settings", "settings", lambda: _("Settings"))


class Rail(Panel):
    """Destinations one under the other, which scroll where it is low; `set_compact` leaves their icons."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("rail", parent)
        self._author: Author | None = None
        self._compact = False
        self._separators: list[QHBoxLayout] = []
        self.items: dict[str, RailItem] = {}
        self.mark = BrandMark()
        self.name = ElidedLabel("", "h2", "rail_strong")
        self.avatar = Avatar()
        self.officer = ElidedLabel("", "strong", "rail_strong")
        self.desk = ElidedLabel("", "caption", "rail")
        self._group = QButtonGroup(self)
        self._group.buttonClicked.connect(self._on_clicked)
        self._lay_out()
        self.bind(self.setAccessibleName, lambda: _("Places"))
        self.bind(self.name.setText, product_name)
        self.bind(lambda _text: self._show_author(), str)
        self.follow(self._space)

    def show_author(self, author: Author) -> None:
        """Whose desk this is."""
        self._author = author
        self._show_author()

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """Gold counts by key; zero shows none."""
        for key, count in counts.items():
            self.items[key].set_count(count)

    def choose(self, key: str) -> None:
        """Mark the place that is in view; it is the rail's one stop of the Tab key, as Qt makes it for a click."""
        self.items[key].setChecked(True)
        for each, item in self.items.items():
            policy = item.focusPolicy()
            stop, tab = each == key, Qt.FocusPolicy.TabFocus
            item.setFocusPolicy(Qt.FocusPolicy(policy | tab if stop else policy & ~tab))
        self._area.ensureWidgetVisible(self.items[key], 0, 0)

    def set_compact(self, compact: bool) -> None:
        """Leave the icons only."""
        if compact != self._compact:
            self._compact = compact
            for item in self.items.values():
                item.set_compact(compact)
            for words in (self.name, self._who):
                words.setVisible(not compact)
            self._space()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where the window is low for its text size, mark and officer give way to the places."""
        super().resizeEvent(event)
        low = self.height() < current_theme().px(_LOW_BELOW)
        for widget in (self._top, self._bottom):
            widget.setVisible(not low)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Scroll to the place that takes the focus."""
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, QWidget):
            self._area.ensureWidgetVisible(watched, 0, 0)
        return super().eventFilter(watched, event)

    def is_compact(self) -> bool:
        """Whether the icons stand alone."""
        return self._compact

    def _on_clicked(self, item: RailItem) -> None:
        self.chosen.emit(next(key for key, each in self.items.items() if each is item))

    def _add(self, place: Place) -> None:
        item = RailItem(place.icon)
        self.items[place.key] = item
        self._group.addButton(item)
        self.bind(item.setText, place.text)
        item.installEventFilter(self)
        self._places.addWidget(item)

    def _lay_out(self) -> None:
        self._column = QVBoxLayout(self)
        self._top = QWidget()
        self._head = QHBoxLayout(self._top)
        self._head.addWidget(self.mark)
        self._head.addWidget(self.name, 1)
        self._column.addWidget(self._top)
        places = QWidget()
        places.setProperty("scroll", "content")
        self._places = QVBoxLayout(places)
        self._places.setContentsMargins(0, 0, 0, 0)
        self._places.setSpacing(0)
        for place in PLACES:
            if place.apart:
                self._places.addLayout(self._separator())
            self._add(place)
        self._places.addStretch(1)
        self._add(SETTINGS)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it stays with the places
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(places)
        self._column.addWidget(self._area, 1)
        self._bottom = QWidget()
        bottom = QVBoxLayout(self._bottom)
        bottom.setContentsMargins(0, 0, 0, 0)
        bottom.setSpacing(0)
        bottom.addLayout(self._separator())
        self._who = QWidget()
        words = QVBoxLayout(self._who)
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(0)
        words.addWidget(self.officer)
        words.addWidget(self.desk)
        self._foot = QHBoxLayout()
        self._foot.addWidget(self.avatar)
        self._foot.addWidget(self._who, 1)
        bottom.addLayout(self._foot)
        self._column.addWidget(self._bottom)

    def _separator(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(line("rail"))
        self._separators.append(row)
        return row

    def _show_author(self) -> None:
        if self._author is None:
            return
        self.avatar.set_name(self._author.officer)
        self.officer.setText(isolate(one_line(self._author.officer, 80)))
        desk = isolate(one_line(self._author.desk, 60))
        where = country_name(self._author.ministry)
        self.desk.setText(_("{desk} · {ministry}").format(desk=desk, ministry=isolate(where)))
        self.avatar.setToolTip(plain_tip(f"{self.officer.text()}\n{self.desk.text()}"))

    def _space(self) -> None:
        theme = current_theme()
        side = theme.px(_COMPACT_WIDTH) if self._compact else theme.control("rail")
        self.setFixedWidth(side)
        edge = theme.px(18) if self._compact else theme.px(20)
        self._column.setContentsMargins(0, theme.px(12), 0, theme.px(12))
        self._column.setSpacing(0)
        self._head.setContentsMargins(edge, 0, theme.space("l"), theme.px(14))
        self._head.setSpacing(theme.space("m"))
        self._foot.setContentsMargins(edge - theme.px(1), theme.px(4), theme.space("l"), 0)
        self._foot.setSpacing(theme.space("m"))
        for row in self._separators:
            inset = theme.px(12 if self._compact else 20)
            row.setContentsMargins(inset, theme.px(8), inset, theme.px(8))
