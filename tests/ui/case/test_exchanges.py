"""Exchanges on screen, with a second desk and a server behind it: readers, codes in the way, permissions."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.casework.handling import Marking
from desktop.ui.case_view import CaseView
from desktop.ui.exchange_composer import ExchangeComposer
from desktop.ui.exchanges_tab import ExchangesTab
from desktop.ui.handling_tab import HandlingTab
from desktop.ui.kit import Label
from desktop.ui.pass_on_dialog import PassOnDialog
from desktop.ui.permission_dialogs import AnswerDialog, AskDialog
from i18n.bidi import strip_isolates
from tests.ui.case.two_desks import TwoDesks
from tests.ui.conftest import Look
from tests.ui.kit.clipping import clipped

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows


def told(widget: QWidget) -> str:
    """What the labels in view say."""
    found = [label.text() for label in widget.findChildren(Label) if label.isVisibleTo(widget)]
    return strip_isolates("\n".join(found))


def tab_of(view: CaseView) -> ExchangesTab:
    """The tab of exchanges, in view."""
    page = view.case_page
    assert page is not None
    page.show_tab("exchanges")
    tab = page.widget("exchanges")
    assert isinstance(tab, ExchangesTab)
    return tab


def handling_of(view: CaseView, record: str) -> HandlingTab:
    """What holds for a record, in view."""
    view.show_case(record)
    page = view.page()
    assert page is not None
    page.show_tab("handling")
    page.finish()
    assert page.handling is not None
    return page.handling


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_an_exchange_is_written_under_the_eyes_of_its_readers_and_sent_by_a_second_press(
    qtbot: QtBot, pair: TwoDesks, view: CaseView, case: str, look: Look, language: str
) -> None:
    look(language)
    tab = tab_of(view)
    qtbot.mouseClick(tab.new, Qt.MouseButton.LeftButton)
    (composer,) = view.findChildren(ExchangeComposer)
    words = told(composer.readers)
    assert "Cne L. Mansour (Dakar 1)" in words
    assert "A. Rossi (Rome 1)" in words
    title = composer.rows["title"].editor.main_widget()
    qtbot.waitUntil(title.hasFocus)
    qtbot.keyClicks(title, "Numbers")
    content = composer.rows["content"].editor.main_widget()
    content.setFocus()
    qtbot.keyClicks(content, "+221 77")
    assert told(composer.readers) == words, "who reads stays in view while typing"
    qtbot.mouseClick(composer.handling.boxes["H2"], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(composer.button, Qt.MouseButton.LeftButton)
    assert composer.isVisible()
    assert composer.last.isVisible()
    assert pair.session.records(case, "exchange") == []
    with qtbot.waitSignal(composer.sent) as sent:
        qtbot.keyClick(composer.button, Qt.Key.Key_Space)
    (record,) = sent.args
    assert not composer.isVisible()
    assert pair.session.handling(record).marking == Marking("TLP:AMBER", ("H0", "H2"))  # type: ignore[union-attr]
    assert pair.session.show(record).fields["recipients"].elements == ("IT",)
    assert view.record() == record
    pair.exchange()
    assert pair.rome.show(record).fields["content"].text == "+221 77"


def test_red_is_held_back_while_somebody_reads_who_is_not_named(qtbot: QtBot, view: CaseView) -> None:
    tab = tab_of(view)
    tab.compose()
    (composer,) = view.findChildren(ExchangeComposer)
    qtbot.keyClicks(composer.rows["title"].editor.main_widget(), "Source")
    assert composer.button.isEnabled()
    composer.tlp.setCurrentIndex(composer.tlp.findData("TLP:RED"))
    qtbot.mouseClick(composer.recipients.boxes["IT"], Qt.MouseButton.LeftButton)
    composer.look()
    assert "TLP:RED is for the named recipients only, and these are not named: Italy" in told(composer.obstacles)
    assert not composer.button.isEnabled()
    qtbot.mouseClick(composer.recipients.boxes["IT"], Qt.MouseButton.LeftButton)
    assert composer.button.isEnabled()
    qtbot.keyClick(composer, Qt.Key.Key_Escape)
    assert not composer.isVisible()


def test_what_was_typed_survives_a_lock(qtbot: QtBot, pair: TwoDesks, view: CaseView, case: str) -> None:
    composer = ExchangeComposer(pair.session, case, view)
    composer.open()
    qtbot.keyClicks(composer.rows["title"].editor.main_widget(), "Half")
    qtbot.waitUntil(lambda: pair.session.draft(f"exchange/{case}/title") == "Half")
    again = ExchangeComposer(pair.session, case, view)
    assert again.rows["title"].editor.text() == "Half"
    again.reject()
    assert pair.session.draft(f"exchange/{case}/title") == ""


def test_permission_is_asked_from_the_strip_in_the_way_and_answered_by_the_provider(
    qtbot: QtBot, pair: TwoDesks, view: CaseView, case: str
) -> None:
    values = {"title": "Numeri", "content": "+39 06", "tlp": "TLP:GREEN", "handling": ("H0", "H2")}
    theirs = pair.rome.send(case, values).record
    pair.exchange()
    tab = handling_of(view, theirs)
    assert "Provided by: Italy" in told(tab.codes)
    assert "H2: not to be passed on without the provider's permission" in told(tab.others)
    (banner,) = tab.others.banners
    qtbot.mouseClick(banner.strong, Qt.MouseButton.LeftButton)
    ask = tab.window().findChildren(AskDialog)[-1]
    assert ask.codes.ticked() == ("H2",)
    assert not ask.button.isEnabled()
    ask.audience.tick(["AE"])
    qtbot.keyClicks(ask.reason, "Abu Dhabi follows them")
    qtbot.mouseClick(ask.button, Qt.MouseButton.LeftButton)
    assert not ask.isVisible()
    pair.exchange()
    (waiting,) = pair.rome.waiting_permissions()
    assert (waiting.about, waiting.codes, waiting.audience) == (theirs, ("H2",), ("AE",))
    pair.rome.answer_permission(waiting.id, granted=True, words="Not in print", until="2099-01-31")
    pair.exchange()
    view.show_case(theirs)
    qtbot.waitUntil(lambda: "Not in print" in told(tab.permissions))
    assert "Granted" in strip_isolates(tab.rows[0].pill.text())
    assert pair.session.passing([theirs], ("AE",)).obstacles == ()


def test_a_request_that_waits_is_answered_from_the_tab_of_the_case(
    qtbot: QtBot, pair: TwoDesks, view: CaseView, case: str
) -> None:
    ours = pair.session.send_exchange(case, {"title": "Numéros", "handling": ("H0", "H1")})
    pair.exchange()
    asked = pair.rome.ask_permission(ours, ("H1",), ("IT",), "The court in Rome").record
    pair.exchange()
    tab = tab_of(view)
    (row,) = tab.waiting
    assert "The court in Rome" in told(row)
    qtbot.mouseClick(row.answer, Qt.MouseButton.LeftButton)
    answer = row.window().findChildren(AnswerDialog)[-1]
    assert not answer.button.isEnabled()
    qtbot.mouseClick(answer.refuse, Qt.MouseButton.LeftButton)
    assert not answer.button.isEnabled(), "a refusal needs a reason"
    qtbot.keyClicks(answer.words, "Not yet")
    qtbot.mouseClick(answer.button, Qt.MouseButton.LeftButton)
    assert not answer.isVisible()
    qtbot.waitUntil(lambda: tab.waiting == [])
    pair.exchange()
    assert pair.rome.permission(asked).status == "refused"


def test_passing_on_chooses_a_case_and_inherits_the_codes(
    qtbot: QtBot, pair: TwoDesks, view: CaseView, case: str
) -> None:
    theirs = pair.rome.send(case, {"title": "Numeri", "content": "+39 06", "handling": ("H0", "H3")}).record
    pair.exchange()
    other = pair.session.new_case({"title": "Autre"}, ("SN", "IT"))
    tab = handling_of(view, theirs)
    qtbot.mouseClick(tab.pass_on, Qt.MouseButton.LeftButton)
    dialog = tab.window().findChildren(PassOnDialog)[-1]
    qtbot.keyClicks(dialog.box, "Autre")
    qtbot.waitUntil(lambda: dialog.space_chosen() == other)
    qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    composer = tab.window().findChildren(ExchangeComposer)[-1]
    assert composer.rows["content"].editor.text() == "+39 06"
    assert composer.tlp.itemData(0) == "TLP:AMBER"
    assert not composer.handling.boxes["H3"].isEnabled()
    composer.submit()
    composer.submit()
    (copy,) = pair.session.records(other, "exchange")
    held = pair.session.handling(copy.id)
    assert held is not None
    assert (held.marking.handling, held.providers) == (("H0", "H3"), ("IT",))
    assert pair.session.show(copy.id).fields["original"].value == theirs


def test_the_whole_way_of_an_answer_goes_by_keyboard(qtbot: QtBot, pair: TwoDesks, view: CaseView, case: str) -> None:
    ours = pair.session.send_exchange(case, {"title": "Numbers", "handling": ("H0", "H2")})
    pair.exchange()
    asked = pair.rome.ask_permission(ours, ("H2",), ("AE",), "They follow them").record
    pair.exchange()
    (row,) = tab_of(view).waiting
    row.answer.setFocus()
    qtbot.keyClick(row.answer, Qt.Key.Key_Space)
    answer = row.window().findChildren(AnswerDialog)[-1]
    assert answer.focusWidget() is answer.grant
    qtbot.keyClick(answer.grant, Qt.Key.Key_Space)
    until = answer.until.editor.main_widget()
    until.setFocus()
    qtbot.keyClicks(until, "2001-01-01")
    qtbot.keyClick(until, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "cannot be in the past" in told(answer.problem))
    until.setFocus()
    for _press in range(10):
        qtbot.keyClick(until, Qt.Key.Key_Backspace)
    qtbot.keyClicks(until, "2099-01-01")
    qtbot.keyClick(answer, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not answer.isVisible())
    assert pair.session.permission(asked).until == "2099-01-01"  # type: ignore[union-attr]


def test_a_copy_to_the_clipboard_carries_the_strictest_codes_and_the_words(
    qtbot: QtBot, pair: TwoDesks, view: CaseView, case: str
) -> None:
    values = {"name": "Karim", "tlp": "TLP:GREEN", "handling": ("H3",), "handling_note": "Judges only"}
    person = pair.session.new_record("person", case, values)
    pair.session.edit(person, "name__tlp", "TLP:RED")
    view.show_case(person)
    page = view.page()
    assert page is not None
    page.deeds.copy()
    assert QGuiApplication.clipboard().text() == "Karim [TLP:RED, H3, Judges only]"


@pytest.mark.parametrize(("language", "scale"), [("fr", 1.5), ("ar", 1.0)])
def test_no_words_of_composer_and_dialogs_are_cut(
    qtbot: QtBot, pair: TwoDesks, view: CaseView, case: str, look: Look, language: str, scale: float
) -> None:
    theirs = pair.rome.send(case, {"title": "Numeri", "handling": ("H0", "H1", "H2")}).record
    pair.exchange()
    look(language, "dark", scale)
    held = pair.session.handling(theirs)
    assert held is not None
    asked = pair.session.ask_permission(theirs, ("H1",), ("AE",), "Why")
    request = pair.session.permission(asked)
    assert request is not None
    for dialog in (
        ExchangeComposer(pair.session, case, view),
        AskDialog(pair.session, held, parent=view),
        AnswerDialog(pair.session, request, view),
    ):
        dialog.open()
        qtbot.waitUntil(dialog.isVisible)
        qtbot.wait(50)
        assert clipped(dialog) == []
        dialog.reject()
    tab = handling_of(view, theirs)
    qtbot.waitUntil(lambda: clipped(tab) == [])
