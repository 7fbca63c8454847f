"""The discussion of a case over real sessions: posting, answering, mentions, drafts, hostile text."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.session import Session
from desktop.ui import discussion_tab
from desktop.ui.case_view import CaseView
from desktop.ui.discussion_tab import DiscussionTab
from i18n.bidi import strip_isolates
from tests.support.session import unlock
from tests.ui.case.two_desks import TwoDesks

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows
CTRL = Qt.KeyboardModifier.ControlModifier


def open_tab(qtbot: QtBot, view: CaseView) -> DiscussionTab:
    view.show_tab("discussion")
    qtbot.waitUntil(lambda: view.case_page is not None and view.case_page.widget("discussion") is not None)
    assert view.case_page is not None
    widget = view.case_page.widget("discussion")
    assert isinstance(widget, DiscussionTab)
    qtbot.waitUntil(lambda: widget._view is not None)
    return widget


@pytest.fixture
def tab(qtbot: QtBot, view: CaseView) -> DiscussionTab:
    return open_tab(qtbot, view)


def texts(tab: DiscussionTab) -> list[list[str]]:
    return [[strip_isolates(row.text.text()) for row in card.rows] for card in tab.cards.values()]


def test_a_note_is_typed_with_a_mention_and_posted_by_keys(
    qtbot: QtBot, pair: TwoDesks, case: str, tab: DiscussionTab
) -> None:
    tab.box.setFocus()
    qtbot.keyClicks(tab.box, "@ros")
    assert tab.box.offered() == ["A. Rossi (Rome 1)"]
    qtbot.keyClick(tab.box, Qt.Key.Key_Return)
    qtbot.keyClicks(tab.box, "look at +39 351 204 88 16")
    qtbot.keyClick(tab.box, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: texts(tab) == [["@A. Rossi (Rome 1) look at +39\u00a0351\u00a0204\u00a088\u00a016"]])
    assert tab.box.toPlainText() == ""
    note = next(iter(tab.cards))
    view = pair.session.show(note)
    assert view.fields["content"].text == f"@{pair.rome.identity().device} look at +39 351 204 88 16"
    assert view.fields["mentions"].elements == (f"@{pair.rome.identity().device}",)


def test_escape_leaves_what_was_typed(qtbot: QtBot, tab: DiscussionTab) -> None:
    tab.box.setFocus()
    qtbot.keyClicks(tab.box, "write to a@ros")
    assert tab.box.offered() == []  # an address is no mention
    qtbot.keyClicks(tab.box, " @")
    assert tab.box.offered() == ["A. Rossi (Rome 1)"]
    qtbot.keyClick(tab.box, Qt.Key.Key_Escape)
    assert tab.box.offered() == []
    assert tab.box.toPlainText() == "write to a@ros @"


def test_answers_stand_under_what_they_answer_and_count_as_read_once_seen(
    qtbot: QtBot, pair: TwoDesks, case: str, tab: DiscussionTab
) -> None:
    tab._seen.setInterval(60_000)
    asked = pair.rome.new_record("note", case, {"content": "Who is this?"}).record
    pair.exchange()
    qtbot.waitUntil(lambda: texts(tab) == [["Who is this?"]])
    card = tab.cards[asked]
    assert not card.rows[0].news.isHidden()
    qtbot.mouseClick(card.answer, Qt.MouseButton.LeftButton)
    assert strip_isolates(tab.to_whom.text()) == "Answer to A. Rossi (Rome 1)"
    qtbot.keyClicks(tab.box, "Nobody we know")
    qtbot.mouseClick(tab.post_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: texts(tab) == [["Who is this?", "Nobody we know"]])
    assert tab.to_whom.isHidden()
    tab._seen.start(1)
    qtbot.waitUntil(lambda: not tab.cards[asked].rows[0].note.unread)
    assert not pair.session.rows([asked])[0].unread


def test_hostile_text_is_shown_as_text(qtbot: QtBot, pair: TwoDesks, case: str, tab: DiscussionTab) -> None:
    pair.rome.new_record("note", case, {"content": "<img src=x> <b>bold</b> \u202efdp.exe\n" + "x" * 20_000})
    pair.exchange()
    qtbot.waitUntil(lambda: len(tab.cards) == 1)
    (row,) = next(iter(tab.cards.values())).rows
    shown = strip_isolates(row.text.text())
    assert shown.startswith("<img src=x> <b>bold</b> [U+202E]fdp.exe\n")
    assert len(shown) < 6_000
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in tab.findChildren(QLabel) if label.text())


def test_a_draft_survives_a_lock(qtbot: QtBot, pair: TwoDesks, case: str, view: CaseView, tab: DiscussionTab) -> None:
    session: Session = pair.session
    tab.box.setFocus()
    qtbot.keyClicks(tab.box, "Not yet said")
    view.flush()  # as the window does before it locks
    session.lock()
    assert tab.box.toPlainText() == ""
    assert tab.cards == {}
    unlock(qtbot, session)
    view.show_case(case)
    again = open_tab(qtbot, view)
    assert again.box.toPlainText() == "Not yet said"
    qtbot.keyClick(again.box, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: texts(again) == [["Not yet said"]])
    assert session.draft(f"note.{case}") == ""


def test_earlier_threads_come_when_asked_for(qtbot: QtBot, pair: TwoDesks, case: str, view: CaseView) -> None:
    for number in range(discussion_tab.PAGE + 3):
        pair.session.post_note(case, f"note {number}")
    tab = open_tab(qtbot, view)
    assert len(tab.cards) == discussion_tab.PAGE
    assert texts(tab)[-1] == [f"note {discussion_tab.PAGE + 2}"]
    assert tab.earlier.text() == "3 earlier threads"
    qtbot.mouseClick(tab.earlier, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(tab.cards) == discussion_tab.PAGE + 3)
    assert texts(tab)[0] == ["note 0"]
    assert tab.earlier.isHidden()
