"""The lock: what opens it, what it says when it does not open, and that nothing stays behind it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.session import Session
from desktop.store import WrongPassphrase
from desktop.store.attempts import machine_uptime
from desktop.ui.main_window import MainWindow
from desktop.ui.unlock_view import wait_words
from tests.support.desk import PASSPHRASE, HomeOfDesk
from tests.ui.shell.conftest import CASES, OpenWindow, listed, unlock, workspace

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows


def test_the_passphrase_opens_the_list_of_cases(qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow) -> None:
    window = open_window(home)
    assert window.session.counts()["cases"] == CASES
    assert 0 < len(listed(workspace(window))) < CASES  # closed ones are not among the open ones
    assert window.unlock_view.field.text() == ""


def test_a_wrong_passphrase_is_said_and_the_field_emptied(
    qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow
) -> None:
    window = open_window(home, locked=True)
    view = window.unlock_view
    qtbot.keyClicks(view.field, "not this one, certainly")
    with qtbot.waitSignal(window.session.unlock_failed):
        qtbot.mouseClick(view.unlock_button, Qt.MouseButton.LeftButton)
    assert "does not open the desk" in view.problem.text.text()
    assert view.problem.isVisible()
    assert view.field.text() == ""
    assert window.session.is_locked()


def test_the_third_wrong_passphrase_makes_the_officer_wait(
    qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow
) -> None:
    home.opening = replace(home.opening, uptime=machine_uptime)
    window = open_window(home, locked=True)
    view = window.unlock_view
    for _attempt in range(3):
        view.field.setText("not this one, certainly")
        with qtbot.waitSignal(window.session.unlock_failed):
            qtbot.keyClick(view.field, Qt.Key.Key_Return)
    view.field.setText("anything")
    assert not view.unlock_button.isEnabled()
    assert "Next try in" in view.problem.text.text()
    qtbot.waitUntil(view.unlock_button.isEnabled, timeout=3_000)


def fail(home: HomeOfDesk, times: int) -> None:
    """Somebody tries wrong passphrases by another program."""
    for _ in range(times):
        with pytest.raises(WrongPassphrase):
            home.opening.unlock(home.home, "not this one, certainly")


def test_a_wait_survives_the_program_and_is_shown_with_the_time_left(
    qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow
) -> None:
    now = [10_000.0]
    home.opening = replace(home.opening, uptime=lambda: now[0])
    fail(home, 2)
    for _ in range(6):
        fail(home, 1)
        now[0] += 900.0
    fail(home, 1)
    window = open_window(home, locked=True)
    view = window.unlock_view
    assert view.problem.isVisible()
    assert "wrong passphrases since" in view.problem.text.text()
    assert "Next try in 64 seconds" in view.problem.text.text()
    view.field.setText(PASSPHRASE)
    assert not view.unlock_button.isEnabled()
    view.submit()
    assert view.field.text() == PASSPHRASE, "nothing was tried"
    home.opening.waiting(home.home)
    (home.home / "attempts").unlink()
    window.session._until_s = 0.0
    with qtbot.waitSignal(window.session.unlock_failed) as caught:
        view.submit()
    assert caught.args == ["try_later"], "the keyring has the count too"
    assert "Time left" in view.problem.text.text()
    window.session._until_s = 0.0
    view._on_tick()
    assert not view.problem.isVisible()


def test_long_waits_are_shown_in_minutes() -> None:
    assert wait_words(120) == "Next try in 120 seconds."
    assert wait_words(121) == "Next try in 3 minutes."


def test_the_lock_says_how_many_tries_are_left_and_what_was_destroyed(
    qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow
) -> None:
    home.opening.limit_attempts(home.home, 5)
    fail(home, 3)
    window = open_window(home, locked=True)
    view = window.unlock_view
    assert "2 more wrong passphrases, and the keys" in view.problem.text.text()
    window.session._until_s = 0.0
    for expected in ("1 more wrong passphrase, and the keys", "were destroyed on"):
        view.field.setText("not this one, certainly")
        with qtbot.waitSignal(window.session.unlock_failed):
            view.submit()
        assert expected in view.problem.text.text()
        window.session._until_s = 0.0
    assert not view.field.isEnabled()
    assert not window.session.exists()
    again = open_window(home, locked=True)
    assert "after too many wrong passphrases" in again.unlock_view.problem.text.text()


def test_a_home_without_a_desk_says_how_one_is_set_up(qtbot: QtBot, qapp: object, tmp_path: Path) -> None:
    window = MainWindow(Session(tmp_path / "nothing"))
    qtbot.addWidget(window)
    window.show()
    assert "tahaluf init" in window.unlock_view.problem.text.text()
    assert not window.unlock_view.field.isEnabled()


def test_ctrl_l_locks_and_no_word_of_a_case_stays_in_the_window(
    qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow
) -> None:
    window = open_window(home)
    space = workspace(window)
    space.records().open_record(listed(space)[0])
    title = window.session.rows(listed(space)[:1])[0].title
    assert any(title[:20] in label.text() for label in window.findChildren(QLabel))
    qtbot.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert window.session.is_locked()
    qtbot.waitUntil(lambda: not any(title[:20] in label.text() for label in window.findChildren(QLabel)))
    assert [field.text() for field in window.findChildren(QLineEdit) if field.text()] == []
    assert window.unlock_view.isVisible()
    assert window.unlock_view.field.hasFocus()


def test_what_is_typed_when_the_desk_is_locked_is_there_afterwards(
    qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow
) -> None:
    window = open_window(home)
    space = workspace(window)
    record = listed(space)[0]
    space.records().open_record(record)
    space.records().detail.show_tab("details")
    page = space.records().detail.case_page
    assert page is not None
    assert page.details is not None
    assert page.details.form is not None
    page.details.form.complete()
    field = page.details.form.rows["lead"].editor.main_widget()
    field.setFocus()
    field.selectAll()  # type: ignore[attr-defined]  # a line
    qtbot.keyClicks(field, "Lt A. Ndiaye")
    window.commands.run("lock")
    unlock(qtbot, window)
    shown = window.session.show(record).fields["lead"]
    assert shown.value == "Lt A. Ndiaye"


def test_dialogs_close_with_the_lock(qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow) -> None:
    window = open_window(home)
    window.show_shortcuts()
    workspace(window).new_case()
    window.lock()
    qtbot.waitUntil(
        lambda: not any(top.isVisible() for top in window.findChildren(QLineEdit) if top.window() != window)
    )


def test_a_machine_that_slept_is_locked(
    qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(home)
    window.status.look()
    assert not window.session.is_locked()
    monkeypatch.setattr("desktop.ui.status_bar.time.time", lambda: 4_000_000_000.0)
    window.status.look()
    assert window.session.is_locked()


def test_the_language_can_be_chosen_before_unlocking(qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow) -> None:
    window = open_window(home, locked=True)
    view = window.unlock_view
    place = view.languages.findData("ar")
    view.languages.setCurrentIndex(place)
    view.languages.activated.emit(place)
    assert view.isRightToLeft()
    assert view.label.text() == "عبارة المرور"
    assert window.session.settings.language == "ar"


def test_a_damaged_store_is_repaired_from_the_window(qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow) -> None:
    window = open_window(home)
    before = sorted(listed(workspace(window)))
    window.session.tell_failure("store_damaged", {"where": "page 7"})
    notices = workspace(window).notices
    assert "page 7" in notices.banners()[0].text.text()
    qtbot.mouseClick(notices.banners()[0].strong, Qt.MouseButton.LeftButton)
    view = window.unlock_view
    assert window.session.is_locked()
    assert view.field.hasFocus()
    told: list[str] = []
    window.session.salvage_progressed.connect(lambda *_: told.append(view.sentence.text()))
    qtbot.keyClicks(view.field, PASSPHRASE)
    assert view.unlock_button.caption() == "Save what verifies and open"
    space = unlock(qtbot, window, typed=True)
    assert [told[0], told[-1]] == [f"Saving what verifies: {done} of {CASES}" for done in (0, CASES - 1)]
    assert list(home.home.glob("store.damaged-*.db"))
    qtbot.waitUntil(lambda: sorted(listed(space)) == before)
    window.lock()
    qtbot.keyClicks(view.field, PASSPHRASE)
    assert view.unlock_button.caption() == "Unlock"


def test_a_store_that_cannot_be_read_says_so_and_offers_the_repair(
    qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow
) -> None:
    store = home.home / "store.db"
    data = bytearray(store.read_bytes())
    data[:4096] = bytes(4096)
    store.write_bytes(data)
    window = open_window(home, locked=True)
    view = window.unlock_view
    qtbot.keyClicks(view.field, PASSPHRASE)
    with qtbot.waitSignal(window.session.unlock_failed):
        qtbot.keyClick(view.field, Qt.Key.Key_Return)
    assert "damaged" in view.problem.text.text()
    assert view.problem.strong.isVisible()
    assert window.workspace is None
