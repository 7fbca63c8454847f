"""The tasks of a case: a line to add one by typing it, the list with the pressing ones first, and the deeds on one."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.casework.handling import Marking
from desktop.casework.views import ListRow, RecordView
from desktop.session import Session
from desktop.ui.editors.date import read_date
from desktop.ui.editors.line import LineBox
from desktop.ui.kit import (
    Button,
    CheckBox,
    CodeEdit,
    DropDown,
    EmptyState,
    Label,
    Living,
    Panel,
    announce,
    mark_invalid,
)
from desktop.ui.margins import set_margins
from desktop.ui.picker import Pick, Picker
from desktop.ui.presenter import marking_of
from desktop.ui.scroll_page import BAR, ScrollPage
from desktop.ui.task_list import TaskList, states
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.bidi import isolate, one_line
from i18n.folding import fold
from i18n.formats import number

_OVER = ("done", "cancelled")
NEWS_MS = 150


class TasksTab(Living, QWidget):
    """Everything is read by `ask_records` beside the window, and each deed is an edit of one field."""

    record_opened = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._space_id, self._asked = "", 0
        self._marking = Marking()
        self._rows: dict[str, ListRow] = {}
        self._loaded = False
        self.line = LineBox()
        self.line.returnPressed.connect(self.add)
        self.add_button = Button("", "primary", "plus")
        self.add_button.clicked.connect(self.add)
        self.with_done = CheckBox()
        self.with_done.toggled.connect(self._show)
        self.count = Label("", "caption", "muted")
        self.list = TaskList(self._fetch)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.opened.connect(self.record_opened)
        self.list.state_asked.connect(self._set_state)
        self.list.officer_asked.connect(self.ask_officer)
        self.list.due_asked.connect(self._ask_due)
        self.state = DropDown()
        self.state.activated.connect(self._on_state)
        self.officer = Button("", "secondary", "user")
        self.officer.clicked.connect(self._on_officer)
        self.due = CodeEdit()
        self.due.setPlaceholderText("YYYY-MM-DD")
        self.due.editingFinished.connect(self._on_due)
        self.picker = Picker(self)
        self.picker.typed.connect(self._fill_picker)
        self.picker.picked.connect(self._on_picked)
        self.empty = EmptyState("square-check")
        self._nothing = ScrollPage(self.empty)
        self._news = QTimer(self)
        self._news.setSingleShot(True)
        self._news.setInterval(NEWS_MS)
        self._news.timeout.connect(self._ask)
        self._lay_out()
        self.list.selectionModel().currentChanged.connect(self._show_current)
        session.records_ready.connect(self._on_ready)
        session.locked.connect(self._on_locked)
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._space)

    def show_case(self, view: RecordView) -> None:
        """Show the tasks of a case."""
        self._marking = marking_of(self._session.types, view)
        if view.space != self._space_id:
            self._space_id, self._rows, self._loaded = view.space, {}, False
            self._show()
            self._ask()
        elif not self._news.isActive():
            self._news.start()

    def add(self) -> None:
        """Add the task that was typed; it is marked as the case is. What is refused stays in the line."""
        title = self.line.text().strip()
        if not title:
            return
        values: dict[str, object] = {"title": title}
        if self._marking.tlp:
            values |= {"tlp": self._marking.tlp, "handling": self._marking.handling}
        record = self._session.new_record("task", self._space_id, values)
        mark_invalid(self.line, not record)
        if record:
            self.line.clear()
            self.list.set_current(record)
            announce(self.line, _("Task added"))

    def ask_officer(self, record: str) -> None:
        """Ask who does a task: an officer of the case's members."""
        self.list.set_current(record)
        self.picker.set_names(_("Name of an officer"), _("Officers of the members"))
        self.picker.open_under(self.officer)

    def _ask(self) -> None:
        if self._space_id and not self._session.is_locked():
            self._asked = self._session.ask_records(self._space_id, ("task",), f"tasks {id(self)}")

    def _on_ready(self, request: int, rows: object) -> None:
        if request == self._asked and isinstance(rows, list):
            self._rows, self._loaded = {row.id: row for row in rows}, True
            self._show()

    def _on_locked(self) -> None:
        self._rows, self._space_id = {}, ""
        self.list.rows.clear()

    def _fetch(self, ids: list[str]) -> list[ListRow]:
        return [self._rows[each] for each in ids if each in self._rows]

    def _show(self) -> None:
        """Open ones by their due date, then what is over, the last changed first."""
        over = self.with_done.isChecked()
        rows = [row for row in self._rows.values() if over or row.status not in _OVER]
        rows.sort(key=lambda row: (row.status in _OVER, not row.due, row.due, -row.updated_ms, row.id))
        self.list.rows.renew()
        self.list.show_ids([row.id for row in rows])
        left = sum(row.status not in _OVER for row in self._rows.values())
        words = ngettext("{n} open task", "{n} open tasks", left).format(n=number(left))
        done = len(self._rows) - left
        ended = ngettext("{n} ended", "{n} ended", done).format(n=number(done))
        self.count.setText(f"{words} · {ended}" if done else words)
        self._card.setVisible(bool(rows) or not self._loaded)
        self._nothing.setVisible(not rows and self._loaded)
        self._show_current()

    def _show_current(self) -> None:
        row = self._rows.get(self.list.current())
        self._deeds.setVisible(row is not None)
        if row is None:
            return
        codes = [self.state.itemData(place) for place in range(self.state.count())]
        self.state.setCurrentIndex(codes.index(row.status) if row.status in codes else -1)
        self.officer.setText(isolate(one_line(row.assignee, 60)) if row.assignee else _("Assign…"))
        if not self.due.hasFocus():
            self.due.setText(row.due)
            mark_invalid(self.due, invalid=False)

    def _set_state(self, record: str, code: str) -> None:
        if self._session.edit(record, "status", code):
            announce(self.list, next((each.label for each in states() if each.code == code), code))

    def _on_state(self, place: int) -> None:
        if record := self.list.current():
            self._set_state(record, str(self.state.itemData(place)))

    def _on_officer(self) -> None:
        if record := self.list.current():
            self.ask_officer(record)

    def _ask_due(self, record: str) -> None:
        self.list.set_current(record)
        self.due.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.due.selectAll()

    def _on_due(self) -> None:
        row, typed = self._rows.get(self.list.current()), read_date(self.due.text())
        if row is not None and typed != row.due:
            mark_invalid(self.due, not self._session.edit(row.id, "due", typed or None))

    def _fill_picker(self, text: str) -> None:
        """Officers of the case's desks, one's own name first; nobody, to take a task from somebody."""
        own, wanted = self._session.identity().officer, fold(text)
        desks = {each.officer: each.ministry for each in self._session.desks_of(self._space_id) if each.officer}
        names = sorted(desks, key=lambda name: (name != own, fold(name)))
        picks = [Pick(name, isolate(one_line(name, 80)), "user", desks[name]) for name in names if wanted in fold(name)]
        nobody = [] if text else [Pick("\0", _("Nobody"), "x")]
        self.picker.show_picks([*picks, *nobody], "" if picks else _("No officer of the members has that name."))

    def _on_picked(self, name: str) -> None:
        if record := self.list.current():
            self._session.edit(record, "assignee", None if name == "\0" else name)
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _tell(self) -> None:
        self.line.setPlaceholderText(_("Add a task: type it and press Enter"))
        self.line.setAccessibleName(_("New task"))
        self.add_button.setText(_("Add"))
        self.with_done.setText(_("Also what has ended"))
        self.list.setAccessibleName(_("Tasks of this case"))
        self.state.clear()
        for each in states():
            self.state.addItem(each.label, each.code)
        self.state.setAccessibleName(_("State"))
        self.due.setAccessibleName(_("Due date"))
        self.keys.setText(_("Space ticks · 1 to 5 give a state · A assigns · D sets the date · Enter opens"))
        self.empty.set_texts(
            _("No open task"), _("Type what is to be done into the line above; then say who does it, and until when.")
        )
        self._show()

    def _lay_out(self) -> None:
        self._top = QHBoxLayout()
        self._top.addWidget(self.line, 1)
        self._top.addWidget(self.add_button)
        self._second = QHBoxLayout()
        self._second.addWidget(self.count, 1)
        self._second.addWidget(self.with_done)
        self._card = Panel("card")
        inner = QVBoxLayout(self._card)
        inner.setContentsMargins(1, 6, 1, 6)
        inner.addWidget(self.list)
        self.keys = Label("", "caption", "muted", wrap=True)
        self._deeds = QWidget()
        self._row = QHBoxLayout(self._deeds)
        for widget in (self.state, self.officer, self.due):
            self._row.addWidget(widget)
        self._row.addWidget(self.keys, 1)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._top)
        self._column.addLayout(self._second)
        self._column.addWidget(self._card, 1)
        self._column.addWidget(self._nothing, 1)
        self._column.addWidget(self._deeds)

    def _space(self) -> None:
        theme = current_theme()
        set_margins(self, self._column, 0, 0, theme.px(BAR), theme.px(18))
        self._column.setSpacing(theme.space("m"))
        for row in (self._top, self._second, self._row):
            row.setSpacing(theme.space("m"))
        self._row.setContentsMargins(0, 0, 0, 0)
        self.due.setFixedWidth(theme.px(130))
