"""What a desk refuses that no single field can tell: a deadline before its start, a link with itself, a circle."""

from __future__ import annotations

import pytest

from desktop.casework.record_types import RECEIPTS
from desktop.casework.templates import read_templates
from desktop.casework.validation import InvalidValue, describe
from desktop.casework.views import Query
from desktop.desk import Desk
from desktop.desk.checking import is_before


def refusal(error: pytest.ExceptionInfo[InvalidValue]) -> tuple[str, str]:
    assert error.value.field is not None
    assert len(describe(error.value)) > len(error.value.code)
    return error.value.code, error.value.field.name


def test_a_deadline_before_its_start_is_refused_when_written_and_when_made(desk: Desk) -> None:
    with pytest.raises(InvalidValue) as caught:
        desk.new_case({"title": "Un", "opened": "2026-11-24", "due": "2026-11-23"})
    assert refusal(caught) == ("before_start", "due")
    case = desk.new_case({"title": "Un", "opened": "2026-11-24", "due": "2026-11-24"}).record
    with pytest.raises(InvalidValue) as caught:
        desk.edit(case, "due", "2026-01-01")
    assert refusal(caught) == ("before_start", "due")
    with pytest.raises(InvalidValue) as caught:
        desk.edit(case, "opened", "2027")
    assert refusal(caught) == ("after_end", "opened")
    assert desk.show(case).fields["due"].value == "2026-11-24"
    desk.edit(case, "due", None)
    desk.edit(case, "opened", "2027")


def test_what_others_wrote_into_a_wrong_order_does_not_stop_another_edit(desk: Desk) -> None:
    case = desk.new_case({"title": "Un", "opened": "2026-11-24", "due": "2026-12-01"}).record
    desk.edit(case, "title", "Deux")
    assert desk.show(case).fields["title"].value == "Deux"


@pytest.mark.parametrize(
    ("one", "other", "before"),
    [
        ("2026", "2026-05-01", False),
        ("2025", "2026-05", True),
        ("2026-05", "2026", False),
        ("2026-11-24T08:00+01:00", "2026-11-24T07:30+00:00", True),
        ("2026-11-24T08:00+01:00", "2026-11-24T07:00+00:00", False),
        ("2026-11-23", "2026-11-24T07:00+00:00", True),
        ("2026-11-24", "2026-11-24T07:00+00:00", False),
    ],
)
def test_only_what_is_surely_before_counts(one: str, other: str, before: bool) -> None:
    assert is_before(one, other) is before


def test_a_link_joins_two_different_records(desk: Desk) -> None:
    case = desk.new_case({"title": "Un"}).record
    one, other = (desk.new_record("person", case, {"name": name}).record for name in "AB")
    with pytest.raises(InvalidValue) as caught:
        desk.new_record("associate", case, {"source": one, "target": one})
    assert refusal(caught) == ("joins_itself", "target")
    link = desk.new_record("associate", case, {"source": one, "target": other}).record
    with pytest.raises(InvalidValue) as caught:
        desk.edit(link, "source", other)
    assert refusal(caught) == ("joins_itself", "source")
    desk.new_record("associate", case, {"source": other, "target": one})  # a circle of links is what networks are


def test_a_record_does_not_come_to_follow_itself(desk: Desk) -> None:
    case = desk.new_case({"title": "Un"}).record
    field = next(each for each in desk.type("note").fields.values() if each.accepts == "note").name
    notes = [desk.new_record("note", case, {"content": f"note {n}"}).record for n in range(3)]
    desk.edit(notes[1], field, notes[0])
    desk.edit(notes[2], field, notes[1])
    with pytest.raises(InvalidValue) as caught:
        desk.edit(notes[0], field, notes[2])
    assert refusal(caught) == ("circle", field)
    with pytest.raises(InvalidValue):
        desk.edit(notes[0], field, notes[0])
    desk.edit(notes[0], field, "ab" * 16)  # what is not here may be followed


def test_a_case_from_a_template_is_one_change_with_its_tasks_marked_as_it_is(desk: Desk) -> None:
    template = read_templates().templates["terrorism"]
    case = desk.new_case({"title": "Menace", "opened": "2026-11-24"}, ("IT",), "terrorism")
    tasks = desk.rows(desk.query(Query(type="task", space=case.record, order="due")))
    assert case.records == {case.record, *(row.id for row in tasks)}
    assert len(tasks) == len(template.tasks)
    assert {(row.tlp, row.handling) for row in tasks} == {("TLP:RED", ("H0", "H2"))}
    assert (tasks[0].due, tasks[0].assignee) == ("2026-11-24", desk.identity().officer)
    assert {entry.change for row in tasks for entry in desk.history(row.id)} == {desk.history(case.record)[0].change}


def test_a_case_from_a_template_is_undone_and_done_again_with_its_tasks(desk: Desk) -> None:
    case = desk.new_case({"title": "Menace"}, ("IT",), "drugs").record
    tasks = desk.query(Query(type="task", space=case))
    desk.edit(tasks[0], "status", "done")
    desk.undo()
    changed = desk.undo()
    assert changed.records == {case, *tasks}
    assert desk.query(Query(type="task", space=case)) == []
    desk.redo()
    assert set(desk.query(Query(type="task", space=case))) == set(tasks)
    assert not desk.show(case).deleted


def test_a_request_asks_its_readers_for_receipts_and_a_person_does_not(desk: Desk) -> None:
    case = desk.new_case({"title": "Un"}).record
    request = desk.new_record("request", case, {"title": "Qui ?", "requested": ["IT"]}).record
    person = desk.new_record("person", case, {"name": "A"}).record
    assert desk.show(request).fields[RECEIPTS.name].value is True
    assert RECEIPTS.name not in desk.show(person).fields
