"""Nothing holds the window's thread: while news arrive, and while pages are made."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from bench.world import invent
from desktop.ui.rail import PLACES, SETTINGS
from desktop.ui.settings_view import SettingsView
from tests.support.desk import HomeOfDesk
from tests.support.heartbeat import Heartbeat
from tests.ui.shell.conftest import OpenWindow, workspace

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows

HELD_S = 0.05  # of the thread's own CPU time: what else the machine does is not counted
NEWS, BURSTS = 200, 8


def test_the_window_is_not_held_while_news_arrive(qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow) -> None:
    window = open_window(home)
    space = workspace(window)
    values = next(iter(invent(1))).values
    made = [window.session.new_case(values) for _ in range(NEWS)]
    space.open_record(made[0])
    qtbot.wait(900)
    heart = Heartbeat(every_ms=1)
    with heart.watching() as gap:
        for burst in range(BURSTS):
            window.session.on_synced(frozenset(made[burst::BURSTS]))
            qtbot.wait(80)
        qtbot.wait(500)
    assert gap.beats > BURSTS
    assert max(gap.cpus) < HELD_S


def test_the_pages_that_are_likely_to_be_wanted_are_made_in_idle_turns(
    qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow
) -> None:
    space = workspace(open_window(home))
    qtbot.waitUntil(lambda: {"cases", "people", "sync", "settings"} <= set(space.pages))
    made = dict(space.pages)
    for place in (*PLACES, SETTINGS):
        space.show_page(place.key)
        assert space.stack.currentWidget() is space.pages[place.key]
        assert made.get(place.key, space.pages[place.key]) is space.pages[place.key]
    assert {space.stack.widget(place) for place in range(space.stack.count())} == set(space.pages.values())


def test_the_settings_are_those_of_when_they_are_looked_at(
    qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow
) -> None:
    window = open_window(home)
    space = workspace(window)
    qtbot.waitUntil(lambda: "settings" in space.pages)
    window.session.settings.set(auto_lock_minutes=30)
    space.show_page("settings")
    page = space.pages["settings"]
    assert isinstance(page, SettingsView)
    assert page.choices["auto_lock_minutes"].currentData() == 30
