"""The bell of the top bar: what is due today or overdue, while the desk is open, and the way to put it off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from desktop.casework.work_views import Deadline
from desktop.session import Session
from desktop.ui.kit import IconButton
from desktop.ui.presenter import row_title
from desktop.ui.row_words import due_mark
from i18n import _, ngettext
from i18n.bidi import isolate, one_line
from i18n.formats import number

_LISTED = 12
_MORNING = time(8)


class Bell(IconButton):
    """A button with a menu of deadlines. `record_chosen` is one of them, `all_chosen` asks for all."""

    record_chosen = Signal(str)
    all_chosen = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("bell", parent=parent)
        self._session = session
        self.list = QMenu(self)
        self.clicked.connect(self.open_menu)
        session.deadlines_changed.connect(self._tell)
        session.locked.connect(self._on_locked)
        self.bind(lambda _text: self._tell(), str)

    def open_menu(self) -> None:
        """Show the list under the bell."""
        self.fill()
        right = self.width() - self.list.sizeHint().width() if not self.isRightToLeft() else 0
        corner = self.rect().bottomLeft()
        corner.setX(right)
        self.list.popup(self.mapToGlobal(corner))

    def fill(self) -> None:
        """Put the deadlines and what can be done about them into the menu."""
        found = self._session.pressing()
        self.list.clear()
        self.list.setAccessibleName(_("Deadlines"))
        for each in found[:_LISTED]:
            self._add(_line(each), partial(self.record_chosen.emit, each.row.id))
        if not found:
            self._add(_("Nothing is due today"), self.all_chosen.emit)
            return
        if len(found) > _LISTED:
            more = len(found) - _LISTED
            self._add(ngettext("{n} more", "{n} more", more).format(n=number(more)), self.all_chosen.emit)
        self.list.addSeparator()
        self._add(_("Remind me in an hour"), partial(self.snooze, timedelta(hours=1)))
        self._add(_("Remind me tomorrow"), self.snooze)

    def snooze(self, delay: timedelta | None = None) -> None:
        """Put off all that presses: for a time, or until tomorrow morning."""
        now = datetime.now().astimezone()
        tomorrow = datetime.combine(now.date() + timedelta(days=1), _MORNING).astimezone()
        until = now + delay if delay is not None else tomorrow
        self._session.snooze(frozenset(each.row.id for each in self._session.pressing()), until)

    def _add(self, text: str, do: Callable[[], object]) -> None:
        action = QAction(text.replace("&", "&&"), self.list)
        action.triggered.connect(lambda _on=False: do())
        self.list.addAction(action)

    def _tell(self, _found: object = None) -> None:
        count = len(self._session.pressing())
        words = ngettext("{n} deadline", "{n} deadlines", count).format(n=number(count))
        self.set_name(words if count else _("No deadline presses"))
        self.set_badge(count > 0)

    def _on_locked(self) -> None:
        self.list.clear()
        self.list.hide()
        self._tell()


def _line(deadline: Deadline) -> str:
    """Title, case and date of a deadline."""
    due = due_mark(deadline.row, datetime.now().astimezone())
    case = isolate(one_line(deadline.row.subtitle or deadline.row.reference, 40))
    parts = (row_title(deadline.row, limit=60), case if deadline.row.subtitle else "", due.text if due else "")
    return " · ".join(part for part in parts if part)
