"""Reminders of what is due: once for the day that something is due, once when that day has passed, and never again.

What the officer was reminded of is kept in the encrypted store, so that a restart repeats nothing. What leaves the
session for the system's notifications are two numbers. While the desk is locked nothing is read: of what was due in
the days to come only the dates are kept in memory, and so a reminder can still come that says how many they are.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.casework.work_views import DUE_DAYS, Deadline, is_over
from desktop.desk import Opening
from desktop.session.working import Working
from desktop.store import Connection

_DEADLINES = "deadlines "
LOOK_MS = 10 * 60_000
NEWS_MS = 2_000
_SNOOZED = "~"  # before a record's id: until when nothing is said of it, Unix milliseconds


class Reminding(Working):
    """The part of the session that looks at what is due, now and then and when records move."""

    deadlines_changed = Signal(object)
    """tuple[Deadline, ...]: what is due today or overdue and was not put off, the longest overdue first."""
    reminded = Signal(int, int)
    """Numbers of things that are newly overdue and newly due today: all that a notification may tell."""

    def __init__(self, home: Path, opening: Opening, parent: QObject | None = None) -> None:
        super().__init__(home, opening, parent)
        self._pressing: tuple[Deadline, ...] = ()
        self._days: Counter[str] = Counter()  # due dates to come, for when the desk is locked
        self._told_day = ""  # on which a reminder came while the desk was locked
        self._looking = QTimer(self)
        self._looking.timeout.connect(self.look_at_deadlines)
        self._looking.start(LOOK_MS)
        self._moved = QTimer(self)
        self._moved.setSingleShot(True)
        self._moved.timeout.connect(self.look_at_deadlines)
        self.unlocked.connect(self.look_at_deadlines)
        self.locked.connect(self._forget_deadlines)
        self.records_changed.connect(self._on_moved)

    def pressing(self) -> tuple[Deadline, ...]:
        """What is due today or overdue and was not put off, as it was read last; nothing while the desk is locked."""
        return self._pressing

    def reminders_wanted(self) -> str:
        """Of what the officer wants to be reminded: all, overdue, off. Overridden where the settings are."""
        return "all"

    def look_at_deadlines(self) -> None:
        """Read what is due, on the query thread; while the desk is locked, look at the calendar alone."""
        today = _today()
        if self._desk is None:
            self._remind_while_locked(today)
        else:
            self._read(partial(_deadlines, today=today), f"{_DEADLINES}all")

    def snooze(self, records: frozenset[str], until: datetime) -> None:
        """Say nothing of these records until then; they are told again after it."""
        told = self._reminded()
        for record in records:
            told.pop(record, None)
            told[_SNOOZED + record] = str(round(until.timestamp() * 1000))
        self._look(lambda desk: desk.set_reminded(told), None)
        self.look_at_deadlines()

    def on_answered(self, number: int, channel: str, answer: object) -> None:
        """The query thread has an answer."""
        if not channel.startswith(_DEADLINES):
            super().on_answered(number, channel, answer)
        elif self._desk is not None and self._asked.get(channel) == number and isinstance(answer, tuple):
            self._tell_deadlines(*answer)

    def _tell_deadlines(self, found: tuple[Deadline, ...], days: Counter[str]) -> None:
        self._days = days
        told = self._reminded()
        now = datetime.now().astimezone().timestamp() * 1000
        kept = {key: value for key, value in told.items() if not _is_past(key, value, now)}
        self._pressing = tuple(each for each in found if _SNOOZED + each.row.id not in kept)
        news = [each for each in self._pressing if kept.get(each.row.id) != _key(each)]
        kept |= {each.row.id: _key(each) for each in news}
        if kept != told:
            self._look(lambda desk: desk.set_reminded(kept), None)
        self.deadlines_changed.emit(self._pressing)
        spoken_for = self._told_day == _today().isoformat()
        self._told_day = ""
        wanted = self.reminders_wanted()
        late = sum(each.overdue for each in news)
        now_due = 0 if spoken_for or wanted == "overdue" else len(news) - late
        if wanted != "off" and (late or now_due):
            self.reminded.emit(late, now_due)

    def _reminded(self) -> dict[str, str]:
        return self._look(lambda desk: desk.reminded(), {})

    def _remind_while_locked(self, today: date) -> None:
        count = self._days.pop(today.isoformat(), 0)
        if count:
            self._told_day = today.isoformat()
            if self.reminders_wanted() == "all":
                self.reminded.emit(0, count)

    def _on_moved(self, _ids: object) -> None:
        if not self._moved.isActive():
            self._moved.start(NEWS_MS)

    def _forget_deadlines(self) -> None:
        """Nothing that was decrypted stays but how many things are due on which day."""
        self._pressing = ()
        self._moved.stop()


def _today() -> date:
    return datetime.now().astimezone().date()


def _key(deadline: Deadline) -> str:
    return f"{deadline.row.due}{'!' if deadline.overdue else ''}"


def _is_past(key: str, value: str, now_ms: float) -> bool:
    if not key.startswith(_SNOOZED):
        return False
    return not value.isdecimal() or int(value) <= now_ms


def _deadlines(connection: Connection, *, today: date) -> tuple[tuple[Deadline, ...], Counter[str]]:
    """What presses today, and how many things are due on each of the days after it."""
    day, rows = today.isoformat(), connection.work.due(today).rows
    pressing = tuple(Deadline(row, is_over(row.due, day)) for row in rows if row.due[:10] <= day)
    end = (today + timedelta(days=DUE_DAYS)).isoformat()
    return pressing, Counter(row.due[:10] for row in rows if day < row.due[:10] <= end)
