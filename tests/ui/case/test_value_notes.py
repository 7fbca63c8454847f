"""Notes on a value: written in a dialog, shown at the field, and counted in what the record is marked by."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.casework.handling import Marking
from desktop.session import Session
from desktop.ui.case_view import CaseView
from desktop.ui.editors.choice import ChoiceEditor
from desktop.ui.notes_dialog import NotesDialog
from desktop.ui.presenter import marking_of
from desktop.ui.record_form import RecordForm
from i18n.bidi import strip_isolates

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows


@pytest.fixture
def person(session: Session) -> str:
    case = session.new_case({"title": "Ligne du port"})
    return session.new_record("person", case, {"name": "BEN SALAH Karim", "birth_date": "1987", "tlp": "TLP:GREEN"})


@pytest.fixture
def view(qtbot: QtBot, session: Session, person: str) -> CaseView:
    shown = CaseView(session)
    qtbot.addWidget(shown)
    shown.resize(900, 760)
    shown.show()
    shown.show_case(person)
    return shown


def form_of(view: CaseView) -> RecordForm:
    assert view.record_page is not None
    view.record_page.finish()
    assert view.record_page.details is not None
    assert view.record_page.details.form is not None
    view.record_page.details.form.complete()
    return view.record_page.details.form


def test_what_is_noted_on_a_value_is_written_shown_and_undone(
    qtbot: QtBot, session: Session, view: CaseView, person: str
) -> None:
    row = form_of(view).rows["birth_date"]
    assert not row.noted.isVisible()
    row.notes_button.setFocus()
    qtbot.keyClick(row.notes_button, Qt.Key.Key_Space)
    dialog = view.findChild(NotesDialog)
    assert dialog is not None
    dialog.form.complete()
    assert [name.rpartition("__")[2] for name in dialog.form.rows] == [
        "source",
        "evaluation",
        "tlp",
        "handling",
        "from",
        "until",
    ]
    assert not any(each.notes_button.isVisible() for each in dialog.form.rows.values())
    source = dialog.form.rows["birth_date__source"].editor.main_widget()
    qtbot.keyClicks(source, "Registre de Saint-Louis")
    qtbot.keyClick(source, Qt.Key.Key_Return)
    evaluation = dialog.form.rows["birth_date__evaluation"].editor
    assert isinstance(evaluation, ChoiceEditor)
    evaluation.restore("B2")
    evaluation.committed.emit("B2")
    dialog.accept()
    qtbot.waitUntil(lambda: strip_isolates(row.noted.text()) == "Source: Registre de Saint-Louis · B2")
    assert "B2" in row.notes_button.accessibleName()
    assert session.show(person).fields["birth_date__evaluation"].value == "B2"
    session.undo()
    qtbot.waitUntil(lambda: strip_isolates(row.noted.text()) == "Source: Registre de Saint-Louis")


def test_a_record_is_marked_by_the_strictest_of_it_and_of_each_value(session: Session, person: str) -> None:
    session.edit(person, "birth_date__tlp", "TLP:RED")
    session.edit(person, "phones__handling", ["H2"])
    session.edit(person, "name__tlp", "TLP:CLEAR")
    assert marking_of(session.types, session.show(person)) == Marking("TLP:RED", ("H0", "H2"))
    (row,) = session.rows([person])
    assert (row.tlp, row.handling) == ("TLP:RED", ("H0", "H2"))
    session.edit(person, "birth_date__tlp", None)
    (row,) = session.rows([person])
    assert row.tlp == "TLP:GREEN"


def test_what_is_typed_in_a_note_and_refused_stays_and_nothing_is_written(
    qtbot: QtBot, session: Session, view: CaseView, person: str
) -> None:
    session.edit(person, "birth_date__from", "2026-05-01")
    form_of(view).rows["birth_date"].notes_button.click()
    dialog = view.findChild(NotesDialog)
    assert dialog is not None
    dialog.form.complete()
    until = dialog.form.rows["birth_date__until"]
    until.editor.restore("2026-04-30")
    until.editor.committed.emit("2026-04-30")
    assert "before its start" in until.below.text()
    assert "birth_date__until" not in session.show(person).fields


def test_fields_that_are_handling_themselves_carry_no_notes(view: CaseView) -> None:
    rows = form_of(view).rows
    assert not rows["tlp"].notes_button.isVisibleTo(rows["tlp"])
    assert rows["phones"].notes_button.isVisibleTo(rows["phones"])


def test_locking_closes_the_notes_and_keeps_what_was_typed(
    qtbot: QtBot, session: Session, view: CaseView, person: str
) -> None:
    form_of(view).rows["name"].notes_button.click()
    dialog = view.findChild(NotesDialog)
    assert dialog is not None
    dialog.form.complete()
    dialog.form.rows["name__from"].editor.restore("2026-1")
    dialog.form.rows["name__from"].editor.typed.emit()
    dialog.form.flush()
    session.lock()
    assert not dialog.isVisible()


def test_the_marking_of_a_value_can_be_taken_away_again(session: Session, view: CaseView, person: str) -> None:
    session.edit(person, "birth_date__tlp", "TLP:RED")
    form_of(view).rows["birth_date"].notes_button.click()
    dialog = view.findChild(NotesDialog)
    assert dialog is not None
    dialog.form.complete()
    editor = dialog.form.rows["birth_date__tlp"].editor
    assert isinstance(editor, ChoiceEditor)
    editor.box.setCurrentIndex(0)
    editor.box.activated.emit(0)
    assert session.show(person).fields["birth_date__tlp"].value is None
    dialog.reject()
