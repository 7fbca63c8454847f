"""A new passphrase in the settings: typed twice, done on another thread, every refusal in words."""

from __future__ import annotations

import threading

import pytest
from pytestqt.qtbot import QtBot

from desktop.store import WrongPassphrase, unlocking
from desktop.ui.main_window import MainWindow
from desktop.ui.passphrase_card import PassphraseCard
from desktop.ui.settings_view import SettingsView
from tests.support.desk import PASSPHRASE, HomeOfDesk
from tests.ui.shell.conftest import OpenWindow, unlock, workspace

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows
NEW = "another passphrase"


def card_of(window: MainWindow) -> PassphraseCard:
    workspace(window).show_page("settings")
    view = workspace(window).pages["settings"]
    assert isinstance(view, SettingsView)
    return view.passphrase


def type_into(card: PassphraseCard, old: str, new: str, again: str) -> None:
    for field, text in ((card.old, old), (card.new, new), (card.again, again)):
        field.setText(text)


@pytest.fixture
def window(home: HomeOfDesk, open_window: OpenWindow) -> MainWindow:
    """An unlocked window."""
    return open_window(home)


def test_a_new_passphrase_opens_the_desk_and_the_old_one_no_longer(
    qtbot: QtBot, window: MainWindow, home: HomeOfDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []
    change = unlocking.change_passphrase

    def watch(*arguments: object) -> object:
        threads.append(threading.get_ident())
        return change(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("desktop.desk.opening.unlocking.change_passphrase", watch)
    card = card_of(window)
    assert not card.button.isEnabled()
    type_into(card, PASSPHRASE, NEW, NEW)
    with qtbot.waitSignal(window.session.passphrase_changed, timeout=10_000):
        card.button.click()
        assert not card.button.isEnabled()
        assert not card.old.isEnabled()
    assert threads
    assert threading.get_ident() not in threads
    assert "is changed" in card.answer.text.text()
    assert [card.old.text(), card.new.text(), card.again.text()] == ["", "", ""]
    window.lock()
    with pytest.raises(WrongPassphrase):
        home.opening.unlock(home.home, PASSPHRASE)
    window.unlock_view.field.setText(NEW)
    unlock(qtbot, window, typed=True)


@pytest.mark.parametrize(
    ("old", "new", "again", "words"),
    [
        (PASSPHRASE, NEW, NEW + "x", "differ"),
        (PASSPHRASE, "short", "short", "too short"),
        ("not this one", NEW, NEW, "does not open"),
    ],
)
def test_what_does_not_fit_is_said_and_changes_nothing(
    qtbot: QtBot, window: MainWindow, home: HomeOfDesk, old: str, new: str, again: str, words: str
) -> None:
    card = card_of(window)
    type_into(card, old, new, again)
    card.submit()
    qtbot.waitUntil(lambda: words in card.answer.text.text(), timeout=10_000)
    assert not card.answer.isHidden()
    assert not window.session.is_working()
    assert home.opening.unlock(home.home, PASSPHRASE).home == home.home


def test_what_is_missing_is_said_while_it_is_typed(window: MainWindow) -> None:
    card = card_of(window)
    card.new.setText("123456789")
    assert card.guidance.text() == "1 character more is needed."
    card.new.setText("1234567890")
    assert "At least 10 characters" in card.guidance.text()


def test_the_keys_can_be_made_to_end_after_wrong_passphrases(
    qtbot: QtBot, window: MainWindow, home: HomeOfDesk
) -> None:
    card = card_of(window)
    assert card.limit.currentData() == 0
    place = card.limit.findData(10)
    with qtbot.waitSignal(window.session.passphrase_changed, timeout=10_000):
        card.limit.setCurrentIndex(place)
        card.limit.activated.emit(place)
    assert home.opening.waiting(home.home).limit == 10
    assert card.limit.currentData() == 10
    assert card.answer.isHidden()


def test_the_last_wrong_passphrase_in_the_settings_ends_the_open_desk_too(
    qtbot: QtBot, window: MainWindow, home: HomeOfDesk
) -> None:
    home.opening.limit_attempts(home.home, 5)
    card = card_of(window)
    for _ in range(4):
        with pytest.raises(WrongPassphrase):
            home.opening.unlock(home.home, "not this one")
    type_into(card, "not this one", NEW, NEW)
    with qtbot.waitSignal(window.session.locked, timeout=10_000):
        card.submit()
    assert window.session.is_locked()
    assert not window.session.exists()
    assert "were destroyed" in window.unlock_view.problem.text.text()
