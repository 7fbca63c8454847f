"""The head of a record: where one is, what can be done, its title, its state in pills, its facts."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.casework.record_types import RecordType
from desktop.casework.views import RecordView
from desktop.ui.kit import (
    ElidedLabel,
    FlowLayout,
    HandlingBadge,
    Label,
    Living,
    StatusPill,
    TlpBadge,
)
from desktop.ui.kit.banners import IconLabel
from desktop.ui.kit.painting import LEADING, hovered, keyboard_focus, paint_ring
from desktop.ui.presenter import (
    coded_text,
    countries_text,
    field_text,
    full_title,
    role_elements,
    role_value,
    tone_of,
)
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.bidi import ltr, one_line, strip_isolates
from i18n.formats import number, urgency

_LEAST_LINE = 460  # pixels at 100 % for breadcrumb and actions on one line
_FACTS = ("assignee", "countries", "due")


class Crumb(Living, QAbstractButton):
    """A step that can be gone back to: small words, underlined under the pointer."""

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self.setText(words.replace("&", "&&"))
        self.setAccessibleName(strip_isolates(words))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """The words, and the height of a target."""
        theme = current_theme()
        width = theme.metrics("caption").horizontalAdvance(self._words) + theme.px(4)
        return QSize(min(width, theme.px(220)), theme.px(28))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the words, and the focus ring."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(theme.font("caption"))
        font.setUnderline(hovered(self))
        painter.setFont(font)
        painter.setPen(theme.color("link" if hovered(self) else "text2"))
        room = self.rect().adjusted(theme.px(2), 0, -theme.px(2), 0)
        text = theme.metrics("caption").elidedText(self._words, Qt.TextElideMode.ElideRight, room.width() + 2)
        painter.drawText(room, LEADING, text)
        if keyboard_focus(self):
            paint_ring(painter, self.rect(), theme.color("focus"), theme.px(4), theme)


class Breadcrumb(Living, QWidget):
    """Steps to where one is: links, then the last one in bold."""

    followed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self.links: list[Crumb] = []
        self.here = ElidedLabel("", "caption_strong")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.follow(lambda: self._row.setSpacing(current_theme().space("xs")))

    def set_steps(self, steps: list[str]) -> None:
        """Show steps whose words are ready for display; the last one is here."""
        while self._row.count():
            item = self._row.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None and widget is not self.here:
                widget.hide()
                widget.deleteLater()
        self.links = []
        for words in steps[:-1]:
            link = Crumb(words)
            link.clicked.connect(self._on_clicked)
            self.links.append(link)
            self._row.addWidget(link)
            self._row.addWidget(IconLabel("chevron-right", "text2", 14))
        self.here.setText(steps[-1] if steps else "")
        self._row.addWidget(self.here, 1)

    def _on_clicked(self) -> None:
        link = self.sender()
        if isinstance(link, Crumb) and link in self.links:
            self.followed.emit(self.links.index(link))


class Pill(NamedTuple):
    """What a pill of the head says: a state with its tone, or a badge (`tlp`, `handling`)."""

    kind: str
    words: tuple[str, ...]
    tone: str = ""

    def make(self) -> QWidget:
        """The widget."""
        if self.kind == "tlp":
            return TlpBadge(self.words[0])
        return HandlingBadge(self.words) if self.kind == "handling" else StatusPill(self.words[0], self.tone)


class FactWords(NamedTuple):
    """What a fact says."""

    name: str
    value: str
    tone: str = ""

    def make(self) -> QWidget:
        """The widget."""
        return Fact(*self)


class Fact(Living, QWidget):
    """A small name and a strong value beside it."""

    def __init__(self, name: str, value: str, tone: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(current_theme().space("s"))
        self.value = ElidedLabel(value, "caption", tone)
        self.value.setProperty("role", "fact")
        self.value.setFont(current_theme().font("caption", 600))
        self.value.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row.addWidget(Label(name, "caption", "muted"))
        row.addWidget(self.value)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(strip_isolates(f"{name}: {value}"))


class RecordHeader(Living, QWidget):
    """Breadcrumb and actions, title, pills and facts of one record."""

    step_followed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[RecordType | None, RecordView, list[str], str] | None = None
        self._short = False
        self._steps: list[str] = []
        self._state_words: list[Pill | FactWords] = []
        self.breadcrumb = Breadcrumb()
        self.breadcrumb.followed.connect(self.step_followed)
        self.title = ElidedLabel("", "h1", lines=2)
        self._state = QWidget()
        self._flow = FlowLayout(self._state)
        self._actions = QHBoxLayout()
        self._actions.addStretch(1)
        self._top = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._top.addWidget(self.breadcrumb, 1)
        self._top.addLayout(self._actions)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._top)
        self._column.addWidget(self.title)
        self._column.addWidget(self._state)
        self.bind(lambda _text: self._show(), str)
        self.follow(self._space)

    def add_action(self, button: QWidget) -> None:
        """Put a button at the end of the first line."""
        self._actions.addWidget(button)

    def set_short(self, short: bool) -> None:
        """Leave the facts out: they are on the page too."""
        if short != self._short:
            self._short = short
            self._show()

    def show_record(self, record_type: RecordType | None, view: RecordView, steps: list[str], title: str = "") -> None:
        """Show a record; `steps` lead to it, the record's own step is added here. `title`: instead of its own."""
        self._shown = (record_type, view, steps, title)
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the actions below the breadcrumb where both have no room."""
        super().resizeEvent(event)
        narrow = self.width() < current_theme().px(_LEAST_LINE)
        direction = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if self._top.direction() != direction:
            self._top.setDirection(direction)

    def _show(self) -> None:
        if self._shown is None:
            return
        record_type, view, steps, title = self._shown
        reference = role_value(record_type, view, "reference")
        title = title or full_title(record_type, view)
        way = [*steps, ltr(one_line(str(reference), 40)) if reference else title]
        if way != self._steps:
            self._steps = way
            self.breadcrumb.set_steps(way)
        self.title.setText(title)
        words = [*_pills(record_type, view), *(_facts(record_type, view) if not self._short else ())]
        if words != self._state_words:
            self._state_words = words
            self._flow.clear()
            for each in words:
                self._flow.addWidget(each.make())
            self._state.updateGeometry()

    def _space(self) -> None:
        theme = current_theme()
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.space("s"))
        self._top.setSpacing(theme.space("s"))
        self._actions.setSpacing(theme.space("s"))
        self._flow.set_gap(theme.px(10))
        self.title.setMinimumHeight(theme.metrics("h1").height())
        self._steps, self._state_words = [], []  # made anew in the new look
        self._show()


def _pills(record_type: RecordType | None, view: RecordView) -> list[Pill]:
    pills: list[Pill] = []
    status_field = record_type.role("status") if record_type else None
    status = role_value(record_type, view, "status")
    if status_field and status:
        pills.append(Pill("state", (coded_text(status_field, str(status)),), tone_of(status_field, status)))
    tlp = role_value(record_type, view, "tlp")
    if tlp:
        pills.append(Pill("tlp", (str(tlp),)))
    handling = role_elements(record_type, view, "handling")
    if handling:
        pills.append(Pill("handling", handling))
    priority_field = record_type.role("priority") if record_type else None
    priority = role_value(record_type, view, "priority")
    if priority_field and tone_of(priority_field, priority) in ("warn", "bad"):
        pills.append(Pill("state", (coded_text(priority_field, str(priority)),), tone_of(priority_field, priority)))
    count = sum(each.conflict for each in view.fields.values())
    if count:
        words = ngettext("{n} field in conflict", "{n} fields in conflict", count).format(n=number(count))
        pills.append(Pill("state", (words,), "violet"))
    if view.revived:
        pills.append(Pill("state", (_("Deleted and edited"),), "violet"))
    if view.recalled is not None:
        pills.append(Pill("state", (_("Recalled"),), "bad"))
    if view.deleted:
        pills.append(Pill("state", (_("In the bin"),), "bad"))
    return pills


def _facts(record_type: RecordType | None, view: RecordView) -> list[FactWords]:
    facts: list[FactWords] = []
    for role in _FACTS:
        field = record_type.role(role) if record_type else None
        if field is None:
            continue
        if role == "countries":
            codes = role_elements(record_type, view, role)
            text = countries_text(codes[:6]) + ("…" if len(codes) > 6 else "")
        else:
            held = view.fields.get(field.name)
            text = field_text(field, held, limit=60) if held is not None and held.values else ""
        if text:
            pressing = urgency(str(role_value(record_type, view, role))) if role == "due" else "none"
            facts.append(FactWords(field.label, text, "bad" if pressing in ("late", "soon") else ""))
    return facts
