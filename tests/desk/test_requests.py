"""Requests on a desk: a step is one change, undone while it was not sent; what is written by steps is not edited."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.casework import request_clock
from desktop.casework.request_views import Given
from desktop.casework.validation import InvalidValue
from desktop.desk import Desk, Refused
from tests.support.desk import HomeOfDesk


@pytest.fixture
def case(desk: Desk) -> str:
    return desk.new_case({"title": "Un"}).record


@pytest.fixture
def request_(desk: Desk, case: str) -> str:
    return desk.new_record("request", case, {"title": "Qui ?", "requested": ["AE"]}).record


@pytest.fixture
def to_us(desk: Desk, case: str) -> str:
    """A request that a desk asks of itself, so that it can take the steps of both sides."""
    record = desk.new_record("request", case, {"title": "Qui ?", "requested": ["SN"]}).record
    desk.request_step(record, "send")
    return record


def state(desk: Desk, record: str) -> str:
    return desk.request(record).request.parts[0].state


def test_a_new_request_is_our_ministrys_draft(desk: Desk, request_: str) -> None:
    stands = desk.request(request_).request
    assert (stands.requesting, stands.state, stands.requested) == ("SN", "draft", ("AE",))


def test_a_step_is_one_change_whatever_it_writes(desk: Desk, to_us: str) -> None:
    before = desk.counts()["unsent"]
    desk.request_step(to_us, "receive")
    assert desk.counts()["unsent"] == before + 1
    entries = desk.history(to_us, limit=3)
    assert {entry.field for entry in entries} == {"status", "received", "due"}
    assert len({entry.change for entry in entries}) == 1


def test_a_step_is_undone_whole_and_done_again(desk: Desk, to_us: str) -> None:
    desk.request_step(to_us, "receive")
    received = desk.request(to_us).request.parts[0]
    desk.undo()
    undone = desk.request(to_us).request.parts[0]
    assert (undone.state, undone.received, undone.due) == ("sent", "", "")
    desk.redo()
    again = desk.request(to_us).request.parts[0]
    assert (again.state, again.received, again.due) == ("received", received.received, received.due)
    desk.undo()
    assert state(desk, to_us) == "sent"


def test_an_answer_is_undone_with_its_words(desk: Desk, to_us: str) -> None:
    desk.request_step(to_us, "receive")
    desk.request_step(to_us, "accept")
    desk.request_step(to_us, "answer", Given(answer="Personne de ce nom."))
    assert desk.show(to_us).fields["answer"].text == "Personne de ce nom."
    desk.undo()
    assert desk.show(to_us).fields["answer"].text == ""
    assert state(desk, to_us) == "accepted"


def test_what_somebody_wrote_over_a_step_is_not_undone_with_it(desk: Desk, to_us: str) -> None:
    desk.request_step(to_us, "receive")
    desk._undo.push(desk._undo.done())  # type: ignore[arg-type]
    desk.undo()
    with pytest.raises(Refused, match="undo_overtaken"):
        desk.undo()
    assert state(desk, to_us) == "sent"


def test_a_step_that_was_sent_is_not_undone_and_an_earlier_edit_is(desk: Desk, case: str, request_: str) -> None:
    desk.edit(case, "title", "Deux")
    desk.request_step(request_, "send")
    desk._connection.database.run("UPDATE chains SET sent = applied WHERE own = 1")
    with pytest.raises(Refused, match="undo_sent"):
        desk.undo()
    assert state(desk, request_) == "sent"
    desk.undo()
    assert desk.show(case).fields["title"].value == "Un"


def test_a_step_that_cannot_be_taken_writes_nothing(desk: Desk, request_: str) -> None:
    before = desk.counts()["unsent"]
    for step, code in (("receive", "request_not_yours"), ("close", "request_not_from_here"), ("x", "step_unknown")):
        with pytest.raises(Refused, match=code):
            desk.request_step(request_, step)
    with pytest.raises(Refused, match="no_request"):
        desk.request_step(desk.show(request_).space, "send")
    assert desk.counts()["unsent"] == before


def test_a_reason_that_no_field_may_hold_is_refused_and_nothing_is_written(desk: Desk, to_us: str) -> None:
    desk.request_step(to_us, "receive")
    before = desk.counts()["unsent"]
    for reason, code in (("x" * 1_001, "too_long"), ("a\x00b", "forbidden_character")):
        with pytest.raises(InvalidValue) as refused:
            desk.request_step(to_us, "refuse", Given(reason=reason))
        assert refused.value.code == code
    assert state(desk, to_us) == "received"
    assert desk.counts()["unsent"] == before


def test_a_reason_of_markup_and_marks_is_kept_as_it_came(desk: Desk, to_us: str) -> None:
    desk.request_step(to_us, "receive")
    desk.request_step(to_us, "refuse", Given(reason="<b>non</b> \u202e"))
    assert desk.request(to_us).request.parts[0].refusal == "<b>non</b> \u202e"


@pytest.mark.parametrize("field", ["status", "sent", "received", "paused", "answer", "refusal", "requesting"])
def test_what_steps_write_is_not_edited_by_hand(desk: Desk, request_: str, field: str) -> None:
    with pytest.raises(Refused, match="set_by_steps"):
        desk.edit(request_, field, "closed")


def test_a_request_does_not_begin_but_as_a_draft_of_ours(desk: Desk, case: str) -> None:
    for values in ({"status": "answered"}, {"requesting": "FR"}, {"received": "2026-11-24T08:00+00:00"}):
        with pytest.raises(Refused, match="set_by_steps"):
            desk.new_record("request", case, {"title": "Qui ?", "requested": ["AE"], **values})


def test_whom_a_request_asks_is_settled_when_it_is_sent(desk: Desk, request_: str) -> None:
    desk.edit(request_, "requested", ["AE", "FR"])
    desk.request_step(request_, "send")
    with pytest.raises(Refused, match="request_is_sent"):
        desk.edit(request_, "requested", ["FR"])
    assert [part.state for part in desk.request(request_).request.parts] == ["sent", "sent"]


def test_time_paused_moves_the_deadline(desk: Desk, to_us: str) -> None:
    desk.request_step(to_us, "receive", Given(at="2026-11-01T08:00:00+00:00"))
    desk.request_step(
        to_us, "pause", Given(at="2026-11-02T08:00:00+00:00", reason="un juge décide", until="2099-01-01")
    )
    assert desk.request(to_us).clocks[0].state == "paused"
    desk.request_step(to_us, "resume", Given(at="2026-11-12T08:00:00+00:00"))
    part = desk.request(to_us).request.parts[0]
    assert (part.due, part.paused) == ("2026-11-18T08:00+00:00", "")
    assert part.pause_reason == "un juge décide", "why there was a pause stays to be read"


def test_a_backdated_stamp_is_shown_as_one(desk: Desk, to_us: str) -> None:
    desk.request_step(to_us, "receive", Given(at="2026-11-01T08:00:00+00:00"))
    stamp = desk.request(to_us).request.parts[0].stamps[0]
    assert (stamp.field, stamp.verdict, stamp.by) == ("received", "backdated", "Awa Diop")
    assert stamp.written_ms > 0


def test_deadlines_name_what_presses_most_first(desk: Desk, case: str, to_us: str) -> None:
    assert desk.deadlines() == []
    desk.request_step(to_us, "receive")
    other = desk.new_record("request", case, {"title": "x", "requested": ["SN"], "precedence": "FLASH"}).record
    desk.request_step(other, "send")
    desk.request_step(other, "receive")
    assert [each.record for each in desk.deadlines()] == [other, to_us]
    assert [each.record for each in desk.deadlines(within_s=4 * 86_400)] == [other]
    assert desk.deadlines()[0].mine
    desk.request_step(other, "withdraw")
    assert [each.record for each in desk.deadlines()] == [to_us]


def test_steps_and_deadlines_read_no_calendar(desk: Desk, to_us: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """They run in the window's thread, and the first calendar takes a quarter of a second."""
    monkeypatch.setattr(request_clock, "day_off", None)
    desk.request_step(to_us, "receive")
    assert [each.record for each in desk.deadlines()] == [to_us]


