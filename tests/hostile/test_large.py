"""Far too much of everything: titles from elsewhere, a thousand values of one field, sets and cases without end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.casework.views import Query
from desktop.ui.conflict_card import AT_ONCE
from desktop.ui.conflicts_view import ConflictsView
from desktop.ui.editors.sets import ChipsEditor
from sync.changes import Add, Create, Set, Write
from tests.hostile.member import Attack
from tests.hostile.texts import faults
from tests.support.desk import HomeOfDesk
from tests.ui.shell.conftest import OpenWindow, workspace

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows
FROZEN_S = 20.0  # what no machine may need, however busy: these tests are about ends that are reached, not about speed


class Pulse:
    """Notes the longest time in which the event loop did not turn, in seconds."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._last = time.monotonic()

    def beat(self) -> None:
        """The loop turned."""
        now = time.monotonic()
        self.longest = max(self.longest, now - self._last)
        self._last = now


@contextmanager
def pulse() -> Iterator[Pulse]:
    """Watch the event loop."""
    watch = Pulse()
    timer = QTimer()
    timer.setInterval(0)
    timer.timeout.connect(watch.beat)
    timer.start()
    yield watch
    QApplication.processEvents()
    watch.beat()
    timer.stop()


def test_a_title_of_300_kb_from_a_member_is_cut_where_it_is_shown_and_kept_whole(
    qtbot: QtBot, attack: Attack, open_window: OpenWindow
) -> None:
    title = "x" * 300_000
    words = "word " * 60_000
    case = attack.found(Set("title", title, []))
    attack.write(case, case, Set("lead", words, []))
    person = attack.record(case, Create("person"), Set("name", words, []))
    attack.write(case, person, Set("name_original", title, []))
    victim = attack.dakar.open()
    assert attack.deliver(victim).refused == 0
    assert victim.show(case).fields["title"].value == title
    window = open_window(attack.dakar)
    window.session.set_connected(False)
    space = workspace(window)
    with pulse() as watch:
        for record in (case, person):
            space.open_record(record, "case")
            for tab in ("summary", "subjects", "details", "history"):
                space.records().detail.show_tab(tab)
                qtbot.wait(40)
                window.grab()
        for key in ("people", "sync", "bin", "cases"):
            space.show_page(key)
            qtbot.wait(40)
            window.grab()
    assert watch.longest < FROZEN_S
    assert faults(window) == []
    assert len(window.windowTitle()) < 300
    record_property(qtbot, "longest turn, title of 300 KB", watch.longest)


def test_a_thousand_values_of_one_field_can_be_looked_at_and_resolved(
    qtbot: QtBot, attack: Attack, open_window: OpenWindow
) -> None:
    case = attack.found(Set("title", "Un", []))
    for number in range(10):
        attack.write(case, case, *(Set("lead", f"Officer {number}.{each}", []) for each in range(100)))
    victim = attack.dakar.open()
    attack.deliver(victim)
    assert len(victim.show(case).fields["lead"].values) == 1_000
    window = open_window(attack.dakar)
    window.session.set_connected(False)
    space = workspace(window)
    with pulse() as watch:
        space.show_page("conflicts")
        qtbot.wait(300)
        window.grab()
        space.show_page("cases")
        space.open_record(case)
        space.records().detail.show_tab("details")
        qtbot.wait(100)
        window.grab()
    record_property(qtbot, "longest turn, 1,000 values", watch.longest)
    assert watch.longest < FROZEN_S
    view = space.pages["conflicts"]
    assert isinstance(view, ConflictsView)
    (card,) = view.cards
    assert len(card.sides) == AT_ONCE + 1
    card.more.click()
    card.choose(AT_ONCE)  # the first of those that came after
    assert card.decision() == (True, card.values[AT_ONCE].value)
    assert card.sides[-1] is card.other
    assert window.session.resolve(case, "lead", "Decided")
    qtbot.waitUntil(lambda: window.session.conflicts() == (), timeout=10_000)
    assert victim.show(case).fields["lead"].value == "Decided"


def test_a_set_with_five_hundred_elements_is_shown_whole_and_can_be_edited(
    qtbot: QtBot, attack: Attack, open_window: OpenWindow
) -> None:
    case = attack.found(Set("title", "Un", []))
    person = attack.record(case, Create("person"), Set("name", "P", []))
    attack.write(case, person, *(Add("aliases", f"alias {number:03}", []) for number in range(500)))
    victim = attack.dakar.open()
    attack.deliver(victim)
    window = open_window(attack.dakar)
    window.session.set_connected(False)
    space = workspace(window)
    with pulse() as watch:
        space.open_record(person, "case")
        space.records().detail.show_tab("details")
        page = space.records().detail.record_page
        assert page is not None
        qtbot.waitUntil(lambda: page.details is not None and page.details.form is not None)
        assert page.details is not None
        assert page.details.form is not None
        page.details.form.complete()
        qtbot.wait(200)
        editor = page.details.form.rows["aliases"].editor
        assert isinstance(editor, ChipsEditor)
        shown = len(editor.chips())
        editor.more.click()
        assert (shown, len(editor.chips())) == (60, 500)
        window.grab()
    record_property(qtbot, "longest turn, set of 500", watch.longest)
    assert watch.longest < FROZEN_S
    found = window.session.show(person).fields["aliases"].elements
    assert len(found) == 500
    assert window.session.edit(person, "aliases", found[1:])
    assert len(window.session.show(person).fields["aliases"].elements) == 499


def test_a_case_with_two_thousand_people_opens(qtbot: QtBot, empty_home: HomeOfDesk, open_window: OpenWindow) -> None:
    desk = empty_home.open()
    case = desk.new_case({"title": "Un"}).record
    with desk._connection.transaction():
        for number in range(2_000):
            desk.new_record("person", case, {"name": f"P{number:04}"})
    window = open_window(empty_home)
    space = workspace(window)
    qtbot.wait(200)
    with pulse() as watch:
        space.open_record(case)
        qtbot.wait(200)
        window.grab()
        for tab in ("subjects", "details", "history"):
            space.records().detail.show_tab(tab)
            qtbot.wait(200)
            window.grab()
    record_property(qtbot, "longest turn, 2,000 people", watch.longest)
    assert watch.longest < FROZEN_S
    assert len(window.session.records(case, "person")) == 2_000
    space.show_page("people")
    qtbot.waitUntil(lambda: len(space.records().list.view.rows.ids()) == 2_000, timeout=10_000)
    assert len(desk.query(Query(type="person", text="P1999"))) == 1


def test_a_text_of_500_kb_from_a_member_is_shown_and_not_shortened_by_looking(
    qtbot: QtBot, attack: Attack, open_window: OpenWindow
) -> None:
    text = "a line of words\n" * 30_000
    case = attack.found(Set("title", "Un", []), Write("summary", text))
    victim = attack.dakar.open()
    attack.deliver(victim)
    window = open_window(attack.dakar)
    window.session.set_connected(False)
    space = workspace(window)
    with pulse() as watch:
        space.open_record(case)
        for tab in ("summary", "details", "history"):
            space.records().detail.show_tab(tab)
            qtbot.wait(100)
            window.grab()
        space.show_page("people")
    record_property(qtbot, "longest turn, text of 480 KB", watch.longest)
    assert watch.longest < FROZEN_S
    assert victim.show(case).fields["summary"].text == text


def record_property(qtbot: QtBot, name: str, seconds: float) -> None:
    """Print a figure: `pytest -s` shows it. Nothing is decided by it."""
    print(f"{name}: {seconds * 1000:.0f} ms")  # noqa: T201 - a measure, not a message
