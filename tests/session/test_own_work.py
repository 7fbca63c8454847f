"""One's own work, discussions and mentions, through a session with a second desk behind a real secretariat."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.casework.mentions import desk_label, mentioned, with_ids, with_names
from desktop.casework.views import Author
from desktop.casework.work_views import DiscussionView, WorkView
from desktop.session import Session
from tests.ui.case.two_desks import TwoDesks

TODAY = datetime.now(UTC).astimezone().date()


@pytest.fixture
def pair(qtbot: QtBot, tmp_path: Path) -> Iterator[TwoDesks]:
    desks = TwoDesks(tmp_path, qtbot)
    yield desks
    desks.close()


@pytest.fixture
def case(pair: TwoDesks) -> str:
    record = pair.session.new_case({"title": "Passeurs", "reference": "SN-1"}, ("SN", "IT"))
    pair.exchange()
    return record


def work(qtbot: QtBot, session: Session) -> WorkView:
    with qtbot.waitSignal(session.work_ready) as answer:
        session.ask_work("test")
    view: WorkView = answer.args[1]
    return view


def discussion(qtbot: QtBot, session: Session, case: str, threads: int = 50) -> DiscussionView:
    with qtbot.waitSignal(session.discussion_ready) as answer:
        session.ask_discussion(case, threads, "test")
    view: DiscussionView = answer.args[1]
    return view


def day(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


def test_what_is_assigned_waits_until_it_is_done(qtbot: QtBot, pair: TwoDesks, case: str) -> None:
    session, officer = pair.session, pair.session.identity().officer
    assert not session.work_waits()
    late = session.new_record("task", case, {"title": "Late", "assignee": officer, "due": day(-3)})
    soon = session.new_record("task", case, {"title": "Soon", "assignee": officer, "due": day(7)})
    later = session.new_record("task", case, {"title": "Later", "assignee": officer, "due": day(8)})
    begun = session.new_record("task", case, {"title": "Begun here", "due": day(1)})
    session.new_record("task", case, {"title": "Another's", "assignee": "A. Rossi", "due": day(1)})
    view = work(qtbot, session)
    assert [row.id for row in view.section("assigned").rows] == [late, soon, later]
    assert [row.id for row in view.section("due").rows] == [late, begun, soon]
    assert view.section("due").count == 3
    assert {row.subtitle for row in view.section("due").rows} == {"SN-1"}
    assert session.work_waits()
    for task in (late, soon, later):
        session.edit(task, "status", "done")
    view = work(qtbot, session)
    assert [row.id for row in view.section("due").rows] == [begun]
    assert view.section("assigned").count == 0
    assert not session.work_waits()


def test_a_mention_waits_until_it_is_read(qtbot: QtBot, pair: TwoDesks, case: str) -> None:
    session = pair.session
    own = session.identity().device
    text = f"@{own} can you confirm the plate?"
    changed = pair.rome.new_record("note", case, {"content": text, "mentions": (f"@{own}",)})
    pair.rome.new_record("note", case, {"content": "nobody"})
    pair.exchange()
    section = work(qtbot, session).section("mentions")
    assert [row.title for row in section.rows] == ["@Cne L. Mansour (Dakar 1) can you confirm the plate?"]
    assert work(qtbot, session).section("unread").count == 2
    session.mark_read(changed.record)
    assert work(qtbot, session).section("mentions").count == 0


def test_a_request_waits_for_the_country_that_it_asks(qtbot: QtBot, pair: TwoDesks, case: str) -> None:
    values = {"title": "Whose number?", "requesting": "IT", "requested": ("SN",), "question": "?"}
    asked = pair.rome.new_record("request", case, values).record
    pair.exchange()
    assert work(qtbot, pair.session).section("requests").count == 0  # a draft asks nobody
    pair.rome.request_step(asked, "send", None)
    pair.exchange()
    assert [row.id for row in work(qtbot, pair.session).section("requests").rows] == [asked]


def test_conflicts_are_counted(qtbot: QtBot, pair: TwoDesks, case: str) -> None:
    pair.session.edit(case, "title", "Mine")
    pair.rome.edit(case, "title", "Theirs")
    pair.exchange()
    assert [row.id for row in work(qtbot, pair.session).section("conflicts").rows] == [case]


def test_a_discussion_has_threads_with_authors(qtbot: QtBot, pair: TwoDesks, case: str) -> None:
    session = pair.session
    first = session.post_note(case, "  @A. Rossi (Rome 1) who is this?  ")
    other = session.post_note(case, "Another matter")
    pair.exchange()
    pair.rome.new_record("note", case, {"content": "An answer", "answers": first})
    pair.exchange()
    view = discussion(qtbot, session, case)
    assert [[note.text for note in thread] for thread in view.threads] == [
        ["Another matter"],
        [f"@{pair.rome.identity().device} who is this?", "An answer"],
    ]
    answer = view.threads[1][1]
    assert (answer.author.officer, answer.answers, answer.unread, answer.edited) == ("A. Rossi", first, True, False)
    assert {each.desk for each in view.desks} == {"Dakar 1", "Rome 1"}
    assert session.show(first).fields["mentions"].elements == (f"@{pair.rome.identity().device}",)
    fewer = discussion(qtbot, session, case, 1)
    assert (len(fewer.threads), fewer.earlier) == (1, 1)
    assert fewer.threads[0][0].id == first
    session.edit(other, "content", "Another matter, seen")
    assert discussion(qtbot, session, case).threads[-1][0].edited


def test_answers_in_a_circle_are_all_shown_once(qtbot: QtBot, pair: TwoDesks, case: str) -> None:
    session = pair.session
    one = session.post_note(case, "one")
    two = session.post_note(case, "two", one)
    session.edit(one, "answers", two)
    (thread,) = discussion(qtbot, session, case).threads
    assert {note.id for note in thread} == {one, two}


def test_nothing_is_posted_of_blanks(pair: TwoDesks, case: str) -> None:
    assert pair.session.post_note(case, " \n ") == ""


def test_the_longest_label_counts_and_ids_are_shown_as_names() -> None:
    short, long = Author("A. Rossi", "IT", "1" * 32, "", 0), Author("A. Rossi", "IT", "2" * 32, "Rome 1", 0)
    text = with_ids("@A. Rossi (Rome 1) and @A. Rossi: look", (short, long))
    assert text == f"@{'2' * 32} and @{'1' * 32}: look"
    assert mentioned(text + text) == (f"@{'2' * 32}", f"@{'1' * 32}")
    assert with_names(text, lambda device: "Rossi" if device == "2" * 32 else "") == "@Rossi and @11111111: look"
    assert desk_label("Evil\u202eofficer @x", "<b>") == "Evil[U+202E]officer x (<b>)"


@pytest.mark.parametrize("text", ["@" + "1" * 31, "@" + "1" * 33, "1" * 32, "@" + "G" * 32])
def test_what_is_no_id_is_no_mention(text: str) -> None:
    assert mentioned(text) == ()
