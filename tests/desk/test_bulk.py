"""One field of many records: what the preview says is what is written, and all of it is one step of undo."""

from __future__ import annotations

import pytest

from desktop.casework.bulk import BulkOrder
from desktop.casework.views import Query
from desktop.desk import Desk, bulk, operations
from sync.changes import RecordEdit, Set
from tests.support.desk import HomeOfDesk


@pytest.fixture
def tasks(desk: Desk) -> list[str]:
    """Two cases with three tasks each, and a person."""
    made: list[str] = []
    for title in ("Un", "Deux"):
        case = desk.new_case({"title": title}).record
        made += [desk.new_record("task", case, {"title": f"{title} {n}", "status": "todo"}).record for n in range(3)]
    return made


def status(desk: Desk, record: str) -> object:
    return desk.show(record).fields["status"].value


def test_many_records_get_one_value_and_one_undo_takes_all_of_it_back(
    desk: Desk, tasks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "GROUP", 2)
    desk.edit(tasks[0], "status", "done")
    plan = desk.bulk_plan(tasks, BulkOrder("status", "done"))
    assert [row.before for row in plan.rows] == [("done",), *[("todo",)] * 5]
    assert len(plan.changing) == 5
    assert [status(desk, each) for each in tasks].count("done") == 1  # nothing was written by looking
    slices = list(desk.bulk_slices(plan))
    assert [part.done for part in slices] == [2, 4, 5]  # one change for each group of a space
    assert desk.history(tasks[1])[0].change == desk.history(tasks[2])[0].change
    assert {status(desk, each) for each in tasks} == {"done"}
    assert desk.undo_texts()[0] == desk.types["task"].fields["status"].label
    changed = desk.undo()
    assert changed.records == frozenset(tasks[1:])
    assert [status(desk, each) for each in tasks] == ["done", *["todo"] * 5]
    assert desk.redo().records == frozenset(tasks[1:])
    assert {status(desk, each) for each in tasks} == {"done"}
    desk.undo()
    desk.undo()
    assert status(desk, tasks[0]) == "todo"  # the edit before it


def test_what_somebody_wrote_since_is_passed_over_in_both_directions(desk: Desk, tasks: list[str]) -> None:
    plan = desk.bulk_plan(tasks, BulkOrder("status", "done"))
    desk.edit(tasks[0], "status", "on_hold")
    assert sum(part.passed for part in desk.bulk_slices(plan)) == 1
    assert status(desk, tasks[0]) == "on_hold"
    assert status(desk, tasks[1]) == "done"
    step = desk._undo.done()
    assert step is not None
    assert step.kind == "bulk"
    standing = desk._connection.reads.standing(tasks[1])
    desk._append(standing.space, RecordEdit(standing.record, desk_write(desk, tasks[1], "on_hold")))
    desk.undo()
    assert status(desk, tasks[1]) == "on_hold"
    assert status(desk, tasks[2]) == "todo"


def desk_write(desk: Desk, record: str, value: str) -> operations.Operations:
    """What writes a value without a step of undo, as news of another desk would."""
    return operations.write_values(desk._connection.reads.standing(record).state, "status", [value])


def test_elements_are_added_and_removed_beside_the_others(desk: Desk, tasks: list[str]) -> None:
    desk.edit(tasks[0], "handling", ["H0", "H1"])
    for mode, value, first in (("add", ("H2",), ("H0", "H1", "H2")), ("remove", ("H0",), ("H1", "H2"))):
        plan = desk.bulk_plan(tasks[:2], BulkOrder("handling", value, mode))  # type: ignore[arg-type]
        assert plan.rows[0].after == first
        list(desk.bulk_slices(plan))
        assert desk.show(tasks[0]).fields["handling"].elements == first
    desk.undo()
    desk.undo()
    assert desk.show(tasks[0]).fields["handling"].elements == ("H0", "H1")


def test_the_preview_says_what_is_refused_and_why(desk: Desk, tasks: list[str]) -> None:
    case = desk.query(Query())[0]
    person = desk.new_record("person", case, {"name": "Omar"}).record
    desk.edit(tasks[0], "start", "2026-11-20")
    plan = desk.bulk_plan([tasks[0], tasks[1], person, "no such record", tasks[1]], BulkOrder("due", "2026-11-01"))
    assert [row.refused for row in plan.rows] == ["before_start", "", "bulk_no_field"]
    assert {row.refused for row in desk.bulk_plan(tasks, BulkOrder("description", "x")).rows} == {"bulk_text"}
    assert {row.refused for row in desk.bulk_plan(tasks, BulkOrder("status", "no such")).rows} == {"not_in_list"}
    link = desk.new_record("same_as", case, {"source": person, "target": case, "label": "?"}).record
    assert desk.bulk_plan([link], BulkOrder("tlp", "TLP:CLEAR")).rows[0].refused == "bulk_one_by_one"
    assert {row.refused for row in desk.bulk_plan(tasks, BulkOrder("title", "")).rows} == {"required"}
    state = desk._connection.reads.standing(tasks[2])
    desk._append(state.space, RecordEdit(state.record, [Set("due", "2026-12-01", []), Set("due", "2026-12-02", [])]))
    assert desk.bulk_plan([tasks[2]], BulkOrder("due", "2026-12-03")).rows[0].refused == "bulk_conflict"


def test_work_that_was_stopped_is_one_step_as_far_as_it_went(home: HomeOfDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "GROUP", 1)
    desk = home.open()
    case = desk.new_case({"title": "Un"}).record
    people = [desk.new_record("person", case, {"name": f"P{n}"}).record for n in range(3)]
    slices = desk.bulk_slices(desk.bulk_plan(people, BulkOrder("occupation", "Driver")))
    next(slices)
    next(slices)
    home.close()
    again = home.open()
    assert len(again.undo().records) == 2
    assert not any(again.show(each).fields["occupation"].value for each in people[:2])