def test_rules_are_changed_as_data_and_broken_ones_are_not_taken(desk: Desk, to_us: str, tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text("[[limit]]\nhours = 5\n")
    desk.use_request_rules(file)
    desk.request_step(to_us, "receive", Given(at="2026-11-24T08:00:00+00:00"))
    assert desk.request(to_us).request.parts[0].due == "2026-11-24T13:00+00:00"
    for text in ("[[limit]]\nhours = -5\n", "\x00", "limit"):
        file.write_text(text)
        with pytest.raises(Refused, match="bad_request_clock"):
            desk.use_request_rules(file)
    with pytest.raises(Refused, match="bad_request_clock"):
        desk.use_request_rules(tmp_path / "nowhere")
    assert desk.request_rules().limit("ROUTINE", "").total_seconds() == 5 * 3600
    desk.use_request_rules(None)
    assert desk.request_rules().limit("ROUTINE", "").days == 7


def test_rules_that_somebody_broke_keep_nobody_from_reading(desk: Desk, home: HomeOfDesk, to_us: str) -> None:
    (home.home / "request_clock.toml").write_bytes(b"\xff\xfe")
    assert [each.request.id for each in desk.requests()] == [to_us]
    with pytest.raises(Refused, match="bad_request_clock"):
        desk.request_step(to_us, "receive")
