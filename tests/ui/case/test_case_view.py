"""The pane of a case, over a real session: what it shows, what it does, what it forgets."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.casework.handling import Marking
from desktop.casework.record_types import RecordTypes
from desktop.casework.views import FieldView, RecordView, ValueView
from desktop.session import Session
from desktop.ui.case_view import CaseView
from desktop.ui.new_case_dialog import NewCaseDialog
from desktop.ui.new_record_dialog import NewRecordDialog
from desktop.ui.newer_card import NewerCard
from desktop.ui.presenter import marking_of
from desktop.ui.records_tab import RecordsTab
from desktop.ui.summary_tab import SummaryTab
from i18n.bidi import strip_isolates
from tests.support.desk import PASSPHRASE
from tests.ui.conftest import Look

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows


@pytest.fixture
def case(session: Session) -> str:
    values = {
        "title": "Trafic <b>d’armes</b> \u202efdp.exe",
        "summary": "Deux hommes.",
        "lead": "Cne L. Mansour",
        "countries": ["SN", "IT"],
        "tlp": "TLP:RED",
        "handling": ["H0", "H2"],
    }
    return session.new_case(values, ["SN", "AE"])


@pytest.fixture
def view(qtbot: QtBot, session: Session, case: str) -> CaseView:
    pane = CaseView(session)
    qtbot.addWidget(pane)
    pane.resize(800, 760)
    pane.show_case(case)
    pane.show()
    qtbot.waitExposed(pane)
    return pane


def texts(widget: QWidget) -> list[str]:
    """Everything that labels and fields show now."""
    shown = [strip_isolates(label.text()) for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)]
    return shown + [line.text() for line in widget.findChildren(QLineEdit) if line.isVisibleTo(widget)]


def test_markup_and_direction_marks_are_shown_and_not_obeyed(view: CaseView) -> None:
    assert view.case_page is not None
    title = view.case_page.header.title
    assert strip_isolates(title.text()) == "Trafic <b>d’armes</b> [U+202E]fdp.exe"
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in view.findChildren(QLabel) if label.text())


def test_the_head_shows_state_marking_and_facts(view: CaseView) -> None:
    shown = texts(view)
    for words in ("Open", "TLP:RED", "H0 H2", "Cne L. Mansour", "Italy, Senegal"):
        assert words in shown


def test_a_long_title_takes_two_lines_of_the_head(qtbot: QtBot, session: Session, view: CaseView, case: str) -> None:
    assert view.case_page is not None
    title = view.case_page.header.title
    one = title.height()
    session.edit(case, "title", "Réseau de passeurs — ligne Ziguinchor / Cadix, par la route de la côte et des îles")
    qtbot.waitUntil(lambda: title.height() == 2 * title.fontMetrics().lineSpacing() > one)
    assert title.shown_text().startswith("Réseau de passeurs")
    assert title.shown_text().endswith("îles")


def test_the_marking_of_what_is_in_view_is_told(qtbot: QtBot, session: Session, view: CaseView, case: str) -> None:
    assert view.marking() == Marking("TLP:RED", ("H0", "H2"))
    person = session.new_record("person", case, {"name": "X", "handling": ["H1"], "tlp": "TLP:GREEN"})
    with qtbot.waitSignal(view.marking_changed) as told:
        view.show_case(person)
    assert told.args == [Marking("TLP:RED", ("H0", "H1", "H2"))]


def test_a_change_from_elsewhere_is_shown_at_once(qtbot: QtBot, session: Session, view: CaseView, case: str) -> None:
    session.edit(case, "status", "suspended")
    qtbot.waitUntil(lambda: "Suspended" in texts(view))


def test_the_summary_is_edited_in_place(qtbot: QtBot, session: Session, view: CaseView, case: str) -> None:
    assert view.case_page is not None
    summary = view.case_page.widget("summary")
    assert isinstance(summary, SummaryTab)
    card = summary.summary
    qtbot.mouseClick(card.action, Qt.MouseButton.LeftButton)
    assert card.form is not None
    box = card.form.rows["summary"].editor.main_widget()
    qtbot.keyClicks(box, "Hier: ")
    qtbot.mouseClick(card.action, Qt.MouseButton.LeftButton)
    assert session.show(case).fields["summary"].text == "Hier: Deux hommes."
    assert "Hier: Deux hommes." in texts(card)
    byline = card.byline
    qtbot.waitUntil(lambda: strip_isolates(byline.text()).startswith("Edited by Cne L. Mansour (Dakar 1)"))


def test_a_person_is_added_by_the_keyboard_and_opened(
    qtbot: QtBot, session: Session, view: CaseView, case: str
) -> None:
    view.add_record("person")
    dialog = view.findChild(NewRecordDialog)
    assert dialog is not None
    name = dialog.rows["name"].editor.main_widget()
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert "needed" in dialog.rows["name"].below.text()
    qtbot.keyClicks(name, "BEN SALAH Karim")
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert not dialog.isVisible()
    (row,) = (each for each in session.records(case) if each.type == "person")
    assert (row.title, row.tlp, row.handling) == ("BEN SALAH Karim", "TLP:RED", ("H0", "H2"))
    assert view.record() == row.id
    assert view.record_page is not None
    crumbs = view.record_page.header.breadcrumb.links
    assert len(crumbs) == 2
    crumbs[1].setFocus()
    qtbot.keyClick(crumbs[1], Qt.Key.Key_Space)
    assert view.record() == case


def test_a_person_is_opened_from_the_list_by_enter(qtbot: QtBot, session: Session, view: CaseView, case: str) -> None:
    person = session.new_record("person", case, {"name": "Karim", "name_original": "كريم"})
    view.show_tab("subjects")
    assert view.case_page is not None
    people = view.case_page.widget("subjects")
    assert isinstance(people, RecordsTab)
    qtbot.waitUntil(lambda: people.model.rowCount() == 1)
    shown = people.model.row(0)
    assert shown is not None
    assert shown.title == "Karim · كريم"
    people.list.setFocus()
    people.list.setCurrentIndex(people.model.index(0))
    qtbot.keyClick(people.list, Qt.Key.Key_Return)
    assert view.record() == person
    assert "Karim · كريم" in texts(view)


def test_a_deleted_case_comes_back_by_undo(qtbot: QtBot, session: Session, view: CaseView, case: str) -> None:
    assert view.case_page is not None
    view.case_page.menu.fill()
    (bin_action,) = (each for each in view.case_page.menu.actions() if each.text() == "Put into the bin")
    with qtbot.waitSignal(view.deleted) as told:
        bin_action.trigger()
    assert told.args == [case]
    assert session.show(case).deleted
    qtbot.waitUntil(lambda: "In the bin" in texts(view))
    assert view.toast.isVisible()
    qtbot.mouseClick(view.toast.action, Qt.MouseButton.LeftButton)
    assert not session.show(case).deleted
    qtbot.waitUntil(lambda: "In the bin" not in texts(view))


def test_the_reference_is_copied_with_its_marking(session: Session, view: CaseView, case: str) -> None:
    assert view.case_page is not None
    view.case_page.deeds.copy()
    reference = session.show(case).fields["reference"].value
    clipboard = QGuiApplication.clipboard()
    assert clipboard.text() == f"{reference} [TLP:RED, H0, H2]"
    assert clipboard.mimeData().data("x-kde-passwordManagerHint").data() == b"secret"


def test_nothing_that_was_decrypted_outlives_a_lock(qtbot: QtBot, session: Session, view: CaseView, case: str) -> None:
    view.show_tab("details")
    session.lock()
    qtbot.wait(50)
    shown = "\n".join(texts(view)) + "\n".join(label.text() for label in view.findChildren(QLabel))
    assert "armes" not in shown
    assert "Mansour" not in shown
    assert view.case() == ""
    with qtbot.waitSignal(session.unlocked, timeout=10_000):
        session.unlock(PASSPHRASE)
    view.show_case(case)
    assert view.case() == case


def test_the_pane_speaks_the_language_chosen_while_it_is_open(qtbot: QtBot, view: CaseView, look: Look) -> None:
    view.show_tab("history")
    look("ar")
    assert view.layoutDirection() == Qt.LayoutDirection.RightToLeft
    qtbot.waitUntil(lambda: "مفتوحة" in texts(view))
    look("fr")
    assert view.layoutDirection() == Qt.LayoutDirection.LeftToRight
    qtbot.waitUntil(lambda: "Ouvert" in texts(view))


def test_an_unknown_record_empties_the_pane(view: CaseView) -> None:
    view.show_case("0" * 32)
    assert view.case() == ""
    assert view.stack.currentWidget() is view.empty


def test_every_control_has_a_name(view: CaseView) -> None:
    for tab in ("summary", "subjects", "details", "history"):
        view.show_tab(tab)
        for widget in view.findChildren(QWidget):
            takes_focus = widget.isVisibleTo(view) and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            parent = widget.parentWidget()
            inside = parent is not None and parent.focusProxy() is widget
            if takes_focus and widget.focusProxy() is None and not inside:
                assert widget.accessibleName(), (tab, type(widget).__name__)


def test_what_a_newer_version_wrote_is_kept_in_view(qtbot: QtBot, session: Session, case: str) -> None:
    card = NewerCard(RecordTypes.load())
    qtbot.addWidget(card)
    known = session.show(case)
    card.show_record(known)
    assert not card.has_news()
    value = ValueView("<i>deep</i>", "d.1.0", session.history(case)[0].author)
    unknown = FieldView("depth", "register", (value,), known=False)
    newer: RecordView = msgspec.structs.replace(known, fields=known.fields | {"depth": unknown})
    card.show_record(newer)
    assert card.has_news()
    assert "depth: <i>deep</i>" in strip_isolates(card.unknown.text())
    strange: RecordView = msgspec.structs.replace(known, type="submarine", known=False)
    card.show_record(strange)
    assert "submarine" in strip_isolates(card.sentence.text())


def test_the_marking_of_a_record_holds_its_restriction_in_words(session: Session, case: str) -> None:
    session.edit(case, "handling_note", "Judges only")
    assert marking_of(session.types, session.show(case)) == Marking("TLP:RED", ("H0", "H2"), ("Judges only",))


def test_who_will_read_a_new_case_is_said_before_it_is_written(qtbot: QtBot, session: Session) -> None:
    dialog = NewCaseDialog(session)
    dialog.show()
    readers = dialog.readers
    assert not readers.boxes["SN"].isEnabled()
    assert readers.members() == ("SN", "AE", "FR")
    qtbot.mouseClick(readers.boxes["FR"], Qt.MouseButton.LeftButton)
    assert "Senegal, United Arab Emirates" in readers.sentence.text()
    assert "France" not in readers.sentence.text()
    qtbot.keyClicks(dialog.rows["title"].editor.main_widget(), "Filiere")
    with qtbot.waitSignal(dialog.created) as told:
        qtbot.mouseClick(dialog.create_button, Qt.MouseButton.LeftButton)
    made = session.show(told.args[0])
    assert made.fields["title"].value == "Filiere"
    assert sorted(made.readers) == ["AE", "SN"]


def test_what_was_typed_for_a_new_case_survives_a_lock(qtbot: QtBot, session: Session) -> None:
    dialog = NewCaseDialog(session)
    dialog.show()
    qtbot.keyClicks(dialog.rows["title"].editor.main_widget(), "Unfinished")
    qtbot.waitUntil(lambda: session.draft("new/case/title") == "Unfinished", timeout=3000)
    session.lock()
    assert not dialog.isVisible()
    with qtbot.waitSignal(session.unlocked, timeout=10_000):
        session.unlock(PASSPHRASE)
    again = NewCaseDialog(session)
    assert again.rows["title"].editor.text() == "Unfinished"
    again.reject()
    assert session.draft("new/case/title") == ""


def test_the_restriction_in_words_is_asked_for_with_its_code_only(qtbot: QtBot, session: Session) -> None:
    dialog = NewCaseDialog(session)
    qtbot.addWidget(dialog)
    dialog.show()
    note = dialog.rows["handling_note"]
    assert not note.isVisible()
    handling = dialog.rows["handling"].editor
    handling.main_widget().setFocus()
    for box in handling.findChildren(QWidget):
        if box.accessibleName().startswith("H3"):
            qtbot.keyClick(box, Qt.Key.Key_Space)
    assert note.isVisible()
