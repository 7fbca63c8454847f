"""Requests on screen, with a second ministry behind a real server: page, tab, card, steps and dialogs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.casework.request_views import Deed, Given
from desktop.session import Session
from desktop.ui.case_view import CaseView
from desktop.ui.kit import Label
from desktop.ui.new_record_dialog import NewRecordDialog, asked_fields
from desktop.ui.request_card import RequestCard
from desktop.ui.request_dialog import StepDialog
from desktop.ui.request_table import RequestTable
from desktop.ui.requests_page import RequestsPage, RequestsWatch
from desktop.ui.requests_tab import RequestsTab
from i18n import set_language
from i18n.bidi import strip_isolates
from tests.ui.case.two_desks import TwoDesks
from tests.ui.conftest import Look
from tests.ui.kit.clipping import clipped

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows


def ago(**span: int) -> str:
    return (datetime.now(UTC) - timedelta(**span)).isoformat(timespec="seconds")


@pytest.fixture
def from_rome(pair: TwoDesks, case: str) -> str:
    """Rome asks Dakar, and the request is here."""
    record = pair.rome.new_record(
        "request", case, {"title": "Titolare del numero", "requested": ["SN"], "precedence": "FLASH"}
    ).record
    pair.rome.request_step(record, "send")
    pair.exchange()
    return record


@pytest.fixture
def card(qtbot: QtBot, pair: TwoDesks, from_rome: str) -> RequestCard:
    made = RequestCard(pair.session)
    qtbot.addWidget(made)
    made.resize(760, 700)
    made.show()
    made.show_record(pair.session.show(from_rome))
    qtbot.waitUntil(lambda: bool(made.buttons))
    return made


def told(widget: RequestCard | StepDialog) -> str:
    found = [label.text() for label in widget.findChildren(Label) if label.isVisibleTo(widget)]
    return strip_isolates("\n".join(found))


def refresh(qtbot: QtBot, session: Session, card: RequestCard, record: str) -> None:
    """Show the request as it stands now."""
    with qtbot.waitSignal(session.requests_ready):
        card.show_record(session.show(record))


def column(table: RequestTable, place: int) -> list[str]:
    model = table.requests
    return [strip_isolates(str(model.data(model.index(row, place)))) for row in range(model.rowCount())]


def test_only_the_steps_that_are_possible_now_have_buttons(qtbot: QtBot, pair: TwoDesks, card: RequestCard) -> None:
    assert list(card.buttons) == ["receive"]
    assert card.steps.at() == 1
    qtbot.mouseClick(card.buttons["receive"], Qt.MouseButton.LeftButton)
    dialog = card.findChildren(StepDialog)[-1]
    assert "The deadline runs from the receipt" in told(dialog)
    qtbot.keyClick(dialog.button, Qt.Key.Key_Return)
    view = pair.session.show(card._record)
    assert view.fields["status"].value == "received"
    refresh(qtbot, pair.session, card, card._record)
    assert list(card.buttons) == ["accept", "refuse", "pause"]
    assert "3 days left" in card.parts[0].clock.text()


def test_a_refusal_asks_for_its_reason_and_keeps_the_words(qtbot: QtBot, pair: TwoDesks, card: RequestCard) -> None:
    record = card._record
    pair.session.request_step(record, "receive")
    refresh(qtbot, pair.session, card, record)
    qtbot.mouseClick(card.buttons["refuse"], Qt.MouseButton.LeftButton)
    dialog = card.findChildren(StepDialog)[-1]
    dialog.submit()
    assert dialog.problem.isVisible()
    assert pair.session.show(record).fields["status"].value == "received"
    qtbot.keyClicks(dialog.rows["refusal"].editor.main_widget(), "Not ours <b>to give</b>")
    qtbot.waitUntil(lambda: bool(pair.session.draft(f"step/{record}/refuse/refusal")))
    qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    assert pair.session.show(record).fields["refusal"].value == "Not ours <b>to give</b>"
    assert pair.session.draft(f"step/{record}/refuse/refusal") == ""
    refresh(qtbot, pair.session, card, record)
    assert list(card.buttons) == []
    assert "Not ours <b>to give</b>" in told(card), "literally"
    assert card.steps.way() == ("draft", "sent", "received", "refused", "closed")


def test_a_pause_shows_why_and_until_when_and_stops_the_clock(qtbot: QtBot, pair: TwoDesks, card: RequestCard) -> None:
    record = card._record
    pair.session.request_step(record, "receive", Given(at=ago(hours=30)))
    refresh(qtbot, pair.session, card, record)
    card.take(Deed("pause", "SN"))
    dialog = card.findChildren(StepDialog)[-1]
    dialog.rows["pause_reason"].editor.restore("A judge decides")
    dialog.submit()
    assert dialog.problem.isVisible(), "until when is needed too"
    dialog.rows["pause_until"].editor.restore("2099-01-01")
    dialog.submit()
    refresh(qtbot, pair.session, card, record)
    words = told(card)
    assert "A judge decides" in words
    assert "backdated: it was written" in words
    assert "paused" in card.parts[0].clock.text()
    assert list(card.buttons) == ["accept", "refuse", "resume"], "not paused twice, and no answer before it goes on"


def test_two_steps_at_once_are_a_conflict_that_nobody_can_pass_over(
    qtbot: QtBot, pair: TwoDesks, card: RequestCard
) -> None:
    record = card._record
    pair.session.request_step(record, "receive")
    pair.rome.request_step(record, "withdraw")
    pair.exchange()
    refresh(qtbot, pair.session, card, record)
    assert card.conflict.isVisible()
    assert card.buttons == {}
    assert "Received" in card.parts[0].state.text()
    assert "Withdrawn" in card.parts[0].state.text()
    asked: list[str] = []
    card.compare_requested.connect(asked.append)
    card.conflict.strong_clicked.emit()
    assert asked == [record]
    assert pair.session.conflicts()[0].field == "status"
    assert pair.session.resolve(record, "status", "withdrawn")
    refresh(qtbot, pair.session, card, record)
    assert not card.conflict.isVisible()
    assert card.steps.way() == ("draft", "withdrawn")


def test_the_page_sorts_by_haste_and_counts_what_waits_for_us(
    qtbot: QtBot, pair: TwoDesks, case: str, from_rome: str
) -> None:
    session = pair.session
    mine = session.new_record("request", case, {"title": "A noi", "requested": ["IT"]})
    page = RequestsPage(session)
    watch = RequestsWatch(session, page)
    qtbot.addWidget(page)
    page.resize(1_000, 600)
    with qtbot.waitSignal(watch.waiting_changed) as counted:
        page.show()
    assert counted.args == [2], "what came from Rome, and the draft that is not sent"
    qtbot.waitUntil(lambda: column(page.table, 0) == ["Titolare del numero · TLP:AMBER · H0"])
    opened: list[str] = []
    page.record_opened.connect(opened.append)
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert opened == [from_rome]
    page.choose("from_us")
    assert [line.timed.request.id for line in page.table.requests.lines] == [mine]
    page.choose("all")
    assert page.table.requests.rowCount() == 2
    assert session.request_step(from_rome, "receive", Given(at=ago(days=5)))
    qtbot.waitUntil(lambda: "late by 2 days" in column(page.table, 1)[0])
    assert session.request_step(mine, "withdraw")
    qtbot.waitUntil(lambda: page.table.requests.rowCount() == 1)
    qtbot.mouseClick(page.ended, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.table.requests.rowCount() == 2)


def test_the_tab_of_a_case_shows_follow_ups_under_what_they_follow(
    qtbot: QtBot, pair: TwoDesks, case: str, from_rome: str
) -> None:
    second = pair.session.new_record("request", case, {"title": "Ancora", "requested": ["IT"], "follows": from_rome})
    tab = RequestsTab(pair.session)
    qtbot.addWidget(tab)
    tab.resize(800, 500)
    tab.show()
    with qtbot.waitSignal(pair.session.requests_ready):
        tab.show_case(pair.session.show(case))
    lines = [(line.timed.request.id, line.depth) for line in tab.table.requests.lines]
    assert lines == [(from_rome, 0), (second, 1)]
    assert "follows another request" in column(tab.table, 0)[1]
    added: list[str] = []
    tab.add_requested.connect(added.append)
    qtbot.mouseClick(tab.add_button, Qt.MouseButton.LeftButton)
    assert added == ["request"]


def test_a_new_request_is_not_asked_for_what_its_steps_write(qtbot: QtBot, pair: TwoDesks, case: str) -> None:
    asked = asked_fields(pair.session.types["request"])
    assert "title" in asked
    assert not {"status", "sent", "received", "answered"}.intersection(asked)
    dialog = NewRecordDialog(pair.session, "request", case)
    qtbot.addWidget(dialog)
    assert "status" not in dialog.rows


def test_the_page_of_a_request_has_its_card_above_the_form(qtbot: QtBot, view: CaseView, from_rome: str) -> None:
    view.show_case(from_rome)
    page = view.page()
    assert page is not None
    page.finish()
    assert page.details is not None
    card = page.details.card
    assert card is not None
    qtbot.waitUntil(lambda: list(card.buttons) == ["receive"])
    assert page.details.form is not None
    assert "status" not in page.details.form.rows


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_request_is_answered_by_the_keyboard_alone(
    qtbot: QtBot, pair: TwoDesks, card: RequestCard, look: Look, language: str
) -> None:
    look(language)
    record = card._record
    for step in ("receive", "accept", "answer"):
        button = card.buttons[step]
        button.setFocus()
        with qtbot.waitSignal(pair.session.requests_ready, raising=False, timeout=50):
            qtbot.keyClick(button, Qt.Key.Key_Space)
        if step != "accept":
            dialog = card.findChildren(StepDialog)[-1]
            if step == "answer":
                words = dialog.rows["answer"].editor.main_widget()
                qtbot.waitUntil(words.hasFocus)
                qtbot.keyClicks(words, "Nobody of that name")
            dialog.button.setFocus()
            qtbot.keyClick(dialog.button, Qt.Key.Key_Space)
        refresh(qtbot, pair.session, card, record)
    assert pair.session.show(record).fields["answer"].text == "Nobody of that name"
    assert card.steps.at() == card.steps.way().index("answered")
    assert not card.buttons, "the rest is for who asked"
    pair.exchange()
    assert pair.rome.request(record).request.parts[0].state == "answered"


def test_a_follow_up_is_drafted_from_the_card_under_its_marking(
    qtbot: QtBot, pair: TwoDesks, card: RequestCard, case: str
) -> None:
    opened: list[str] = []
    card.record_opened.connect(opened.append)
    qtbot.mouseClick(card.card.action, Qt.MouseButton.LeftButton)
    dialog = card.findChildren(NewRecordDialog)[-1]
    assert dialog.rows["title"].editor.text() == "Titolare del numero"
    dialog.rows["requested"].editor.show_value(("IT",))
    dialog.submit()
    made = pair.session.show(opened[0])
    assert made.fields["follows"].value == card._record
    assert made.fields["requesting"].value == "SN"
    assert made.fields["status"].value == "draft"


@pytest.mark.parametrize(
    ("language", "scheme", "scale"), [("fr", "light", 1.0), ("ar", "dark", 1.0), ("fr", "light", 2.0)]
)
def test_nothing_is_cut_in_the_card_and_its_dialogs(
    qtbot: QtBot, pair: TwoDesks, card: RequestCard, look: Look, language: str, scheme: str, scale: float
) -> None:
    look(language, scheme, scale)
    record = card._record
    pair.session.request_step(record, "receive", Given(at=ago(days=2)))
    refresh(qtbot, pair.session, card, record)
    card.resize(int(760 * scale), 900)
    assert clipped(card) == []
    for step in ("refuse", "pause"):
        card.take(Deed(step, "SN"))
        dialog = card.findChildren(StepDialog)[-1]
        qtbot.waitExposed(dialog)
        assert clipped(dialog) == []
        dialog.reject()
    set_language("en")
