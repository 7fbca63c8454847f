"""Receipts through the session: asked for beside the window, changed by edits, told by what was open."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from desktop.casework.trust_views import ReceiptsView
from desktop.session import Session


def view_of(qtbot: QtBot, session: Session, record: str) -> ReceiptsView | None:
    with qtbot.waitSignal(session.receipts_ready, timeout=10_000) as signal:
        number = session.receipts(record)
    assert signal.args is not None
    assert signal.args[0] == number
    found: ReceiptsView | None = signal.args[1]
    return found


def test_receipts_are_read_beside_the_window_and_asked_for_by_an_edit(qtbot: QtBot, session: Session) -> None:
    case = session.new_case({"title": "Nord"})
    before = view_of(qtbot, session, case)
    assert before is not None
    assert (before.asked, before.may_ask, before.receipts) == (False, True, ())
    moved: list[object] = []
    session.records_changed.connect(moved.append)
    assert session.ask_receipts(case, True)
    assert moved == [frozenset({case})]
    after = view_of(qtbot, session, case)
    assert after is not None
    assert after.asked
    assert session.history(case)[0].field == "receipts"
    assert session.history(case)[0].value is True
    assert session.show(case).fields["receipts"].known
    assert session.undo()
    undone = view_of(qtbot, session, case)
    assert undone is not None
    assert not undone.asked


def test_a_record_that_is_not_here_has_no_receipts(qtbot: QtBot, session: Session) -> None:
    assert view_of(qtbot, session, "ab" * 16) is None
    failures: list[str] = []
    session.failed.connect(lambda code, _params: failures.append(code))
    assert not session.ask_receipts("ab" * 16, True)
    assert failures == ["unknown_record"]
    session.seen("ab" * 16)


def test_ones_own_record_is_read_without_a_word(qtbot: QtBot, session: Session) -> None:
    case = session.new_case({"title": "Nord"})
    session.ask_receipts(case, True)
    session.seen(case)
    view = view_of(qtbot, session, case)
    assert view is not None
    assert not view.waiting


def test_a_locked_session_answers_nothing(locked: Session) -> None:
    assert locked.receipts("ab" * 16) == 0
    locked.seen("ab" * 16)
