"""Reminders: once for each day that matters, kept over a restart, put off, turned off, and silent about content."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from pytestqt.qtbot import QtBot

from desktop.casework.work_views import Deadline
from desktop.session import Session, reminding
from tests.support.desk import HomeOfDesk
from tests.support.session import unlock, unlocked_session

Told = list[tuple[int, int]]


class Calendar:
    """The day that the session believes in."""

    def __init__(self) -> None:
        self.today = datetime.now(UTC).astimezone().date()

    def __call__(self) -> date:
        return self.today

    def day(self, days: int) -> str:
        return (self.today + timedelta(days=days)).isoformat()


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch) -> Calendar:
    made = Calendar()
    monkeypatch.setattr(reminding, "_today", made)
    return made


@pytest.fixture
def told(session: Session) -> Told:
    return listen(session)


def listen(session: Session) -> Told:
    found: Told = []
    session.reminded.connect(lambda late, today: found.append((late, today)))
    return found


def look(qtbot: QtBot, session: Session) -> tuple[Deadline, ...]:
    with qtbot.waitSignal(session.deadlines_changed) as answer:
        session.look_at_deadlines()
    found: tuple[Deadline, ...] = answer.args[0]
    return found


@pytest.fixture
def tasks(session: Session, calendar: Calendar) -> dict[str, str]:
    case = session.new_case({"title": "Passeurs"})
    officer = session.identity().officer
    dues = {"late": -2, "today": 0, "tomorrow": 1}
    return {
        name: session.new_record("task", case, {"title": name, "due": calendar.day(days), "assignee": officer})
        for name, days in dues.items()
    }


def test_what_presses_is_told_once_and_not_again_after_a_restart(
    qtbot: QtBot, home: HomeOfDesk, session: Session, told: Told, tasks: dict[str, str]
) -> None:
    found = look(qtbot, session)
    assert [(each.row.id, each.overdue) for each in found] == [(tasks["late"], True), (tasks["today"], False)]
    assert told == [(1, 1)]
    look(qtbot, session)
    assert told == [(1, 1)]
    session.close()
    again = unlocked_session(qtbot, home)
    try:
        heard = listen(again)
        assert len(look(qtbot, again)) == 2
        assert heard == []
    finally:
        again.close()


def test_what_was_due_is_told_once_more_when_its_day_has_passed(
    qtbot: QtBot, session: Session, calendar: Calendar, told: Told, tasks: dict[str, str]
) -> None:
    look(qtbot, session)
    calendar.today += timedelta(days=1)
    look(qtbot, session)
    assert told == [(1, 1), (1, 1)]  # "today" is overdue, "tomorrow" is due
    session.edit(tasks["today"], "status", "done")
    assert len(look(qtbot, session)) == 2


def test_what_is_put_off_comes_back_once(
    qtbot: QtBot, session: Session, calendar: Calendar, told: Told, tasks: dict[str, str]
) -> None:
    look(qtbot, session)
    now = datetime.now(UTC)
    with qtbot.waitSignal(session.deadlines_changed) as answer:
        session.snooze(frozenset({tasks["late"]}), now + timedelta(hours=1))
    assert [each.row.id for each in answer.args[0]] == [tasks["today"]]
    assert told == [(1, 1)]
    with qtbot.waitSignal(session.deadlines_changed) as answer:
        session.snooze(frozenset({tasks["late"]}), now - timedelta(seconds=1))
    assert len(answer.args[0]) == 2
    assert told == [(1, 1), (1, 0)]


@pytest.mark.parametrize(("wanted", "heard"), [("all", [(1, 1)]), ("overdue", [(1, 0)]), ("off", [])])
def test_the_setting_says_what_is_told(
    qtbot: QtBot, session: Session, told: Told, tasks: dict[str, str], wanted: str, heard: Told
) -> None:
    session.settings.set(reminders=wanted)
    assert len(look(qtbot, session)) == 2  # the bell shows them all the same
    assert told == heard


def test_a_locked_desk_tells_a_number_and_does_not_repeat_it(
    qtbot: QtBot, session: Session, calendar: Calendar, told: Told, tasks: dict[str, str]
) -> None:
    look(qtbot, session)
    session.lock()
    assert session.pressing() == ()
    session.look_at_deadlines()
    assert told == [(1, 1)]
    calendar.today += timedelta(days=1)
    session.look_at_deadlines()
    session.look_at_deadlines()
    assert told == [(1, 1), (0, 1)]
    unlock(qtbot, session)
    look(qtbot, session)
    assert told == [(1, 1), (0, 1), (1, 0)]  # the one that became overdue; not the day's again


def test_a_memory_that_cannot_be_read_is_an_empty_one(
    qtbot: QtBot, session: Session, told: Told, tasks: dict[str, str]
) -> None:
    assert session._desk is not None
    session._desk._connection.notes.put("reminded", b"\xff{")
    look(qtbot, session)
    assert told == [(1, 1)]
