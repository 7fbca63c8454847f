"""Recall through the session: who may, what it tells, what can no longer be undone."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from desktop.session import Session


def test_a_recall_is_told_to_the_screens_and_takes_its_steps_of_undo(qtbot: QtBot, session: Session) -> None:
    case = session.new_case({"title": "Nord"})
    record = session.new_record("person", case, {"name": "Zeferino"})
    assert session.edit(record, "name", "Zeferino Quartz")
    session.set_draft(f"{record}.name", "Zeferino Qu")
    assert session.may_recall(record)
    moved: list[object] = []
    session.records_changed.connect(moved.append)
    assert session.recall(record, "wrong person")
    assert moved == [frozenset({record})]
    view = session.show(record)
    assert view.recalled is not None
    assert view.recalled.reason == "wrong person"
    assert view.recalled.by.mine
    assert session.draft(f"{record}.name") == ""
    assert session.rows([record])[0].recalled
    assert not session.may_recall(record)
    assert session.undo()  # the case's own making, the only step that is left
    assert session.show(case).deleted
    with qtbot.waitSignal(session.failed) as signal:
        assert not session.undo()
    assert signal.args is not None
    assert signal.args[0] == "nothing_to_undo"
    with qtbot.waitSignal(session.failed) as signal:
        assert not session.recall(record, "again")
    assert signal.args is not None
    assert signal.args[0] == "recalled"
