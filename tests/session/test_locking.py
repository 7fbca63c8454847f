"""Unlocking and locking: what is told, what is forgotten, and what survives."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QThread
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from desktop.casework.views import Query
from desktop.session import Locked, Session
from tests.support.desk import PASSPHRASE, HomeOfDesk, MemoryKeyring
from tests.support.session import unlock


def test_a_home_without_a_desk_says_so(qtbot: QtBot, tmp_path: Path) -> None:
    session = Session(tmp_path / "nothing")
    assert not session.exists()
    with qtbot.waitSignal(session.unlock_failed) as caught:
        session.unlock(PASSPHRASE)
    assert caught.args == ["no_store"]
    assert "tahaluf init" in session.message("no_store")
    session.close()


def test_a_wrong_passphrase_is_told_and_can_be_mended(qtbot: QtBot, locked: Session) -> None:
    with qtbot.waitSignal(locked.unlock_failed) as caught:
        locked.unlock("wrong passphrase")
    assert caught.args == ["wrong_passphrase"]
    assert locked.is_locked()
    unlock(qtbot, locked)
    assert not locked.is_locked()


def test_unlocking_derives_the_key_on_another_thread(
    qtbot: QtBot, home: HomeOfDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []
    place = home.opening.place
    assert isinstance(place, MemoryKeyring)
    read = place.read

    def read_and_note(name: str) -> bytes:
        threads.append(threading.get_ident())
        return read(name)

    monkeypatch.setattr(place, "read", read_and_note)
    session = Session(home.home, opening=home.opening)
    unlock(qtbot, session)
    session.close()
    assert threads
    assert threading.get_ident() not in threads


def test_a_damaged_store_is_told_with_its_place(qtbot: QtBot, home: HomeOfDesk, locked: Session) -> None:
    database = home.home / "store.db"
    database.write_bytes(bytes(16) + b"x" * (database.stat().st_size - 16))
    with qtbot.waitSignal(locked.unlock_failed) as caught:
        locked.unlock(PASSPHRASE)
    assert caught.args == ["store_damaged"]
    sentence = locked.message("store_damaged")
    assert "salvage" in sentence
    assert "—" not in sentence, "the place of the damage is named"
    assert locked.is_locked()


def test_while_locked_lists_are_empty_and_records_are_not_to_be_had(locked: Session) -> None:
    assert locked.rows(["00" * 16]) == []
    assert locked.records("00" * 16) == []
    assert locked.conflicts() == ()
    assert locked.members() == ()
    assert locked.counts() == {"cases": 0, "unread": 0, "conflicts": 0, "unsent": 0}
    assert locked.query(Query()) == 0
    assert locked.draft("x") == ""
    locked.set_draft("x", "y")
    locked.mark_read("00" * 16)
    for attempt in (locked.show, locked.history, locked.delete):
        with pytest.raises(Locked):
            attempt("00" * 16)


def test_locking_forgets_the_key_and_ends_the_threads(qtbot: QtBot, session: Session) -> None:
    session.new_case({"title": "Un"})
    store, queries, sync = session._desk._store, session._queries, session._sync  # type: ignore[union-attr]
    with qtbot.waitSignal(session.locked):
        session.lock()
    assert session.is_locked()
    assert store._key is None
    assert queries is not None
    assert sync is not None
    assert queries.isFinished()
    assert sync.isFinished()


def test_drafts_and_cases_survive_locking(qtbot: QtBot, session: Session) -> None:
    case = session.new_case({"title": "Un"})
    session.set_draft("case.summary", "à moitié tapé")
    session.lock()
    assert session.draft("case.summary") == ""
    unlock(qtbot, session)
    assert session.draft("case.summary") == "à moitié tapé"
    assert session.show(case).fields["title"].value == "Un"
    assert session.undo(), "one's last edit can still be undone"


def test_the_desk_locks_itself_when_nobody_does_anything(qtbot: QtBot, session: Session) -> None:
    session.settings.set(auto_lock_minutes=1)
    assert session._idle.interval() == 60_000
    session._idle.setInterval(50)
    with qtbot.waitSignal(session.locked, timeout=2_000):
        session._idle.start()
    assert not session._idle.isActive()


def test_a_key_in_any_window_puts_the_lock_off(qtbot: QtBot, session: Session) -> None:
    session.settings.set(auto_lock_minutes=1)
    edit = QLineEdit()
    qtbot.addWidget(edit)
    with qtbot.waitExposed(edit):
        edit.show()
    edit.activateWindow()
    qtbot.waitUntil(edit.isActiveWindow)
    session._idle.stop()
    QTest.keyClick(edit.windowHandle(), Qt.Key.Key_A)
    assert edit.text() == "a"
    assert session._idle.isActive()
    session.settings.set(auto_lock_minutes=0)
    QTest.keyClick(edit.windowHandle(), Qt.Key.Key_B)
    assert not session._idle.isActive(), "no automatic lock was asked for"


def test_unlocking_twice_at_once_does_it_once(qtbot: QtBot, locked: Session) -> None:
    heard: list[bool] = []
    locked.unlocked.connect(lambda: heard.append(True))
    locked.unlock(PASSPHRASE)
    unlock(qtbot, locked)
    locked.unlock(PASSPHRASE)
    qtbot.wait(50)
    assert heard == [True]


def test_closing_while_the_key_is_being_derived_leaves_the_desk_closed(qtbot: QtBot, locked: Session) -> None:
    locked.unlock(PASSPHRASE)
    locked.close()
    qtbot.wait(50)  # the thread's answer is waiting in the loop
    assert locked.is_locked()


def test_threads_do_not_pile_up_with_every_unlocking(qtbot: QtBot, locked: Session) -> None:
    for _ in range(3):
        unlock(qtbot, locked)
        locked.lock()
    qtbot.waitUntil(lambda: locked.findChildren(QThread) == [])
