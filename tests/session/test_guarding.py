"""A store that was put back: told in the window until it is read, kept as evidence; and marks made while one works."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from desktop.desk import guarding
from desktop.session import Session
from desktop.store.marks import Rollback
from tests.support.desk import HomeOfDesk, MemoryKeyring
from tests.support.session import unlock


def mark_of(home: HomeOfDesk) -> bytes | None:
    """The keyring's newest mark."""
    place = home.opening.place
    assert isinstance(place, MemoryKeyring)
    return next((value for name, value in place.secrets.items() if name.endswith(".marks")), None)


def test_a_window_marks_while_one_works_and_when_it_locks(
    qtbot: QtBot, home: HomeOfDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarding, "EVERY_S", 0.05)
    session = Session(home.home, opening=home.opening)
    unlock(qtbot, session)
    first = mark_of(home)
    assert first is not None
    session.new_case({"title": "Un"})
    qtbot.waitUntil(lambda: mark_of(home) != first, timeout=5_000)
    monkeypatch.setattr(guarding, "EVERY_S", 60.0)
    qtbot.wait(100)
    second = mark_of(home)
    session.new_case({"title": "Deux"})
    session.lock()
    assert mark_of(home) != second
    session.close()


def test_a_store_that_was_put_back_is_told_until_it_is_read_and_kept_as_evidence(
    qtbot: QtBot, home: HomeOfDesk, tmp_path: Path
) -> None:
    desk = home.open()
    case = desk.new_case({"title": "Un"}).record
    desk.mark()
    home.close()
    shutil.copytree(home.home, tmp_path / "copy")
    desk = home.open()
    desk.edit(case, "title", "Deux")
    desk.edit(case, "title", "Trois")
    desk.mark()
    home.close()
    shutil.rmtree(home.home)
    shutil.copytree(tmp_path / "copy", home.home)

    told: list[str] = []
    for time, expected in enumerate((["rolled_back"], ["rolled_back"], [])):
        told.clear()
        session = Session(home.home, opening=home.opening)
        session.failed.connect(lambda code, _params: told.append(code))
        unlock(qtbot, session)
        assert told == expected
        assert session.show(case).fields["title"].value == "Un"
        if time == 1:
            assert "missing: \u20662\u2069" in session.message("rolled_back")
            session.dismiss("rolled_back")
        session.close()
    desk = home.open()
    findings = desk.evidence()
    assert [(each.kind, each.facts["missing"]) for each in findings] == [("store_rolled_back", 2)]
    home.close()


def test_the_notice_rests_after_a_week(home: HomeOfDesk) -> None:
    found = Rollback(1_000, 500, 3, forked=True)
    desk = home.open()
    desk._connection.database.run("INSERT INTO meta VALUES ('rollback', ?)", (msgspec.json.encode(found),))
    notices = guarding.rollback_notices(desk._connection, 1_000 + guarding.SHOWN_MS)
    assert notices == [("rolled_back_copy", {"since_ms": 500, "missing": 3})]
    assert guarding.rollback_notices(desk._connection, 1_001 + guarding.SHOWN_MS) == []
    home.close()
