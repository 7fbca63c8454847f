"""Nothing long on the window's thread: pages come piece by piece, histories from the query thread, page by page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.session import Session
from desktop.ui.case_view import CaseView
from desktop.ui.history_panel import PAGE, HistoryPanel
from desktop.ui.slices import Slices
from desktop.ui.summary_tab import SummaryTab
from i18n.bidi import strip_isolates
from tests.support.heartbeat import Heartbeat

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows
EDITS = 2 * PAGE + 30


@pytest.fixture
def case(session: Session) -> str:
    return session.new_case({"title": "Réseau", "summary": "Deux hommes.", "lead": "0"})


@pytest.fixture
def long_case(session: Session, case: str) -> str:
    for number in range(1, EDITS):
        session.edit(case, "lead", str(number))
    return case


def test_the_event_loop_turns_between_two_pieces(qtbot: QtBot) -> None:
    owner, heart = QWidget(), Heartbeat()
    qtbot.addWidget(owner)
    slices, beats = Slices(owner), list[int]()
    with heart.watching() as gap:
        slices.start(*(lambda: beats.append(gap.beats),) * 4)
        assert beats == []
        qtbot.waitUntil(lambda: len(beats) == 4)
    assert beats[0] < beats[2]
    assert len(set(beats)) >= 3


def test_newer_pieces_replace_what_is_left_of_the_older(qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    slices, done = Slices(owner), list[str]()
    slices.start(lambda: done.append("old"))
    slices.start(lambda: done.append("new"), lambda: done.append("newer"))
    slices.finish()
    qtbot.wait(20)
    assert done == ["new", "newer"]


def test_a_page_of_a_case_reads_no_history_on_the_window_s_thread(
    qtbot: QtBot, session: Session, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_arguments: object, **_named: object) -> tuple[()]:
        raise AssertionError("a history was read on the window's thread")

    monkeypatch.setattr(Session, "history", refused)
    view = CaseView(session)
    qtbot.addWidget(view)
    view.resize(900, 700)
    view.show()
    view.show_case(case)
    assert view.case_page is not None
    page = view.case_page
    page.finish()
    summary = page.widget("summary")
    assert isinstance(summary, SummaryTab)
    qtbot.waitUntil(lambda: len(summary.activity.rows()) == 1)
    assert strip_isolates(summary.summary.byline.text()).startswith("Edited by Cne L. Mansour (Dakar 1)")
    view.show_tab("history")
    assert page.history is not None
    history = page.history
    qtbot.waitUntil(lambda: len(history.rows()) == 1)


@pytest.fixture
def panel(qtbot: QtBot, session: Session) -> Callable[[str], HistoryPanel]:
    def made(record: str) -> HistoryPanel:
        shown = HistoryPanel(session)
        qtbot.addWidget(shown)
        shown.resize(700, 700)
        shown.show()
        shown.show_record(session.show(record))
        return shown

    return made


def test_a_long_history_is_shown_page_by_page(
    qtbot: QtBot, panel: Callable[[str], HistoryPanel], long_case: str
) -> None:
    shown = panel(long_case)
    for pages in (1, 2):
        qtbot.waitUntil(lambda: shown.more.isVisible() and shown.more.isEnabled(), timeout=10_000)
        assert len(shown.rows()) == pages * PAGE
        qtbot.mouseClick(shown.more, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(shown.rows()) == EDITS, timeout=10_000)
    assert not shown.more.isVisible()
    assert shown.count.text() == f"{EDITS} changes"
    assert shown.rows()[-1].change.entries[0].operation == "create"


def test_a_history_that_the_store_has_more_of_is_read_on(
    qtbot: QtBot,
    session: Session,
    panel: Callable[[str], HistoryPanel],
    long_case: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("desktop.ui.history_panel.ENTRIES", 20)
    shown = panel(long_case)
    qtbot.waitUntil(lambda: len(shown.rows()) == 19)
    assert shown.count.text() == "19+ changes"
    qtbot.mouseClick(shown.more, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(shown.rows()) == 38)
    values = [row.change.entries[0].value for row in shown.rows()]
    assert values == [str(number) for number in range(EDITS - 1, EDITS - 39, -1)]


def test_a_new_change_joins_a_history_whose_other_rows_stay(
    qtbot: QtBot, session: Session, panel: Callable[[str], HistoryPanel], case: str
) -> None:
    shown = panel(case)
    qtbot.waitUntil(lambda: len(shown.rows()) == 1)
    (first,) = shown.rows()
    session.edit(case, "lead", "A. Rossi")
    shown.show_record(session.show(case))
    qtbot.waitUntil(lambda: len(shown.rows()) == 2)
    assert shown.rows()[1] is first
    assert shown.rows()[0].change.entries[0].value == "A. Rossi"
